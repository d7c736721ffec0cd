"""How the texts that a pattern matches may begin, read from the pattern: what it need not be tried on.

The pattern is walked as Python parses it; whatever the walk does not know may begin with anything.
"""

from __future__ import annotations

import functools
import re._constants as op  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Iterable
from typing import Any

LENGTH = 3
"""Characters of an opening; shorter ones may go on with anything, or be the whole text."""
_MOST = 2000
"""Openings of one pattern; where there would be more, they stay as short as they are."""
_RANGE = 40
"""Characters of a class that are told apart."""

Heads = frozenset[tuple[str, bool]]
"""Beginnings, and whether what follows in the pattern follows on them."""
_ANYTHING: Heads = frozenset({("", False)})
_NOTHING: Heads = frozenset({("", True)})


def openings(pattern: str) -> frozenset[str]:
    """Every text that `pattern` matches from its start begins with one of these, digits in it written as `0`."""
    heads = _sequence(parser.parse(pattern))
    return frozenset(head for head, _ in heads)


def beginnings(text: str) -> tuple[str, ...]:
    """What to look up among openings: the first characters of `text`, one more at a time, from none on."""
    return _beginnings(text[:LENGTH])


@functools.lru_cache(maxsize=20_000)
def _beginnings(start: str) -> tuple[str, ...]:
    start = _plain(start)
    return ("", start[:1], start[:2], start) if len(start) == LENGTH else ("", start[:1], start)


def _plain(start: str) -> str:
    """With `0` for each digit."""
    if start.isalpha():
        return start
    return "".join("0" if char.isdecimal() else char for char in start)


def _sequence(nodes: Iterable[tuple[Any, Any]]) -> Heads:
    heads = _NOTHING
    for node in nodes:
        heads = _joined(heads, node)
        if not any(live and len(head) < LENGTH for head, live in heads):
            break
    return heads


def _joined(heads: Heads, node: tuple[Any, Any]) -> Heads:
    growing = [head for head, live in heads if live and len(head) < LENGTH]
    if not growing:
        return heads
    following = _heads(*node)
    if len(growing) * len(following) > _MOST:
        return frozenset((head, False) for head, _ in heads)
    grown = {((head + more)[:LENGTH], live) for head in growing for more, live in following}
    return frozenset(grown | {(head, live) for head, live in heads if not live or len(head) == LENGTH})


def _heads(kind: Any, value: Any) -> Heads:
    if kind is op.LITERAL:
        return frozenset({(_plain(chr(value)), True)})
    if kind is op.IN:
        return _class(value)
    if kind is op.BRANCH:
        return frozenset().union(*map(_sequence, value[1]))
    if kind is op.SUBPATTERN:
        return _sequence(value[-1])
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        return _repeated(*value)
    if kind is op.ATOMIC_GROUP:
        return _sequence(value)
    return _NOTHING if kind in (op.AT, op.ASSERT, op.ASSERT_NOT) else _ANYTHING


def _repeated(least: int, most: int, nodes: Any) -> Heads:
    found: Heads = frozenset() if least else _NOTHING
    heads = _NOTHING
    for times in range(1, min(int(most), LENGTH) + 1):
        for node in nodes:
            heads = _joined(heads, node)
        if times >= min(least, LENGTH):
            found |= heads
    return found


def _class(members: Iterable[tuple[Any, Any]]) -> Heads:
    found: set[tuple[str, bool]] = set()
    for kind, value in members:
        if kind is op.LITERAL:
            found.add((_plain(chr(value)), True))
        elif kind is op.RANGE and value[1] - value[0] <= _RANGE:
            found.update((_plain(chr(code)), True) for code in range(value[0], value[1] + 1))
        elif kind is op.CATEGORY and value is op.CATEGORY_DIGIT:
            found.add(("0", True))
        else:
            return _ANYTHING
    return frozenset(found)
