"""The command line of a rebuild: `python -m flows.rebuild`."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime

from flows import ingest


def parser() -> argparse.ArgumentParser:
    """The arguments of `python -m flows.rebuild`."""
    options = argparse.ArgumentParser(
        prog="python -m flows.rebuild",
        description="Build a corpus again from its raw files with today's rules, say what changes, and swap it in.",
        epilog="The tables that were there before are kept until the next rebuild; --back exchanges the two.",
    )
    ingest.add_common(options)
    how = options.add_mutually_exclusive_group()
    how.add_argument("--dry-run", action="store_true", help="build and report, and change nothing")
    how.add_argument("--back", action="store_true", help="put the tables of before the last rebuild in place again")
    how.add_argument(
        "--compact", action="store_true", help="clean nothing again: write the same rows into few large files"
    )
    options.add_argument(
        "--keep-missing",
        action="store_true",
        help="keep the rows of raw files that are gone as they are (without it, the rebuild stops there)",
    )
    return options


def main(arguments: list[str] | None = None) -> int:
    """Rebuild; returns the exit code, as `flows.ingest`."""
    options = parser().parse_args(arguments)
    if not (options.back or options.compact) and (complaint := ingest.usage(options)):
        return ingest.complain(complaint, ingest.EXIT_USAGE)
    try:
        return _run(options)
    except KeyboardInterrupt:
        return ingest.complain("interrupted; the corpus is as it was, or as it was to be", ingest.EXIT_INTERRUPTED)


def _run(options: argparse.Namespace) -> int:
    from flows import looking, mirror, rebuilding, report, runs
    from flows.corpus import CorpusError
    from flows.workers import WorkersLost

    console = report.Reporter(quiet=options.quiet)
    try:
        if options.back or options.compact:
            with mirror.opened(options.out) as copy:
                said = rebuilding.go_back(copy.folder) if options.back else rebuilding.compact(copy.folder)
                copy.publish()
            console.say(said)
            return 0
        with console.progress() as progress, mirror.opened(options.out) as copy:
            changes = rebuilding.rebuild(
                options.raw,
                copy.folder,
                now=options.as_of or datetime.now(UTC),
                workers=options.workers,
                progress=progress,
                dry_run=options.dry_run,
                keep_missing=options.keep_missing,
                exclude=copy.address,
            )
            copy.publish()
    except (CorpusError, WorkersLost, looking.NoRaw) as error:
        return ingest.complain(str(error), ingest.EXIT_FAILED)
    console.changes(changes)
    done = "dry run, nothing was changed" if options.dry_run else "swapped in; --back undoes it"
    console.say(f"{done}; report: {options.out}/{runs.report(changes)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
