"""The judge of HTML: trafilatura extracts, its lines are found again in our blocks, and a small model corrects it.

Trafilatura says where the article is; what it misses and takes too much of is regular (standfirsts, stretches of a
body in several containers, related links between paragraphs, notes at the end), and the page's structure shows it.
Three steps, each named in the verdicts it decides:

- `judge.place`: the element around a block rules it out (`flows.judges.html_features.placed_outside`);
- `judge.html-1`: a logistic model of the block, its place, its neighbours and trafilatura's choice gives the
  probability that the block is of the article; trafilatura is overruled where that is clear.  The model is
  `html_model.json`, made by `benchmarks/train_html.py`, with its data's hash and its figures in it;
- `judge.trafilatura`: its choice stands, where the model does not look: in tables and far from the article.
"""

from __future__ import annotations

import functools
import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources

import numpy as np
import numpy.typing as npt
import trafilatura

from flows.formats import html
from flows.judges.html_features import Column, features, is_prose, letters, placed_outside
from flows.model import Block, Document, Verdict

_FAR = 38
"""Blocks from the nearest kept paragraph beyond which trafilatura's word stands."""
_ENOUGH = 500
"""Characters of an article below which, and the share of the page's prose …"""
_ENOUGH_SHARE = 0.3
"""… below which trafilatura's quick mode may have missed the article, and its full cascade is asked."""


def judge(document: Document) -> tuple[Verdict, ...]:
    """One verdict for each block of an HTML document; none is kept on a page without anything like prose."""
    if not document.blocks:
        return ()
    outside, kept = extracted(document)
    columns = features(document.blocks, kept, outside, _claim(document, "title"), _claim(document, "summary"))
    probability, weighed = _model().probability(columns), scored(columns, outside)
    return tuple(map(_verdict, outside, kept > 0, weighed, probability))


def extracted(document: Document) -> tuple[npt.NDArray[np.bool_], Column]:
    """Which blocks their place rules out, and which of the others trafilatura took (1.0).

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
        outside = np.array([placed_outside(block, around) for block in blocks])
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


def scored(columns: dict[str, Column], outside: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """The blocks that the model looks at: near the article, and not in a table, whose cells go together."""
    distance = np.minimum(columns["to_body_before"], columns["to_body_after"])
    near = (distance < np.log2(1 + _FAR)) | (columns["kept"] > 0)
    found: npt.NDArray[np.bool_] = near & ~outside & (columns["in_td"] == 0)
    return found


def _verdict(outside: bool, kept: bool, scored: bool, probability: float) -> Verdict:
    if outside:
        return Verdict(False, "judge.place")
    if not scored:
        return Verdict(bool(kept), "judge.trafilatura")
    model = _model()
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
    """A block that trafilatura kept is dropped at this probability or below."""
    add: float
    """A block that it left out is kept above this one."""

    def probability(self, columns: dict[str, Column]) -> Column:
        """For each block, the probability that it belongs to the article."""
        rows = np.column_stack([columns[name] for name in self.names])
        logit: Column = ((rows - self.mean) / self.scale) @ self.weights + self.bias
        return np.asarray(1 / (1 + np.exp(-np.clip(logit, -30, 30))))


@functools.cache
def _model() -> Model:
    stored = json.loads(resources.files("flows.judges").joinpath("html_model.json").read_text(encoding="utf-8"))
    rows = np.array([[each["mean"], each["scale"], each["weight"]] for each in stored["features"]])
    names = tuple(each["name"] for each in stored["features"])
    mean, scale, weights = rows.T
    return Model(stored["rule"], names, mean, scale, weights, stored["bias"], stored["drop"], stored["add"])


def find(blocks: Sequence[Block], lines: Sequence[str]) -> list[bool]:
    """Which blocks the lines of an extraction are, by their letters and digits.

    A line may be several blocks or a part of one: a block is found when half of its letters are.  A line whose
    text stands in several blocks is the one that fits the order of the others.
    """
    texts = [letters(block.text) for block in blocks]
    starts = [0]
    for text in texts:
        starts.append(starts[-1] + len(text))
    covered = [0] * len(texts)
    for start, stop in _spans(texts, starts, [wanted for line in lines for wanted in _pieces(line)]):
        index = bisect_right(starts, start) - 1
        while index < len(texts) and starts[index] < stop:
            covered[index] += min(stop, starts[index + 1]) - max(start, starts[index])
            index += 1
    return [0 < len(text) <= 2 * found for text, found in zip(texts, covered, strict=True)]


def _pieces(line: str) -> list[str]:
    """A line's letters; of a table's row, those of each cell."""
    cells = line.split("|") if line.lstrip().startswith("|") or line.rstrip().endswith("|") else [line]
    return [wanted for wanted in map(letters, cells) if wanted]


def _spans(texts: Sequence[str], starts: Sequence[int], wanted: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where each wanted text stands in the stream of all the texts: a whole block, or else a stretch of the stream."""
    stream = "".join(texts)
    places: dict[str, list[int]] = {}
    for start, text in zip(starts, texts, strict=False):
        places.setdefault(text, []).append(start)
    sure = [places[text][0] if len(places.get(text, ())) == 1 else len(stream) for text in wanted]
    for index in range(len(sure) - 2, -1, -1):
        sure[index] = min(sure[index], sure[index + 1]) if sure[index] == len(stream) else sure[index]
    cursor = 0
    for text, following in zip(wanted, sure, strict=True):
        if text in places:
            fitting = [start for start in places[text] if cursor <= start <= following] or places[text]
            # Before the first line that is found, the last copy: the body comes after the teasers of the page's head.
            start = fitting[0] if cursor else fitting[-1] if following < len(stream) else fitting[0]
            stop = start + len(text)
        else:
            start, stop = _stretch(stream, text, cursor)
        if start >= 0:
            cursor = stop
            yield start, stop


def _stretch(stream: str, text: str, cursor: int) -> tuple[int, int]:
    """Where a text that is no whole block stands, from the cursor on if possible; (-1, -1) if nowhere."""
    if len(text) < 20:
        return -1, -1
    for part in (text, text[:24]):
        start = stream.find(part, cursor)
        start = stream.find(part) if start < 0 else start
        if start >= 0:
            break
    if start < 0 or part == text:
        return start, start + len(part) if start >= 0 else -1
    # Its middle differs (a note or a link was left out): from where its beginning stands to where its end does.
    stop = stream.find(text[-24:], start)
    return (start, stop + 24) if 0 <= stop < start + 1.5 * len(text) + 50 else (-1, -1)
