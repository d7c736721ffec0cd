"""Reading a located date string: strict formats first, then known shapes, then dateparser."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from flows.dates import relative
from flows.dates.shapes import Shape, fold, scan
from flows.dates.zones import resolve_zone, spoken_zone
from flows.model import Moment

EARLIEST = 1600
"""No newspaper is older: a date before this year is a mistake."""
MAX_LENGTH = 300
_EPOCH_SPAN = (631152000, 4102444800)  # 1990 to 2100, in seconds

_ISO = re.compile(
    r"(?P<y>\d{4})-(?P<mo>\d\d)-(?P<d>\d\d)(?:[T ](?P<h>\d\d)(?::?(?P<mi>\d\d)(?::?(?P<s>\d\d)(?:[.,]\d+)?)?)?"
    r"\s?(?P<z>Z|[+-]\d\d(?::?\d\d)?)?)?"
)
_COMPACT = re.compile(
    r"(?P<y>\d{4})(?P<mo>\d\d)(?P<d>\d\d)(?:T?(?P<h>\d\d):?(?P<mi>\d\d):?(?P<s>\d\d)?(?:\.\d+)?(?P<z>Z|[+-]\d\d:?\d\d)?)?"
)


def read(
    raw: str,
    *,
    languages: Sequence[str] = (),
    order: str | None = None,
    zone: ZoneInfo | None = None,
    now: datetime,
    grace: timedelta,
    fetched: datetime | None = None,
) -> Moment | None:
    """The moment that a located date string states; None if it states none that can be believed.

    `raw` may still carry its label.  `languages` (ISO 639-1), `order` (`DMY`, `MDY`, `YMD`) and `zone` are what is
    known of the document and its publisher.  Not believed are dates that do not exist, that lie before the year 1600
    or after `now` + `grace`, that lack day, month or year, and relative ones ("2 hours ago") unless `fetched` says
    when the page was.  `now` and `fetched` must be aware.
    """
    text = " ".join(fold(raw[: MAX_LENGTH + 1]).split())
    if not text or len(text) > MAX_LENGTH:
        return None
    strict = read_strict(text)
    shape = strict if strict and strict.day.year >= EARLIEST else _first(text, languages, order)
    if shape is None and (ago := relative.find(text)):
        moment = relative.resolve(ago, fetched, zone) if fetched else None
    else:
        shape = shape or _by_dateparser(text, languages, order)
        moment = _moment(shape, languages, zone) if shape and shape.day.year >= EARLIEST else None
    return moment if moment and moment.instant and moment.instant <= now + grace else None


def read_strict(text: str) -> Shape | None:
    """ISO 8601, its compact form, or seconds and milliseconds since 1970."""
    match = _ISO.fullmatch(text) or _COMPACT.fullmatch(text)
    if match is None or (re.fullmatch(r"\d{10}", text) and not 19 <= int(text[:2]) <= 20):
        return _epoch(text)
    try:
        day = date(int(match["y"]), int(match["mo"]), int(match["d"]))
        hour, minute, second = (int(match[part]) if match[part] else None for part in ("h", "mi", "s"))
        time(hour or 0, minute or 0, second or 0)
    except ValueError:
        return _epoch(text)
    return Shape(0, len(text), day, False, hour, minute, second, _offset(match["z"]))


def _offset(text: str | None) -> str | None:
    if not text:
        return None
    if text == "Z":
        return "+00:00"
    return f"{text[:3]}:{text[3:].lstrip(':') or '00'}"


def _epoch(text: str) -> Shape | None:
    if not re.fullmatch(r"\d{10}(?:\d{3})?", text):
        return None
    seconds = int(text[:10])
    if not _EPOCH_SPAN[0] <= seconds <= _EPOCH_SPAN[1]:
        return None
    at = datetime.fromtimestamp(seconds, UTC)
    return Shape(0, len(text), at.date(), False, at.hour, at.minute, at.second, "+00:00")


def _first(text: str, languages: Sequence[str], order: str | None) -> Shape | None:
    return next(iter(scan(text, languages, order)), None)


def _by_dateparser(text: str, languages: Sequence[str], order: str | None) -> Shape | None:
    """What dateparser makes of it in the languages known, if it finds day, month and year."""
    known = [language for language in languages if language in _dateparser_languages()]
    if not known or len(text) > 80 or not re.search(r"\d{4}", text):
        return None
    import dateparser  # 0.3 s that most runs can do without

    settings = {"REQUIRE_PARTS": ["day", "month", "year"], "STRICT_PARSING": True, "PARSERS": ["absolute-time"],
                "DATE_ORDER": order or "DMY", "RELATIVE_BASE": datetime(2000, 1, 1)}  # fmt: skip
    found = dateparser.parse(text, languages=known, settings=settings)
    if found is None:
        return None
    clock = re.search(r"\d{1,2}\s?[:.h]\s?\d\d", text) is not None
    hour, minute = (found.hour, found.minute) if clock and (found.hour or found.minute) else (None, None)
    return Shape(0, len(text), found.date(), False, hour, minute)


@cache
def _dateparser_languages() -> frozenset[str]:
    from dateparser.data.languages_info import language_order

    return frozenset(language_order)


def _moment(shape: Shape, languages: Sequence[str], home: ZoneInfo | None) -> Moment | None:
    local = datetime.combine(shape.day, time(shape.hour or 0, shape.minute or 0, shape.second or 0))
    written = resolve_zone(shape.zone, local, home, languages) if shape.zone else None
    used: tzinfo = written or home or UTC
    origin = "written" if written else "publisher" if home else "assumed-utc"
    by_people = shape.second is None  # a clock with seconds is a machine's, and its zone is meant as written
    if written and shape.zone and by_people and (spoken := spoken_zone(shape.zone, written, local, home)):
        used, origin = spoken, "written-season"
    aware = local.replace(tzinfo=used)
    try:
        instant = aware.astimezone(UTC)
    except OverflowError:
        return None
    if shape.precision == "day":
        stated = shape.day.isoformat()
    else:
        stated = aware.isoformat(timespec={"hour": "minutes"}.get(shape.precision, shape.precision + "s"))
    return Moment(stated, instant, shape.precision, origin, shape.ambiguous)
