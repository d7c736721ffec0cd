"""`kill -9` at random moments of a real run with two workers, plain readers reading all the while."""

import random
import threading
import time
from collections import Counter
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow.dataset as ds
import pytest

from tests import faults
from tests.test_ingest import ingest, tables

KILLS = 8


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some hundred files in several batches, with copies and broken ones among them."""
    return faults.fill(tmp_path_factory.mktemp("kill") / "raw", 420)


class Readers:
    """Reads all tables again and again with every plain reader; keeps what went wrong."""

    def __init__(self, out: Path) -> None:
        self.out, self.wrong, self.reads, self._stop = out, list[str](), Counter[str](), threading.Event()
        self._threads = [threading.Thread(target=self._read, args=(each,)) for each in self.ways()]

    def ways(self):
        yield "pyarrow", lambda folder: ds.dataset(folder).to_table(columns=["raw_path"])["raw_path"].to_pylist()
        yield "pandas", lambda folder: pd.read_parquet(folder, columns=["raw_path"])["raw_path"].tolist()
        yield (
            "polars",
            lambda folder: pl.read_parquet(f"{folder}/*.parquet", columns=["raw_path"])["raw_path"].to_list(),
        )
        query = "select raw_path from read_parquet('{}/*.parquet')"
        yield "duckdb", lambda folder: [row[0] for row in duckdb.connect().execute(query.format(folder)).fetchall()]

    def _read(self, way) -> None:
        name, read = way
        while not self._stop.is_set():
            for table in ("articles", "duplicates", "rejects"):
                folder = self.out / table
                if folder.exists():
                    try:
                        paths = read(str(folder))
                    except Exception as error:  # noqa: BLE001 - whatever a reader says is a finding
                        self.wrong.append(f"{name} {table}: {error}")
                        return
                    self.reads[name] += 1
                    if len(set(paths)) != len(paths):
                        self.wrong.append(f"{name} {table}: a row twice")
            time.sleep(0.02)

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()


def test_killed_runs_leave_what_an_undisturbed_run_leaves(raw: Path, tmp_path: Path) -> None:
    began = time.monotonic()
    ingest(raw, "--out", tmp_path / "whole", "--workers", 2)
    took = time.monotonic() - began
    chance = random.Random(20261101)
    out = tmp_path / "out"
    with Readers(out) as readers:
        faults.killed(raw, out, KILLS, took, chance)
    assert readers.wrong == []
    assert min(readers.reads.values()) > 0
    assert tables(out) == tables(tmp_path / "whole")
