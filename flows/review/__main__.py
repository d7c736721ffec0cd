"""The command line of the review page: `python -m flows.review`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flows.evidence import Shown

SAMPLE = 120


def parser() -> argparse.ArgumentParser:
    """The arguments of `python -m flows.review`."""
    options = argparse.ArgumentParser(
        prog="python -m flows.review",
        description="Write the corpus as one HTML page: documents beside their raw text, and charts.",
    )
    options.add_argument(
        "--corpus", metavar="DIR", type=Path, default=Path("normalized"), help="the corpus (default: normalized/)"
    )
    which = options.add_mutually_exclusive_group()
    which.add_argument(
        "--sample", metavar="N", type=_positive, default=SAMPLE, help=f"documents to show (default: {SAMPLE})"
    )
    which.add_argument("--article", metavar="ID", help="show this document and its copies (an id or a raw path)")
    options.add_argument("--run", metavar="ID", help="show only documents of this run")
    options.add_argument(
        "--raw",
        metavar="DIR",
        type=Path,
        action="append",
        help="where the raw files are; may be given more than once (default: where the runs found them)",
    )
    options.add_argument(
        "--out", metavar="FILE", type=Path, help="the page (default: review.html in the corpus's folder)"
    )
    return options


def main(arguments: list[str] | None = None) -> int:
    """Write the page; returns the exit code: 0 written, 1 no corpus or not writable, 2 bad usage."""
    options = parser().parse_args(arguments)
    missing = [str(path) for path in options.raw or () if not path.exists()]
    if missing:
        return _complain(f"no such folder: {', '.join(missing)}", 2)
    from flows.corpus import CorpusError

    try:
        chosen = _chosen(options)
        if not chosen:
            what = options.article or options.run
            return _complain(f"{what} is not in the corpus {options.corpus}" if what else "the corpus is empty", 2)
        written = _write(options, chosen)
    except CorpusError as error:
        return _complain(str(error), 1)
    except OSError as error:
        return _complain(f"cannot write the page: {error}", 1)
    print(f"{written}: {len(chosen)} documents, {written.stat().st_size / 1e6:.1f} MB")
    return 0


def _chosen(options: argparse.Namespace) -> list[Shown]:
    from flows.evidence import find
    from flows.review.sample import rows_of, sampled

    if not options.article:
        return sampled(options.corpus, options.sample, options.run)
    from flows.corpus import read_rows

    found = find(options.corpus, options.article)
    ids = sorted(each.row["article_id"] for each in found if each.table == "articles")
    if not ids:
        return found
    copies = read_rows(options.corpus, "duplicates", ["article_id", "raw_path"], [("duplicate_of", "in", ids)])
    wanted = {(row["article_id"], row["raw_path"]) for row in copies.to_pylist()}
    return [*found, *rows_of(options.corpus, "duplicates", wanted)]


def _write(options: argparse.Namespace, chosen: list[Shown]) -> Path:
    from flows import drift
    from flows.evidence import FAMILIES
    from flows.review.charts import charts
    from flows.review.documents import listed, opened, surroundings
    from flows.review.page import page
    from flows.settings import Settings
    from flows.tally import FIELDS, tallied

    corpus: Path = options.corpus
    around = surroundings(corpus, options.raw or _raw_folders(corpus), chosen)
    settings = Settings()
    tallies = tallied(corpus)
    data = {
        "corpus": corpus.resolve().name,
        "families": FAMILIES,
        "fields": FIELDS,
        "charts": charts(corpus, tallies, drift.moved(tallies)),
        "documents": [listed(each) for each in chosen],
    }
    text = page(data, [opened(each, around, settings) for each in chosen])
    target: Path = options.out or corpus / "review.html"
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return target


def _raw_folders(corpus: Path) -> list[Path]:
    """Where the runs found their raw files, as far as that is still there, the newest run first; else `raw/`."""
    from flows.review.charts import manifest_at
    from flows.runs import RUNS

    manifests: list[dict[str, Any]] = [manifest_at(path) for path in sorted((corpus / RUNS).glob("*.json"))]
    named = [Path(name) for manifest in reversed(manifests) for name in manifest.get("raw", ())]
    return [path for path in dict.fromkeys([*named, Path("raw")]) if path.exists()]


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"not a whole number of at least 1: {text!r}")
    return int(text)


def _complain(message: str, code: int) -> int:
    print(f"copydesk: {message}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
