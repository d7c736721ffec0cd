"""The command line of the main job: `python -m flows.ingest`.

Nothing heavy is imported before the arguments are understood, so that `--help` and a mistake are answered at once.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from flows import stores

if TYPE_CHECKING:
    from flows import report, run
    from flows.manifest import Manifest
    from flows.settings import Terms

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_DONE_BUT = 3
"""The documents are in the corpus, but the run did not end as it should."""
EXIT_INTERRUPTED = 128 + signal.SIGINT
EXIT_TERMINATED = 128 + signal.SIGTERM


def parser() -> argparse.ArgumentParser:
    """The arguments of `python -m flows.ingest`."""
    options = argparse.ArgumentParser(
        prog="python -m flows.ingest",
        description="Take raw news files and leave a clean, deduplicated, accountable Parquet corpus.",
        epilog="Files that are in the corpus already are skipped; a second run over the same files changes nothing.",
    )
    add_common(options)
    add_terms(options, settle=0)
    options.add_argument(
        "--runner", choices=["local", "dask"], default="local", help="who cleans: processes here, or a Dask cluster"
    )
    options.add_argument("--scheduler", metavar="ADDRESS", help="with --runner dask: its scheduler, tcp://HOST:PORT")
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
    return options


def add_common(options: argparse.ArgumentParser) -> None:
    """Add the arguments that every command has that cleans raw files into a corpus."""
    options.add_argument(
        "raw",
        metavar="RAW",
        nargs="*",
        type=stores.place,
        default=[Path("raw")],
        help="raw files or folders, here or in object storage, as s3://BUCKET/PREFIX (default: raw/)",
    )
    options.add_argument(
        "--out",
        metavar="DIR",
        type=stores.place,
        default=Path("normalized"),
        help="the corpus, also s3://BUCKET/PREFIX (default: normalized/)",
    )
    options.add_argument(
        "--workers", metavar="N", type=positive, default=os.cpu_count() or 1, help="processes (default: one a core)"
    )
    options.add_argument(
        "--as-of",
        metavar="TIMESTAMP",
        type=_instant,
        help="the run's clock, ISO 8601 (default: now); the same inputs and clock give the same bytes",
    )
    options.add_argument("--quiet", action="store_true", help="print nothing but errors")


def usage(options: argparse.Namespace) -> str | None:
    """What is wrong with paths among the arguments, if anything is."""
    missing = [str(path) for path in options.raw if stores.is_missing(path)]
    if missing:
        return f"no such file or folder: {', '.join(missing)}"
    if same := [str(path) for path in options.raw if stores.is_same(path, options.out)]:
        return f"--out must not be a raw folder itself: {same[0]}"
    if isinstance(options.out, Path) and options.out.exists() and not options.out.is_dir():
        return f"--out is not a folder: {options.out}"
    return None


def add_terms(options: argparse.ArgumentParser, settle: int) -> None:
    """Add the arguments that one-off and scheduled runs share; `settle` is the default of `--settle`."""
    options.add_argument(
        "--settle",
        metavar="SECONDS",
        type=_seconds,
        default=settle,
        help=f"leave files that changed less than this ago for the next run (default: {settle})",
    )
    options.add_argument(
        "--max-reject-share",
        metavar="SHARE",
        type=_share,
        help="fail, with the other documents in the corpus, if more of the new ones than this are rejects, e.g. 0.2",
    )
    options.add_argument(
        "--lineage", metavar="TARGET", help="send OpenLineage events to this file or HTTP address (an extra)"
    )


def main(arguments: list[str] | None = None) -> int:
    """Run the main job; returns the exit code.

    0 it did its work, 1 it could not, 2 bad usage, 3 it did but ended wrong, 130 interrupted, 143 terminated.
    """
    options = parser().parse_args(arguments)
    if complaint := usage(options):
        return complain(complaint, EXIT_USAGE)
    if (options.runner == "dask") != (options.scheduler is not None):
        return complain("--runner dask and --scheduler ADDRESS go together", EXIT_USAGE)
    if options.scheduler and find_spec("distributed") is None:
        return complain("--runner dask needs Dask: pip install 'copydesk[dask]'", EXIT_FAILED)
    from flows import tracking

    api = tracking.configured_api()
    tracked = bool(api) if options.tracked is None else options.tracked
    signal.signal(signal.SIGTERM, terminate)
    try:
        return _run(options, tracked, api)
    except KeyboardInterrupt:
        return complain("interrupted; what was committed is whole, run again to go on", EXIT_INTERRUPTED)
    except Terminated:
        return complain("terminated; what was committed is whole, run again to go on", EXIT_TERMINATED)


class Terminated(BaseException):
    """The process was told to end (SIGTERM)."""


def terminate(number: int, frame: object) -> NoReturn:
    """What SIGTERM does to the main job: it unwinds by `Terminated`, wherever it is."""
    raise Terminated


def _run(options: argparse.Namespace, tracked: bool, api: str | None) -> int:
    from flows import lineage, looking, mirror, report, run, tracking
    from flows.corpus import CorpusError
    from flows.settings import Terms
    from flows.workers import WorkersLost

    console = report.Reporter(quiet=options.quiet)
    console.say(_how(tracked, api))
    now = options.as_of or datetime.now(UTC)
    terms = Terms(options.max_reject_share, timedelta(seconds=options.settle))
    problem = None
    try:
        with console.progress() as progress:
            if tracked:
                manifest = _track(options, now, terms, progress, console, api)
            else:
                with (
                    lineage.told(options.lineage, options.raw, options.out) as tell,
                    mirror.opened(options.out) as copy,
                    _crew(options) as crew,
                ):
                    manifest = run.ingest(
                        options.raw,
                        copy.folder,
                        now=now,
                        workers=options.workers,
                        progress=progress,
                        terms=terms,
                        crew=crew,
                        began=tell.began,
                        committed=copy.committed,
                        exclude=copy.address,
                    )
                    copy.publish()
                    tell.ended(manifest)
    except tracking.TrackingLost as lost:
        manifest, problem = lost.manifest, str(lost)
    except (CorpusError, WorkersLost, looking.NoRaw, lineage.Unusable, tracking.Unreachable) as error:
        return complain(str(error), EXIT_FAILED)
    console.summary(manifest, options.out)
    for line in filter(None, (manifest["failure"], problem)):
        complain(line, EXIT_DONE_BUT)
    return EXIT_DONE_BUT if manifest["failure"] or problem else 0


@contextmanager
def _crew(options: argparse.Namespace) -> Iterator[run.Crew | None]:
    """Who cleans, if it is somebody else than processes of this machine."""
    if options.scheduler is None:
        yield None
        return
    from flows.cluster import Cluster

    with Cluster(options.scheduler) as cluster:
        yield cluster.crew


def _track(
    options: argparse.Namespace,
    now: datetime,
    terms: Terms,
    progress: run.Progress,
    console: report.Reporter,
    api: str | None,
) -> Manifest:
    if options.quiet:
        os.environ.setdefault("PREFECT_LOGGING_LEVEL", "ERROR")
    from flows.flow import log_through, track

    if console.live:
        log_through(console.live)
    return track(
        options.raw, options.out, now, options.workers, terms, options.lineage, options.scheduler, progress, api
    )


def _how(tracked: bool, api: str | None) -> str:
    if tracked:
        return f"tracked by Prefect at {api}" if api else "tracked by Prefect, with a temporary server"
    return "in-process, not tracked by Prefect" + ("" if api is None else " (--no-prefect)")


def positive(text: str) -> int:
    """A whole number of at least 1, for argparse."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"not a whole number of at least 1: {text!r}")
    return int(text)


def _instant(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"not an ISO 8601 timestamp: {text!r}") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _seconds(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"not a whole number of seconds: {text!r}")
    return int(text)


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"not a share from 0 to 1: {text!r}")
    return share


def complain(message: str, code: int) -> int:
    """Print the one line that a user gets instead of a traceback; returns `code`."""
    print(f"copydesk: {message}", file=sys.stderr)
    return code


if __name__ == "__main__":
    code = main()
    if code == EXIT_DONE_BUT:  # without this, Prefect tries for minutes to reach a server that is gone
        sys.stdout.flush()
        os._exit(code)
    sys.exit(code)
