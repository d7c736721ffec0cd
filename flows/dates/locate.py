"""Finding the dates of a short line, and telling which is the date of publication."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from flows.dates import words
from flows.dates.reading import read_strict
from flows.dates.shapes import Shape, fold, scan

MAX_LINE = 250
_WEEKDAY = re.compile(r"^[^\W\d_]{2,12}[.,]?\s")


@dataclass(frozen=True, slots=True)
class DateSpan:
    """A date in a line: what it is the date of, and where it stands, half open."""

    role: str
    """`published` or `modified` by its label; `bare` where a line is nothing but a date and says nothing about it."""
    raw: str
    start: int
    end: int


def find(line: str, languages: Sequence[str] = ()) -> tuple[DateSpan, ...]:
    """The dates of publication and change in a short line, in order.

    A date counts where a label stands before it ("Published: 3 May 2026 | Updated: 4 May 2026 10:05 BST"); a label at
    the end of a line ("3 May 2026 | Published") does not.  Without labels the line must be nothing but a date, with
    weekday, time and zone; that gives one span with the role `bare`, which only the head of a document makes a date of
    publication.  Prose gives nothing: "Published in 1962, the novel …", "on Friday, February 27th".
    """
    if len(line) > MAX_LINE:
        return ()
    folded = fold(line)
    shapes = scan(folded, languages)
    found: list[DateSpan] = []
    left, other = 0, False
    first = shapes[0] if shapes else None
    for shape in shapes:
        role = role_of_label(folded[left : shape.start])
        other |= role == "other"
        if role in ("published", "modified"):
            found.append(DateSpan(role, line[shape.start : shape.end], shape.start, shape.end))
        left = shape.end
    opens = first is not None and not re.search(r"\w", _WEEKDAY.sub("", folded[: first.start]))
    if first and opens and found and found[0].role == "modified" and found[0].start != first.start:
        # "3 May 2026, updated 4 May 2026": the date without a label is the older one.
        found.insert(0, DateSpan("published", line[first.start : first.end], first.start, first.end))
    if found and not _is_rest(folded[shapes[-1].end :]):
        return ()
    if not found and not other and len(shapes) == 1 and _nothing_else(folded, shapes[0]):
        shape = shapes[0]
        return (DateSpan("bare", line[shape.start : shape.end], shape.start, shape.end),)
    return tuple(found)


def role_of_label(before: str) -> str | None:
    """What the label that `before` ends with says of the date after it: `published`, `modified`, `other`, or None."""
    match = _label_pattern().search(before)
    return _roles()[match["label"].casefold()] if match else None


def states_a_day(text: str) -> bool:
    """True where `text` is short and holds a whole date, whatever it is the date of."""
    text = text.strip()
    return len(text) <= MAX_LINE and bool(days(text))


def whole_dates(line: str) -> tuple[tuple[int, int], ...]:
    """Where the dates of a short line stand, half open, each with its time and zone, whatever they are the dates of."""
    return tuple((shape.start, shape.end) for shape in scan(line[:MAX_LINE]))


def days(text: str) -> frozenset[date]:
    """The days that a short text states."""
    strict = read_strict(text.strip())
    return frozenset({strict.day} if strict else {shape.day for shape in scan(text[:MAX_LINE])})


@cache
def _roles() -> dict[str, str]:
    return dict(words.labels())


@cache
def _label_pattern() -> re.Pattern[str]:
    alternatives = "|".join(re.escape(label).replace(r"\ ", r"\s") for label, _ in words.labels())
    weekday = r"(?:[^\W\d_]{2,12}\.?,?\s)?(?:\(?[^\W\d_]{1,3}\)?\s)?"
    return re.compile(
        rf"(?:^|[\s|•·/(\[<>–—-])(?P<label>{alternatives})\s?[:：\]|.,–—-]?\s?(?:(?:am|on|le|el|em|il|på|den|the|at|لە|في|:)\s)?{weekday}[\[(]?$",
        re.IGNORECASE,
    )


def _is_rest(after: str) -> bool:
    """True where what follows the last date of a labelled line may stand there: little, and no sentence."""
    return len(after.split()) <= 8 and not re.match(r"[\s,]*(?:,|that|the|a|an|in|by the)\s+\w+\s+\w+\s+\w+", after)


def _nothing_else(line: str, shape: Shape) -> bool:
    """True where a line holds a date and, around it, at most a weekday or a word such as "Uhr"."""
    around = f"{line[: shape.start]} {line[shape.end :]}"
    letters = re.findall(r"[^\W_]+", around)
    return len(letters) <= 2 and sum(map(len, letters)) <= 16 and not re.search(r"\d", around)
