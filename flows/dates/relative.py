"""Times that count back from the moment of reading ("2 hours ago"): where they stand, and which moment they mean.

They mean one only where it is known when the page was fetched; otherwise they say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from flows.dates import words
from flows.dates.shapes import fold
from flows.model import Moment

MAX_LINE = 80
_UNITS = ("second", "minute", "hour", "day")
_OPTIONAL = re.compile(r"\(\?:[^()]*\)\?|.\?(?!:)")
_MARK = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)*")
_BREAK = re.compile(r"[|•·,–—-]\s?$")


@dataclass(frozen=True, slots=True)
class Ago:
    """A time so many units back, and where it stands in its line."""

    start: int
    end: int
    count: int
    unit: str
    """`second`, `minute`, `hour` or `day`."""


def find(line: str) -> Ago | None:
    """The relative time of a short line that says little else; None for prose and for weeks, months and years."""
    if len(line) > MAX_LINE:
        return None
    folded = fold(line).lower()
    for mark, pattern in _patterns():
        if mark in folded and (match := pattern.search(folded)):
            unit = next(unit for unit in _UNITS if match[unit])
            number = match["number"]
            return Ago(match.start(), match.end(), int(number) if number else 1, unit)
    return None


def stands_alone(line: str, ago: Ago) -> bool:
    """True where nothing but parts of their own stand around it: "By Ana Roe | 2 hours ago | 3 min read"."""
    before, after = line[: ago.start].strip(), line[ago.end :].strip()
    return (not before or _BREAK.search(before + " ") is not None) and (not after or after[0] in "|•·,–—-)(")


def resolve(ago: Ago, fetched: datetime, home: ZoneInfo | None) -> Moment:
    """The moment it means, counted back from `fetched` (aware), as fine as its unit, in the publisher's zone if known.

    Pages count whole units, so the true moment may lie up to one unit earlier.
    """
    then = fetched.astimezone(home or UTC) - timedelta(**{f"{ago.unit}s": ago.count})
    if ago.unit == "day":
        then = then.replace(hour=0, minute=0, second=0, microsecond=0)
        return Moment(then.date().isoformat(), then.astimezone(UTC), "day", "fetched")
    then = then.replace(minute=0 if ago.unit == "hour" else then.minute, second=0, microsecond=0)
    precision = "hour" if ago.unit == "hour" else "minute"
    return Moment(then.isoformat(timespec="minutes"), then.astimezone(UTC), precision, "fetched")


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Every form of every language as an expression, with a string that stands in all that it matches."""
    return tuple(pair for entry in words.relative() for pair in _of(entry))


def _of(entry: words.Relative) -> Iterator[tuple[str, re.Pattern[str]]]:
    units = "|".join(f"(?P<{unit}>{getattr(entry, unit)})" for unit in _UNITS)
    one = f"|(?:{entry.one})" if entry.one else ""
    counted = rf"(?:(?P<number>\d{{1,2}}){one})\s?(?:{units})\.?"
    for form in entry.forms:
        pattern = form.replace(" ", r"\s").replace("#", counted)
        regex = re.compile(rf"(?<![^\W_]){pattern}(?!(?<=[^\u3000-\u9fff\uac00-\ud7af])[^\W_])")
        for mark in _MARK.findall(_OPTIONAL.sub("", form)) or _MARK.findall(
            "|".join((entry.second, entry.minute, entry.hour, entry.day))
        ):
            yield mark, regex
