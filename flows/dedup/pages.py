"""Arrays in a memory-mapped file whose pages carry checksums: each is compared with its own when it is first read.

So a flipped bit is found before anything follows from it, and opening a file of gigabytes reads none of it.  The
checksums stand behind the arrays, one for each page of the file up to there.
"""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import Any, Literal

import numpy as np
import xxhash
from numpy.typing import NDArray

PAGE = 4096
"""Bytes that share a checksum."""
_AT_ONCE = 4096
"""Pages that are compared before their memory is given back, where there are more."""

Ints = NDArray[np.int64]


class Damaged(Exception):
    """A page is not what was written."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is damaged")
        self.path = path


class Pages:
    """The file at `path`, whose arrays take its first `end` bytes."""

    def __init__(self, path: Path, end: int) -> None:
        with path.open("rb") as stream:
            mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        if hasattr(mmap, "MADV_RANDOM"):  # of a probe's neighbourhood nothing is read ahead
            mapped.madvise(mmap.MADV_RANDOM)
        self._path, self._end, self._mapped = path, end, mapped
        self._bytes = memoryview(mapped)[:end]
        self.raw = np.frombuffer(mapped, dtype=np.uint8)
        self._sums = self.raw[end : end + 8 * count(end)].view("<u8")
        self._seen = np.zeros(count(end), dtype=np.bool_)

    def check(self, pages: Ints) -> None:
        """Compare these pages with their checksums, those that have not been yet; raises `Damaged`."""
        new = pages[~self._seen[pages]]
        if len(new):
            new = np.unique(new)
            for first in range(0, len(new), _AT_ONCE):
                some = new[first : first + _AT_ONCE]
                for page, checksum in zip(some.tolist(), self._sums[some].tolist(), strict=True):
                    if checksum != xxhash.xxh3_64_intdigest(self._bytes[page * PAGE : (page + 1) * PAGE]):
                        raise Damaged(self._path)
                self._seen[some] = True
                if len(new) > _AT_ONCE:
                    self.release()

    def release(self) -> None:
        """Give back the memory of what was read; the system maps a page again when it is next looked at."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._mapped.madvise(mmap.MADV_DONTNEED)


class Checked:
    """An array of `size` elements that begins at byte `start` of `pages`, a multiple of an element's size."""

    def __init__(self, pages: Pages, start: int, size: int, dtype: str) -> None:
        self._pages, self._start, self._width = pages, start, np.dtype(dtype).itemsize
        self._plain = pages.raw[start : start + size * self._width].view(dtype)

    def __len__(self) -> int:
        return len(self._plain)

    def __getitem__(self, places: Ints) -> NDArray[Any]:
        """The elements at these places."""
        self._pages.check((self._start + places * self._width) // PAGE)
        return self._plain[places]

    def whole(self) -> NDArray[Any]:
        """All elements."""
        if len(self):
            last = self._start + len(self) * self._width - 1
            self._pages.check(np.arange(self._start // PAGE, last // PAGE + 1))
        return self._plain

    def between(self, low: Ints, high: Ints) -> NDArray[Any]:
        """All elements, to be looked at only from each `low` up to its `high`: at most a page's worth."""
        for ends in (low[low < high], high[low < high] - 1):
            self._pages.check((self._start + ends * self._width) // PAGE)
        return self._plain


def place(
    array: Checked | NDArray[Any], wanted: NDArray[Any], side: Literal["left", "right"], low: Ints, high: Ints
) -> Ints:
    """`numpy.searchsorted` in `array`, of each of `wanted` between its `low` and `high`."""
    if not len(array):
        return low
    for _ in range(int((high - low).max(initial=0)).bit_length()):
        middle = (low + high) // 2
        values = array[np.minimum(middle, len(array) - 1)]
        after = (low < high) & ((values < wanted) if side == "left" else (values <= wanted))
        low, high = np.where(after, middle + 1, low), np.where(after, high, middle)
    return low


def count(end: int) -> int:
    """Pages of a file with arrays up to byte `end`."""
    return -(-end // PAGE)


def checksums(path: Path, end: int) -> bytes:
    """The checksums of the file at `path`, as they are to stand behind its first `end` bytes."""
    found = bytearray()
    with path.open("rb") as stream:
        for page in range(count(end)):
            found += xxhash.xxh3_64_intdigest(stream.read(min(PAGE, end - page * PAGE))).to_bytes(8, "little")
    return bytes(found)
