"""The quality gate: how well the project's own documents come out, and floors below which no change may take it.

    python -m tests.quality_gate                            the figures, the floors, the worst documents
    python -m tests.quality_gate --update                   raise the floors to the figures
    python -m tests.quality_gate --update --lower "REASON"  lower them too; the reason is kept

Measured on the samples of `raw/`, on documents composed of their articles and invented noise, and on those articles
alone (`tests/quality/compose.py`): precision, recall and F1 of the body (4-gram shingles of words; P and R are means
over documents), and the share of documents whose title, author and day are right; `not_wrong` is the share of field
values that are not wrong (null or right).  A gate is no benchmark: the documents are ours, so the level means little
and only its changes count.
"""

from __future__ import annotations

import argparse
import collections
import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean
from typing import Any

from flows import pipeline, rules, sources
from flows.model import Article, RawFile, Reject
from flows.settings import Settings
from flows.words import WORD
from tests import golden
from tests.quality import compose
from tests.quality.compose import Sample

FLOORS = compose.HERE / "floors.json"
CLOCK = datetime(2026, 11, 1, tzinfo=UTC)
ROUNDING = 0.0005
"""Figures may fall this far below a floor: a judge's probabilities differ in their last digits between processors."""
WORST = 12

Figures = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Result:
    """How one document came out."""

    sample: Sample
    precision: float
    recall: float
    fields: dict[str, str]
    """Field → `right`, `wrong` or `null`, for the fields whose truth is known."""
    left: tuple[str, ...]
    """The kind of each line of noise that is still there as a paragraph."""
    reject: str = ""
    """Why there is no article."""

    @property
    def f1(self) -> float:
        return _f1(self.precision, self.recall)


def samples() -> Iterator[tuple[Sample, RawFile]]:
    """Every document of the gate, as a raw file."""
    for slug, raw in _raw_samples():
        stated = golden.must(slug).get("is", {})
        author, day = (stated.get("authors") or [None])[0], stated.get("published_local") or stated.get("published_at")
        text = compose.plain(compose.body(slug))
        yield Sample(slug, "samples", raw.data, text, stated.get("title"), author, day and str(day)[:10]), raw
    for sample in (*compose.composed(), *compose.clean()):
        yield sample, RawFile(sample.name, "0" * 64, len(sample.data), sample.data)


def _raw_samples() -> Iterator[tuple[str, RawFile]]:
    """The samples that hold an article, under the names of their bodies."""
    bodies = {file.stem for file in compose.BODIES.glob("*.txt")} - compose.only().keys()
    for entry in sources.discover([golden.RAW], exclude=golden.RAW / "none"):
        if any(body.startswith(golden.slug(entry.path, None)) for body in bodies):
            for raw in sources.read(entry, *sources.fingerprint(entry.place, [golden.RAW]), Settings()):
                if (slug := golden.slug(raw.path, raw.locator)) in bodies:
                    bodies.remove(slug)
                    yield slug, raw
    if bodies:
        raise ValueError(f"bodies without a raw sample: {sorted(bodies)}")


def measure() -> tuple[list[Result], str]:
    """Every document through the pipeline; with the SHA-256 of the documents and their truth."""
    catalogue, settings, digest, results = rules.load(), Settings(), hashlib.sha256(), []
    for sample, raw in samples():
        for part in (sample.name, sample.body, sample.title, sample.author, sample.day):
            digest.update(hashlib.sha256((part or "").encode()).digest())
        digest.update(hashlib.sha256(sample.data).digest())
        results.append(judged(sample, pipeline.clean(raw, catalogue, settings, CLOCK)))
    return results, digest.hexdigest()


def judged(sample: Sample, outcome: Article | Reject) -> Result:
    """An outcome of the pipeline held against the truth; a reject is an empty article."""
    article = outcome if isinstance(outcome, Article) else None
    text = "\n\n".join(paragraph.text for paragraph in article.paragraphs) if article else ""
    fields: dict[str, Any] = article.fields if article else {}
    truth = {"title": sample.title, "author": sample.author, "day": sample.day}
    given = {
        "title": fields.get("title"),
        "author": next(iter(fields.get("authors") or ()), None),
        "day": str(fields.get("published_local") or "")[:10] or None,
    }
    states = {name: _state(truth[name], given[name]) for name in truth if truth[name]}
    paragraphs = set(text.split("\n\n"))
    left = tuple(piece.kind for piece in sample.noise if piece.text in paragraphs)
    reject = f"{outcome.reason}: {outcome.detail}" if isinstance(outcome, Reject) else ""
    return Result(sample, *rates(sample.body, text), states, left, reject)


def rates(truth: str, found: str) -> tuple[float, float]:
    """Precision and recall of the 4-gram word shingles; nothing found has no precision: 0."""
    wanted, given = shingles(truth), shingles(found)
    hit = (wanted & given).total()
    return hit / max(1, given.total()), hit / max(1, wanted.total())


def shingles(text: str) -> collections.Counter[tuple[str, ...]]:
    """The runs of four words in a text, counted; a text of fewer words is one run."""
    words = WORD.findall(text)
    return collections.Counter(tuple(words[i : i + 4]) for i in range(max(1, len(words) - 3) if words else 0))


def _state(truth: str | None, given: object) -> str:
    if given is None:
        return "null"
    return "right" if WORD.findall(str(given).casefold()) == WORD.findall(str(truth).casefold()) else "wrong"


def figures(results: list[Result]) -> Figures:
    """Group of documents → its figures, to four places."""
    groups: dict[str, list[Result]] = {}
    for result in results:
        groups.setdefault(result.sample.group, []).append(result)
    return {name: _figures(members) for name, members in groups.items()}


def _figures(members: list[Result]) -> dict[str, float]:
    precision, recall = mean(r.precision for r in members), mean(r.recall for r in members)
    found = {"precision": precision, "recall": recall, "f1": _f1(precision, recall)}
    for field in ("title", "author", "day"):
        states = [r.fields[field] for r in members if field in r.fields]
        if states:
            found[field] = states.count("right") / len(states)
    said = [state for r in members for state in r.fields.values()]
    if said:
        found["not_wrong"] = 1 - said.count("wrong") / len(said)
    return {name: round(value, 4) for name, value in found.items()}


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def complaints(measured: Figures, inputs: str, stored: dict[str, Any]) -> list[str]:
    """What keeps these figures from passing, one line each."""
    if inputs != stored.get("inputs_sha256"):
        return ["the documents or their truth have changed: run `python -m tests.quality_gate --update`"]
    return [
        f"{name} {figure}: {value:.4f}, the floor is {floor:.4f}"
        for name, figure, value, floor in _below(measured, stored)
    ]


def _below(measured: Figures, stored: dict[str, Any]) -> Iterator[tuple[str, str, float, float]]:
    for name, floors in stored.get("floors", {}).items():
        for figure, floor in floors.items():
            value = measured.get(name, {}).get(figure, 0.0)
            if value < floor - ROUNDING:
                yield name, figure, value, floor


def updated(measured: Figures, inputs: str, stored: dict[str, Any], reason: str | None) -> dict[str, Any]:
    """New floors: these figures.  Raises `ValueError` where one would be lower than before and no reason is given."""
    lower = [f"{name} {figure} {floor:.4f} -> {value:.4f}" for name, figure, value, floor in _below(measured, stored)]
    if lower and not (reason or "").strip():
        raise ValueError("floors would sink (say why with --lower): " + "; ".join(lower))
    lowered = [*stored.get("lowered", []), *([{"reason": reason, "floors": lower}] if lower else [])]
    floors = {
        name: {
            figure: _risen(value, stored.get("floors", {}).get(name, {}).get(figure, 0.0))
            for figure, value in found.items()
        }
        for name, found in measured.items()
    }
    return {"inputs_sha256": inputs, "floors": floors, "lowered": lowered}


def _risen(value: float, floor: float) -> float:
    """The new floor: many small steps down within the rounding are not to add up."""
    return floor if floor - ROUNDING <= value < floor else value


def stored_floors(file: Path = FLOORS) -> dict[str, Any]:
    """The floors in force; none where there is no file."""
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def report(results: list[Result], measured: Figures) -> str:
    """The figures as a table, and the documents that come out worst."""
    counts = collections.Counter(r.sample.group for r in results)
    names = list(dict.fromkeys(figure for group in measured.values() for figure in group))
    lines = ["group         n  " + "".join(f"{name:>10}" for name in names)]
    for group, found in measured.items():
        cells = "".join(f"{found[name]:10.4f}" if name in found else " " * 10 for name in names)
        lines.append(f"{group:10}{counts[group]:5}  {cells}")
    lines.append("worst:")
    for result in sorted(results, key=lambda r: (r.f1, r.sample.name))[:WORST]:
        wrong = result.reject or ", ".join(f"{field} {s}" for field, s in result.fields.items() if s != "right")
        lines.append(
            f"  {result.f1:.3f}  p {result.precision:.3f}  r {result.recall:.3f}  {result.sample.name}  {wrong}"
        )
    left = collections.Counter(kind for r in results for kind in r.left)
    of = collections.Counter(piece.kind for r in results for piece in r.sample.noise)
    lines.append("noise left: " + ", ".join(f"{kind} {count}/{of[kind]}" for kind, count in left.most_common()))
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """The command line; 0 all well, 1 below a floor, or floors that would sink without a reason."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--update", action="store_true", help="make these figures the floors")
    options.add_argument("--lower", metavar="REASON", help="let floors sink, and keep why")
    options.add_argument("--show", metavar="DOCUMENT", help="print one document, and no figures")
    chosen = options.parse_args(arguments)
    if chosen.show:
        print(*(sample.data.decode("utf-8", "replace") for sample, _ in samples() if sample.name == chosen.show))
        return 0
    results, inputs = measure()
    measured, stored = figures(results), stored_floors()
    print(report(results, measured))
    if chosen.update:
        try:
            new = updated(measured, inputs, stored, chosen.lower)
        except ValueError as error:
            print(error, file=sys.stderr)
            return 1
        FLOORS.write_text(json.dumps(new, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return 0
    problems = complaints(measured, inputs, stored)
    print("\n".join(problems) or "above every floor")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
