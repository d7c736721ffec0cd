"""Scheduled runs without a work pool: `python -m flows.serve --cron "0 * * * *"`, which runs until it is stopped.

Registers the flow as a deployment of the configured Prefect server and runs it whenever it is due, or somebody presses
Run in the UI; one run at a time.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import timedelta
from pathlib import Path

from flows import stores
from flows.ingest import EXIT_FAILED, EXIT_USAGE, add_terms, complain, positive
from flows.settings import Terms

NEEDS_API = "no Prefect server is configured: run `prefect server start` and set PREFECT_API_URL to its /api"


def parser() -> argparse.ArgumentParser:
    """The arguments of `python -m flows.serve`."""
    options = argparse.ArgumentParser(
        prog="python -m flows.serve",
        description="Take what is new in the raw folders into the corpus, again and again.",
        epilog="Needs a Prefect server (PREFECT_API_URL). A run that is due while another is at work is cancelled.",
    )
    options.add_argument("--cron", metavar="WHEN", required=True, help='when to run, e.g. "0 * * * *" for every hour')
    options.add_argument("--timezone", metavar="ZONE", default="UTC", help="of --cron, e.g. Europe/Oslo (default: UTC)")
    options.add_argument("--name", default="scheduled", help="of the deployment (default: scheduled)")
    options.add_argument(
        "--raw", metavar="RAW", nargs="+", type=stores.place, default=[Path("raw")], help="raw folders (default: raw/)"
    )
    options.add_argument(
        "--out", metavar="DIR", type=stores.place, default=Path("normalized"), help="the corpus (default: normalized/)"
    )
    options.add_argument(
        "--workers", metavar="N", type=positive, default=os.cpu_count() or 1, help="processes (default: one a core)"
    )
    add_terms(options, settle=30)
    return options


def main(arguments: list[str] | None = None) -> int:
    """Serve until stopped; returns the exit code: 0 stopped, 1 Prefect does not answer, 2 bad usage."""
    options = parser().parse_args(arguments)
    if missing := [str(path) for path in options.raw if stores.is_missing(path)]:
        return complain(f"no such file or folder: {', '.join(missing)}", EXIT_USAGE)
    if any(stores.is_same(path, options.out) for path in options.raw):
        return complain(f"--out must not be a raw folder itself: {options.out}", EXIT_USAGE)
    from flows import tracking

    api = tracking.configured_api()
    if api is None:
        return complain(NEEDS_API, EXIT_USAGE)
    from flows import flow, lineage

    try:
        flow.serve(
            options.name,
            options.cron,
            options.timezone,
            raw=[stores.absolute(path) for path in options.raw],
            out=stores.absolute(options.out),
            workers=options.workers,
            terms=Terms(options.max_reject_share, timedelta(seconds=options.settle)),
            lineage_to=lineage.absolute(options.lineage),
            api=api,
        )
    except ValueError as error:
        return complain(str(error), EXIT_USAGE)
    except tracking.Unreachable as error:
        return complain(str(error), EXIT_FAILED)
    return 0


if __name__ == "__main__":
    sys.exit(main())
