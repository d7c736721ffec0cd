"""Byte streams: compressed data unpacked as it is read, and the budget that bombs run into.

gzip, Zstandard (with the dictionary that a `.warc.zst` may carry), xz and bzip2 are told by content; several members
or frames in a row are one stream.
"""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Protocol

import zstandard

from flows.model import Reason, Refused

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
XZ = b"\xfd7zXZ\0"
BZIP2 = b"BZh"
_ZSTD_DICTIONARY = b"\x5d\x2a\x4d\x18"

HEAD = 4 << 20
"""Bytes that `peek` of a `Stream` shows at its start: enough to see what it is."""
CHUNK = 1 << 20
_INPUT = 1 << 16
_ZSTD_INPUT = 1 << 11  # a Zstandard block of a few bytes unpacks to 128 KiB, and its decoder knows no limit
_XZ_MEMORY = 256 << 20
_MOST_DAMAGE = 10_000  # places in one stream, after which it is given up
_PATIENCE = 1 << 30  # packed bytes of damaged members that are looked through for the next one
_WINDOW = 8 << 20  # packed bytes of a member that are kept, to look for its neighbour in


class Spent(Refused):
    """The raw file has used up its budget: nothing more is read of it, on any level."""


class Budget:
    """What one raw file may come to, over all levels of containers in it."""

    def __init__(self, unpacked: int, members: int) -> None:
        self._unpacked, self._members = unpacked, members
        self._left, self._members_left = unpacked, members

    def take(self, size: int) -> None:
        """Count `size` unpacked bytes; raises `Spent` where they are too many."""
        self._left -= size
        if self._left < 0:
            raise Spent("read", Reason.TOO_LARGE, f"unpacks to more than {self._unpacked:,} bytes")

    def enter(self) -> None:
        """Count one member; raises `Spent` where there are too many."""
        self._members_left -= 1
        if self._members_left < 0:
            raise Spent("read", Reason.TOO_LARGE, f"holds more than {self._members:,} documents")


class _Chunks(io.RawIOBase):
    """A file of the chunks that an iterator gives; a `Refused` among them is the damage at that place."""

    def __init__(self, chunks: Iterator[bytes | Refused], budget: Budget | None) -> None:
        self._chunks, self._budget = chunks, budget
        self._rest = memoryview(b"")
        self.failure: Refused | None = None
        self.mends = False
        self.damage: list[Refused] = []

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill `buffer` as far as there are bytes; damage is raised once the bytes before it have been read."""
        filled = 0
        while filled < len(buffer):
            if not self._rest and not self._next():
                if self.failure and not self.mends and not filled:
                    raise self.failure
                break
            size = min(len(self._rest), len(buffer) - filled)
            buffer[filled : filled + size] = self._rest[:size]
            self._rest = self._rest[size:]
            filled += size
        return filled

    def _next(self) -> bool:
        """Take the next chunk that has bytes; False where there is none, or damage comes first."""
        while self.mends or not self.failure:
            try:
                piece = next(self._chunks, None)
            except Spent:
                raise
            except Refused as refused:  # of the stream below
                piece = refused
            if piece is None:
                return False
            if isinstance(piece, Refused):
                self.failure = piece
                self.damage.append(piece)
                self.mends = self.mends and len(self.damage) < _MOST_DAMAGE
            elif piece:
                if self._budget:
                    self._budget.take(len(piece))
                self._rest = memoryview(piece)
                return True
        return False


class Stream(io.BufferedReader):
    """Bytes read once from front to back; the first `peek` shows up to `HEAD` of them."""

    def __init__(
        self, chunks: Iterator[bytes | Refused], budget: Budget | None = None, file: IO[bytes] | None = None
    ) -> None:
        self.file = file
        """The file on disk that these bytes are, as they are: it can be read in any order."""
        self._source = _Chunks(chunks, budget)
        super().__init__(self._source, buffer_size=HEAD)

    @property
    def failed(self) -> bool:
        """Whether it has met damage that it does not mend: nothing comes behind it."""
        return self._source.failure is not None and not self._source.mends

    @property
    def damage(self) -> list[Refused]:
        """What was wrong with the bytes read so far."""
        return self._source.damage

    def mend(self) -> None:
        """From now on pass over damage and go on with the next sound member: whoever reads must find its feet."""
        self._source.mends = True


def chunks_of(file: IO[bytes]) -> Iterator[bytes | Refused]:
    """The bytes of `file` from where it stands."""
    while chunk := file.read(CHUNK):
        yield chunk


def unpacked(stream: Stream, budget: Budget) -> Stream | None:
    """What `stream` holds, if it is compressed; None if it is not."""
    head = stream.peek()[:16]
    for magic, frames in _FRAMES.items():
        if head.startswith(magic):
            return Stream(frames(stream), budget)
    return None


class _Decoder(Protocol):
    """Of one member or frame."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take packed bytes, give what they unpack to, in pieces of bounded size."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...


class _Gzip:
    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)

    def feed(self, data: bytes) -> Iterator[bytes]:
        while True:
            piece = self._inner.decompress(data, CHUNK)
            yield piece
            data = self._inner.unconsumed_tail
            if self.eof or (not data and len(piece) < CHUNK):
                return

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data


class _Blocks:
    """bzip2 and xz, whose decoders have the same methods."""

    def __init__(self, inner: bz2.BZ2Decompressor | lzma.LZMADecompressor) -> None:
        self._inner = inner

    def feed(self, data: bytes) -> Iterator[bytes]:
        yield self._inner.decompress(data, CHUNK)
        while not (self._inner.eof or self._inner.needs_input):
            yield self._inner.decompress(b"", CHUNK)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data


class _Zstd:
    def __init__(self, dictionary: zstandard.ZstdCompressionDict | None) -> None:
        self._inner = zstandard.ZstdDecompressor(dict_data=dictionary).decompressobj()
        self.unused_data = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), _ZSTD_INPUT):
            yield self._inner.decompress(data[start : start + _ZSTD_INPUT])
            if self._inner.eof:
                self.unused_data = self._inner.unused_data + data[start + _ZSTD_INPUT :]
                return

    @property
    def eof(self) -> bool:
        return self._inner.eof


_DAMAGE = (zlib.error, zstandard.ZstdError, lzma.LZMAError, OSError, EOFError, ValueError)
"""What the decoders raise for bad data (bzip2: `OSError`)."""


def _frames(source: Stream, what: str, magic: bytes, new: Callable[[], _Decoder]) -> Iterator[bytes | Refused]:
    """Unpack member after member; damage is given as a `Refused`, and whoever asks for more gets the next member."""
    patience = _PATIENCE
    data = source.read(_INPUT)
    while data := _padded_off(data, source):
        if not data.startswith(magic):
            yield Refused("read", Reason.MALFORMED, f"other bytes behind the {what} data")
        else:
            decoder, window = new(), bytearray()
            try:
                while data:
                    if len(window) < _WINDOW:
                        window += data
                    yield from decoder.feed(data)
                    if decoder.eof:
                        break
                    data = source.read(_INPUT)
                if decoder.eof:
                    data = decoder.unused_data or source.read(_INPUT)
                    continue
                yield Refused("read", Reason.TRUNCATED, f"the {what} data ends in the middle")
            except _DAMAGE as error:
                yield Refused("read", Reason.MALFORMED, f"broken compression: {error}")
            data = bytes(window)
            patience -= len(data)
            if patience < 0:
                return
        data = _from_next(magic, data[1:], source)


def _padded_off(data: bytes, source: Stream) -> bytes:
    """`data` without the NULs that archivers pad with, and at least long enough to show a magic number."""
    data = data.lstrip(b"\0")
    while len(data) < 8 and (more := source.read(_INPUT)):
        data = (data + more).lstrip(b"\0")
    return data


def _from_next(magic: bytes, data: bytes, source: Stream) -> bytes:
    """The bytes from the next magic number on; nothing if there is none."""
    while (at := data.find(magic)) < 0:
        more = source.read(_INPUT)
        if not more:
            return b""
        data = data[-len(magic) + 1 :] + more
    return data[at:]


def _gunzip(source: Stream) -> Iterator[bytes | Refused]:
    return _frames(source, "gzip", GZIP + b"\x08", _Gzip)


def _unbzip2(source: Stream) -> Iterator[bytes | Refused]:
    return _frames(source, "bzip2", BZIP2, lambda: _Blocks(bz2.BZ2Decompressor()))


def _unxz(source: Stream) -> Iterator[bytes | Refused]:
    return _frames(source, "xz", XZ, lambda: _Blocks(lzma.LZMADecompressor(lzma.FORMAT_XZ, _XZ_MEMORY)))


def _unzstd(source: Stream) -> Iterator[bytes | Refused]:
    """A `.warc.zst` may open with a skippable frame that holds the dictionary of all others.

    https://iipc.github.io/warc-specifications/specifications/warc-zstd/
    """
    dictionary = None
    if source.peek(4)[:4] == _ZSTD_DICTIONARY:
        size = int.from_bytes(source.read(8)[4:], "little")
        if size > CHUNK:
            yield Refused("read", Reason.TOO_LARGE, f"a Zstandard dictionary of {size:,} bytes")
            return
        data = source.read(size)
        try:
            if data.startswith(ZSTD):
                data = zstandard.ZstdDecompressor().decompress(data, max_output_size=CHUNK)
            dictionary = zstandard.ZstdCompressionDict(data)
        except zstandard.ZstdError as error:
            yield Refused("read", Reason.MALFORMED, f"a broken Zstandard dictionary: {error}")
            return
    yield from _frames(source, "Zstandard", ZSTD, lambda: _Zstd(dictionary))


_FRAMES: dict[bytes, Callable[[Stream], Iterator[bytes | Refused]]] = {
    GZIP: _gunzip,
    ZSTD: _unzstd,
    _ZSTD_DICTIONARY: _unzstd,
    XZ: _unxz,
    **{BZIP2 + b"%d" % level + block: _unbzip2 for level in range(1, 10) for block in (b"1AY&SY", b"\x17rE8P\x90")},
}
