"""A local S3 server as a process of its own (moto's), and the tables in it as plain readers see them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fsspec
import pandas as pd
import polars as pl
import pyarrow.dataset as ds
import pyarrow.fs
import pytest

from tests.test_ingest import ROOT

KEYS = {"AWS_ACCESS_KEY_ID": "user", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}


@dataclass(frozen=True)
class Store:
    """A server with one bucket, `news`."""

    endpoint: str
    process: subprocess.Popen[bytes]

    @property
    def env(self) -> dict[str, str]:
        """What a user sets to reach it."""
        return {**KEYS, "AWS_ENDPOINT_URL": self.endpoint}

    @property
    def files(self) -> Any:
        """The server as a file system of fsspec."""
        return fsspec.filesystem(
            "s3", key=KEYS["AWS_ACCESS_KEY_ID"], secret=KEYS["AWS_SECRET_ACCESS_KEY"], use_listings_cache=False,
            endpoint_url=self.endpoint, client_kwargs={"region_name": KEYS["AWS_DEFAULT_REGION"]},
        )  # fmt: skip

    def put(self, folder: Path, prefix: str) -> None:
        """Put all files in `folder` under `prefix`."""
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                self.files.put_file(str(path), f"{prefix}/{path.relative_to(folder).as_posix()}")

    def left_behind(self, prefix: str) -> list[str]:
        """What stands in the hidden folder of the corpus under `prefix` and should not between publications."""
        hidden = f"{prefix}/.copydesk/"
        return [
            path for path in self.files.find(prefix) if path.startswith(hidden) and path != f"{hidden}contents.json"
        ]

    def tables(self, prefix: str) -> dict[str, bytes]:
        """As `tests.test_ingest.tables`, of the corpus under `prefix`."""
        return {
            path.removeprefix(f"{prefix}/"): self.files.cat_file(path)
            for name in ("articles", "duplicates", "rejects")
            for path in self.files.find(f"{prefix}/{name}")
        }


@contextmanager
def reached(store: Store) -> Iterator[None]:
    """Whatever this process starts finds `store`."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in store.env.items():
            patch.setenv(name, value)
        yield


@contextmanager
def serving(**settings: str) -> Iterator[Store]:
    """A server that ends with the context."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(
        command, env=os.environ | settings, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(600):
            if process.poll() is not None:
                raise RuntimeError("moto's server ended")
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield Store(f"http://127.0.0.1:{port}", process)
    finally:
        process.terminate()
        process.wait(timeout=30)


Judge = Callable[[list[Any], list[Any]], str | None]
"""What is wrong with the rows of `duplicates` and then `articles`, if anything is."""
LINES = {f"{number:04}.jsonl": 3 for number in range(4)}
"""Rows of the batches of `tests.publishing`, by raw path."""
Read = Callable[[str, str, list[str]], list[dict[str, Any]]]


def readers(store: Store) -> dict[str, Read]:
    """Plain readers: given prefix, table and columns, the rows of `s3://PREFIX/TABLE`."""
    options = {
        "aws_endpoint_url": store.endpoint, "aws_access_key_id": KEYS["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": KEYS["AWS_SECRET_ACCESS_KEY"], "aws_region": KEYS["AWS_DEFAULT_REGION"],
        "aws_allow_http": "true",
    }  # fmt: skip
    arrow = pyarrow.fs.S3FileSystem(
        access_key=KEYS["AWS_ACCESS_KEY_ID"], secret_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        endpoint_override=store.endpoint, region=KEYS["AWS_DEFAULT_REGION"],
    )  # fmt: skip

    def with_arrow(prefix: str, table: str, columns: list[str]) -> list[dict[str, Any]]:
        return ds.dataset(f"{prefix}/{table}", filesystem=arrow).to_table(columns=columns).to_pylist()

    def with_pandas(prefix: str, table: str, columns: list[str]) -> list[dict[str, Any]]:
        frame = pd.read_parquet(f"{prefix}/{table}", filesystem=store.files, columns=columns)
        return frame.to_dict("records")

    def with_polars(prefix: str, table: str, columns: list[str]) -> list[dict[str, Any]]:
        lazy = pl.scan_parquet(f"s3://{prefix}/{table}/*.parquet", storage_options=options)
        return lazy.select(columns).collect().to_dicts()

    def with_duckdb(prefix: str, table: str, columns: list[str]) -> list[dict[str, Any]]:
        import duckdb

        database = duckdb.connect()
        database.register_filesystem(store.files)
        found = database.execute(f"select {', '.join(columns)} from read_parquet('s3://{prefix}/{table}/*.parquet')")
        return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]

    return {"pyarrow": with_arrow, "pandas": with_pandas, "polars": with_polars, "duckdb": with_duckdb}


class Witness(threading.Thread):
    """Reads the corpus under `prefix` again and again, with one plain reader after the other."""

    def __init__(self, store: Store, prefix: str, judge: Judge) -> None:
        super().__init__()
        self.prefix, self.judge, self.readers = prefix, judge, readers(store)
        self.reads, self.refused, self.wrong = Counter[str](), list[str](), list[str]()
        self.stop = threading.Event()

    def run(self) -> None:
        while not self.stop.is_set():
            self.look()
            time.sleep(0.5)

    def look(self) -> None:
        """Read once with each reader."""
        for name, read in self.readers.items():
            try:
                duplicates = read(self.prefix, "duplicates", ["raw_path", "article_id", "duplicate_of"])
                articles = read(self.prefix, "articles", ["raw_path", "article_id", "title"])
            except Exception as error:  # noqa: BLE001 - whatever it is, a reader met it
                self.refused.append(f"{name}: {error}")
                continue
            self.reads[name] += 1
            if wrong := self.judge(duplicates, articles):
                self.wrong.append(f"{name}: {wrong}")

    def __enter__(self) -> Witness:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.join()


def whole_and_once(duplicates: list[Any], articles: list[Any]) -> str | None:
    ids = [row["article_id"] for row in (*duplicates, *articles)]
    if len(set(ids)) != len(ids):
        return f"a row twice: {ids}"
    if dangling := {row["duplicate_of"] for row in duplicates} - {row["article_id"] for row in articles}:
        return f"duplicates without their article: {dangling}"
    if set(Counter(row["raw_path"] for row in articles).values()) - {3}:
        return f"part of a batch: {articles}"
    return None


def always_three(duplicates: list[Any], articles: list[Any]) -> str | None:
    """Revisions: the newest text stands in the row of the one before."""
    return None if len({row["article_id"] for row in articles}) == len(articles) == 3 else f"{articles}"


def old_or_new(duplicates: list[Any], articles: list[Any]) -> str | None:
    """A rebuild takes away the last batch."""
    paths = Counter(row["raw_path"] for row in articles)
    return None if paths in (LINES, dict(list(LINES.items())[:3])) else f"{paths}"


WORK: dict[str, tuple[int, Judge]] = {
    "write": (4, whole_and_once),
    "revise": (3, always_three),
    "rebuild": (3, old_or_new),
}
"""Of `tests.publishing`: how far it goes, and what a reader must see meanwhile."""
