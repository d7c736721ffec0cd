"""Duplicates side by side: our index, datasketch, rensa and text-dedup on labelled documents.

    python -m benchmarks.duplicates DOCS.jsonl.gz CLUSTERS.jsonl [--sizes 1000 10000 100000] [--batches 20]
                                    [--engines NAME ...] [--text-dedup PYTHON]

DOCS holds `id`, `text`, `title`, `date`, `url` a line, CLUSTERS `id` and `cluster`.  Printed for each engine and size:
pairwise precision, recall and F1, CPU seconds and peak memory of the process, each in a process of its own.  The
engines get the texts as they are, uncleaned.

A size beyond the documents there are is reached by telling their stories again: copies of all clusters in which most
words are exchanged, the same for the same throughout a copy, all numbers are others, and dates move; what several
clusters share (boilerplate, the forms of templated stories) stays, so that it grows frequent as it does in a corpus.

text-dedup needs versions of other packages that copydesk cannot share: PYTHON is that of an environment of its own.
"""

from __future__ import annotations

import argparse
import collections
import gzip
import json
import multiprocessing
import random
import re
import resource
import subprocess
import tempfile
import time
from datetime import UTC, datetime, timedelta
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
THRESHOLD = 0.7
"""Jaccard from which the peers call two documents duplicates: their own default."""
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


def datasketch(records: list[dict[str, Any]], batches: int) -> Groups:
    """Groups by datasketch: 128 permutations, five-word shingles, estimated Jaccard of at least 0.7, chains closed."""
    from datasketch import MinHash, MinHashLSH  # only this benchmark has it

    lsh, signatures, near = MinHashLSH(threshold=THRESHOLD, num_perm=128), {}, []
    for record in records:
        signature = MinHash(num_perm=128)
        signature.update_batch([shingle.tobytes() for shingle in shingles(words(record["text"]))])
        found = (other for other in lsh.query(signature) if signature.jaccard(signatures[other]) >= THRESHOLD)
        near.extend([(record["id"], other) for other in found])
        lsh.insert(record["id"], signature)
        signatures[record["id"]] = signature
    return _chains([record["id"] for record in records], near)


def rensa(records: list[dict[str, Any]], batches: int) -> Groups:
    """The same by rensa, 128 permutations in 16 bands."""
    from rensa import RMinHash, RMinHashLSH  # only this benchmark has it

    lsh, signatures, near = RMinHashLSH(THRESHOLD, 128, 16), [], []
    for number, record in enumerate(records):
        signature = RMinHash(128, 42)
        folded = words(record["text"])
        signature.update([" ".join(folded[start : start + 5]) for start in range(len(folded) - 4)])
        found = (other for other in lsh.query(signature) if signature.jaccard(signatures[other]) >= THRESHOLD)
        near.extend([(record["id"], records[other]["id"]) for other in found])
        lsh.insert(number, signature)
        signatures.append(signature)
    return _chains([record["id"] for record in records], near)


def text_dedup(records: list[dict[str, Any]], batches: int, python: str = "python") -> Groups:
    """Groups by text-dedup's command line in another environment, its defaults (250 permutations, Jaccard 0.7)."""
    with tempfile.TemporaryDirectory() as root:
        lines = Path(root) / "docs.jsonl"
        with lines.open("w", encoding="utf-8") as stream:
            stream.writelines(json.dumps({"text": record["text"]}) + "\n" for record in records)
        given = ("--path", "json", "--data_files", str(lines), "--split", "train", "--column", "text", "--debug")
        placed = ("--num_proc", "1", "--output", f"{root}/out", "--cache_dir", f"{root}/cache")
        command = [python, "-m", "text_dedup.minhash", *given, *placed]
        subprocess.run(command, cwd=root, check=True, capture_output=True)
        read = "import json, pickle, sys; print(json.dumps(pickle.load(open(sys.argv[1], 'rb')).parent))"
        found = subprocess.run([python, "-c", read, f"{root}/out/uf.pkl"], check=True, capture_output=True)
    parents = {int(one): other for one, other in json.loads(found.stdout).items()}
    names = [record["id"] for record in records]
    return _chains(names, [(names[one], names[other]) for one, other in parents.items()])


def _chains(names: list[str], near: list[tuple[str, str]]) -> Groups:
    """The groups that pairs of near duplicates make."""
    group = {name: name for name in names}
    for pair in near:
        one, other = (_root(group, name) for name in pair)
        group[max(one, other)] = min(one, other)
    return {name: _root(group, name) for name in names}


def _root(group: Groups, one: str) -> str:
    while group[one] != one:
        group[one] = group[group[one]]
        one = group[one]
    return one


ENGINES = {engine.__name__: engine for engine in (copydesk, datasketch, rensa, text_dedup)}


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


def told_again(records: list[dict[str, Any]], truth: Groups, size: int) -> tuple[list[dict[str, Any]], Groups]:
    """The documents and their clusters, copies of them appended until there are `size`."""
    clusters = collections.defaultdict(set)
    for record in records:
        for paragraph in set(record["text"].split("\n\n")):
            clusters[paragraph].add(truth[record["id"]])
    counts = collections.Counter(
        word for record in records for word in re.findall(r"[a-z]{4,}", record["text"].lower())
    )
    ranked = [word for word, _ in counts.most_common()][300:]
    first = list(records)
    for copy in range(1, -(-size // len(first))):
        chance = random.Random(copy)
        swapped: dict[str, str] = {}
        for start in range(0, len(ranked), 50):
            band = ranked[start : start + 50]
            swapped |= dict(zip(band, chance.sample(band, len(band)), strict=True))
        shifts: dict[str, timedelta] = {}
        for record in first[: size - copy * len(first)]:
            cluster = f"{truth[record['id']]}-{copy}"
            shift = shifts.setdefault(cluster, timedelta(days=chance.randint(-900, 900)))
            digits = str.maketrans("0123456789", "".join(random.Random(cluster).sample("0123456789", 10)))
            paragraphs = [
                paragraph if len(clusters[paragraph]) > 2 else _swap(paragraph, swapped, digits)
                for paragraph in record["text"].split("\n\n")
            ]
            again = record | {"id": f"{record['id']}-{copy}", "text": "\n\n".join(paragraphs)}
            again["title"] = _swap(record["title"] or "", swapped, digits)
            again["date"] = str(datetime.fromisoformat(record["date"]) + shift) if record["date"] else None
            records.append(again)
            truth[again["id"]] = cluster
    return records, truth


def _swap(text: str, swapped: dict[str, str], digits: dict[int, int]) -> str:
    def other(match: re.Match[str]) -> str:
        word = match.group()
        new = swapped.get(word.lower(), word)
        return new.capitalize() if word[0].isupper() and new != word else new

    return re.sub(r"[A-Za-z]{4,}", other, text.translate(digits))


def run(name: str, docs: Path, clusters: Path, batches: int, size: int, python: str) -> str:
    """One engine's line of the report."""
    with gzip.open(docs, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for _, line in zip(range(size), lines, strict=False)]
    truth = {row["id"]: row["cluster"] for row in map(json.loads, clusters.read_text(encoding="utf-8").splitlines())}
    if size > len(records):
        records, truth = told_again(records[:], truth, size)
    start = _cpu()
    groups = text_dedup(records, batches, python) if name == "text_dedup" else ENGINES[name](records, batches)
    seconds = _cpu() - start
    precision, recall, f1 = rates(groups, truth)
    whose = resource.RUSAGE_CHILDREN if name == "text_dedup" else resource.RUSAGE_SELF
    peak = resource.getrusage(whose).ru_maxrss / 1024
    return (
        f"{name:10} n {len(records):6}  precision {precision:.4f}  recall {recall:.4f}  f1 {f1:.4f}  "
        f"cpu {seconds:7.1f} s  peak {peak:6.0f} MiB"
    )


def _cpu() -> float:
    """CPU seconds of this process and of those that it waited for."""
    return time.process_time() + sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])


def main() -> None:
    """Run every engine at every size and print its line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("docs", type=Path)
    parser.add_argument("clusters", type=Path)
    parser.add_argument("--sizes", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    parser.add_argument("--batches", type=int, default=20)
    parser.add_argument("--engines", nargs="*", choices=ENGINES, default=["copydesk", "datasketch", "rensa"])
    parser.add_argument("--text-dedup", metavar="PYTHON", default="python")
    options = parser.parse_args()
    for size in options.sizes:
        for name in options.engines:
            given = (name, options.docs, options.clusters, options.batches, size, options.text_dedup)
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                print(pool.apply(run, given), flush=True)


if __name__ == "__main__":
    main()
