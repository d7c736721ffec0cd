"""The resolver: the fields in the order in which one needs the other.

Claims come from the head of a page, from front matter, from records and from lines of the text; none is believed for
being there.  A field that nothing states stays absent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from flows import language, publishers, urls
from flows.metadata.credits import people, understood
from flows.metadata.draft import ANY, COLUMN, RECORDS, TRUST, Draft, Resolved, ranked
from flows.metadata.moments import Place, dated_name, dated_path, fetch_time, moments
from flows.metadata.titles import title
from flows.model import Format, Found
from flows.people import unique
from flows.publishers import Publisher, Registry
from flows.settings import Settings


def resolve(
    claims: Sequence[Found], *, text: str, path: str, format: Format, now: datetime, settings: Settings
) -> Resolved:
    """Decide every field of a document from its claims, in document order.

    `text` is the cleaned article, `path` the raw path, `now` (aware) the run's clock: dates after it are not believed.
    """
    draft = Draft()
    registry = publishers.load()
    by_field: dict[str, list[Found]] = {}
    for claim in (each for stated in claims for each in understood(stated, registry)):
        by_field.setdefault(claim.field, []).append(claim)
    address = _addresses(by_field, draft)
    publisher = _publisher(by_field, text, address, registry, draft)
    tongue = _language(by_field, text, draft)
    place = _place(by_field, publisher, address, tongue, registry)
    name_date = dated_name(path) if format is Format.MARKDOWN else ()
    fetched = fetch_time(by_field, now, settings.future_grace, draft)
    moments(by_field, [*dated_path(address), *name_date], place, now, settings.future_grace, fetched, draft)
    title(by_field, publisher, address, draft)
    people(by_field, publisher, address, registry, draft)
    _plain(by_field, draft)
    _captions(claims, draft)
    _unfollowed(by_field, draft)
    return Resolved(draft.fields, tuple(draft.sources), tuple(draft.unfollowed), tuple(draft.warnings))


def _addresses(by_field: dict[str, list[Found]], draft: Draft) -> str | None:
    """Settle url, canonical_url and site; the address that the rest may go by."""
    stated = [claim for claim in ranked(by_field.get("url", ()), TRUST["url"]) if urls.is_url(claim.value)]
    base = stated[0].value if stated else None
    canonical = [
        (claim, address) for claim in by_field.get("canonical_url", ()) if (address := urls.absolute(claim.value, base))
    ]
    if stated:
        draft.settle("url", stated[0].value, stated[:1])
    if canonical and (not stated or urls.site(canonical[0][1]) == urls.site(stated[0].value)):
        claim, address = canonical[0]
    elif stated:
        claim, address = stated[0], stated[0].value
    else:
        return None
    if folded := urls.canonical(address):
        draft.settle("canonical_url", folded, [claim])
    if site := urls.site(address):
        draft.settle("site", site, [claim])
    return address


def _publisher(
    by_field: dict[str, list[Found]], text: str, address: str | None, registry: Registry, draft: Draft
) -> Publisher | None:
    """The outlet, if the registry knows it; its name is settled in any case where one is stated."""
    stated = [
        claim for claim in ranked(by_field.get("publisher", ()), TRUST["publisher"]) if not urls.is_url(claim.value)
    ]
    if address and (known := registry.of_url(address)):
        differing = [claim for claim in stated if registry.of_name(claim.value) not in (None, known)]
        draft.settle(
            "publisher", known.name, [Found("publisher", known.name, address, "publisher-registry")], differing
        )
        return known
    for claim in stated:
        if known := registry.of_name(claim.value):
            draft.settle("publisher", known.name, [claim])
            return known
    if stated:
        draft.settle("publisher", stated[0].value, stated[:1])
        return None
    for claim in (*by_field.get("rights", ()), *by_field.get("contributor", ()), *by_field.get("author", ())):
        if (known := registry.of_notice(claim.value)) and not known.agency:
            draft.settle("publisher", known.name, [claim._replace(value=known.name)])
            return known
    if told := registry.of_text(text):
        draft.settle("publisher", told[0].name, [Found("publisher", told[0].name, told[1], "text.self-mention")])
        return told[0]
    return None


def _language(by_field: dict[str, list[Found]], text: str, draft: Draft) -> str | None:
    stated = ranked(by_field.get("language", ()), ("front-matter.", RECORDS, "html.", "json-ld.", "meta."))
    declared = next((claim for claim in stated if language.code(claim.value)), None)
    found = language.detect(text, declared.value if declared else None)
    if found is None:
        return None
    if declared and language.code(declared.value) == found:
        draft.settle("language", found, [declared])
    else:
        draft.settle("language", found, [Found("language", found, "", "text.language")], [declared] if declared else [])
    return found


def _place(
    by_field: dict[str, list[Found]],
    publisher: Publisher | None,
    address: str | None,
    tongue: str | None,
    registry: Registry,
) -> Place:
    country = registry.country_of(address) if address else None
    zone = publisher.zone if publisher else country.zone if country else None
    order = (publisher.order if publisher else None) or (country.order if country else None)
    if country is None and publisher is None:
        regions = [language.region(claim.value) for claim in by_field.get("language", ())]
        settled = {region for region in regions if region}
        locale = registry.countries.get(settled.pop()) if len(settled) == 1 else None
        order = locale.order if locale else None  # a locale settles how dates are written, not where the outlet is
        if sole := language.SOLE_COUNTRY.get(tongue or ""):
            zone = registry.countries[sole].zone
    tongues = [tongue, *(publisher.languages if publisher and tongue is None else ())]
    return Place(tuple(each for each in tongues if each), order, ZoneInfo(zone) if zone else None)


def _plain(by_field: dict[str, list[Found]], draft: Draft) -> None:
    """Fields that are taken as stated."""
    for column in ("summary", "section", "dateline", "license", "rights", "source_id"):
        if stated := ranked(by_field.get(column, ()), ANY):
            draft.settle(column, stated[0].value, stated[:1])
    tags = ranked(by_field.get("tag", ()), ANY)
    if tags := [claim for claim in tags if claim.origin == tags[0].origin]:
        draft.settle("tags", unique(claim.value for claim in tags), tags)
    if robots := by_field.get("robots", ()):
        draft.settle("robots", "; ".join(dict.fromkeys(claim.value for claim in robots)), robots)
    if corrections := by_field.get("correction", ()):
        draft.settle("corrections", list(dict.fromkeys(claim.value for claim in corrections)), corrections)
    for claim in by_field.get("comment_count", ()):
        if match := re.search(r"\d[\d.,\s]*", claim.value):
            draft.settle("comment_count", int(re.sub(r"\D", "", match[0])[:9]), [claim])
            break


def _unfollowed(by_field: dict[str, list[Found]], draft: Draft) -> None:
    """Every claim that says something no recorded one says is kept beside those that were followed."""
    recorded = {(claim.field, claim.value) for claim in (*draft.sources, *draft.unfollowed)}
    for stated, claims in by_field.items():
        column = COLUMN.get(stated, stated)
        for claim in claims:
            if stated != "type" and (column, claim.value) not in recorded:
                recorded.add((column, claim.value))
                draft.unfollowed.append(claim._replace(field=column))


def _captions(claims: Sequence[Found], draft: Draft) -> None:
    """Captions with the credit that follows each; a credit without a caption stands alone, a repeated pair once."""
    captions: list[tuple[str | None, str | None]] = []
    open_caption = False
    for claim in claims:
        if claim.field == "caption":
            captions.append((claim.value, None))
        elif claim.field == "credit" and open_caption:
            captions[-1] = (captions[-1][0], claim.value)
        elif claim.field == "credit":
            captions.append((None, claim.value))
        else:
            continue
        open_caption = claim.field == "caption"
        draft.sources.append(claim._replace(field="captions"))
    if captions:
        draft.fields["captions"] = [{"text": text, "credit": credit} for text, credit in dict.fromkeys(captions)]
