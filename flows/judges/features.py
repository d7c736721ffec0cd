"""What the block judge looks at: figures of each block, its neighbours and its document, the same in every language.

Scripts enter only through Unicode's classes of characters; function words are learned from the document's own prose.
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections import Counter

import numpy as np
import numpy.typing as npt

from flows.judges.vocabulary import HOUSEKEEPING, INVITING, PICTURING, TELLING
from flows.model import Block, Document, Format, Kind

Array = npt.NDArray[np.float64]

_OTHER, _LOWER, _UPPER, _CASELESS, _WIDE, _DIGIT, _SPACE, _STOP, _COMMA, _SEPARATOR, _QUOTE, _MARK = range(12)
_STOPS = ".!?…。！？｡؟۔।॥։።"
_COMMAS = ",;:،؛、，：；"
_SEPARATORS = "|/\\·•»›>«‹<–—-_*+=~#→►▼▲@©®™&()[]{}%$€£"
_QUOTES = "\"'“”„‚‘’«»「」『』"
_WORD_CLASSES = (_LOWER, _UPPER, _CASELESS, _DIGIT, _MARK)

_FREQUENT = 40
"""So many of the words that most paragraphs share are taken for function words."""
_TIME = re.compile(r"\d{1,2}[:.h]\d{2}|\d{4}|\d{1,2}[./]\d{1,2}[./]\d")
_TOKEN = re.compile(r"[^\W_]+")
_WIDE_LETTER = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
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


def _counts(texts: list[str]) -> tuple[Array, npt.NDArray[np.uint8], npt.NDArray[np.intp]]:
    """How many characters of each class every text has, with word starts and capital starts as two more columns."""
    joined = "\n".join(texts) + "\n"
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    kinds = np.where(codes < 0x10000, _classes()[np.minimum(codes, 0xFFFF)], _OTHER).astype(np.uint8)
    starts = np.zeros(len(texts), np.intp)
    np.cumsum([len(text) + 1 for text in texts[:-1]], out=starts[1:])
    wordly = np.isin(np.arange(12), _WORD_CLASSES)[kinds]
    word_start = wordly.copy()
    word_start[1:] &= ~wordly[:-1]
    capital = word_start & (kinds == _UPPER)
    columns = [np.add.reduceat(kinds == each, starts, dtype=np.float64) for each in range(12)]
    columns += [np.add.reduceat(each, starts, dtype=np.float64) for each in (word_start, capital)]
    return np.stack(columns, axis=1), kinds, starts


def _vocabulary(blocks: tuple[Block, ...], prose: npt.NDArray[np.bool_]) -> Array:
    """Of each block's words, the share that is frequent in the document's prose, the share of longer ones that occurs
    elsewhere in it, and how many are of those that sites use to speak for themselves."""
    words = [set(_tokens(block.text)) for block in blocks]
    counts: Counter[str] = Counter()
    for each, is_prose in zip(words, prose, strict=True):
        if is_prose:
            counts.update(each)
    repeated = (word for word in counts if counts[word] > 1)
    frequent = set(sorted(repeated, key=lambda word: (-counts[word], word))[:_FREQUENT])
    once = {word for word in counts if len(word) > 3} - frequent
    twice = {word for word in once if counts[word] > 1}
    shares = np.zeros((len(blocks), 5))
    for i, each in enumerate(words):
        if each:
            known = twice if prose[i] else once
            shares[i, :2] = len(each & frequent) / len(each), len(each & known) / len(each)
            if telling := each & TELLING:
                shares[i, 2:] = len(telling & HOUSEKEEPING), len(telling & INVITING), len(telling & PICTURING)
    return shares


def _tokens(text: str) -> list[str]:
    """Words, or pairs of characters in scripts that do not space them."""
    lowered = text[:1500].lower()
    unspaced = not lowered.isascii() and (
        len(lowered) > 20 * (lowered.count(" ") + 1) or bool(_WIDE_LETTER.search(lowered))
    )
    if unspaced:
        return [lowered[i : i + 2] for i in range(len(lowered) - 1)]
    return _TOKEN.findall(lowered)


def _own(document: Document) -> Array:
    blocks = document.blocks
    texts = [block.text for block in blocks]
    counts, kinds, starts = _counts(texts)
    lengths = np.array([len(text) for text in texts], float)
    letters = counts[:, _LOWER] + counts[:, _UPPER] + counts[:, _CASELESS] + counts[:, _MARK] + counts[:, _WIDE]
    word_starts, capitals = counts[:, 12], counts[:, 13]
    # Thai, Khmer and the like are not spaced either: ten letters count as a word at least.
    size = np.maximum(word_starts, (letters - counts[:, _WIDE]) / 10) + counts[:, _WIDE] / 2
    ends = [text.rstrip(_QUOTES + ")）] ")[-1:] or " " for text in texts]
    ends_sentence = np.array([end in _STOPS for end in ends], float)
    links = np.array([len(block.links) for block in blocks], float)
    share = np.array([block.link_share for block in blocks])
    prose = (size >= 10) & (share < 0.5) & ((ends_sentence > 0) | (counts[:, _STOP] >= 2))
    vocabulary = _vocabulary(blocks, prose)
    occurrences = Counter(texts)
    raw = document.text
    indents = [block.start - raw.rfind("\n", 0, block.start) - 1 for block in blocks]
    gaps = [
        min(4, raw.count("\n", before.end, block.start)) for before, block in itertools.pairwise(blocks)
    ]
    kinds_of = np.array([_KINDS.get(block.kind, -1) for block in blocks])
    has_digits = (counts[:, _DIGIT] > 0).tolist()
    first = kinds[starts]
    total = np.maximum(lengths, 1)
    columns = [
        np.log1p(size), np.log1p(lengths), letters / np.maximum(size, 1), ends_sentence,
        np.array([end in ":：" for end in ends], float), np.array([end in "?？؟" for end in ends], float),
        counts[:, _STOP] / np.maximum(size, 1), counts[:, _COMMA] / np.maximum(size, 1),
        counts[:, _UPPER] / np.maximum(letters, 1), capitals / np.maximum(word_starts, 1),
        counts[:, _DIGIT] / total, counts[:, _SEPARATOR] / total, counts[:, _QUOTE],
        (first == _LOWER).astype(float), (first == _QUOTE).astype(float), counts[:, _WIDE] / total,
        np.array([n and bool(_TIME.search(t, 0, 200)) for t, n in zip(texts, has_digits, strict=True)], float),
        np.array(["://" in text or "www." in text or " @" in text for text in texts], float),
        np.array(["©" in text or "®" in text for text in texts], float),
        np.minimum(links, 10), share, np.array(["image" in block.hints for block in blocks], float),
        *(kinds_of == number for number in range(len(_KINDS))),
        np.array([block.level for block in blocks], float), np.minimum(np.array(indents, float), 60),
        np.array([4, *gaps], float), np.array([*gaps, 4], float),
        np.array([min(3, occurrences[text] - 1) for text in texts], float), *vocabulary.T, prose.astype(float),
    ]  # fmt: skip
    return np.stack(columns, axis=1)


_SHIFTED = ("size", "ends_sentence", "link_share", "heading", "known_words", "time", "separators", "capitals")
_SHIFTS = (-2, -1, 1, 2)
_WINDOWED = (
    "size", "prose", "link_share", "list_item", "known_words", "ends_sentence", "housekeeping", "inviting", "time",
    "capitals",
)  # fmt: skip
_WINDOWS = (2, 5, 12)
_PLACE = (
    "position", "words_before", "words_after", "to_prose_before", "to_prose_after", "hole", "hole_words",
    "in_segment", "before_segment", "after_segment", "segment_share", "segment_place", "indent_share", "indent_off",
    "since_heading", "since_title", "has_title", "notice_before", "blocks", "prose_share", "linked_share",
    "list_share", "markdown", "words", "earlier_twin", "later_twin", "size_rank", "next_indent", "previous_indent",
    "branch_share", "branch_prose", "branch_blocks", "section_share", "section_prose", "section_blocks",
)  # fmt: skip
NAMES = (
    *OWN,
    *(f"{name}{shift:+d}" for shift in _SHIFTS for name in _SHIFTED),
    *(f"{name}~{window}" for window in _WINDOWS for name in _WINDOWED),
    *_PLACE,
)
"""Names of the columns that `features` gives, in order."""


def features(document: Document) -> Array:
    """One row a block, one column a name in `NAMES`; the document must have blocks."""
    own = _own(document)
    return np.concatenate([own, shifted(own[:, _columns(_SHIFTED)], _SHIFTS), *_windows(own), _place(document, own)], 1)


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


def window(columns: Array, width: int) -> Array:
    """Means over the blocks up to `width` places away, itself included."""
    count = len(columns)
    sums = np.concatenate([np.zeros((1, columns.shape[1])), np.cumsum(columns, axis=0)])
    low = np.maximum(np.arange(count) - width, 0)
    high = np.minimum(np.arange(count) + width + 1, count)
    return np.asarray((sums[high] - sums[low]) / (high - low)[:, None])


def _windows(own: Array) -> list[Array]:
    columns = own[:, _columns(_WINDOWED)]
    return [window(columns, width) for width in _WINDOWS]


def segment(gains: Array) -> tuple[int, int]:
    """First and last index of the run with the largest sum."""
    best, first, last = -np.inf, 0, 0
    total, start = 0.0, 0
    for i, gain in enumerate(gains.tolist()):
        if total <= 0:
            total, start = 0.0, i
        total += gain
        if total > best:
            best, first, last = total, start, i
    return first, last


def _place(document: Document, own: Array) -> Array:
    """Where each block stands: in the document, in its largest run of prose, between headings, among its likes."""
    count = len(own)
    index = np.arange(count)
    column = {name: own[:, i] for i, name in enumerate(OWN)}
    words = np.expm1(column["size"])
    prose = column["prose"] > 0
    prose_words = np.where(prose, words, 0.0)
    total, total_prose = max(words.sum(), 1.0), max(prose_words.sum(), 1.0)
    cumulated = np.cumsum(prose_words)
    before = _since(prose, index)
    after = _since(prose[::-1], index)[::-1]
    hole = np.where(prose, 0, before + after - 1)
    run = np.cumsum(prose)
    hole_words = np.zeros(count)
    sums = np.bincount(run, weights=np.where(prose, 0.0, words), minlength=run[-1] + 1)
    hole_words[~prose] = sums[run[~prose]]
    first, last = segment(np.where(prose, column["size"], -1.0 - column["link_share"]))
    inside = (index >= first) & (index <= last)
    indents = column["indent"].astype(int)
    by_indent = np.bincount(indents, weights=prose_words, minlength=61)
    main = int(by_indent.argmax())
    heading = column["heading"] > 0
    title = column["level"] == 1
    if not title.any():
        title = column["level"] == 2
    after_title = _since(title, index)
    texts = [block.text for block in document.blocks]
    firsts: dict[str, int] = {}
    lasts: dict[str, int] = {}
    for i, text in enumerate(texts):
        firsts.setdefault(text, i)
        lasts[text] = i
    ones = np.ones(count)
    columns = [
        index / count, (cumulated - prose_words) / total_prose, 1 - cumulated / total_prose,
        np.log1p(before), np.log1p(after), np.log1p(hole), np.log1p(hole_words),
        inside, np.log1p(np.maximum(first - index, 0)), np.log1p(np.maximum(index - last, 0)),
        prose_words[first : last + 1].sum() / total_prose * ones,
        np.clip((index - first) / max(last - first, 1), -1, 2),
        by_indent[indents] / total_prose, np.clip(indents - main, -20, 20),
        np.log1p(_since(heading, index)), np.log1p(after_title), title.any() * ones,
        np.cumsum(column["notice"]) - column["notice"] > 0, np.log1p(count) * ones, prose_words.sum() / total * ones,
        (column["link_share"] * words).sum() / total * ones, column["list_item"].mean() * ones,
        (document.format is Format.MARKDOWN) * ones, np.log1p(total) * ones,
        np.array([firsts[text] < i for i, text in enumerate(texts)]),
        np.array([lasts[text] > i for i, text in enumerate(texts)]),
        np.argsort(np.argsort(words, kind="stable"), kind="stable") / count,
        np.clip(np.diff(indents, append=indents[-1]), -20, 20), np.clip(np.diff(indents, prepend=indents[0]), -20, 20),
        *_group(_branches(indents), words, prose_words), *_group(np.cumsum(heading), words, prose_words),
    ]  # fmt: skip
    return np.stack([np.asarray(each, float) for each in columns], axis=1)


def _branches(indents: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """A number for each block, the same for blocks of one indent with no lesser indent between them: in the dump of a
    page these are parts of one element."""
    branches = np.zeros(len(indents), np.int64)
    for level in np.unique(indents).tolist():
        here = indents == level
        branches[here] = np.cumsum(indents < level)[here] * 64 + level
    return np.asarray(np.unique(branches, return_inverse=True)[1])


def _group(numbers: npt.NDArray[np.int64], words: Array, prose_words: Array) -> list[Array]:
    """Of the group each block is in: its share of the document's prose, how much of it is prose, its blocks."""
    prose = np.bincount(numbers, weights=prose_words)
    every = np.bincount(numbers, weights=words)
    share = prose / max(prose.sum(), 1.0)
    return [share[numbers], (prose / np.maximum(every, 1.0))[numbers], np.log1p(np.bincount(numbers))[numbers]]


def _since(marks: npt.NDArray[np.bool_], index: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Blocks since the last marked one (0 on it); the distance to before the first block where there was none."""
    last = np.maximum.accumulate(np.where(marks, index, -1))
    return np.asarray(index - last)
