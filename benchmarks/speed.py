"""Cost of a whole run, beside trafilatura's own command line, on the same files in one go.

    python -m benchmarks.speed BENCH [--documents 2000] [--workers 2] [--datatrove PYTHON]

The pages of BENCH (sets as `benchmarks.cleaning` reads them) are repeated until there are so many documents: half HTML,
a quarter text, a quarter Markdown.  Each repetition has other words in it, drawn from a fixed sequence, so that it is a
document of its own; one in five is a near duplicate of another, with a few words changed.  Then, each as a process of
its own, on folders of these files:

- `trafilatura --with-metadata`, its own command line, on the HTML: the yardstick;
- `python -m flows.ingest`, one worker, on the HTML; on the text and Markdown; on all of them;
- the same on all of them with more workers, and on one document, which is what it costs to start;
- datatrove's blocks for the same (`benchmarks.speed_datatrove`) on the HTML, if it is installed here or for the Python
  given, which need not be ours: the two want other versions of some libraries.

CPU is user and system time of the whole process tree, start-up included; memory is the largest sum of the resident
sizes of its processes, looked at ten times a second (Linux), shared pages counted in each.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.cleaning import ENDINGS, SETS

SHARES = {"html": 2, "text": 1, "markdown": 1}
NEAR = 5
"""One document in so many is a near duplicate."""
TRAFILATURA_MS = 25.0
"""What the goals for text and Markdown take trafilatura's CPU on a page of HTML to be."""
_WORD = re.compile(r"[^\W\d_]{4,}")
_PROSE = re.compile(r"(?<=>)[^<>{}]{30,}(?=<)|^[^<>{}\n]{30,}$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process and its children took."""

    cpu: float
    """Seconds."""
    wall: float
    peak: int
    """Bytes; 0 where it could not be measured."""


def documents(bench: Path, form: str, wanted: int) -> Iterator[bytes]:
    """So many documents of one form: the pages of the sets, again and again, each time with other words."""
    files = [file for name in SETS for file in sorted((bench / name / form).glob("*")) if file.is_file()]
    made: list[str] = []
    for number in range(wanted):
        if number % NEAR == NEAR - 1:
            yield _reworded(made[-1], random.Random(number), 0.005).encode("utf-8")
            continue
        data = files[len(made) % len(files)].read_bytes()
        text = (gzip.decompress(data) if form == "html" else data).decode("utf-8", "replace")
        if len(made) >= len(files):
            text = _reworded(text, random.Random(number), 0.35)
        made.append(text)
        yield text.encode("utf-8")


def _reworded(text: str, chance: random.Random, share: float) -> str:
    """The text with this share of the longer words of its prose exchanged for others of it."""
    words = _WORD.findall(" ".join(_PROSE.findall(text))) or ["other"]

    def other(match: re.Match[str]) -> str:
        return chance.choice(words) if chance.random() < share else match[0]

    return _PROSE.sub(lambda piece: _WORD.sub(other, piece[0]), text)


def written(bench: Path, folder: Path, wanted: int) -> dict[str, int]:
    """Documents in `folder/html`, `folder/text`, …; form → how many."""
    counts = {form: wanted * share // sum(SHARES.values()) for form, share in SHARES.items()}
    for form, count in counts.items():
        (folder / form).mkdir(parents=True)
        for number, data in enumerate(documents(bench, form, count)):
            (folder / form / f"{number:06}.{ENDINGS[form]}").write_bytes(data)
    return counts


def measured(command: list[str], log: Path) -> Cost:
    """Runs a command to its end; raises where it fails."""
    start = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
        peak = 0
        while True:
            done, status, usage = os.wait4(process.pid, os.WNOHANG)
            if done:
                break
            peak = max(peak, _resident(process.pid))
            time.sleep(0.1)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} failed: {log.read_text(errors='replace')[-500:]}")
    return Cost(usage.ru_utime + usage.ru_stime, time.monotonic() - start, peak)


def _resident(root: int) -> int:
    """Bytes of a process and all below it."""
    parents, sizes = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(stat.parent.name)] = int(fields[1])
        sizes[int(stat.parent.name)] = int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
    total = 0
    for process, size in sizes.items():
        above = process
        while above and above != root:
            above = parents.get(above, 0)
        total += size if above == root else 0
    return total


def ingest(raw: list[Path], out: Path, workers: int) -> list[str]:
    command = [sys.executable, "-m", "flows.ingest", *map(str, raw), "--out", str(out), "--no-prefect", "--quiet"]
    return [*command, "--workers", str(workers), "--as-of", "2026-11-01"]


def report(bench: Path, wanted: int, workers: int, datatrove: str | None) -> Iterator[str]:
    """The table's lines."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        counts = written(bench, folder / "raw", wanted)
        html, others = folder / "raw" / "html", [folder / "raw" / "text", folder / "raw" / "markdown"]
        yardstick = [str(Path(sys.executable).with_name("trafilatura")), "--input-dir", str(html)]
        yardstick += ["--output-dir", str(folder / "extracted"), "--with-metadata", "--json", "--parallel", "1"]
        (folder / "one").mkdir()
        (folder / "one" / "0.txt").write_bytes((folder / "raw" / "text" / "000000.txt").read_bytes())
        runs = {
            "trafilatura --with-metadata, HTML": (counts["html"], yardstick),
            "copydesk, one document": (1, ingest([folder / "one"], folder / "single", 1)),
            "copydesk, HTML": (counts["html"], ingest([html], folder / "html", 1)),
            "copydesk, text and Markdown": (counts["text"] + counts["markdown"], ingest(others, folder / "text", 1)),
            "copydesk, all": (sum(counts.values()), ingest([html, *others], folder / "all", 1)),
            f"copydesk, all, {workers} workers": (
                sum(counts.values()),
                ingest([html, *others], folder / "more", workers),
            ),
        }
        if datatrove is None and importlib.util.find_spec("datatrove") and importlib.util.find_spec("spacy"):
            datatrove = sys.executable
        if datatrove:
            trove = [datatrove, "-W", "ignore", "-m", "benchmarks.speed_datatrove", str(html)]
            runs["datatrove, HTML"] = (counts["html"], [*trove, str(folder / "trove")])
        costs: dict[str, Cost] = {}
        yield "| Run | documents | CPU ms/doc | × trafilatura | at trafilatura = 25 ms | wall s | peak MiB |"
        yield "|---|---|---|---|---|---|---|"
        for name, (count, command) in runs.items():
            cost = costs[name] = measured(command, folder / "log")
            first = next(iter(costs.values())).cpu / counts["html"]
            each = cost.cpu / count
            yield (
                f"| {name} | {count} | {each * 1000:.1f} | {each / first:.2f} | {each / first * TRAFILATURA_MS:.1f} ms "
                f"| {cost.wall:.0f} | {cost.peak / 2**20:.0f} |"
            )
        one, more = costs["copydesk, all"], costs[f"copydesk, all, {workers} workers"]
        yield f"wall with {workers} workers: {more.wall / one.wall:.2f} of one worker's"


def main() -> None:
    """The command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("bench", type=Path)
    options.add_argument("--documents", type=int, default=2000, help="how many (default 2000; the long form is 20000)")
    options.add_argument("--workers", type=int, default=2, help="of the last run (default 2)")
    options.add_argument("--datatrove", metavar="PYTHON", help="a Python that has datatrove, spacy, tokenizers, orjson")
    chosen = options.parse_args()
    for line in report(chosen.bench, chosen.documents, chosen.workers, chosen.datatrove):
        print(line, flush=True)


if __name__ == "__main__":
    main()
