"""Trains the block judge: `python -m benchmarks.train_blocks BENCH [--out flows/judges/blocks.json]`.

BENCH is a folder of page sets: `truth.jsonl` with the bodies that people wrote down, `text/ID.txt` and
`markdown/ID.md` with dumps of the pages.  Learned from:
  pages      the dumps, their blocks aligned with the body (benchmarks/align.py)
  crops      the article with a few of the blocks around it, as careful scrapers leave it
  articles   the bodies and parts of them: nothing to cut
  silver     pages that have no body written down (sets with `html/` only), dumped here, with trafilatura's extraction
             as body where its three settings agree; they count half
Figures are cross-validated: five folds of publishers, each judged by trees that never saw a page of it, and no silver
page of it either.  Needs lightgbm, inscriptis and markdownify, which copydesk itself does not.
Only statistics go into the model: no text, no name of a site.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from urllib.parse import urlsplit

import inscriptis
import lightgbm
import markdownify
import numpy as np
import trafilatura
from lxml import html
from trafilatura.utils import decode_file

from benchmarks import align
from flows.formats import markdown, text
from flows.judges import blocks
from flows.judges.features import NAMES, Array, features
from flows.model import Document, Kind

READERS = {"text": text.read, "markdown": markdown.read}
FOLDS = 5
ROUNDS = 100
PARAMETERS = {
    "objective": "binary", "learning_rate": 0.08, "num_leaves": 15, "min_data_in_leaf": 40, "feature_fraction": 0.5,
    "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 5.0, "max_bin": 63, "verbose": -1, "num_threads": 1,
    "deterministic": True, "force_row_wise": True, "seed": 1,
}  # fmt: skip
AGREEMENT = 0.85
SILVER_WEIGHT = 0.5
MARKERS = {Kind.HEADING: "## ", Kind.LIST_ITEM: "* ", Kind.QUOTE: "> "}


@dataclass(slots=True)
class Sample:
    """A document to learn from or to measure on."""

    role: str
    """Name of its set for a page; `crop`, `article` or `silver`."""
    form: str
    publisher: str
    body: str
    document: Document
    figures: Array
    truth: Array
    scores: Array

    @property
    def words(self) -> Array:
        return np.asarray(np.expm1(self.figures[:, 0]))


def sample(role: str, form: str, publisher: str, body: str, raw: str, whole: bool = False) -> Sample | None:
    document = READERS[form](raw, "utf-8")
    if not document.blocks:
        return None
    truth = (
        np.ones(len(document.blocks))
        if whole
        else np.array(align.label([block.text for block in document.blocks], body), float)
    )
    return Sample(role, form, publisher, body, document, features(document), truth, np.zeros(len(truth)))


def publisher_of(row: dict[str, str]) -> str:
    """Registered domain, roughly: what folds must not share."""
    host = urlsplit(row.get("url") or "").hostname or row["id"]
    parts = host.split(".")
    second = len(parts) > 2 and len(parts[-1]) == 2 and parts[-2] in {"co", "com", "org", "net", "gov", "ac", "edu"}
    return ".".join(parts[-3:] if second else parts[-2:])


def pages(bench: Path) -> Iterator[Sample]:
    for truth in sorted(bench.glob("*/truth.jsonl")):
        for row in map(json.loads, truth.read_text(encoding="utf-8").splitlines()):
            for form, ending in (("text", "txt"), ("markdown", "md")):
                dump = truth.parent / form / f"{row['id']}.{ending}"
                if row.get("body") and dump.exists():
                    raw = dump.read_text(encoding="utf-8")
                    page = sample(truth.parent.name, form, publisher_of(row), row["body"], raw)
                    if page:
                        yield page


def crops(page: Sample, chance: random.Random) -> Iterator[Sample]:
    inside = np.flatnonzero(page.truth)
    if not len(inside):
        return
    around = page.document.blocks
    first = around[max(0, inside[0] - chance.choice([0, 1, 2, 4, 8]))]
    last = around[min(len(around) - 1, inside[-1] + chance.choice([0, 1, 2, 4, 8]))]
    raw = page.document.text
    start = raw.rfind("\n", 0, first.start) + 1 if page.form == "text" else first.start
    crop = sample("crop", page.form, page.publisher, page.body, raw[start : last.end])
    if crop:
        yield crop


def articles(page: Sample, chance: random.Random) -> Iterator[Sample]:
    lines = [line.strip() for line in page.body.splitlines() if line.strip()]
    raws = ["\n\n".join(lines)]
    for few in (4, 2):
        at = chance.randint(0, max(0, len(lines) - few))
        raws.append("\n\n".join(lines[at : at + few]))
    if page.form == "text":
        raws.append("\n".join(lines))
    else:
        kept = [b for b, inside in zip(page.document.blocks, page.truth, strict=True) if inside]
        raws.append("\n\n".join(MARKERS.get(b.kind, "") + page.document.text[b.start : b.end] for b in kept))
    for raw in raws:
        article = sample("article", page.form, page.publisher, raw, raw, whole=True)
        if article:
            yield article


def silver(bench: Path) -> Iterator[Sample]:
    for truth in sorted(bench.glob("*/truth.jsonl")):
        if (truth.parent / "text").exists():
            continue
        for row in map(json.loads, truth.read_text(encoding="utf-8").splitlines()):
            source = decode_file(gzip.decompress((truth.parent / "html" / f"{row['id']}.html.gz").read_bytes()))
            body = agreed_body(source) if len(source) < 1_000_000 else None
            dumps = dumped(source) if body else {}
            for form, raw in dumps.items():
                page = sample("silver", form, publisher_of(row), body or "", raw) if len(raw) < 60_000 else None
                if page and page.truth.any() and rates(page, page.truth)[1] >= 0.9:
                    yield page


def agreed_body(source: str) -> str | None:
    body = trafilatura.extract(source, include_comments=False) or ""
    others = (
        trafilatura.extract(source, include_comments=False, include_tables=False, favor_precision=True) or "",
        trafilatura.extract(source, include_comments=False, favor_recall=True) or "",
    )
    agree = min(harmonic(*shingle_rates(body, other)) for other in others)
    return body if len(align.words(body)) >= 80 and agree >= AGREEMENT else None


def dumped(source: str) -> dict[str, str]:
    tree = html.fromstring(source.encode() if source.lstrip().startswith("<?xml") else source)
    body = tree.find(".//body")
    body = tree if body is None else body
    for element in body.xpath(".//script|.//style|.//noscript|.//template|.//svg"):
        element.drop_tree()
    page = html.tostring(body, encoding="unicode")
    return {"text": inscriptis.get_text(page), "markdown": markdownify.markdownify(page)}


# ------------------------------------------------------------------------------------------------------------ figures


def shingle_rates(truth: str, guess: str) -> tuple[float, float]:
    """Precision and recall of four-word shingles."""

    def shingles(body: str) -> dict[tuple[str, ...], int]:
        tokens = align.words(body)
        counts: dict[tuple[str, ...], int] = {}
        for i in range(max(1, len(tokens) - 3)):
            counts[tuple(tokens[i : i + 4])] = counts.get(tuple(tokens[i : i + 4]), 0) + 1
        return counts

    a, b = shingles(truth), shingles(guess)
    hits = sum(min(count, b.get(shingle, 0)) for shingle, count in a.items())
    return hits / max(1, sum(b.values())), hits / max(1, sum(a.values()))


def harmonic(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def rates(page: Sample, kept: Array) -> tuple[float, float]:
    guess = "\n".join(b.text for b, keep in zip(page.document.blocks, kept, strict=True) if keep)
    return shingle_rates(page.body, guess)


def figures(samples: list[Sample]) -> dict[str, float]:
    """Body F1 of each set of pages, and the share of words kept of articles."""
    result: dict[str, float] = {}
    for role in sorted({s.role for s in samples} - {"silver"}):
        for form in READERS:
            here = [s for s in samples if s.role == role and s.form == form]
            kept = [blocks.decide(s.scores, s.words) for s in here]
            if role == "article":
                words = sum(float(s.words[k].sum()) for s, k in zip(here, kept, strict=True))
                result[f"articles {form}, words kept"] = round(words / sum(float(s.words.sum()) for s in here), 4)
            else:
                both = [rates(s, k) for s, k in zip(here, kept, strict=True)]
                result[f"{role} {form}, F1"] = round(harmonic(mean(p for p, _ in both), mean(r for _, r in both)), 4)
    return result


# ----------------------------------------------------------------------------------------------------------- training


def fit(samples: list[Sample]) -> lightgbm.Booster:
    def weights(s: Sample) -> Array:
        """Long blocks count more, long documents too, both less than in proportion."""
        by_block = (s.words + 1) ** 0.6
        share = SILVER_WEIGHT if s.role == "silver" else 1.0
        return np.asarray(by_block / by_block.sum() * len(by_block) ** 0.5 * share)

    data = lightgbm.Dataset(
        np.concatenate([s.figures for s in samples]).astype(np.float32),
        np.concatenate([s.truth for s in samples]),
        weight=np.concatenate([weights(s) for s in samples]),
    )
    return lightgbm.train(PARAMETERS, data, ROUNDS)


def exported(booster: lightgbm.Booster) -> list[dict[str, list[float]]]:
    """Each tree as the judge reads it: tests with the leaves that a failed one leaves over."""
    trees = []
    for info in booster.dump_model()["tree_info"]:
        tree: dict[str, list[float]] = {"columns": [], "thresholds": [], "masks": [], "leaves": []}

        def walk(node: dict[str, object], tree: dict[str, list[float]] = tree) -> int:
            """Adds a node's leaves, in order; returns them as bits."""
            if "split_feature" not in node:
                tree["leaves"].append(round(float(str(node["leaf_value"])), 6))
                return 1 << (len(tree["leaves"]) - 1)
            left = walk(node["left_child"])  # type: ignore[arg-type]
            tree["columns"].append(int(str(node["split_feature"])))
            tree["thresholds"].append(float(f"{float(str(node['threshold'])):.7g}"))
            tree["masks"].append(0xFFFF ^ left)
            return left | walk(node["right_child"])  # type: ignore[arg-type]

        walk(info["tree_structure"])
        trees.append(tree)
    return trees


def fold(publisher: str) -> int:
    return int(hashlib.sha256(publisher.encode()).hexdigest(), 16) % FOLDS


def data_hash(samples: list[Sample]) -> str:
    digest = hashlib.sha256()
    for s in samples:
        digest.update(hashlib.sha256(s.document.text.encode("utf-8", "surrogatepass")).digest() + s.truth.tobytes())
    return digest.hexdigest()


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("bench", type=Path)
    arguments.add_argument("--out", type=Path, default=blocks.MODEL)
    options = arguments.parse_args()
    chance = random.Random(7)
    real = list(pages(options.bench))
    samples = [*real]
    for page in real:
        samples += [*crops(page, chance), *articles(page, chance)]
    samples += silver(options.bench)
    print(f"{len(real)} pages, {len(samples)} samples", file=sys.stderr)
    for number in range(FOLDS):
        booster = fit([s for s in samples if fold(s.publisher) != number])
        trees = blocks.as_arrays(exported(booster))
        for s in samples:
            if fold(s.publisher) == number:
                s.scores = blocks.probabilities(s.figures, trees)
    measured = figures(samples)
    print(json.dumps(measured, indent=1), file=sys.stderr)
    model = {
        "rule": blocks.RULE,
        "trained_by": "benchmarks/train_blocks.py",
        "data_sha256": data_hash(samples),
        "cross_validated": measured,
        "features": NAMES,
    }
    lines = ",\n".join(f' "{key}": {json.dumps(value)}' for key, value in model.items())
    tree_lines = ",\n".join(f"  {json.dumps(tree, separators=(',', ':'))}" for tree in exported(fit(samples)))
    options.out.write_text(f'{{\n{lines},\n "trees": [\n{tree_lines}\n ]\n}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
