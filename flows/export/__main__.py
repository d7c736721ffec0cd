"""The command line: `python -m flows.export --to delta|jsonl`.

An export takes over what is new, replaced or removed in the corpus since the last export to the same place; if nothing
is, it writes nothing.  It may be run at any time, also while a run is going on, and again after it was killed.
"""

from __future__ import annotations

import argparse
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flows.export.snapshot import Change

EXIT_FAILED = 1
EXIT_USAGE = 2
TRIES = 5
"""How often an export begins again because the corpus was changing under it."""


def parser() -> argparse.ArgumentParser:
    """The arguments of `python -m flows.export`."""
    options = argparse.ArgumentParser(
        prog="python -m flows.export",
        description="Bring a copy of the corpus in another form up to date.",
        epilog="delta needs the package deltalake: pip install 'copydesk[delta]'.",
    )
    options.add_argument("--to", required=True, choices=("delta", "jsonl"), help="the form")
    options.add_argument(
        "--corpus", metavar="DIR", type=Path, default=Path("normalized"), help="the corpus (default: normalized/)"
    )
    options.add_argument(
        "--dest", metavar="DIR", help="where to (default: export/delta or export/jsonl); for delta also a URI"
    )
    options.add_argument("--compress", choices=("gz", "zst"), help="compress the JSON Lines")
    return options


def main(arguments: list[str] | None = None) -> int:
    """Export; returns the exit code: 0 the export is up to date, 1 it could not be made, 2 bad usage."""
    options = parser().parse_args(arguments)
    dest: str = options.dest or f"export/{options.to}"
    if problem := _problem(options.to, options.corpus, dest, options.compress):
        return _complain(problem, EXIT_USAGE)
    if options.to == "delta" and find_spec("deltalake") is None:
        return _complain("--to delta needs the package deltalake: pip install 'copydesk[delta]'", EXIT_FAILED)
    from flows.corpus import CorpusError

    try:
        changes = _export(options.corpus, options.to, dest, options.compress)
    except CorpusError as error:
        return _complain(str(error), EXIT_FAILED)
    except OSError as error:
        return _complain(f"cannot export to {dest}: {error}", EXIT_FAILED)
    for change in changes:
        print(f"{change.table:<11} +{change.added} -{change.removed} files, {change.rows} new rows")
    print(f"export: {dest}")
    return 0


def _problem(to: str, corpus: Path, dest: str, compress: str | None) -> str | None:
    if compress and to != "jsonl":
        return "--compress is for --to jsonl"
    if not corpus.is_dir():
        return f"no such folder: {corpus}"
    if "://" in dest:
        return None if to == "delta" else "--dest must be a folder for jsonl"
    folder = Path(dest)
    if folder.exists() and not folder.is_dir():
        return f"--dest is not a folder: {dest}"
    if folder.resolve().is_relative_to(corpus.resolve()):
        return f"--dest must not be inside the corpus: {dest}"
    return None


def _export(corpus: Path, to: str, dest: str, compress: str | None) -> list[Change]:
    from flows.corpus import CorpusError
    from flows.export.snapshot import Moved, taken

    for _ in range(TRIES):
        try:
            contents = taken(corpus)
            if to == "jsonl":
                from flows.export import jsonl

                return jsonl.export(corpus, Path(dest), contents, compress)
            from flows.export import delta

            return delta.export(corpus, dest, contents)
        except Moved:
            continue
    raise CorpusError(f"the corpus {corpus} keeps changing; export when no run is rewriting it")


def _complain(message: str, code: int) -> int:
    print(f"copydesk: {message}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
