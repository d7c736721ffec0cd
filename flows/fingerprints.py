"""Which raw files have not changed since they were hashed: a cache beside the index, so that a tree is not read again.

A file is taken for unchanged when its path, inode, size, modification and change time are those it was hashed with.
The change time is what makes that safe: every write, rename and `touch` moves it, and no program can set it back, so a
copy that preserves the modification time is noticed.  What remains is a write within the same tick of the file
system's clock; Git calls such a file "racily clean" and so do we: a file that changed shortly before it was hashed is
not remembered, and is hashed again by the next run.

An object of a store is taken for unchanged when it has the address, size and version (ETag or the like) that it was
hashed with: a store gives every write another one.

The cache is an SQLite file that is asked file by file, so that no run holds a tree in memory.  It may be lost, cut off
or damaged without harm: every row carries a checksum, and one that does not fit is no row.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock

import xxhash

from flows import commit
from flows.stores import Place, StoredObject

RACY_NS = 60 * 10**9
"""A file that changed less than this before the run began is not remembered.  Longer than the coarsest time stamps in
use (two seconds, FAT) and than clocks of file servers usually differ from ours; what it costs is one more hash."""

_FORMAT = 2
_TABLE = """
create table if not exists files (place blob primary key, seen text, sha256 blob, checksum integer) without rowid
"""

Seen = tuple[int, int, int, int] | tuple[str, int]
"""Inode, size, modification and change time.  Not the device: its number changes when a volume is mounted anew.
Of an object of a store: its version and size."""
Bounds = tuple[bytes, bytes, bytes]
"""A place, and what the keys of all places under it stand between: what `_WITHIN` asks for."""
_WITHIN = "from files where place = ? or (place > ? and place < ?)"


class Fingerprints:
    """SHA-256 of files by their state on disk, as of a run that began at `now_ns` (nanoseconds since 1970)."""

    def __init__(self, now_ns: int, database: sqlite3.Connection) -> None:
        self._now_ns, self._database = now_ns, database
        self._met = 0
        self._met_stored: set[bytes] = set()
        """Keys of objects of stores, which cannot be asked one by one whether they are gone."""
        self._lock = Lock()
        """Objects of a store are looked at by several threads."""

    @classmethod
    def load(cls, path: Path, now_ns: int) -> Fingerprints:
        """Those that were saved at `path`; none, where nothing readable is there, or nothing can be kept."""
        for place in (str(path), str(path), ":memory:"):
            with suppress(sqlite3.Error):
                return cls(now_ns, _opened(place))
            with suppress(OSError):
                commit.remove_database(path)
        raise AssertionError("a database in memory can always be opened")

    def recall(self, place: Path, state: os.stat_result) -> str | None:
        """The hex SHA-256 of the file at `place`, whose state is now `state`, if it is that of when it was hashed."""
        return self._recalled(_key(place), _seen(state))

    def keep(self, place: Path, before: os.stat_result, after: os.stat_result, sha256: str) -> None:
        """Remember the hash of a file whose state was `before` when reading began and `after` when it had ended."""
        if _seen(before) == _seen(after) and after.st_ctime_ns <= self._now_ns - RACY_NS:
            self._kept(_key(place), _seen(after), sha256)

    def recall_stored(self, stored: StoredObject) -> str | None:
        """The hex SHA-256 of `stored`, if it has the version and size with which it was hashed."""
        if stored.version is None:
            return None
        self._met_stored.add(_key(stored.url))
        return self._recalled(_key(stored.url), (stored.version, stored.size))

    def keep_stored(self, stored: StoredObject, sha256: str) -> None:
        """Remember the hash of `stored`, of which as many bytes were read as were listed."""
        if stored.version is not None:
            self._kept(_key(stored.url), (stored.version, stored.size), sha256)

    def _recalled(self, key: bytes, seen: Seen) -> str | None:
        with self._lock, suppress(sqlite3.Error):
            query = "select seen, sha256, checksum from files where place = ?"
            row = self._database.execute(query, [key]).fetchone()
            if row is None:
                return None
            if row[0] == repr(seen) and isinstance(row[1], bytes) and row[2] == _checksum(key, seen, row[1]):
                self._met += 1
                return row[1].hex()
            self._database.execute("delete from files where place = ?", [key])
        return None

    def _kept(self, key: bytes, seen: Seen, sha256: str) -> None:
        digest = bytes.fromhex(sha256)
        with self._lock, suppress(sqlite3.Error):
            values = (key, repr(seen), digest, _checksum(key, seen, digest))
            self._database.execute("insert or replace into files values (?, ?, ?, ?)", values)
            self._met += 1

    def save(self, roots: Sequence[Place]) -> None:
        """Save what this run recalled or kept, and what was remembered of files outside its `roots`.

        Files under `roots` that are gone are forgotten.  What is not saved the next run hashes again.
        """
        with suppress(sqlite3.Error):
            under = [_bounds(root) for root in roots]
            counts = (self._database.execute(f"select count(*) {_WITHIN}", bounds).fetchone()[0] for bounds in under)
            if sum(counts) > self._met:  # more are remembered than were met
                for bounds in under:
                    self._forget_gone(bounds)
            self._database.execute("commit")
        self._database.close()

    def _forget_gone(self, bounds: Bounds) -> None:
        places = self._database.execute(f"select place {_WITHIN}", bounds)
        gone = [(place,) for (place,) in places if not self._is_there(place)]
        self._database.executemany("delete from files where place = ?", gone)

    def _is_there(self, place: object) -> bool:
        if not isinstance(place, bytes) or b"\0" in place:
            return False
        return place in self._met_stored if b"://" in place else os.path.lexists(place)


def _opened(place: str) -> sqlite3.Connection:
    """The cache at `place`, in a transaction.  A power cut may cost what is in it, no more: nothing is waited for."""
    database = sqlite3.connect(place, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        version: int = database.execute("pragma user_version").fetchone()[0]
        if version not in (0, _FORMAT):
            raise sqlite3.DatabaseError("another version")
        database.execute("pragma synchronous = off")
        database.execute("begin immediate")
        database.execute(_TABLE)
        database.execute(f"pragma user_version = {_FORMAT}")
    except sqlite3.Error:
        database.close()
        raise
    return database


def _key(place: Place) -> bytes:
    if isinstance(place, str):
        return place.encode("utf-8", "surrogateescape")
    return os.fsencode(place if place.is_absolute() else place.absolute())


def _bounds(root: Place) -> Bounds:
    folder = _key(root).rstrip(b"/")
    return _key(root), folder + b"/", folder + b"0"  # 0 is the character behind the slash


def _seen(state: os.stat_result) -> Seen:
    return state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns


def _checksum(key: bytes, seen: Seen, sha256: bytes) -> int:
    return xxhash.xxh3_64_intdigest(b"%b\0%b\0%b" % (key, repr(seen).encode(), sha256)) >> 1
