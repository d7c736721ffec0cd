"""Generations of the tables: all rows written anew, into few files, to take the place of those that are there.

The files of a generation are named after its number, unlike any others: a reader that has listed the old files and
opens them after the exchange is told that they are gone, instead of being given rows of two generations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flows import commit
from flows.rows import conform
from flows.schema import TABLES, table_schema
from flows.tables import PARTS, no_rows, write_parquet

ROWS_IN_FILE = 8192
"""Rows of a file: so many that files are few, so few that one is soon replaced when a row of it is revised."""
_GENERATION = re.compile(r"-g(\d{4,})[-.]")


def write(source: Path, out: Path) -> None:
    """Write all rows of the tables in the folder `source` as the next generation of the corpus at `out`.

    Rows of files with an older schema get null in the columns that they do not have.  The files stand in the order of
    their runs and raw paths.
    """
    number = 1 + max(_numbers(out), default=0)
    for name in TABLES:
        folder = commit.hidden(out, commit.NEXT) / name
        folder.mkdir(parents=True)
        _write(folder / f"part-0-empty-g{number:04}.parquet", no_rows(name))
        for count, rows in enumerate(_rows(source / name, name)):
            _write(folder / f"part-g{number:04}-{count:06}.parquet", rows)
        commit.sync_folder(folder)
    commit.sync_folder(commit.hidden(out, commit.NEXT))


def _numbers(out: Path) -> Iterator[int]:
    """The numbers of the generations that the corpus has files of."""
    for root in (out, commit.hidden(out, commit.PREVIOUS)):
        for name in TABLES:
            for path in (root / name).glob(PARTS):
                if match := _GENERATION.search(path.name):
                    yield int(match[1])


def _rows(folder: Path, name: str) -> Iterator[pa.Table]:
    """All rows of the table `name`, a file's worth at a time."""
    pending = no_rows(name)
    for path in sorted(folder.glob(PARTS), key=lambda path: _place(path, name)):
        pending = pa.concat_tables([pending, _as_now(pq.read_table(path, partitioning=None), name)])
        while pending.num_rows >= ROWS_IN_FILE:
            yield conform(name, pending.slice(0, ROWS_IN_FILE))
            pending = pending.slice(ROWS_IN_FILE)
    if pending.num_rows:
        yield conform(name, pending)


def _place(path: Path, name: str) -> tuple[str, str, str]:
    rows = pq.read_table(path, columns=["ingested_at", "raw_path"], partitioning=None)
    if not rows.num_rows:
        return "", "", path.name
    return str(pc.min(rows["ingested_at"]).as_py()), str(pc.min(rows["raw_path"]).as_py()), path.name


def _as_now(rows: pa.Table, name: str) -> pa.Table:
    """`rows` with the columns of today's schema."""
    schema = table_schema(name)
    columns = [
        rows[field.name].cast(field.type) if field.name in rows.column_names else pa.nulls(rows.num_rows, field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def _write(path: Path, rows: pa.Table) -> None:
    commit.write_safely(path, partial(write_parquet, rows))
