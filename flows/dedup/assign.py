"""Which document of a batch repeats which article, and on what evidence."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from flows.dedup.candidates import Place, Search, microseconds
from flows.dedup.rows import Row, Rows
from flows.dedup.segment import Segment, text_key
from flows.dedup.sketch import Hashes
from flows.dedup.types import Document, Match
from flows.dedup.verify import compare, decide, read


def assign(segments: Sequence[Segment], rows: Rows, batch: Sequence[Document]) -> list[Match | None]:
    """What each document repeats, in the order of `batch`: a row of the tables or an earlier document of the batch."""
    order = sorted(range(len(batch)), key=lambda number: _precedence(batch[number]))
    documents = [batch[number] for number in order]
    search = Search(segments, documents)
    same_text = _SameText(segments, documents)
    matches: list[Match | None] = [None] * len(batch)
    settled: list[Row] = []
    reader = _Reader(segments, rows, settled)
    for ordinal, document in enumerate(documents):
        match = _exact(document, same_text.places(ordinal), reader)
        if match is None:
            match = _edited(document, *search.candidates(ordinal), reader)
        matches[order[ordinal]] = match
        settled.append(_row(document, match))
        search.settle(ordinal, article=match is None)
        same_text.settle(ordinal)
    return matches


def _precedence(document: Document) -> tuple[int, int, str, str]:
    """Of two copies the article is the one published earlier, then the fuller one; the rest only breaks ties."""
    return microseconds(document), -document.word_count, document.text_sha256, document.article_id


@dataclass(frozen=True, slots=True)
class _Reader:
    """Finds the document at a place: in the tables, or among those of the batch that are settled."""

    segments: Sequence[Segment]
    rows: Rows
    settled: list[Row]

    def row(self, place: Place) -> Row:
        if place.segment is None:
            return self.settled[place.row]
        return self.rows.row(self.segments[place.segment], place.row)


class _SameText:
    """Where the same text stood before: rows of `articles/`, then of `duplicates/`, then the batch's first."""

    def __init__(self, segments: Sequence[Segment], documents: Sequence[Document]) -> None:
        self._keys = [text_key(document.text_sha256) for document in documents]
        self._batch: dict[int, int] = {}
        self._corpus: dict[int, list[Place]] = {}
        keys = np.unique(np.array(self._keys, dtype=np.uint64))
        for number, segment in sorted(enumerate(segments), key=lambda pair: pair[1].table):
            low = np.searchsorted(segment.texts, keys, side="left")
            high = np.searchsorted(segment.texts, keys, side="right")
            for hit in np.flatnonzero(high > low):
                places = [Place(number, int(row)) for row in segment.text_rows[low[hit] : high[hit]]]
                self._corpus.setdefault(int(keys[hit]), []).extend(places)

    def places(self, ordinal: int) -> list[Place]:
        key = self._keys[ordinal]
        batch = [Place(None, self._batch[key])] if key in self._batch else []
        return self._corpus.get(key, []) + batch

    def settle(self, ordinal: int) -> None:
        self._batch.setdefault(self._keys[ordinal], ordinal)


def _exact(document: Document, places: list[Place], reader: _Reader) -> Match | None:
    """The match with the first row of the same text.

    Rows of one text all belong to one article: an article of that text, or one that the first of them nearly repeats.
    """
    for row in map(reader.row, places):
        if row.text_sha256 == document.text_sha256:
            if row.relation in (None, "exact"):
                return Match(row.root, "exact", "same-text", ())
            return Match(row.root, row.relation, "same-text.via-copy", ())
    return None


def _edited(document: Document, places: list[Place], ignored: Hashes, reader: _Reader) -> Match | None:
    """The match with the first candidate that stands up to comparison."""
    if not places:
        return None
    reading = read(document.text, document.title, document.published_at, ignored)
    for place in places:
        row = reader.row(place)
        scores = compare(reading, read(row.text, row.title, row.published_at, ignored))
        if verdict := decide(scores):
            relation, rule = verdict
            named = tuple((name, value) for name, value in dataclasses.asdict(scores).items() if value is not None)
            return Match(row.root, relation, rule if row.relation is None else f"{rule}.via-copy", named)
    return None


def _row(document: Document, match: Match | None) -> Row:
    """The document as it will stand in the tables."""
    return Row(
        article_id=document.article_id,
        root=match.duplicate_of if match else document.article_id,
        relation=match.relation if match else None,
        text=document.text,
        text_sha256=document.text_sha256,
        title=document.title,
        published_at=document.published_at,
    )
