"""The Prefect flow around the main job, its task, and how it is served: with `artifacts`, all that imports Prefect.

Deploy it as `flows/flow.py:ingest`.  The flow is a thin wrapper of `flows.run.ingest`; a task is one batch of paths.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import httpx
from prefect import flow, get_run_logger, task
from prefect import serve as serve_deployments
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy, State, TaskRun
from prefect.client.schemas.schedules import CronSchedule
from prefect.events.worker import EventsWorker
from prefect.logging.handlers import PrefectConsoleHandler
from prefect.schedules import Cron
from prefect.states import Cancelled, Failed
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.tasks import Task
from prefect.types.entrypoint import EntrypointType
from pydantic import BeforeValidator, Field, ValidationError

from flows import lineage, looking, mirror, run, stores
from flows.artifacts import Board
from flows.batch import Batch, Done
from flows.corpus import CorpusBusy, CorpusError
from flows.manifest import Manifest
from flows.settings import Terms
from flows.stores import Place
from flows.tracking import TrackingLost, Unreachable
from flows.workers import Workers, WorkersLost

ONE_AT_A_TIME = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
"""A run that is due while another of the same deployment is at work is cancelled, not queued."""
RETRIES = 2
RETRY_SECONDS = 5
LAST_EVENTS_SECONDS = 10
"""How long a one-off run waits for Prefect to take its last events."""


def _may_pass(task: Task[..., Any], task_run: TaskRun, state: State[Any]) -> bool:
    """Whether a batch failed for a reason that may be gone in a moment: the disk or the network it is on."""
    return isinstance(state.result(raise_on_failure=False), OSError)


@task(
    name="clean-batch",
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=RETRIES,
    retry_delay_seconds=RETRY_SECONDS,
    retry_condition_fn=_may_pass,
)
def clean_in_team(batch: Batch, team: run.Team) -> Done:
    """Clean one batch in one of the processes of `team`, which know no Prefect.

    Bad input never comes here as an error, it becomes rejects; what is tried again is writing the result.
    """
    return team.start(batch).result()


BATCHES_AT_ONCE = 64
"""Threads that wait for the pool: more than processes on any one machine, so that the pool is never idle."""


@dataclass(frozen=True, slots=True)
class _Tasks:
    """A team each of whose batches is a task."""

    team: run.Team

    @property
    def number(self) -> int:
        return self.team.number

    def start(self, batch: Batch) -> run.Pending:
        return clean_in_team.submit(batch, self.team)


@contextmanager
def _tasks(workers: int, scheduler: str | None) -> Iterator[_Tasks]:
    if scheduler is None:
        with Workers(workers) as processes:
            yield _Tasks(processes)
    else:
        from flows.cluster import Cluster

        with Cluster(scheduler) as cluster:
            yield _Tasks(cluster)


@dataclass(slots=True)
class _Caller:
    """The process that runs the flow by itself: what it shows meanwhile, and what it gets besides Prefect's state."""

    progress: run.Progress
    manifest: Manifest | None = None
    error: Exception | None = None


Where = Annotated[str, BeforeValidator(str)]
"""A path or an address, as the UI takes it; a `Path` would lose a slash of `s3://`."""

_caller: ContextVar[_Caller | None] = ContextVar("caller", default=None)


@flow(
    name="ingest",
    description="Take raw news files into a clean, deduplicated, accountable Parquet corpus.",
    task_runner=ThreadPoolTaskRunner(max_workers=BATCHES_AT_ONCE),  # type: ignore[arg-type]  # its generics do not fit
    persist_result=False,
)
def ingest(
    raw: Annotated[list[Where], Field(min_length=1)],
    out: Where = "normalized",
    workers: Annotated[int, Field(ge=1)] = 2,
    settle_seconds: Annotated[int, Field(ge=0)] = 30,
    max_reject_share: Annotated[float | None, Field(ge=0, le=1)] = None,
    lineage_to: str | None = None,
    scheduler: str | None = None,
    as_of: datetime | None = None,
) -> Manifest | State[Manifest]:
    """Take the raw news files under `raw` into the corpus at `out`; returns the run's manifest.

    A run that meets another writer of the corpus ends as cancelled, as Prefect's own limit would have it; one that
    cannot do its work, or has too many rejects, as failed, with one line that says why.

    Args:
        raw: Raw files or folders, as paths on the machine that runs the flow, or addresses (s3://BUCKET/PREFIX).
        out: The corpus's folder, or address; made if it does not exist.
        workers: Processes that clean. Changes nothing in the result.
        settle_seconds: A new file that changed less than this ago may still be being written; the next run takes it.
        max_reject_share: The run fails, with the other documents in the corpus, if more of its new documents than
            this share (0 to 1) are rejects. Empty: any share will do.
        lineage_to: OpenLineage events go to this file or HTTP address. Empty: none are made.
        scheduler: Address of a Dask scheduler whose workers clean instead; they must see the same folders.
        as_of: The run's clock, to repeat an earlier run. Empty: now.
    """
    log = get_run_logger()
    board = Board(log)
    caller = _caller.get() or _Caller(progress=lambda done, total: log.info("%s of %s files", done, total))

    def progress(done: int, total: int) -> None:
        caller.progress(done, total)
        board.progress(done, total)

    now = as_of or datetime.now(UTC)
    terms = Terms(max_reject_share, timedelta(seconds=settle_seconds))
    roots, corpus = [stores.place(root) for root in raw], stores.place(out)
    try:
        with lineage.told(lineage_to, roots, corpus) as tell, mirror.opened(corpus) as copy:
            manifest = run.ingest(
                [stores.absolute(root) for root in roots],
                copy.folder,
                now=(now if now.tzinfo else now.replace(tzinfo=UTC)).astimezone(UTC),
                workers=workers,
                progress=progress,
                terms=terms,
                crew=lambda batches: _tasks(min(workers, batches), scheduler),
                began=tell.began,
                committed=copy.committed,
                exclude=copy.address,
            )
            copy.publish()
            tell.ended(manifest)
    except CorpusBusy as error:
        caller.error = error
        return Cancelled(message=f"{error}; this run left it alone")
    except (CorpusError, WorkersLost, looking.NoRaw, lineage.Unusable) as error:
        caller.error = error
        return Failed(message=str(error))
    caller.manifest = manifest
    counts = manifest["counts"]
    log.info("%(articles)s articles, %(duplicates)s duplicates, %(rejects)s rejects are in the corpus", counts)
    board.show(manifest, copy.folder)
    return Failed(message=manifest["failure"]) if manifest["failure"] else manifest


def track(
    raw: Sequence[Place],
    out: Place,
    now: datetime,
    workers: int,
    terms: Terms,
    lineage_to: str | None,
    scheduler: str | None,
    progress: run.Progress,
    api: str | None,
) -> Manifest:
    """Run the flow from this process; returns the manifest.

    `api` is the address of the API, None for a temporary server.  Raises what `flows.run.ingest` raises, `Unreachable`
    where the API does not answer, and `TrackingLost` where it went away and the run had come to its end all the same.
    """
    if api:
        check(api)
    caller = _Caller(progress)
    token = _caller.set(caller)
    lost: Exception | None = None
    try:
        ingest(
            raw=[str(root) for root in raw],
            out=str(out),
            workers=workers,
            settle_seconds=int(terms.settle.total_seconds()),
            max_reject_share=terms.max_reject_share,
            lineage_to=lineage_to,
            scheduler=scheduler,
            as_of=now,
            return_state=True,
        )
    except httpx.HTTPError as error:
        lost = error
    finally:
        _caller.reset(token)
    if lost is None:  # what the command says last then stands last, and a process that ends at once loses no event
        EventsWorker.drain_all(timeout=LAST_EVENTS_SECONDS)
    if caller.error:
        raise caller.error
    if caller.manifest is None:
        raise Unreachable(f"Prefect stopped answering at {api} before the run had begun") from lost
    if lost:
        raise TrackingLost(f"Prefect stopped answering at {api}; there the run looks unfinished", caller.manifest)
    return caller.manifest


def log_through(console: Any) -> None:
    """Have Prefect's log lines printed by `console` (Rich's), so that they do not garble its live bar."""
    for logger in [logging.getLogger(name) for name in logging.root.manager.loggerDict]:
        for handler in logger.handlers:
            if isinstance(handler, PrefectConsoleHandler):
                handler.console = console


def check(api: str) -> None:
    """Raise `Unreachable` where no API answers at the address `api`."""
    with get_client(sync_client=True) as client:
        if (error := client.api_healthcheck()) is not None:
            what = str(error) or type(error).__name__
            raise Unreachable(f"Prefect does not answer at {api} ({what}); start its server or use --no-prefect")


def serve(
    name: str,
    cron: str,
    timezone: str,
    *,
    raw: Sequence[Place],
    out: Place,
    workers: int,
    terms: Terms,
    lineage_to: str | None,
    api: str,
) -> None:
    """Register the flow as the deployment `name` and run it as `cron` says, until this process is told to stop.

    Raises `ValueError` for a `cron` or `timezone` that is none, `Unreachable` where the API at `api` does not answer.
    """
    try:
        schedule = Cron(cron, timezone=timezone)
        CronSchedule(cron=cron, timezone=timezone)
    except ValidationError as error:
        raise ValueError(f"not a schedule: {error.errors()[0]['msg']}") from error
    check(api)
    deployment: Any = ingest.to_deployment(  # typed as if it could be a coroutine
        name,
        schedule=schedule,
        parameters={
            "raw": [str(path) for path in raw],
            "out": str(out),
            "workers": workers,
            "settle_seconds": int(terms.settle.total_seconds()),
            "max_reject_share": terms.max_reject_share,
            "lineage_to": lineage_to,
        },
        concurrency_limit=ONE_AT_A_TIME,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    serve_deployments(deployment)
