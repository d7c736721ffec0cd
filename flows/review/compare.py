"""Two texts beside each other: paragraphs that belong together in one line, the words that differ marked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

import numpy as np

_WORD = re.compile(r"\s*\S+")
ALIKE = 0.3
"""Paragraphs that share a smaller part of their words are not set beside each other."""
FEWEST = 3
"""Words in a row that two paragraphs must share to be shown as the same, except at their ends."""
MOST_PAIRS = 250_000
"""Pairs of paragraphs that are weighed; longer texts are aligned by equal paragraphs only."""
MOST_WORDS = 6_000
"""In a pair of paragraphs with more words than this, the words are not compared: the time grows with their product."""

Run = Sequence[Any]
Line = dict[str, Any]
"""JSON of a line: `left` and `right`, each a list of runs or null; a run is a string, or a list of one where it
differs.  `same` where the two are equal."""


def compared(left: str, right: str) -> list[Line]:
    """The paragraphs of two texts (separated by blank lines) in lines; every paragraph of both is in one of them."""
    lefts, rights = left.split("\n\n"), right.split("\n\n")
    lines: list[Line] = []
    for one, other in _aligned(lefts, rights):
        if one is None or other is None:
            lines.append({"left": one and [[one]], "right": other and [[other]]})
        elif one == other:
            lines.append({"left": [one], "right": [other], "same": True})
        else:
            first, second = _marked(one, other)
            lines.append({"left": first, "right": second})
    return lines


def _aligned(lefts: list[str], rights: list[str]) -> Iterator[tuple[str | None, str | None]]:
    """Pairs of paragraphs in the order of both texts that share the most words together (Needleman and Wunsch)."""
    if len(lefts) * len(rights) > MOST_PAIRS:
        bags: list[list[Counter[str]]] = [[Counter([each]) for each in side] for side in (lefts, rights)]
    else:
        bags = [[Counter(each.casefold().split()) for each in side] for side in (lefts, rights)]
    best = np.zeros((len(lefts) + 1, len(rights) + 1))
    gain = np.zeros_like(best)
    for i, one in enumerate(bags[0], start=1):
        for j, other in enumerate(bags[1], start=1):
            share = 2 * (one & other).total() / max(one.total() + other.total(), 1)
            gain[i, j] = share if share >= ALIKE else -1
            best[i, j] = max(best[i - 1, j], best[i, j - 1], best[i - 1, j - 1] + gain[i, j])
    pairs: list[tuple[str | None, str | None]] = []
    i, j = len(lefts), len(rights)
    while i or j:
        if i and j and gain[i, j] > 0 and best[i, j] == best[i - 1, j - 1] + gain[i, j]:
            i, j = i - 1, j - 1
            pairs.append((lefts[i], rights[j]))
        elif j and (not i or best[i, j] == best[i, j - 1]):
            j -= 1
            pairs.append((None, rights[j]))
        else:
            i -= 1
            pairs.append((lefts[i], None))
    return reversed(pairs)


def _marked(one: str, other: str) -> tuple[list[Run], list[Run]]:
    """The two paragraphs as runs, in which the words that the other has not are marked."""
    words = [_WORD.findall(one), _WORD.findall(other)]
    if max(map(len, words)) > MOST_WORDS:
        return [[one]], [[other]]
    one_bare, other_bare = ([word.strip() for word in side] for side in words)
    sides: tuple[list[Run], list[Run]] = ([], [])
    matcher = SequenceMatcher(None, one_bare, other_bare, autojunk=False)
    ends = (0, len(words[0]))
    at_one = at_other = 0
    for i, j, size in matcher.get_matching_blocks():
        if 0 < size < FEWEST and i not in ends and i + size not in ends:
            continue  # two words in common in the middle of two other sentences are chance
        for side, piece in zip(sides, ("".join(words[0][at_one:i]), "".join(words[1][at_other:j])), strict=True):
            side.extend([[piece]] if piece else [])
        for side, piece in zip(sides, ("".join(words[0][i : i + size]), "".join(words[1][j : j + size])), strict=True):
            side.extend([piece] if piece else [])
        at_one, at_other = i + size, j + size
    return sides
