"""A run: find what is new, clean it in batches, decide on duplicates, publish.  Knows no Prefect.

Batches are cleaned in parallel and committed one after another in the order of their paths, by one writer; hence
neither the number of workers nor an interruption changes what ends up in the tables.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from flows import __version__, batch, sources, standing
from flows.batch import Batch, Done, NewFile
from flows.corpus import Corpus
from flows.dedup.index import Index
from flows.manifest import Manifest, begun, ended
from flows.model import Refused
from flows.publication import publish
from flows.rows import Provenance
from flows.settings import Settings
from flows.versions import rules_version


class Pending(Protocol):
    """A batch at work: a future of `concurrent.futures` or of Prefect."""

    def result(self) -> Done: ...


Start = Callable[[Batch], Pending]
Progress = Callable[[int, int], None]
"""Called with the number of new files that are committed, and how many new files there are."""


def ingest(
    roots: Sequence[Path],
    out: Path,
    *,
    now: datetime,
    workers: int,
    progress: Progress,
    settings: Settings | None = None,
    start: Start | None = None,
) -> Manifest:
    """Take the raw files under `roots` into the corpus at `out`; returns the run's manifest.

    `now` (aware) is the run's clock.  `start` hands a batch to whoever cleans it; without it `workers` processes do.
    Without `settings` they are the usual ones, with the corpus's standing blocks.
    Raises `CorpusError` where the corpus is busy, damaged or cannot be written.
    """
    settings = settings or Settings(standing=standing.stored(standing.read(out)))
    started = datetime.now(UTC)
    with Corpus.open(out) as corpus, ExitStack() as stack:
        files = [_looked_at(entry, roots) for entry in sources.discover(roots, exclude=out)]
        known = corpus.known_files()
        new = list(_unknown(files, known))
        provenance = Provenance(_run_id(files, settings, now), __version__, rules_version(), settings.sha256(), now)
        run = corpus.manifest(provenance.run_id) or begun(
            provenance, settings, started, files_found=len(files), files_known=len(files) - len(new)
        )
        batches = batch.split(new, settings, provenance, corpus.work_folder)
        index = Index.open(corpus.index_folder, out / "articles", out / "duplicates")
        start = start or _starter(stack, workers, len(batches))
        done = 0
        progress(done, len(new))
        for finished, result in _in_order(batches, start, ahead=2 * workers):
            run = publish(corpus, index, finished.name, result, run)
            done += len(finished.files)
            progress(done, len(new))
        run = ended(run, started, datetime.now(UTC))
        corpus.write_manifest(run)
        return run


def pool(workers: int) -> ProcessPoolExecutor:
    """Processes that clean batches.  Spawned, not forked: a fork of a process with threads may hang."""
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=_as_worker)


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


def _looked_at(entry: sources.Entry, roots: Sequence[Path]) -> NewFile:
    try:
        return NewFile(entry, *sources.fingerprint(entry.place, roots))
    except Refused as refused:
        return NewFile(entry, None, None, refused.detail)


def _unknown(files: Sequence[NewFile], known: set[tuple[str, str]]) -> Iterator[NewFile]:
    """The files that are not in the tables; of one that two raw folders hold alike, path and bytes, the first."""
    seen = set(known)
    for file in files:
        key = (file.entry.path, file.sha256 or "")
        if key not in seen:
            seen.add(key)
            yield file


def _run_id(files: Sequence[NewFile], settings: Settings, now: datetime) -> str:
    """Follows from the inputs, the settings and the clock, so that a run that is repeated is the same run."""
    digest = hashlib.sha256(f"{__version__}\0{settings.sha256()}\0{now.isoformat()}\0".encode())
    for file in files:
        digest.update(f"{file.entry.path}\0{file.sha256}\0".encode())
    return f"{now:%Y%m%dT%H%M%SZ}-{digest.hexdigest()[:12]}"


def _starter(stack: ExitStack, workers: int, batches: int) -> Start:
    """Cleans in processes where there is something to share out, else here: a process costs more than a small batch."""
    if min(workers, batches) < 2:
        return _Here
    executor: Executor = stack.enter_context(pool(min(workers, batches)))
    stack.callback(executor.shutdown, wait=True, cancel_futures=True)
    return lambda each: executor.submit(batch.clean_batch, each)


class _Here:
    """A batch that is cleaned in this process when its result is asked for."""

    def __init__(self, each: Batch) -> None:
        self._batch = each

    def result(self) -> Done:
        return batch.clean_batch(self._batch)


def _in_order(batches: Sequence[Batch], start: Start, ahead: int) -> Iterator[tuple[Batch, Done]]:
    """Each batch with its result, in the order of `batches`; at most `ahead` are under way, which bounds disk use."""
    under_way: deque[tuple[Batch, Pending]] = deque()
    for each in batches:
        under_way.append((each, start(each)))
        if len(under_way) >= ahead:
            first, pending = under_way.popleft()
            yield first, pending.result()
    for first, pending in under_way:
        yield first, pending.result()
