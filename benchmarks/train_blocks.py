"""Trains the block judge: `python -m benchmarks.train_blocks BENCH [--out flows/judges/blocks.json]`.

BENCH is a folder of page sets: `truth.jsonl` with the bodies that people wrote down, `text/ID.txt` and
`markdown/ID.md` with dumps of the pages; what is made of them is told in `benchmarks/samples.py`.
Figures are cross-validated: five folds of publishers, each judged by trees that never saw a page of it, and no silver
page, other dump or transplant of it either.  Needs the extra `train`, which copydesk itself does not.
Only statistics go into the model: no text, no name of a site.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from pathlib import Path
from statistics import mean

import lightgbm
import numpy as np

from benchmarks import align, dumps
from benchmarks.samples import FOLDS, Sample, articles, crops, fold, pages, redumped, silver, transplanted
from benchmarks.transplants import READERS
from flows.judges import blocks
from flows.judges.features import NAMES, Array

ROUNDS = 100
PARAMETERS = {
    "objective": "binary", "learning_rate": 0.08, "num_leaves": 15, "min_data_in_leaf": 40, "feature_fraction": 0.5,
    "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 5.0, "max_bin": 63, "verbose": -1, "num_threads": 1,
    "deterministic": True, "force_row_wise": True, "seed": 1,
}  # fmt: skip
MADE = {"silver": 0.5, "whole": 0.15, "rows": 0.3, "brief": 0.3}
"""Roles that teach but are not measured, and what a document of them counts for beside a page."""
SHARES = {**MADE, **dict.fromkeys(dumps.OTHERS, 0.12), "article": 2.0, "crop": 1.5}
"""What a document of a role counts for, where that is not 1: articles and crops hold against so many pages."""


def figures(samples: list[Sample]) -> dict[str, float]:
    """Body F1 of each set of pages, and the share of words kept of articles."""
    result: dict[str, float] = {}
    for role in sorted({s.role for s in samples} - MADE.keys()):
        for form in READERS:
            here = [s for s in samples if s.role == role and s.form == form]
            if not here:
                continue
            kept = [blocks.decide(s.scores, s.words) for s in here]
            if role == "article":
                words = sum(float(s.words[k].sum()) for s, k in zip(here, kept, strict=True))
                result[f"articles {form}, words kept"] = round(words / sum(float(s.words.sum()) for s in here), 4)
            else:
                both = [s.rates(k) for s, k in zip(here, kept, strict=True)]
                f1 = align.harmonic(mean(p for p, _ in both), mean(r for _, r in both))
                result[f"{role} {form}, F1"] = round(f1, 4)
    return result


# ----------------------------------------------------------------------------------------------------------- training


def fit(samples: list[Sample]) -> lightgbm.Booster:
    def weights(s: Sample) -> Array:
        """Long blocks count more, long documents too, both less than in proportion."""
        by_block = (s.words + 1) ** 0.6
        return np.asarray(by_block / by_block.sum() * len(by_block) ** 0.5 * SHARES.get(s.role, 1.0))

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
    unlabelled = list(silver(options.bench))
    samples += [*unlabelled, *redumped(options.bench), *transplanted(real, random.Random(7))]
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
