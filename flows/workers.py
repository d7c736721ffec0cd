"""Processes that clean batches, and that outlive a document which ends its process.

A crash in a library's C code, the kernel's out-of-memory killer, a loop that no timer reaches: each of them ends the
process and takes the batch with it.  So a process notes every step before it takes it.  A batch whose process ended is
cleaned again, alone; the step at which its processes ended twice is to blame, and becomes a reject.
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections import Counter
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import TracebackType

from flows.batch import Batch, Done
from flows.limits import end_process_after
from flows.model import Reason, Refused

DEATHS = 2
"""A step is to blame when so many processes ended at it: one may have been killed for another's sake."""
MOST_BLAMED = 8
"""Steps of one batch.  When more are to blame, it is the machine that ends processes, not the documents."""


class WorkersLost(Exception):
    """Processes end again and again, whatever they are given; the message is one line for a person."""


class Workers:
    """`number` processes that clean batches.  Any thread may start a batch and ask for its result."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._pool = pool(number)
        self._lock = threading.Lock()
        self._alone = threading.Lock()

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is not None:  # whoever is told to stop does not wait for the batches that are at work
            for process in multiprocessing.active_children():
                process.terminate()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def start(self, batch: Batch) -> Cleaning:
        """Hand `batch` to a process."""
        return Cleaning(self, batch, self._submit(batch))

    def _submit(self, batch: Batch) -> Future[Done]:
        with self._lock:
            try:
                return self._pool.submit(_clean, batch, frozenset())
            except BrokenProcessPool:
                self._pool = pool(self.number)
                return self._pool.submit(_clean, batch, frozenset())

    def again(self, batch: Batch) -> Done:
        """Clean `batch`, whose process ended or was taken down with another's; raises `WorkersLost`."""
        if _step(batch) is None:  # its turn had not come
            try:
                return self._submit(batch).result()
            except BrokenProcessPool:
                pass
        with self._alone:
            return alone(batch)


class Cleaning:
    """A batch at work."""

    def __init__(self, workers: Workers, batch: Batch, future: Future[Done]) -> None:
        self._workers, self._batch, self._future = workers, batch, future

    def result(self) -> Done:
        """What the batch left; waits for it.  Raises `WorkersLost`."""
        try:
            return self._future.result()
        except BrokenProcessPool:
            return self._workers.again(self._batch)


def alone(batch: Batch) -> Done:
    """Clean `batch` in a process of its own, as often as it takes to find the steps that end it.

    Raises `WorkersLost` where processes end before they begin, or at more than a few steps.
    """
    deaths = Counter({step} if (step := _step(batch)) is not None else ())
    while True:
        blamed = frozenset(step for step, times in deaths.items() if times >= DEATHS)
        with pool(1) as own:
            try:
                return own.submit(_clean, batch, blamed).result()
            except BrokenProcessPool:
                step = _step(batch)
        if step is None or len(blamed) == MOST_BLAMED:
            raise WorkersLost("worker processes are killed again and again; what was committed is whole")
        deaths[step] += 1


def pool(number: int) -> ProcessPoolExecutor:
    """Processes for batches.  Spawned, not forked: a fork of a process with threads may hang."""
    return ProcessPoolExecutor(number, mp_context=multiprocessing.get_context("spawn"), initializer=_as_worker)


def _as_worker() -> None:
    """Leave Ctrl-C, which reaches every process of a terminal, to the process that commits, and end when that ends.

    A pool's workers do not notice by themselves that their parent was killed: they would wait for work for ever.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if parent := multiprocessing.parent_process():
        threading.Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    multiprocessing.connection.wait([sentinel])
    os._exit(1)


def _clean(batch: Batch, blamed: frozenset[int]) -> Done:
    """Clean `batch` in this process, each step noted before it is taken; steps that are to `blame` are refused."""
    from flows.working import clean_batch

    seconds = 2 * batch.settings.max_document_seconds
    with _notes(batch).open("wb") as notes:
        number = 0

        def watch(stage: str) -> None:
            nonlocal number
            number += 1
            if number in blamed:
                raise Refused(stage, Reason.CRASHED, f"it ended the process that was at work on it, {DEATHS} times")
            os.pwrite(notes.fileno(), number.to_bytes(8, "little"), 0)
            end_process_after(seconds)

        done = clean_batch(batch, watch)
    _notes(batch).unlink()
    return done


def _notes(batch: Batch) -> Path:
    return batch.results / f"{batch.name}.step"


def _step(batch: Batch) -> int | None:
    """The step at which the process that cleaned `batch` ended; None where it had not taken one."""
    try:
        noted = _notes(batch).read_bytes()
    except FileNotFoundError:
        return None
    return int.from_bytes(noted, "little") if noted else None
