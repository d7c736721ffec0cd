"""What it costs to add documents to a large corpus, and to open its index.

    python -m benchmarks.duplicates_scale [--rows 100000 1000000 10000000] [--add 5000] [--parts 1000 10000 50000]

For each number of rows an index is made up on disk (a temporary folder; 10 million rows take 8 GB), as the runs of
years would have left it: segments of the sizes that merging leaves, 60 hashes a row, of which the new documents find
again about a third in 100,000 rows and half in 10 million (measured on real news up to 6,500 articles and prolonged).
Its table files are hard links of one file, 1,000 rows each, in row groups of as many.  A fifth of the new documents
are copies with a new opening of articles that may stand in any file.  Printed are CPU seconds and the memory that
the process gained, each size in a process of its own.
"""

from __future__ import annotations

import argparse
import dataclasses
import multiprocessing
import pickle
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.duplicates import COLUMNS
from flows.dedup.index import MERGED_AT_ONCE, Index
from flows.dedup.segment import Postings, look, ordered, text_key, write
from flows.dedup.sketch import BOUND, Sketch, sketch, text_sha256
from flows.dedup.types import Document

HASHES = 60
"""In a sketch: a text of 500 words."""
COMMON = 0.52
"""Of them, those that stand in more than one row in a million."""
RAREST, TAIL = 1e-6, 0.2
"""Shares of the rows in which common hashes stand: a Pareto distribution, weighted by use, from the rarest up."""
IN_FILE = 1000
SLICES = 64
"""Parts of the hash space that are made one at a time."""
FIRST = datetime(2020, 1, 1, tzinfo=UTC)


def made_up(chance: random.Random, words: int) -> str:
    """Invented text of so many words."""
    return " ".join("".join(chance.choices("abdeiklmnorstu", k=chance.randint(2, 9))) for _ in range(words))


def documents(count: int, first: int) -> list[Document]:
    """Invented articles of about 500 words; their own sketches are theirs."""
    chance = random.Random(first)
    texts = [made_up(chance, chance.randint(350, 650)) for _ in range(count)]
    return [document(f"{first + number:08}", text, first + number) for number, text in enumerate(texts)]


def document(name: str, text: str, number: int) -> Document:
    """An article published `number` minutes after the first."""
    return Document(
        article_id=name,
        text=text,
        text_sha256=text_sha256(text),
        title=text[:60],
        published_at=FIRST + timedelta(minutes=number),
        language="en",
        word_count=len(text.split()),
        site=f"site{number % 500}.test",
        canonical_url=None,
        sketch=sketch(text),
    )


def common(part: int) -> tuple[np.ndarray[Any, np.dtype[np.uint64]], np.ndarray[Any, np.dtype[np.float64]]]:
    """The common hashes in a part of the hash space, in order, and the share of the rows that each stands in."""
    chance = np.random.default_rng([7, part])
    count = int(HASHES * COMMON * TAIL / (1 + TAIL) / RAREST / SLICES)
    shares = np.minimum(RAREST * chance.random(count) ** (-1 / (1 + TAIL)), 0.05)
    return np.sort(_hashes(chance, part, count)), shares


def _hashes(chance: np.random.Generator, part: int, count: int) -> np.ndarray[Any, np.dtype[np.uint64]]:
    width = int(BOUND) // SLICES
    return chance.integers(part * width, (part + 1) * width, count, dtype=np.uint64)


def postings(seed: list[int], rows: int, planted: Postings) -> Iterator[Postings]:
    """The postings of a segment of so many rows, in order; those `planted` among them."""
    chance, unique = np.random.default_rng(seed), int(rows * HASHES * (1 - COMMON) / SLICES)
    ends = np.searchsorted(planted[0], np.arange(1, SLICES + 1, dtype=np.uint64) * np.uint64(int(BOUND) // SLICES))
    ends[-1], start = len(planted[0]), 0
    for part, end in enumerate(ends):
        hashes, shares = common(part)
        made = np.concatenate((np.repeat(hashes, chance.poisson(shares * rows)), _hashes(chance, part, unique)))
        numbers = chance.integers(0, rows, len(made), dtype=np.uint32)
        yield ordered(np.concatenate((made, planted[0][start:end])), np.concatenate((numbers, planted[1][start:end])))
        start = end


def sizes(rows: int) -> list[int]:
    """Rows of the segments that merging leaves of a table, the largest first."""
    out, size = [], 1024 * MERGED_AT_ONCE**6
    while size >= 1024:
        many = min(rows // size, MERGED_AT_ONCE - 1)
        out += [size // IN_FILE * IN_FILE] * many
        rows, size = rows - many * size, size // MERGED_AT_ONCE
    return out


def make(root: Path, rows: int, add: int) -> None:
    """A corpus and its index in `root`, and the documents to be added as `new.pickle`."""
    stock = documents(IN_FILE, 0)
    for table, share in (("articles", 0.85), ("duplicates", 0.15)):
        (root / table).mkdir()
        made = [{name: getattr(one, name, None) for name in COLUMNS.names} for one in stock]
        if table == "duplicates":
            made = [row | {"duplicate_of": row["article_id"], "relation": "near"} for row in made]
        first = root / f"{table}.parquet"
        pq.write_table(pa.Table.from_pylist(made, COLUMNS), first)
        for number, size in enumerate(sizes(int(rows * share))):
            _segment(root, table, number, size, stock, first)
    new = documents(add, 10_000_000)
    shares = [common(part) for part in range(SLICES)]
    hashes, weights = (np.concatenate(parts) for parts in zip(*shares, strict=True))
    totals = np.cumsum(weights)
    chance = np.random.default_rng(rows)
    for number, one in enumerate(new):
        if number % 5 == 0:
            copied = stock[number % IN_FILE]
            text = f"{made_up(random.Random(number), 40)}\n\n{copied.text.split(' ', 60)[-1]}"
            when = 10_000_000 + number
            new[number] = dataclasses.replace(document(one.article_id, text, when), published_at=copied.published_at)
        else:
            seen = hashes[np.searchsorted(totals, chance.random(int(HASHES * COMMON)) * totals[-1])]
            own = chance.integers(0, BOUND, int(HASHES * (1 - COMMON)), dtype=np.uint64)
            mixed = np.unique(np.concatenate((seen, own))).astype("<u8")
            new[number] = dataclasses.replace(one, sketch=Sketch(mixed.tobytes(), 8 * len(mixed)))
    (root / "new.pickle").write_bytes(pickle.dumps(new))


def _segment(root: Path, table: str, number: int, size: int, stock: list[Document], first: Path) -> None:
    """One segment with its table files; those documents of the stock are findable whose turn it is in this one."""
    chance = np.random.default_rng([number, size])
    files = [root / table / f"{table}-{number:02}-{part:05}.parquet" for part in range(size // IN_FILE)]
    for file in files:
        file.hardlink_to(first)
    planted = [one for one in range(IN_FILE) if table == "articles" and one % 3 == number % 3]
    places = chance.integers(0, len(files), IN_FILE) * IN_FILE + np.arange(IN_FILE)
    sketches = [stock[one].sketch.array() for one in planted]
    lengths = np.full(size, HASHES, dtype=np.uint32)
    lengths[places[planted]] = [len(hashes) for hashes in sketches]
    whole = ordered(
        np.concatenate([*sketches, np.empty(0, dtype=np.uint64)]),
        np.repeat(places[planted].astype(np.uint32), [len(hashes) for hashes in sketches]),
    )
    keys = np.tile(np.array([text_key(one.text_sha256) for one in stock], dtype=np.uint64), size // IN_FILE)
    minutes = np.tile(np.arange(IN_FILE), size // IN_FILE)
    seed = [number, size]
    count = sum(len(hashes) for hashes, _ in postings(seed, size, whole))
    write(
        root / ".index" / f"{table}-{number}.segment",
        table,
        [dataclasses.replace(look(file), rows=IN_FILE) for file in files],
        count,
        postings(seed, size, whole),
        [ordered(keys, np.arange(size, dtype=np.uint32))],
        {
            "published": [int(FIRST.timestamp() * 1e6) + minutes * 60_000_000],
            "sites": [chance.integers(1, 500, size, dtype=np.uint64)],
            "lengths": [lengths],
            "text_keys": [keys],
        },
    )


def measure(root: Path, rows: int) -> str:
    """The line of the report on the corpus in `root`."""
    new: list[Document] = pickle.loads((root / "new.pickle").read_bytes())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    clock = [time.process_time()]
    index = Index.open(root / ".index", root / "articles", root / "duplicates")
    clock.append(time.process_time())
    matches = index.assign(new)
    clock.append(time.process_time())
    file = root / "articles" / "new.parquet"
    made = [{name: getattr(one, name, None) for name in COLUMNS.names} for one in new]
    pq.write_table(pa.Table.from_pylist(made, COLUMNS), file)
    started = time.process_time()
    index.add([file])
    add = time.process_time() - started
    opened, assigned = clock[1] - clock[0], clock[2] - clock[1]
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return (
        f"rows {rows:9,}  open {opened:5.2f} s  assign {assigned:6.2f} s  add {add:5.2f} s  "
        f"found {sum(match is not None for match in matches)} of {len(new) // 5}  memory {peak:.0f} MiB"
    )


def parts(count: int) -> str:
    """The line of the report on opening an index of one merged segment over so many table files."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / ".index").mkdir()
        (root / "articles").mkdir()
        files = [root / "articles" / f"part-{number:06}.parquet" for number in range(count)]
        for number, file in enumerate(files):
            if number % 10_000 == 0:  # a file system sets a limit to the links of one file
                first = root / f"first-{number}.parquet"
                pq.write_table(COLUMNS.empty_table(), first)
            file.hardlink_to(first)
        nothing: dict[str, list[Any]] = {name: [] for name in ("published", "sites", "lengths", "text_keys")}
        write(root / ".index" / "articles.segment", "articles", [look(file) for file in files], 0, [], [], nothing)
        started = time.process_time()
        Index.open(root / ".index", root / "articles", root / "duplicates")
        opened = time.process_time() - started
        assert (root / ".index" / "articles.segment").exists()
        return f"parts {count:6,}  open {opened:5.2f} s"


def main() -> None:
    """Print a line for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="*", default=[100_000, 1_000_000, 10_000_000])
    parser.add_argument("--parts", type=int, nargs="*", default=[1_000, 10_000, 50_000])
    parser.add_argument("--add", type=int, default=5_000)
    options = parser.parse_args()
    spawn = multiprocessing.get_context("spawn")
    for count in options.parts:
        print(parts(count), flush=True)
    for rows in options.rows:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / ".index").mkdir()
            for step, given in ((make, (Path(folder), rows, options.add)), (measure, (Path(folder), rows))):
                with spawn.Pool(1) as pool:
                    line = pool.apply(step, given)
            print(line, flush=True)


if __name__ == "__main__":
    main()
