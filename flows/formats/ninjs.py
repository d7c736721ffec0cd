"""ninjs, IPTC's news in JSON, versions 1 to 3.

https://iptc.org/standards/ninjs/
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from flows.formats.decode import decode
from flows.formats.stated import Stated, chosen, claimed, has_markup
from flows.model import RawFile, Reason, Refused

MARK = re.compile(rb'"(?:versioncreated|versionCreated|body_xhtml)"\s*:|"name"\s*:\s*"ninjs"')
"""What every ninjs object has, and hardly any other: reason to look at it with `is_item`."""
FIELDS = {
    "uri": "source_id", "headline": "title", "headlines": "title", "title": "title", "byline": "author", "by": "author",
    "people": "contributor", "language": "language", "firstcreated": "published", "firstCreated": "published",
    "contentcreated": "published", "contentCreated": "published", "versioncreated": "modified",
    "versionCreated": "modified", "contentmodified": "modified", "contentModified": "modified", "subject": "tag",
    "subjects": "tag", "keywords": "tag", "copyrightnotice": "rights", "copyrightNotice": "rights",
    "copyrightholder": "rights", "copyrightHolder": "rights", "usageterms": "license", "usageTerms": "license",
    "description_text": "summary", "descriptions": "summary", "source": "source", "provider": "publisher",
    "dateline": "dateline", "url": "url", "section": "section", "infosources": "agency", "infoSources": "agency",
}  # fmt: skip
_BODIES = ("body_xhtml", "body_html", "body_text", "bodies")
_FIRST = ("firstcreated", "firstCreated", "contentcreated", "contentCreated")
_UNUSABLE = ("canceled", "cancelled", "withheld")


def is_item(record: Mapping[str, Any]) -> bool:
    """Whether a JSON object is ninjs."""
    keys = set(record)
    standard = record.get("standard")
    named = isinstance(standard, dict) and standard.get("name") == "ninjs"
    return named or bool(keys & {"versioncreated", "versionCreated", "body_xhtml"} and keys & {"uri", "guid", *_BODIES})


def name(record: Mapping[str, Any]) -> str | None:
    """What it calls itself."""
    stated = record.get("uri") or record.get("guid")
    return stated if isinstance(stated, str) else None


def read(raw: RawFile) -> Stated:
    """A news item; raises `Refused` where it has no text or is no JSON object."""
    decoded = decode(raw.data, raw.charset)
    try:
        record = json.loads(decoded.text)
    except json.JSONDecodeError as error:
        ended = error.pos >= len(decoded.text.rstrip()) or error.msg.startswith("Unterminated string")
        raise Refused("parse", Reason.TRUNCATED if ended else Reason.MALFORMED, f"not JSON: {error.msg}") from error
    except RecursionError as error:
        raise Refused("parse", Reason.MALFORMED, "JSON nested too deeply") from error
    if not isinstance(record, dict):
        raise Refused("parse", Reason.MALFORMED, f"a JSON {type(record).__name__}, not an object")
    body, others = chosen(_bodies(record), f"the item ({record.get('type') or 'no type'})")
    warnings = decoded.warnings
    status = str(record.get("pubstatus") or record.get("pubStatus") or "")
    if status in _UNUSABLE:
        warnings = (*warnings, f"its publisher says that it is not to be used: {status}")
    kept = [(key, _json(value)) for key, value in record.items() if key not in FIELDS and key not in _BODIES and value]
    extra = tuple((f"ninjs.{key}", value) for key, value in [*others, *kept])
    claims = claimed("ninjs", FIELDS, _claims(record))
    return Stated(body, claims, extra, decoded.encoding, warnings, is_html=has_markup(body))


def _bodies(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key in _BODIES[:3]:
        if isinstance(record.get(key), str):
            yield key, record[key]
    for body in record.get("bodies") or ():
        if isinstance(body, dict) and isinstance(body.get("value"), str):
            yield f"bodies.{body.get('role') or body.get('contentType') or ''}", body["value"]


def _claims(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    alone = not any(record.get(key) for key in _FIRST)
    for key in FIELDS:
        first = "firstcreated" if key == "versioncreated" else "firstCreated" if key == "versionCreated" else key
        for value in _texts(record.get(key)):
            # The time of the only version that there is, is when it was published.
            yield (first if alone else key), value


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        found = next((value[key] for key in ("name", "value", "literal", "headline") if value.get(key)), None)
        yield from _texts(found)


def _json(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
