"""Train the judge of HTML (`flows/judges/html_model.json`) on pages with known bodies, and on many more without.

    python -m benchmarks.train_html BENCH [--check]

BENCH holds sets: folders with `truth.jsonl` (`id`, `body`, `url`) and `html/<id>.html.gz`.  Each block of each page is
labelled by aligning it with the body (`benchmarks.align`); a logistic model with an L2 penalty is fitted by Newton's
method, so the same data give the same model on every machine.  Two are made:

- `assisted`, which sees trafilatura's choice, from the pages with bodies;
- `alone`, which does not, from the same pages and from those without a body, labelled by `assisted`.  Of 296 pages
  alone it learns too little of how sites differ; 580 more, though labelled by machine, gain it 1 to 1.5 points of F1.

`--check` only prints the figures of six-fold cross-validation by site: body F1 of trafilatura's choice, of each model,
and of the judge, which asks trafilatura where the first is in doubt; and the share of pages where it does.  No page of
a site that is judged has taught a model that judges it, nor the model that labelled its lessons.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

import flows.judges.html as judge
from benchmarks.align import harmonic, label, shingle_rates, words
from flows.formats import html
from flows.formats.decode import decode
from flows.judges.html import Model, Places
from flows.judges.html_features import Column
from flows.model import Document

Array = npt.NDArray[np.float64]
SETS = ("news-english", "news-multilingual", "web-articles")
UNLABELLED = ("news-metadata", "web-dates")
MODEL = Path(judge.__file__).with_name("html_model.json")
FOLDS = 6


@dataclass(frozen=True)
class View:
    """A page's blocks as one of the models sees them."""

    columns: dict[str, Column]
    outside: Places
    scored: Places
    kept: Places
    """The first choice, which the model corrects."""


@dataclass(frozen=True)
class Page:
    """A page, ready to learn from."""

    of: str
    site: str
    body: str | None
    document: Document
    alone: View
    assisted: View
    labels: Places
    """Which blocks are its article; nothing is known of a page without a body."""

    def weights(self, labels: Places) -> Array:
        """What each block's label is worth: its share of the article, so that long pages do not rule."""
        size = np.array([len(block.text) for block in self.document.blocks], float)
        worth: Array = np.minimum(size + 10, 1200) / max(400.0, float((size * labels).sum()))
        return worth


@dataclass(frozen=True)
class Lesson:
    """What a model learns from a page."""

    view: View
    labels: Places
    worth: Array


def pages(bench: Path) -> Iterator[Page]:
    """Every page of the sets that has blocks."""
    for name in (*SETS, *UNLABELLED):
        for line in (bench / name / "truth.jsonl").read_text(encoding="utf-8").splitlines():
            truth = json.loads(line)
            data = gzip.decompress((bench / name / "html" / f"{truth['id']}.html.gz").read_bytes())
            decoded = decode(data)
            document = html.read(decoded.text, decoded.encoding)
            if document.blocks and (truth.get("body") or name in UNLABELLED):
                site = urlsplit(truth.get("url") or "").netloc or "_".join(truth["id"].split("_")[:2])
                yield _page(name, site, truth.get("body"), document)


def _page(of: str, site: str, body: str | None, document: Document) -> Page:
    others = judge.other_posts(document)
    outside, kept = judge.supposed(document.blocks, others)
    alone = View(judge.described(document, kept, outside), outside, ~outside, kept > 0)
    outside, kept = judge.extracted(document, others)
    columns = judge.described(document, kept, outside)
    assisted = View(columns, outside, judge.scored(columns, outside), kept > 0)
    texts = [block.text for block in document.blocks]
    labels = np.array(label(texts, body)) if body else np.zeros(len(texts), bool)
    return Page(of, site, body, document, alone, assisted, labels)


def fit(lessons: Sequence[Lesson], rule: str, penalty: float, drop: float, add: float) -> Model:
    """The model that fits these lessons, its numbers rounded to six decimals."""
    rows = np.concatenate([_rows(each.view)[each.view.scored] for each in lessons])
    target = np.concatenate([each.labels[each.view.scored] for each in lessons]).astype(float)
    worth = np.concatenate([each.worth[each.view.scored] for each in lessons])
    worth *= len(worth) / worth.sum()
    mean, scale = rows.mean(axis=0), rows.std(axis=0)
    scale[scale < 1e-6] = 1.0
    inputs = np.column_stack([(rows - mean) / scale, np.ones(len(rows))])
    penalties = np.full(inputs.shape[1], penalty)
    penalties[-1] = 1e-6
    weights = np.zeros(inputs.shape[1])
    for _ in range(25):
        guess = 1 / (1 + np.exp(-np.clip(inputs @ weights, -30, 30)))
        gradient = inputs.T @ (worth * (guess - target)) + penalties * weights
        curvature = (inputs * (worth * guess * (1 - guess) + 1e-9)[:, None]).T @ inputs + np.diag(penalties)
        step = np.linalg.solve(curvature, gradient)
        weights -= step
        if np.abs(step).max() < 1e-8:
            break
    names = tuple(lessons[0].view.columns)
    return Model(rule, names, mean.round(6), scale.round(6), weights[:-1].round(6), round(weights[-1], 6), drop, add)


def _rows(view: View) -> Array:
    return np.column_stack(list(view.columns.values()))


def models(learned: Sequence[Page]) -> tuple[Model, Model]:
    """The model that works alone and the one that sees trafilatura's choice."""
    known = [page for page in learned if page.body]
    lessons = [Lesson(page.assisted, page.labels, page.weights(page.labels)) for page in known]
    assisted = fit(lessons, "judge.html-2t", 500.0, 0.3, 0.55)
    labels = [page.labels if page.body else choose(page.assisted, assisted) for page in learned]
    lessons = [Lesson(page.alone, own, page.weights(own)) for page, own in zip(learned, labels, strict=True)]
    return fit(lessons, "judge.html-2", 300.0, 0.45, 0.45), assisted


def choose(view: View, model: Model) -> Places:
    """The blocks of a page that a model would keep."""
    chosen = model.probability(view.columns) > np.where(view.kept, model.drop, model.add)
    return np.where(view.scored, chosen, view.kept) & ~view.outside


def choices(page: Page, alone: Model, assisted: Model) -> dict[str, Places]:
    """What each step of the judge, and the judge as a whole, would keep of a page."""
    probability = alone.probability(page.alone.columns)
    doubtful = judge.doubtful(page.document.blocks, page.alone.outside, probability, alone.add)
    chosen = {
        "trafilatura, placed": page.assisted.kept,
        "alone": choose(page.alone, alone),
        "assisted": choose(page.assisted, assisted),
    }
    return chosen | {"judge": chosen["assisted" if doubtful else "alone"], "doubtful": np.array([doubtful])}


def rates(page: Page, chosen: Places) -> tuple[float | None, float]:
    """Precision (None if nothing was chosen) and recall of the body's word 4-grams."""
    text = "\n\n".join(block.text for block, taken in zip(page.document.blocks, chosen, strict=True) if taken)
    precision, recall = shingle_rates(page.body or "", text)
    return precision if words(text) else None, recall


def score(results: list[tuple[float | None, float]]) -> float:
    """F1 of mean precision and mean recall."""
    precision = float(np.mean([p for p, _ in results if p is not None]))
    recall = float(np.mean([r for _, r in results]))
    return harmonic(precision, recall)


def check(learned: Sequence[Page]) -> dict[str, dict[str, float]]:
    """Set → F1 of each step on sites it has not seen, and the share of pages on which trafilatura is asked."""
    fold = [zlib.crc32(page.site.encode()) % FOLDS for page in learned]
    chosen: dict[int, dict[str, Places]] = {}
    for each in range(FOLDS):
        alone, assisted = models([page for page, at in zip(learned, fold, strict=True) if at != each])
        held = [i for i, page in enumerate(learned) if fold[i] == each and page.body]
        chosen |= {i: choices(learned[i], alone, assisted) for i in held}
    figures = {}
    for name in SETS:
        mine = [i for i, page in enumerate(learned) if page.of == name]
        steps = [step for step in chosen[mine[0]] if step != "doubtful"]
        figures[name] = {
            step: round(score([rates(learned[i], chosen[i][step]) for i in mine]), 4) for step in steps
        } | {"asked": round(float(np.mean([chosen[i]["doubtful"][0] for i in mine])), 3)}
    return figures


def stored(model: Model) -> dict[str, Any]:
    """A model as JSON holds it."""
    columns = zip(model.names, model.mean, model.scale, model.weights, strict=True)
    return {
        "rule": model.rule,
        "drop": model.drop,
        "add": model.add,
        "bias": float(model.bias),
        "features": [
            {"name": name, "mean": float(m), "scale": float(s), "weight": float(w)} for name, m, s, w in columns
        ],
    }


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    learned = list(pages(arguments.bench))
    figures = check(learned)
    print(json.dumps(figures, indent=2))
    if arguments.check:
        return
    alone, assisted = models(learned)
    digest = hashlib.sha256()
    for name in (*SETS, *UNLABELLED):
        digest.update((arguments.bench / name / "truth.jsonl").read_bytes())
    model = {
        "made_by": "benchmarks/train_html.py",
        "truth_sha256": digest.hexdigest(),
        "pages": len(learned),
        "pages_with_body": sum(page.body is not None for page in learned),
        "blocks": sum(len(page.document.blocks) for page in learned),
        "cross_validated_f1": figures,
        "alone": stored(alone),
        "assisted": stored(assisted),
    }
    MODEL.write_text(json.dumps(model, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
