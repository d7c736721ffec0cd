"""A run: find what is new, clean it in batches, decide on duplicates, publish.  Knows no Prefect.

Batches are cleaned in parallel and committed one after another in the order of their paths, by one writer; hence
neither the number of workers nor an interruption changes what ends up in the tables.
"""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

from flows import __version__, batch, card, commit, sources, standing, stores
from flows.batch import Batch, Done, NewFile, clean_batch
from flows.corpus import Corpus, CorpusUnwritable
from flows.dedup.index import Index
from flows.fingerprints import Fingerprints
from flows.manifest import Manifest, begun, deferred, ended, resumed
from flows.model import Refused
from flows.publication import publish
from flows.rows import Provenance
from flows.settings import Settings, Terms
from flows.stores import Place
from flows.versions import rules_version
from flows.workers import Workers


class NoRaw(Exception):
    """A raw file or folder is not there: a typing error, a volume that is not mounted, a store that does not answer.
    One line for a person."""


class Pending(Protocol):
    """A batch at work: a future of `concurrent.futures` or of Prefect."""

    def result(self) -> Done: ...


class Team(Protocol):
    """Whoever cleans batches: processes of this machine or of a cluster."""

    @property
    def number(self) -> int:
        """So many batches can be at work at a time."""

    def start(self, batch: Batch) -> Pending:
        """Hand over `batch`."""


Crew = Callable[[int], AbstractContextManager[Team]]
"""Called with the number of batches: whoever cleans them, until the context is left."""
AHEAD = 2
"""Batches that are handed over for each that can be at work, so that nobody waits for the one that commits."""
Progress = Callable[[int, int], None]
"""Called with the number of new files that are committed, and how many new files there are."""
Began = Callable[[Manifest], object]
"""Called with the manifest of a run that has found something to do and done nothing yet."""
Committed = Callable[[], object]
"""Called when a batch is committed."""


def ingest(
    roots: Sequence[Place],
    out: Path,
    *,
    now: datetime,
    workers: int,
    progress: Progress,
    settings: Settings | None = None,
    terms: Terms | None = None,
    crew: Crew | None = None,
    began: Began | None = None,
    committed: Committed | None = None,
    exclude: Place | None = None,
) -> Manifest:
    """Take the raw files under `roots` into the corpus at `out`; returns the run's manifest.

    `now` (aware) is the run's clock.  `crew` cleans the batches; without it `workers` processes do.
    Without `settings` they are the usual ones, with the corpus's standing blocks.
    A run that finds nothing new returns a manifest and leaves none.  Where the run did not keep to `terms`, the
    manifest's `failure` says so; its documents are in the corpus all the same.
    What is under `exclude` (without it, `out`) is not raw.
    Raises `NoRaw`, `WorkersLost`, and `CorpusError` where the corpus is busy, damaged or cannot be written.
    """
    settings, terms = settings or standing.settings(out), terms or Terms()
    started = datetime.now(UTC)
    _check(roots)
    with Corpus.open(out) as corpus:
        files = look(roots, exclude or out, out)
        new = list(_unknown(files, corpus.known_files()))
        settled, unsettled = _by_rest(new, terms.settle)
        provenance = Provenance(_run_id(files, settings, now), __version__, rules_version(), settings.sha256(), now)
        earlier = corpus.manifest(provenance.run_id)
        begins = begun(
            provenance, settings, started, raw=roots, files_found=len(files), files_known=len(files) - len(new)
        )
        run = deferred(resumed(earlier) if earlier else begins, unsettled)
        if settled and began:
            began(run)
        progress(0, len(settled))
        if settled:
            batches = batch.split(settled, settings, provenance, corpus.work_folder)
            index = Index.open(corpus.index_folder, out / "articles", out / "duplicates")
            done = 0
            with crew(len(batches)) if crew else _crew(workers, len(batches)) as team:
                for finished, result in _in_order(batches, team):
                    run = deferred(publish(corpus, index, finished.name, result, run), result.deferred)
                    if committed:
                        committed()
                    done += len(finished.files)
                    progress(done, len(settled))
        card.renew(out)
        run = ended(run, terms, started, datetime.now(UTC))
        if settled or earlier:
            corpus.write_manifest(run)
        return run


def _check(roots: Sequence[Place]) -> None:
    for root in roots:
        if isinstance(root, str):  # a store says it when it is asked for a listing
            continue
        try:
            root.stat()
        except OSError as error:
            raise NoRaw(f"{root}: {error.strerror or error}") from error


def look(roots: Sequence[Place], exclude: Place, out: Path) -> list[NewFile]:
    """The raw files under `roots` with their hashes, but for what is under `exclude`, in the order of their paths.

    Those that have not changed since a run into the corpus at `out` looked at them are not read.  Raises `NoRaw` where
    a store does not answer.
    """
    roots = [stores.absolute(root) for root in roots]
    cached = out / commit.STATE / "fingerprints"
    cache = Fingerprints.load(cached, time.time_ns())
    looked_at = partial(_looked_at, roots=roots, cache=cache)
    try:
        found = sources.discover(roots, exclude)
        stored = any(isinstance(root, str) for root in roots)
        files = stores.together(looked_at, found) if stored else [looked_at(entry) for entry in found]
    except stores.StoreError as error:
        raise NoRaw(str(error)) from error
    with suppress(OSError):  # without it the next run hashes more, no harm done
        cache.save(cached, roots)
    return files


def _looked_at(entry: sources.Entry, roots: Sequence[Place], cache: Fingerprints) -> NewFile:
    try:
        return NewFile(entry, *sources.fingerprint(entry.place, roots, cache))
    except Refused as refused:
        return NewFile(entry, None, None, refused.detail)


def _by_rest(files: Sequence[NewFile], settle: timedelta) -> tuple[list[NewFile], list[str]]:
    """Those of `files` that have been at rest for `settle`, and the raw paths of the others.

    The change time is asked, since copying tools set the modification time back.  A file from a clock that is ahead
    of ours is not waited for longer than that.  An object of a store is whole from its first moment.
    """
    if not settle:
        return list(files), []
    now = time.time()
    settled, unsettled = [], []
    for file in files:
        if isinstance(file.entry.place, stores.StoredObject):
            settled.append(file)
            continue
        try:
            restless = abs(now - file.entry.place.stat().st_ctime) < settle.total_seconds()
        except OSError:
            restless = False  # whoever reads it finds out why
        if restless:
            unsettled.append(file.entry.path)
        else:
            settled.append(file)
    return settled, unsettled


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


@contextmanager
def _crew(workers: int, batches: int) -> Iterator[Team]:
    """Cleans in processes where there is something to share out, else here: a process costs more than a small batch."""
    if min(workers, batches) < 2:
        yield _Here()
    else:
        with Workers(min(workers, batches)) as team:
            yield team


class _Here:
    """Cleans a batch in this process when its result is asked for."""

    number = 1

    def start(self, batch: Batch) -> Pending:
        return _Later(batch)


@dataclass(frozen=True, slots=True)
class _Later:
    batch: Batch

    def result(self) -> Done:
        return clean_batch(self.batch)


def _in_order(batches: Sequence[Batch], team: Team) -> Iterator[tuple[Batch, Done]]:
    """Each batch with its result, in the order of `batches`; those under way are bounded, and so is disk use."""
    under_way: deque[tuple[Batch, Pending]] = deque()
    for each in batches:
        under_way.append((each, team.start(each)))
        if len(under_way) >= AHEAD * team.number:
            first, pending = under_way.popleft()
            yield first, _result(pending)
    for first, pending in under_way:
        yield first, _result(pending)


def _result(pending: Pending) -> Done:
    try:
        return pending.result()
    except OSError as error:  # reading gives rejects, so it is the work folder that refuses
        raise CorpusUnwritable(f"a cleaned batch cannot be written: {error}") from error
