"""A document that ends the process at work on it, or never ends, costs nothing but itself."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from flows.limits import TooSlow, cpu_limit
from tests.test_ingest import ROOT, rows, tables

FAULTS = '''
"""Loaded by every interpreter of the run: what a bug in a library would do to certain documents."""
import os, signal, time

def install():
    import flows.pipeline, flows.settings
    clean = flows.pipeline.clean
    def faulty(raw, *rest):
        if b"ENDS THE PROCESS" in raw.data:
            os.kill(os.getpid(), signal.SIGKILL)
        if b"ENDS IT ONCE" in raw.data and not os.path.exists(os.environ["ONCE"]):
            open(os.environ["ONCE"], "w").close()
            os.kill(os.getpid(), signal.SIGSEGV)
        if b"NEVER ENDS" in raw.data:
            while True:
                pass
        if b"NEVER LOOKS UP" in raw.data:
            signal.signal(signal.SIGPROF, signal.SIG_IGN)
            while True:
                pass
        return clean(raw, *rest)
    flows.pipeline.clean = faulty
    from flows.readers import walk
    for kind, reader in walk.READERS.items():
        walk.READERS[kind] = stuck(reader)

def stuck(reader):
    def read(*given):
        for piece in reader(*given):
            while b"NEVER READ ON" in getattr(piece, "data", b""):
                pass
            yield piece
    return read

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "flows.batch":
            import sys
            sys.meta_path.remove(self)
            install()
import sys
sys.meta_path.insert(0, Finder())
'''
STORY = "The council of Upper Dale voted on Monday to close the bridge for {} weeks, the mayor of the town said.\n"


RUN = """
import sys
from datetime import datetime, UTC
from pathlib import Path
from flows import run
from flows.settings import Settings
settings = Settings(max_document_seconds=6, batch_files=4)
run.ingest([Path(sys.argv[1])], Path(sys.argv[2]), now=datetime(2026, 11, 1, tzinfo=UTC), workers=int(sys.argv[3]),
           progress=lambda done, total: None, settings=settings)
"""


def ingest(raw: Path, out: Path, workers: int, faults: Path | None = None) -> None:
    path = f"{faults}{os.pathsep}{ROOT}" if faults else str(ROOT)
    subprocess.run(
        [sys.executable, "-c", RUN, str(raw), str(out), str(workers)],
        env=os.environ | {"PYTHONPATH": path, "ONCE": f"{out}.once"}, cwd=ROOT, check=True, timeout=300,
    )  # fmt: skip


@pytest.fixture
def faults(tmp_path: Path) -> Path:
    folder = tmp_path / "faults"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(FAULTS)
    return folder


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    folder.mkdir()
    for number in range(16):
        (folder / f"{number:02}.txt").write_text(STORY.format(number) * 3)
    return folder


def test_documents_that_end_their_process_are_rejects_and_cost_no_neighbour(
    raw: Path, faults: Path, tmp_path: Path
) -> None:
    (raw / "02.txt").write_text("ENDS THE PROCESS. " + STORY)
    (raw / "03.txt").write_text("NEVER LOOKS UP. " + STORY)
    (raw / "09.jsonl").write_text("\n".join(f'{{"text": "{each} {STORY.strip()}"}}' for each in (
        "First line:", "ENDS THE PROCESS:", "Third line:")))  # fmt: skip
    ingest(raw, tmp_path / "out", 2, faults)
    refused = {(row["raw_path"], row["raw_locator"]): row for row in rows(tmp_path / "out", "rejects")}
    assert refused.keys() == {("02.txt", None), ("03.txt", None), ("09.jsonl", "2")}
    assert {row["reason"] for row in refused.values()} == {"crashed"}
    kept = {row["raw_path"] for name in ("articles", "duplicates") for row in rows(tmp_path / "out", name)}
    assert kept == {path.name for path in raw.iterdir()} - {"02.txt", "03.txt"}


def test_a_process_that_is_killed_for_another_reason_loses_nothing(raw: Path, faults: Path, tmp_path: Path) -> None:
    (raw / "05.txt").write_text("ENDS IT ONCE. " + STORY)
    ingest(raw, tmp_path / "out", 2, faults)
    ingest(raw, tmp_path / "undisturbed", 2)
    assert rows(tmp_path / "out", "rejects") == []
    assert tables(tmp_path / "out") == tables(tmp_path / "undisturbed")


@pytest.mark.parametrize("workers", [1, 2])
def test_a_document_that_never_ends_is_a_reject(raw: Path, faults: Path, tmp_path: Path, workers: int) -> None:
    (raw / "05.txt").write_text("NEVER ENDS. " + STORY)
    ingest(raw, tmp_path / "out", workers, faults)
    (refused,) = rows(tmp_path / "out", "rejects")
    assert (refused["raw_path"], refused["reason"]) == ("05.txt", "timeout")


@pytest.mark.parametrize("workers", [1, 2])
def test_a_container_whose_reader_never_ends_is_a_reject_behind_what_could_be_read(
    raw: Path, faults: Path, tmp_path: Path, workers: int
) -> None:
    lines = (f'{{"text": "{each} {STORY.strip()}"}}' for each in ("First line:", "NEVER READ ON:", "Third line:"))
    (raw / "05.jsonl").write_text("\n".join(lines))
    ingest(raw, tmp_path / "out", workers, faults)
    (refused,) = rows(tmp_path / "out", "rejects")
    assert (refused["raw_path"], refused["raw_locator"]) == ("05.jsonl", None)
    assert (refused["stage"], refused["reason"]) == ("read", "timeout")
    kept = {(row["raw_path"], row["raw_locator"]) for name in ("articles", "duplicates")
            for row in rows(tmp_path / "out", name)}  # fmt: skip
    assert kept == {(path.name, None) for path in raw.glob("*.txt")} | {("05.jsonl", "1")}


def test_a_regular_expression_that_backtracks_for_ever_is_interrupted() -> None:
    with pytest.raises(TooSlow), cpu_limit(0.2):
        re.fullmatch(r"(a+)+", "a" * 60 + "b")
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)


def test_the_limit_holds_in_a_thread_too() -> None:
    seen: list[type[BaseException]] = []

    def spin() -> None:
        try:
            with cpu_limit(0.2):
                while True:
                    pass
        except TooSlow as error:
            seen.append(type(error))

    thread = threading.Thread(target=spin)
    thread.start()
    thread.join(60)
    assert seen == [TooSlow]


def test_waiting_is_not_work() -> None:
    with cpu_limit(0.2):
        time.sleep(0.5)
