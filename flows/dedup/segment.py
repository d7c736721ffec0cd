"""Index segments: the sketches of some table files, sorted for probing, in one memory-mapped file each.

A segment file holds a length and a checksum (two little-endian 64-bit integers), a JSON header of that length, and
the arrays that the header names, each from a multiple of 64 bytes; behind them the checksums of its pages.  It is
written aside, flushed and renamed, and it says which table files it was made from, with their sizes and times of
change: a segment that is not whole, or whose table files are not what they were, is not opened.  What its arrays hold
is compared with the checksums page by page, when it is first read.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import xxhash
from numpy.typing import NDArray

from flows.dedup.pages import Checked, Pages, checksums, count, place
from flows.dedup.sketch import NONE, VERSION, Hashes, sketch

Postings = tuple[Hashes, NDArray[np.uint32]]
"""Hashes in ascending order, and the row that each belongs to."""

SUFFIX = ".segment"
UNDATED = np.iinfo(np.int64).max
"""In `Segment.published` where the time is not known: such rows come last."""

_FORMAT = 3
_PAGE = 64
_FENCE = 512
"""Hashes between two fences: as many as fill a page of memory."""
_SLICE = 500_000
"""Postings that are sorted in memory at a time: some 16 MiB."""
_DTYPES = {
    "hashes": "<u8",
    "rows": "<u4",
    "fences": "<u8",
    "texts": "<u8",
    "text_rows": "<u4",
    "published": "<i8",
    "sites": "<u8",
    "lengths": "<u4",
    "text_keys": "<u8",
}
_COLUMNS = ("published", "sites", "lengths", "text_keys")


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
    ends: NDArray[np.int64]
    """Of each file, the row after its last."""
    pages: Pages
    """What the arrays are mapped from."""
    hashes: Checked
    """Every sketch hash of every row, sorted; then `rows`, the row that each belongs to."""
    rows: Checked
    fences: Checked
    """Every 512th of `hashes`: few enough to stay in the processor's cache, so that a probe touches one page more."""
    texts: Checked
    """The key of every row's text, sorted; then `text_rows`, the row that each belongs to."""
    text_rows: Checked
    published: Checked
    """Of each row, in microseconds since 1970, or `UNDATED`."""
    sites: Checked
    """Of each row, a hash of the site; 0 where there is none."""
    lengths: Checked
    """Of each row, the hashes in its sketch."""
    text_keys: Checked
    """Of each row, the key of its text."""

    def locate(self, row: int) -> tuple[str, int]:
        """The table file that `row` stands in, and its place there."""
        number = int(np.searchsorted(self.ends, row, side="right"))
        file = self.files[number]
        return file.name, row - int(self.ends[number]) + file.rows

    def find(self, wanted: Hashes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where in `hashes` each of `wanted` (in ascending order) starts, and how often it stands there."""
        low, count = self._place(wanted, "left"), np.zeros(len(wanted), dtype=np.int64)
        if len(self.hashes):
            hits = np.flatnonzero(self.hashes[np.minimum(low, len(self.hashes) - 1)] == wanted)
            count[hits] = self._place(wanted[hits], "right") - low[hits]
        return low, count

    def _place(self, wanted: Hashes, side: Literal["left", "right"]) -> NDArray[np.int64]:
        """`numpy.searchsorted` in `hashes`, by way of the fences."""
        low = np.maximum(np.searchsorted(self.fences.whole(), wanted, side=side) - 1, 0) * _FENCE
        high = np.minimum(low + _FENCE, len(self.hashes))
        return place(self.hashes.between(low, high), wanted, side, low, high)

    def same_texts(self, keys: Hashes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where in `texts` each of `keys` begins and ends."""
        low, high = np.zeros(len(keys), dtype=np.int64), np.full(len(keys), len(self.texts))
        return place(self.texts, keys, "left", low, high), place(self.texts, keys, "right", low, high)


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


def listed(folder: Path) -> list[TableFile]:
    """The table files in `folder` by name, none where there is no such folder; their rows are not counted.

    Tens of thousands of parts are looked at whenever a run starts, so one system call each has to do.
    """
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        stats = [(entry.name, entry.stat()) for entry in entries if entry.name.endswith(".parquet")]
    return [TableFile(name, stat.st_size, stat.st_mtime_ns) for name, stat in sorted(stats)]


def build(path: Path, table: str, sources: Sequence[Path]) -> Segment:
    """Make the segment of the table files `sources` and write it to `path`."""
    files: list[TableFile] = []
    hashes: list[Hashes] = []
    parts: list[dict[str, NDArray[Any]]] = []
    for source in sources:
        file = look(source)
        sketches, of_rows = _sketched(source)
        files.append(replace(file, rows=len(of_rows["lengths"])))
        hashes.append(sketches)
        parts.append(of_rows)
    columns = {name: np.concatenate([part[name] for part in parts]) for name in _COLUMNS}
    numbers = np.arange(len(columns["lengths"]), dtype=np.uint32)
    return write(
        path,
        table,
        files,
        int(columns["lengths"].sum()),
        [ordered(np.concatenate(hashes), np.repeat(numbers, columns["lengths"]))],
        [ordered(columns["text_keys"], numbers)],
        {name: [column] for name, column in columns.items()},
    )


def _sketched(source: Path) -> tuple[Hashes, dict[str, NDArray[Any]]]:
    """The sketch hashes of the rows of a table file one after the other, and the columns of these rows."""
    rows = pq.read_table(source, columns=["text", "text_sha256", "published_at", "site"], partitioning=None)
    sketches = [sketch(text).array() for text in rows["text"].to_pylist()]
    published = rows["published_at"].cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).to_pylist()
    return np.concatenate([*sketches, NONE]), {
        "published": np.array([UNDATED if when is None else when for when in published], dtype=np.int64),
        "sites": np.array([site_key(site) for site in rows["site"].to_pylist()], dtype=np.uint64),
        "lengths": np.array([len(hashes) for hashes in sketches], dtype=np.uint32),
        "text_keys": np.array([text_key(sha) for sha in rows["text_sha256"].to_pylist()], dtype=np.uint64),
    }


def merge(path: Path, segments: Sequence[Segment]) -> Segment:
    """Make one segment of several of the same table and write it to `path`; the old ones stay where they are."""
    return write(
        path,
        segments[0].table,
        [file for segment in segments for file in segment.files],
        sum(len(segment.hashes) for segment in segments),
        _merged([(segment.hashes.whole(), segment.rows.whole()) for segment in segments], segments),
        _merged([(segment.texts.whole(), segment.text_rows.whole()) for segment in segments], segments),
        {name: [getattr(segment, name).whole() for segment in segments] for name in _COLUMNS},
    )


def load(path: Path) -> Segment | None:
    """The segment at `path`; None where it is damaged or of another version."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(16)
        if len(head) < 16:
            return None
        start = np.frombuffer(head, dtype="<u8")
        if int(start[0]) > size:
            return None
        header = stream.read(int(start[0]))
    if xxhash.xxh3_64_intdigest(header) != int(start[1]):
        return None
    facts: dict[str, Any] = json.loads(header)
    if facts["version"] != [_FORMAT, VERSION]:
        return None
    places, end = _layout(len(header), facts["counts"])
    if size != end + 8 * count(end):
        return None
    files = tuple(TableFile(*file) for file in facts["files"])
    ends = np.cumsum([file.rows for file in files], dtype=np.int64)
    pages = Pages(path, end)
    arrays = {name: Checked(pages, start, facts["counts"][name], _DTYPES[name]) for name, start in places.items()}
    return Segment(path=path, table=facts["table"], files=files, ends=ends, pages=pages, **arrays)


def ordered(hashes: Hashes, rows: NDArray[np.uint32]) -> Postings:
    order = np.argsort(hashes, kind="stable")
    return hashes[order], rows[order]


def _merged(postings: Sequence[Postings], segments: Sequence[Segment]) -> Iterator[Postings]:
    """The postings of all segments in the order of their hashes, in slices that fit in memory."""
    starts = np.cumsum([0] + [len(segment.lengths) for segment in segments[:-1]])
    sample = max((hashes for hashes, _ in postings), key=len)
    slices = sum(len(hashes) for hashes, _ in postings) // _SLICE + 1
    cuts = [0, *(int(sample[len(sample) * number // slices]) for number in range(1, slices)), None]
    for low, high in itertools.pairwise(cuts):
        parts = []
        for (hashes, rows), start in zip(postings, starts, strict=True):
            first = np.searchsorted(hashes, np.uint64(low or 0))
            last = len(hashes) if high is None else np.searchsorted(hashes, np.uint64(high))
            parts.append((hashes[first:last], rows[first:last] + np.uint32(start)))
        yield ordered(np.concatenate([hashes for hashes, _ in parts]), np.concatenate([rows for _, rows in parts]))
        for segment in segments:
            segment.pages.release()


def write(
    path: Path,
    table: str,
    files: list[TableFile],
    postings: int,
    hashes: Iterable[Postings],
    texts: Iterable[Postings],
    columns: dict[str, list[NDArray[Any]]],
) -> Segment:
    """Write the segment of `postings` sketch hashes (they come in order) aside, rename it into place, and open it."""
    rows = sum(file.rows for file in files)
    counts = dict.fromkeys(_DTYPES, rows) | {"hashes": postings, "rows": postings, "fences": -(-postings // _FENCE)}
    facts = {
        "version": [_FORMAT, VERSION],
        "table": table,
        "files": [[file.name, file.size, file.changed, file.rows] for file in files],
        "counts": counts,
    }
    header = json.dumps(facts).encode()
    places, end = _layout(len(header), counts)
    aside = path.with_suffix(".part")
    with aside.open("wb") as stream:
        stream.write(np.array([len(header), xxhash.xxh3_64_intdigest(header)], dtype="<u8").tobytes() + header)
        done = 0
        for part, part_rows in hashes:
            fences = part[-done % _FENCE :: _FENCE]
            _put(stream, places, "hashes", done, part)
            _put(stream, places, "rows", done, part_rows)
            _put(stream, places, "fences", -(-done // _FENCE), fences)
            done += len(part)
        done = 0
        for part, part_rows in texts:
            _put(stream, places, "texts", done, part)
            _put(stream, places, "text_rows", done, part_rows)
            done += len(part)
        for name, arrays in columns.items():
            done = 0
            for array in arrays:
                _put(stream, places, name, done, array)
                done += len(array)
        stream.truncate(end)
        stream.flush()
        stream.seek(end)
        stream.write(checksums(aside, end))
        stream.flush()
        os.fsync(stream.fileno())
    aside.replace(path)
    segment = load(path)
    if segment is None:
        raise OSError(f"{path} does not read as it was written")
    return segment


def _put(stream: BinaryIO, places: dict[str, int], name: str, done: int, array: NDArray[Any]) -> None:
    """Write a part of the array `name`, of which `done` elements are written already."""
    dtype = np.dtype(_DTYPES[name])
    stream.seek(places[name] + done * dtype.itemsize)
    stream.write(np.ascontiguousarray(array, dtype=dtype).view(np.uint8).data)


def _layout(header: int, counts: dict[str, int]) -> tuple[dict[str, int], int]:
    """Where each array starts in a file with a header of that length, and where the last one ends."""
    places: dict[str, int] = {}
    end = 16 + header
    for name, dtype in _DTYPES.items():
        places[name] = -(-end // _PAGE) * _PAGE
        end = places[name] + counts[name] * np.dtype(dtype).itemsize
    return places, max(end, _PAGE)
