"""A rebuild: the corpus again from its raw files with today's code, rules and settings, and what that changes.

The new tables are built beside the old ones, as a corpus of its own, and compared with them; then the two change
places.  Nothing is lost silently: a raw file of the corpus that is not there any more stops the rebuild, or its rows
are kept as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from flows import card, comparison, looking, rows, run, standing
from flows.batch import Done, NewFile
from flows.comparison import Report
from flows.corpus import Corpus, CorpusError, read_rows
from flows.dedup.index import Index
from flows.manifest import Manifest
from flows.publication import publish
from flows.schema import TABLES, table_schema
from flows.stores import Place
from flows.tables import IDENTITY, writing

Missing = dict[str, set[str]]
"""By table, the ids of documents that the raw files do not give any more."""


class RawFilesMissing(CorpusError):
    """Raw files of the corpus are not among those given."""


def rebuild(
    roots: Sequence[Place],
    out: Path,
    *,
    now: datetime,
    workers: int,
    progress: run.Progress,
    dry_run: bool = False,
    keep_missing: bool = False,
    exclude: Place | None = None,
) -> Report:
    """Build the corpus at `out` again from the raw files under `roots`, and put it in the place of the old one.

    Returns what has changed.  With `dry_run` nothing is put in place.  What is under `exclude` (without it, `out`) is
    not raw.  Raises `RawFilesMissing`, unless the rows of such files are to be kept (`keep_missing`), and what a run
    raises.
    """
    exclude = exclude or out
    with _existing(out) as corpus:
        if not keep_missing:
            _refuse_missing_files(corpus, looking.look(roots, exclude, out))
        built = corpus.work_folder / "corpus"
        settings = standing.settings(out)
        manifest = run.ingest(
            roots, built, now=now, workers=workers, progress=progress, settings=settings, exclude=exclude
        )
        missing = _missing(out, built)
        if any(missing.values()):
            if not keep_missing:
                raise _refusal(out, missing)
            manifest = _keep(out, built, missing, manifest)
        report = {
            "run_id": manifest["run_id"],
            "dry_run": dry_run,
            "kept": {name: len(ids) for name, ids in missing.items()},
            **comparison.compare(out, built),
        }
        if dry_run:
            corpus.write_report(report)
        else:
            corpus.succeed(built, manifest, report)
            _follow(corpus, out)
    return report


def go_back(out: Path) -> str:
    """Put the tables of before the last rebuild in place again; returns what there is to say of it.

    What was taken in since is in the tables that went away: its raw files count as new again.
    """
    with _existing(out) as corpus:
        before = corpus.known_files()
        corpus.go_back()
        since = len(before - corpus.known_files())
        _follow(corpus, out)
    more = f"; {since} raw files of the other generation are new to it: ingest them again" if since else ""
    return f"the generation before is in place again{more}"


def compact(out: Path) -> str:
    """Write the tables' rows into few files; returns what there is to say of it."""
    with _existing(out) as corpus:
        before = _files(out)
        corpus.succeed(None)
        _follow(corpus, out)
        return f"{before} files became {_files(out)}"


def _follow(corpus: Corpus, out: Path) -> None:
    """Bring what is made from the tables up to date with another generation of them."""
    with writing(out):
        Index.open(corpus.index_folder, out / "articles", out / "duplicates")
    card.renew(out)


def _files(out: Path) -> int:
    return sum(1 for name in TABLES for _ in (out / name).iterdir())


@contextmanager
def _existing(out: Path) -> Iterator[Corpus]:
    if not any((out / name).exists() for name in TABLES):
        raise CorpusError(f"there is no corpus in {out}")
    with Corpus.open(out) as corpus:
        yield corpus


def _refuse_missing_files(corpus: Corpus, files: Iterable[NewFile]) -> None:
    """What can be told before anything is built: files that are gone, under their path and under any other."""
    paths, hashes = set[str](), set[str | None]()
    for file in files:
        paths.add(file.entry.path)
        hashes.add(file.sha256)
    gone = sorted(path for path, sha256 in corpus.known_files() if path not in paths and sha256 not in hashes)
    if gone:
        raise RawFilesMissing(_complaint(len(gone), "raw files", gone[0]))


def _missing(out: Path, built: Path) -> Missing:
    """The documents of the corpus that have no row, under whatever path, in what was built.

    A reject counts as there if its file or record is, whatever became of it.
    """
    present = {
        identity
        for name in ("articles", "duplicates")
        for identity in read_rows(built, name, ["article_id"])["article_id"].to_pylist()
    }
    missing: Missing = {}
    for name in ("articles", "duplicates"):
        missing[name] = set(read_rows(out, name, ["article_id"])["article_id"].to_pylist()) - present
    there = [_places(built, name) for name in TABLES]
    paths, hashes = set().union(*(each[0] for each in there)), set().union(*(each[1] for each in there))
    rejects = read_rows(out, "rejects", ["reject_id", "raw_path", "raw_sha256"]).to_pylist()
    missing["rejects"] = {
        row["reject_id"] for row in rejects if row["raw_path"] not in paths and row["raw_sha256"] not in hashes
    }
    return missing


def _places(root: Path, name: str) -> tuple[set[str], set[str]]:
    table = read_rows(root, name, ["raw_path", "raw_sha256"])
    return set(table["raw_path"].to_pylist()), set(table["raw_sha256"].drop_null().to_pylist())


def _refusal(out: Path, missing: Missing) -> RawFilesMissing:
    paths: list[str] = []
    for name, ids in missing.items():
        if ids:
            found = read_rows(out, name, ["raw_path"], [(IDENTITY[name], "in", sorted(ids))])
            paths += found["raw_path"].to_pylist()
    return RawFilesMissing(_complaint(len(paths), "documents", min(paths)))


def _complaint(count: int, what: str, example: str) -> str:
    return (
        f"{count} {what} of the corpus are not in the raw files any more, e.g. {example}; nothing was changed "
        "(--keep-missing keeps their rows as they are)"
    )


def _keep(out: Path, built: Path, missing: Missing, manifest: Manifest) -> Manifest:
    """Add the rows of what is missing to what was built: the texts as they are, compared with the others anew."""
    plain = table_schema("articles")
    chosen = {
        name: read_rows(out, name, filters=[(IDENTITY[name], "in", sorted(ids))])
        for name, ids in missing.items()
        if ids
    }
    texts = [table.select(plain.names).cast(plain) for name, table in chosen.items() if name != "rejects"]
    kept = pa.concat_tables([plain.empty_table(), *texts])
    place = plain.get_field_index("revision")
    kept = kept.set_column(place, plain.field(place), pa.nulls(kept.num_rows, plain.field(place).type))
    kept = kept.sort_by([("raw_path", "ascending"), ("raw_locator", "ascending"), ("article_id", "ascending")])
    rejects = chosen.get("rejects", table_schema("rejects").empty_table())
    digest = hashlib.sha256("\0".join(sorted(set().union(*missing.values()))).encode()).hexdigest()[:20]
    with Corpus.open(built) as corpus:
        done = Done(corpus.work_folder / "kept.articles.arrow", corpus.work_folder / "kept.rejects.arrow")
        rows.write(done.articles, rows.conform("articles", kept))
        rows.write(done.rejects, rows.conform("rejects", rejects))
        with writing(built):
            index = Index.open(corpus.index_folder, built / "articles", built / "duplicates")
        return publish(corpus, index, f"kept-{digest}", done, manifest)
