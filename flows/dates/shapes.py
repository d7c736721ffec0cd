"""The shapes that dates and times are written in: where they stand in a string, and what they say.

`scan` finds them; it knows no clock, no zone of a publisher and no plausibility, which are `flows.dates`' business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache

from flows.dates import words
from flows.dates.zones import read_zone

_HAN = "〇零一二三四五六七八九十"
GAP = 28
"""Characters that may stand between a date and its time."""

# One character for one, so that offsets hold.
_FOLD = str.maketrans(
    {chr(zero + n): str(n) for zero in (0x660, 0x6F0, 0x966, 0x9E6, 0xBE6, 0xE50, 0xFF10) for n in range(10)}
    | dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u202f\u3000\u200e\u200f\u202a\u202c\u2066\u2069\t\n\r", " ")
    | {"：": ":", "／": "/", "．": ".", "－": "-", "（": "(", "）": ")", "‐": "-", "‑": "-", "，": ",", "\u2019": "'"}
)


_DAY_FIRST_ZONE = re.compile(
    r"\+(?!00:00)|(?:BST|CES?T|MES?Z|WES?T|EES?T|MSK|IST|PKT|SAST|WAT|EAT|AES?T|AEDT|NZ[SD]?T|SGT|HKT|WIB)\b",
    re.IGNORECASE,
)
"""Clocks east of Greenwich and of Europe: there `3/4/2026` is the third of April."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A date that was found: half-open offsets, its parts as written."""

    start: int
    end: int
    day: date
    ambiguous: bool = False
    hour: int | None = None
    minute: int | None = None
    second: int | None = None
    zone: str | None = None
    month_first: bool = False

    @property
    def precision(self) -> str:
        """`second`, `minute`, `hour` or `day`."""
        parts = ((self.second, "second"), (self.minute, "minute"), (self.hour, "hour"))
        return next((name for value, name in parts if value is not None), "day")


def fold(text: str) -> str:
    """`text` with ASCII digits, plain spaces and plain punctuation, character for character."""
    return text.translate(_FOLD)


def scan(text: str, languages: Sequence[str] = (), order: str | None = None) -> tuple[Shape, ...]:
    """Every date in `text`, with its time and zone where they stand beside it, in order and without overlap.

    `order` (`DMY`, `MDY`, `YMD`) settles `3/4/2026`; without it the languages do, and where they do not either, the
    date is marked ambiguous.
    """
    return _scanned(fold(text), tuple(languages), order)


@lru_cache(maxsize=2048)  # the same short strings come by several ways: element, line, claim
def _scanned(text: str, languages: tuple[str, ...], order: str | None) -> tuple[Shape, ...]:
    found: list[Shape] = []
    for shape in _dates(text, languages, order):
        found.append(_day_first_where_told(_with_time(text, shape, found[-1].end if found else 0)))
    return tuple(found)


def _day_first_where_told(shape: Shape) -> Shape:
    """A date that may be read both ways, with the day first where its clock is not of a country that writes the month
    first; it stays in doubt."""
    if not shape.ambiguous or not shape.month_first or not _DAY_FIRST_ZONE.match(shape.zone or ""):
        return shape
    return replace(shape, day=date(shape.day.year, shape.day.day, shape.day.month), month_first=False)


def _dates(text: str, languages: Sequence[str], order: str | None) -> Iterator[Shape]:
    position = 0
    while match := _date_pattern().search(text, position):
        shape = _shape(match, languages, order)
        position = shape.end if shape else match.start() + 1
        if shape:
            yield shape


@cache
def _date_pattern() -> re.Pattern[str]:
    month = words.month_pattern()
    # Hundreds of names are tried only where a number follows closely.
    before = rf"(?<![^\W\d_])(?=[^\W\d_]\D{{1,{2 * words.longest_month() + 12}}}\d)"
    ahead = rf"(?=\D{{2,{words.longest_month() + 3}}}\d)"
    return re.compile(
        rf"""(?<![\w/.-])(?:
          (?P<era>令和|平成|昭和|大正|民國|民国)\s?(?P<ey>\d{{1,3}}|元)\s?年\s?(?P<em>\d{{1,2}})\s?月\s?(?P<ed>\d{{1,2}})\s?日?
        | (?P<ke>令和|平成|昭和|大正|民國|民国)?
            (?P<ky>[{_HAN}]{{1,4}}|元)年(?P<km>[{_HAN}]{{1,2}})月(?P<kd>[{_HAN}]{{1,3}})日
        | (?P<le>[RHS])(?P<ly>\d{{1,2}})\.(?P<lm>\d{{1,2}})\.(?P<ld>\d{{1,2}})(?!\d)
        | (?P<cy>\d{{4}})\s?(?:年|년)\s?(?P<cm>\d{{1,2}})\s?(?:月|월)\s?(?P<cd>\d{{1,2}})\s?(?:日|號|号|일)?
        | (?P<y1>\d{{4}})(?P<s1>\s?[./-]\s?)(?P<m1>\d{{1,2}})\s?[./-]\s?(?P<d1>\d{{1,2}})(?!\d)
        | (?P<a2>\d{{1,2}})\s?(?P<s2>[./-]|\|(?=\s?\d\d?\s?\|\s?\d{{4}}))\s?
            (?P<b2>\d{{1,2}})\s?(?P=s2)\s?(?P<y2>\d{{4}}|'?\d\d)(?!\d|[./-]\d)
        | (?P<d3>\d{{1,2}})(?:st|nd|rd|th|er|re|e|º|°|ª|:a)?[\s.,/-]{{0,3}}(?:(?:de|of|di|du|d'|ngày|tháng)\s?)?
            {before}(?P<n3>{month})(?![^\W\d_])\.?(?:\s?/\s?(?:{month}))?
            [\s.,/-]{{0,3}}(?:(?:de|del|of|do|سنة|года)\s)?(?P<y3>\d{{4}}|(?<=[-/])\d\d|'\d\d)(?!\d|:\d)
        | {ahead}(?P<n4>{month})(?![^\W\d_])[\s.,/-]{{0,3}}(?P<d4>\d{{1,2}})(?!\d)(?:st|nd|rd|th)?
            [\s.,/-]{{1,3}}(?P<y4>\d{{4}})(?!\d)
        | {ahead}(?P<n6>{month})(?![^\W\d_])\s{{1,2}}(?P<d6>\d{{1,2}})\s
            (?=\d\d?:\d\d(?::\d\d)?\s(?:[A-Z+-][\w:+-]{{0,5}}\s)?(?P<y6>\d{{4}})(?!\d))
        | (?P<y5>\d{{4}})(?:\.|\sm\.|,)?[\s./-]{{1,2}}(?:ko\s)?(?P<n5>{month})(?![^\W\d_])
            [\s./-]{{1,3}}(?P<d5>\d{{1,2}})(?!\d|:\d)(?:\.|\sd\.|a)?
        )""",
        re.VERBOSE | re.IGNORECASE,
    )


def _han(numeral: str) -> int:
    """The number that up to four Han numerals write: by digits ("二〇二六") or with tens ("二十八")."""
    tens, ten, ones = numeral.partition("十")
    digits = {"零": 0} | {numeral: value for value, numeral in enumerate("〇一二三四五六七八九")}
    if ten:
        return 10 * (digits.get(tens, 1) if tens else 1) + (digits.get(ones, 0) if ones else 0)
    return int("".join(str(digits[each]) for each in numeral))


_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "民國": 1911, "民国": 1911}


def _shape(match: re.Match[str], languages: Sequence[str], order: str | None) -> Shape | None:
    ambiguous = False
    if match["era"]:
        year = _ERAS[match["era"]] + (1 if match["ey"] == "元" else int(match["ey"]))
        day = _date(year, int(match["em"]), int(match["ed"]))
    elif match["ld"]:  # as offices in Japan write it: R8.2.28
        if "ja" not in languages:
            return None
        era = {"R": "令和", "H": "平成", "S": "昭和"}[match["le"].upper()]
        day = _date(_ERAS[era] + int(match["ly"]), int(match["lm"]), int(match["ld"]))
    elif match["kd"]:
        start = _ERAS[match["ke"]] if match["ke"] else 0
        year = start + (1 if match["ky"] == "元" else _han(match["ky"]))
        day = _date(year, _han(match["km"]), _han(match["kd"])) if year > 1000 else None
    elif match["cy"]:
        day = _date(int(match["cy"]), int(match["cm"]), int(match["cd"]))
    elif match["y1"]:
        day = _date(int(match["y1"]), int(match["m1"]), int(match["d1"]))
        if day is None and "." not in match["s1"]:
            day = _date(int(match["y1"]), int(match["d1"]), int(match["m1"]))
    elif match["y2"]:
        return _numeric(match, languages, order)
    else:
        number = next(n for n in "3456" if match["n" + n])
        day = _named(match["n" + number], int(match["d" + number]), _year(match["y" + number]), languages)
    return Shape(match.start(), match.end(), day, ambiguous) if day else None


def _numeric(match: re.Match[str], languages: Sequence[str], order: str | None) -> Shape | None:
    first, second, year = int(match["a2"]), int(match["b2"]), _year(match["y2"])
    short = len(match["y2"]) == 2
    if short and order == "YMD" and (day := _date(2000 + first, second, int(match["y2"]))):
        return Shape(match.start(), match.end(), day)
    month_first = order == "MDY" if order in ("DMY", "MDY") else match["s2"] == "/" and _reads_month_first(languages)
    settled = order in ("DMY", "MDY") or match["s2"] == "." or bool(languages and "en" not in languages)
    day = _date(year, second, first) if not month_first else _date(year, first, second)
    other = _date(year, first, second) if not month_first else _date(year, second, first)
    chosen = day or other
    if chosen is None:
        return None
    doubtful = bool(not settled and day and other and day != other)
    return Shape(match.start(), match.end(), chosen, doubtful, month_first=month_first)


def _reads_month_first(languages: Sequence[str]) -> bool:
    return not languages or "en" in languages


def _named(name: str, day: int, year: int, languages: Sequence[str]) -> date | None:
    month = words.month_of(name, languages)
    if month is None:
        persian = words.month_of(name, languages, words.persian_months())
        return _persian(year, persian, day) if persian else None
    return _date(year, month, day)


def _year(text: str) -> int:
    number = int(text.lstrip("'"))
    if len(text.lstrip("'")) == 4:
        return number
    return number + (2000 if number < 70 else 1900)


def _date(year: int, month: int, day: int) -> date | None:
    if 1300 <= year <= 1500:
        return _persian(year, month, day)
    if 2400 <= year <= 2650:  # the Buddhist calendar, as Thai papers write it
        year -= 543
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _persian(year: int, month: int, day: int) -> date | None:
    """A date of the Persian calendar, by the 33-year rule that holds for the years 1178 to 1633."""
    if not (1178 <= year <= 1633 and 1 <= month <= 12 and 1 <= day <= (31 if month <= 6 else 30)):
        return None
    past = year + 1595
    days = 365 * past + past // 33 * 8 + (past % 33 + 3) // 4 + day - 355668
    days += (month - 1) * 31 if month < 7 else (month - 7) * 30 + 186
    return date.fromordinal(days - 365)


# ----------------------------------------------------------------------------------------------------------- times

_MORNING = (
    r"a\.?\s?m\.?|上午|午前|凌晨|清晨|早上|早晨|오전|새벽|아침|صباحا|صباحًا|ص|صبح|π\.?μ\.?|de la mañana"
    r"|सुबह|সকাল|утра|sáng|pagi"
)
_EVENING = (
    r"p\.?\s?m\.?|下午|午後|中午|傍晚|晚上|晚间|晚間|夜间|오후|저녁|밤|مساءً|مساء|م|عصر|بعدازظهر|μ\.?μ\.?"
    r"|de la tarde|de la noche|दोपहर|शाम|दुपारी|বিকেল|বিকাল|সন্ধ্যা|вечера|chiều|sore"
)
_TIME = re.compile(
    rf"""(?<![\d.,:])(?:(?P<before>{_MORNING}|{_EVENING})\s?)?
    (?:(?P<h>\d{{1,2}})(?:
          \s?(?::|[hH時时点點시Η])\s?(?P<m>\d{{2}})(?:\s?[分분])?(?:[:.]?\s?(?P<s>\d{{2}})(?=\D|$)(?:[.,]\d{{1,9}})?\s?[秒초]?)?(?!\d)
        | \s?[時时点點시](?:\s?(?P<m2>\d{{1,2}})\s?[分분])?
        | \.(?P<m3>\d{{2}})(?!\.?\d)(?=\s?(?:Uhr|[ap]\.?m|wib|wita|$|[\s)|,]))
        | \s?(?=Uhr\b|(?:heures|horas|hrs|uur)\b|h\b)
        | (?=\s?(?:[ap]\.?\s?m\b))
    ))
    (?:\s?(?P<after>{_MORNING}|{_EVENING})(?!\w))?(?:\s?(?:Uhr|horas|hrs|hs|uur|h)\b)?""",
    re.VERBOSE | re.IGNORECASE,
)
_EVENING_ONLY = re.compile(_EVENING, re.IGNORECASE)


def _with_time(text: str, shape: Shape, left: int) -> Shape:
    """The shape with the time that stands after it, or before it but after `left`, if one does."""
    ahead = _TIME.search(text, shape.end, min(len(text), shape.end + GAP + 24))
    if ahead and _joins(text[shape.end : ahead.start()]):
        return _timed(text, shape, ahead)
    begin = max(left, shape.start - GAP - 16)
    behind = [match for match in _TIME.finditer(text, begin, shape.start) if match.end() <= shape.start]
    if behind and behind[-1]["h"]:
        timed = _timed(text, shape, behind[-1])
        between = text[timed.end if timed.end < shape.start else behind[-1].end() : shape.start]
        if timed.hour is not None and _joins(between):
            return timed
    return shape


def _joins(between: str) -> bool:
    """True where what stands between a date and a time may join them."""
    return len(between) <= GAP and not re.search(r"[\d;]|[.!?]\s\S", between) and len(between.split()) <= 4


def _timed(text: str, shape: Shape, match: re.Match[str]) -> Shape:
    hour = int(match["h"])
    minute = match["m"] or match["m2"] or match["m3"]
    half = match["before"] or match["after"]
    if half and hour <= 12:
        hour = hour % 12 + (12 if _EVENING_ONLY.fullmatch(half.strip()) else 0)
    if hour == 24 and not int(minute or 0):
        return shape
    if hour > 23 or int(minute or 0) > 59 or int(match["s"] or 0) > 59:
        return shape
    zone = read_zone(text, match.end())
    end = zone[1] if zone else match.end()
    return replace(
        shape,
        start=min(shape.start, match.start()),
        end=max(shape.end, end),
        hour=hour,
        minute=int(minute) if minute else None,
        second=int(match["s"]) if match["s"] else None,
        zone=zone[0] if zone else None,
    )
