"""A process that publishes to a corpus in object storage and is killed on the way.

python -m tests.mirroring    for each line of input (URL WORK COUNT STEP CACHE): start a process that does WORK of
                             `tests.publishing` up to COUNT to the corpus at URL from the copy in CACHE, killed before
                             a change to the store: the STEP-th of all (0: none), or, as `cp_file:3`, the third of a
                             kind; say how it ended: `killed`, `done`, or the line that a user gets
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flows import mirror, remote, stores
from flows.corpus import CorpusError
from tests import publishing

ROOT = Path(__file__).parent.parent
CHANGES = ("put_file", "pipe_file", "cp_file", "rm_file")


class Fatal:
    """A store before whose change number `step` (of `kinds`) the process dies."""

    def __init__(self, store: Any, step: int, kinds: tuple[str, ...]) -> None:
        self._store, self._step, self._kinds, self._lock = store, step, kinds, threading.Lock()

    def __getattr__(self, name: str) -> Any:
        if name in self._kinds:
            with self._lock:
                self._step -= 1
                if self._step == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
        return getattr(self._store, name)


Writer = Callable[[str, str, int, int | str, Path], str]


@contextmanager
def writers() -> Iterator[Writer]:
    """A function that has such a process started: given URL, WORK, COUNT, STEP and CACHE, it says how that ended."""
    command = [sys.executable, "-m", "tests.mirroring"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        ask, answer = process.stdin, process.stdout

        def start(*what: object) -> str:
            print(*what, file=ask, flush=True)
            return answer.readline().strip()

        yield start


def work(url: str, what: str, count: int) -> None:
    """Do `what` up to `count`, published after every second commit."""
    with mirror.opened(url) as copy:
        if what == "rebuild":
            other = copy.folder.parent / "other"
            publishing.write(other, count)
            publishing.rebuild(copy.folder, count)
        else:
            for number in range(2, count + 2, 2):
                publishing.WORK[what](copy.folder, min(number, count))
                copy.publish()
        copy.publish()


def _child(url: str, what: str, count: int, step: str, cache: str) -> int:
    os.environ["COPYDESK_CACHE"] = cache
    found = stores.filesystem
    kind, _, number = step.rpartition(":")
    kinds = (kind,) if kind else CHANGES

    def filesystem(address: str) -> tuple[Any, str]:
        store, root = found(address)
        return Fatal(store, int(number), kinds), root

    remote.stores.filesystem = filesystem
    try:
        work(url, what, count)
    except CorpusError as error:
        print(error, flush=True)
    else:
        print("done", flush=True)
    return 0


def main() -> None:
    import s3fs  # noqa: F401 - once, and not in every child

    for line in sys.stdin:
        url, what, count, step, cache = line.split()
        child = os.fork()
        if not child:
            os._exit(_child(url, what, int(count), step, cache))
        if os.WIFSIGNALED(os.waitpid(child, 0)[1]):
            print("killed", flush=True)


if __name__ == "__main__":
    main()
