"""Cleaning side by side: copydesk and its peers on the same files in one run, as Markdown tables.

    python -m benchmarks.cleaning BENCH [--sets news-english …] [--forms text …] [--limit 20]

BENCH holds `score.py` and sets: folders with `truth.jsonl` (`id`, `body`), `text/ID.txt`, `markdown/ID.md` and
`html/ID.html.gz`.  Quality is what `score.py` says (4-gram shingles).  copydesk runs as `python -m flows.ingest` over a
folder of the files, and its tables are read: what it calls an article or a duplicate counts, a reject is an empty
answer.  CPU is each engine's own process time a document, in this process, when it is warm; copydesk's is that of
`flows.pipeline.clean`, without the tables and the search for duplicates.  A peer that is not installed is a line that
says so (`pip install copydesk[bench]`).

The last form, `gold`, hands the truth's own bodies in as raw text: what is lost there was article.
"""

from __future__ import annotations

import argparse
import collections
import functools
import gzip
import importlib.util
import json
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean

import py3langid
import pyarrow.parquet as pq

from benchmarks import peers
from flows import pipeline, rules
from flows.formats.html_attributes import _short_hints
from flows.judges.lexis import _short
from flows.model import RawFile
from flows.rules.match import _remembered
from flows.rules.page import _line
from flows.settings import Settings
from flows.words import WORD

SETS = ("news-english", "news-multilingual", "web-articles")
ENDINGS = {"text": "txt", "markdown": "md", "html": "html"}
FORMS = (*ENDINGS, "gold")
WARM_UP = 40
CLOCK = datetime(2026, 11, 1, tzinfo=UTC)
REMEMBERED = (_line, _remembered, _short, _short_hints)
YARDSTICK = "trafilatura on the HTML"
BREAKS = {"a blank line between paragraphs": "\n\n", "one line end between paragraphs": "\n"}


@dataclass(frozen=True, slots=True)
class Page:
    """A document of a set in one of its forms."""

    id: str
    data: bytes
    body: str
    language: str


Engine = Callable[[Page], str]


@dataclass(frozen=True, slots=True)
class Row:
    """What copydesk's tables say of one raw file."""

    text: str
    cuts: tuple[str, ...]


def pages(folder: Path, form: str, limit: int) -> Iterator[Page]:
    """The first `limit` documents of a set that have a body and a file in this form."""
    found = 0
    for truth in map(json.loads, (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()):
        file = folder / form / f"{truth['id']}.{ENDINGS[form]}{'.gz' if form == 'html' else ''}"
        if truth.get("body") and file.exists() and found < limit:
            found += 1
            data = gzip.decompress(file.read_bytes()) if form == "html" else file.read_bytes()
            yield Page(truth["id"], data, truth["body"], py3langid.classify(truth["body"])[0])


def rates(bench: Path, measured: list[Page], bodies: dict[str, str]) -> dict[str, float]:
    """`score.py`'s figures (`f1`, `p`, `r`, `empty`) for these documents."""
    with tempfile.TemporaryDirectory() as folder:
        truth, guess = Path(folder) / "truth.jsonl", Path(folder) / "guess.jsonl"
        truth.write_text("".join(json.dumps({"id": p.id, "body": p.body}) + "\n" for p in measured), encoding="utf-8")
        lines = (json.dumps({"id": key, "body": body}) + "\n" for key, body in bodies.items())
        guess.write_text("".join(lines), encoding="utf-8")
        command = [sys.executable, str(bench / "score.py"), str(truth), str(guess), "--json"]
        figures: dict[str, float] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["body"]
    return figures


def timed(engines: dict[str, Engine], measured: list[Page]) -> tuple[dict[str, dict[str, str]], dict[str, float]]:
    """For each engine the bodies it finds, and its milliseconds of CPU a document.

    Engines take turns at each document, so that whatever else the machine does falls on all of them alike.  Before the
    clock starts they see the first `WARM_UP` documents: what is loaded or compiled when first needed is not counted.
    What copydesk remembers of these documents' own lines is forgotten again.
    """
    bodies: dict[str, dict[str, str]] = {name: {} for name in engines}
    spent = dict.fromkeys(engines, 0.0)
    for page in measured[:WARM_UP]:
        for extract in engines.values():
            extract(page)
    for remembered in REMEMBERED:
        remembered.cache_clear()
    for page in measured:
        for name, extract in engines.items():
            start = time.process_time()
            found = extract(page)
            spent[name] += time.process_time() - start
            bodies[name][page.id] = found
    return bodies, {name: seconds * 1000 / len(measured) for name, seconds in spent.items()}


def ingested(files: Iterable[tuple[str, bytes]]) -> dict[str, Row]:
    """File name → what the real command makes of it; a rejected file is absent."""
    with tempfile.TemporaryDirectory() as folder:
        raw, out = Path(folder) / "raw", Path(folder) / "corpus"
        raw.mkdir()
        for name, data in files:
            (raw / name).write_bytes(data)
        command = [sys.executable, "-m", "flows.ingest", str(raw), "--out", str(out), "--as-of", CLOCK.isoformat()]
        subprocess.run([*command, "--no-prefect", "--quiet"], check=True)
        tables = [pq.read_table(f) for table in ("articles", "duplicates") for f in (out / table).glob("*.parquet")]
    return {
        row["raw_path"]: Row(row["text"], tuple(cut["text"] for cut in row["cuts"] or ()))
        for table in tables
        for row in table.select(["raw_path", "text", "cuts"]).to_pylist()
    }


def tables(measured: list[Page], form: str) -> dict[str, str]:
    """The bodies in the tables of a real run."""
    ending = ENDINGS[form]
    rows = ingested((f"{page.id}.{ending}", page.data) for page in measured)
    return {name.removesuffix(f".{ending}"): row.text for name, row in rows.items()}


def in_process(page: Page, catalogue: rules.Catalogue, settings: Settings) -> str:
    """copydesk without tables: only its time counts."""
    raw = RawFile(page.id, "0" * 64, len(page.data), page.data)
    return type(pipeline.clean(raw, catalogue, settings, CLOCK)).__name__


def compared(bench: Path, name: str, form: str, limit: int) -> Iterator[str]:
    """The table's lines for one form of one set."""
    measured = list(pages(bench / name, form, limit))
    originals = {page.id: page.data for page in pages(bench / name, "html", sys.maxsize)}
    engines: dict[str, Engine] = {
        YARDSTICK: lambda page: peers.extract("trafilatura", originals[page.id], "html", page.language),
        "copydesk": functools.partial(in_process, catalogue=rules.load(), settings=Settings()),
    }
    for peer in filter(installed, peers.ENGINES):
        engines[peer] = functools.partial(_asked, peer, form)
    bodies, cpu = timed(engines, measured)
    bodies["copydesk"] = tables(measured, form)
    for engine in ("copydesk", *peers.ENGINES):
        if engine not in engines:
            yield f"| {name} {form} | {engine} | not installed | | | | | | |"
            continue
        found = rates(bench, measured, bodies[engine])
        quality = f"{found['f1']:.4f} | {found['p']:.3f} | {found['r']:.3f} | {found['empty']}"
        ratio = cpu[engine] / cpu[YARDSTICK]
        yield f"| {name} {form} | {engine} | {len(measured)} | {quality} | {cpu[engine]:.1f} | {ratio:.2f} |"


def _asked(engine: str, form: str, page: Page) -> str:
    return peers.extract(engine, page.data, form, page.language)


def installed(engine: str) -> bool:
    """Whether a peer can be imported; what is in `benchmarks.peers` itself needs nothing."""
    package = peers.PACKAGES.get(engine)
    return package is None or importlib.util.find_spec(package) is not None


def kept(bench: Path, name: str, limit: int) -> Iterator[str]:
    """The second table's lines: what is left of the truth's own bodies when they come in as raw files."""
    measured = list(pages(bench / name, "html", limit))
    for style, line_break in BREAKS.items():
        raw = {page.id: line_break.join(line for line in page.body.splitlines() if line.strip()) for page in measured}
        rows = ingested((f"{key}.txt", text.encode()) for key, text in raw.items())
        shares, whole, missing, unrecorded = [], 0, 0, 0
        for key, text in raw.items():
            row = rows.get(f"{key}.txt", Row("", ()))
            gold = _words(text)
            lost = gold - _words(row.text)
            shares.append(1 - lost.total() / gold.total())
            whole += not lost
            missing += lost.total()
            unrecorded += (lost - _words(" ".join(row.cuts))).total()
        total = sum(_words(text).total() for text in raw.values())
        yield (
            f"| {name}, {style} | {len(raw)} | {1 - missing / total:.4%} | {mean(shares):.4%} | {whole} "
            f"| {len(raw) - len(rows)} | {missing} | {unrecorded} |"
        )


def _words(text: str) -> collections.Counter[str]:
    """The words of a text, counted, as `score.py` cuts them: soft hyphens and the two ways to write `ü` are one."""
    plain = unicodedata.normalize("NFC", text).replace("\u00ad", "")
    return collections.Counter(word for word in WORD.findall(plain) if word.strip("_"))


def main() -> None:
    """The command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("bench", type=Path)
    options.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    options.add_argument("--forms", nargs="+", choices=FORMS, default=FORMS)
    options.add_argument("--limit", type=int, default=sys.maxsize, help="only the first so many documents of each set")
    chosen = options.parse_args()
    if forms := [form for form in chosen.forms if form != "gold"]:
        print("| Input | Engine | n | body F1 | precision | recall | empty | CPU ms/doc | × trafilatura on the HTML |")
        print("|---|---|---|---|---|---|---|---|---|", flush=True)
        for form in forms:
            for name in chosen.sets:
                for line in compared(chosen.bench, name, form, chosen.limit):
                    print(line, flush=True)
    if "gold" in chosen.forms:
        print("\n| Gold as raw | n | words kept | mean of documents | whole | rejected | missing | not in a cut |")
        print("|---|---|---|---|---|---|---|---|", flush=True)
        for name in chosen.sets:
            for line in kept(chosen.bench, name, chosen.limit):
                print(line, flush=True)


if __name__ == "__main__":
    main()
