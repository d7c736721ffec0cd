"""zip and tar: each member is walked like a raw file of its own; links, devices and encrypted members are rejects."""

from __future__ import annotations

import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Self, cast

from flows.model import PassedOver, Piece, Reason, Refused
from flows.readers.streams import CHUNK, Stream, chunks_of

if TYPE_CHECKING:
    from flows.readers.walk import At, Walker

IN_MEMORY = 32 << 20
"""Bytes of a zip inside something else that are held in memory; a larger one lies in a nameless temporary file, for
zip is read from its end."""
_OFFICE = {"[Content_Types].xml", "mimetype", "META-INF/container.xml"}
_LOCAL = b"PK\x03\x04"
_CENTRAL = (b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06")
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _SIZES_BEHIND = 0x1, 0x8


def _is_hidden(name: str) -> bool:
    """As in a folder: names that begin with a dot, and the resource forks that macOS adds, are not raw files."""
    parts = PurePosixPath(name).parts
    return any(part.startswith(".") and part not in (".", "..") for part in parts) or "__MACOSX" in parts


# --------------------------------------------------------------------------------------------------------------- zip


def read_zip(stream: Stream, at: At, walker: Walker) -> Iterator[Piece]:
    """The members of a zip archive in the order of its directory, or, of one that has lost it, before the cut."""
    with _seekable(stream) as file:
        try:
            archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            file.seek(0)
            yield from _before_the_cut(file, at, walker)
            return
        with archive:
            members = archive.infolist()
            if _OFFICE & {member.filename for member in members}:
                raise Refused("read", Reason.UNSUPPORTED, "an office document or e-book")
            for member in members:
                if member.is_dir():
                    yield PassedOver("zip.folder")
                elif _is_hidden(member.filename):
                    yield PassedOver("zip.hidden")
                else:
                    yield from walker.member(at, member.filename, _opening(archive, member, walker))


@contextmanager
def _seekable(stream: Stream) -> Iterator[IO[bytes]]:
    """The bytes of `stream` as a file that can be read in any order."""
    if stream.file is not None:
        yield stream.file
        return
    with SpooledTemporaryFile(max_size=IN_MEMORY) as copy:
        while chunk := stream.read(CHUNK):
            copy.write(chunk)
        copy.seek(0)
        yield cast("IO[bytes]", copy)


def _opening(archive: zipfile.ZipFile, member: zipfile.ZipInfo, walker: Walker) -> Callable[[], Stream]:
    def opened() -> Stream:
        if member.flag_bits & _ENCRYPTED:
            raise Refused("read", Reason.UNSUPPORTED, "an encrypted member")
        return Stream(_contents(archive, member), walker.budget)

    return opened


def _contents(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes | Refused]:
    try:
        with archive.open(member) as file:
            while chunk := file.read(CHUNK):
                yield chunk
    except NotImplementedError as error:
        yield Refused("read", Reason.UNSUPPORTED, str(error))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
        yield Refused("read", Reason.MALFORMED, f"a broken member: {error or type(error).__name__}")


def _before_the_cut(file: IO[bytes], at: At, walker: Walker) -> Iterator[Piece]:
    """The members of an archive without a directory, each found by the header that stands before it."""
    cut = Refused("read", Reason.TRUNCATED, "the zip archive ends before its directory")
    while (fixed := file.read(30)).startswith(_LOCAL) and len(fixed) == 30:
        flags, method = int.from_bytes(fixed[6:8], "little"), int.from_bytes(fixed[8:10], "little")
        size = int.from_bytes(fixed[18:22], "little")
        name = file.read(int.from_bytes(fixed[26:28], "little")).decode(
            "utf-8" if flags & 0x800 else "cp437", "replace"
        )
        file.read(int.from_bytes(fixed[28:30], "little"))
        if flags & _ENCRYPTED or method not in (_STORED, _DEFLATED) or (method == _STORED and flags & _SIZES_BEHIND):
            raise Refused("read", Reason.TRUNCATED, f"{cut.detail}, and {name} cannot be read without it")
        data, whole = _member_bytes(file, method, size, walker)
        if not whole:
            raise Refused("read", Reason.TRUNCATED, f"{cut.detail}, in {name}")
        if flags & _SIZES_BEHIND:
            _past_descriptor(file)
        if not name.endswith("/") and not _is_hidden(name):
            yield from walker.member(at, name, lambda data=data: Stream(iter([data])))  # type: ignore[misc]
        else:
            yield PassedOver("zip.folder" if name.endswith("/") else "zip.hidden")
    if not fixed.startswith(_CENTRAL) and len(fixed) == 30:
        raise Refused("read", Reason.MALFORMED, "the zip archive is broken")
    raise cut


def _past_descriptor(file: IO[bytes]) -> None:
    """Skip the sizes behind a member: 12 bytes, with a signature 16."""
    if file.read(4) == b"PK\x07\x08":
        file.read(12)
    else:
        file.read(8)


def _member_bytes(file: IO[bytes], method: int, size: int, walker: Walker) -> tuple[bytes, bool]:
    """A member's bytes, and whether they are all there; `file` stands behind it then."""
    if method == _STORED:
        walker.budget.take(size)
        data = file.read(size)
        return data, len(data) == size
    inflating = zlib.decompressobj(-15)
    parts: list[bytes] = []
    try:
        while not inflating.eof:
            packed = inflating.unconsumed_tail or file.read(1 << 16)
            if not packed:
                return b"", False
            parts.append(inflating.decompress(packed, CHUNK))
            walker.budget.take(len(parts[-1]))
    except zlib.error as error:
        raise Refused("read", Reason.TRUNCATED, f"no directory, and broken compression: {error}") from error
    file.seek(-len(inflating.unused_data), 1)
    return b"".join(parts), True


# --------------------------------------------------------------------------------------------------------------- tar


def read_tar(stream: Stream, at: At, walker: Walker) -> Iterator[Piece]:
    """The members of a tar archive in their order; behind a broken header, those from the next sound one on."""
    headers = _Headers()
    with tarfile.open(fileobj=stream, mode="r|", tarinfo=headers.counted(), ignore_zeros=True) as archive:
        while (member := _next(archive, stream)) is not None:
            if headers.bad:
                yield walker.reject(walker.locator(at, f"before {member.name}"), headers.refusal())
            if member.isdir():
                yield PassedOver("tar.folder")
            elif _is_hidden(member.name):
                yield PassedOver("tar.hidden")
            else:
                yield from walker.member(at, member.name, _extracting(archive, member, headers, walker), outer=stream)
                if headers.cut:
                    return
            archive.members = []  # type: ignore[attr-defined]  # tarfile keeps every header it has read
    if headers.bad:
        yield walker.reject(walker.locator(at, "at its end"), headers.refusal())
    elif not headers.ended:
        raise Refused("read", Reason.TRUNCATED, "the tar archive has no end mark")


class _Headers:
    """What became of the headers of an archive: tarfile passes over bad ones without a word."""

    def __init__(self) -> None:
        self.bad, self.ended, self.cut = 0, False, False

    def counted(self) -> type[tarfile.TarInfo]:
        """A `TarInfo` that tells this object of each header block."""
        headers = self

        class Counted(tarfile.TarInfo):
            @classmethod
            def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
                whole = len(buf) == tarfile.BLOCKSIZE
                if whole:
                    headers.ended = not any(buf)
                try:
                    return super().frombuf(buf, encoding, errors)
                except tarfile.HeaderError:
                    headers.bad += whole and not headers.ended
                    raise

        return Counted

    def refusal(self) -> Refused:
        """Why the bad blocks so far were passed over; counts anew."""
        bad, self.bad = self.bad, 0
        return Refused("read", Reason.MALFORMED, f"{bad} blocks of 512 bytes that are no tar header")


def _next(archive: tarfile.TarFile, stream: Stream) -> tarfile.TarInfo | None:
    try:
        return archive.next()
    except (tarfile.TarError, ValueError) as error:
        reason = Reason.TRUNCATED if "end of data" in str(error) else Reason.MALFORMED
        raise Refused("read", reason, f"the tar archive is broken: {error}") from error


def _extracting(
    archive: tarfile.TarFile, member: tarfile.TarInfo, headers: _Headers, walker: Walker
) -> Callable[[], Stream]:
    def opened() -> Stream:
        if not member.isreg():
            what = "a link" if member.issym() or member.islnk() else "a device or other special file"
            raise Refused("read", Reason.UNSUPPORTED, f"{what}, not a file")
        file = archive.extractfile(member)
        assert file is not None  # of a regular file it never is
        return Stream(_read(file, headers), walker.budget if member.issparse() else None)

    return opened


def _read(file: IO[bytes], headers: _Headers) -> Iterator[bytes | Refused]:
    try:
        yield from chunks_of(file)
    except (tarfile.TarError, OSError) as error:
        headers.cut = True
        yield Refused("read", Reason.TRUNCATED, f"the tar archive ends in the middle: {error}")
