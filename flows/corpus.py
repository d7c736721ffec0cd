"""Last stage: the corpus on disk.  One writer at a time publishes batches; anyone reads, at any moment.

    OUT/articles/part-*.parquet      OUT/duplicates/part-*.parquet      OUT/rejects/part-*.parquet
    OUT/runs/RUN_ID.json             OUT/.copydesk/  (lock, staging, intent log: needed by the writer only)

Published files are never removed, so a reader that has listed a folder can read all of it.  They do not change either,
but for revisions: there one file takes the place of another with as many rows, in one step, and the newer text stands
in the row of the older.
Every table holds one file without rows, since many readers take an empty folder for an error.
"""

from __future__ import annotations

import fcntl
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from flows import commit, generations, integrity, runs
from flows.card.facts import forget
from flows.known import NAME, Known
from flows.rows import conform
from flows.runs import Run
from flows.schema import TABLES, VERSION
from flows.tables import (
    IDENTITY,
    CorpusBusy,
    CorpusDamaged,
    CorpusError,
    CorpusUnwritable,
    checked_parts,
    no_rows,
    read_rows,
    write_parquet,
    writing,
)

__all__ = [
    "Corpus",
    "CorpusBusy",
    "CorpusDamaged",
    "CorpusError",
    "CorpusUnwritable",
    "read_rows",
]

EMPTY = "part-0-empty.parquet"
_BATCH_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")


class Corpus:
    """The corpus in one folder, open for writing by this process alone: `with Corpus.open(out) as corpus`."""

    def __init__(self, out: Path, work_folder: Path) -> None:
        self.out = out
        self.work_folder = work_folder
        """For whatever files the writer needs while it has the corpus open; new and empty each time."""
        self.index_folder = out / commit.STATE / "index"
        """For what is derived from the tables and may be lost: kept from one writer to the next."""
        self.known = Known(self.index_folder / NAME, out)
        """The raw files of the tables; it is told of those that gave no row, so that none is read again."""

    @classmethod
    @contextmanager
    def open(cls, out: Path) -> Iterator[Corpus]:
        """Open the corpus in the folder `out`, which is made if it does not exist.

        Takes the lock, finishes a publication that was interrupted, removes abandoned work, and looks at every file
        of the tables.  Raises `CorpusBusy`, `CorpusDamaged` or `CorpusUnwritable`.
        """
        with _locked(out):
            with writing(out):
                _prepare(out)
                work = TemporaryDirectory(prefix="work-", dir=out / commit.STATE, ignore_cleanup_errors=True)
            with work as folder, closing(corpus := cls(out, Path(folder))):
                yield corpus

    def close(self) -> None:
        """Close what the corpus has open."""
        self.known.close()

    def publish(
        self,
        batch_name: str,
        tables: Mapping[str, pa.Table],
        run: Run | None = None,
        replaced: Mapping[Path, pa.Table] | None = None,
    ) -> list[Path]:
        """Add the rows of `tables` (by table name) to the corpus: all of them, or, after a crash or error, none.

        The files are named after `batch_name` (lower-case letters, digits and hyphens); a table without rows gives no
        file.  A batch that is published already, with the same rows, is left as it is.  All documents of a raw file
        must come in one batch.  `run` is the run's manifest so far: it is written in the same step, as are the files
        of `replaced`, which take the place of files of the tables: rows may change there, and move to `tables`.
        Returns the new files of the tables.

        Raises `CorpusUnwritable`, and `ValueError` where the rows do not fit the schema, the batch was published with
        other rows, a document (raw path and id) is in the batch twice or in the corpus already, or one would be lost.
        """
        if not _BATCH_NAME.fullmatch(batch_name):
            raise ValueError(f"not a batch name: {batch_name!r}")
        if unknown := sorted(tables.keys() - set(TABLES)):
            raise ValueError(f"no such table: {', '.join(unknown)}")
        fitting = {name: conform(name, tables[name]) for name in TABLES if name in tables}
        replaced = {path: conform(path.parent.name, rows) for path, rows in (replaced or {}).items()}
        with writing(self.out):
            if commit.recover(self.out):  # an earlier publication that the disk refused to finish
                self.known.close()
            new = {name: rows for name, rows in fitting.items() if not self._is_published(batch_name, name, rows)}
            self._refuse_repeated_and_lost(new, replaced)
            self.known.expect(replaced)
            try:
                self._commit(_targets(batch_name, new, replaced), run)
            except BaseException:
                self.known.close()  # it looks at the tables again
                raise
        published = [self.out / _part(name, batch_name) for name in new]
        self.known.add([*replaced, *published])
        return published

    def write_manifest(self, run: Run) -> None:
        """Write `run` as canonical JSON to `runs/RUN_ID.json`, in the place of what the same run has left there."""
        with writing(self.out):
            commit.recover(self.out)
            self._commit({}, run)

    def manifest(self, run_id: str) -> dict[str, Any] | None:
        """The manifest of the run `run_id`, if it has one."""
        path = self.out / runs.manifest(run_id)
        if not path.exists():
            return None
        try:
            manifest: dict[str, Any] = json.loads(path.read_bytes())
        except ValueError as error:
            raise CorpusDamaged(f"{path} is not a readable manifest; put it back or remove it") from error
        return manifest

    def knows(self, path: str, sha256: str) -> bool:
        """Whether the raw file `path` with this SHA-256 ("" if it was unreadable) is in the tables or noted."""
        return self.known.holds(path, sha256)

    def known_files(self) -> set[tuple[str, str]]:
        """Raw path and SHA-256 of every raw file in the three tables, read from them."""
        keys = ["raw_path", "raw_sha256"]
        tables = [read_rows(self.out, name, keys).group_by(keys).aggregate([]) for name in TABLES]
        return {file for table in tables for file in _pairs(table.select(keys))}

    def known_documents(self, paths: Iterable[str] | None = None) -> set[tuple[str, str]]:
        """Raw path and id (`article_id` or `reject_id`) of every document in the tables, or of those in `paths`.

        Of the tables' files only those are read that have documents of `paths`.
        """
        filters, parts = None, None
        if paths is not None:
            paths = sorted(set(paths))
            if not (parts := self.known.parts_of(paths)):
                return set()
            filters = [("raw_path", "in", paths)]
        return {
            document
            for name, identity in IDENTITY.items()
            for document in _pairs(read_rows(self.out, name, ["raw_path", identity], filters, parts))
        }

    def succeed(self, tables: Path | None, run: Run | None = None, report: Run | None = None) -> None:
        """Put the tables in the folder `tables` in the place of these, in one step; these are kept for `go_back`.

        Without `tables`, the same rows are written anew, into few files, and the old files are not kept.  `run` and
        `report` are written in the same step.
        """
        with writing(self.out):
            commit.recover(self.out)
            generations.write(tables or self.out, self.out)
            self.known.close()
            self._commit(self._reports(report), run, exchange=commit.NEXT, keep=tables is not None)

    def write_report(self, report: Run) -> None:
        """Write the report on a rebuild to `runs/rebuilds/`."""
        with writing(self.out):
            commit.recover(self.out)
            self._commit(self._reports(report), None)

    def _reports(self, report: Run | None) -> dict[str, commit.Write]:
        if report is None:
            return {}
        (self.out / runs.REBUILDS).mkdir(exist_ok=True)
        return {runs.report(report): partial(runs.write, report)}

    def go_back(self) -> None:
        """Exchange the tables with those that were there before the last `succeed`; a second time, back again.

        Raises `CorpusError` where there are none.
        """
        with writing(self.out):
            commit.recover(self.out)
            if not commit.hidden(self.out, commit.PREVIOUS).exists():
                raise CorpusError(f"the corpus {self.out} has no generation before this one")
            self.known.close()
            self._commit({}, None, exchange=commit.PREVIOUS)

    def _commit(
        self, files: Mapping[str, commit.Write], run: Run | None, exchange: str | None = None, keep: bool = True
    ) -> None:
        if run is not None:
            files = {**files, runs.manifest(run["run_id"]): partial(runs.write, run)}
        for target, write in files.items():
            commit.stage(self.out, target, write)
        if exchange:
            forget(self.out)
        elif replaced := [
            target for target in files if target.split("/")[0] in TABLES and (self.out / target).exists()
        ]:
            forget(self.out, replaced)
        if files or exchange:
            commit.commit(self.out, list(files), exchange, keep)

    def _is_published(self, batch_name: str, name: str, rows: pa.Table) -> bool:
        path = self.out / _part(name, batch_name)
        if not path.exists():
            return not rows.num_rows
        with pq.ParquetFile(path) as published:
            if published.read().equals(rows):
                return True
        raise ValueError(f"{path} is published with other rows")

    def _refuse_repeated_and_lost(self, new: Mapping[str, pa.Table], replaced: Mapping[Path, pa.Table]) -> None:
        named = [*new.items(), *((path.parent.name, rows) for path, rows in replaced.items())]
        documents = Counter(document for name, rows in named for document in _documents(name, rows))
        before = {document for path in replaced for document in _documents(path.parent.name, pq.read_table(path))}
        if lost := before - documents.keys():
            raise ValueError(f"{len(lost)} documents would be lost, e.g. {min(lost)}")
        repeated = {document for document, times in documents.items() if times > 1}
        added = documents.keys() - before
        repeated |= added & self.known_documents(path for path, _ in added)
        if repeated:
            path, identity = min(repeated)
            raise ValueError(f"{len(repeated)} documents would be in the corpus twice, e.g. {identity} of {path}")


def _prepare(out: Path) -> None:
    """Bring the folder into the state that writing starts from, whatever happened to the last writer."""
    for abandoned in (out / commit.STATE).glob("work-*"):
        shutil.rmtree(abandoned, ignore_errors=True)
    (out / runs.RUNS).mkdir(exist_ok=True)
    (out / commit.STATE / "index").mkdir(exist_ok=True)
    commit.recover(out)
    seen = integrity.untouched(out)
    versions: set[int] = set()
    for name in TABLES:
        parts = checked_parts(out, name, seen)
        versions.update(parts.values())
        if not parts:
            commit.appear(out, name, EMPTY, partial(write_parquet, no_rows(name)))
    if min(versions, default=VERSION) < VERSION:  # most plain readers fail on files of different columns
        generations.write(out, out)
        forget(out)
        commit.commit(out, [], exchange=commit.NEXT, keep=False)


@contextmanager
def _locked(out: Path) -> Iterator[None]:
    """Hold the corpus's lock; the kernel frees it when the process ends, however it ends."""
    with writing(out):
        (out / commit.STATE).mkdir(parents=True, exist_ok=True)
        lock = (out / commit.STATE / "lock").open("ab")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CorpusBusy(f"another process is writing to the corpus {out}") from None
        yield


def _part(name: str, batch_name: str) -> str:
    return f"{name}/part-{batch_name}.parquet"


def _targets(
    batch_name: str, new: Mapping[str, pa.Table], replaced: Mapping[Path, pa.Table]
) -> dict[str, commit.Write]:
    """What is to become of the tables' files, table by table: first the rows that change, then those that come."""
    return {
        target: partial(write_parquet, rows)
        for name in TABLES
        for target, rows in (
            *((f"{name}/{path.name}", rows) for path, rows in sorted(replaced.items()) if path.parent.name == name),
            *((_part(each, batch_name), rows) for each, rows in new.items() if each == name),
        )
    }


def _pairs(table: pa.Table) -> Iterator[tuple[str, str]]:
    """The two columns of `table`, row by row; "" for null."""
    first, second = (column.to_pylist() for column in table.columns)
    return ((one, other or "") for one, other in zip(first, second, strict=True))


def _documents(name: str, table: pa.Table) -> Iterator[tuple[str, str]]:
    return _pairs(table.select(["raw_path", IDENTITY[name]]))
