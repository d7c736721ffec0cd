"""OpenLineage events as a catalogue gets them: in a file, and from a real HTTP server."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from flows import lineage
from flows.schema import TABLES, table_schema
from tests.test_ingest import AS_OF, RAW, command, rows


class Endpoint(HTTPServer):
    """Keeps every event that is posted to it."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict]] = []
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.events.append((self.path, json.loads(body)))
        self.send_response(201)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def ingest(*arguments: object):
    return command(*arguments, "--as-of", AS_OF, "--no-prefect", "--workers", 1)


def test_events_in_a_file_say_what_was_read_and_written(tmp_path: Path) -> None:
    events, out = tmp_path / "events.jsonl", tmp_path / "out"
    done = ingest(RAW, "--out", out, "--lineage", events)
    assert (done.returncode, done.stderr) == (0, "")
    start, complete = [json.loads(line) for line in events.read_text().splitlines()]
    assert (start["eventType"], complete["eventType"]) == ("START", "COMPLETE")
    assert start["run"]["runId"] == complete["run"]["runId"]
    assert [each["name"] for each in complete["inputs"]] == [str(RAW)]
    for table, output in zip(TABLES, complete["outputs"], strict=True):
        assert output["name"] == str(out / table)
        assert output["outputFacets"]["outputStatistics"]["rowCount"] == len(rows(out, table))
        assert [field["name"] for field in output["facets"]["schema"]["fields"]] == table_schema(table).names
    facts = complete["run"]["facets"]["copydesk"]
    (manifest,) = (out / "runs").glob("*.json")
    assert (facts["run_id"], facts["counts"]) == (manifest.stem, json.loads(manifest.read_text())["counts"])

    assert ingest(RAW, "--out", out, "--lineage", events).returncode == 0
    assert len(events.read_text().splitlines()) == 2, "a run that found nothing tells nothing"


def test_events_go_to_an_endpoint_and_a_failed_run_fails_there(endpoint: Endpoint, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{endpoint.server_port}"
    done = ingest(RAW, "--out", tmp_path / "out", "--lineage", url, "--max-reject-share", "0.01")
    assert done.returncode == 3, done.stderr
    assert [(path, event["eventType"]) for path, event in endpoint.events] == [
        ("/api/v1/lineage", "START"),
        ("/api/v1/lineage", "FAIL"),
    ]
    assert "new documents are rejects" in endpoint.events[1][1]["run"]["facets"]["errorMessage"]["message"]


def test_an_endpoint_that_does_not_answer_is_a_warning(tmp_path: Path) -> None:
    done = ingest(RAW / "text", "--out", tmp_path / "out", "--lineage", tmp_path / "no-folder" / "events.jsonl")
    assert done.returncode == 0
    assert "could not be delivered" in done.stderr
    assert "Traceback" not in done.stderr
    assert rows(tmp_path / "out", "articles")


@pytest.mark.parametrize(("error", "state"), [(ValueError("disk on fire"), "FAIL"), (KeyboardInterrupt(), "ABORT")])
def test_a_run_that_breaks_off_is_told(error: BaseException, state: str, tmp_path: Path) -> None:
    counts = dict.fromkeys(TABLES, 0)
    run = dict.fromkeys(("pipeline_version", "rules_version", "settings_sha256"), "x")
    run |= {"run_id": "r", "as_of": AS_OF, "counts": counts, "failure": None}
    with pytest.raises(type(error)), lineage.told(str(tmp_path / "events"), [RAW], tmp_path) as tell:
        tell.began(run)
        raise error
    assert [json.loads(line)["eventType"] for line in (tmp_path / "events").read_text().splitlines()] == [
        "START",
        state,
    ]
