"""A real Prefect server, and the runs that it tracks, schedules, refuses, cancels, and loses."""

import fcntl
import inspect
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.artifacts import TALLIES
from flows.flow import ingest as flow
from tests.object_storage import serving
from tests.prefect_server import Server, running, wait_for
from tests.test_ingest import AS_OF, RAW, ROOT, ingest, tables


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("prefect")) as server:
        yield server


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files enough for a dozen batches."""
    folder = tmp_path_factory.mktemp("many") / "raw"
    folder.mkdir()
    for number in range(1500):
        words = [f"The council of district {number} met on day {day} to talk about rain." for day in range(30)]
        (folder / f"{number:04}.txt").write_text(" ".join(words))
    return folder


@pytest.fixture(scope="module")
def undisturbed(many: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("undisturbed")
    ingest(many, "--out", out)
    return tables(out)


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "flows.ingest", *map(str, arguments), "--as-of", AS_OF]


def tracked(server: Server, *arguments: object, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), env=server.env | env, cwd=ROOT, capture_output=True, text=True, timeout=600
    )  # fmt: skip


def has_begun(out: Path) -> bool:
    return len(list((out / "articles").glob("part-[1-9a-f]*"))) > 0


# ---------------------------------------------------------------------------------------------------------- one-offs


def test_a_tracked_run_writes_the_same_tables_and_shows_in_prefect(server: Server, tmp_path: Path) -> None:
    done = tracked(server, RAW, "--out", tmp_path / "tracked", "--workers", 2)
    assert done.returncode == 0, done.stderr
    assert f"tracked by Prefect at {server.url}" in done.stdout
    ingest(RAW, "--out", tmp_path / "untracked")
    assert tables(tmp_path / "tracked") == tables(tmp_path / "untracked")
    run = server.latest_run()
    assert run["state_type"] == "COMPLETED"
    assert run["parameters"]["raw"] == [str(RAW)]
    tasks = wait_for(lambda: server.ask("task_runs/filter", {"flow_runs": {"id": {"any_": [run["id"]]}}}))
    assert {task["name"].rsplit("-", 1)[0] for task in tasks} == {"clean-batch"}

    (manifest,) = (tmp_path / "tracked" / "runs").glob("*.json")
    counts = json.loads(manifest.read_text())["counts"]
    shown = {
        artifact["key"]: artifact["data"]
        for artifact in server.ask("artifacts/filter", {"flow_runs": {"id": {"any_": [run["id"]]}}})
    }
    assert shown["ingest-progress"] == 100
    summary = {row["what"]: row["number"] for row in json.loads(shown["ingest-summary"])}
    assert (summary["documents"], summary["rejects"]) == (counts["documents"], counts["rejects"])
    for tally, (key, _, _) in TALLIES.items():
        assert sum(row["number"] for row in json.loads(shown[key])) == sum(counts[tally].values())


def test_a_tracked_run_reads_and_writes_object_storage(server: Server, tmp_path: Path) -> None:
    with serving() as store:
        store.files.call_s3("create_bucket", Bucket="news")
        store.put(RAW / "text", "news/raw")
        env = store.env | {"COPYDESK_CACHE": str(tmp_path / "cache")}
        done = tracked(server, "s3://news/raw", "--out", "s3://news/corpus", **env)
        assert done.returncode == 0, done.stderr
        ingest(RAW / "text", "--out", tmp_path / "local")
        assert store.tables("news/corpus") == tables(tmp_path / "local")
    run = server.latest_run()
    assert (run["state_type"], run["parameters"]["raw"]) == ("COMPLETED", ["s3://news/raw"])


def test_a_tracked_run_that_meets_another_writer_leaves_in_one_line_and_as_cancelled(
    server: Server, tmp_path: Path
) -> None:
    ingest(RAW / "text", "--out", tmp_path)
    with (tmp_path / ".copydesk" / "lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = tracked(server, RAW, "--out", tmp_path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.strip().splitlines()[-1].startswith("copydesk: another process is writing")
    assert server.latest_run()["state_type"] == "CANCELLED"


def test_too_many_rejects_fail_the_run_after_its_documents_are_in(server: Server, tmp_path: Path) -> None:
    done = tracked(server, RAW, "--out", tmp_path, "--max-reject-share", "0.1")
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "new documents are rejects" in done.stderr.strip().splitlines()[-1]
    run = server.latest_run()
    assert (run["state_type"], "the limit is 10.0%" in run["state"]["message"]) == ("FAILED", True)
    assert has_begun(tmp_path)


def test_a_server_that_does_not_answer_is_said_in_one_line(server: Server, tmp_path: Path) -> None:
    env = server.env | {"PREFECT_API_URL": "http://127.0.0.1:9/api"}
    done = subprocess.run(
        command(RAW, "--out", tmp_path / "out"), env=env, cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "--no-prefect" in done.stderr.strip().splitlines()[-1]


def test_a_server_killed_in_mid_run_costs_no_data_and_the_exit_says_so(
    many: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    home = tmp_path / "prefect"
    home.mkdir()
    with running(home) as doomed:
        process = subprocess.Popen(
            command(many, "--out", tmp_path / "out", "--workers", 1), text=True, cwd=ROOT,
            env=doomed.env | {"PREFECT_CLIENT_MAX_RETRIES": "0"}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        wait_for(lambda: process.poll() is not None or has_begun(tmp_path / "out"))
        os.kill(doomed.process.pid, signal.SIGKILL)
        _, errors = process.communicate(timeout=600)
    assert process.returncode == 3, errors
    assert "Traceback" not in errors
    assert errors.strip().splitlines()[-1].startswith("copydesk: Prefect stopped answering")
    assert tables(tmp_path / "out") == undisturbed


# ------------------------------------------------------------------------------------------------------- deployments


def test_parameters_are_described_for_the_ui() -> None:
    properties = flow.parameters.properties
    assert set(properties) == set(inspect.signature(flow.fn).parameters)
    for name, described in properties.items():
        assert len(described.get("description", "")) > 20, name
        assert "type" in described or "anyOf" in described, name


def test_a_served_flow_runs_one_at_a_time_and_a_cancelled_run_leaves_whole_tables(
    server: Server, many: Path, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    serving = subprocess.Popen(
        [sys.executable, "-m", "flows.serve", "--cron", "0 0 1 1 *", "--raw", str(many), "--out", str(out),
         "--settle", "0", "--workers", "1"],
        cwd=tmp_path, env=server.env | {"PREFECT_RUNNER_POLL_FREQUENCY": "1", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deployment = server.ask("deployments/name/ingest/scheduled")
        start = f"deployments/{deployment['id']}/create_flow_run"
        first = server.ask(start, {"parameters": {"as_of": AS_OF}})["id"]
        wait_for(lambda: has_begun(out))
        second = server.ask(start, {})["id"]
        wait_for(lambda: server.ask(f"flow_runs/{second}")["state_type"] == "CANCELLED")
        server.ask(f"flow_runs/{first}/set_state", {"state": {"type": "CANCELLING", "name": "Cancelling"}})
        wait_for(lambda: server.ask(f"flow_runs/{first}")["state_type"] == "CANCELLED")
    finally:
        serving.terminate()
        serving.wait(timeout=120)
    assert 0 < len(tables(out)) < len(undisturbed)
    ingest(many, "--out", out)
    assert tables(out) == undisturbed


def test_the_deployment_in_prefect_yaml_is_accepted_as_it_stands(server: Server) -> None:
    prefect = [sys.executable, "-m", "prefect", "--no-prompt"]
    for step in (["work-pool", "create", "copydesk", "--type", "process"], ["deploy", "--all"]):
        done = subprocess.run([*prefect, *step], env=server.env, cwd=ROOT, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
    deployment = server.ask("deployments/name/ingest/hourly")
    assert deployment["global_concurrency_limit"]["limit"] == 1
    assert deployment["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
    assert [each["schedule"]["cron"] for each in deployment["schedules"]] == ["0 * * * *"]
    of_it = {"deployments": {"id": {"any_": [deployment["id"]]}}}
    assert wait_for(lambda: server.ask("flow_runs/filter", of_it)), "the server makes the runs that are due"
    (pull,) = deployment["pull_steps"]
    assert pull == {"prefect.deployments.steps.set_working_directory": {"directory": str(ROOT)}}


@pytest.mark.parametrize("arguments", [["--cron", "now and then"], ["--cron", "0 * * * *", "--timezone", "Mars/Base"]])
def test_a_schedule_that_is_none_gets_one_line(server: Server, arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "flows.serve", *arguments], env=server.env, cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
