"""The main job as users run it: real commands in real processes, read with plain readers."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from flows.report import Reporter

ROOT = Path(__file__).parent.parent
RAW = ROOT / "raw"
AS_OF = "2026-11-01T00:00:00Z"


def command(*arguments: object, cwd: Path = ROOT, **env: str) -> subprocess.CompletedProcess[str]:
    ours = {key: value for key, value in os.environ.items() if key != "PREFECT_API_URL"} | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "flows.ingest", *map(str, arguments)],
        cwd=cwd, env=ours | env, capture_output=True, text=True, timeout=300,
    )  # fmt: skip


def ingest(*arguments: object, as_of: str = AS_OF) -> subprocess.CompletedProcess[str]:
    done = command(*arguments, "--as-of", as_of, "--no-prefect")
    assert done.returncode == 0, done.stderr
    return done


def tables(out: Path) -> dict[str, bytes]:
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for name in ("articles", "duplicates", "rejects")
        for path in sorted((out / name).glob("*"))
    }


def rows(out: Path, name: str) -> list[dict[str, object]]:
    return pq.read_table(out / name).to_pylist()


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("corpus") / "out"
    ingest(RAW, "--out", out, "--workers", 1)
    return out


def test_every_raw_file_is_in_the_tables(corpus: Path) -> None:
    paths = {row["raw_path"] for name in ("articles", "duplicates", "rejects") for row in rows(corpus, name)}
    assert paths == {path.relative_to(RAW).as_posix() for path in RAW.rglob("*") if path.is_file()}


def test_the_manifest_adds_up_with_the_tables(corpus: Path) -> None:
    (path,) = (corpus / "runs").glob("*.json")
    counts = json.loads(path.read_text())["counts"]
    written = {name: len(rows(corpus, name)) for name in ("articles", "duplicates", "rejects")}
    assert {name: counts[name] for name in written} == written
    assert counts["documents"] == sum(written.values())
    assert sum(counts["rejects_by_reason"].values()) == written["rejects"]
    cuts = sum(len(row["cuts"]) for name in ("articles", "duplicates") for row in rows(corpus, name))
    assert sum(counts["cuts_by_rule"].values()) == cuts


def test_the_readme_shows_what_becomes_of_the_samples(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """But for the cuts, which every new rule changes."""
    (path,) = (corpus / "runs").glob("*.json")
    Reporter(quiet=False).summary(json.loads(path.read_text()), Path("normalized"))
    printed = [" ".join(line.split()) for line in capsys.readouterr().out.partition("\ncuts")[0].splitlines()]
    shown = [" ".join(line.split()) for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()]
    start = shown.index(printed[0])
    assert shown[start : start + len(printed)] == printed


def test_a_second_run_changes_no_byte(corpus: Path) -> None:
    before = tables(corpus)
    done = ingest(RAW, "--out", corpus, as_of="2026-11-02T00:00:00Z")
    assert tables(corpus) == before
    assert "in the corpus already" in done.stdout


def test_two_workers_write_the_same_bytes_as_one(corpus: Path, tmp_path: Path) -> None:
    ingest(RAW, "--out", tmp_path / "out", "--workers", 2)
    assert tables(tmp_path / "out") == tables(corpus)


def test_a_jsonl_file_that_has_grown_adds_only_its_new_lines(tmp_path: Path) -> None:
    lines = [
        json.dumps({"title": f"Harbour report {n}", "text": f"The harbour master counted {n} ships on the quay. " * 9})
        for n in ("seven", "eleven", "ninety")
    ]
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "feed.jsonl").write_text("\n".join(lines[:2]) + "\n")
    ingest(raw, "--out", tmp_path / "out")
    first = rows(tmp_path / "out", "articles") + rows(tmp_path / "out", "duplicates")
    (raw / "feed.jsonl").write_text("\n".join(lines) + "\n")
    ingest(raw, "--out", tmp_path / "out")
    both = rows(tmp_path / "out", "articles") + rows(tmp_path / "out", "duplicates")
    assert len(first) == 2
    assert sorted(row["raw_locator"] for row in both) == ["1", "2", "3"]


def test_two_raw_folders_with_the_same_files_give_each_document_once(tmp_path: Path) -> None:
    line = json.dumps({"text": "The harbour master counted seven ships on the quay before the storm came. " * 9})
    more = json.dumps({"text": "Nobody in the village had seen the lighthouse dark before that night in March. " * 9})
    for name, content in (("monday", line), ("tuesday", f"{line}\n{more}")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "feed.jsonl").write_text(content + "\n")
        (tmp_path / name / "same.txt").write_text("The ferry sailed at noon with eleven passengers and two goats. " * 9)
    ingest(tmp_path / "monday", tmp_path / "tuesday", "--out", tmp_path / "out")
    written = rows(tmp_path / "out", "articles") + rows(tmp_path / "out", "duplicates")
    assert sorted((row["raw_path"], row["raw_locator"]) for row in written) == [
        ("feed.jsonl", "1"),
        ("feed.jsonl", "2"),
        ("same.txt", None),
    ]


def test_it_runs_from_any_folder_and_says_how(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "note.txt").write_text("Nothing here.")
    done = command("--as-of", AS_OF, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "in-process, not tracked by Prefect" in done.stdout
    assert rows(tmp_path / "normalized", "rejects")[0]["reason"] == "no_article"


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-folder"],
        ["--workers", "0"],
        ["--workers", "two"],
        ["--as-of", "yesterday"],
        ["--prefect", "--no-prefect"],
        ["--colour"],
    ],
)
def test_bad_usage_gets_one_clear_line_and_exit_code_two(arguments: list[str], tmp_path: Path) -> None:
    done = command(*arguments, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()[-1]) < 200
    assert not (tmp_path / "out").exists()


def test_quiet_prints_nothing(tmp_path: Path) -> None:
    assert ingest(RAW / "text", "--out", tmp_path / "out", "--quiet").stdout == ""


def test_a_second_writer_is_told_in_one_line(corpus: Path) -> None:
    import fcntl

    with (corpus / ".copydesk" / "lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = command(RAW, "--out", corpus, "--no-prefect")
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1


def test_ctrl_c_leaves_whole_tables(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    for number in range(600):
        (raw / f"{number}.txt").write_text(f"The council of district {number} met on Monday to talk about rain. " * 30)
    run = [
        sys.executable,
        "-m",
        "flows.ingest",
        str(raw),
        "--out",
        str(tmp_path / "out"),
        "--as-of",
        AS_OF,
        "--no-prefect",
    ]
    process = subprocess.Popen(run, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while process.poll() is None and not list((tmp_path / "out" / "articles").glob("part-[1-9a-f]*")):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode in (0, 130), errors
    assert "Traceback" not in errors
    pq.read_table(tmp_path / "out" / "articles")
    ingest(raw, "--out", tmp_path / "out")
    ingest(raw, "--out", tmp_path / "undisturbed")
    assert tables(tmp_path / "out") == tables(tmp_path / "undisturbed")
