"""The Prefect flow around the main job, and its task: the only module that imports Prefect.

Deploy it as `flows/flow.py:ingest`.  The flow is a thin wrapper of `flows.run.ingest`; a task is one batch of paths.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.task_runners import ThreadPoolTaskRunner

from flows import run
from flows.batch import Batch, Done
from flows.manifest import Manifest
from flows.run import Start
from flows.tracking import Unreachable
from flows.workers import Workers

if TYPE_CHECKING:
    from flows.cluster import Cluster


@task(name="clean-batch", cache_policy=NO_CACHE, persist_result=False)
def clean_in_pool(batch: Batch, start: Start) -> Done:
    """Clean one batch where `start` takes it: in a process that knows no Prefect, here or in a cluster."""
    return start(batch).result()


BATCHES_AT_ONCE = 64
"""Threads that wait for the pool: more than processes on any one machine, so that the pool is never idle."""


@flow(
    name="ingest",
    task_runner=ThreadPoolTaskRunner(max_workers=BATCHES_AT_ONCE),  # type: ignore[arg-type]  # its generics do not fit
    persist_result=False,
)
def ingest(
    raw: list[str],
    out: str = "normalized",
    workers: int = 2,
    scheduler: str | None = None,
    as_of: datetime | None = None,
) -> Manifest:
    """Take the raw news files under `raw` into the corpus at `out`.

    raw: raw files or folders, as paths on the machine that runs the flow.
    out: the corpus's folder.
    workers: processes that clean.
    scheduler: address of a Dask scheduler; its workers clean instead, and see the same folders.
    as_of: the run's clock; now, if it is not given.

    Returns the run's manifest.
    """
    log = get_run_logger()
    now = (as_of or datetime.now(UTC)).astimezone(UTC)

    def progress(done: int, total: int) -> None:
        log.info("%s of %s files", done, total)

    with _cleaners(workers, scheduler) as pool:
        return run.ingest(
            [Path(path).absolute() for path in raw],
            Path(out).absolute(),
            now=now,
            workers=pool.number,
            progress=progress,
            start=lambda batch: clean_in_pool.submit(batch, pool.start),
        )


def _cleaners(workers: int, scheduler: str | None) -> Workers | Cluster:
    if scheduler is None:
        return Workers(workers)
    from flows.cluster import Cluster

    return Cluster(scheduler)


def track(
    raw: Sequence[Path], out: Path, now: datetime, workers: int, scheduler: str | None, api: str | None
) -> Manifest:
    """Run the flow from this process; returns the manifest.

    `api` is the address of the API, None for a temporary server.  Raises `Unreachable` where the API does not answer.
    """
    if api:
        with get_client(sync_client=True) as client:
            if (error := client.api_healthcheck()) is not None:
                what = str(error) or type(error).__name__
                raise Unreachable(f"Prefect does not answer at {api} ({what}); start its server or use --no-prefect")
    return ingest(raw=[str(path) for path in raw], out=str(out), workers=workers, scheduler=scheduler, as_of=now)
