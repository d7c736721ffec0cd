"""A folder that fills while runs come and go: each takes what is new, and leaves alone what is still being written."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows import looking, run
from flows.batch import Batch, Done
from flows.settings import Terms
from flows.working import clean_batch
from tests.test_ingest import ROOT, rows, tables

STORY = "The harbour master counted {} ships on the quay before the storm came in from the north that night. "
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def take(raw: Path, out: Path, hour: int = 0, **options: object) -> run.Manifest:
    return run.ingest(
        [raw], out, now=NOW + timedelta(hours=hour), workers=1, progress=lambda done, total: None, **options
    )  # fmt: skip


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    folder.mkdir()
    (folder / "first.txt").write_text(STORY.format("seven") * 9)
    return folder


def test_a_run_that_found_nothing_leaves_no_mark(raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    take(raw, out)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    counts = take(raw, out, hour=1)["counts"]
    assert (counts["files_known"], counts["documents"]) == (1, 0)
    changed = {path for path in out.rglob("*") if path.is_file() and path.read_bytes() != before.get(path)}
    assert {path.name for path in changed} <= {"fingerprints"}


def test_a_file_that_changed_just_now_waits_for_the_next_run(raw: Path, tmp_path: Path) -> None:
    run_one = take(raw, tmp_path / "out", terms=Terms(settle=timedelta(hours=1)))
    assert (run_one["counts"]["files_deferred"], run_one["deferred"]) == (1, ["first.txt"])
    assert rows(tmp_path / "out", "articles") == rows(tmp_path / "out", "rejects") == []
    take(raw, tmp_path / "out", hour=1)
    assert [row["raw_path"] for row in rows(tmp_path / "out", "articles")] == ["first.txt"]


def test_a_file_that_is_written_on_brings_each_of_its_records_once_and_is_read_once(tmp_path: Path) -> None:
    """Articles and rejects alike; and a file that came to nothing new is left alone from then on."""
    raw, out = tmp_path / "raw", tmp_path / "out"
    raw.mkdir()
    lines = [json.dumps({"text": STORY.format("seven") * 3}), json.dumps({"title": "no text"}), "{broken"]
    (raw / "a.jsonl").write_text("\n".join(lines) + "\n")
    take(raw, out)
    rejected = rows(out, "rejects")
    assert [row["raw_locator"] for row in rejected] == ["2", "3"]
    with (raw / "a.jsonl").open("a") as file:
        file.write("\n")
    counts = take(raw, out, hour=1)["counts"]
    assert (counts["documents"], counts["documents_known"]) == (0, 3)
    assert take(raw, out, hour=2)["counts"]["files_known"] == 1
    with (raw / "a.jsonl").open("a") as file:
        file.write(
            json.dumps({"text": "Snow closed the pass above the old dam for the third time this winter."}) + "\n"
        )
    assert take(raw, out, hour=3)["counts"]["articles"] == 1
    assert rows(out, "rejects") == rejected
    assert len(list((out / "runs").glob("*.json"))) == 3


def test_a_corpus_is_never_raw(raw: Path, tmp_path: Path) -> None:
    """Not its own, which a run into the raw folder itself would take in again and again, and no other."""
    with pytest.raises(looking.NoRaw, match="is the corpus"):
        take(raw, raw / ".." / "raw")
    take(raw, raw / "one")
    (raw / "one" / "more.txt").write_text("Nobody had seen the old ferry since the ice came down the river in March.")
    counts = take(raw, raw / "two")["counts"]
    assert (counts["files_found"], counts["articles"], counts["rejects"]) == (2, 2, 0)
    assert take(raw, raw / "one", hour=1)["counts"]["documents"] == 0


class Meddling:
    """Cleans a batch after something has happened to its files."""

    def __init__(self, happen: Callable[[], None]) -> None:
        self.happen = happen

    number = 1

    def __call__(self, batches: int) -> AbstractContextManager[run.Team]:
        return nullcontext(self)

    def start(self, batch: Batch) -> run.Pending:
        self.happen()

        class Cleaned:
            def result(self) -> Done:
                return clean_batch(batch)

        return Cleaned()


def _grow(path: Path) -> None:
    path.write_text(path.read_text() + STORY.format("eleven"))


@pytest.mark.parametrize("change", [_grow, Path.unlink])
def test_a_file_that_changes_under_the_reader_is_no_reject_and_the_next_run_takes_it(
    change: Callable[[Path], None], raw: Path, tmp_path: Path
) -> None:
    growing = raw / "growing.txt"
    growing.write_text(STORY.format("ninety") * 9)
    done = take(raw, tmp_path / "out", crew=Meddling(lambda: change(growing)))
    assert done["deferred"] == ["growing.txt"]
    assert (done["counts"]["documents"], done["counts"]["files_deferred"]) == (1, 1)
    assert rows(tmp_path / "out", "rejects") == []
    growing.write_text(STORY.format("ninety-one") * 12)
    take(raw, tmp_path / "out", hour=1)
    written = {row["raw_path"] for name in ("articles", "duplicates") for row in rows(tmp_path / "out", name)}
    assert written == {"first.txt", "growing.txt"}


def test_more_rejects_than_allowed_fail_a_run_whose_documents_are_in(raw: Path, tmp_path: Path) -> None:
    (raw / "broken.txt").write_bytes(b"\x1f\x8b\x08\x00broken")
    within = take(raw, tmp_path / "one", terms=Terms(max_reject_share=0.5))
    beyond = take(raw, tmp_path / "two", terms=Terms(max_reject_share=0.4))
    assert within["failure"] is None
    assert "1 of 2 new documents are rejects (50.0%), the limit is 40.0%" in beyond["failure"]
    assert tables(tmp_path / "one") == tables(tmp_path / "two")
    (manifest,) = (tmp_path / "two" / "runs").glob("*.json")
    assert json.loads(manifest.read_text())["failure"] == beyond["failure"]


def test_a_folder_that_is_not_mounted_is_an_error_and_no_reject(tmp_path: Path) -> None:
    with pytest.raises(looking.NoRaw, match="No such file"):
        take(tmp_path / "gone", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_run_that_is_terminated_says_so_in_one_line(tmp_path: Path) -> None:
    folder = tmp_path / "raw"
    folder.mkdir()
    for number in range(600):
        (folder / f"{number}.txt").write_text(STORY.format(number) * 30)
    command = [sys.executable, "-m", "flows.ingest", folder, "--out", tmp_path / "out", "--no-prefect", "--workers", 2]
    process = subprocess.Popen(
        map(str, command), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    while process.poll() is None and not list((tmp_path / "out" / "articles").glob("part-[1-9a-f]*")):
        time.sleep(0.05)
    process.terminate()
    _, errors = process.communicate(timeout=120)
    assert process.returncode in (0, 143), errors
    assert len(errors.strip().splitlines()) == (1 if process.returncode else 0)
