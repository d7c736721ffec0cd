"""JSON Lines: one file a table, one row a line, and the schema beside it as JSON Schema.

A file is the concatenation of pieces, one for each file of the corpus in the order of their names; compressed, each
piece is a gzip member or zstd frame of its own.  So an export need only encode what is new: the rest is copied as bytes
from the file that is replaced.  What comes out is, byte for byte, what an export into an empty folder would write.
All files of an export are put in place in one step, with the note of their pieces (`flows.commit`).
"""

from __future__ import annotations

import fcntl
import gzip
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import zstandard

from flows import commit
from flows.corpus import CorpusBusy, CorpusDamaged
from flows.export.jsonschema import json_schema
from flows.export.snapshot import Change, Content, batches, still_there
from flows.schema import TABLES

SUFFIXES = {None: "", "gz": ".gz", "zst": ".zst"}
NOTE = f"{commit.STATE}/export.json"
"""In the destination: which pieces its files are made of."""
LEVEL = {"gz": 6, "zst": 3}
_CHUNK = 1 << 20
_HEAD = ("", "")
"""The first piece, without rows: an empty gzip member or zstd frame, so that a file without rows is a valid one."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of an exported file: the name and hash of the file that it was made from, its length, and its rows."""

    name: str
    sha256: str
    length: int
    rows: int


def export(corpus: Path, dest: Path, contents: Sequence[Content], compression: str | None) -> list[Change]:
    """Bring the files in `dest` up to date with `contents`, the corpus's files; returns what changed in each table.

    `compression` is None, "gz" or "zst".  Raises `Moved`, `CorpusError`, and `OSError` where the disk refuses.
    """
    with _locked(dest):
        _recover(dest)
        pieces, changes, targets = _noted(dest), [], []
        for table in TABLES:
            name = f"{table}.jsonl{SUFFIXES[compression]}"
            old = _sound(dest / name, pieces.get(name, []))
            wanted = [_HEAD, *((each.part.name, each.sha256) for each in contents if each.part.table == table)]
            if [(piece.name, piece.sha256) for piece in old] != wanted:
                made: list[Piece] = []
                sources = {each.part.name: each for each in contents if each.part.table == table}
                write = partial(_write, dest / name, old, [(sources.get(n), n, s) for n, s in wanted], corpus, made)
                commit.stage(dest, name, partial(write, compression))
                pieces[name] = made
                targets.append(name)
            changes.append(_change(table, old, pieces[name]))
            schema = json.dumps(json_schema(table), ensure_ascii=False, indent=2) + "\n"
            if not _holds(dest / f"{table}.schema.json", schema):
                commit.stage(dest, f"{table}.schema.json", partial(_write_text, schema))
                targets.append(f"{table}.schema.json")
        still_there(corpus, contents)
        if targets:
            noted = {name: [[p.name, p.sha256, p.length, p.rows] for p in made] for name, made in pieces.items()}
            commit.stage(dest, NOTE, partial(_write_text, json.dumps(noted, indent=0) + "\n"))
            commit.commit(dest, [*targets, NOTE])
        return changes


def _recover(dest: Path) -> None:
    try:
        commit.recover(dest)
    except commit.LostFile as error:
        raise CorpusDamaged(f"{error}; export to an empty folder") from error


def _write(
    old_path: Path,
    old: Sequence[Piece],
    wanted: Sequence[tuple[Content | None, str, str]],
    corpus: Path,
    made: list[Piece],
    compression: str | None,
    file: BinaryIO,
) -> None:
    """Write the pieces `wanted` to `file`, copying those of `old` from the file at `old_path`; note them in `made`."""
    places, place = {}, 0
    for piece in old:
        places[piece.name, piece.sha256] = (piece, place)
        place += piece.length
    with old_path.open("rb") if old else nullcontext() as there:
        for content, name, sha256 in wanted:
            if there and (name, sha256) in places:
                piece, place = places[name, sha256]
                _copy(there, place, piece.length, file)
            else:
                start = file.tell()
                rows = _encode(content, corpus, compression, file)
                piece = Piece(name, sha256, file.tell() - start, rows)
            made.append(piece)


def _copy(source: BinaryIO, start: int, length: int, target: BinaryIO) -> None:
    source.seek(start)
    while length:
        chunk = source.read(min(length, _CHUNK))
        if not chunk:
            raise OSError("an exported file became shorter while it was read")
        target.write(chunk)
        length -= len(chunk)


def _encode(content: Content | None, corpus: Path, compression: str | None, file: BinaryIO) -> int:
    """Write the rows of `content` (none for the head) as one piece; returns how many they are."""
    rows = 0
    with _compressing(file, compression) as target:
        for batch in batches(corpus, content) if content else ():
            for row in batch.to_pylist():
                line = json.dumps(row, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_iso)
                target.write(line.encode() + b"\n")
                rows += 1
    return rows


@contextmanager
def _compressing(file: BinaryIO, compression: str | None) -> Iterator[Any]:
    if compression == "gz":
        with gzip.GzipFile("", "wb", LEVEL["gz"], file, mtime=0) as target:
            yield target
    elif compression == "zst":
        with zstandard.ZstdCompressor(LEVEL["zst"]).stream_writer(file, closefd=False) as target:
            yield target
    else:
        yield file


def _iso(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    raise TypeError(f"no JSON for {type(value).__name__}")


def _noted(dest: Path) -> dict[str, list[Piece]]:
    """The note of the last export into `dest`; nothing where there is none or it is damaged: all is made anew then."""
    try:
        noted = json.loads((dest / NOTE).read_bytes())
        return {name: [Piece(*piece) for piece in pieces] for name, pieces in noted.items()}
    except (FileNotFoundError, ValueError, TypeError, AttributeError):
        return {}


def _sound(path: Path, pieces: list[Piece]) -> list[Piece]:
    """`pieces`, if the file at `path` has their length: somebody may have removed or replaced it."""
    there = path.stat().st_size if path.exists() else None
    return pieces if there == sum(piece.length for piece in pieces) else []


def _change(table: str, old: Sequence[Piece], new: Sequence[Piece]) -> Change:
    before, after = ({(p.name, p.sha256): p.rows for p in pieces if p.rows} for pieces in (old, new))
    added = after.keys() - before.keys()
    return Change(table, len(added), len(before.keys() - after.keys()), sum(after[key] for key in added))


def _holds(path: Path, text: str) -> bool:
    return path.exists() and path.read_bytes() == text.encode()


def _write_text(text: str, file: BinaryIO) -> None:
    file.write(text.encode())


@contextmanager
def _locked(dest: Path) -> Iterator[None]:
    (dest / commit.STATE).mkdir(parents=True, exist_ok=True)
    with (dest / commit.STATE / "lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CorpusBusy(f"another process is exporting to {dest}") from None
        yield
