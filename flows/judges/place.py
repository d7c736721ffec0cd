"""Where a block stands: in its document, in the largest run of prose, between headings, among blocks of its indent."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from flows.model import Document, Format

Array = npt.NDArray[np.float64]

NAMES = (
    "position", "words_before", "words_after", "to_prose_before", "to_prose_after", "hole", "hole_words",
    "in_segment", "before_segment", "after_segment", "segment_share", "segment_place", "indent_share", "indent_off",
    "since_heading", "since_title", "has_title", "notice_before", "blocks", "prose_share", "linked_share",
    "list_share", "markdown", "words", "earlier_twin", "later_twin", "size_rank", "next_indent", "previous_indent",
    "branch_share", "branch_prose", "branch_blocks", "section_share", "section_prose", "section_blocks",
)  # fmt: skip


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


def place(document: Document, column: Mapping[str, Array]) -> Array:
    """One row a block, one column a name in `NAMES`; `column` has the figures of the blocks themselves, by name."""
    count = len(document.blocks)
    index = np.arange(count)
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
    lasts = dict(zip(texts, range(count), strict=True))
    firsts = dict(zip(reversed(texts), reversed(range(count)), strict=True))
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
