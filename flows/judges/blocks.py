"""The block judge: which blocks of a plain text or a Markdown file are the article.

A small ensemble of decision trees over the figures of `flows.judges.features` gives each block its probability.
Trained by `benchmarks/train_blocks.py`; `blocks.json` holds the trees, the names of their figures, the hash of what
they were trained on, and how well they did on publishers they had not seen.

The trees are evaluated as in QuickScorer (Lucchese et al., SIGIR 2015): every test of every tree is made at once, a
test that fails masks the leaves it rules out, and the first leaf left is the tree's answer.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from flows.judges.features import NAMES, Array, features
from flows.model import Document, Verdict

RULE = "judge.blocks-2"
MODEL = Path(__file__).with_name("blocks.json")

_ROWS = 128
"""Blocks judged at a time: what is computed for so many stays in the processor's cache."""
_THRESHOLD = 0.5
_BODY_SHARE = 0.5
_BODY_WORDS = 40
_PAST_THE_END = 0.95
"""A foot (copyright line, number of comments) below so much of what would be kept ends the article: behind it only what
is as probable as the last figure stays.  Cross-validated with the rules, that adds 0.0005 to F1 of text dumps and 0.003
to that of Markdown, where other stories follow more often."""
_CLEAN_SHARE = 0.97
_CLEAN_THRESHOLD = 0.12
"""Where of the words that rules leave at least the former share is more probable than the latter, the file is an
article, not a page: only what is less probable goes.  Dumps of pages lose up to 0.001 of F1 by it; clean articles keep
99.6 % of their words or more; with only a few buttons, links and notices around them, 97.9 to 99.5 % in Markdown and
98.9 to 99.5 in text, where a share of all words of the file that are kept anyway gave 96.7 to 97.6 and 98.9 to 99.4."""
_STANDFIRST_THRESHOLD = 0.3
_STANDFIRST_WORDS = 10
_STANDFIRST_ABOVE = 6
_PROSE_WORDS = 20
"""A block of so many words close above the first long one of the body, right below a headline, byline or date that
rules know, is a standfirst, which looks like a teaser to the trees: less is asked of it.  Cross-validated with the
rules, F1 of dumps of pages stays as it is, since half of what that keeps is in their bodies."""


@dataclass(frozen=True, slots=True)
class Trees:
    """An ensemble of trees with up to 16 leaves, one row each, padded with tests that never fail."""

    columns: npt.NDArray[np.intp]
    """The figure that each test looks at."""
    thresholds: npt.NDArray[np.float32]
    """A test holds where the figure is at most this."""
    ruled_out: npt.NDArray[np.uint16]
    """Leaves that go where a test fails, as bits."""
    leaves: Array
    """What each leaf adds to the log-odds."""


@functools.cache
def model() -> Trees:
    """The trees in `blocks.json`; raises `ValueError` where they were trained on other figures than we compute."""
    stored = json.loads(MODEL.read_text(encoding="utf-8"))
    if tuple(stored["features"]) != NAMES:
        raise ValueError(f"{MODEL.name} was trained on other features: run benchmarks/train_blocks.py")
    return as_arrays(stored["trees"])


def as_arrays(trees: Sequence[Mapping[str, Sequence[float]]]) -> Trees:
    """Trees as `blocks.json` has them, padded to one shape."""
    tests = max(len(tree["columns"]) for tree in trees)
    leaves = max(len(tree["leaves"]) for tree in trees)

    def padded(key: str, width: int, filler: float) -> Array:
        return np.array([[*tree[key], *[filler] * (width - len(tree[key]))] for tree in trees], float)

    return Trees(
        padded("columns", tests, 0).astype(np.intp),
        padded("thresholds", tests, np.inf).astype(np.float32),
        ~padded("masks", tests, 0xFFFF).astype(np.uint16),
        padded("leaves", leaves, 0.0),
    )


def probabilities(figures: Array, trees: Trees) -> Array:
    """The probability of each row of `figures` to be of the article."""
    by_figure = np.ascontiguousarray(figures.T, np.float32)
    odds = [_log_odds(by_figure[:, start : start + _ROWS], trees) for start in range(0, len(figures), _ROWS)]
    return np.asarray(1 / (1 + np.exp(-np.concatenate(odds))))


def _log_odds(figures: npt.NDArray[np.float32], trees: Trees) -> Array:
    failed = figures[trees.columns] > trees.thresholds[:, :, None]
    left = (~np.bitwise_or.reduce(failed * trees.ruled_out[:, :, None], axis=1)).astype(np.int32)
    # The lowest bit that is set, as an exponent: exact for powers of two.
    leaf = np.frexp((left & -left).astype(np.float32))[1] - 1
    return np.asarray(np.take_along_axis(trees.leaves, leaf.astype(np.intp), axis=1).sum(axis=0))


def judge(document: Document, feet: Sequence[int] = (), taken: Collection[int] = ()) -> tuple[Verdict, ...]:
    """One verdict a block.  `feet` are the blocks, in order, that rules know to stand at the foot of an article,
    `taken` those that rules take out.

    Deterministic; a document of which nothing would be kept keeps its most probable block.
    """
    if not document.blocks:
        return ()
    figures = features(document)
    scores = probabilities(figures, model())
    words = np.expm1(figures[:, 0])
    kept = decide(scores, words, feet, taken)
    return tuple(
        Verdict(keep, RULE, round(score, 4)) for keep, score in zip(kept.tolist(), scores.tolist(), strict=True)
    )


def decide(scores: Array, words: Array, feet: Sequence[int] = (), taken: Collection[int] = ()) -> npt.NDArray[np.bool_]:
    """Which blocks to keep, given each one's probability and length in words, the feet of the article, and the blocks
    that rules take out."""
    kept = np.asarray(scores >= _THRESHOLD)
    before = np.cumsum(np.where(kept, words, 0.0))
    body = max(_BODY_WORDS, _BODY_SHARE * before[-1])
    end = next((foot for foot in feet if before[foot] >= body), len(scores))
    wanted = (np.arange(len(scores)) <= end) | (scores >= _PAST_THE_END)
    kept &= wanted
    left = np.ones(len(scores), bool)
    left[list(taken)] = False
    likely = np.asarray(scores >= _CLEAN_THRESHOLD) & wanted
    if words[likely & left].sum() >= _CLEAN_SHARE * words[left].sum():
        kept = likely
    if not kept.any():
        kept[int(scores.argmax())] = True
    standfirst = _standfirst(kept, words, left)
    if standfirst is not None and scores[standfirst] >= _STANDFIRST_THRESHOLD:
        kept[standfirst] = True
    return kept


def _standfirst(kept: npt.NDArray[np.bool_], words: Array, left: npt.NDArray[np.bool_]) -> int | None:
    """The block that only what rules take out parts from the body below and from the head of the article above."""
    prose = np.flatnonzero(kept & left & (words >= _PROSE_WORDS))
    above = np.flatnonzero(left[: prose[0]]) if len(prose) else prose
    if not len(above) or prose[0] - above[-1] > _STANDFIRST_ABOVE:
        return None
    index = int(above[-1])
    return index if index and not left[index - 1] and words[index] >= _STANDFIRST_WORDS else None
