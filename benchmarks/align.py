"""Which blocks of a document are its article: blocks aligned with a body written down by people."""

from __future__ import annotations

import collections
import unicodedata
from collections.abc import Sequence

from flows.words import WORD

_SHINGLE = 4


def words(text: str) -> list[str]:
    """The words of `text`, case folded, as the bench's scorer cuts them."""
    return [w.casefold() for w in WORD.findall(unicodedata.normalize("NFC", text).replace("\u00ad", ""))]


def label(texts: Sequence[str], body: str) -> list[bool]:
    """For each block's text, whether it is part of `body`.

    A block may stand for a stretch of the body that holds at least half of its words; a block of a few words must be
    a whole line of it.  Of the blocks that may, the heaviest chain that runs in the body's own order is chosen, so
    that a repeated headline or teaser counts once, where it belongs.  Blocks between two of them that go on where the
    former ends are pieces of a line that the dump has broken at a link or a name, and of the body too.
    """
    gold: list[str] = []
    line_starts: dict[int, int] = {}
    for line in body.splitlines():
        tokens = words(line)
        if tokens:
            line_starts[len(gold)] = len(tokens)
            gold.extend(tokens)
    places: dict[tuple[str, ...], list[int]] = collections.defaultdict(list)
    for at in range(len(gold) - _SHINGLE + 1):
        places[tuple(gold[at : at + _SHINGLE])].append(at)
    lines: dict[tuple[str, ...], list[int]] = collections.defaultdict(list)
    for at, size in line_starts.items():
        lines[tuple(gold[at : at + size])].append(at)
    candidates: list[tuple[int, int, int, float]] = []  # block, first and last word in gold, weight
    for index, text in enumerate(texts):
        tokens = words(text)
        if not tokens:
            continue
        whole = lines.get(tuple(tokens), [])
        candidates.extend((index, at, at + len(tokens), len(tokens) + 0.5) for at in whole[:5])
        if len(tokens) >= _SHINGLE and not whole:
            candidates.extend(_stretches(index, tokens, places))
    return _filled(texts, gold, _chain(candidates))


def _stretches(
    index: int, tokens: list[str], places: dict[tuple[str, ...], list[int]]
) -> list[tuple[int, int, int, float]]:
    """Where in the body a block may stand: clusters of its shingles on one diagonal, give or take an edit."""
    diagonals: collections.Counter[int] = collections.Counter()
    for i in range(len(tokens) - _SHINGLE + 1):
        for at in places.get(tuple(tokens[i : i + _SHINGLE]), [])[:5]:
            diagonals[(at - i) // 8] += 1
    found = []
    for diagonal, _ in diagonals.most_common(3):
        covered: set[int] = set()
        spots: list[int] = []
        for i in range(len(tokens) - _SHINGLE + 1):
            for at in places.get(tuple(tokens[i : i + _SHINGLE]), [])[:5]:
                if abs((at - i) // 8 - diagonal) <= 2 + len(tokens) // 40:
                    covered.update(range(i, i + _SHINGLE))
                    spots.append(at)
        if len(covered) >= 0.5 * len(tokens):
            found.append((index, min(spots), max(spots) + _SHINGLE, float(2 * len(covered) - len(tokens) + 1)))
    return found


def _chain(candidates: list[tuple[int, int, int, float]]) -> list[tuple[int, int, int]]:
    """The heaviest set of candidates in order of both block and place (block, first and last word); a few words may
    overlap."""
    best: list[float] = []
    back: list[int] = []
    for number, (index, start, end, weight) in enumerate(candidates):
        top, link = 0.0, -1
        for earlier in range(number):
            other = candidates[earlier]
            slack = min(3, (end - start) // 3)
            if other[0] < index and other[2] <= start + slack and best[earlier] > top:
                top, link = best[earlier], earlier
        best.append(top + weight)
        back.append(link)
    chain = []
    at = max(range(len(best)), key=best.__getitem__) if best else -1
    while at >= 0:
        chain.append(candidates[at][:3])
        at = back[at]
    return chain[::-1]


def _filled(texts: Sequence[str], gold: list[str], chain: list[tuple[int, int, int]]) -> list[bool]:
    """The blocks of the chain, and those between that hold the very words that follow in the body."""
    chosen = [False] * len(texts)
    for (index, _, end), (following, start, _) in zip(chain, [*chain, (-1, -1, -1)][1:], strict=True):
        chosen[index] = True
        for between in range(index + 1, following):
            tokens = words(texts[between])
            if tokens and end + len(tokens) <= start and gold[end : end + len(tokens)] == tokens:
                chosen[between] = True
                end += len(tokens)
    return chosen


def shingle_rates(truth: str, guess: str) -> tuple[float, float]:
    """Precision and recall of the shingles of `guess`; 0 where there are none."""
    wanted, given = _shingles(truth), _shingles(guess)
    hits = (wanted & given).total()
    return hits / max(1, given.total()), hits / max(1, wanted.total())


def _shingles(text: str) -> collections.Counter[tuple[str, ...]]:
    tokens = words(text)
    return collections.Counter(
        tuple(tokens[at : at + _SHINGLE]) for at in range(max(1, len(tokens) - _SHINGLE + 1) if tokens else 0)
    )


def harmonic(precision: float, recall: float) -> float:
    """F1 of the two."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
