"""From cleaned rows to published tables: what is known is left out, duplicates are told apart, the rest committed."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from flows import manifest, rows
from flows.batch import Done
from flows.corpus import Corpus
from flows.dedup.index import Index
from flows.dedup.sketch import sketch
from flows.dedup.types import Document, Match
from flows.manifest import Manifest

COMPARED = (
    "article_id",
    "text",
    "text_sha256",
    "title",
    "published_at",
    "language",
    "word_count",
    "site",
    "canonical_url",
)
"""Columns that the search for duplicates looks at."""


def publish(corpus: Corpus, index: Index, name: str, done: Done, run: Manifest) -> Manifest:
    """Publish the batch `name`; returns the run's manifest with its rows counted, which is published with it.

    Raises `CorpusError` where the corpus cannot be written.
    """
    cleaned, refused = rows.read(done.articles), rows.read(done.rejects)
    known = corpus.known_documents({*cleaned["raw_path"].to_pylist(), *refused["raw_path"].to_pylist()})
    articles, rejects = _new(cleaned, "article_id", known), _new(refused, "reject_id", known)
    documents = [Document(**row, sketch=sketch(row["text"])) for row in articles.select(COMPARED).to_pylist()]
    tables = _told_apart(articles, index.assign(documents)) | {"rejects": rejects}
    repeated = len(cleaned) + len(refused) - len(articles) - len(rejects)
    run = manifest.added(run, tables, documents_known=repeated, passed_over=done.passed_over)
    published = corpus.publish(name, tables, run)
    index.add(path for path in published if path.parent.name != "rejects")
    for path in (done.articles, done.rejects):
        path.unlink()
    return run


def _new(table: pa.Table, identity: str, known: set[tuple[str, str]]) -> pa.Table:
    """The rows whose document is neither in the corpus nor above in `table`.

    A JSONL file that has grown brings its old lines again; so do two raw folders that hold versions of one file.
    """
    seen = set(known)
    is_new = []
    for document in zip(table["raw_path"].to_pylist(), table[identity].to_pylist(), strict=True):
        is_new.append(document not in seen)
        seen.add(document)
    return table.filter(pa.array(is_new, pa.bool_()))


def _told_apart(articles: pa.Table, matches: list[Match | None]) -> dict[str, pa.Table]:
    new = pa.array([match is None for match in matches], pa.bool_())
    repeated: list[dict[str, Any]] = articles.filter(pc.invert(new)).to_pylist()
    found = [match for match in matches if match is not None]
    duplicates = [rows.duplicate_row(row, match) for row, match in zip(repeated, found, strict=True)]
    return {"articles": articles.filter(new), "duplicates": rows.table("duplicates", duplicates)}
