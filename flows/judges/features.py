"""What the block judge looks at: figures of each block, its neighbours and its document, the same in every language.

Scripts enter only through Unicode's classes of characters; function words are learned from the document's own prose.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from flows.judges.lexis import lexis
from flows.judges.place import NAMES as PLACE
from flows.judges.place import place
from flows.model import Document, Kind

Array = npt.NDArray[np.float64]

_OTHER, _LOWER, _UPPER, _CASELESS, _WIDE, _DIGIT, _SPACE, _STOP, _COMMA, _SEPARATOR, _QUOTE, _MARK = range(12)
_STOPS = ".!?…。！？｡؟۔।॥։።"
_COMMAS = ",;:،؛、，：；"
_SEPARATORS = "|/\\·•»›>«‹<–—-_*+=~#→►▼▲@©®™&()[]{}%$€£"
_QUOTES = "\"'“”„‚‘’«»「」『』"
_AFTER_STOP = _QUOTES + ")）] "
_CLASSES = 12
_WORDLY = np.isin(np.arange(_CLASSES), (_LOWER, _UPPER, _CASELESS, _DIGIT, _MARK))

_TIME = re.compile(r"\d{1,2}[:.h]\d{2}|\d{4}|\d{1,2}[./]\d{1,2}[./]\d")
_KINDS = {Kind.LIST_ITEM: 0, Kind.HEADING: 1, Kind.TABLE: 2, Kind.QUOTE: 3, Kind.CODE: 4}

OWN = (
    "size", "characters", "word_length", "ends_sentence", "ends_colon", "ends_question", "stops", "commas", "upper",
    "capitals", "digits", "separators", "quotes", "lower_start", "quote_start", "wide", "time", "address", "notice",
    "links", "link_share", "image", "list_item", "heading", "table", "quote", "code", "level", "indent",
    "gap_before", "gap_after", "repeats", "function_words", "known_words",
    "housekeeping", "inviting", "picturing", "prose",
)  # fmt: skip
"""Of the block alone."""


@functools.cache
def _classes() -> npt.NDArray[np.uint8]:
    """The class of each character of the Basic Multilingual Plane; what lies beyond is `_OTHER`."""
    table = np.zeros(0x10000, np.uint8)
    for code in range(0x10000):
        category = unicodedata.category(chr(code))
        if category in ("Lu", "Lt"):
            table[code] = _UPPER
        elif category == "Ll":
            table[code] = _LOWER
        elif category in ("Lo", "Lm"):
            table[code] = _WIDE if 0x3040 <= code <= 0x30FF or 0x3400 <= code <= 0x9FFF else _CASELESS
        elif category in ("Nd", "Nl", "No"):
            table[code] = _DIGIT
        elif category in ("Mn", "Mc"):
            table[code] = _MARK
        elif category.startswith("Z"):
            table[code] = _SPACE
    for signs, name in ((_STOPS, _STOP), (_COMMAS, _COMMA), (_SEPARATORS, _SEPARATOR), (_QUOTES, _QUOTE)):
        for sign in signs:
            table[ord(sign)] = name
    return table


def _counts(texts: list[str]) -> tuple[Array, npt.NDArray[np.uint8]]:
    """How many characters of each class every text has, with word starts and capital starts as two more columns; and
    the class of each one's first character."""
    joined = "\n".join(texts) + "\n"
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    kinds = _classes()[np.minimum(codes, 0xFFFF)]
    kinds[codes > 0xFFFF] = _OTHER
    ends = np.cumsum(np.fromiter(map(len, texts), np.intp, len(texts)) + 1)
    row = np.repeat(np.arange(len(texts)), np.diff(ends, prepend=0))
    wordly = _WORDLY[kinds]
    word_start = wordly.copy()
    word_start[1:] &= ~wordly[:-1]
    capital = word_start & (kinds == _UPPER)
    counts = np.bincount(row * _CLASSES + kinds, minlength=len(texts) * _CLASSES).reshape(-1, _CLASSES)
    marked = [np.bincount(row[each], minlength=len(texts)) for each in (word_start, capital)]
    return np.column_stack([counts, *marked]).astype(float), kinds[np.concatenate([[0], ends[:-1]])]


def _layout(document: Document) -> tuple[Array, Array]:
    """The characters before each block on its line, and the line ends between it and the next (4 at most)."""
    characters = np.frombuffer(document.text.encode("utf-32-le", "surrogatepass"), np.uint32)
    line_ends = np.concatenate([[-1], np.flatnonzero(characters == ord("\n"))])
    starts = np.array([block.start for block in document.blocks])
    before_start = np.searchsorted(line_ends, starts)
    before_end = np.searchsorted(line_ends, [block.end for block in document.blocks])
    gaps = np.clip(before_start[1:] - before_end[:-1], 0, 4)
    return (starts - line_ends[before_start - 1] - 1).astype(float), gaps.astype(float)


def _holding(texts: list[str], signs: tuple[str, ...]) -> Array:
    """Which texts hold one of the signs (1.0); most documents hold none."""
    joined = "\n".join(texts)
    here = [sign for sign in signs if sign in joined]
    return np.array([any(sign in text for sign in here) for text in texts], float) if here else np.zeros(len(texts))


def _own(document: Document) -> Array:
    blocks = document.blocks
    texts = [block.text for block in blocks]
    counts, first = _counts(texts)
    lengths = np.array([len(text) for text in texts], float)
    letters = counts[:, _LOWER] + counts[:, _UPPER] + counts[:, _CASELESS] + counts[:, _MARK] + counts[:, _WIDE]
    word_starts, capitals = counts[:, 12], counts[:, 13]
    # Thai, Khmer and the like are not spaced either: ten letters count as a word at least.
    size = np.maximum(word_starts, (letters - counts[:, _WIDE]) / 10) + counts[:, _WIDE] / 2
    ends = [text.rstrip(_AFTER_STOP)[-1:] or " " for text in texts]
    ends_sentence = np.array([end in _STOPS for end in ends], float)
    links = np.array([len(block.links) for block in blocks], float)
    share = np.array([block.link_share for block in blocks])
    prose = (size >= 10) & (share < 0.5) & ((ends_sentence > 0) | (counts[:, _STOP] >= 2))
    occurrences = Counter(texts)
    indents, gaps = _layout(document)
    kinds_of = np.array([_KINDS.get(block.kind, -1) for block in blocks])
    has_digits = (counts[:, _DIGIT] > 0).tolist()
    total = np.maximum(lengths, 1)
    columns = [
        np.log1p(size), np.log1p(lengths), letters / np.maximum(size, 1), ends_sentence,
        np.array([end in ":：" for end in ends], float), np.array([end in "?？؟" for end in ends], float),
        counts[:, _STOP] / np.maximum(size, 1), counts[:, _COMMA] / np.maximum(size, 1),
        counts[:, _UPPER] / np.maximum(letters, 1), capitals / np.maximum(word_starts, 1),
        counts[:, _DIGIT] / total, counts[:, _SEPARATOR] / total, counts[:, _QUOTE],
        (first == _LOWER).astype(float), (first == _QUOTE).astype(float), counts[:, _WIDE] / total,
        np.array([n and bool(_TIME.search(t, 0, 200)) for t, n in zip(texts, has_digits, strict=True)], float),
        _holding(texts, ("://", "www.", " @")), _holding(texts, ("©", "®")),
        np.minimum(links, 10), share, np.array(["image" in block.hints for block in blocks], float),
        *(kinds_of == number for number in range(len(_KINDS))),
        np.array([block.level for block in blocks], float), np.minimum(indents, 60),
        np.array([4, *gaps], float), np.array([*gaps, 4], float),
        np.array([min(3, occurrences[text] - 1) for text in texts], float), *lexis(texts, prose).T,
        prose.astype(float),
    ]  # fmt: skip
    return np.stack(columns, axis=1)


_SHIFTED = ("size", "ends_sentence", "link_share", "heading", "known_words", "time", "separators", "capitals")
_SHIFTS = (-2, -1, 1, 2)
_WINDOWED = (
    "size", "prose", "link_share", "list_item", "known_words", "ends_sentence", "housekeeping", "inviting", "time",
    "capitals",
)  # fmt: skip
_WINDOWS = (2, 5, 12)
NAMES = (
    *OWN,
    *(f"{name}{shift:+d}" for shift in _SHIFTS for name in _SHIFTED),
    *(f"{name}~{window}" for window in _WINDOWS for name in _WINDOWED),
    *PLACE,
)
"""Names of the columns that `features` gives, in order."""


def features(document: Document) -> Array:
    """One row a block, one column a name in `NAMES`; the document must have blocks."""
    own = _own(document)
    neighbours = shifted(own[:, _columns(_SHIFTED)], _SHIFTS)
    return np.concatenate([own, neighbours, *_windows(own), place(document, dict(zip(OWN, own.T, strict=True)))], 1)


def _columns(names: tuple[str, ...]) -> list[int]:
    return [OWN.index(name) for name in names]


def shifted(columns: Array, shifts: tuple[int, ...]) -> Array:
    """The columns of the blocks so many places away; -1 beyond either end."""
    result = np.full((len(columns), columns.shape[1] * len(shifts)), -1.0)
    for number, shift in enumerate(shifts):
        part = result[:, number * columns.shape[1] : (number + 1) * columns.shape[1]]
        if abs(shift) < len(columns):
            if shift > 0:
                part[:-shift] = columns[shift:]
            else:
                part[-shift:] = columns[:shift]
    return result


def _windows(own: Array) -> Iterator[Array]:
    """For each width, the means over the blocks up to so many places away, itself included."""
    count = len(own)
    sums = np.zeros((count + 1, len(_WINDOWED)))
    np.cumsum(own[:, _columns(_WINDOWED)], axis=0, out=sums[1:])
    for width in _WINDOWS:
        low = np.maximum(np.arange(count) - width, 0)
        high = np.minimum(np.arange(count) + width + 1, count)
        yield (sums[high] - sums[low]) / (high - low)[:, None]
