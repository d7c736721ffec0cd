"""Which raw files are in the tables: a store on disk that is asked file by file, so that no run reads what all hold.

An SQLite file with one record for each raw file of each table file: 16 bytes of the hash of its path, 16 of that of
its version (its SHA-256), and the number of the table file.  A record stands in the bucket that the first bits of its
path's hash name; there are as many buckets as keep them small, and all of them are there from the start.  So an answer
reads one bucket, and "not known" is as sure as "known": a bucket carries a checksum over its number and its records,
and one that is missing or does not fit is damage (SQLite itself would not notice a flipped bit).

A raw file that was read and held nothing but documents of its earlier versions has no rows of its own: its record
has the number 0.

It follows from the tables, but for those, which are then read once more, and may be lost at any time.  What a crash
left out of it is made up when it is next asked; where it is damaged, or a table file that it knows has gone or changed
without notice, it is made again from the tables.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
import xxhash

from flows import commit
from flows.parts import Part, present
from flows.schema import TABLES
from flows.tables import CorpusDamaged, CorpusUnwritable, one_line

NAME = "known.sqlite"
_FORMAT = 1
_HASH = 16
_RECORD = 2 * _HASH + 4
_NO_PART = bytes(4)
_FIRST_BITS, _MORE_BITS, _MOST_BITS = 4, 2, 32
_FULL = 96
"""Records of a bucket, on average, at which every bucket is divided into four."""
_AT_ONCE = 200_000
"""Records that are gathered in memory where the store is made again."""
_TABLES = """
create table parts (
    number integer primary key, tbl text, name text, size integer, modified integer, inode integer, checksum integer);
create table buckets (number integer primary key, content blob);
create table records (number integer);
"""

T = TypeVar("T")


class _Damaged(Exception):
    """The store is not what was written."""


class Known:
    """The raw files of the corpus at `out`, by the store at `store`; for the process that holds the corpus's lock."""

    def __init__(self, store: Path, out: Path) -> None:
        self._store, self._out = store, out
        self._database: sqlite3.Connection | None = None
        self._bits = 0

    def holds(self, path: str, sha256: str) -> bool:
        """Whether the raw file `path` is in the tables with the hash `sha256` ("" where it could not be read), or was
        noted."""
        return self._asked(lambda database: _holds(database, path, sha256, self._bits))

    def parts_of(self, paths: Iterable[str]) -> list[Path]:
        """The table files with documents of these raw files; at times one more, never one less."""
        wanted = sorted(set(paths))
        return self._asked(lambda database: self._parts_of(database, wanted))

    def expect(self, files: Iterable[Path]) -> None:
        """Be told that these table files are about to be others, in which no document is lost."""
        names = [(path.parent.name, path.name) for path in files]
        if names:
            self._asked(lambda database: _expect(database, names))

    def add(self, files: Iterable[Path]) -> None:
        """Take in table files that are new, or that were expected to change."""
        if self._database is not None:
            parts = [Part.of(path.parent.name, path.name, path.stat()) for path in files]
            self._asked(lambda database: self._take_in(database, parts))

    def note(self, files: Iterable[tuple[str, str]]) -> None:
        """Take in those raw files (path and SHA-256) that were read and have no rows of their own."""
        files = list(files)
        self._asked(lambda database: self._take_in_noted(database, files))

    def close(self) -> None:
        """Close the store; when it is asked again, it is first brought up to date with the tables."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def _asked(self, question: Callable[[sqlite3.Connection], T]) -> T:
        with suppress(sqlite3.DatabaseError, _Damaged):
            return question(self._opened())
        self.close()
        try:
            commit.remove_database(self._store)
            return question(self._opened())
        except (sqlite3.DatabaseError, OSError) as error:
            raise CorpusUnwritable(f"cannot write to the corpus {self._out}: {one_line(error)}") from error

    def _opened(self) -> sqlite3.Connection:
        if self._database is None:
            database = sqlite3.connect(self._store, isolation_level=None)
            try:
                if not _bits(database):
                    with _transaction(database):
                        _begin(database)
                self._synchronise(database)
                self._bits = _bits(database)
            except BaseException:
                database.close()
                raise
            self._database = database
        return self._database

    def _synchronise(self, database: sqlite3.Connection) -> None:
        there = {(part.table, part.name): part for part in present(self._out)}
        known = dict(_parts(database))
        changed = [known[at] for at in known if there.get(at) != known[at]]
        if any((part.table, part.name) not in there or part.size >= 0 for part in changed):
            raise _Damaged  # not the store is, but it is of other tables than these
        self._take_in(database, [part for at, part in sorted(there.items()) if known.get(at) != part])

    def _take_in(self, database: sqlite3.Connection, parts: Sequence[Part]) -> None:
        """Add the records of `parts`, all of them or none."""
        if not parts:
            return
        with _transaction(database):
            gathered: dict[int, bytearray] = defaultdict(bytearray)
            bits, count = _bits(database), 0
            for part in parts:
                number = _note(database, part)
                for path, version in _raw_files(part.path(self._out)):
                    _gather(gathered, bits, path, version, number)
                    count += _RECORD
                if count >= _AT_ONCE * _RECORD:
                    _put(database, gathered)
                    gathered, bits, count = defaultdict(bytearray), _bits(database), 0
            _put(database, gathered)
        self._bits = _bits(database)

    def _take_in_noted(self, database: sqlite3.Connection, files: Sequence[tuple[str, str]]) -> None:
        new = [(path, version) for path, version in files if not _holds(database, path, version, self._bits)]
        if not new:
            return
        with _transaction(database):
            gathered: dict[int, bytearray] = defaultdict(bytearray)
            bits = _bits(database)
            for path, version in new:
                _gather(gathered, bits, path, version, _NO_PART)
            _put(database, gathered)
        self._bits = _bits(database)

    def _parts_of(self, database: sqlite3.Connection, paths: Sequence[str]) -> list[Path]:
        numbers = {number for path in paths for _, number in _records(database, path, self._bits) if number}
        rows = (database.execute("select * from parts where number = ?", [number]).fetchone() for number in numbers)
        return sorted(_checked(row)[1].path(self._out) for row in rows)


def _transaction(database: sqlite3.Connection) -> sqlite3.Connection:
    """The connection as a context: all that is done in it is done, or nothing."""
    database.execute("begin immediate")
    return database


def _begin(database: sqlite3.Connection) -> None:
    for statement in _TABLES.split(";")[:-1]:
        database.execute(statement)
    database.execute("insert into records values (0)")
    empty = ((number, _sealed(number, _FIRST_BITS, b"")) for number in range(1 << _FIRST_BITS))
    database.executemany("insert into buckets values (?, ?)", empty)
    database.execute(f"pragma user_version = {100 * _FORMAT + _FIRST_BITS}")


def _bits(database: sqlite3.Connection) -> int:
    """How many bits of a hash name its bucket; 0 where the store has not been begun."""
    version: int = database.execute("pragma user_version").fetchone()[0]
    if version and not 100 * _FORMAT < version <= 100 * _FORMAT + _MOST_BITS:
        raise _Damaged
    return version % 100


def _hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_HASH).digest()


def _bucket(key: bytes, bits: int) -> int:
    return int.from_bytes(key[:4], "big") >> (32 - bits)


def _sealed(number: int, bits: int, records: bytes) -> bytes:
    return xxhash.xxh3_64_digest(b"%d/%d:" % (number, bits) + records) + records


def _content(database: sqlite3.Connection, number: int, bits: int) -> bytes:
    """The records of a bucket."""
    row = database.execute("select content from buckets where number = ?", [number]).fetchone()
    if row is None or not isinstance(row[0], bytes) or _sealed(number, bits, row[0][8:]) != row[0]:
        raise _Damaged
    records: bytes = row[0][8:]
    return records


def _records(database: sqlite3.Connection, path: str, bits: int) -> Iterator[tuple[bytes, int]]:
    """Of each record of the raw file `path`: the hash of its version, and the number of the table file."""
    key = _hash(path)
    content = _content(database, _bucket(key, bits), bits)
    at = content.find(key)
    while at >= 0:
        if at % _RECORD == 0:
            record = content[at : at + _RECORD]
            yield record[_HASH : 2 * _HASH], int.from_bytes(record[2 * _HASH :], "big")
        at = content.find(key, at + 1)


def _holds(database: sqlite3.Connection, path: str, version: str, bits: int) -> bool:
    return any(seen == _hash(version) for seen, _ in _records(database, path, bits))


def _gather(gathered: dict[int, bytearray], bits: int, path: str, version: str, number: bytes) -> None:
    """Put the record of a raw file to those of its bucket."""
    key = _hash(path)
    gathered[_bucket(key, bits)] += key + _hash(version) + number


def _put(database: sqlite3.Connection, gathered: dict[int, bytearray]) -> None:
    """Add the records gathered by bucket, and divide the buckets once they have become large."""
    bits = _bits(database)
    for number, records in sorted(gathered.items()):
        content = _sealed(number, bits, _content(database, number, bits) + records)
        database.execute("update buckets set content = ? where number = ?", [content, number])
    more = sum(map(len, gathered.values())) // _RECORD
    database.execute("update records set number = number + ?", [more])
    row = database.execute("select number from records").fetchone()
    if row is None or not isinstance(row[0], int):
        raise _Damaged
    while row[0] > _FULL << bits and bits + _MORE_BITS <= _MOST_BITS:
        _divide(database, bits)
        bits += _MORE_BITS


def _divide(database: sqlite3.Connection, bits: int) -> None:
    database.execute("create table divided (number integer primary key, content blob)")
    for number in range(1 << bits):
        parts = [bytearray() for _ in range(1 << _MORE_BITS)]
        content = _content(database, number, bits)
        for at in range(0, len(content), _RECORD):
            record = content[at : at + _RECORD]
            parts[_bucket(record, bits + _MORE_BITS) & (len(parts) - 1)] += record
        first = number << _MORE_BITS
        rows = [
            (first + place, _sealed(first + place, bits + _MORE_BITS, bytes(part))) for place, part in enumerate(parts)
        ]
        database.executemany("insert into divided values (?, ?)", rows)
    database.execute("drop table buckets")
    database.execute("alter table divided rename to buckets")
    database.execute(f"pragma user_version = {100 * _FORMAT + bits + _MORE_BITS}")


# ------------------------------------------------------------------------------------------------------- table files


def _parts(database: sqlite3.Connection) -> Iterator[tuple[tuple[str, str], Part]]:
    """The table files that are taken in; the size of one that was expected to change is -1."""
    for row in database.execute("select * from parts"):
        _, part = _checked(row)
        yield (part.table, part.name), part


def _checked(row: tuple[int, str, str, int, int, int, int] | None) -> tuple[int, Part]:
    if row is None or row[-1] != _checksum(row[0], Part(*row[1:-1])) or row[1] not in TABLES:
        raise _Damaged
    return row[0], Part(*row[1:-1])


def _checksum(number: int, part: Part) -> int:
    return xxhash.xxh3_64_intdigest(repr((number, part)).encode()) >> 1


def _note(database: sqlite3.Connection, part: Part) -> bytes:
    """Write down that `part` is taken in; its number, as it stands in records."""
    row = database.execute("select * from parts where tbl = ? and name = ?", [part.table, part.name]).fetchone()
    if row is not None:
        number, _ = _checked(row)
    else:
        number = database.execute("select coalesce(max(number), 0) + 1 from parts").fetchone()[0]
    values = [number, part.table, part.name, part.size, part.modified, part.inode, _checksum(number, part)]
    database.execute("insert or replace into parts values (?, ?, ?, ?, ?, ?, ?)", values)
    return int(number).to_bytes(4, "big")


def _expect(database: sqlite3.Connection, names: Sequence[tuple[str, str]]) -> None:
    with _transaction(database):
        for table, name in names:
            _note(database, Part(table, name, -1, 0, 0))


def _raw_files(path: Path) -> Iterator[tuple[str, str]]:
    """Raw path and version of every raw file that a table file has documents of."""
    keys = ["raw_path", "raw_sha256"]
    try:
        found = pq.read_table(path, columns=keys, partitioning=None).group_by(keys).aggregate([])
    except (pa.ArrowException, OSError) as error:
        raise CorpusDamaged(f"{path} is not readable Parquet: {one_line(error)}") from error
    for file, version in zip(found["raw_path"].to_pylist(), found["raw_sha256"].to_pylist(), strict=True):
        yield file, version or ""
