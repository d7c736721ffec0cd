"""What a run costs before it does anything, and for each new document, by the size of the corpus that is there.

    python -m benchmarks.start [--known 10000 100000 1000000] [--rows 8192] [--add 1000] [--raw] [--keep FOLDER]

For each number a corpus is made up that knows so many raw files (one invented article each), in part files of `--rows`
rows: 8,192 are what `flows.rebuild --compact` leaves, 128 what runs leave.  A first run brings index and card up to
date and is not counted.  Then, each as a process of its own: a run over a raw folder that holds one file of the
corpus, which finds nothing new; one over a folder with one new file; and one with `--add` new files.  With `--raw`
another: over a folder that holds all the raw files, unchanged since a run looked at them.  CPU is that of the whole
process, start of Python included; "to look" is the part before the first batch is handed over; memory is the process's
peak.  At the end: new documents into corpora that hold nothing, `--new` of them, in one process each.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

WORDS = [f"{a}{b}{c}" for a in ("bri", "fer", "gal", "hol", "mer") for b in ("a", "o", "i", "u") for c in "dklmnrst"]
RUN = """
import json, resource, sys, time
from datetime import UTC, datetime
from pathlib import Path
from flows import run
looked = 0.0
def began(*_):
    global looked
    looked = looked or time.process_time()
run.ingest([Path(sys.argv[1])], Path(sys.argv[2]), now=datetime(2026, 11, 1, tzinfo=UTC), workers=1, progress=began)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"look": looked, "cpu": time.process_time(), "peak": peak / 1024}))
"""


def story(number: int) -> str:
    """An invented article of some forty words."""
    chance = random.Random(number)
    return f"The council voted on item {number}.\n\n" + " ".join(chance.choices(WORDS, k=40)).capitalize() + "."


def place(number: int) -> str:
    """The raw path of article `number`: a thousand files a folder."""
    return f"{number // 1000:05}/{number:08}.txt"


def measured(raw: Path, out: Path) -> dict[str, float]:
    """One run, in a process of its own."""
    done = subprocess.run([sys.executable, "-c", RUN, str(raw), str(out)], capture_output=True, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def made(out: Path, known: int, rows: int) -> None:
    """A corpus of `known` articles at `out`: the row that one real run leaves, again and again with other content."""
    first = out.parent / "first"
    first.mkdir()
    (first / "0.txt").write_text(story(0))
    measured(first, out)
    (source,) = [path for path in (out / "articles").iterdir() if pq.read_metadata(path).num_rows]
    row = pq.read_table(source)
    source.unlink()
    (out / ".copydesk" / "facts.sqlite").unlink()
    for start in range(0, known, rows):
        numbers = range(start, min(known, start + rows))
        table = row.take(pa.array([0] * len(numbers)))
        for name, values in _columns(numbers).items():
            at = table.schema.get_field_index(name)
            table = table.set_column(at, table.schema.field(at), pa.array(values, table.schema.field(at).type))
        pq.write_table(table, out / "articles" / f"part-{start:09}.parquet", compression="zstd", row_group_size=2048)


def _columns(numbers: range) -> dict[str, list[str]]:
    texts = [story(number) for number in numbers]
    sums = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    return {
        "article_id": [sha256[:32] for sha256 in sums],
        "raw_path": [place(number) for number in numbers],
        "raw_sha256": sums,
        "text": texts,
        "text_sha256": sums,
    }


def filled(folder: Path, numbers: range) -> Path:
    """The raw files of these articles in `folder`."""
    for number in numbers:
        file = folder / place(number)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(story(number))
    return folder


def line(known: int, name: str, cost: dict[str, float]) -> str:
    """One line of the table."""
    return f"| {known:,} | {name} | {cost['look']:.2f} | {cost['cpu']:.2f} | {cost['peak']:.0f} |"


def written(folder: Path, numbers: range) -> Path:
    """Raw files of new articles in `folder`."""
    folder.mkdir(parents=True)
    for number in numbers:
        (folder / f"{-number}.txt").write_text(story(number))
    return folder


def into_nothing(count: int) -> str:
    """The line of the table for `count` new documents in an empty corpus."""
    with tempfile.TemporaryDirectory() as temporary:
        raw = written(Path(temporary) / "raw", range(-count, 0))
        cost = measured(raw, Path(temporary) / "out")
        each = 1000 * (cost["cpu"] - cost["look"]) / count
        return line(0, f"{count:,} new documents, {each:.1f} ms each", cost)


def report(known: int, rows: int, folder: Path, raw: bool, add: int) -> Iterator[str]:
    """The lines of the table for one size."""
    out = folder / "out"
    if not out.exists():
        made(out, known, rows)
    old, new = filled(folder / "old", range(1)), folder / "new"
    new.mkdir(exist_ok=True)
    measured(old, out)
    (new / "warm.txt").write_text(story(-1))
    measured(new, out)
    (new / f"{len(list(new.iterdir()))}.txt").write_text(story(-1 - len(list(new.iterdir()))))
    runs = {"nothing new": old, "one new document": new}
    if raw:
        runs["nothing new, all raw files there"] = filled(folder / "all", range(known))
        measured(folder / "all", out)
    for name, given in runs.items():
        yield line(known, name, measured(given, out))
    if add:
        more = folder / "more"
        first = -1_000_000 - 10 * add * len(list(more.iterdir())) if more.exists() else -1_000_000
        cost = measured(written(more / f"{-first}", range(first - add, first)), out)
        each = 1000 * (cost["cpu"] - cost["look"]) / add
        yield line(known, f"{add:,} new documents, {each:.1f} ms each", cost)


def main() -> None:
    """The command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--known", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    options.add_argument("--rows", type=int, default=8192, help="rows of a part file (default 8192)")
    options.add_argument("--add", type=int, default=1000, help="new documents of the last run (default 1000)")
    options.add_argument("--new", type=int, nargs="*", default=[1000, 10_000], help="into empty corpora")
    options.add_argument("--raw", action="store_true", help="also with all raw files in the folder")
    options.add_argument("--keep", type=Path, help="where the corpora are made, and found when they are there already")
    chosen = options.parse_args()
    print("| known raw files | run | CPU s to look | CPU s | peak MiB |\n|---|---|---|---|---|", flush=True)
    for known in chosen.known:
        with tempfile.TemporaryDirectory() as temporary:
            folder = (chosen.keep or Path(temporary)) / f"{known}-{chosen.rows}"
            folder.mkdir(parents=True, exist_ok=True)
            for each in report(known, chosen.rows, folder, chosen.raw, chosen.add):
                print(each, flush=True)
    for count in chosen.new:
        print(into_nothing(count), flush=True)


if __name__ == "__main__":
    main()
