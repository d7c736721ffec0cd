"""A real Dask cluster, started from the command line, its workers killed while they work."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.object_storage import serving
from tests.test_ingest import AS_OF, ROOT, command, ingest, tables
from tests.test_kill import raw as raw

START_SECONDS = 120


def dask(*arguments: object, log: Path, **env: str) -> subprocess.Popen[bytes]:
    with log.open("wb") as errors:
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *map(str, arguments)],
            env=os.environ | {"PYTHONPATH": str(ROOT)} | env, cwd=log.parent, stdout=subprocess.DEVNULL, stderr=errors,
            start_new_session=True,
        )  # fmt: skip


def said(log: Path, pattern: str) -> str:
    """What the process that writes `log` says of itself; waits for it."""
    for _ in range(START_SECONDS * 5):
        if match := re.search(pattern, log.read_text()):
            return match[1]
        time.sleep(0.2)
    raise AssertionError(log.read_text())


@contextlib.contextmanager
def cluster(tmp_path: Path, **env: str) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler's address, and three workers with a process each, and with `env` besides their environment."""
    options = ("--host", "127.0.0.1", "--no-dashboard")
    processes = [dask("scheduler", "--port", 0, *options, log=tmp_path / "scheduler.log")]
    try:
        address = said(tmp_path / "scheduler.log", r"Scheduler at: +(tcp://\S+)")
        for number in range(3):
            log = tmp_path / f"worker-{number}.log"
            processes.append(dask("worker", address, "--nthreads", 1, *options, log=log, **env))
        for number in range(3):
            said(tmp_path / f"worker-{number}.log", r"(Registered to)")
        yield address, processes[1:]
    finally:
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_two_of_three_workers_killed_in_mid_run_change_no_byte(raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with cluster(tmp_path) as (address, (first, second, _)):
        options = ["--out", out, "--runner", "dask", "--scheduler", address, "--as-of", AS_OF, "--no-prefect"]
        run = subprocess.Popen(
            [sys.executable, "-m", "flows.ingest", str(raw), *map(str, options)],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        for worker in (first, second):
            while run.poll() is None and not list(out.glob(".copydesk/work-*/*.arrow*")):
                time.sleep(0.02)
            os.killpg(worker.pid, signal.SIGKILL)
            time.sleep(0.3)
        _, errors = run.communicate(timeout=300)
    assert run.returncode == 0, errors
    assert "Traceback" not in errors
    ingest(raw, "--out", tmp_path / "alone", "--workers", 1)
    assert tables(out) == tables(tmp_path / "alone")


def test_raw_files_and_corpus_in_object_storage(raw: Path, tmp_path: Path) -> None:
    with serving() as store, cluster(tmp_path, **store.env) as (address, _):
        store.files.call_s3("create_bucket", Bucket="news")
        store.put(raw, "news/raw")
        options = ["--runner", "dask", "--scheduler", address, "--as-of", AS_OF, "--no-prefect"]
        cache = str(tmp_path / "cache")
        done = command("s3://news/raw", "--out", "s3://news/corpus", *options, **store.env, COPYDESK_CACHE=cache)
        assert done.returncode == 0, done.stderr
        ingest(raw, "--out", tmp_path / "alone", "--workers", 1)
        assert store.tables("news/corpus") == tables(tmp_path / "alone")


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        (["--runner", "dask"], 2, "go together"),
        (["--scheduler", "tcp://127.0.0.1:9"], 2, "go together"),
        (["--runner", "dask", "--scheduler", "no address"], 1, "no Dask scheduler"),
    ],
)
def test_bad_usage_is_said_in_one_line(arguments: list[str], code: int, line: str, raw: Path, tmp_path: Path) -> None:
    done = command(raw, "--out", tmp_path / "out", "--no-prefect", *arguments)
    assert done.returncode == code
    assert line in done.stderr.strip()
    assert "Traceback" not in done.stderr
