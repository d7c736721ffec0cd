"""Cleaning on a Dask cluster: batches go to its workers, results come back as files in a folder that all of them see.

The machine that runs the job commits, as ever.  A worker may be killed at any moment and Dask may clean a batch more
than once: the result is the same file, put in its place in one step.
"""

from __future__ import annotations

import socket
from asyncio import CancelledError
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType
from urllib.parse import urlsplit

from distributed import Client, Future, KilledWorker
from distributed.comm.core import CommClosedError

from flows import __version__, workers
from flows.batch import Batch, Done
from flows.versions import rules_version
from flows.workers import WorkersLost

ANSWER_SECONDS = 30
"""How long the scheduler may take to answer at the start."""


class Cluster:
    """The workers of the Dask scheduler at `address` (`tcp://host:8786`)."""

    def __init__(self, address: str) -> None:
        """Connect; raises `WorkersLost` where nobody answers, or the scheduler has no worker."""
        self._address = address
        try:
            _reach(address)
            self._client = Client(address, timeout=ANSWER_SECONDS, set_as_default=False)
            self._client.wait_for_workers(1, timeout=ANSWER_SECONDS)
        except (OSError, ValueError, TimeoutError) as error:
            raise WorkersLost(f"no Dask scheduler with workers answers at {address}") from error
        self.number = sum(self._client.nthreads().values())
        """Threads of all workers: so many batches can be at work."""

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._client.close()

    def crew(self, batches: int) -> AbstractContextManager[Cluster]:
        """Itself, for `flows.run.ingest`, which does not end what it did not begin."""
        return nullcontext(self)

    def start(self, batch: Batch) -> Cleaning:
        """Hand `batch` to the cluster."""
        return Cleaning(self._address, batch, self._client.submit(clean_there, batch, key=f"clean-{batch.name}"))


def _reach(address: str) -> None:
    """Raise `OSError` or `ValueError` where nothing listens: Dask's client would leave its own traceback."""
    place = urlsplit(address)
    if not place.hostname or not place.port:
        raise ValueError(address)
    socket.create_connection((place.hostname, place.port), timeout=ANSWER_SECONDS).close()


class Cleaning:
    """A batch at work somewhere in the cluster."""

    def __init__(self, address: str, batch: Batch, future: Future[Done]) -> None:
        self._address, self._batch, self._future = address, batch, future

    def result(self) -> Done:
        """What the batch left; waits for it.

        A batch that Dask gave up, because it was at several workers when they died, is cleaned here, in a process of
        its own that finds the document to blame.  Raises `WorkersLost`.
        """
        try:
            done: Done = self._future.result()
        except KilledWorker:
            return workers.alone(self._batch)
        except (CancelledError, CommClosedError, OSError) as error:
            raise WorkersLost(f"the Dask scheduler at {self._address} is gone; what was committed is whole") from error
        finally:
            self._future.release()
        return done


def clean_there(batch: Batch) -> Done:
    """Clean `batch` on a worker; raises `WorkersLost` where that would not give what it gives at home."""
    from flows.working import clean_batch

    provenance = batch.provenance
    theirs, ours = (provenance.pipeline_version, provenance.rules_version), (__version__, rules_version())
    if theirs != ours:
        raise WorkersLost(f"a Dask worker has copydesk {' '.join(ours)}, this is copydesk {' '.join(theirs)}")
    if not batch.results.is_dir():
        raise WorkersLost("a Dask worker does not see the corpus; raw files and corpus must be on a shared file system")
    return clean_batch(batch)
