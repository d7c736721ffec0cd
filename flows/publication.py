"""From cleaned rows to published tables: what is known is left out, duplicates are told apart, the rest committed."""

from __future__ import annotations

import pyarrow as pa

from flows import manifest, rows, succession
from flows.batch import Done
from flows.corpus import Corpus
from flows.dedup.index import Index
from flows.dedup.sketch import sketch
from flows.dedup.types import Document
from flows.manifest import Manifest
from flows.tables import writing

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
    "publisher",
    "modified_at",
    "ingested_at",
    "raw_path",
    "raw_locator",
)
"""Columns that the search for duplicates looks at."""


def publish(corpus: Corpus, index: Index, name: str, done: Done, run: Manifest) -> Manifest:
    """Publish the batch `name`; returns the run's manifest with its rows counted, which is published with it.

    Raises `CorpusError` where the corpus cannot be written.
    """
    with writing(corpus.out):
        return _published(corpus, index, name, done, run)


def _published(corpus: Corpus, index: Index, name: str, done: Done, run: Manifest) -> Manifest:
    cleaned, refused = rows.read(done.articles), rows.read(done.rejects)
    known = corpus.known_documents({*cleaned["raw_path"].to_pylist(), *refused["raw_path"].to_pylist()})
    articles, rejects = _new(cleaned, "article_id", known), _new(refused, "reject_id", known)
    documents = [Document(**row, sketch=sketch(row["text"])) for row in articles.select(COMPARED).to_pylist()]
    settled = succession.settle(articles, index.assign(documents), index.files_of)
    tables = settled.tables | {"rejects": rejects}
    repeated = len(cleaned) + len(refused) - len(articles) - len(rejects)
    run = manifest.added(
        run,
        articles,
        tables,
        documents_known=repeated,
        revised=settled.revised,
        passed_over=done.passed_over,
    )
    published = corpus.publish(name, tables, run, settled.replaced)
    index.add(path for path in published if path.parent.name != "rejects")
    index.replace({path: settled.succeeded.get(path, {}) for path in settled.replaced})
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
