"""Train the judge of HTML (`flows/judges/html_model.json`) on pages with known bodies.

    python -m benchmarks.train_html BENCH [--check]

BENCH holds sets: folders with `truth.jsonl` (`id`, `body`, `url`) and `html/<id>.html.gz`.  Each block of each page is
labelled by aligning it with the body (`benchmarks.align`); a logistic model with an L2 penalty is fitted by Newton's
method, so the same data give the same model on every machine.  `--check` only prints the figures of six-fold
cross-validation by site: body F1 of trafilatura's choice, and of the judge's.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from benchmarks.align import label, words
from flows.formats import html
from flows.formats.decode import decode
from flows.judges import html as judge
from flows.judges.html_features import features
from flows.model import Document

Array = npt.NDArray[np.float64]
SETS = ("news-english", "news-multilingual", "web-articles")
MODEL = Path(judge.__file__).with_name("html_model.json")
PENALTY = 500.0
DROP, ADD = 0.3, 0.55
FOLDS = 6


@dataclass(frozen=True)
class Page:
    """A page, ready to learn from: its features, and which of its blocks are its article."""

    of: str
    site: str
    body: str
    document: Document
    names: tuple[str, ...]
    rows: Array
    outside: npt.NDArray[np.bool_]
    scored: npt.NDArray[np.bool_]
    labels: npt.NDArray[np.bool_]

    @property
    def kept(self) -> npt.NDArray[np.bool_]:
        """What trafilatura kept, of what its place does not rule out."""
        found: npt.NDArray[np.bool_] = self.rows[:, self.names.index("kept")] > 0
        return found

    def weights(self) -> Array:
        """What each block's label is worth: its share of the article, so that long pages do not rule."""
        size = np.array([len(block.text) for block in self.document.blocks], float)
        worth: Array = np.minimum(size + 10, 1200) / max(400.0, float((size * self.labels).sum()))
        return worth


def pages(bench: Path) -> Iterator[Page]:
    """Every page of the sets that has blocks and a body."""
    for name in SETS:
        for line in (bench / name / "truth.jsonl").read_text(encoding="utf-8").splitlines():
            truth = json.loads(line)
            data = gzip.decompress((bench / name / "html" / f"{truth['id']}.html.gz").read_bytes())
            decoded = decode(data)
            document = html.read(decoded.text, decoded.encoding)
            if document.blocks and truth.get("body"):
                site = urlsplit(truth.get("url") or "").netloc or "_".join(truth["id"].split("_")[:2])
                yield _page(name, site, truth["body"], document)


def _page(of: str, site: str, body: str, document: Document) -> Page:
    outside, kept = judge.extracted(document)
    claims = {claim.field: claim.value for claim in reversed(document.claims)}
    columns = features(document.blocks, kept, outside, claims.get("title", ""), claims.get("summary", ""))
    labels = np.array(label([block.text for block in document.blocks], body))
    rows = np.column_stack(list(columns.values()))
    return Page(of, site, body, document, tuple(columns), rows, outside, judge.scored(columns, outside), labels)


def fit(learned: list[Page]) -> tuple[Array, Array, Array]:
    """Mean, scale, and weights (the bias last) of the model that fits these pages."""
    rows = np.concatenate([page.rows[page.scored] for page in learned])
    target = np.concatenate([page.labels[page.scored] for page in learned]).astype(float)
    worth = np.concatenate([page.weights()[page.scored] for page in learned])
    worth *= len(worth) / worth.sum()
    mean, scale = rows.mean(axis=0), rows.std(axis=0)
    scale[scale < 1e-6] = 1.0
    inputs = np.column_stack([(rows - mean) / scale, np.ones(len(rows))])
    penalty = np.full(inputs.shape[1], PENALTY)
    penalty[-1] = 1e-6
    weights = np.zeros(inputs.shape[1])
    for _ in range(25):
        guess = 1 / (1 + np.exp(-np.clip(inputs @ weights, -30, 30)))
        gradient = inputs.T @ (worth * (guess - target)) + penalty * weights
        curvature = (inputs * (worth * guess * (1 - guess) + 1e-9)[:, None]).T @ inputs + np.diag(penalty)
        step = np.linalg.solve(curvature, gradient)
        weights -= step
        if np.abs(step).max() < 1e-8:
            break
    return mean, scale, weights


def choose(page: Page, model: tuple[Array, Array, Array]) -> npt.NDArray[np.bool_]:
    """The blocks of a page that the judge would keep with this model."""
    mean, scale, weights = model
    probability = 1 / (1 + np.exp(-np.clip((page.rows - mean) / scale @ weights[:-1] + weights[-1], -30, 30)))
    chosen = probability > np.where(page.kept, DROP, ADD)
    return np.where(page.scored, chosen, page.kept) & ~page.outside


def rates(page: Page, chosen: npt.NDArray[np.bool_]) -> tuple[float | None, float]:
    """Precision (None if nothing was chosen) and recall of the body's word 4-grams."""
    text = "\n\n".join(block.text for block, taken in zip(page.document.blocks, chosen, strict=True) if taken)
    gold, found = (_shingles(each) for each in (page.body, text))
    hit = sum(min(count, found.get(shingle, 0)) for shingle, count in gold.items())
    return hit / sum(found.values()) if found else None, hit / sum(gold.values())


def _shingles(text: str) -> dict[tuple[str, ...], int]:
    tokens, counts = words(text), dict[tuple[str, ...], int]()
    for index in range(max(1, len(tokens) - 3) if tokens else 0):
        shingle = tuple(tokens[index : index + 4])
        counts[shingle] = counts.get(shingle, 0) + 1
    return counts


def score(results: list[tuple[float | None, float]]) -> float:
    """F1 of mean precision and mean recall."""
    precision = float(np.mean([p for p, _ in results if p is not None]))
    recall = float(np.mean([r for _, r in results]))
    return 2 * precision * recall / (precision + recall)


def check(learned: list[Page]) -> dict[str, dict[str, float]]:
    """Set → F1 of trafilatura's choice and of the judge's on sites it has not seen."""
    fold = [zlib.crc32(page.site.encode()) % FOLDS for page in learned]
    judged: dict[int, npt.NDArray[np.bool_]] = {}
    for each in range(FOLDS):
        model = fit([page for page, at in zip(learned, fold, strict=True) if at != each])
        judged |= {i: choose(page, model) for i, page in enumerate(learned) if fold[i] == each}
    figures = {}
    for name in SETS:
        mine = [i for i, page in enumerate(learned) if page.of == name]
        figures[name] = {
            "trafilatura, placed": round(score([rates(learned[i], learned[i].kept) for i in mine]), 4),
            "judge": round(score([rates(learned[i], judged[i]) for i in mine]), 4),
        }
    return figures


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
    mean, scale, weights = fit(learned)
    digest = hashlib.sha256()
    for name in SETS:
        digest.update((arguments.bench / name / "truth.jsonl").read_bytes())
    model = {
        "rule": "judge.html-1",
        "made_by": "benchmarks/train_html.py",
        "truth_sha256": digest.hexdigest(),
        "pages": len(learned),
        "blocks": int(sum(page.scored.sum() for page in learned)),
        "cross_validated_f1": figures,
        "drop": DROP,
        "add": ADD,
        "bias": round(float(weights[-1]), 6),
        "features": [
            {"name": name, "mean": round(float(m), 6), "scale": round(float(s), 6), "weight": round(float(w), 6)}
            for name, m, s, w in zip(learned[0].names, mean, scale, weights[:-1], strict=True)
        ],
    }
    MODEL.write_text(json.dumps(model, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
