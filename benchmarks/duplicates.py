"""Duplicates side by side: our index and MinHash-LSH (datasketch) on labelled documents.

    python -m benchmarks.duplicates DOCS.jsonl.gz CLUSTERS.jsonl [--batches 20] [--first 10000]

DOCS holds `id`, `text`, `title`, `date`, `url` a line, CLUSTERS `id` and `cluster`.  Printed for each engine: pairwise
precision, recall and F1, CPU seconds and peak memory of the process, each engine in a process of its own.  The
engines get the texts as they are, uncleaned.
"""

from __future__ import annotations

import argparse
import collections
import gzip
import json
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.parquet as pq

from flows.dedup.index import Index
from flows.dedup.normal import words
from flows.dedup.sketch import shingles, sketch, text_sha256
from flows.dedup.types import Document

Groups = dict[str, str]
COLUMNS = pa.schema(
    [
        *((name, pa.string()) for name in ("article_id", "text", "text_sha256", "title", "site")),
        ("published_at", pa.timestamp("us", tz="UTC")),
        *((name, pa.string()) for name in ("duplicate_of", "relation")),
    ]
)


def copydesk(records: list[dict[str, Any]], batches: int) -> Groups:
    """Groups by our index, the documents in order of time, in `batches` runs over tables on disk."""
    documents = sorted(map(_document, records), key=lambda one: (one.published_at is None, one.published_at))
    groups = {}
    with tempfile.TemporaryDirectory() as root:
        state, articles, duplicates = (Path(root) / name for name in (".index", "articles", "duplicates"))
        articles.mkdir()
        duplicates.mkdir()
        index = Index.open(state, articles, duplicates)
        for number in range(batches):
            batch = documents[number * len(documents) // batches : (number + 1) * len(documents) // batches]
            rows: dict[Path, list[dict[str, Any]]] = {articles: [], duplicates: []}
            for one, match in zip(batch, index.assign(batch), strict=True):
                row = {name: getattr(one, name, None) for name in COLUMNS.names}
                if match:
                    row |= {"duplicate_of": match.duplicate_of, "relation": match.relation}
                rows[duplicates if match else articles].append(row)
                groups[one.article_id] = match.duplicate_of if match else one.article_id
            files = [folder / f"{number:04}.parquet" for folder in rows if rows[folder]]
            for file in files:
                pq.write_table(pa.Table.from_pylist(rows[file.parent], COLUMNS), file)
            index.add(files)
    return groups


def minhash(records: list[dict[str, Any]], batches: int) -> Groups:
    """Groups by datasketch: 128 permutations, five-word shingles, estimated Jaccard of at least 0.7, chains closed."""
    import datasketch  # only this benchmark has it

    lsh, signatures, group = datasketch.MinHashLSH(threshold=0.7, num_perm=128), {}, {}
    for record in records:
        signature = datasketch.MinHash(num_perm=128)
        signature.update_batch([shingle.tobytes() for shingle in shingles(words(record["text"]))])
        near = [other for other in lsh.query(signature) if signature.jaccard(signatures[other]) >= 0.7]
        lsh.insert(record["id"], signature)
        signatures[record["id"]] = signature
        roots = sorted({_root(group, other) for other in near}) or [record["id"]]
        group[record["id"]] = roots[0]
        group |= dict.fromkeys(roots, roots[0])
    return {one: _root(group, one) for one in group}


def _root(group: Groups, one: str) -> str:
    while group[one] != one:
        one = group[one]
    return one


def _document(record: dict[str, Any]) -> Document:
    text, day = record["text"], record.get("date")
    return Document(
        article_id=record["id"],
        text=text,
        text_sha256=text_sha256(text),
        title=record.get("title"),
        published_at=datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None,
        language=None,
        word_count=len(text.split()),
        site=urlsplit(record.get("url") or "").hostname,
        canonical_url=record.get("url"),
        sketch=sketch(text),
    )


def rates(groups: Groups, truth: Groups) -> tuple[float, float, float]:
    """Pairwise precision, recall and F1 of `groups` against `truth`."""

    def pairs(labels: collections.Counter[Any]) -> int:
        return sum(n * (n - 1) // 2 for n in labels.values())

    both = pairs(collections.Counter((truth[one], groups[one]) for one in groups))
    precision = both / max(1, pairs(collections.Counter(groups.values())))
    recall = both / max(1, pairs(collections.Counter(truth[one] for one in groups)))
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def run(
    engine: Callable[[list[dict[str, Any]], int], Groups], docs: Path, clusters: Path, batches: int, first: int
) -> str:
    """One engine's line of the report."""
    with gzip.open(docs, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for _, line in zip(range(first), lines, strict=False)]
    truth = {row["id"]: row["cluster"] for row in map(json.loads, clusters.read_text(encoding="utf-8").splitlines())}
    start = time.process_time()
    groups = engine(records, batches)
    seconds = time.process_time() - start
    precision, recall, f1 = rates(groups, truth)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"{engine.__name__:10} n {len(records):6}  precision {precision:.4f}  recall {recall:.4f}  f1 {f1:.4f}  "
        f"cpu {seconds:7.1f} s  peak {peak:6.0f} MiB"
    )


def main() -> None:
    """Run every engine and print its line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("docs", type=Path)
    parser.add_argument("clusters", type=Path)
    parser.add_argument("--batches", type=int, default=20)
    parser.add_argument("--first", type=int, default=10**9)
    options = parser.parse_args()
    for engine in (copydesk, minhash):
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            print(pool.apply(run, (engine, options.docs, options.clusters, options.batches, options.first)), flush=True)


if __name__ == "__main__":
    main()
