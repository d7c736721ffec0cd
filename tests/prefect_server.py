"""A real Prefect server for tests, and what they ask it."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

START_SECONDS = 240
QUIET = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}


class Server:
    """A server with its own database, and the environment in which commands find it."""

    def __init__(self, url: str, home: Path, process: subprocess.Popen[bytes]) -> None:
        self.url, self.process = url, process
        self.env = os.environ | QUIET | {"PREFECT_API_URL": url, "PREFECT_HOME": str(home)}

    def ask(self, path: str, body: object = None) -> Any:
        """The answer to a GET, or to a POST of `body`; what is not there yet, or busy, is asked for again."""
        data = None if body is None else json.dumps(body).encode()
        for _ in range(400):
            request = urllib.request.Request(f"{self.url}/{path}", data, {"Content-Type": "application/json"})
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                if error.code not in (404, 503):
                    raise
                time.sleep(0.5)
        raise AssertionError(f"{path}: no answer")

    def latest_run(self) -> dict[str, Any]:
        return self.ask("flow_runs/filter", {"sort": "EXPECTED_START_TIME_DESC", "limit": 1})[0]


@contextmanager
def running(home: Path) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)],
        env=os.environ | QUIET | {"PREFECT_HOME": str(home)}, cwd=home,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    server = Server(f"http://127.0.0.1:{port}/api", home, process)
    try:
        wait_for(lambda: _answers(f"{server.url}/health"), START_SECONDS)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_for(happened: Callable[[], object], seconds: float = 240) -> Any:
    """What `happened` returns once it is true; looks again and again."""
    for _ in range(int(seconds * 5)):
        if result := happened():
            return result
        time.sleep(0.2)
    raise AssertionError(f"did not happen within {seconds} seconds")


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=1).close()
    except OSError:
        return False
    return True
