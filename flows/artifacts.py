"""What a run leaves for people in Prefect's UI: its progress while it works, and tables of what it did."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import httpx
from prefect.artifacts import create_progress_artifact, create_table_artifact, update_progress_artifact
from prefect.events.clients import NullEventsClient
from prefect.events.worker import EventsWorker
from prefect.logging.handlers import APILogHandler

from flows import drift
from flows.manifest import Manifest

TALLIES = {
    "rejects_by_reason": ("ingest-rejects", "reason", "Rejects by reason"),
    "cuts_by_rule": ("ingest-cuts", "rule", "Cuts by rule"),
    "duplicates_by_relation": ("ingest-duplicates", "relation", "Duplicates by relation"),
}
"""Counts of the manifest that get a table of their own: its key, what is counted, its description."""
DRIFT_DOCUMENTS = 20_000
"""Drift is looked for among so many of the newest documents, so that a run's cost does not grow with the corpus."""


class Table(NamedTuple):
    """A table artifact; the same `key` in every run, so that the UI shows its history."""

    key: str
    description: str
    rows: list[dict[str, Any]]


def tables(run: Manifest, out: Path) -> Iterator[Table]:
    """The tables that show the run with the manifest `run` of the corpus at `out`; none but the first is empty."""
    counts = run["counts"]
    totals = [{"what": name.replace("_", " "), "number": n} for name, n in counts.items() if isinstance(n, int)]
    head = f"Run `{run['run_id']}` of the corpus `{out}`, {run['seconds']:.1f} seconds"
    yield Table("ingest-summary", head + (f"\n\n**Failed:** {run['failure']}" if run["failure"] else ""), totals)
    for tally, (key, what, title) in TALLIES.items():
        if found := counts[tally]:
            most_first = sorted(found.items(), key=lambda item: (-item[1], item[0]))
            yield Table(key, f"{title}, run `{run['run_id']}`", [{what: name, "number": n} for name, n in most_first])
    if counts["articles"] and (moved := drift.between_runs(out, DRIFT_DOCUMENTS)):
        yield Table("ingest-drift", "What moved between publishers' last runs by more than chance", _moves(moved))


def _moves(moved: tuple[drift.Drift, ...]) -> list[dict[str, Any]]:
    return [
        {
            "publisher": each.publisher or "(unknown)",
            "measure": each.measure,
            "before": f"{each.before:.0%} of {each.documents_before}",
            "after": f"{each.after:.0%} of {each.documents_after}",
            "p": f"{each.p_value:.1e}",
        }
        for each in moved
    ]


class Board:
    """The artifacts of one run.  Once Prefect does not answer, it is not asked again: the data does not wait for it."""

    def __init__(self, log: logging.Logger | logging.LoggerAdapter[logging.Logger]) -> None:
        self._log = log
        self._progress: UUID | None = None
        self._lost = False

    def progress(self, done: int, total: int) -> None:
        """Show how many of the new files are committed, of how many there are."""
        if self._lost or not total:
            return
        percent = 100 * done / total
        try:
            if self._progress is None:
                made = create_progress_artifact(percent, key="ingest-progress", description=f"{total} new files")
                self._progress = UUID(str(made))
            else:
                update_progress_artifact(self._progress, percent)
        except httpx.HTTPError as error:
            self._lose(error)

    def show(self, run: Manifest, out: Path) -> None:
        """Show what the run with the manifest `run` did to the corpus at `out`."""
        for key, description, rows in () if self._lost else tables(run, out):
            try:
                create_table_artifact(rows, key=key, description=description)
            except httpx.HTTPError as error:
                self._lose(error)
                return

    def _lose(self, error: Exception) -> None:
        self._lost = True
        _unplug()
        self._log.warning("Prefect does not answer (%s); the run goes on without it", type(error).__name__)


def _unplug() -> None:
    """Keep Prefect from trying to send every event and log line, for seconds each, and from reporting each failure."""
    EventsWorker.set_client_override(NullEventsClient)
    for name in ("prefect._internal.concurrency", "prefect.events.clients", "EventsWorker"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    logging.getLogger("prefect.flow_runs").addFilter(_without_traceback)
    for logger in [logging.getLogger(name) for name in logging.root.manager.loggerDict]:
        for handler in [each for each in logger.handlers if isinstance(each, APILogHandler)]:
            logger.removeHandler(handler)


def _without_traceback(record: logging.LogRecord) -> bool:
    """Leave the line that says that the run's end could not be told to Prefect, and spare the reader the rest of it."""
    record.exc_info = None
    return True
