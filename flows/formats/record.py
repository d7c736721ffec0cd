"""Records: a JSON object with an article in its fields, as scrapers and news APIs write them, one a line.

The record's text field is the document that is cleaned (plain text, Markdown or HTML, judged by content);
the other fields are claims with origin `record.KEY`, or go to `extra`.
"""

from __future__ import annotations

import dataclasses
import html
import json
import math
import re
from collections.abc import Iterator

from flows.formats.decode import decode
from flows.formats.fields import FIELD_OF_KEY, folded
from flows.formats.stated import SURROGATES, Stated, plain
from flows.model import Document, Format, Found, RawFile, Reason, Refused

BODY_KEYS = (
    "text", "body", "content", "articletext", "articlebody", "fulltext", "maintext", "article", "bodytext",
    "contenttext", "story", "rawtext", "paragraphs", "markdown", "html", "bodyhtml", "contenthtml", "rawhtml",
    "inhalt", "artikel", "artikeltext", "volltext", "texte", "contenu", "corps", "texto", "contenido", "cuerpo",
    "conteúdo", "conteudo", "corpo", "testo", "contenuto", "tekst", "treść", "innehåll", "içerik", "metin", "текст",
    "正文", "内容", "本文", "본문", "내용", "النص", "المحتوى",
)  # fmt: skip
"""Usual names, folded, of the field that holds the article: the first one that holds a text, or a list of its
paragraphs, is taken."""
_UNSTATED = ("nan", "nat", "null", "none", "n/a", "undefined")
"""What programs write where they have no value, in lower case."""
_NAMED = ("author", "contributor", "publisher", "section", "tag")
"""Fields that hold names: where there are but numbers, they are keys of some other table."""
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,1000}>")
_BETWEEN_TAGS = re.compile(r"\s*[,;]\s*")

_OF_FEED = ("language", "authors", "author", "title")
"""What a JSON Feed says of all its items, where an item does not say it of itself; its title is the publisher."""


def stated(raw: RawFile) -> Stated:
    """A record, or an item of a JSON Feed with what the feed says of all its items."""
    decoded = decode(raw.data, raw.charset)
    if raw.form is not Format.JSON_FEED:
        body, claims, extra = read(decoded.text)
        return Stated(body, claims, extra, decoded.encoding, decoded.warnings)
    body, claims, extra = read(decoded.text, "json-feed")
    feed = json.loads(raw.head or b"{}")
    known = {claim.field for claim in claims}
    for key in _OF_FEED:
        field = "publisher" if key == "title" else FIELD_OF_KEY[key]
        if field not in known:
            claims += tuple(Found(field, text, text, f"json-feed.feed.{key}") for text in _texts(feed.get(key)))
    return Stated(body, claims, extra, decoded.encoding, decoded.warnings)


def not_json(error: json.JSONDecodeError, text: str, place: str) -> Refused:
    """Why `text`, in which `error` was met, is refused: it ends too early (`truncated`) or is broken (`malformed`)."""
    ended = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
    return Refused("parse", Reason.TRUNCATED if ended else Reason.MALFORMED, f"not JSON: {error.msg} at {place}")


def read(line: str, origin: str = "record") -> tuple[str, tuple[Found, ...], tuple[tuple[str, str], ...]]:
    """A record's body, its claims (with origin `origin.KEY`), and the fields that no claim takes.

    Raises `Refused`: `truncated` where the JSON ends in the middle, `malformed` where it is broken,
    `no_article` where no field holds a text.
    """
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        raise not_json(error, line, f"column {error.colno}") from error
    except RecursionError as error:
        raise Refused("parse", Reason.MALFORMED, "JSON nested too deeply") from error
    if not isinstance(record, dict):
        raise Refused("parse", Reason.MALFORMED, f"a JSON {type(record).__name__}, not an object")
    fields = {str(key).translate(SURROGATES): value for key, value in record.items()}
    body_key = next((key for key in _by_rank(fields) if _body(fields[key])), None)
    if body_key is None:
        raise Refused("parse", Reason.NO_ARTICLE, f"no text in its fields ({', '.join(fields)[:200] or 'none'})")
    claims: list[Found] = []
    extra: list[tuple[str, str]] = []
    for key, value in fields.items():
        if key == body_key or value in (None, "", [], {}) or (isinstance(value, float) and math.isnan(value)):
            continue
        field = FIELD_OF_KEY.get(folded(key))
        parts = _BETWEEN_TAGS.split(value.strip()) if field == "tag" and isinstance(value, str) else value
        texts = list(_texts(parts)) if field else []
        if field in _NAMED and all(isinstance(each, int) for each in (value if isinstance(value, list) else [value])):
            texts = []
        claims.extend(Found(field, text, text, f"{origin}.{key}") for text in texts if field)
        if not texts:
            extra.append((key, _json(value)))
    return plain(_body(fields[body_key])), tuple(claims), tuple(extra)


def around(
    document: Document, claims: tuple[Found, ...], extra: tuple[tuple[str, str], ...], warnings: tuple[str, ...]
) -> Document:
    """`document` with what stands around it: claims (before its own), further keys, warnings."""
    return dataclasses.replace(
        document,
        claims=claims + document.claims,
        extra=extra + document.extra,
        warnings=warnings + document.warnings,
    )


def _by_rank(fields: dict[str, object]) -> list[str]:
    keys = [key for key in fields if folded(key) in BODY_KEYS]
    return sorted(keys, key=lambda key: BODY_KEYS.index(folded(key)))


def _body(value: object) -> str:
    """The text in a body field, of a list of paragraphs joined by blank lines; empty where it holds anything else.

    WordPress writes a text as `{"rendered": "<p>…"}`.
    """
    if isinstance(value, dict):
        value = value.get("rendered")
    if isinstance(value, list) and all(isinstance(member, str) for member in value):
        value = "\n\n".join(value)
    return value if isinstance(value, str) and value.strip() else ""


def _texts(value: object) -> Iterator[str]:
    """The texts in a field's value: itself, a list's members, or the `name` of an object such as an author; bare of the
    markup that WordPress writes in one that is `rendered`."""
    if isinstance(value, bool):
        return
    if isinstance(value, str):
        if value.strip() and value.strip().lower() not in _UNSTATED:
            yield value.translate(SURROGATES)
    elif isinstance(value, int | float):
        yield _json(value)
    elif isinstance(value, list):
        for member in value:
            yield from _texts(member)
    elif isinstance(value, dict):
        if isinstance(rendered := value.get("rendered"), str):
            yield from _texts(" ".join(html.unescape(_TAG.sub(" ", rendered)).split()))
            return
        for key in ("name", "title", "url", "$date", "@value"):
            if key in value:
                yield from _texts(value[key])
                return


def _json(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text.translate(SURROGATES)
