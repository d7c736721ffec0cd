"""OpenLineage events of a run: START when it has found something to do, then COMPLETE, FAIL or ABORT.

They go to a file, one JSON object a line, or to an HTTP endpoint such as Marquez, by the official client, which is an
extra (`copydesk[openlineage]`) and is imported only where events are wanted.  An event that cannot be delivered is a
warning: lineage is about the data, never in its way.
"""

from __future__ import annotations

import logging
import os
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flows import __version__, stores
from flows.manifest import Manifest
from flows.schema import TABLES, Column, contract
from flows.stores import Place

if TYPE_CHECKING:
    from openlineage.client import OpenLineageClient
    from openlineage.client.event_v2 import InputDataset, OutputDataset, RunEvent

PRODUCER = f"urn:copydesk:{__version__}"
NAMESPACE = "copydesk"
"""Of the job, unless `OPENLINEAGE_NAMESPACE` names another."""
FILES = "file"
"""Namespace of files on this machine, by OpenLineage's naming convention; that of an object is `s3://BUCKET`."""

log = logging.getLogger(__name__)


class Unusable(Exception):
    """Events were asked for and cannot be made; the message is one line for a person."""


class Teller:
    """Tells what becomes of one run.  Without a client, it tells nobody."""

    def __init__(self, client: OpenLineageClient | None, raw: Sequence[Place], out: Place) -> None:
        self._client, self._raw, self._out = client, raw, out
        self._run: Manifest | None = None

    def began(self, run: Manifest) -> None:
        """The run with the manifest `run` has found something to do."""
        self._run = run
        self._emit("START", run)

    def ended(self, run: Manifest) -> None:
        """The run has come to its end; `run` is its last manifest."""
        if self._run:
            self._emit("FAIL" if run["failure"] else "COMPLETE", run, run["failure"])
        self._run = None

    def broke_off(self, error: BaseException) -> None:
        """`error` ended the run: it failed, or it was told to stop."""
        if self._run:
            self._emit("FAIL" if isinstance(error, Exception) else "ABORT", self._run, str(error))

    def _emit(self, state: str, run: Manifest, error: str | None = None) -> None:
        if self._client is None:
            return
        try:
            self._client.emit(_event(state, run, self._raw, self._out, error))
        except (OSError, RuntimeError) as refused:
            log.warning("an OpenLineage event could not be delivered: %s", str(refused).partition("\n")[0])


@contextmanager
def told(target: str | None, raw: Sequence[Place], out: Place) -> Iterator[Teller]:
    """A `Teller` of a run from `raw` to `out` that sends its events to `target`, a file or the address of an endpoint.

    An exception that leaves the context is told.  Raises `Unusable` where the client is not installed.
    """
    teller = Teller(_client(target) if target else None, raw, out)
    try:
        yield teller
    except BaseException as error:
        teller.broke_off(error)
        raise


def absolute(target: str | None) -> str | None:
    """`target` for a process that may stand in another folder."""
    return target if target is None or _is_web(target) else str(Path(target).absolute())


def _is_web(target: str) -> bool:
    return urlsplit(target).scheme in ("http", "https")


def _client(target: str) -> OpenLineageClient:
    try:
        from openlineage.client import OpenLineageClient
        from openlineage.client.transport.file import FileConfig, FileTransport
        from openlineage.client.transport.http import HttpConfig, HttpTransport, create_token_provider
    except ImportError as error:
        raise Unusable("OpenLineage events need its client: pip install 'copydesk[openlineage]'") from error
    address = urlsplit(target)
    if not _is_web(target):
        return OpenLineageClient(transport=FileTransport(FileConfig(target, append=True)))
    config = HttpConfig(f"{address.scheme}://{address.netloc}")
    if address.path.strip("/"):
        config.endpoint = address.path.strip("/")
    if key := os.environ.get("OPENLINEAGE_API_KEY"):
        config.auth = create_token_provider({"type": "api_key", "apiKey": key})
    return OpenLineageClient(transport=HttpTransport(config))


def _event(state: str, run: Manifest, raw: Sequence[Place], out: Place, error: str | None) -> RunEvent:
    from openlineage.client import event_v2
    from openlineage.client.facet_v2 import error_message_run, job_type_job, nominal_time_run

    event_v2.set_producer(PRODUCER)
    facets: dict[str, Any] = {
        "nominalTime": nominal_time_run.NominalTimeRunFacet(run["as_of"]),
        "copydesk": _facts(run),
    }
    if error is not None:
        facets["errorMessage"] = error_message_run.ErrorMessageRunFacet(error or "interrupted", "PYTHON")
    kind = job_type_job.JobTypeJobFacet(processingType="BATCH", integration="COPYDESK", jobType="JOB")
    return event_v2.RunEvent(
        eventTime=datetime.now(UTC).isoformat(),
        producer=PRODUCER,
        eventType=event_v2.RunState[state],
        run=event_v2.Run(str(uuid.uuid5(uuid.NAMESPACE_OID, run["run_id"])), facets),
        job=event_v2.Job(
            os.environ.get("OPENLINEAGE_NAMESPACE", NAMESPACE), f"ingest {stores.absolute(out)}", {"jobType": kind}
        ),
        inputs=[_input(root) for root in raw],
        outputs=[_output(out, table, None if state == "START" else run["counts"][table]) for table in TABLES],
    )


def _facts(run: Manifest) -> Any:
    """What the manifest says of the run, as a facet of our own."""
    from openlineage.client.facet_v2 import RunFacet

    told = ("run_id", "counts", "pipeline_version", "rules_version", "settings_sha256")
    return RunFacet().with_additional_properties(**{name: run[name] for name in told})


def _named(where: Place) -> tuple[str, str]:
    """Namespace and name of `where`."""
    if isinstance(where, Path):
        return FILES, str(where.absolute())
    address = urlsplit(where)
    return f"{address.scheme}://{address.netloc}", address.path.strip("/") or "/"


def _input(root: Place) -> InputDataset:
    from openlineage.client.event_v2 import InputDataset

    return InputDataset(*_named(root))


def _output(out: Place, table: str, written: int | None) -> OutputDataset:
    """A table of the corpus with its columns, and with the number of rows that the run wrote, once it is known."""
    from openlineage.client.event_v2 import OutputDataset
    from openlineage.client.facet_v2 import output_statistics_output_dataset as statistics
    from openlineage.client.facet_v2 import schema_dataset

    columns = [_column(number, each) for number, each in enumerate(contract().tables[table].columns, start=1)]
    return OutputDataset(
        *_named(f"{out}/{table}" if isinstance(out, str) else out / table),
        facets={"schema": schema_dataset.SchemaDatasetFacet(columns)},
        outputFacets={}
        if written is None
        else {"outputStatistics": statistics.OutputStatisticsOutputDatasetFacet(rowCount=written)},
    )


def _column(number: int, column: Column) -> Any:
    from openlineage.client.facet_v2 import schema_dataset

    struct = contract().structs.get(column.type.removeprefix("list<").removesuffix(">"), ())
    return schema_dataset.SchemaDatasetFacetFields(
        column.name,
        column.type,
        column.meaning,
        ordinal_position=number,
        fields=[_column(place, each) for place, each in enumerate(struct, start=1)],
    )
