"""A writer that is killed leaves whole files, no row twice, and nothing that a second attempt does not set right."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow.dataset as ds
import pytest

from flows import commit
from flows.corpus import Corpus
from flows.known import NAME
from flows.schema import TABLES
from tests import publishing

ROOT = Path(__file__).parent.parent
KILLS = 15
BATCHES = 50
REVISIONS = 10

Document = tuple[str, str]
KEY = ["raw_path", "article_id"]


def with_pandas(folder: Path) -> list[Document]:
    return list(pd.read_parquet(folder, columns=KEY).itertuples(index=False, name=None))


def with_pyarrow(folder: Path) -> list[Document]:
    table = ds.dataset(folder).to_table(columns=KEY)
    return list(zip(*table.to_pydict().values(), strict=True))


def with_polars(folder: Path) -> list[Document]:
    return pl.scan_parquet(folder / "*.parquet").select(KEY).collect().rows()


def with_duckdb(folder: Path) -> list[Document]:
    with duckdb.connect() as connection:
        return connection.execute(f"select raw_path, article_id from '{folder}/*.parquet'").fetchall()


READERS: list[Callable[[Path], list[Document]]] = [with_pandas, with_pyarrow, with_polars, with_duckdb]


class Witness(threading.Thread):
    """Reads a corpus over and over, and remembers what a reader of it should never have seen."""

    def __init__(self, out: Path, read: Callable[[Path], list[Document]]) -> None:
        super().__init__()
        self.out, self.read = out, read
        self.stop = threading.Event()
        self.reads = 0
        self.complaints: list[str] = []

    def run(self) -> None:
        seen = 0
        while not self.stop.is_set():
            try:
                documents = self.read(self.out / "articles") + self.read(self.out / "duplicates")
            except Exception as error:  # noqa: BLE001 - whatever it is, a reader met it
                self.complaints.append(f"{self.read.__name__}: {error}")
                continue
            self.reads += 1
            twice = [document for document, times in Counter(documents).items() if times > 1]
            if twice:
                self.complaints.append(f"{self.read.__name__}: twice: {twice}")
            lines = Counter(path for path, _ in documents if path.endswith(".jsonl"))
            if set(lines.values()) - {3}:
                self.complaints.append(f"{self.read.__name__}: part of a batch: {lines}")
            if len(documents) < seen:
                self.complaints.append(f"{self.read.__name__}: rows are gone")
            seen = len(documents)
            time.sleep(0.1)


@contextmanager
def witnesses(out: Path) -> Iterator[list[Witness]]:
    threads = [Witness(out, read) for read in READERS]
    for thread in threads:
        thread.start()
    try:
        yield threads
    finally:
        for thread in threads:
            thread.stop.set()
        for thread in threads:
            thread.join()


def content(out: Path) -> dict[str, bytes]:
    """Every file that a reader can meet, by its path."""
    return {
        str(path.relative_to(out)): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and ".copydesk" not in path.parts
    }


def published(out: Path) -> int:
    """How many files the tables have."""
    return sum(1 for name in TABLES for _ in (out / name).iterdir())


def leftovers(out: Path) -> list[Path]:
    """What the hidden folder holds beyond the lock, its empty folders and the store of known raw files."""
    hidden = out / ".copydesk"
    kept = {hidden / "lock", hidden / "staging", hidden / "index", hidden / "index" / NAME}
    return sorted(set(hidden.rglob("*")) - kept)


@contextmanager
def writers(work: str, out: Path, count: int) -> Iterator[Callable[[Callable[[], object] | None], int]]:
    """A function that starts a writer, kills it when the function it is given returns, and tells how it ended."""
    command = [sys.executable, "-m", "tests.publishing", "on-demand", work, str(out), str(count)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as starter:
        assert starter.stdin is not None
        assert starter.stdout is not None
        ask, answer = starter.stdin, starter.stdout

        def start(wait_to_kill: Callable[[], object] | None) -> int:
            print(file=ask, flush=True)
            process = int(answer.readline())
            if wait_to_kill:
                wait_to_kill()
                os.kill(process, signal.SIGKILL)
            return os.waitstatus_to_exitcode(int(answer.readline()))

        yield start
        ask.close()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("undisturbed")
    publishing.write(out, BATCHES)
    return content(out)


def test_killed_at_random_moments_under_the_eyes_of_readers(tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    rng = random.Random(20260301)
    out = tmp_path / "corpus"
    with Corpus.open(out):
        pass
    killed_at = []

    def random_moment() -> None:
        enough = published(out) + rng.randrange(5)
        deadline = time.monotonic() + 5
        while published(out) < enough and time.monotonic() < deadline:
            time.sleep(0.0005)
        time.sleep(rng.uniform(0, 0.005))

    with witnesses(out) as threads, writers("write", out, BATCHES) as start:
        for _ in range(KILLS):
            assert start(random_moment) == -signal.SIGKILL, "too late: give the writers more to do"
            killed_at.append(published(out))
        assert start(None) == 0
        time.sleep(0.2)
    assert [complaint for thread in threads for complaint in thread.complaints] == []
    assert all(thread.reads > 0 for thread in threads)
    assert len(set(killed_at)) > 5, "the kills should have met the work at different places"
    assert content(out) == undisturbed
    assert leftovers(out) == []


STOPS = pytest.mark.parametrize("stop", ["SIGKILL", "SIGTERM"])
"""`kill -9`, after which nothing is tidied up, and a cancelled run, which tidies up wherever it was."""


def stopped_at_each_step(stop: str, folder: Path, work: str, count: int) -> list[Path]:
    """Steps are the interpreter's own audit events for what changes the file system: every one of them is tried."""
    command = [sys.executable, "-m", "tests.publishing", stop, work, str(folder), str(count)]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    return sorted((path for path in folder.iterdir() if path.name.isdecimal()), key=lambda path: int(path.name))


@STOPS
def test_stopped_at_every_step_of_a_publication(tmp_path: Path, stop: str) -> None:
    publishing.write(tmp_path / "undisturbed", 1)
    expected = content(tmp_path / "undisturbed")
    states = Counter[int]()
    for out in stopped_at_each_step(stop, tmp_path / "stopped", "write", 1):
        found = content(out)
        states[len(found)] += 1
        assert found.items() <= expected.items(), f"{out.name}: a file that is torn or should not be there"
        for name in TABLES:
            if (out / name).exists():
                pd.read_parquet(out / name)
        publishing.write(out, 1)
        assert content(out) == expected, out.name
        assert leftovers(out) == [], out.name
    every = set(range(2 * len(TABLES) + 2))
    if stop == "SIGKILL":
        assert set(states) == every, "stopped with every number of files in place"
    else:
        assert {min(every), max(every)} <= set(states) <= every, "a run that may still tidy up ends what it has begun"


def test_rows_are_not_published_twice_if_the_writer_starts_again_without_looking(tmp_path: Path) -> None:
    publishing.write(tmp_path, 2)
    before = content(tmp_path)
    with Corpus.open(tmp_path) as corpus:
        for number in range(2):
            corpus.publish(*publishing.batch(number))
    assert content(tmp_path) == before


class RevisionWitness(Witness):
    """Reads a corpus whose first article is revised over and over: it always has one row, and so has each copy.

    Polars may ask for a file's size, find another file there when it opens it, and say so: an error, never other rows.
    """

    def __init__(self, out: Path, read: Callable[[Path], list[Document]]) -> None:
        super().__init__(out, read)
        self.errors: list[str] = []

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                articles, duplicates = (self.read(self.out / name) for name in ("articles", "duplicates"))
            except (Exception, pl.exceptions.PanicException) as error:  # noqa: BLE001 - a reader met it
                self.errors.append(f"{self.read.__name__}: {error}")
                continue
            self.reads += 1
            if len(articles) != 3 or len({path for path, _ in articles} - {"0000.jsonl"}) > 1:
                self.complaints.append(f"{self.read.__name__}: {articles}")
            if len(set(duplicates)) != len(duplicates):
                self.complaints.append(f"{self.read.__name__}: twice: {duplicates}")


def test_revisions_killed_at_random_moments_under_the_eyes_of_readers(tmp_path: Path) -> None:
    rng = random.Random(20260302)
    out = tmp_path / "corpus"
    publishing.revise(out, 0)
    publishing.revise(tmp_path / "undisturbed", REVISIONS)
    threads = [RevisionWitness(out, read) for read in READERS]
    for thread in threads:
        thread.start()
    with writers("revise", out, REVISIONS) as start:
        for _ in range(5):
            start(lambda: time.sleep(rng.uniform(0, 0.15)))
        assert start(None) == 0
    for thread in threads:
        thread.stop.set()
        thread.join()
    assert [complaint for thread in threads for complaint in thread.complaints] == []
    assert [error for thread in threads for error in thread.errors if thread.read is not with_polars] == []
    assert all(thread.reads > len(thread.errors) for thread in threads)
    assert content(out) == content(tmp_path / "undisturbed")


@STOPS
def test_stopped_at_every_step_of_a_revision(tmp_path: Path, stop: str) -> None:
    publishing.revise(tmp_path / "stopped" / "before", 1)
    publishing.revise(tmp_path / "expected", 2)
    states = Counter[str]()
    for out in stopped_at_each_step(stop, tmp_path / "stopped", "revise", 2):
        articles, duplicates = (with_pandas(out / name) for name in ("articles", "duplicates"))
        stories = [path for path, _ in articles if path.startswith("story")]
        assert len(articles) == 3
        assert len(stories) == 1
        assert len(set(duplicates)) == len(duplicates)
        states[stories[0]] += 1
        publishing.revise(out, 2)
        assert content(out) == content(tmp_path / "expected"), out.name
        assert leftovers(out) == [], out.name
    assert len(states) == 2


@STOPS
def test_stopped_at_every_step_of_an_exchange_of_generations(tmp_path: Path, stop: str) -> None:
    """Whichever table was reached, it is whole; after the next opening all are of one generation."""
    publishing.write(tmp_path / "stopped" / "before", 1)
    old = content(tmp_path / "stopped" / "before")
    publishing.write(tmp_path / "stopped" / "other", 2)
    new = [sorted(with_pandas(tmp_path / "stopped" / "other" / name)) for name in ("articles", "duplicates")]
    states = Counter[bool]()
    for out in stopped_at_each_step(stop, tmp_path / "stopped", "rebuild", 2):
        for name, rows in zip(("articles", "duplicates"), new, strict=True):
            assert sorted(with_pandas(out / name)) in (
                rows,
                sorted(with_pandas(tmp_path / "stopped" / "before" / name)),
            )
        with Corpus.open(out):
            pass
        is_new = content(out).keys() != old.keys()
        states[is_new] += 1
        if not is_new:
            assert content(out) == old
        else:
            assert [sorted(with_pandas(out / name)) for name in ("articles", "duplicates")] == new
            with Corpus.open(out) as corpus:
                corpus.go_back()
            assert {path: data for path, data in content(out).items() if not path.startswith("runs")} == old_tables(old)
    assert len(states) == 2


def old_tables(old: dict[str, bytes]) -> dict[str, bytes]:
    return {path: data for path, data in old.items() if not path.startswith("runs")}


@pytest.mark.parametrize("interrupted", ["not", "after the first rename", "after the second"])
def test_where_the_system_has_no_exchange_three_renames_do(tmp_path: Path, interrupted: str) -> None:
    one, other, aside = tmp_path / "one", tmp_path / "other", tmp_path / "aside"
    for folder in (one, other):
        folder.mkdir()
        (folder / folder.name).write_text("")
    if interrupted != "not":
        other.rename(aside)
    if interrupted == "after the second":
        one.rename(other)
    commit.swap(one, other, aside, exchange=lambda one, other: False)
    assert [path.name for path in one.iterdir()] == ["other"]
    assert [path.name for path in other.iterdir()] == ["one"]
    assert not aside.exists()
