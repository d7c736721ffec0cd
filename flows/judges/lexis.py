"""What the words of a block say: how common they are in its document, and whether they are those that sites use to
speak for themselves.  What is a function word, and what the article is about, follows from the document's own prose."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from flows.judges.vocabulary import HOUSEKEEPING, INVITING, PICTURING

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NAMES = ("function_words", "known_words", "housekeeping", "inviting", "picturing")
_FREQUENT = 40
"""So many of the words that most paragraphs share are taken for function words."""
_LONG = 4
"""Characters that a word must have to be about something; a pair of ideograms always is."""
_SHORT = 80
_LENGTH = 1500
"""Characters of a block that are looked at."""
_TOKEN = re.compile(r"[^\W_]+")
_WIDE_LETTER = re.compile("[\u3040-\u30ff\u3400-\u9fff]")


def lexis(texts: Sequence[str], prose: Flags) -> Array:
    """One row a text, one column a name in `NAMES`; `prose` says which texts are prose.

    Of a text's different words: the share that is frequent in the prose, the share of longer, rarer ones that occur in
    the prose elsewhere, and how many are of each list of `flows.judges.vocabulary`.
    """
    count = len(texts)
    different = [_short(text) if len(text) <= _SHORT else _tokens(text) for text in texts]
    sizes = np.fromiter(map(len, different), np.intp, count)
    # Pairs of a block and a word of it, in the order of the blocks.
    listed = list(itertools.chain.from_iterable(different))
    numbers = dict(zip(dict.fromkeys(listed), itertools.count()))
    word = np.fromiter(map(numbers.__getitem__, listed), np.intp, len(listed))
    block = np.repeat(np.arange(count), sizes)

    def per_block(pairs: Flags) -> Array:
        return np.bincount(block[pairs], minlength=count).astype(float)

    spread = np.bincount(word[prose[block]], minlength=len(numbers))
    frequent = np.zeros(len(numbers), bool)
    frequent[_most_spread(list(numbers), spread)] = True
    lengths = np.fromiter(map(len, numbers), np.intp, len(numbers))
    pairs_of_wide = (len(each) == 2 and not each.isascii() and bool(_WIDE_LETTER.match(each)) for each in numbers)
    rare = ((lengths >= _LONG) | np.fromiter(pairs_of_wide, bool, len(numbers))) & ~frequent
    known = rare[word] & (spread[word] > prose[block])
    different_words = np.maximum(sizes, 1)
    told = (per_block(_members(numbers, names)[word]) for names in (HOUSEKEEPING, INVITING, PICTURING))
    return np.stack([per_block(frequent[word]) / different_words, per_block(known) / different_words, *told], axis=1)


def _most_spread(words: Sequence[str], spread: npt.NDArray[np.intp]) -> list[int]:
    """The numbers of the words that stand in most paragraphs, in two at least; of equals, those that sort first."""
    repeated = np.flatnonzero(spread > 1)
    if len(repeated) > _FREQUENT:
        least = np.partition(spread[repeated], -_FREQUENT)[-_FREQUENT]
        repeated = repeated[spread[repeated] >= least]
    return sorted(repeated.tolist(), key=lambda number: (-spread[number], words[number]))[:_FREQUENT]


def _tokens(text: str) -> frozenset[str]:
    """Its different words in lower case, or pairs of characters in scripts that do not space them."""
    lowered = text[:_LENGTH].lower()
    unspaced = not lowered.isascii() and (
        len(lowered) > 20 * (lowered.count(" ") + 1) or bool(_WIDE_LETTER.search(lowered))
    )
    if unspaced:
        return frozenset(lowered[i : i + 2] for i in range(len(lowered) - 1))
    return frozenset(_TOKEN.findall(lowered))


_short = functools.lru_cache(maxsize=20_000)(_tokens)
"""The same, remembered: the menus of a site come with each of its pages."""


def _members(numbers: dict[str, int], names: frozenset[str]) -> Flags:
    flags = np.zeros(len(numbers), bool)
    for name in numbers.keys() & names:
        flags[numbers[name]] = True
    return flags
