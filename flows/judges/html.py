"""The judge of HTML: a small model reads the page's structure; where it is in doubt, trafilatura is asked as well.

Six steps, each named in the verdicts it decides:

- `judge.place`: the element around a block rules it out (`flows.judges.html_features.placed_outside`), or the post it
  belongs to (`flows.judges.html_posts`);
- `judge.html-2`: a logistic model of the block, its place, its neighbours and the page's main run of prose gives the
  probability that the block is of the article.  Its word stands where it is sure of the page as a whole;
- `judge.html-2t`: on the other pages, a fifth of them, trafilatura extracts, its lines are found again in our blocks,
  and a second model, which also sees that choice, overrules it where that is clear;
- `judge.trafilatura`: its choice stands, where the second model does not look: in tables and far from the article;
- `judge.embedded`, `judge.whole`: what is one, such as a post of a social network or a table, is kept or cut as one
  (`flows.judges.html_whole`);
- `judge.last-resort`: where all of that keeps nothing, long prose is kept all the same.

Both models are in `html_model.json`, made by `benchmarks/train_html.py`, with their data's hash and their figures.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt
import trafilatura

from flows.formats import html
from flows.judges.html_features import Column, features, is_long_prose, is_prose, placed_outside
from flows.judges.html_find import find
from flows.judges.html_posts import of_other_posts
from flows.judges.html_whole import NEVER, whole
from flows.model import Block, Document, Verdict

Places = npt.NDArray[np.bool_]

DOUBT = 0.1
"""Where more than this share of the text that the first model chooses is in doubt, trafilatura is asked.  In
cross-validation, asking it on every page gained another 0.0015 to 0.003 of F1, for two to three times the time."""
_LEAST = 200
"""Characters; a smaller choice counts as so many when doubts are weighed."""
_FAR = 38
"""Blocks from the nearest kept paragraph beyond which trafilatura's word stands."""
_ENOUGH = 500
"""Characters of an article below which, and the share of the page's prose …"""
_ENOUGH_SHARE = 0.3
"""… below which trafilatura's quick mode may have missed the article, and its full cascade is asked."""
_LEAST_PROSE = 400
"""Characters of long prose that a page must have for the last resort: cookie notices are shorter."""
_RUN_LIMIT, _RUN_COST = 500, 60
"""The main run of prose: characters that a paragraph counts for at most, and what a block that is none costs."""


def judge(document: Document, taken: Collection[int] = ()) -> tuple[Verdict, ...]:
    """One verdict for each block of an HTML document; none is kept on a page without anything like prose.  `taken` are
    the blocks that rules take out."""
    verdicts = _judged(document) if document.blocks else ()
    if not any(verdict.keep for verdict in verdicts):
        return _last_resort(document.blocks, verdicts)
    return whole(document.blocks, verdicts, taken)


def _judged(document: Document) -> tuple[Verdict, ...]:
    alone, assisted = _models()
    others = other_posts(document)
    outside, run = supposed(document.blocks, others)
    columns = described(document, run, outside)
    probability = alone.probability(columns)
    if not doubtful(document.blocks, outside, probability, alone.add):
        everywhere = np.ones(len(outside), bool)
        return tuple(map(functools.partial(_verdict, alone), outside, run > 0, everywhere, probability))
    outside, kept = extracted(document, others)
    columns = described(document, kept, outside)
    weighed = scored(columns, outside)
    return tuple(map(functools.partial(_verdict, assisted), outside, kept > 0, weighed, assisted.probability(columns)))


def described(document: Document, kept: Column, outside: Places) -> dict[str, Column]:
    """The features of a document's blocks, given which of them a first choice `kept`."""
    return features(document.blocks, kept, outside, _claim(document, "title"), _claim(document, "summary"))


def other_posts(document: Document) -> Places:
    """Which blocks stand in another post than the page's own."""
    return of_other_posts(document.blocks, _claim(document, "title"))


def supposed(blocks: Sequence[Block], others: Places) -> tuple[Places, Column]:
    """Which blocks their place rules out (`others` anyway), and which stand in the page's main run of prose (1.0)."""
    size = np.array([len(block.text) for block in blocks])
    prose = np.array([is_prose(block) for block in blocks])
    outside = _outside(blocks, others)
    if (size * (prose & ~outside)).sum() < _ENOUGH_SHARE * (size * prose).sum():
        around = _around(blocks, size * _main_run(size, prose))
        outside = _outside(blocks, others, around)
    return outside, _main_run(size, prose & ~outside)


def _outside(blocks: Sequence[Block], others: Places, around: frozenset[str] = frozenset()) -> Places:
    return np.array([placed_outside(block, around) for block in blocks]) | others


def _main_run(size: npt.NDArray[np.int_], prose: Places) -> Column:
    """The prose in the stretch of blocks that has most of it, where blocks that are not prose cost a little."""
    best, total, start, run = 0, 0, 0, (0, 0)
    for index, (length, is_one) in enumerate(zip(size.tolist(), prose.tolist(), strict=True)):
        if total <= 0:
            total, start = 0, index
        total += min(length, _RUN_LIMIT) if is_one else -_RUN_COST
        if total > best:
            best, run = total, (start, index + 1)
    kept = np.zeros(len(size))
    kept[run[0] : run[1]] = prose[run[0] : run[1]]
    return kept


def doubtful(blocks: Sequence[Block], outside: Places, probability: Column, least: float) -> bool:
    """Whether the first model is unsure of a page: the text it may be wrong about, against what it would keep."""
    size = np.array([len(block.text) for block in blocks]) * ~outside
    chosen = (size * (probability > least)).sum()
    return bool((size * np.minimum(probability, 1 - probability)).sum() > DOUBT * max(_LEAST, chosen))


def extracted(document: Document, others: Places) -> tuple[Places, Column]:
    """Which blocks their place rules out (`others` anyway), and which of the rest trafilatura took (1.0).

    Where it took nothing, the prose of the place that has most of it stands in for its choice.
    """
    blocks = document.blocks
    prose = np.array([len(block.text) * is_prose(block) for block in blocks])
    tree = html.tree(document.text)
    outside, kept = np.zeros(len(blocks), bool), np.zeros(len(blocks))
    for fast in (True, False):
        lines = (trafilatura.extract(tree, fast=fast, include_comments=False, deduplicate=False) or "").splitlines()
        found = np.array(find(blocks, lines), float)
        around = _around(blocks, prose * found)
        outside = _outside(blocks, others, around)
        kept = found * ~outside
        size = sum(len(block.text) for block, taken in zip(blocks, kept, strict=True) if taken)
        if size >= _ENOUGH and (prose * kept).sum() >= _ENOUGH_SHARE * (prose * ~outside).sum():
            break
    prose = prose * ~outside
    return outside, kept if kept.any() else _densest(blocks, prose)


def _around(blocks: Sequence[Block], sizes: Column) -> frozenset[str]:
    """The elements that most of the extracted prose stands in: some sites put a form around the page, or hide the
    article until a script shows it."""
    inside: dict[str, float] = {}
    for block, size in zip(blocks, sizes, strict=True):
        for hint in block.hints if size else ():
            inside[hint] = inside.get(hint, 0.0) + size
    return frozenset(hint for hint, size in inside.items() if size > sizes.sum() / 2)


def _densest(blocks: Sequence[Block], prose: npt.NDArray[np.int_]) -> Column:
    """The prose in the place that holds most of it."""
    places: dict[frozenset[str], int] = {}
    for block, size in zip(blocks, prose, strict=True):
        places[block.hints] = places.get(block.hints, 0) + int(size)
    best = max(places, key=lambda hints: places[hints])
    return np.array([float(size > 0 and block.hints == best) for block, size in zip(blocks, prose, strict=True)])


def _last_resort(blocks: Sequence[Block], verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    """`verdicts` that keep nothing, but for the long prose of the place that has most of it, if there is enough."""
    prose = np.array([len(block.text) * (block.hints.isdisjoint(NEVER) and is_long_prose(block)) for block in blocks])
    if prose.sum() < _LEAST_PROSE:
        return verdicts
    densest = _densest(blocks, prose)
    return tuple(
        Verdict(True, "judge.last-resort") if chosen else verdict
        for chosen, verdict in zip(densest, verdicts, strict=True)
    )


def scored(columns: dict[str, Column], outside: Places) -> Places:
    """The blocks that the model looks at: near the article, and not in a table, whose cells go together."""
    distance = np.minimum(columns["to_body_before"], columns["to_body_after"])
    near = (distance < np.log2(1 + _FAR)) | (columns["kept"] > 0)
    found: Places = near & ~outside & (columns["in_td"] == 0)
    return found


def _verdict(model: Model, outside: bool, kept: bool, scored: bool, probability: float) -> Verdict:
    if outside:
        return Verdict(False, "judge.place")
    if not scored:
        return Verdict(bool(kept), "judge.trafilatura")
    return Verdict(bool(probability > (model.drop if kept else model.add)), model.rule, round(float(probability), 3))


def _claim(document: Document, field: str) -> str:
    return next((claim.value for claim in document.claims if claim.field == field), "")


@dataclass(frozen=True, slots=True)
class Model:
    """A logistic model: the features it reads, in order, and what it makes of them."""

    rule: str
    names: tuple[str, ...]
    mean: Column
    scale: Column
    weights: Column
    bias: float
    drop: float
    """A block that the first choice kept is dropped at this probability or below."""
    add: float
    """A block that it left out is kept above this one."""

    def probability(self, columns: dict[str, Column]) -> Column:
        """For each block, the probability that it belongs to the article."""
        rows = np.column_stack([columns[name] for name in self.names])
        logit: Column = ((rows - self.mean) / self.scale) @ self.weights + self.bias
        return np.asarray(1 / (1 + np.exp(-np.clip(logit, -30, 30))))


@functools.cache
def _models() -> tuple[Model, Model]:
    """The model that works alone, and the one that sees trafilatura's choice."""
    stored = json.loads(resources.files("flows.judges").joinpath("html_model.json").read_text(encoding="utf-8"))
    return _model(stored["alone"]), _model(stored["assisted"])


def _model(stored: dict[str, Any]) -> Model:
    rows = np.array([[each["mean"], each["scale"], each["weight"]] for each in stored["features"]])
    names = tuple(each["name"] for each in stored["features"])
    mean, scale, weights = rows.T
    return Model(stored["rule"], names, mean, scale, weights, stored["bias"], stored["drop"], stored["add"])
