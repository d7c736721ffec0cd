"""Batches to publish, and the process that publishes them: what the tests of the corpus write and kill.

python -m tests.publishing on-demand WORK OUT COUNT        for each line of input: start a process that does what is
                                                           not done yet; say its number when it begins, and its wait
                                                           status at the end
python -m tests.publishing SIGNAL WORK FOLDER COUNT        work in FOLDER/0, FOLDER/1, …, sent SIGKILL or SIGTERM
                                                           before the first, second, … step on disk, until one is
                                                           through; SIGTERM does what it does to `flows.ingest`

WORK is `write` (publish batches), `revise` (publish revisions) or `rebuild` (exchange the tables for others).
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import pyarrow as pa
import pyarrow.parquet as pq

from flows import rows
from flows.corpus import Corpus
from flows.ingest import EXIT_TERMINATED, Terminated
from flows.schema import VERSION

CLOCK = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
STEPS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "ctypes.dlsym"}
"""Audit events of the Python interpreter that change something on disk, or may (an exchange goes by way of ctypes)."""


def article(path: str, locator: str | None = None, **values: Any) -> dict[str, Any]:
    """A row of `articles` with everything that may not be null."""
    text = f"Text of {path} {locator or ''}".strip()
    row: dict[str, Any] = {
        "article_id": f"id-{path}-{locator or ''}",
        "text_sha256": "0" * 64,
        "schema_version": VERSION,
        "title": f"Title of {path}",
        "text": text,
        "paragraphs": [{"text": text, "kind": "paragraph", "start": 0, "end": len(text)}],
        "word_count": 3,
        "authors": ["Ada Example", "Ben Sample"],
        "published_at": CLOCK,
        "raw_path": path,
        "raw_locator": locator,
        "raw_sha256": f"sha-{path}",
        "raw_bytes": len(text),
        "content_type": "text/plain",
        "encoding": "utf-8",
        "cuts": [],
        "field_sources": [],
        "extra": [{"key": "desk", "value": "metro"}],
        "warnings": [],
        "run_id": "run-1",
        "pipeline_version": "0",
        "rules_version": "0",
        "settings_sha256": "0" * 64,
        "ingested_at": CLOCK,
    }
    return {**row, **values}


def duplicate(path: str, of: str, **values: Any) -> dict[str, Any]:
    """A row of `duplicates`."""
    scores = [{"name": "containment", "value": 0.9}]
    return {
        **article(path, **values),
        "duplicate_of": of,
        "relation": "near",
        "duplicate_rule": "test",
        "duplicate_scores": scores,
    }


def reject(path: str, **values: Any) -> dict[str, Any]:
    """A row of `rejects`."""
    row = {
        "reject_id": f"id-{path}",
        "raw_path": path,
        "raw_sha256": f"sha-{path}",
        "stage": "read",
        "reason": "empty",
        "detail": "no bytes",
        "schema_version": VERSION,
        "run_id": "run-1",
        "pipeline_version": "0",
        "rules_version": "0",
        "settings_sha256": "0",
        "ingested_at": CLOCK,
    }
    return {**row, **values}


def batch(number: int) -> tuple[str, dict[str, pa.Table]]:
    """Name and tables of a batch: three articles of one container, a duplicate of the first, and at times a reject."""
    container = f"{number:04}.jsonl"
    articles = [article(container, str(line)) for line in range(1, 4)]
    duplicates = [duplicate(f"{number:04}.txt", of=articles[0]["article_id"])]
    rejects = [reject(f"{number:04}.bin")] if number % 3 == 0 else []
    tables = {"articles": articles, "duplicates": duplicates, "rejects": rejects}
    return f"{number:04}", {name: rows.table(name, each) for name, each in tables.items()}


def write(out: Path, batches: int, at_work: Callable[[], None] = lambda: None) -> None:
    """Publish the batches that the corpus does not know; `at_work` is called before the first."""
    with Corpus.open(out) as corpus:
        known = corpus.known_files()
        at_work()
        for number in range(batches):
            name, tables = batch(number)
            first = tables["articles"].slice(0, 1).to_pylist()[0]
            if (first["raw_path"], first["raw_sha256"]) not in known:
                corpus.publish(name, tables, {"run_id": "run-1", "batches": number + 1})


def revise(out: Path, revisions: int, at_work: Callable[[], None] = lambda: None) -> None:
    """Publish batch 0 and then revision after revision of its first article, those that the corpus does not know."""
    with Corpus.open(out) as corpus:
        known = {path for path, _ in corpus.known_files()}
        at_work()
        if "0000.jsonl" not in known:
            corpus.publish(*batch(0))
        for number in range(1, revisions + 1):
            if revision(number)["raw_path"] not in known:
                _succeed(corpus, out, number)


def revision(number: int) -> dict[str, Any]:
    """The article that takes the place of the one before; number 0 is the first of batch 0."""
    if not number:
        return article("0000.jsonl", "1")
    return article(f"story-{number:04}.txt", revision=number + 1)


def _succeed(corpus: Corpus, out: Path, number: int) -> None:
    before, now = revision(number - 1), revision(number)
    row = {**before, "revision": number}
    moved = {**duplicate(before["raw_path"], of=now["article_id"]), **row, "relation": "revision"}
    replaced = {}
    for path in [*(out / "articles").glob("part-0000.parquet"), *sorted((out / "duplicates").glob("part-[0r]*"))]:
        old = pq.read_table(path).to_pylist()
        new = [
            now if each["article_id"] == before["article_id"]
            else each | {"duplicate_of": now["article_id"]} if "duplicate_of" in each
            else each
            for each in old
        ]  # fmt: skip
        replaced[path] = rows.table(path.parent.name, new)
    corpus.publish(f"r{number:04}", {"duplicates": rows.table("duplicates", [moved])}, {"run_id": "run-1"}, replaced)


def rebuild(out: Path, count: int, at_work: Callable[[], None] = lambda: None) -> None:
    """Put the `count` batches of the corpus `other`, beside `out`, in the place of what the tables hold."""
    with Corpus.open(out) as corpus:
        at_work()
        if len(corpus.known_documents()) != len(_documents(count)):
            corpus.succeed(out.parent / "other", {"run_id": "run-2"})


def _documents(count: int) -> list[dict[str, Any]]:
    return [row for number in range(count) for table in batch(number)[1].values() for row in table.to_pylist()]


WORK: dict[str, Callable[..., None]] = {"write": write, "revise": revise, "rebuild": rebuild}


def on_demand(work: str, out: Path, count: int) -> None:
    """Writers to be killed: forked, because a new interpreter would spend its time on imports."""
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            WORK[work](out, count, at_work=lambda: print(os.getpid(), flush=True))
            os._exit(0)
        print(os.waitpid(child, 0)[1], flush=True)


def at_each_step(number: signal.Signals, work: str, folder: Path, count: int) -> None:
    """Work again and again, each time in a copy of FOLDER/before, if there is that, sent the signal a step later."""
    signal.signal(signal.SIGTERM, _terminate)
    step = 0
    while not _survived(number, work, folder, count, step):
        step += 1


def _terminate(number: int, frame: object) -> NoReturn:
    raise Terminated


def _survived(number: signal.Signals, work: str, folder: Path, count: int, last_step: int) -> bool:
    out = folder / str(last_step)
    if (folder / "before").exists():
        shutil.copytree(folder / "before", out)
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] == 0
    steps = 0

    def at_last_step(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal steps
        if event in STEPS:
            steps += 1
            if steps == last_step + 1:
                os.kill(os.getpid(), number)

    sys.addaudithook(at_last_step)
    try:
        WORK[work](out, count)
    except Terminated:
        os._exit(EXIT_TERMINATED)
    os._exit(0)


if __name__ == "__main__":
    how, what, where, many = sys.argv[1:]
    if how == "on-demand":
        on_demand(what, Path(where), int(many))
    else:
        at_each_step(signal.Signals[how], what, Path(where), int(many))
