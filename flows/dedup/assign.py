"""Which document of a batch repeats which article, and on what evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from flows.dedup.candidates import MOST, Place, Search, microseconds
from flows.dedup.normal import words
from flows.dedup.revisions import kin, named, revises, same_outlet, same_page
from flows.dedup.rows import Row, Rows
from flows.dedup.segment import Segment, site_key, text_key
from flows.dedup.sketch import Hashes
from flows.dedup.types import Document, Match
from flows.dedup.verdict import decide
from flows.dedup.verify import Reading, Scores, compare, read

TELLING_WORDS = 15
"""A text of fewer words (“Record date March 16, payable March 31.”) may be that of two stories."""
NOTICE_WORDS = 100
"""The same of what one outlet has at two addresses: it may be all that those who do not pay see of two stories."""


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
        same = _same_text(document, same_text.places(ordinal), reader)
        if same is not None and same.relation in (None, "exact"):
            match: Match | None = Match(same.root, "exact", "same-text", (), same.article_id)
        else:
            match = _changed(document, same, *search.candidates(ordinal), reader)
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
            low, high = segment.same_texts(keys)
            for hit in np.flatnonzero(high > low):
                rows = segment.text_rows[np.arange(low[hit], high[hit])]
                places = [Place(number, int(row)) for row in rows]
                self._corpus.setdefault(int(keys[hit]), []).extend(places)

    def places(self, ordinal: int) -> list[Place]:
        key = self._keys[ordinal]
        batch = [Place(None, self._batch[key])] if key in self._batch else []
        return self._corpus.get(key, []) + batch

    def settle(self, ordinal: int) -> None:
        self._batch.setdefault(self._keys[ordinal], ordinal)


def _same_text(document: Document, places: list[Place], reader: _Reader) -> Row | None:
    """The row of the same text that says most of it: of an article or its copy, of a revision, of any other.

    Rows of one text all belong to one article: an article of that text, or one that the first of them nearly repeats.
    """
    best: Row | None = None
    for row in map(reader.row, places[:MOST]):
        if row.text_sha256 == document.text_sha256 and not _says_too_little(document, row):
            if row.relation in (None, "exact"):
                return row
            if best is None or (row.relation == "revision" and best.relation != "revision"):
                best = row
    return best


def _says_too_little(document: Document, row: Row) -> bool:
    """Whether the same text stands under another headline and is too short to be the same story by itself."""
    least = NOTICE_WORDS if kin(document, row) == "pages" else TELLING_WORDS
    if document.word_count >= least or not (document.title and row.title):
        return False
    one, other = set(words(document.title)), set(words(row.title))
    return 2 * len(one & other) < len(one | other)


def _changed(
    document: Document, same: Row | None, places: list[Place], ignored: Hashes, reader: _Reader
) -> Match | None:
    """The match of a text that is not that of an article: with a text of the same page, with one that is the same as
    an earlier revision or a copy, or with the first candidate that stands up to comparison."""
    reading = read(document.text, document.title, document.published_at, ignored)
    others = _Others(places, ignored, reader)
    if match := _revision(document, reading, [] if same is None else [same], others):
        return match
    if same is not None:
        relation = "near" if same.relation == "revision" else str(same.relation)
        return Match(same.root, relation, "same-text.via-copy", (), same.article_id)
    for row in others:
        scores = others.compared(reading, row)
        if verdict := decide(scores, kin(document, row)):
            relation, rule = verdict
            if len(reading.distinct) > len(others.read(row).distinct):
                relation = "near"  # it holds more than what it repeats
            return _match(row, relation, rule, scores)
    return None


class _Others:
    """The candidates of a document, each fetched and taken apart once and when it is asked for."""

    def __init__(self, places: list[Place], ignored: Hashes, reader: _Reader) -> None:
        self._places, self._ignored, self._reader = places, ignored, reader
        self._rows: dict[int, Row] = {}
        self._readings: dict[int, Reading] = {}
        self._scores: dict[int, Scores] = {}

    def __iter__(self) -> Iterator[Row]:
        return map(self._row, range(len(self._places)))

    def of_site(self, site: str | None) -> Iterator[Row]:
        """Those that may be of this site: of it, or of an unknown one."""
        wanted = (0, site_key(site))
        for number, place in enumerate(self._places):
            if not site or place.segment is None or self._site(place) in wanted:
                yield self._row(number)

    def _site(self, place: Place) -> int:
        assert place.segment is not None
        return int(self._reader.segments[place.segment].sites[np.array([place.row])][0])

    def read(self, row: Row) -> Reading:
        if id(row) not in self._readings:
            self._readings[id(row)] = read(row.text, row.title, row.published_at, self._ignored)
        return self._readings[id(row)]

    def compared(self, reading: Reading, row: Row) -> Scores:
        """The scores between the document, taken apart, and a candidate."""
        if id(row) not in self._scores:
            self._scores[id(row)] = compare(reading, self.read(row))
        return self._scores[id(row)]

    def _row(self, number: int) -> Row:
        if number not in self._rows:
            self._rows[number] = self._reader.row(self._places[number])
        return self._rows[number]


def _revision(document: Document, reading: Reading, first: list[Row], others: _Others) -> Match | None:
    """The match with a text of the same page or else outlet, of which one is a revision of the other.

    Copies have no revisions: what changes a copy is a copy, by the ordinary rules.
    """
    for stated, related in ((document.canonical_url, same_page), (document.site or document.publisher, same_outlet)):
        for row in (*first, *others.of_site(document.site)) if stated else ():
            if row.relation in (None, "revision") and related(document, row):
                scores = others.compared(reading, row)
                if rule := revises(document, reading, row, others.read(row), scores):
                    return _match(row, "revision", rule, scores)
    return None


def _match(row: Row, relation: str, rule: str, scores: Scores) -> Match:
    direct = row.relation is None
    return Match(row.root, relation, rule if direct else f"{rule}.via-copy", named(scores), row.article_id)


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
        site=document.site,
        canonical_url=document.canonical_url,
        publisher=document.publisher,
        modified_at=document.modified_at,
        ingested_at=document.ingested_at,
        raw_path=document.raw_path,
        raw_locator=document.raw_locator,
    )
