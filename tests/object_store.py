"""A local S3 server as a process of its own (moto's), and the tables in it as plain readers see them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
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

    def tables(self, prefix: str) -> dict[str, bytes]:
        """As `tests.test_ingest.tables`, of the corpus under `prefix`."""
        return {
            path.removeprefix(f"{prefix}/"): self.files.cat_file(path)
            for name in ("articles", "duplicates", "rejects")
            for path in self.files.find(f"{prefix}/{name}")
        }


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
