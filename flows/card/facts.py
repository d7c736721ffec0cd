"""What is in the tables, counted file by file: the figures of the data card, without reading the corpus at every run.

The counts of a file are kept in an SQLite file in the hidden folder, beside its hash; only files that are new or
replaced are read.  The file holds nothing that is not in the tables: lost, damaged or out of date, it is made anew.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flows.commit import STATE, remove_database
from flows.parts import Part, digest, listed
from flows.schema import VERSION, table_schema

STORE = "facts.sqlite"
FORMAT = 200 + VERSION
"""Of the SQLite file, and of the schema that the files are of; another one is thrown away."""

SCHEMA = """
create table parts (
    tbl text, name text, size integer, modified integer, inode integer,
    sha256 text, records integer, first text, last text, primary key (tbl, name)
) without rowid;
create table tallies (
    tbl text, name text, kind text, key text, number integer, primary key (tbl, name, kind, key)
) without rowid;
create table totals (kind text, key text, number integer, primary key (kind, key)) without rowid;
"""
"""`totals` are the sums of `tallies` over all files, kept up to date so that no run adds up what has not changed."""

TALLIED = {
    "articles": ("language", "publisher", "content_type", "license"),
    "duplicates": ("relation",),
    "rejects": ("reason",),
}
"""Columns whose values are counted; a null counts as the value ""."""

FILLED = (
    "title", "authors", "publisher", "section", "published_at", "modified_at", "language", "summary", "url", "license",
    "rights",
)  # fmt: skip
"""Columns of `articles` that may be null, of which the card says how often they are not."""

RUN = ("run_id", "ingested_at", "pipeline_version", "rules_version", "settings_sha256")
"""Columns that say what made a row."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of a table: its size in bytes, the SHA-256 of its bytes, the number of its rows."""

    table: str
    name: str
    size: int
    sha256: str
    records: int


class Facts:
    """The counts of one corpus: `with Facts.of(out) as facts`, by the process that holds its lock."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    @classmethod
    @contextmanager
    def of(cls, out: Path) -> Iterator[Facts]:
        """The counts of the corpus at `out`, brought up to date with its tables."""
        with closing(_opened(out / STATE / STORE)) as database:
            with database:
                _renew(database, out)
            yield cls(database)

    def files(self) -> list[File]:
        """Every file of every table, by table and name."""
        return [
            File(*row)
            for row in self._database.execute("select tbl, name, size, sha256, records from parts order by tbl, name")
        ]

    def rows(self) -> dict[str, int]:
        """The number of rows of each table."""
        return dict(self._database.execute("select tbl, sum(records) from parts group by tbl"))

    def sizes(self) -> dict[str, int]:
        """The bytes of each table's files."""
        return dict(self._database.execute("select tbl, sum(size) from parts group by tbl"))

    def tally(self, kind: str) -> dict[str, int]:
        """How often each value of `kind` (a column of `TALLIED`, `cuts`, `filled` or `words`) is there; most first."""
        query = "select key, number from totals where kind = ? order by number desc, key"
        return dict(self._database.execute(query, (kind,)))

    def runs(self) -> list[dict[str, str]]:
        """The runs that rows come from, oldest first: the columns of `RUN`; `ingested_at` in ISO 8601."""
        runs = [dict(zip(RUN, json.loads(key), strict=True)) for key in self.tally("run")]
        return sorted(runs, key=lambda run: (run["ingested_at"], run["run_id"]))

    def published(self) -> tuple[str, str] | None:
        """First and last `published_at` of the articles, in ISO 8601; None where no article has one."""
        first, last = self._database.execute("select min(first), max(last) from parts").fetchone()
        return None if first is None else (first, last)


def _opened(store: Path) -> sqlite3.Connection:
    try:
        database = sqlite3.connect(store)
        if database.execute("pragma user_version").fetchone()[0] == FORMAT:
            return database
        database.close()
    except sqlite3.DatabaseError:
        database.close()
    remove_database(store)
    database = sqlite3.connect(store)
    database.executescript(f"begin; {SCHEMA} pragma user_version = {FORMAT}; commit;")
    return database


def _renew(database: sqlite3.Connection, out: Path) -> None:
    known = {Part(*row) for row in database.execute("select tbl, name, size, modified, inode from parts")}
    there = set(listed(out))
    for part in known - there:
        here = (part.table, part.name)
        database.execute("delete from parts where tbl = ? and name = ?", here)
        gone = database.execute("select kind, key, -number from tallies where tbl = ? and name = ?", here)
        _add(database, gone.fetchall())
        database.execute("delete from tallies where tbl = ? and name = ?", here)
    for part in sorted(there - known):
        _count(database, part, out)
    database.execute("delete from totals where number = 0")


def _add(database: sqlite3.Connection, counted: Sequence[tuple[str, str, int]]) -> None:
    more = "insert into totals values (?, ?, ?) on conflict do update set number = number + excluded.number"
    database.executemany(more, counted)


def _count(database: sqlite3.Connection, part: Part, out: Path) -> None:
    with part.path(out).open("rb") as file:
        sha256 = digest(file)
        with pq.ParquetFile(file) as parquet:
            records = parquet.metadata.num_rows
            rows = _whole(parquet.read(columns=_columns(part.table)), part.table)
    span = pc.min_max(rows["published_at"]).as_py() if part.table == "articles" else {"min": None, "max": None}
    first, last = (None if moment is None else moment.isoformat() for moment in (span["min"], span["max"]))
    database.execute(
        "insert into parts values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (part.table, part.name, part.size, part.modified, part.inode, sha256, records, first, last),
    )
    tallies = _tallies(part.table, rows).items()
    counted = [(kind, key, number) for kind, tally in tallies for key, number in tally.items()]
    database.executemany(
        "insert into tallies values (?, ?, ?, ?, ?)", [(part.table, part.name, *row) for row in counted]
    )
    _add(database, counted)


def _columns(table: str) -> list[str]:
    more: tuple[str, ...] = ("cuts.list.element.rule",) if table != "rejects" else ()
    if table == "articles":
        more += (*FILLED, "word_count")
    return sorted({*TALLIED[table], *RUN, *more})


def _whole(rows: pa.Table, table: str) -> pa.Table:
    """`rows` with nulls for columns that an older version of the schema did not have."""
    schema = table_schema(table)
    for name in {path.partition(".")[0] for path in _columns(table)} - set(rows.column_names):
        rows = rows.append_column(name, pa.nulls(len(rows), schema.field(name).type))
    return rows


def _tallies(table: str, rows: pa.Table) -> dict[str, Counter[str]]:
    tallies = {column: Counter(value or "" for value in rows[column].to_pylist()) for column in TALLIED[table]}
    runs = zip(*(rows[name].to_pylist() for name in RUN), strict=True)
    tallies["run"] = Counter(json.dumps([_text(value) for value in run]) for run in runs)
    if table != "rejects":
        rules: list[str] = pc.struct_field(pc.list_flatten(rows["cuts"]), "rule").to_pylist()
        tallies["cuts"] = Counter(rules)
    if table == "articles":
        tallies["filled"] = Counter({column: _filled(rows[column]) for column in FILLED})
        tallies["words"] = Counter({"": pc.sum(rows["word_count"]).as_py() or 0})
    return tallies


def _filled(column: pa.ChunkedArray) -> int:
    if pa.types.is_list(column.type):
        column = pc.greater(pc.list_value_length(column), 0)
        return int(pc.sum(column).as_py() or 0)
    return int(len(column) - column.null_count)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value.isoformat())


def top(tally: dict[str, int], most: int) -> tuple[Sequence[tuple[str, int]], int]:
    """The `most` most frequent known values of `tally`, and how many there are beyond them."""
    known = [(key, number) for key, number in tally.items() if key]
    return known[:most], max(0, len(known) - most)


def forget(out: Path, targets: Sequence[str] | None = None) -> None:
    """Note that files of the tables (`articles/part-….parquet`; without `targets`, all) are about to be others."""
    store = out / STATE / STORE
    if not store.exists():
        return
    with closing(_opened(store)) as database, database:
        if targets is None:
            database.execute("update parts set size = -1")
        else:
            names = [tuple(target.split("/")) for target in targets]
            database.executemany("update parts set size = -1 where tbl = ? and name = ?", names)


def known_hashes(corpus: Path) -> dict[Part, str]:
    """The SHA-256 of the corpus's files as far as a run has noted them; needs no lock and changes nothing."""
    store = corpus / STATE / STORE
    if not store.exists():
        return {}
    try:
        with closing(sqlite3.connect(f"{store.resolve().as_uri()}?mode=ro", uri=True)) as database:
            if database.execute("pragma user_version").fetchone()[0] != FORMAT:
                return {}
            rows = database.execute("select tbl, name, size, modified, inode, sha256 from parts where size >= 0")
            return {Part(*row[:-1]): row[-1] for row in rows}
    except sqlite3.Error:
        return {}
