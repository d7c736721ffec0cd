"""The long form of the tests of faults and hostile input: `make torture`, an hour or so.  Prints what it found.

    python -m tests.torture [--kills N] [--damages N] [--disks N] [--mutants N] [--shapes N] [--line N]
                            [--store-steps N] [--seed N]

Exits 1 if anything went wrong.  What it last found stands in docs/reliability.md.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import backtracking, faults, fuzzing, mirroring, object_storage, publishing, shapes
from tests.test_ingest import ingest, tables
from tests.test_kill import Readers

Wrong = list[str]
SLOW_PATTERN = 1.0
"""CPU seconds on a line of 4,000 characters, from which on a pattern that grows with their square is one to mend."""


def kills(folder: Path, times: int, chance: random.Random) -> tuple[str, Wrong]:
    """`kill -9` at random moments, plain readers reading all the while."""
    raw = faults.fill(folder / "raw", 420)
    began = time.monotonic()
    ingest(raw, "--out", folder / "whole", "--workers", 2)
    took = time.monotonic() - began
    wrong: Wrong = []
    reads = done = 0
    while done < times:
        now = min(10, times - done)
        out = folder / f"out-{done}"
        with Readers(out) as readers:
            faults.killed(raw, out, now, took, chance)
        wrong += readers.wrong
        reads += sum(readers.reads.values())
        if tables(out) != tables(folder / "whole"):
            wrong.append(f"kills {done} to {done + now}: other tables than an undisturbed run's")
        done += now
    return f"{done} kills, {reads} reads meanwhile", wrong


def damages(folder: Path, times: int, chance: random.Random) -> tuple[str, Wrong]:
    """A random file of the corpus damaged, then a run."""
    raw, whole_out = corpus_of_runs(folder)
    whole = tables(whole_out)
    tally: Counter[str] = Counter()
    wrong: Wrong = []
    for number in range(times):
        out = folder / "damaged"
        shutil.copytree(whole_out, out)
        files = sorted(path.relative_to(out) for path in out.rglob("*") if path.is_file() and path.stat().st_size)
        path, damage = chance.choice(files), chance.choice(faults.DAMAGES)
        damage(out / path, chance)
        outcome = faults.next_run(raw, out, whole)
        tally[outcome if outcome in ("repaired", "refused") else "wrong"] += 1
        if outcome not in ("repaired", "refused"):
            wrong.append(f"damage {number}: {damage.__name__} of {path}: {outcome}")
        shutil.rmtree(out)
    return ", ".join(f"{count} {what}" for what, count in sorted(tally.items())), wrong


def corpus_of_runs(folder: Path) -> tuple[Path, Path]:
    """A raw folder and a corpus that two runs have made of it."""
    raw = faults.fill(folder / "raw", 150)
    ingest(raw, "--out", folder / "whole", "--workers", 1)
    return raw, folder / "whole"


def disk(folder: Path, times: int, chance: random.Random) -> tuple[str, Wrong]:
    """A disk that fills up at random places, then has room again; and one that turns read-only."""
    if not faults.can_mount():
        return "skipped: mounting a small file system takes root", []
    raw, whole = corpus_of_runs(folder)
    wrong: Wrong = []
    for number in range(times):
        with faults.small_disk(folder / f"disk-{number}", f"{chance.randrange(64, 1500)}k") as remount:
            out = folder / f"disk-{number}" / "out"
            if (outcome := refused(raw, out)) is not None:
                wrong.append(f"full disk {number}: {outcome}")
            remount("size=100m")
            ingest(raw, "--out", out, "--workers", 1)
            if tables(out) != tables(whole):
                wrong.append(f"full disk {number}: other tables")
            remount("ro")
            if (outcome := refused(raw, out)) is not None:
                wrong.append(f"read-only disk {number}: {outcome}")
    return f"{times} disks", wrong


def refused(raw: Path, out: Path) -> str | None:
    """What is wrong with how a run over a disk that refuses ends; None if it says so in one line."""
    with faults.start(raw, out, workers=1) as process:
        said = process.communicate()[1]
    return None if process.returncode in (0, 1) and said.count("\n") <= 1 else f"exit {process.returncode}: {said!r}"


def mutants(folder: Path, times: int, chance: random.Random) -> tuple[str, Wrong]:
    """Mutated files, 500 a run."""
    wrong: Wrong = []
    for number in range(0, times, 500):
        with tempfile.TemporaryDirectory(dir=folder) as place:
            seed = chance.randrange(1 << 32)
            wrong += fuzzing.findings(Path(place), min(500, times - number), seed, workers=2)
    return f"{times} mutated files", wrong


def growth(folder: Path, times: int, chance: random.Random) -> tuple[str, Wrong]:
    """Documents of one thing many times over."""
    grown = {shape: shapes.growth(shape, times) for shape in shapes.SHAPES}
    worst = max(grown, key=lambda shape: grown[shape])
    wrong = [f"{shape}: {factor:.1f} times as long" for shape, factor in grown.items() if factor > 8]
    return f"{len(grown)} shapes, at most {grown[worst]:.1f} times as long for four times as many ({worst})", wrong


def stores(folder: Path, steps: int, chance: random.Random) -> tuple[str, Wrong]:
    """The process that publishes killed in the place of every change to a store, up to the `steps`-th."""
    wrong: Wrong = []
    kills = 0
    with object_storage.serving() as store:
        store.files.call_s3("create_bucket", Bucket="news")
        with object_storage.reached(store), mirroring.writers() as writer:
            for work, (count, _) in object_storage.WORK.items():
                whole = folder / work / "whole"
                whole.parent.mkdir()
                if work == "rebuild":
                    publishing.write(whole, 4)
                    publishing.write(whole.parent / "other", count)
                publishing.WORK[work](whole, count)
                for step in range(1, steps + 1):
                    found = killed_at(step, work, store, writer, folder / work)
                    if found is None:
                        break
                    kills += 1
                    wrong += found
    return f"{kills} kills, four readers after each", wrong


def killed_at(
    step: int, work: str, store: object_storage.Store, writer: mirroring.Writer, folder: Path
) -> Wrong | None:
    """What is wrong after a kill at `step`, and after a run from the same copy, or, every other time, from another
    machine; None if the work was through before.
    """
    count, judge = object_storage.WORK[work]
    prefix = f"news/{work}-{step}"
    url, one, two = f"s3://{prefix}", folder / f"one-{step}", folder / f"two-{step}"
    if work == "rebuild":
        writer(url, "write", 4, 0, one)
    if writer(url, work, count, step, one) != "killed":
        return None
    witness = object_storage.Witness(store, prefix, judge)
    witness.look()
    lock = f"{prefix}/.copydesk/lock.json"
    if step % 2 and store.files.exists(lock):
        store.files.rm_file(lock)
    ended = writer(url, work, count, 0, two if step % 2 else one)
    refused = len(witness.refused)
    witness.look()
    wrong = [*witness.wrong, *witness.refused[refused:]]
    if ended != "done" or store.tables(prefix) != tables(folder / "whole"):
        wrong.append(f"ended as {ended!r}, or with other tables than an undisturbed run's")
    if left := store.left_behind(prefix):
        wrong.append(f"left behind: {left}")
    return [f"{work}, step {step}: {each}" for each in wrong]


def patterns(folder: Path, length: int, chance: random.Random) -> tuple[str, Wrong]:
    """Every regular expression against lines that make it try again and again, of `length` characters and of four
    times as many.
    """
    found = backtracking.gathered()
    grown = {str(each): backtracking.growth(each, length) for each in found}
    square = {each: of for each, of in grown.items() if of[0] > 8}
    slow = [f"{each}: {factor:.0f} times, {took:.2f} s for {line}" for each, (factor, took, line) in square.items()
            if took > SLOW_PATTERN]  # fmt: skip
    worst = max((took for _, took, _ in grown.values()), default=0)
    said = f"{len(found)} regular expressions, {len(square)} grow faster than their line, at most {worst:.3f} s"
    return said, slow


@contextmanager
def timed(name: str) -> Iterator[Callable[[str, Wrong], None]]:
    began = time.monotonic()
    yield lambda what, wrong: print(
        f"{name:8} {what}; {len(wrong)} wrong; {time.monotonic() - began:.0f} s", *wrong, sep="\n    ", flush=True
    )


def main() -> int:
    """Let everything go wrong that can; returns the exit code."""
    options = argparse.ArgumentParser(
        prog="python -m tests.torture", description="Faults and hostile input, at length."
    )
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--damages", type=int, default=200)
    options.add_argument("--disks", type=int, default=20)
    options.add_argument("--mutants", type=int, default=10_000)
    options.add_argument("--shapes", type=int, default=20_000)
    options.add_argument("--store-steps", type=int, default=200)
    options.add_argument("--line", type=int, default=1000)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    wrong = 0
    for part, times in (
        (kills, chosen.kills),
        (damages, chosen.damages),
        (disk, chosen.disks),
        (mutants, chosen.mutants),
        (growth, chosen.shapes),
        (stores, chosen.store_steps),
        (patterns, chosen.line),
    ):
        with tempfile.TemporaryDirectory() as folder, timed(part.__name__) as say:
            what, found = part(Path(folder), times, random.Random(chosen.seed)) if times else ("not asked for", [])
            say(what, found)
            wrong += len(found)
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
