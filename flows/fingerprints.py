"""Which raw files have not changed since they were hashed: a cache beside the index, so that a tree is not read again.

A file is taken for unchanged when its path, inode, size, modification and change time are those it was hashed with.
The change time is what makes that safe: every write, rename and `touch` moves it, and no program can set it back, so a
copy that preserves the modification time is noticed.  What remains is a write within the same tick of the file
system's clock; Git calls such a file "racily clean" and so do we: a file that changed shortly before it was hashed is
not remembered, and is hashed again by the next run.

An object of a store is taken for unchanged when it has the address, size and version (ETag or the like) that it was
hashed with: a store gives every write another one.

The cache may be lost, cut off or damaged without harm: it carries a checksum, and one that does not fit is no cache.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from flows.stores import Place, StoredObject

RACY_NS = 60 * 10**9
"""A file that changed less than this before the run began is not remembered.  Longer than the coarsest time stamps in
use (two seconds, FAT) and than clocks of file servers usually differ from ours; what it costs is one more hash."""

_MAGIC = b"copydesk fingerprints 1\n"
_SCHEMA = pa.schema(
    {
        "place": pa.binary(),
        "inode": pa.uint64(),
        "size": pa.int64(),
        "mtime_ns": pa.int64(),
        "ctime_ns": pa.int64(),
        "sha256": pa.binary(32),
    }
)

Seen = tuple[int, int, int, int]
"""Inode, size, modification and change time.  Not the device: its number changes when a volume is mounted anew.
Of an object of a store: 64 bits of a hash of its version, size, 63 more bits, 0."""


class Fingerprints:
    """SHA-256 of files by their state on disk, as of a run that began at `now_ns` (nanoseconds since 1970)."""

    def __init__(self, now_ns: int, remembered: Mapping[bytes, tuple[Seen, bytes]] | None = None) -> None:
        self._now_ns = now_ns
        self._remembered = remembered or {}
        self._current: dict[bytes, tuple[Seen, bytes]] = {}

    @classmethod
    def load(cls, path: Path, now_ns: int) -> Fingerprints:
        """Those that were saved at `path`; none, where nothing readable is there."""
        try:
            data = path.read_bytes()
        except OSError:
            return cls(now_ns)
        checksum, body = data[len(_MAGIC) : len(_MAGIC) + 32], data[len(_MAGIC) + 32 :]
        if not data.startswith(_MAGIC) or hashlib.sha256(body).digest() != checksum:
            return cls(now_ns)
        table = pa.ipc.open_stream(body).read_all()
        places, *seen, sums = (column.to_pylist() for column in table.columns)
        return cls(now_ns, dict(zip(places, zip(zip(*seen, strict=True), sums, strict=True), strict=True)))

    def recall(self, place: Path, state: os.stat_result) -> str | None:
        """The hex SHA-256 of the file at `place`, whose state is now `state`, if it is that of when it was hashed."""
        key = _key(place)
        found = self._remembered.get(key)
        if found is None or found[0] != _seen(state):
            return None
        self._current[key] = found
        return found[1].hex()

    def keep(self, place: Path, before: os.stat_result, after: os.stat_result, sha256: str) -> None:
        """Remember the hash of a file whose state was `before` when reading began and `after` when it had ended."""
        if _seen(before) == _seen(after) and after.st_ctime_ns <= self._now_ns - RACY_NS:
            self._current[_key(place)] = (_seen(after), bytes.fromhex(sha256))

    def recall_stored(self, stored: StoredObject) -> str | None:
        """The hex SHA-256 of `stored`, if it has the version and size with which it was hashed."""
        found = self._remembered.get(_key(stored.url))
        if found is None or stored.version is None or found[0] != _seen_stored(stored.version, stored.size):
            return None
        self._current[_key(stored.url)] = found
        return found[1].hex()

    def keep_stored(self, stored: StoredObject, sha256: str) -> None:
        """Remember the hash of `stored`, of which as many bytes were read as were listed."""
        if stored.version is not None:
            self._current[_key(stored.url)] = (_seen_stored(stored.version, stored.size), bytes.fromhex(sha256))

    def save(self, path: Path, roots: Sequence[Place]) -> None:
        """Save at `path` what this run recalled or kept, and what was remembered of files outside its `roots`.

        Files under `roots` that this run did not meet are gone and forgotten.  Writes nothing where nothing changed.
        Raises `OSError`.
        """
        under = tuple(_key(root).rstrip(b"/") + b"/" for root in roots)
        elsewhere = {
            key: value
            for key, value in self._remembered.items()
            if key not in self._current and not (key + b"/").startswith(under)
        }
        entries = elsewhere | self._current
        if entries == self._remembered:
            return
        body = _serialised(entries)
        draft = path.with_suffix(".draft")
        draft.write_bytes(_MAGIC + hashlib.sha256(body).digest() + body)
        draft.replace(path)


def _key(place: Place) -> bytes:
    if isinstance(place, str):
        return place.encode("utf-8", "surrogateescape")
    return os.fsencode(place if place.is_absolute() else place.absolute())


def _seen(state: os.stat_result) -> Seen:
    return state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns


def _seen_stored(version: str, size: int) -> Seen:
    digest = hashlib.sha256(version.encode()).digest()
    return int.from_bytes(digest[:8]), size, int.from_bytes(digest[8:16]) >> 1, 0


def _serialised(entries: Mapping[bytes, tuple[Seen, bytes]]) -> bytes:
    rows = [(place, *seen, sha256) for place, (seen, sha256) in sorted(entries.items())]
    columns = list(zip(*rows, strict=True)) or [()] * len(_SCHEMA)
    table = pa.Table.from_arrays(
        [pa.array(values, field.type) for values, field in zip(columns, _SCHEMA, strict=True)], schema=_SCHEMA
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, _SCHEMA, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())
