"""One document set for proofreading: the pieces of its raw text in order, each with what became of it.

The pieces of a document, joined, are its whole decoded text; nothing is left out but the middle of long stretches
of markup, and of those it is said how long they are.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flows.evidence import Row, family, moment, pieces

Piece = dict[str, Any]
"""JSON of a piece: `is` (`kept`, `cut` or `gap`), `raw` (a list of runs) and what belongs to it.  A run is a string; a
list of a string and the numbers of the fields that were read there; or, of folded markup, an object with `length`, its
number of characters, and `folded`, the first of them."""

LONG_GAP = 80
"""Markup longer than this between two pieces is folded; a field's place in it stays in sight."""
AROUND = 60
"""Characters in sight on either side of a field's place in folded markup."""
MOST_FOLDED = 4_000
"""Of a stretch of folded markup, so many characters are in the page."""
MOST_REJECTED = 20_000
"""Of a rejected document, so many characters are in the page."""


def galley(row: Row, text: str | None) -> list[Piece]:
    """The pieces of an article's row; `text` is its decoded raw text, None where that is not at hand.

    Without the raw text, the pieces hold what the row itself has: the words of the paragraphs and the cuts.
    """
    marks = [
        (source["start"], source["end"], number)
        for number, source in enumerate(row["field_sources"])
        if source["start"] is not None
    ]
    found: list[Piece] = []
    at = 0
    for is_cut, piece in pieces(row):
        start, end = piece["start"], piece["end"]
        found.extend(_gap(at, start, text, marks))
        raw = _runs(start, text[start:end] if text is not None else piece["text"], marks)
        if is_cut:
            score = {} if piece["score"] is None else {"score": round(piece["score"], 3)}
            found.append({"is": "cut", "raw": raw, "rule": piece["rule"], "family": family(piece["rule"]), **score})
        else:
            found.append({"is": "kept", "raw": raw, "kind": piece["kind"], "text": piece["text"]})
        at = end
    if text is not None:
        found.extend(_gap(at, len(text), text, marks))
    return found


def rejected(text: str | None) -> list[Piece]:
    """The one piece of a rejected document, shortened."""
    if text is None:
        return []
    left_out = {"left_out": len(text) - MOST_REJECTED} if len(text) > MOST_REJECTED else {}
    return [{"is": "rejected", "raw": [text[:MOST_REJECTED]], **left_out}]


def fields(row: Row) -> list[dict[str, Any]]:
    """The claims of a row for the page, in the order in which the runs of its pieces number them."""
    return [
        {
            "field": source["field"],
            "value": _value(row, source),
            "origin": source["origin"],
            "raw": source["raw"],
            "placed": source["start"] is not None,
            "chosen": source["chosen"],
        }
        for source in row["field_sources"]
    ]


def _value(row: Row, source: Row) -> str:
    """What became of a claim: the column's value, where the column holds one and the claim was followed."""
    column = row.get(source["field"]) if source["chosen"] else None
    if isinstance(column, datetime):
        return moment(row, source["field"]) or column.isoformat()
    return column if isinstance(column, str) else str(source["value"])


def _gap(start: int, end: int, text: str | None, marks: list[tuple[int, int, int]]) -> Iterator[Piece]:
    """What stands between two pieces, long stretches of it folded."""
    if start >= end:
        return
    if text is None:
        yield {"is": "gap", "raw": [{"length": end - start, "folded": ""}]}
        return
    runs: list[Any] = []
    for below, above, in_sight in _stretches(start, end, marks):
        if in_sight or above - below <= LONG_GAP:
            runs.extend(_runs(below, text[below:above], marks))
        else:
            runs.append({"length": above - below, "folded": text[below : min(above, below + MOST_FOLDED)]})
    yield {"is": "gap", "raw": runs}


def _stretches(start: int, end: int, marks: list[tuple[int, int, int]]) -> Iterator[tuple[int, int, bool]]:
    """The stretches of a gap, and whether a field was read close by."""
    at = start
    for low, high, _ in sorted(marks):
        below, above = max(at, low - AROUND), min(end, high + AROUND)
        if low >= end or high <= start or above <= at:
            continue
        if below > at:
            yield at, below, False
        yield max(below, at), above, True
        at = above
    if at < end:
        yield at, end, False


def _runs(start: int, text: str, marks: list[tuple[int, int, int]]) -> list[Any]:
    """`text`, which stands at `start`, cut up where the place of a field begins or ends."""
    end = start + len(text)
    touching = [(max(low, start), min(high, end), number) for low, high, number in marks if low < end and high > start]
    edges = sorted({start, end, *(edge for low, high, _ in touching for edge in (low, high))})
    runs: list[Any] = []
    for below, above in itertools.pairwise(edges):
        here = [number for low, high, number in touching if low <= below and above <= high]
        piece = text[below - start : above - start]
        runs.append([piece, *here] if here else piece)
    return runs
