"""Which table files hold an article, or duplicates of it: a small SQLite database beside the index.

It follows from the tables and may be lost at any time.  It is brought up to date when it is first asked, so that a
run without revisions does not pay for it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pyarrow.parquet as pq
import xxhash

from flows.dedup.segment import TableFile, look

_TABLES = """
create table if not exists files (
    number integer primary key, folder text, name text, size integer, changed integer, present integer);
create index if not exists by_name on files (folder, name);
create table if not exists rows (id integer, file integer, primary key (id, file)) without rowid;
"""
_ID_OF = {"articles": "article_id", "duplicates": "duplicate_of"}
"""By table: the column that says which article a row is, or belongs to."""
_ASKED_AT_ONCE = 500


class Places:
    """Finds the files of `articles/` and `duplicates/` that a group of documents is spread over."""

    def __init__(self, database: Path, folders: dict[str, Path]) -> None:
        self._database, self._folders = database, folders
        self._synchronised = False

    def files_of(self, article_ids: Iterable[str]) -> list[Path]:
        """The table files with the articles, or with duplicates of them; at times one more, never one less."""
        try:
            return self._files_of(sorted(set(article_ids)))
        except sqlite3.DatabaseError:  # damaged, or of another make: made again
            self._database.unlink(missing_ok=True)
            self._synchronised = False
            with _refused():
                return self._files_of(sorted(set(article_ids)))

    def changed(self, files: Iterable[Path]) -> None:
        """Take notice of table files that are new or replaced."""
        if self._synchronised:
            with _refused(), self._open() as database:
                for path in files:
                    _take_in(database, path.parent.name, path)

    def _files_of(self, article_ids: list[str]) -> list[Path]:
        found: set[tuple[str, str]] = set()
        with self._open() as database:
            self._synchronise(database)
            for start in range(0, len(article_ids), _ASKED_AT_ONCE):
                keys = [_key(each) for each in article_ids[start : start + _ASKED_AT_ONCE]]
                marks = ",".join("?" * len(keys))
                found.update(
                    database.execute(
                        f"select folder, name from rows join files on file = number where present and id in ({marks})",
                        keys,
                    )
                )
        return sorted(self._folders[table] / name for table, name in found)

    def _synchronise(self, database: sqlite3.Connection) -> None:
        if self._synchronised:
            return
        known = {
            (table, name): (size, changed)
            for table, name, size, changed in database.execute(
                "select folder, name, size, changed from files where present"
            )
        }
        for table, folder in self._folders.items():
            for path in sorted(folder.glob("*.parquet")):
                file = look(path)
                if known.pop((table, file.name), None) != (file.size, file.changed):
                    _take_in(database, table, path, file)
        database.executemany("update files set present = 0 where folder = ? and name = ?", known)
        self._synchronised = True

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._database)) as database:
            database.execute("pragma synchronous = off")  # what is lost with the power is made again
            database.executescript(_TABLES)
            with database:
                yield database


@contextmanager
def _refused() -> Iterator[None]:
    """What the database cannot do (the disk is full, say) is an `OSError`, as it is for any other file."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise OSError(str(error)) from error


def _take_in(database: sqlite3.Connection, table: str, path: Path, file: TableFile | None = None) -> None:
    file = file or look(path)
    ids = pq.read_table(path, columns=[_ID_OF[table]], partitioning=None)[_ID_OF[table]].unique().to_pylist()
    database.execute("update files set present = 0 where folder = ? and name = ?", (table, file.name))
    number = database.execute(
        "insert into files (folder, name, size, changed, present) values (?, ?, ?, ?, 1)",
        (table, file.name, file.size, file.changed),
    ).lastrowid
    database.executemany("insert into rows values (?, ?)", sorted((_key(each), number) for each in ids))


def _key(article_id: str) -> int:
    return xxhash.xxh3_64_intdigest(article_id.encode()) >> 1
