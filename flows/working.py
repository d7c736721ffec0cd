"""A batch at work: each of its files read and cleaned, the rows left in files for the process that commits.

This is all that a worker does.  A process that leaves it to others does not import this module, and so holds none of
the libraries that cleaning needs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from flows import pipeline, rows, rules, sources
from flows.batch import Batch, Done
from flows.limits import TooSlow, cpu_limit
from flows.model import Article, Changed, PassedOver, Piece, RawFile, Reason, Refused, Reject
from flows.rules import Catalogue

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
    return pipeline.rejected(raw, refused)
