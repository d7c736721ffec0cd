"""The unit of work: a batch of raw files, cleaned in one worker, its result left in files.

Paths go in and paths come out, so that neither Prefect nor a pool of processes carries texts about.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from flows import pipeline, rows, rules, sources
from flows.limits import TooSlow, cpu_limit
from flows.model import Article, Changed, PassedOver, Piece, RawFile, Reason, Refused, Reject
from flows.rules import Catalogue
from flows.settings import Settings


@dataclass(frozen=True, slots=True)
class NewFile:
    """A raw file that is not in the tables yet."""

    entry: sources.Entry
    sha256: str | None
    """None where it could not be read."""
    size: int | None
    refusal: str | None = None
    """Why it could not be read."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Raw files that are cleaned together and committed together."""

    files: tuple[NewFile, ...]
    settings: Settings
    provenance: rows.Provenance
    results: Path
    """Folder for the result's files."""

    @property
    def name(self) -> str:
        """Follows from the files alone: whoever cleans these files, in whatever run, writes the same names."""
        digest = hashlib.sha256()
        for file in self.files:
            digest.update(f"{file.entry.path}\0{file.sha256}\0".encode())
        return digest.hexdigest()[:20]


@dataclass(frozen=True, slots=True)
class Done:
    """What a cleaned batch left: files with its rows, before duplicates are told apart."""

    articles: Path
    rejects: Path
    passed_over: Mapping[str, int] = field(default_factory=dict)
    """Records of containers that are no documents, by kind."""
    deferred: tuple[str, ...] = ()
    """Raw paths of files that changed under the reader: they left no rows, the next run takes them."""


def split(files: Iterable[NewFile], settings: Settings) -> Iterator[tuple[NewFile, ...]]:
    """Cut `files` into those of a batch each, by number and bytes: the same files give the same batches for any number
    of workers.
    """
    pending: list[NewFile] = []
    weight = 0
    for file in files:
        size = file.size or 0
        if pending and (len(pending) == settings.batch_files or weight + size > settings.batch_bytes):
            yield tuple(pending)
            pending, weight = [], 0
        pending.append(file)
        weight += size
    if pending:
        yield tuple(pending)


Watch = Callable[[str], None]
"""Told the stage (`read`, `clean`) before each step, in an order that follows from the batch alone; may refuse it."""


def unwatched(stage: str) -> None:
    """Nobody watches: in the process that commits there is nobody to tell."""


def clean_batch(batch: Batch, watch: Watch = unwatched) -> Done:
    """Clean every file of `batch`; the rows are written under `batch.results`, in the order of the files.

    Rows are written as they come, some hundred at a time: a container may hold more than fits in memory.
    """
    articles = batch.results / f"{batch.name}.articles.arrow"
    rejects = batch.results / f"{batch.name}.rejects.arrow"
    passed: Counter[str] = Counter()
    deferred: list[str] = []
    with rows.Writer(articles, "articles") as good, rows.Writer(rejects, "rejects") as bad:
        for outcome in _outcomes(batch, watch):
            if isinstance(outcome, str):
                deferred.append(outcome)
            elif isinstance(outcome, PassedOver):
                passed[outcome.kind] += 1
            elif isinstance(outcome, Reject):
                bad.add(rows.reject_row(outcome, batch.provenance))
            else:
                good.add(rows.article_row(outcome, batch.provenance))
    return Done(articles, rejects, dict(passed), tuple(deferred))


def _outcomes(batch: Batch, watch: Watch) -> Iterator[Article | Reject | PassedOver | str]:
    """What became of each document; of a file that changed under the reader, its path."""
    catalogue = rules.load()
    for file in batch.files:
        path = file.entry.path
        if file.sha256 is None or file.size is None:
            yield Reject(path, None, None, None, "read", Reason.UNREADABLE, file.refusal or "")
            continue
        seconds = batch.settings.max_document_seconds
        found = _watched(sources.read(file.entry, file.sha256, file.size, batch.settings), watch, seconds)
        try:
            for piece in pipeline.safely(found, path, file.sha256, file.size):
                if isinstance(piece, RawFile):
                    yield _cleaned(piece, catalogue, batch, watch)
                else:
                    yield piece
        except Changed:
            yield path
        except TooSlow:
            detail = f"not read on after {seconds} seconds of CPU time"
            yield Reject(path, None, file.sha256, file.size, "read", Reason.TIMEOUT, detail)


def _watched(found: Iterator[Piece], watch: Watch, seconds: float) -> Iterator[Piece]:
    """The pieces that are `found`, each within the time that a document may take."""
    while True:
        watch("read")
        try:
            with cpu_limit(seconds):
                piece = next(found)
        except StopIteration:
            return
        yield piece


def _cleaned(raw: RawFile, catalogue: Catalogue, batch: Batch, watch: Watch) -> Article | Reject:
    """The article in `raw`, or why there is none, within the time that a document may take."""
    seconds = batch.settings.max_document_seconds
    try:
        watch("clean")
        with cpu_limit(seconds):
            return pipeline.clean(raw, catalogue, batch.settings, batch.provenance.ingested_at)
    except TooSlow:
        refused = Refused("clean", Reason.TIMEOUT, f"not done after {seconds} seconds of CPU time")
    except Refused as error:
        refused = error
    return Reject(raw.path, raw.locator, raw.sha256, raw.size, refused.stage, refused.reason, refused.detail)
