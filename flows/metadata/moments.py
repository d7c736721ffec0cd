"""Published and modified: every claim is read, the most trusted decides, and what disagrees is kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from flows import dates
from flows.metadata.draft import RECORDS, TRUST, Draft, ranked
from flows.model import Found, Moment


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of how a document writes its dates."""

    languages: tuple[str, ...]
    order: str | None
    zone: ZoneInfo | None


Reading = tuple[Found, Moment]
"""A claim and the moment that it was read as."""

_PATH_DATE = re.compile(r"/(?P<date>(?:19|20)\d\d[/_-](?:0?[1-9]|1[0-2])[/_-](?:0?[1-9]|[12]\d|3[01]))(?=[/_-]|$)")
_PATH_COMPACT = re.compile(r"[/_-](?P<date>(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?=[/_.-]|$)")
_NAME_DATE = re.compile(r"(?:^|/)(?P<date>(?:19|20)\d\d-\d\d-\d\d)-[^/]*[^\W\d_][^/]*$")
_SLASHED = re.compile(r"\s*\d{1,2}/\d{1,2}/\d{4}")
_OWN = {"front-matter", *(origin.rstrip(".") for origin in RECORDS)}
_FETCHED = ("warc.", "http.", "mhtml.", "front-matter.", "record.")
"""Who notes when a copy was fetched, the most trusted first."""
_WIDEST = timedelta(hours=14)
"""No two clocks of the world are further apart."""
_FINER = ("day", "hour", "minute", "second")


def dated_path(address: str | None) -> Sequence[Found]:
    """The day in an address such as `/2026/02/28/slug`, which is mostly the day of publication."""
    match = _PATH_DATE.search(address or "") or _PATH_COMPACT.search(address or "")
    if match is None:
        return ()
    day = re.sub(r"[/_]", "-", match["date"])
    if day.isdigit():
        day = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    return (Found("published", day, match["date"], "url.path"),)


def dated_name(path: str) -> Sequence[Found]:
    """The day in a Markdown file's name, as static site generators have it: `2026-02-28-slug.md`."""
    match = _NAME_DATE.search(path)
    return (Found("published", match["date"], match["date"], "file-name"),) if match else ()


def moments(
    by_field: dict[str, list[Found]],
    fallback: Sequence[Found],
    place: Place,
    now: datetime,
    grace: timedelta,
    fetched: datetime | None,
    draft: Draft,
) -> None:
    def read(claim: Found) -> Moment | None:
        return dates.read(
            claim.value,
            languages=place.languages,
            order=place.order,
            zone=place.zone,
            now=now,
            grace=grace,
            fetched=fetched,
        )

    for name in ("published", "modified"):
        stated = [*by_field.get(name, ()), *(fallback if name == "published" else ())]
        readings: Sequence[Reading] = [
            (claim, moment) for claim in ranked(stated, TRUST[name]) if (moment := read(claim))
        ]
        if not readings:
            if stated:
                draft.warnings.append(f"no {name} date could be read from {stated[0].raw[:80]!r}")
            continue
        if name == "published":
            readings = _first_shown(readings, [said for claim in by_field.get("modified", ()) if (said := read(claim))])
        claim, moment = _finest(_heard(readings, place.zone))
        moment = _at_home(moment, readings, place.zone)
        others = [other for other, said in readings if not _agree(moment, said)]
        draft.settle(f"{name}_at", moment.instant, [claim], others)
        draft.fields |= {
            f"{name}_local": _with_offset(moment),
            f"{name}_raw": claim.raw,
            f"{name}_origin": claim.origin,
            f"{name}_precision": moment.precision,
            f"{name}_zone": moment.zone,
            f"{name}_ambiguous": moment.ambiguous,
        }
        if others:
            draft.warnings.append(f"sources disagree on the {name} date")
        if moment.zone == "written-season":
            draft.warnings.append(f"zone out of season in the {name} date, read as local time: {claim.raw[:80]!r}")


def fetch_time(by_field: dict[str, list[Found]], now: datetime, grace: timedelta, draft: Draft) -> datetime | None:
    """When the copy was fetched: as its crawler noted it, else as front matter or a record says; settles the column.

    A time without a zone is taken as UTC, as crawlers mostly write it, with a warning; a bare day says too little to
    count back from, and when an e-mail was sent is no fetch.
    """
    for claim in ranked(by_field.get("fetched_at", ()), _FETCHED):
        said = dates.read(claim.value, now=now, grace=grace) if claim.origin.startswith(_FETCHED) else None
        if said and said.instant and said.precision != "day":
            if said.zone == "assumed-utc":
                draft.warnings.append(f"the time of fetch has no zone, read as UTC: {claim.raw[:80]!r}")
            read = claim._replace(value=said.instant.isoformat())
            by_field["fetched_at"] = [read if each is claim else each for each in by_field["fetched_at"]]
            draft.settle("fetched_at", said.instant, [read])
            return said.instant
    return None


def _first_shown(readings: Sequence[Reading], changes: Sequence[Moment]) -> Sequence[Reading]:
    """The readings; where the most trusted is to the second that of the last change, and the page shows an earlier
    day with a clock time, that day comes first: the tag was filled anew."""
    moment = readings[0][1]
    if moment.precision != "second" or not any(moment.instant == change.instant for change in changes):
        return readings
    shown = next((said for claim, said in readings if _kind(claim) == "shown"), None)
    if shown is None or shown.precision not in ("minute", "second"):
        return readings
    before = datetime.fromisoformat(moment.local[:16]) - datetime.fromisoformat(shown.local[:16])
    if before < _WIDEST or shown.local[:10] == moment.local[:10]:
        return readings
    return sorted(readings, key=lambda reading: reading[1].local[:10] != shown.local[:10])


def _heard(readings: Sequence[Reading], home: ZoneInfo | None) -> Sequence[Reading]:
    """The readings, the most trusted first; where it stands alone and two other kinds of source agree on another day,
    theirs come first.

    Front matter and records are not outvoted, nor is a clock time by the bare day after it, which is that of the
    printed edition.
    """
    kinds: dict[str, set[str]] = {}
    for claim, moment in readings:
        kinds.setdefault(moment.local[:10], set()).add(_kind(claim))
    first = readings[0][1]
    own = first.local[:10]
    at_home = first.instant.astimezone(home) if home and first.instant and first.precision != "day" else None
    said = kinds[own] | (kinds.get(at_home.date().isoformat(), set()) if at_home else set())
    if kinds[own] & _OWN or len(said) > 1:
        return readings
    other = next((day for day, found in kinds.items() if len(found) > 1), own)
    timed = any(moment.precision != "day" for _, moment in readings if moment.local[:10] == other)
    if not timed and date.fromisoformat(other) - date.fromisoformat(own) == timedelta(days=1):
        return readings
    return sorted(readings, key=lambda reading: reading[1].local[:10] != other)


def _kind(claim: Found) -> str:
    """Sources of one kind repeat each other: what a page shows, its meta tags, its JSON-LD, …."""
    kind = claim.origin.partition(".")[0]
    return "shown" if kind in ("html", "text", "microdata") else kind


def _at_home(moment: Moment, readings: Sequence[Reading], home: ZoneInfo | None) -> Moment:
    """A moment stated in UTC, in the local time that the page shows beside it, or else in its outlet's zone, unless
    the page shows another day."""
    if moment.zone != "written" or moment.precision == "day" or not moment.local.endswith("+00:00"):
        return moment
    stated = datetime.fromisoformat(moment.local)
    shown = [
        said for claim, said in readings if not said.zone.startswith("written") and _kind(claim) in ("shown", "url")
    ]
    for said in shown:
        if said.precision in ("minute", "second"):
            clock = datetime.fromisoformat(said.local).replace(tzinfo=UTC)
            quarters, rest = divmod((clock - stated.replace(second=clock.second)).total_seconds(), 900)
            if quarters and not rest and -48 <= quarters <= 56:
                return _moved(moment, stated.astimezone(timezone(timedelta(minutes=15 * quarters))))
    local = stated.astimezone(home) if home else stated
    days = {said.local[:10] for said in shown}
    return _moved(moment, local) if not days or local.date().isoformat() in days else moment


def _with_offset(moment: Moment) -> str:
    """The moment as text that names the same instant: of a bare day in a known zone its first minute with the offset;
    where the zone is only assumed, the bare day."""
    if moment.precision != "day" or moment.zone == "assumed-utc" or moment.instant is None:
        return moment.local
    midnight = datetime.fromisoformat(moment.local).replace(tzinfo=UTC)
    return midnight.replace(tzinfo=timezone(midnight - moment.instant)).isoformat(timespec="minutes")


def _moved(moment: Moment, local: datetime) -> Moment:
    return replace(moment, local=local.isoformat(timespec="seconds" if moment.precision == "second" else "minutes"))


def _finest(readings: Sequence[Reading]) -> Reading:
    """The most trusted reading; in its stead the finest that agrees, if it names only a day, or one that states the
    same instant in local time, if it is in UTC."""
    claim, moment = readings[0]
    if moment.ambiguous or _SLASHED.match(claim.value):
        surer = (each for each in readings if not _SLASHED.match(each[0].value) and _swapped(moment, each[1]))
        claim, moment = next(surer, readings[0])
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
    if one.instant is None or other.instant is None:
        return False
    return abs(one.instant - other.instant) < timedelta(minutes=1)


def _agree(one: Moment, other: Moment) -> bool:
    """True where two moments may be the same one: the same day as written, or, with clock times, within a day."""
    if one.local[:10] == other.local[:10]:
        return True
    if "day" in (one.precision, other.precision) or one.instant is None or other.instant is None:
        return False
    return abs(one.instant - other.instant) < _WIDEST and one.zone != other.zone
