"""Claims → one value a field, with its evidence: the order of trust is data, disagreement is kept.

Claims come from the head of a page, from front matter, from records and from lines of the text; none is believed for
being there.  A field that nothing states stays absent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flows import dates, language, people, publishers, urls
from flows.model import Format, Found, Moment
from flows.publishers import Publisher, Registry
from flows.settings import Settings

# Who is believed first, by the beginning of a claim's origin.  What the list does not name comes last, in the order of
# the document.
TRUST: dict[str, tuple[str, ...]] = {
    "published": ("front-matter.", "record.", "json-ld.datePublished", "meta.article:published", "meta.og:article:pub",
                  "text.", "microdata.datePublished", "meta.datepublished", "meta.date_published", "meta.parsely",
                  "meta.sailthru", "meta.cxense", "meta.dc.date.issued", "meta.dcterms.issued", "meta.pub", "meta.bt:",
                  "meta.prism", "meta.citation_publication", "meta.article", "meta.og:", "meta.content:",
                  "json-ld.page.datePublished", "html.time", "meta.", "json-ld.dateCreated", "json-ld.page.",
                  "html.visible-date", "json-ld.", "microdata.", "html.date-elsewhere", "url.path", "file-name"),
    "modified": ("front-matter.", "record.", "json-ld.dateModified", "meta.article:modified", "text.",
                 "meta.og:article:modified", "microdata.", "meta.", "json-ld.page.", "json-ld.", "html.time", "html."),
    "author": ("front-matter.", "record.", "text.", "json-ld.author", "json-ld.creator", "meta.", "json-ld.", "microdata.",
               "html.rel-author", "html.byline", "html.author-link", "html."),
    "publisher": ("front-matter.", "record.", "meta.og:site_name", "json-ld.publisher", "json-ld.", "meta."),
    "url": ("front-matter.", "record.", "meta.og:url", "json-ld.url", "json-ld.", "meta."),
}  # fmt: skip
_ANY = ("front-matter.", "record.", "json-ld.", "meta.", "text.")


@dataclass(frozen=True, slots=True)
class Resolved:
    """What was decided for a document."""

    fields: dict[str, object] = field(default_factory=dict)
    """Column of `schemas/corpus.toml` → value."""
    sources: tuple[Found, ...] = ()
    """The claims that the values were read from."""
    conflicts: tuple[Found, ...] = ()
    """Claims that say something else."""
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class _Draft:
    """A `Resolved` in the making."""

    fields: dict[str, object] = field(default_factory=dict)
    sources: list[Found] = field(default_factory=list)
    conflicts: list[Found] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def settle(self, column: str, value: object, source: Found, others: Sequence[Found] = ()) -> None:
        """Set a column from its source; `others` are claims that say something else."""
        self.fields[column] = value
        self.sources.append(source)
        self.conflicts.extend(others)


@dataclass(frozen=True, slots=True)
class _Place:
    """What the document's origin says about how it writes dates."""

    languages: tuple[str, ...]
    order: str | None
    zone: ZoneInfo | None


def resolve(
    claims: Sequence[Found], *, text: str, path: str, format: Format, now: datetime, settings: Settings
) -> Resolved:
    """Decide every field of a document from its claims, in document order.

    `text` is the cleaned article, `path` the raw path, `now` (aware) the run's clock: dates after it are not believed.
    """
    draft = _Draft()
    registry = publishers.load()
    by_field: dict[str, list[Found]] = {}
    for claim in claims:
        by_field.setdefault(claim.field, []).append(claim)
    address = _addresses(by_field, draft)
    publisher = _publisher(by_field, text, address, registry, draft)
    tongue = _language(by_field, text, draft)
    place = _place(by_field, publisher, address, tongue, registry)
    name_date = _dated_name(path) if format is Format.MARKDOWN else ()
    _moments(by_field, [*_dated_path(address), *name_date], place, now, settings.future_grace, draft)
    _title(by_field, publisher, address, draft)
    _people(by_field, publisher, registry, draft)
    _plain(by_field, draft)
    _captions(claims, draft)
    return Resolved(draft.fields, tuple(draft.sources), tuple(draft.conflicts), tuple(draft.warnings))


def ranked(claims: Sequence[Found], order: Sequence[str]) -> list[Found]:
    """The claims by trust: the first entry of `order` that an origin begins with; equals stay as they were."""

    def rank(claim: Found) -> int:
        return next((place for place, prefix in enumerate(order) if claim.origin.startswith(prefix)), len(order))

    return sorted(claims, key=rank)


# ------------------------------------------------------------------------------------------------ addresses, outlet


def _addresses(by_field: dict[str, list[Found]], draft: _Draft) -> str | None:
    """Settle url, canonical_url and site; the address that the rest may go by."""
    stated = [claim for claim in ranked(by_field.get("url", ()), TRUST["url"]) if urls.is_url(claim.value)]
    base = stated[0].value if stated else None
    canonical = [
        (claim, address)
        for claim in by_field.get("canonical_url", ())
        if (address := urls.absolute(claim.value, base))
    ]
    if stated:
        draft.settle("url", stated[0].value, stated[0])
    if canonical and (not stated or urls.site(canonical[0][1]) == urls.site(stated[0].value)):
        claim, address = canonical[0]
    elif stated:
        claim, address = stated[0], stated[0].value
    else:
        return None
    if folded := urls.canonical(address):
        draft.settle("canonical_url", folded, claim)
    if site := urls.site(address):
        draft.settle("site", site, claim)
    return address


def _publisher(
    by_field: dict[str, list[Found]], text: str, address: str | None, registry: Registry, draft: _Draft
) -> Publisher | None:
    """The outlet, if the registry knows it; its name is settled in any case where one is stated."""
    stated = [
        claim for claim in ranked(by_field.get("publisher", ()), TRUST["publisher"]) if not urls.is_url(claim.value)
    ]
    if address and (known := registry.of_url(address)):
        differing = [claim for claim in stated if registry.of_name(claim.value) not in (None, known)]
        draft.settle("publisher", known.name, Found("publisher", known.name, address, "publisher-registry"), differing)
        return known
    for claim in stated:
        if known := registry.of_name(claim.value):
            draft.settle("publisher", known.name, claim)
            return known
    if stated:
        draft.settle("publisher", stated[0].value, stated[0])
        return None
    for claim in (*by_field.get("rights", ()), *by_field.get("contributor", ()), *by_field.get("author", ())):
        if (known := registry.of_notice(claim.raw)) and not known.agency:
            draft.settle("publisher", known.name, replace(claim, field="publisher", value=known.name))
            return known
    if told := registry.of_text(text):
        draft.settle("publisher", told[0].name, Found("publisher", told[0].name, told[1], "text.self-mention"))
        return told[0]
    return None


def _language(by_field: dict[str, list[Found]], text: str, draft: _Draft) -> str | None:
    stated = ranked(by_field.get("language", ()), ("front-matter.", "record.", "html.", "json-ld.", "meta."))
    declared = next((claim for claim in stated if language.code(claim.value)), None)
    found = language.detect(text, declared.value if declared else None)
    if found is None:
        return None
    if declared and language.code(declared.value) == found:
        draft.settle("language", found, declared)
    else:
        draft.settle("language", found, Found("language", found, "", "text.language"), [declared] if declared else [])
    return found


def _place(
    by_field: dict[str, list[Found]],
    publisher: Publisher | None,
    address: str | None,
    tongue: str | None,
    registry: Registry,
) -> _Place:
    country = registry.country_of(address) if address else None
    if country is None and publisher is None:
        regions = [language.region(claim.value) for claim in by_field.get("language", ())]
        settled = {region for region in regions if region}
        stated = registry.countries.get(settled.pop()) if len(settled) == 1 else None
        # A locale settles how dates are written, not where the outlet is.
        country = replace(stated, zone=None) if stated else None
    zone = publisher.zone if publisher else country.zone if country else None
    order = (publisher.order if publisher else None) or (country.order if country else None)
    tongues = [tongue, *(publisher.languages if publisher and tongue is None else ())]
    return _Place(tuple(each for each in tongues if each), order, ZoneInfo(zone) if zone else None)


# ------------------------------------------------------------------------------------------------------------ dates

_PATH_DATE = re.compile(r"/(?P<date>(?:19|20)\d\d[/_-](?:0?[1-9]|1[0-2])[/_-](?:0?[1-9]|[12]\d|3[01]))(?=[/_-]|$)")
_PATH_COMPACT = re.compile(r"[/_-](?P<date>(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?=[/_.-]|$)")
_NAME_DATE = re.compile(r"(?:^|/)(?P<date>(?:19|20)\d\d-\d\d-\d\d)-[^/]*[^\W\d_][^/]*$")
_FINER = ("day", "hour", "minute", "second")


def _dated_path(address: str | None) -> Sequence[Found]:
    """The day in an address such as `/2026/02/28/slug`, which is mostly the day of publication."""
    match = _PATH_DATE.search(address or "") or _PATH_COMPACT.search(address or "")
    if match is None:
        return ()
    day = re.sub(r"[/_]", "-", match["date"])
    if day.isdigit():
        day = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    return (Found("published", day, match["date"], "url.path"),)


def _dated_name(path: str) -> Sequence[Found]:
    """The day in a Markdown file's name, as static site generators have it: `2026-02-28-slug.md`."""
    match = _NAME_DATE.search(path)
    return (Found("published", match["date"], match["date"], "file-name"),) if match else ()


def _moments(
    by_field: dict[str, list[Found]],
    fallback: Sequence[Found],
    place: _Place,
    now: datetime,
    grace: timedelta,
    draft: _Draft,
) -> None:
    def read(claim: Found) -> Moment | None:
        return dates.read(
            claim.value, languages=place.languages, order=place.order, zone=place.zone, now=now, grace=grace
        )

    for name in ("published", "modified"):
        stated = [*by_field.get(name, ()), *(fallback if name == "published" else ())]
        readings = [(claim, moment) for claim in ranked(stated, TRUST[name]) if (moment := read(claim))]
        if not readings:
            if stated:
                draft.warnings.append(f"no {name} date could be read from {stated[0].raw[:80]!r}")
            continue
        claim, moment = _finest(readings)
        others = [other for other, said in readings if not _agree(moment, said)]
        draft.settle(f"{name}_at", moment.instant, claim, others)
        draft.fields |= {
            f"{name}_local": moment.local,
            f"{name}_raw": claim.raw,
            f"{name}_origin": claim.origin,
            f"{name}_precision": moment.precision,
            f"{name}_zone": moment.zone,
            f"{name}_ambiguous": moment.ambiguous,
        }
        if others:
            draft.warnings.append(f"sources disagree on the {name} date")


def _finest(readings: Sequence[tuple[Found, Moment]]) -> tuple[Found, Moment]:
    """The most trusted reading; in its stead the finest that agrees, if it names only a day, or one that states the
    same instant in local time, if it is in UTC."""
    claim, moment = readings[0]
    if moment.ambiguous:
        claim, moment = next((each for each in readings if _swapped(moment, each[1])), readings[0])
    if moment.precision == "day":
        agreeing = [each for each in readings if _agree(moment, each[1])]
        return max(agreeing, key=lambda reading: _FINER.index(reading[1].precision))
    if moment.zone == "written" and moment.local.endswith("+00:00"):
        for other, said in readings:
            if said.zone == "written" and not said.local.endswith("+00:00") and _same_instant(moment, said):
                return other, said
    return claim, moment


def _swapped(doubtful: Moment, other: Moment) -> bool:
    """True where `other`, which is sure of itself, has the day and month of `doubtful` the other way round."""
    year, month, day = doubtful.local[:10].split("-")
    return not other.ambiguous and other.local[:10] == f"{year}-{day}-{month}"


def _same_instant(one: Moment, other: Moment) -> bool:
    return one.instant is not None and other.instant is not None and abs(one.instant - other.instant) < timedelta(minutes=1)


def _agree(one: Moment, other: Moment) -> bool:
    """True where two moments may be the same one: the same day as written, or, with clock times, within a day."""
    if one.local[:10] == other.local[:10]:
        return True
    if "day" in (one.precision, other.precision) or one.instant is None or other.instant is None:
        return False
    return abs(one.instant - other.instant) < timedelta(hours=14) and one.zone != other.zone


# ------------------------------------------------------------------------------------------------------------ title

# Of a news article og:title is the headline as the desk wrote it, where the visible one often carries a kicker or a
# search phrase; of other articles og:title is written for sharing and the visible headline is the title.  Measured on
# 127 news pages of 41 countries (0.77 → 0.87 right) and 77 pages of other sites (0.77 → 0.91).
_NEWS_TITLE = ("front-matter.", "record.", "meta.og:title", "json-ld.headline", "html.h", "microdata.", "meta.",
               "html.title", "text.")  # fmt: skip
_PAGE_TITLE = ("front-matter.", "record.", "json-ld.headline", "html.h", "microdata.", "meta.og:title", "meta.",
               "html.title", "text.")  # fmt: skip
_SEPARATOR = re.compile(r"\s+[|–—•·»«:~│-]+\s+|\s*[|｜│ㅣ]\s*|\s+::\s+|[:：](?=\S)|\s[-–—]\s")
_HEAD = ("json-ld.", "meta.", "html.title")


def _title(
    by_field: dict[str, list[Found]], publisher: Publisher | None, address: str | None, draft: _Draft
) -> None:
    news = any(re.search("News|LiveBlog", claim.value) for claim in by_field.get("type", ()))
    stated = ranked(by_field.get("title", ()), _NEWS_TITLE if news else _PAGE_TITLE)
    names = _site_names(by_field, publisher, address)
    values = [(claim, bare_title(claim.value, names)) for claim in stated]
    values = [(claim, value) for claim, value in values if value and not _is_site(value, names)]
    head = [value for claim, value in values if claim.origin.startswith(_HEAD)]
    values = [
        (claim, value)
        for claim, value in values
        if not claim.origin.startswith("html.h") or not head or any(_akin(value, each) for each in head)
    ]
    if not values:
        return
    claim, value = values[0]
    if claim.origin.startswith(_HEAD):
        for other, said in values:
            if other.origin.startswith(("html.h", "microdata.", "meta.headline")) and _is_headline_of(said, value):
                claim, value = other, said
                break
    others = [other for other, said in values if _letters(said) != _letters(value)]
    draft.settle("title", value, claim, others)


def _akin(shown: str, stated: str) -> bool:
    """True where a heading and a title of the page's head share words enough to be of the same article."""
    one, other = (set(re.findall(r"[\u3040-\u9fff]|[^\W_]+", text.casefold())) for text in (shown, stated))
    return len(one & other) >= 2 and 4 * len(one & other) >= len(one) or _letters(shown) in _letters(stated)


def _is_headline_of(shown: str, stated: str) -> bool:
    """True where the stated title is the shown headline and a few words more behind a dash or bar."""
    rest = stated.removeprefix(shown)
    return rest != stated and len(shown.split()) >= 2 and bool(re.match(r"\s*[-|–—•·:｜]", rest)) and len(rest.split()) <= 7


def bare_title(title: str, names: frozenset[str]) -> str:
    """A title without the site's name before or behind it; `names` are the site's names as bare letters."""
    title = " ".join(title.split())
    changed = True
    while changed:
        changed = False
        separators = list(_SEPARATOR.finditer(title))
        for separator in (*separators[-1:], *separators[:1]):
            front, back = title[: separator.start()], title[separator.end() :]
            if _is_site(back, names) and front:
                title, changed = front, True
                break
            if _is_site(front, names) and back and separator[0].strip() not in (":", "："):
                title, changed = back, True
                break
    return title


def _is_site(words: str, names: frozenset[str]) -> bool:
    """True for a name of the site, or a few words that begin with one: "Mirror Online"."""
    letters = _letters(words)
    if letters in names:
        return True
    return len(words.split()) <= 3 and any(len(name) >= 5 and letters.startswith(name) for name in names)


def _site_names(
    by_field: dict[str, list[Found]], publisher: Publisher | None, address: str | None
) -> frozenset[str]:
    names = {claim.value for claim in by_field.get("publisher", ())}
    if publisher:
        names |= {publisher.name, *publisher.aliases, *publisher.domains}
    if address:
        site = urls.site(address) or ""
        names |= {site, site.partition(".")[0], urls.host(address)}
    return frozenset(letters for name in names if (letters := _letters(name)))


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


# ----------------------------------------------------------------------------------------------------------- people


# Where structured data states an organisation as the author, and nobody is named anywhere, it is the author.
_CORPORATE = ("json-ld.author", "json-ld.creator", "meta.", "microdata.", "html.")


def _people(
    by_field: dict[str, list[Found]], publisher: Publisher | None, registry: Registry, draft: _Draft
) -> None:
    own = [claim.value for claim in by_field.get("publisher", ())]
    if publisher:
        own += [publisher.name, *publisher.aliases]
    groups: list[list[tuple[Found, people.Byline]]] = []
    for claim in ranked(by_field.get("author", ()), TRUST["author"]):
        byline = people.read_byline(claim.raw, registry, own)
        if claim.origin.startswith("html.") and any(" " in name for name in byline.people):
            byline = replace(byline, people=tuple(n for n in byline.people if " " in n or not n.isascii()))
        if groups and groups[-1][0][0].origin == claim.origin:
            groups[-1].append((claim, byline))
        else:
            groups.append([(claim, byline)])
    chosen = next((group for group in groups if any(byline.people for _, byline in group)), None)
    corporate = [group for group in groups if group[0][0].origin.startswith(_CORPORATE)]
    if chosen:
        names = _unique(name for _, byline in chosen for name in byline.people)
    elif chosen := next((group for group in corporate if any(byline.organisations for _, byline in group)), None):
        names = _unique(name for _, byline in chosen for name in byline.organisations)
    if chosen:
        told = {publishers.fold(name) for name in names}
        others = [
            claim
            for group in groups
            for claim, byline in group
            if byline.people and not {publishers.fold(name) for name in byline.people} <= told
        ]
        draft.settle("authors", names, chosen[0][0], others)
    _agencies(by_field, groups, publisher, registry, draft)
    helpers = [(claim, people.contributors(claim.raw, registry).people) for claim in by_field.get("contributor", ())]
    if names := _unique(name for _, found in helpers for name in found):
        draft.settle("contributors", names, next(claim for claim, found in helpers if found))


def _agencies(
    by_field: dict[str, list[Found]],
    groups: Sequence[Sequence[tuple[Found, people.Byline]]],
    publisher: Publisher | None,
    registry: Registry,
    draft: _Draft,
) -> None:
    """Agency and first outlet: as stated, or as the byline names them."""
    for column in ("agency", "syndicated_from"):
        for claim in by_field.get(column, [])[:1]:
            known = registry.of_name(claim.value)
            draft.settle(column, known.name if known else claim.value, claim)
    for claim, byline in (entry for group in groups for entry in group):
        for agency in byline.agencies:
            if "agency" not in draft.fields and agency != publisher:
                draft.settle("agency", agency.name, replace(claim, field="agency", value=agency.name))
        for outlet in byline.outlets:
            if "syndicated_from" not in draft.fields and publisher and outlet != publisher:
                draft.settle(
                    "syndicated_from", outlet.name, replace(claim, field="syndicated_from", value=outlet.name)
                )


def _unique(names: Iterable[str]) -> list[str]:
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(publishers.fold(name) or name, name)
    return list(found.values())


# ----------------------------------------------------------------------------------------------------- what is left


def _plain(by_field: dict[str, list[Found]], draft: _Draft) -> None:
    """Fields that are taken as stated."""
    for column in ("summary", "section", "dateline", "license", "rights", "source_id"):
        if stated := ranked(by_field.get(column, ()), _ANY):
            draft.settle(column, stated[0].value, stated[0])
    tags = ranked(by_field.get("tag", ()), _ANY)
    if tags := [claim for claim in tags if claim.origin == tags[0].origin]:
        draft.settle("tags", _unique(claim.value for claim in tags), tags[0])
    if robots := by_field.get("robots", ()):
        draft.settle("robots", "; ".join(dict.fromkeys(claim.value for claim in robots)), robots[0])
    if corrections := by_field.get("correction", ()):
        draft.settle("corrections", list(dict.fromkeys(claim.value for claim in corrections)), corrections[0])
    for claim in by_field.get("comment_count", ()):
        if match := re.search(r"\d[\d.,\s]*", claim.value):
            draft.settle("comment_count", int(re.sub(r"\D", "", match[0])[:9]), claim)
            break


def _captions(claims: Sequence[Found], draft: _Draft) -> None:
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
        draft.sources.append(claim)
    if captions:
        draft.fields["captions"] = [{"text": text, "credit": credit} for text, credit in dict.fromkeys(captions)]
