"""Index segments: the sketches of some table files, sorted for probing, in one memory-mapped file each.

A segment file holds a length and a checksum (two little-endian 64-bit integers), a JSON header of that length, and
the arrays that the header names, each from a multiple of 64 bytes.  It is written aside, flushed and renamed, and it
says which table files it was made from, with their sizes and times of change: a segment that is not whole, or whose
table files are not what they were, is not opened.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import xxhash
from numpy.typing import NDArray

from flows.dedup.sketch import VERSION, Hashes, sketch

Postings = tuple[Hashes, NDArray[np.uint32]]
"""Hashes, and the row that each belongs to."""

SUFFIX = ".segment"
UNDATED = np.iinfo(np.int64).max
"""In `Segment.published` where the time is not known: such rows come last."""

_FORMAT = 1
_PAGE = 64
_SLICE = 8_000_000
"""Postings that are sorted in memory at a time."""
_DTYPES = {
    "hashes": "<u8",
    "rows": "<u4",
    "texts": "<u8",
    "text_rows": "<u4",
    "published": "<i8",
    "sites": "<u8",
    "lengths": "<u4",
    "text_keys": "<u8",
}


@dataclass(frozen=True, slots=True)
class TableFile:
    """A table file as it was when its rows were read."""

    name: str
    size: int
    changed: int
    """Time of the last change, in nanoseconds."""
    rows: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """The sketches of one or more files of one table; rows are numbered through these files in their order."""

    path: Path
    table: str
    files: tuple[TableFile, ...]
    hashes: Hashes
    """Every sketch hash of every row, sorted; then `rows`, the row that each belongs to."""
    rows: NDArray[np.uint32]
    texts: Hashes
    """The key of every row's text, sorted; then `text_rows`, the row that each belongs to."""
    text_rows: NDArray[np.uint32]
    published: NDArray[np.int64]
    """Of each row, in microseconds since 1970, or `UNDATED`."""
    sites: Hashes
    """Of each row, a hash of the site; 0 where there is none."""
    lengths: NDArray[np.uint32]
    """Of each row, the hashes in its sketch."""
    text_keys: Hashes
    """Of each row, the key of its text."""

    def locate(self, row: int) -> tuple[str, int]:
        """The table file that `row` stands in, and its place there."""
        for file in self.files:
            if row < file.rows:
                return file.name, row
            row -= file.rows
        raise IndexError(row)


def text_key(text_sha256: str) -> int:
    """The first 64 bits of a hex SHA-256."""
    return int(text_sha256[:16], 16)


def site_key(site: str | None) -> int:
    """A 64-bit hash of a site's name, 0 for none."""
    return xxhash.xxh3_64_intdigest(site.encode()) if site else 0


def look(path: Path) -> TableFile:
    """The table file at `path`, its rows not counted."""
    stat = path.stat()
    return TableFile(path.name, stat.st_size, stat.st_mtime_ns)


def build(path: Path, table: str, source: Path) -> Segment:
    """Make the segment of the table file `source` and write it to `path`."""
    file = look(source)
    rows = pq.read_table(source, columns=["text", "text_sha256", "published_at", "site"], partitioning=None)
    sketches = [sketch(text).array() for text in rows["text"].to_pylist()]
    lengths = np.array([len(hashes) for hashes in sketches], dtype=np.uint32)
    hashes = np.concatenate(sketches) if sketches else np.empty(0, dtype=np.uint64)
    published = rows["published_at"].cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).to_pylist()
    keys = np.array([text_key(sha) for sha in rows["text_sha256"].to_pylist()], dtype=np.uint64)
    return _write(
        path,
        table,
        [TableFile(file.name, file.size, file.changed, rows.num_rows)],
        len(hashes),
        [_sorted(hashes, np.repeat(np.arange(len(sketches), dtype=np.uint32), lengths))],
        published=np.array([UNDATED if when is None else when for when in published], dtype=np.int64),
        sites=np.array([site_key(site) for site in rows["site"].to_pylist()], dtype=np.uint64),
        lengths=lengths,
        text_keys=keys,
    )


def merge(path: Path, segments: Sequence[Segment]) -> Segment:
    """Make one segment of several of the same table and write it to `path`; the old ones stay where they are."""
    return _write(
        path,
        segments[0].table,
        [file for segment in segments for file in segment.files],
        sum(len(segment.hashes) for segment in segments),
        _merged(segments),
        published=np.concatenate([segment.published for segment in segments]),
        sites=np.concatenate([segment.sites for segment in segments]),
        lengths=np.concatenate([segment.lengths for segment in segments]),
        text_keys=np.concatenate([segment.text_keys for segment in segments]),
    )


def load(path: Path) -> Segment | None:
    """The segment at `path`; None where it is damaged or of another version."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        start = np.frombuffer(stream.read(16), dtype="<u8")
        if len(start) < 2 or int(start[0]) > size:
            return None
        header = stream.read(int(start[0]))
    if xxhash.xxh3_64_intdigest(header) != int(start[1]):
        return None
    facts: dict[str, Any] = json.loads(header)
    if facts["version"] != [_FORMAT, VERSION] or size != _layout(len(header), facts["counts"])[1]:
        return None
    files = tuple(TableFile(*file) for file in facts["files"])
    raw = np.asarray(np.memmap(path, dtype=np.uint8, mode="r"))
    places, _ = _layout(len(header), facts["counts"])
    arrays: dict[str, Any] = {
        name: raw[place : place + facts["counts"][name] * np.dtype(_DTYPES[name]).itemsize].view(_DTYPES[name])
        for name, place in places.items()
    }
    return Segment(path=path, table=facts["table"], files=files, **arrays)


def _sorted(hashes: Hashes, rows: NDArray[np.uint32]) -> Postings:
    order = np.argsort(hashes, kind="stable")
    return hashes[order], rows[order]


def _merged(segments: Sequence[Segment]) -> Iterator[Postings]:
    """The postings of all segments in the order of their hashes, in slices that fit in memory."""
    starts = np.cumsum([0] + [len(segment.lengths) for segment in segments[:-1]])
    sample = max((segment.hashes for segment in segments), key=len)
    slices = sum(len(segment.hashes) for segment in segments) // _SLICE + 1
    cuts = [0, *(int(sample[len(sample) * number // slices]) for number in range(1, slices)), None]
    for low, high in itertools.pairwise(cuts):
        hashes, rows = [], []
        for segment, start in zip(segments, starts, strict=True):
            first = np.searchsorted(segment.hashes, np.uint64(low or 0))
            last = len(segment.hashes) if high is None else np.searchsorted(segment.hashes, np.uint64(high))
            hashes.append(segment.hashes[first:last])
            rows.append(segment.rows[first:last] + np.uint32(start))
        yield _sorted(np.concatenate(hashes), np.concatenate(rows))


def _write(
    path: Path,
    table: str,
    files: list[TableFile],
    count: int,
    postings: Iterable[Postings],
    **columns: NDArray[Any],
) -> Segment:
    """Write the segment of `count` postings, which come in order, aside; rename it into place, and open it."""
    by_text = np.argsort(columns["text_keys"], kind="stable")
    arrays: dict[str, NDArray[Any]] = {
        "texts": columns["text_keys"][by_text],
        "text_rows": by_text.astype(np.uint32),
        **columns,
    }
    counts = {name: len(arrays[name]) if name in arrays else count for name in _DTYPES}
    facts = {
        "version": [_FORMAT, VERSION],
        "table": table,
        "files": [[file.name, file.size, file.changed, file.rows] for file in files],
        "counts": counts,
    }
    header = json.dumps(facts).encode()
    places, size = _layout(len(header), counts)
    aside = path.with_suffix(".part")
    with aside.open("wb") as stream:
        stream.write(np.array([len(header), xxhash.xxh3_64_intdigest(header)], dtype="<u8").tobytes() + header)
        done = 0
        for hashes, rows in postings:
            _put(stream, places["hashes"] + 8 * done, hashes, "<u8")
            _put(stream, places["rows"] + 4 * done, rows, "<u4")
            done += len(hashes)
        for name, array in arrays.items():
            _put(stream, places[name], array, _DTYPES[name])
        stream.truncate(size)
        stream.flush()
        os.fsync(stream.fileno())
    aside.replace(path)
    segment = load(path)
    if segment is None:
        raise OSError(f"{path} does not read as it was written")
    return segment


def _put(stream: BinaryIO, place: int, array: NDArray[Any], dtype: str) -> None:
    stream.seek(place)
    stream.write(array.astype(dtype, copy=False).tobytes())


def _layout(header: int, counts: dict[str, int]) -> tuple[dict[str, int], int]:
    """Where each array starts in a file with a header of that length, and how long the file is."""
    places: dict[str, int] = {}
    end = 16 + header
    for name, dtype in _DTYPES.items():
        places[name] = -(-end // _PAGE) * _PAGE
        end = places[name] + counts[name] * np.dtype(dtype).itemsize
    return places, max(end, _PAGE)
