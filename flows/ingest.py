"""The command line of the main job: `python -m flows.ingest`.

Nothing heavy is imported before the arguments are understood, so that `--help` and a mistake are answered at once.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 128 + signal.SIGINT


def parser() -> argparse.ArgumentParser:
    """The arguments of `python -m flows.ingest`."""
    options = argparse.ArgumentParser(
        prog="python -m flows.ingest",
        description="Take raw news files and leave a clean, deduplicated, accountable Parquet corpus.",
        epilog="Files that are in the corpus already are skipped; a second run over the same files changes nothing.",
    )
    options.add_argument(
        "raw", metavar="RAW", nargs="*", type=Path, default=[Path("raw")], help="raw files or folders (default: raw/)"
    )
    options.add_argument(
        "--out", metavar="DIR", type=Path, default=Path("normalized"), help="the corpus (default: normalized/)"
    )
    options.add_argument(
        "--workers", metavar="N", type=_positive, default=os.cpu_count() or 1, help="processes (default: one a core)"
    )
    options.add_argument(
        "--runner", choices=["local", "dask"], default="local", help="who cleans: processes here, or a Dask cluster"
    )
    options.add_argument("--scheduler", metavar="ADDRESS", help="with --runner dask: its scheduler, tcp://HOST:PORT")
    options.add_argument(
        "--as-of",
        metavar="TIMESTAMP",
        type=_instant,
        help="the run's clock, ISO 8601 (default: now); the same inputs and clock give the same bytes",
    )
    tracking = options.add_mutually_exclusive_group()
    tracking.add_argument(
        "--prefect",
        dest="tracked",
        action="store_const",
        const=True,
        help="track the run with Prefect (default: if an API is configured); without an API, a temporary server",
    )
    tracking.add_argument(
        "--no-prefect", dest="tracked", action="store_const", const=False, help="run in this process, untracked"
    )
    options.add_argument("--quiet", action="store_true", help="print nothing but errors")
    return options


def main(arguments: list[str] | None = None) -> int:
    """Run the main job; returns the exit code: 0 it did its work, 1 it could not, 2 bad usage, 130 interrupted."""
    options = parser().parse_args(arguments)
    missing = [str(path) for path in options.raw if not path.exists()]
    if missing:
        return _complain(f"no such file or folder: {', '.join(missing)}", EXIT_USAGE)
    if options.out.exists() and not options.out.is_dir():
        return _complain(f"--out is not a folder: {options.out}", EXIT_USAGE)
    if (options.runner == "dask") != (options.scheduler is not None):
        return _complain("--runner dask and --scheduler ADDRESS go together", EXIT_USAGE)
    if options.scheduler and find_spec("distributed") is None:
        return _complain("--runner dask needs Dask: pip install 'copydesk[dask]'", EXIT_FAILED)
    from flows import tracking

    api = tracking.configured_api()
    tracked = bool(api) if options.tracked is None else options.tracked
    try:
        return _run(options, tracked, api)
    except KeyboardInterrupt:
        return _complain("interrupted; what was committed is whole, run again to go on", EXIT_INTERRUPTED)


def _run(options: argparse.Namespace, tracked: bool, api: str | None) -> int:
    from flows import report, tracking
    from flows.corpus import CorpusError
    from flows.workers import WorkersLost

    console = report.Reporter(quiet=options.quiet)
    console.say(_how(tracked, api))
    now = options.as_of or datetime.now(UTC)
    try:
        if tracked:
            if options.quiet:
                os.environ.setdefault("PREFECT_LOGGING_LEVEL", "ERROR")
            from flows.flow import track

            manifest = track(options.raw, options.out, now, options.workers, options.scheduler, api)
        else:
            with console.progress() as progress:
                manifest = _ingest(options, now, progress)
    except (CorpusError, WorkersLost, tracking.Unreachable) as error:
        return _complain(str(error), EXIT_FAILED)
    console.summary(manifest, options.out)
    return 0


def _ingest(options: argparse.Namespace, now: datetime, progress: Callable[[int, int], None]) -> dict[str, Any]:
    """The main job, untracked; returns the run's manifest."""
    from flows import run

    if options.scheduler is None:
        return run.ingest(options.raw, options.out, now=now, workers=options.workers, progress=progress)
    from flows.cluster import Cluster

    with Cluster(options.scheduler) as cluster:
        raw, out = [path.absolute() for path in options.raw], options.out.absolute()
        return run.ingest(raw, out, now=now, workers=cluster.number, progress=progress, start=cluster.start)


def _how(tracked: bool, api: str | None) -> str:
    if tracked:
        return f"tracked by Prefect at {api}" if api else "tracked by Prefect, with a temporary server"
    return "in-process, not tracked by Prefect" + ("" if api is None else " (--no-prefect)")


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"not a whole number of at least 1: {text!r}")
    return int(text)


def _instant(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"not an ISO 8601 timestamp: {text!r}") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _complain(message: str, code: int) -> int:
    print(f"copydesk: {message}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
