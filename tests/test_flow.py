"""A real Prefect server, and a run that it tracks."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_ingest import AS_OF, RAW, ROOT, ingest, tables

START_SECONDS = 120


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("prefect")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = os.environ | {"PREFECT_HOME": str(home), "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
    server = subprocess.Popen(
        [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)],
        env=env, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}/api"
    try:
        for _ in range(START_SECONDS * 5):
            try:
                urllib.request.urlopen(f"{url}/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.2)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=60)


def asked(api: str, what: str) -> list[dict[str, object]]:
    request = urllib.request.Request(f"{api}/{what}/filter", data=b"{}", headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def tracked(api: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flows.ingest", *map(str, arguments), "--as-of", AS_OF],
        env=os.environ | {"PREFECT_API_URL": api, "DO_NOT_TRACK": "1"},
        cwd=ROOT, capture_output=True, text=True, timeout=300,
    )  # fmt: skip


def test_a_tracked_run_writes_the_same_tables_and_shows_in_prefect(api: str, tmp_path: Path) -> None:
    done = tracked(api, RAW, "--out", tmp_path / "tracked", "--workers", 2)
    assert done.returncode == 0, done.stderr
    assert f"tracked by Prefect at {api}" in done.stdout
    ingest(RAW, "--out", tmp_path / "untracked")
    assert tables(tmp_path / "tracked") == tables(tmp_path / "untracked")
    (run,) = asked(api, "flow_runs")
    assert run["state_type"] == "COMPLETED"
    assert run["parameters"]["raw"] == [str(RAW)]
    assert {task["state_type"] for task in asked(api, "task_runs")} == {"COMPLETED"}


def test_a_server_that_does_not_answer_is_said_in_one_line(tmp_path: Path) -> None:
    done = tracked("http://127.0.0.1:9/api", RAW, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "--no-prefect" in done.stderr.strip().splitlines()[-1]
