"""`python -m flows.rebuild` as users run it: what it leaves, what it says, what it refuses; and older corpora."""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import pytest

from flows import run
from flows.corpus import Corpus, read_rows
from flows.schema import TABLES, VERSION, VERSION_KEY
from tests import newsroom, publishing
from tests.dedup_corpus import made_up
from tests.newsroom import record, states
from tests.test_ingest import ROOT, rows, tables

AS_OF = "2031-06-01T00:00:00Z"
NOW = datetime.fromisoformat(AS_OF)
STORY = states(1, 3)
REPRINT = f"{STORY[0]}\n\n{made_up(3, 12)}"


def rebuild(*arguments: object, code: int = 0) -> str:
    """Run the command; returns what it printed, or its one line of complaint."""
    command = [sys.executable, "-m", "flows.rebuild", *map(str, arguments), "--as-of", AS_OF, "--workers", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    if code:
        assert len(done.stderr.strip().splitlines()) == 1
    return done.stderr if code else done.stdout


def take_in(raw: Path, out: Path, now: datetime = NOW) -> None:
    run.ingest([raw], out, now=now, workers=1, progress=lambda done, total: None)


def everything(out: Path) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables, in an order of their own."""
    return {
        name: sorted(pq.read_table(out / name).to_pylist(), key=lambda row: (row["raw_path"], row["raw_locator"] or ""))
        for name in TABLES
    }


@pytest.fixture
def grown(tmp_path: Path) -> Path:
    """A corpus that has grown in five runs: a reprint came before the article, and a revision before an older one."""
    raw = tmp_path / "raw"
    fetches = [
        [record(1, REPRINT, published=20, url="https://mail.example/reprint"), {"text": "Too short."}],
        [record(2, states(2, 1)[0])],
        [record(1, STORY[2], modified=2)],
        [record(1, STORY[0]), record(1, STORY[1], modified=1)],
        [record(2, states(2, 2)[1], modified=4), record(3, states(3, 1)[0])],
    ]
    for number, fetch in enumerate(fetches):
        newsroom.write(raw, f"{number}.jsonl", *fetch)
        take_in(raw, tmp_path / "out", datetime(2031, 4, number + 1, tzinfo=UTC))
    return tmp_path


def report(out: Path) -> dict[str, Any]:
    (path,) = (out / "runs" / "rebuilds").glob("*.json")
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def test_a_rebuild_leaves_what_one_fresh_run_leaves_and_says_what_has_changed(grown: Path) -> None:
    raw, out = grown / "raw", grown / "out"
    before = {name: tables(out)[name] for name in tables(out)}
    said = rebuild(raw, "--out", out, "--dry-run")
    assert tables(out) == before
    assert "dry run, nothing was changed" in said
    changes = report(out)
    assert changes["dry_run"]
    rebuild(raw, "--out", out)
    take_in(raw, grown / "fresh")
    assert everything(out) == everything(grown / "fresh")
    # The reprint had the article because it came first; now the newest revision of the original has it.
    assert changes["documents"]["moved"] == {"articles → duplicates": 1, "duplicates → articles": 1}
    assert changes["examples"]["articles → duplicates"] == ["0.jsonl:1"]
    assert changes["fields_changed"]["revision"] == 2
    assert changes["documents"]["gained"] == changes["documents"]["lost"] == {}
    assert changes["rejects_by_reason"] == {"no_article": {"before": 1, "after": 1}}
    assert "articles → duplicates" in said
    assert sum(1 for _ in (out / "articles").iterdir()) == 2
    swapped = tables(out)
    take_in(raw, out)
    assert tables(out) == swapped
    assert "in place again" in rebuild("--out", out, "--back")
    assert tables(out) == before
    rebuild("--out", out, "--back")
    assert tables(out) == swapped


def test_what_today_reads_otherwise_is_counted_by_field(tmp_path: Path) -> None:
    """A clock that stood before the date of publication: the date was not believed, and is now."""
    newsroom.write(tmp_path / "raw", "a.jsonl", record(1, STORY[0]))
    take_in(tmp_path / "raw", tmp_path / "out", datetime(2030, 1, 1, tzinfo=UTC))
    newsroom.write(tmp_path / "raw", "b.jsonl", record(2, states(2, 1)[0]))
    rebuild(tmp_path / "raw", "--out", tmp_path / "out")
    changes = report(tmp_path / "out")
    assert changes["fields_changed"]["published_at"] == 1
    assert changes["documents"]["changed"] == {"articles": 1}
    assert changes["documents"]["gained"] == {"articles": 1}
    assert changes["examples"]["gained"] == ["b.jsonl:1"]


def test_raw_files_that_are_gone_stop_it_or_are_kept_as_they_are(grown: Path) -> None:
    raw, out = grown / "raw", grown / "out"
    (raw / "1.jsonl").unlink()
    (raw / "3.jsonl").write_text(json.dumps(record(9, states(9, 1)[0])) + "\n")
    before = tables(out)
    assert "1 raw files of the corpus are not in the raw files any more, e.g. 1.jsonl" in rebuild(
        raw, "--out", out, code=1
    )
    (raw / "1.jsonl").write_text(json.dumps(record(8, states(8, 1)[0])) + "\n")
    assert "3 documents of the corpus are not in the raw files any more, e.g. 1.jsonl" in rebuild(
        raw, "--out", out, code=1
    )
    assert tables(out) == before
    rebuild(raw, "--out", out, "--keep-missing")
    kept = {row["text"]: row for name in ("articles", "duplicates") for row in rows(out, name)}
    assert kept[STORY[0]]["revision"] == 1
    assert kept[STORY[1]]["relation"] == "revision"
    assert str(kept[STORY[1]]["ingested_at"]).startswith("2031-04-04")
    assert len(kept) == 9
    assert report(out)["kept"] == {"articles": 0, "duplicates": 3, "rejects": 0}


def test_a_file_that_has_moved_or_grown_is_not_missing(grown: Path) -> None:
    raw = grown / "raw"
    (raw / "archive").mkdir()
    (raw / "4.jsonl").rename(raw / "archive" / "4.jsonl")
    with (raw / "0.jsonl").open("a") as file:
        file.write(json.dumps(record(7, states(7, 1)[0])) + "\n")
    rebuild(raw, "--out", grown / "out")
    found = everything(grown / "out")
    assert {row["raw_path"] for row in found["articles"]} == {"0.jsonl", "2.jsonl", "archive/4.jsonl"}
    assert [row["raw_locator"] for row in found["rejects"]] == ["2"]


def test_compacting_keeps_every_row(grown: Path) -> None:
    out = grown / "out"
    before = everything(out)
    assert "files became" in rebuild("--out", out, "--compact")
    assert everything(out) == before
    assert sum(1 for _ in (out / "articles").iterdir()) == 2
    newsroom.write(grown / "raw", "9.jsonl", record(3, states(3, 2)[1], modified=2))
    take_in(grown / "raw", out)
    assert {row["text"]: row["revision"] for row in rows(out, "articles")}[states(3, 2)[1]] == 2


def test_what_cannot_be_done_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    assert "there is no corpus in" in rebuild(tmp_path / "raw", "--out", tmp_path / "none", code=1)
    assert not (tmp_path / "none").exists()
    assert "no such file or folder" in rebuild(tmp_path / "nowhere", "--out", tmp_path / "out", code=2)
    publishing.write(tmp_path / "out", 1)
    assert "has no generation before this one" in rebuild("--out", tmp_path / "out", "--back", code=1)
    with (tmp_path / "out" / ".copydesk" / "lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "another process is writing" in rebuild(tmp_path / "raw", "--out", tmp_path / "out", code=1)


def test_a_corpus_of_an_older_schema_is_read_with_nulls_and_brought_up_to_date_when_written(tmp_path: Path) -> None:
    publishing.write(tmp_path, 2)
    expected = everything(tmp_path)
    for name in ("articles", "duplicates"):
        for path in (tmp_path / name).iterdir():
            table = pq.read_table(path).drop_columns(["revision"])
            pq.write_table(table.replace_schema_metadata(table.schema.metadata | {VERSION_KEY: b"1"}), path)
    assert read_rows(tmp_path, "articles", ["revision"])["revision"].to_pylist() == [None] * 6
    with Corpus.open(tmp_path):
        pass
    assert everything(tmp_path) == expected
    assert pl.read_parquet(tmp_path / "articles" / "*.parquet")["revision"].null_count() == 6
    versions = {pq.read_metadata(path).metadata[VERSION_KEY] for path in (tmp_path / "articles").iterdir()}
    assert versions == {str(VERSION).encode()}
