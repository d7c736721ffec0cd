"""What two articles have in common, measured on their texts.

A sketch only proposes.  Here both texts are compared word for word, in runs of five (shingles): how much of the
shorter stands in the longer, how much of either is covered, whether the openings agree, and whether the figures do:
market, weather and result stories share their sentences and differ in their numbers.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from flows.dedup.normal import grams, words
from flows.dedup.sketch import BOUND, NONE, SHINGLE, Hashes, distinct_of, shingles

LEAD = 60
"""Shingles from the start of a text that are its lead."""
SLOT = 12
"""Between words that two texts share: so few that differ fill a form; more may be an editor's."""
LEAST_CONTAINED = 0.4
"""Of long texts of which less agrees no rule makes duplicates: what costs time is not measured of them."""

_HAS_DIGIT = re.compile(r"\d")
_UNCAPITALISED = re.compile(r"\b[^\W\d_A-Z]\w+")


@dataclass(frozen=True, slots=True)
class Reading:
    """A text taken apart for comparison."""

    words: tuple[str, ...]
    grams: int
    """Of these words, so many make up for one of a language with spaces."""
    in_order: Hashes
    """The shingle at each place."""
    distinct: Hashes
    masked: Hashes
    """The shingle at each place when all numbers are the same number."""
    masked_distinct: Hashes
    numbers: frozenset[str]
    title: tuple[str, ...]
    published_at: datetime | None
    text: str


@dataclass(frozen=True, slots=True)
class Scores:
    """What was measured between two texts; shares are 0 to 1."""

    containment: float
    """Of the distinct shingles of the text that has fewer, those that the other has."""
    resemblance: float
    """Distinct shingles of both, over those of either (Jaccard)."""
    lead: float
    """Of the first 60 shingles of the shorter text, those that stand in the longer."""
    cover_least: float
    """Words of a text that stand in shared shingles: the text of which less is covered."""
    cover_most: float
    """The same of the other text."""
    own: float
    """Words that stand in no shared shingle: of the text that has fewer of them, over the words of the shorter text."""
    slots: float
    """The same, but of such words only as stand in short runs: names and figures in the blanks of a form."""
    opening: float
    """Of the first 60 shingles of the longer text, those that stand in the shorter."""
    numbers: float
    """Distinct numbers of both texts, over those of either; 1 where neither has any."""
    numbers_least: float
    """Distinct numbers of both texts, over those of the text with fewer; 1 where that has none."""
    numbers_shared: int
    """Distinct numbers of both texts."""
    figures: float
    """Of the shorter text's shingles with a number that the longer repeats but for the number, those that it repeats
    with the number; 1 where there is none."""
    vocabulary: float
    """Distinct words of both texts, over those of either."""
    title: float
    """Distinct words of both titles, over those of either."""
    subject: float
    """Words with which both titles begin, over those of the shorter title."""
    exchanged: int
    """Places in which a text has a word of its title and the other text, amid the same sentences, one of its own: of
    the text that has fewer of them."""
    renamed: int
    """Places where the same name of one text stands for the same name of the other, at most."""
    days: float | None
    """Days between the publications, None where either is not known."""
    shingles: int
    """Distinct shingles of the text that has fewer."""
    size: float
    """The same, as many as they would be if the script had spaces between words."""
    length: float
    """Distinct shingles of the text that has fewer, over those of the other."""


def read(text: str, title: str | None, published_at: datetime | None, ignored: Hashes = NONE) -> Reading:
    """`text` taken apart, with what else of its article bears on the comparison.

    `ignored` are sampled hashes of standing text, in ascending order; what lies nearer to one of them than to another
    sampled shingle is left out.
    """
    folded = words(text)
    if len(ignored):
        folded = _without(folded, ignored)
    in_order = shingles(folded)
    numbers = frozenset(filter(_HAS_DIGIT.search, set(folded)))
    masked = shingles("0" if word in numbers else word for word in folded) if numbers else in_order
    return Reading(
        words=tuple(folded),
        grams=grams(folded),
        in_order=in_order,
        distinct=distinct_of(in_order),
        masked=masked,
        masked_distinct=distinct_of(masked),
        numbers=numbers,
        title=tuple(words(title or "")),
        published_at=published_at,
        text=text,
    )


def _without(folded: list[str], ignored: Hashes) -> list[str]:
    """The words but for those whose nearest sampled shingle is to be ignored."""
    in_order = shingles(folded)
    dropped = _stand_in(in_order, ignored)
    sampled = np.flatnonzero(dropped | (in_order <= BOUND))
    if not dropped.any():
        return folded
    nearest = np.searchsorted((sampled[1:] + sampled[:-1]) / 2, np.arange(len(folded)) - SHINGLE // 2)
    drop = dropped[sampled[nearest]]
    return [word for word, out in zip(folded, drop, strict=True) if not out]


def compare(one: Reading, other: Reading) -> Scores:
    """The scores between two texts; the same whichever comes first, but for equal lengths."""
    small, large = (one, other) if len(one.distinct) <= len(other.distinct) else (other, one)
    fewer, more = len(small.distinct), len(large.distinct)
    shared = int(_stand_in(small.distinct, large.distinct).sum())
    small_hits, large_hits = _stand_in(small.in_order, large.distinct), _stand_in(large.in_order, small.distinct)
    covered = _covered(small_hits), _covered(large_hits)
    slots = _slots(covered[0], SLOT * small.grams), _slots(covered[1], SLOT * large.grams)
    shares = [float(mask.mean()) if len(mask) else 0.0 for mask in covered]
    repeated = _stand_in(small.masked, large.masked_distinct) & (small.masked != small.in_order)
    figures = int((repeated & small_hits).sum()) / int(repeated.sum()) if repeated.any() else 1.0
    least = min(len(small.numbers), len(large.numbers))
    days = None
    if small.published_at is not None and large.published_at is not None:
        days = abs((small.published_at - large.published_at).total_seconds()) / 86400
    return Scores(
        containment=shared / max(1, fewer),
        resemblance=shared / max(1, fewer + more - shared),
        lead=float(small_hits[:LEAD].mean()) if fewer else 0.0,
        cover_least=min(shares),
        cover_most=max(shares),
        own=min(int((~mask).sum()) for mask in covered) / max(1, min(map(len, covered))),
        opening=float(large_hits[:LEAD].mean()) if more else 0.0,
        numbers=_jaccard(small.numbers, large.numbers) if small.numbers or large.numbers else 1.0,
        numbers_shared=len(small.numbers & large.numbers),
        numbers_least=len(small.numbers & large.numbers) / least if least else 1.0,
        figures=figures,
        vocabulary=_jaccard(frozenset(small.words), frozenset(large.words)),
        title=_jaccard(frozenset(small.title), frozenset(large.title)),
        subject=_same_start(small.title, large.title),
        slots=min(int(mask.sum()) for mask in slots) / max(1, min(map(len, slots))),
        exchanged=_exchanged(_named_in(small, slots[0], large), _named_in(large, slots[1], small)),
        renamed=_renamed(small, large) if shared >= fewer * LEAST_CONTAINED else 0,
        days=days,
        shingles=fewer,
        size=fewer / small.grams,
        length=fewer / max(1, more),
    )


def _stand_in(hashes: Hashes, distinct: Hashes) -> NDArray[np.bool_]:
    """Which of `hashes` stand in `distinct`, which is sorted."""
    if not len(distinct):
        return np.zeros(len(hashes), dtype=np.bool_)
    places = np.minimum(np.searchsorted(distinct, hashes), len(distinct) - 1)
    return np.asarray(distinct[places] == hashes)


def _covered(hits: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which words of a text stand in at least one of its shingles that hit."""
    if not len(hits):
        return np.zeros(0, dtype=np.bool_)
    return np.convolve(hits, np.ones(SHINGLE, dtype=np.int8)) > 0


def _slots(covered: NDArray[np.bool_], most: int) -> NDArray[np.bool_]:
    """Which words stand in runs of at most so many between words that the other text has, too."""
    edges = np.flatnonzero(np.diff(np.concatenate(([True], covered, [True])))).reshape(-1, 2)
    slots = np.zeros(len(covered), dtype=np.bool_)
    for start, end in edges[edges[:, 1] - edges[:, 0] <= most].tolist():
        slots[start:end] = True
    return slots


def _named_in(text: Reading, slots: NDArray[np.bool_], other: Reading) -> Counter[str]:
    """Words of a title that the other text has not, and how often its own text has them in these places."""
    names = frozenset(text.title).difference(other.words)
    return Counter(word for word in itertools.compress(text.words, slots) if word in names)


def _exchanged(one: Counter[str], other: Counter[str]) -> int:
    """Places of the words of one text that no word of the other is another spelling or form of: of the text with
    fewer."""
    alike = {(a, b) for a in one for b in other if _are_alike(a, b)}
    for a, b in alike:
        one[a] = other[b] = 0
    return min(one.total(), other.total())


def _are_alike(one: str, other: str) -> bool:
    """Whether two words have two thirds of their letters in common, at their beginning and end."""
    longer, shorter = max(len(one), len(other)), min(len(one), len(other))
    start = _agreeing(one, other)
    end = min(_agreeing(one[::-1], other[::-1]), shorter - start)
    return 3 * (start + end) >= 2 * longer


def _same_start(one: Sequence[str], other: Sequence[str]) -> float:
    return _agreeing(one, other) / max(1, min(len(one), len(other)))


def _agreeing(one: Sequence[str], other: Sequence[str]) -> int:
    """Words, or letters, that two texts have in common at their beginning."""
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _renamed(one: Reading, other: Reading) -> int:
    """How often, at most, a name that only one text has stands where the other text has the same name of its own.

    Two towns' releases in the same words, say.  Between the same two words on either side, that is; another spelling
    of a name begins with the same letter.
    """
    mine, theirs = _foreign(one, other), _foreign(other, one)
    if not mine or not theirs:
        return 0
    there = dict(_in_context(other, frozenset(one.words), theirs))
    pairs = (
        (name, there[context])
        for context, name in _in_context(one, frozenset(other.words), mine)
        if context in there and there[context][0] != name[0]
    )
    return max(Counter(pairs).values(), default=0)


def _foreign(one: Reading, other: Reading) -> frozenset[str]:
    """Words that stand at least twice in a text, always with a capital, and never in the other."""
    known = frozenset(other.words)
    often = frozenset(word for word, count in Counter(one.words).items() if count > 1 and word not in known)
    return often - frozenset(words(" ".join(_UNCAPITALISED.findall(one.text)))) if often else often


def _in_context(one: Reading, known: frozenset[str], names: frozenset[str]) -> Iterator[tuple[tuple[str, ...], str]]:
    """The two words on either side of each of `names`, words that the other text does not know left blank."""
    blank = [word if word in known else "" for word in one.words]
    for place, word in enumerate(one.words):
        if word in names:
            yield (*blank[max(0, place - 2) : place], *blank[place + 1 : place + 3]), word


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    either = len(one | other)
    return len(one & other) / either if either else 0.0
