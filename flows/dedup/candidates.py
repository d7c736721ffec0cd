"""Which earlier documents may be repeated by a document, from the sketches alone.

Every rule here depends only on the documents that came before, not on how they are spread over segments and batch:
so a corpus grown in many batches answers as one that was made at once in the same order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flows.dedup.segment import UNDATED, Segment, site_key, text_key
from flows.dedup.sketch import Hashes
from flows.dedup.types import Document

FREQUENT = 128
"""A hash that stands in more articles than this proposes none of them, and in more copies than this none of those."""
LEAST_SHARED = 2
"""A candidate shares at least so many hashes."""
LEAST_CONTAINED = 0.15
"""A candidate shares at least this much of the smaller sketch."""
MOST = 32
"""So many candidates are verified, the most promising first."""
STANDING_ARTICLES = 3
STANDING_MICROSECONDS = 7 * 86_400_000_000
"""A hash that stands in at least three articles of one site, over more than a week, is the site's standing text
(its notices, its about-us, a series' background): it counts neither here nor in the verification."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BLOCK = 512
_BATCH = 1 << 62
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a candidate stands: row `row` of a segment, or, without a segment, of the sorted batch."""

    segment: int | None
    row: int


@dataclass(frozen=True, slots=True)
class _Postings:
    """Rows that hold a hash, grouped by hash: those of hash `g` stand from `starts[g]` to `starts[g + 1]`."""

    starts: Ints
    articles: Ints
    """Of each hash, the articles that hold it; with the copies, also where the rows are too many to be listed."""
    copies: Ints
    columns: dict[str, NDArray[Any]]
    """Of each posting: `place` (of the row), `article`, `site`, `published`, `length`, `key`."""


class Search:
    """The candidates of each document of a sorted batch, among the rows of the segments and the documents before it.

    `candidates` is asked and `settle` told for each document in turn.
    """

    def __init__(self, segments: Sequence[Segment], documents: Sequence[Document]) -> None:
        sketches = [document.sketch.array() for document in documents]
        lengths = np.array([len(sketch) for sketch in sketches], dtype=np.int64)
        hashes = np.concatenate([*sketches, np.empty(0, dtype=np.uint64)])
        self._segments = segments
        self._ends = np.cumsum(lengths)
        self._hashes, self._groups = np.unique(hashes, return_inverse=True)
        self._postings = np.empty(len(hashes), dtype=np.int64)
        self._starts = np.searchsorted(np.sort(hashes), self._hashes)
        self._lasts = np.append(self._starts[1:], len(hashes)) - 1
        self._articles = np.zeros(len(self._hashes), dtype=np.int64)
        self._copies = np.zeros(len(self._hashes), dtype=np.int64)
        self._columns = {
            "article": np.zeros(len(documents), dtype=np.bool_),
            "site": np.array([site_key(document.site) for document in documents], dtype=np.uint64),
            "published": np.array([microseconds(document) for document in documents], dtype=np.int64),
            "length": lengths,
            "key": np.array([text_key(document.text_sha256) for document in documents], dtype=np.uint64),
        }
        self._block_first = self._block_end = 0
        self._block_groups: Ints = np.empty(0, dtype=np.int64)
        self._block: _Postings | None = None

    def settle(self, ordinal: int, *, article: bool) -> None:
        """Make the document of the batch a possible candidate of those after it, as an article or as a copy."""
        self._columns["article"][ordinal] = article
        own = self._own(ordinal)
        counts = self._articles if article else self._copies
        places = self._starts[own] + counts[own] if article else self._lasts[own] - counts[own]
        self._postings[places] = ordinal
        counts[own] += 1

    def candidates(self, ordinal: int) -> tuple[list[Place], Hashes]:
        """Places of the candidates, the most promising first, and the document's hashes that are standing text."""
        own = self._own(ordinal)
        block, local = self._corpus(ordinal, own)
        articles, copies = block.articles[local] + self._articles[own], block.copies[local] + self._copies[own]
        listed = articles <= FREQUENT
        hash_of, found = self._gather(block, local, own, listed, listed & (copies <= FREQUENT))
        standing = _standing(hash_of, found, len(own))
        keep = ~standing[hash_of]
        ignored = self._hashes[own[standing]]
        places, first, shared = np.unique(found["place"][keep], return_index=True, return_counts=True)
        smaller = np.minimum(found["length"][keep][first], max(1, len(own) - len(ignored)))
        contained = shared / np.maximum(1, smaller)
        good = np.flatnonzero((shared >= LEAST_SHARED) & (contained >= LEAST_CONTAINED))
        ties = (found["key"][keep][first[good]], found["published"][keep][first[good]], -contained[good])
        chosen = places[good[np.lexsort(ties)[:MOST]]]
        return [_place(int(place)) for place in chosen], ignored

    def _own(self, ordinal: int) -> Ints:
        start = self._ends[ordinal - 1] if ordinal else 0
        return np.asarray(self._groups[start : self._ends[ordinal]], dtype=np.int64)

    def _gather(
        self, block: _Postings, local: Ints, own: Ints, articles: NDArray[np.bool_], copies: NDArray[np.bool_]
    ) -> tuple[Ints, dict[str, NDArray[Any]]]:
        """The postings of the document's hashes in the corpus and before it in the batch, and the hash of each.

        Articles are taken of the hashes in `articles`, copies of those in `copies`, as many as are few enough.
        """
        hashes = np.flatnonzero(articles)
        starts = block.starts[local[hashes]]
        corpus_of, corpus = _spread(starts, block.starts[local[hashes] + 1] - starts)
        corpus_of = hashes[corpus_of]
        kept = block.columns["article"][corpus] | copies[corpus_of]
        corpus_of, corpus = corpus_of[kept], corpus[kept]
        groups = own[hashes]
        article_of, article = _spread(self._starts[groups], self._articles[groups])
        few = np.flatnonzero(copies)
        groups = own[few]
        copy_of, copy = _spread(self._lasts[groups] - self._copies[groups] + 1, self._copies[groups])
        rows = self._postings[np.concatenate((article, copy))]
        found = {
            name: np.concatenate((block.columns[name][corpus], column[rows])) for name, column in self._columns.items()
        }
        found["place"] = np.concatenate((block.columns["place"][corpus], rows + _BATCH))
        return np.concatenate((corpus_of, hashes[article_of], few[copy_of])), found

    def _corpus(self, ordinal: int, own: Ints) -> tuple[_Postings, Ints]:
        """The postings in the segments of the block of documents around `ordinal`, and where in it its hashes are."""
        if self._block is None or not self._block_first <= ordinal < self._block_end:
            self._block_first = ordinal
            self._block_end = min(ordinal + _BLOCK, len(self._ends))
            start = self._ends[ordinal - 1] if ordinal else 0
            self._block_groups = np.unique(self._groups[start : self._ends[self._block_end - 1]])
            self._block = _probe(self._segments, self._hashes[self._block_groups])
        return self._block, np.searchsorted(self._block_groups, own)


def microseconds(document: Document) -> int:
    """The time of publication in microseconds since 1970, or `UNDATED`."""
    if document.published_at is None:
        return int(UNDATED)
    return (document.published_at - _EPOCH) // timedelta(microseconds=1)


def _place(place: int) -> Place:
    if place >= _BATCH:
        return Place(None, place - _BATCH)
    return Place(place >> 32, place & 0xFFFFFFFF)


def _probe(segments: Sequence[Segment], hashes: Hashes) -> _Postings:
    """The postings of `hashes` (sorted) in all segments, found by binary search."""
    articles, copies = np.zeros(len(hashes), dtype=np.int64), np.zeros(len(hashes), dtype=np.int64)
    ranges = []
    for segment in segments:
        low, count = segment.find(hashes)
        (articles if segment.table == "articles" else copies).__iadd__(count)
        ranges.append((low, count))
    parts: dict[str, list[NDArray[Any]]] = {
        name: [np.empty(0, dtype=dtype)]
        for name, dtype in (
            ("hash", np.int64),
            ("place", np.int64),
            ("article", np.bool_),
            ("site", np.uint64),
            ("published", np.int64),
            ("length", np.int64),
            ("key", np.uint64),
        )
    }
    for number, (segment, (low, count)) in enumerate(zip(segments, ranges, strict=True)):
        is_article = segment.table == "articles"
        few = np.flatnonzero((articles <= FREQUENT) & (is_article | (copies <= FREQUENT)) & (count > 0))
        hash_of, postings = _spread(low[few], count[few])
        rows = segment.rows[postings]
        parts["hash"].append(few[hash_of])
        parts["place"].append(rows.astype(np.int64) + (number << 32))
        parts["article"].append(np.full(len(rows), is_article))
        parts["site"].append(segment.sites[rows])
        parts["published"].append(segment.published[rows])
        parts["length"].append(segment.lengths[rows].astype(np.int64))
        parts["key"].append(segment.text_keys[rows])
    columns = {name: np.concatenate(arrays) for name, arrays in parts.items()}
    order = np.argsort(columns["hash"], kind="stable")
    columns = {name: column[order] for name, column in columns.items()}
    starts = np.searchsorted(columns.pop("hash"), np.arange(len(hashes) + 1))
    return _Postings(starts, articles, copies, columns)


def _spread(starts: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """All places of the ranges that start at `starts`, and for each place the number of its range."""
    range_of = np.repeat(np.arange(len(counts)), counts)
    return range_of, np.arange(len(range_of)) + np.repeat(starts - (np.cumsum(counts) - counts), counts)


def _standing(hash_of: Ints, found: dict[str, NDArray[Any]], hashes: int) -> NDArray[np.bool_]:
    """Which hashes are the standing text of some site."""
    standing = np.zeros(hashes, dtype=np.bool_)
    known = np.flatnonzero(found["article"] & (found["site"] != 0) & (found["published"] != UNDATED))
    known = known[np.bincount(hash_of[known], minlength=hashes)[hash_of[known]] >= STANDING_ARTICLES]
    if not len(known):
        return standing
    published, site, of = found["published"][known], found["site"][known], hash_of[known]
    order = np.lexsort((published, site, of))
    published, site, of = published[order], site[order], of[order]
    starts = np.flatnonzero(np.concatenate(([True], (of[1:] != of[:-1]) | (site[1:] != site[:-1]))))
    ends = np.concatenate((starts[1:], [len(of)]))
    long = published[ends - 1] - published[starts] > STANDING_MICROSECONDS
    standing[of[starts[long & (ends - starts >= STANDING_ARTICLES)]]] = True
    return standing
