"""Time zones as they are written after a time: offsets, abbreviations, names.

An abbreviation is first looked for in the publisher's own zone ("IST" of an Indian paper, "CST" of a Chinese one), then
in the table below, which holds the reading that is most usual in news.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

# Abbreviations that say summer or winter time: fixed minutes east of UTC.
_FIXED = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 60, "BST": 60, "CET": 60, "CEST": 120, "MEZ": 60, "MESZ": 120,
    "EET": 120, "EEST": 180, "MSK": 180, "МСК": 180, "TRT": 180, "TSI": 180, "TSİ": 180, "NST": -210, "NDT": -150,
    "AST": -240, "ADT": -180, "EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360,
    "PST": -480, "PDT": -420, "AKST": -540, "AKDT": -480, "HST": -600, "BRT": -180, "ART": -180, "CLT": -240,
    "CLST": -180, "IST": 330, "PKT": 300, "NPT": 345, "BDT": 360, "ICT": 420, "WIB": 420, "WITA": 480, "WIT": 540,
    "HKT": 480, "SGT": 480, "MYT": 480, "PHT": 480, "AWST": 480, "JST": 540, "KST": 540, "ACST": 570, "ACDT": 630,
    "AEST": 600, "AEDT": 660, "NZST": 720, "NZDT": 780, "GST": 240, "IRST": 210, "SAST": 120, "CAT": 120, "WAT": 60,
    "EAT": 180, "IDT": 180,
}  # fmt: skip

# Names that leave summer or winter open: the zone knows.
_NAMED = {
    "ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles",
    "EASTERN": "America/New_York", "CENTRAL": "America/Chicago", "MOUNTAIN": "America/Denver",
    "PACIFIC": "America/Los_Angeles", "BEIJING": "Asia/Shanghai", "PARIS": "Europe/Paris", "MOSCOW": "Europe/Moscow",
    "MAKKAH": "Asia/Riyadh", "AEST/AEDT": "Australia/Sydney", "UK": "Europe/London", "LONDON": "Europe/London",
}  # fmt: skip

# Names of one half of the year that people use all year for the time on their clocks: "7 p.m. EST" in July.  Not MST,
# which Arizona keeps, and not GMT, which is the world's.
_SPOKEN = {
    "EST": "America/New_York", "EDT": "America/New_York", "CST": "America/Chicago", "CDT": "America/Chicago",
    "MDT": "America/Denver", "PST": "America/Los_Angeles", "PDT": "America/Los_Angeles",
}  # fmt: skip

# What a language says of abbreviations that two parts of the world use, where no publisher is known.
_BY_LANGUAGE = {
    ("CST", "zh"): 480, ("IST", "he"): 120, ("IST", "ga"): 60, ("BST", "bn"): 360, ("AST", "ar"): 180,
    ("GST", "ar"): 240, ("PST", "tl"): 480,
}  # fmt: skip

_WORDS = "|".join(re.escape(word) for word in sorted(_FIXED, key=lambda word: (-len(word), word)))
ZONE = re.compile(
    rf"""\s{{0,2}}[\[(]?(?:
        (?:(?:GMT|UTC)\s?)?(?P<sign>[+\-−–])(?P<hours>\d{{1,2}})(?::?(?P<minutes>\d\d))?(?!\d)
      | (?P<short>{_WORDS}|ET|CT|MT|PT|[ECMP]\.T\.|[ECMP]\.[SD]\.T\.)(?![\w.]*\w)
      | (?P<long>Eastern|Central|Mountain|Pacific|Beijing|London|UK|Makkah)(?:\s(?:Standard|Daylight))?\s[Tt]ime\b
    )[\])]?""",
    re.VERBOSE,
)
_CASELESS = re.compile(r"\s{0,2}\(?(?P<short>gmt|utc|cet|cest|est|edt|pst|pdt|ist|bst|msk|мск|wib)\b\)?", re.IGNORECASE)


def read_zone(text: str, position: int) -> tuple[str, int] | None:
    """The zone written at `position`: what names it (`+08:00`, `MST`, `ET`), and where it ends; None if none is."""
    match = ZONE.match(text, position)
    if match is None:
        match = _CASELESS.match(text, position)
        return (match["short"].upper(), match.end()) if match else None
    if match["sign"]:
        hours, minutes = int(match["hours"]), int(match["minutes"] or 0)
        if hours > 14 or minutes > 59:
            return None
        sign = "+" if match["sign"] == "+" else "-"
        return f"{sign}{hours:02}:{minutes:02}", match.end()
    return (match["short"] or match["long"]).replace(".", "").upper(), match.end()


def resolve_zone(name: str, local: datetime, home: ZoneInfo | None, languages: Sequence[str]) -> tzinfo | None:
    """The zone that `name` means at the local time `local`, given the publisher's own zone; None if it is unknown."""
    if name[0] in "+-":
        minutes = int(name[1:3]) * 60 + int(name[4:6])
        return timezone(timedelta(minutes=-minutes if name[0] == "-" else minutes))
    if name in _NAMED:
        return ZoneInfo(_NAMED[name])
    if home is not None:
        for month in (1, 7):
            season = local.replace(month=month, day=1, tzinfo=home)
            if season.tzname() == name:
                return timezone(season.utcoffset() or timedelta())
        if str(home).startswith("Australia/") and f"A{name}" in _FIXED:
            return timezone(timedelta(minutes=_FIXED[f"A{name}"]))
        if name == "BST" and str(home) == "Asia/Dhaka":
            return timezone(timedelta(hours=6))
        if name == "AST" and str(home).startswith("Asia/"):
            return timezone(timedelta(hours=3))
        if name == "PST" and str(home) == "Asia/Manila":
            return timezone(timedelta(hours=8))
    else:
        for language in languages:
            if (name, language) in _BY_LANGUAGE:
                return timezone(timedelta(minutes=_BY_LANGUAGE[name, language]))
    return timezone(timedelta(minutes=_FIXED[name])) if name in _FIXED else None


def spoken_zone(name: str, literal: tzinfo, local: datetime, home: ZoneInfo | None) -> ZoneInfo | None:
    """The zone whose local time is meant where `name` is of the other half of the year: of the publisher if its zone
    goes by that name, else the one that the name stands for in North America.  None where `name` (which says `literal`)
    fits the season."""
    spoken = home if home and name in _names(home, local) else None
    if spoken is None and name in _SPOKEN and local.replace(tzinfo=literal).utcoffset() == _minutes(name):
        spoken = ZoneInfo(_SPOKEN[name])
    if spoken is None or name == "GMT":
        return None
    return spoken if local.replace(tzinfo=spoken).utcoffset() != local.replace(tzinfo=literal).utcoffset() else None


def _names(home: ZoneInfo, local: datetime) -> set[str | None]:
    return {local.replace(month=month, day=1, tzinfo=home).tzname() for month in (1, 7)}


def _minutes(name: str) -> timedelta:
    return timedelta(minutes=_FIXED[name])
