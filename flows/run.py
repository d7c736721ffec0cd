"""A run: find what is new, clean it in batches, decide on duplicates, publish.  Knows no Prefect.

Batches are cleaned in parallel and committed one after another in the order of their paths, by one writer; hence
neither the number of workers nor an interruption changes what ends up in the tables.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from flows import __version__, card, looking, standing, stores
from flows.batch import Batch, Done
from flows.corpus import Corpus, CorpusUnwritable
from flows.dedup.index import Index
from flows.manifest import Manifest, begun, deferred, ended, resumed
from flows.publication import publish
from flows.rows import Provenance
from flows.settings import Settings, Terms
from flows.stores import Place
from flows.tables import writing
from flows.versions import rules_version
from flows.workers import Workers


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
    _check(roots, exclude or out)
    with Corpus.open(out) as corpus:
        found = looking.find(
            looking.look(roots, exclude or out, out),
            corpus.knows,
            settings,
            terms.settle,
            corpus.work_folder / "new",
            begins=f"{__version__}\0{settings.sha256()}\0{now.isoformat()}\0",
        )
        # follows from the inputs, the settings and the clock, so that a run that is repeated is the same run
        run_id = f"{now:%Y%m%dT%H%M%SZ}-{found.digest[:12]}"
        provenance = Provenance(run_id, __version__, rules_version(), settings.sha256(), now)
        earlier = corpus.manifest(provenance.run_id)
        begins = begun(
            provenance, settings, started, raw=roots, files_found=found.files, files_known=found.files - found.new
        )
        run = deferred(resumed(earlier) if earlier else begins, found.unsettled)
        if found.settled and began:
            began(run)
        progress(0, found.settled)
        if found.settled:
            batches = (Batch(files, settings, provenance, corpus.work_folder) for files in found)
            with writing(out):
                index = Index.open(corpus.index_folder, out / "articles", out / "duplicates")
            done = 0
            with crew(found.batches) if crew else _crew(workers, found.batches) as team:
                for finished, result in _in_order(batches, team):
                    run = deferred(publish(corpus, index, finished.name, result, run), result.deferred)
                    read = (file for file in finished.files if file.entry.path not in result.deferred)
                    corpus.known.note((file.entry.path, file.sha256 or "") for file in read)
                    if committed:
                        committed()
                    done += len(finished.files)
                    progress(done, found.settled)
        card.renew(out)
        run = ended(run, terms, started, datetime.now(UTC))
        if found.settled or earlier:
            corpus.write_manifest(run)
        return run


def _check(roots: Sequence[Place], out: Place) -> None:
    for root in roots:
        if stores.is_same(root, out):
            raise looking.NoRaw(f"{root} is the corpus: raw files need a folder of their own")
        if isinstance(root, str):  # a store says it when it is asked for a listing
            continue
        try:
            root.stat()
        except OSError as error:
            raise looking.NoRaw(f"{root}: {error.strerror or error}") from error


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
        from flows.working import clean_batch

        return clean_batch(self.batch)


def _in_order(batches: Iterable[Batch], team: Team) -> Iterator[tuple[Batch, Done]]:
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
