"""The sketch of a text: a small, comparable sample of its word sequences.

A FracMinHash (Irber et al. 2022, doi:10.1101/2022.01.11.475838): of the hashes of all runs of five words, those in
the lowest eighth of the hash space, so that two sketches estimate how far one text is contained in the other whatever
their lengths; and, for short texts, at least the 24 smallest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import xxhash
from numpy.typing import NDArray

from flows.dedup.normal import encoded_words, text_sha256

__all__ = ["VERSION", "Sketch", "shingles", "sketch", "text_sha256"]

VERSION = 3
"""Of the hash and the sampling: sketches of different versions are never compared."""
SHINGLE = 5
"""Words in a shingle."""
FRACTION = 8
"""One in so many shingle hashes is kept."""
SMALLEST = 24
"""At least so many hashes are kept, if the text has them."""

Hashes = NDArray[np.uint64]

BOUND = np.uint64(2**64 // FRACTION - 1)
"""The largest hash that is always kept."""
NONE: Hashes = np.empty(0, dtype=np.uint64)
# Odd constants of no meaning but their version: the first digits of pi, as in Blowfish's tables.
_PLACE = np.array(
    [0x243F6A8885A308D3, 0x13198A2E03707345, 0xA4093822299F31D1, 0x082EFA98EC4E6C89, 0x452821E638D01377],
    dtype=np.uint64,
)


@dataclass(frozen=True, slots=True)
class Sketch:
    """The sampled shingle hashes of a text."""

    hashes: bytes
    """Distinct hashes in ascending order, as little-endian 64-bit integers."""
    shingles: int
    """Distinct shingles of the whole text."""

    def array(self) -> Hashes:
        """The hashes as a read-only array."""
        return np.frombuffer(self.hashes, dtype="<u8")


def shingles(text_words: Iterable[str]) -> Hashes:
    """The hash of each run of five words, in order of the text; empty for a text of fewer words.

    Each word is hashed with XXH3; a run's hash is a sum of its words' hashes with a multiplier for each place,
    mixed by the finaliser of SplitMix64 (Steele et al. 2014), all modulo 2**64.
    """
    return _shingles(" ".join(text_words).encode().split())


def _shingles(encoded: list[bytes]) -> Hashes:
    hashed = np.fromiter(map(xxhash.xxh3_64_intdigest, encoded), dtype=np.uint64, count=len(encoded))
    count = len(hashed) - SHINGLE + 1
    if count < 1:
        return np.empty(0, dtype=np.uint64)
    mixed = hashed[:count] * _PLACE[0]
    for place in range(1, SHINGLE):
        mixed += hashed[place : place + count] * _PLACE[place]
    mixed ^= mixed >> np.uint64(30)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return np.asarray(mixed)


def distinct_of(hashes: Hashes) -> Hashes:
    """The distinct values of `hashes` in ascending order (`numpy.unique` costs twice as much on short arrays)."""
    ordered = np.sort(hashes)
    if len(ordered) < 2:
        return ordered
    return np.asarray(ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))])


def sketch(text: str) -> Sketch:
    """The sketch of `text`; without hashes where it has fewer than five words."""
    distinct = distinct_of(_shingles(encoded_words(text)))
    kept = max(int(np.searchsorted(distinct, BOUND, side="right")), SMALLEST)
    return Sketch(distinct[:kept].astype("<u8").tobytes(), len(distinct))
