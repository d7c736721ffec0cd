"""First stage: find the raw files, read and unpack them, open containers.

A file's name decides nothing: compression and containers are recognised by content.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import zstandard

from flows.fingerprints import Fingerprints
from flows.model import RawFile, Reason, Refused
from flows.settings import Settings

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
CHUNK = 1 << 20
LINES_LOOKED_AT = 20


class Changed(Refused):
    """The file is not, or no longer, what it was when it was found; the next run looks at it again."""

    def __init__(self, detail: str) -> None:
        super().__init__("read", Reason.UNREADABLE, detail)


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """A raw file that was found: its path relative to the raw folder, and where it stands on this machine."""

    path: str
    place: Path


def discover(roots: Sequence[Path], exclude: Path) -> list[Entry]:
    """Find the raw files under `roots` (files or folders), sorted by path.

    Names that begin with a dot are not raw files, nor is anything under `exclude` (the output folder).  Links are
    listed and not followed into folders.  A path that two roots share with the same content is one file; `read`
    and the corpus tell by content.
    """
    exclude = exclude.resolve()
    found = {entry for root in roots for entry in _under(root, exclude)}
    return sorted(found)


def _under(root: Path, exclude: Path) -> Iterator[Entry]:
    if not root.is_dir():
        yield Entry(_printable(root.name), root)
        return
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        inside = here.relative_to(root).as_posix()
        links = [name for name in folders if (here / name).is_symlink()]
        folders[:] = [
            name
            for name in folders
            if name not in links and not name.startswith(".") and (here / name).resolve() != exclude
        ]
        for name in (*files, *links):
            if not name.startswith("."):
                yield Entry(_printable(name if inside == "." else f"{inside}/{name}"), here / name)


def _printable(path: str) -> str:
    """A path as a table can hold it: bytes that are not UTF-8 become escapes."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def fingerprint(place: Path, roots: Sequence[Path], cache: Fingerprints | None = None) -> tuple[str, int]:
    """SHA-256 (hex) and size in bytes of the file at `place`; raises `Refused` where it cannot be read.

    A link is followed only to a regular file that stays under one of `roots`.  A file that `cache` recalls is not read.
    """
    try:
        if place.is_symlink() and not any(place.resolve(strict=True).is_relative_to(r.resolve()) for r in roots):
            raise Refused("read", Reason.UNREADABLE, "a link that leaves the raw folder")
        state = place.stat()
        if not stat.S_ISREG(state.st_mode):
            raise Refused("read", Reason.UNREADABLE, "not a regular file")
        if cache and (recalled := cache.recall(place, state)):
            return recalled, state.st_size
        return _hashed(place, cache)
    except (OSError, RuntimeError) as error:
        raise Refused("read", Reason.UNREADABLE, _reason(error)) from error


def _hashed(place: Path, cache: Fingerprints | None) -> tuple[str, int]:
    digest = hashlib.sha256()
    with place.open("rb") as file:
        before = os.fstat(file.fileno())
        while chunk := file.read(CHUNK):
            digest.update(chunk)
        if cache:
            cache.keep(place, before, os.fstat(file.fileno()), digest.hexdigest())
        return digest.hexdigest(), file.tell()


def _reason(error: BaseException) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__


def read(entry: Entry, sha256: str, size: int, settings: Settings) -> Iterator[RawFile]:
    """The raw documents in the file at `entry`: itself, or its records; raises `Refused` where it gives none.

    `sha256` and `size` are those of `fingerprint`.  Raises `Changed`, before it gives any, where the file is not what
    it was then: it is still being written, or gone.
    """
    if size > settings.max_file_bytes:
        raise Refused("read", Reason.TOO_LARGE, f"{size:,} bytes, the limit is {settings.max_file_bytes:,}")
    try:
        data = entry.place.read_bytes()
    except OSError as error:
        raise Changed(_reason(error)) from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Changed("the file changed while it was read")
    data = unpack(data, settings.max_unpacked_bytes)
    if not data.strip():
        raise Refused("read", Reason.EMPTY, "no bytes" if not data else "nothing but white space")
    if is_jsonl(data):
        for number, line in enumerate(data.split(b"\n"), start=1):
            if line.strip():
                yield RawFile(entry.path, sha256, size, line, str(number), is_record=True)
    else:
        yield RawFile(entry.path, sha256, size, data)


def unpack(data: bytes, limit: int) -> bytes:
    """`data` decompressed if it is gzip or Zstandard (several members or frames allowed), else as it is.

    Raises `Refused` with `truncated`, `malformed`, or `too_large` where more than `limit` bytes would come out.
    """
    if data.startswith(GZIP):
        return _joined(_gunzip(data), limit)
    if data.startswith(ZSTD):
        return _joined(_unzstd(data), limit)
    return data


def _joined(chunks: Iterable[bytes], limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    try:
        for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise Refused("read", Reason.TOO_LARGE, f"unpacks to more than {limit:,} bytes")
            parts.append(chunk)
    except (zlib.error, zstandard.ZstdError) as error:
        raise Refused("read", Reason.MALFORMED, f"broken compression: {error}") from error
    return b"".join(parts)


def _gunzip(data: bytes) -> Iterator[bytes]:
    while data.startswith(GZIP):
        member = zlib.decompressobj(wbits=31)
        yield member.decompress(data, CHUNK)
        while not member.eof:
            if not member.unconsumed_tail:
                raise Refused("read", Reason.TRUNCATED, "the gzip data ends in the middle")
            yield member.decompress(member.unconsumed_tail, CHUNK)
        data = member.unused_data.lstrip(b"\0")


def _unzstd(data: bytes) -> Iterator[bytes]:
    while data.startswith(ZSTD):
        frame = zstandard.ZstdDecompressor().decompressobj()
        for start in range(0, len(data), CHUNK):
            yield frame.decompress(data[start : start + CHUNK])
            if frame.eof:
                data = frame.unused_data + data[start + CHUNK :]
                break
        else:
            raise Refused("read", Reason.TRUNCATED, "the Zstandard data ends in the middle")


def is_jsonl(data: bytes) -> bool:
    """Whether `data` is JSON Lines: the first lines are objects, and one of them at least parses."""
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return False
    lines = [line.strip() for line in data[: 4 * CHUNK].split(b"\n", LINES_LOOKED_AT * 2)]
    lines = [line.removeprefix(b"\xef\xbb\xbf") for line in lines if line][:LINES_LOOKED_AT]
    opened = sum(line.startswith(b"{") for line in lines)
    return 2 * opened > len(lines) and any(_is_object(line) for line in lines)


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
