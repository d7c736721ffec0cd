"""Last stage: the corpus on disk.  One writer at a time publishes batches; anyone reads, at any moment.

    OUT/articles/part-*.parquet      OUT/duplicates/part-*.parquet      OUT/rejects/part-*.parquet
    OUT/runs/RUN_ID.json             OUT/.copydesk/  (lock, staging, intent log: needed by the writer only)

Published files never change and are never removed, so a reader that has listed a folder can read all of it.
Every table holds one file without rows, since many readers take an empty folder for an error.
"""

from __future__ import annotations

import fcntl
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from flows import commit
from flows.rows import conform
from flows.schema import TABLE_KEY, TABLES, VERSION, VERSION_KEY, table_schema

Run = Mapping[str, Any]
"""The manifest of a run: JSON values, `run_id` among its keys."""

RUNS = "runs"
EMPTY = "part-0-empty.parquet"
ROWS_IN_GROUP = 2048
IDENTITY = {"articles": "article_id", "duplicates": "article_id", "rejects": "reject_id"}
_BATCH_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")
_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class CorpusError(Exception):
    """The corpus cannot be used; the message is one line for a person."""


class CorpusBusy(CorpusError):
    """Another process is writing to the corpus."""


class CorpusDamaged(CorpusError):
    """Something in the corpus is not what this version of copydesk wrote, or can read."""


class CorpusUnwritable(CorpusError):
    """The file system refuses: full, read-only, not permitted, …  What was published before is whole."""


# ------------------------------------------------------------------------------------------------------------ writing


class Corpus:
    """The corpus in one folder, open for writing by this process alone: `with Corpus.open(out) as corpus`."""

    def __init__(self, out: Path, work_folder: Path) -> None:
        self._out = out
        self._files: dict[str, set[str]] | None = None  # raw path → hashes of its versions; None until asked for
        self.work_folder = work_folder
        """For whatever files the writer needs while it has the corpus open; new and empty each time."""
        self.index_folder = out / commit.STATE / "index"
        """For what is derived from the tables and may be lost: kept from one writer to the next."""

    @classmethod
    @contextmanager
    def open(cls, out: Path) -> Iterator[Corpus]:
        """Open the corpus in the folder `out`, which is made if it does not exist.

        Takes the lock, finishes a publication that was interrupted, removes abandoned work, and looks at every file
        of the tables.  Raises `CorpusBusy`, `CorpusDamaged` or `CorpusUnwritable`.
        """
        with _locked(out):
            with _writing(out):
                _prepare(out)
                work = TemporaryDirectory(prefix="work-", dir=out / commit.STATE, ignore_cleanup_errors=True)
            with work as folder:
                yield cls(out, Path(folder))

    def publish(self, batch_name: str, tables: Mapping[str, pa.Table], run: Run | None = None) -> list[Path]:
        """Add the rows of `tables` (by table name) to the corpus: all of them, or, after a crash or error, none.

        The files are named after `batch_name` (lower-case letters, digits and hyphens); a table without rows gives no
        file.  A batch that is published already, with the same rows, is left as it is.  All documents of a raw file
        must come in one batch.  `run` is the run's manifest so far: it is written in the same step.
        Returns the new files of the tables.

        Raises `CorpusUnwritable`, and `ValueError` where the rows do not fit the schema, the batch was published with
        other rows, or a document (raw path and id) is in the batch twice or in the corpus already.
        """
        if not _BATCH_NAME.fullmatch(batch_name):
            raise ValueError(f"not a batch name: {batch_name!r}")
        if unknown := sorted(tables.keys() - set(TABLES)):
            raise ValueError(f"no such table: {', '.join(unknown)}")
        fitting = {name: conform(name, tables[name]) for name in TABLES if name in tables}
        with _writing(self._out):
            if commit.recover(self._out):  # an earlier publication that the disk refused to finish
                self._files = None
            new = {name: rows for name, rows in fitting.items() if not self._is_published(batch_name, name, rows)}
            self._refuse_repeated(new)
            files, self._files = self._known(), None  # if anything fails from here on, they are read again
            self._commit({_part(name, batch_name): partial(_write_parquet, rows) for name, rows in new.items()}, run)
        for rows in new.values():
            _add_files(files, rows)
        self._files = files
        return [self._out / _part(name, batch_name) for name in new]

    def write_manifest(self, run: Run) -> None:
        """Write `run` as canonical JSON to `runs/RUN_ID.json`, in the place of what the same run has left there."""
        with _writing(self._out):
            commit.recover(self._out)
            self._commit({}, run)

    def manifest(self, run_id: str) -> dict[str, Any] | None:
        """The manifest of the run `run_id`, if it has one."""
        path = self._out / _manifest(run_id)
        if not path.exists():
            return None
        manifest: dict[str, Any] = json.loads(path.read_bytes())
        return manifest

    def known_files(self) -> set[tuple[str, str]]:
        """Raw path and SHA-256 of every raw file in the three tables; "" for the hash of a file that was unreadable."""
        return {(path, sha256) for path, versions in self._known().items() for sha256 in versions}

    def known_documents(self, paths: Iterable[str] | None = None) -> set[tuple[str, str]]:
        """Raw path and id (`article_id` or `reject_id`) of every document in the tables, or of those in `paths`.

        Asking for paths that are not in the corpus reads nothing.
        """
        filters = None
        if paths is not None:
            known = sorted({path for path in paths if path in self._known()})
            if not known:
                return set()
            filters = [("raw_path", "in", known)]
        return {
            document
            for name, identity in IDENTITY.items()
            for document in _pairs(read_rows(self._out, name, ["raw_path", identity], filters))
        }

    def _commit(self, files: Mapping[str, commit.Write], run: Run | None) -> None:
        if run is not None:
            content = json.dumps(run, ensure_ascii=False, allow_nan=False, indent=2, sort_keys=True) + "\n"
            files = {**files, _manifest(run["run_id"]): lambda file: file.write(content.encode())}
        for target, write in files.items():
            commit.stage(self._out, target, write)
        if files:
            commit.commit(self._out, list(files))

    def _known(self) -> dict[str, set[str]]:
        if self._files is None:
            files: dict[str, set[str]] = {}
            for name in TABLES:
                _add_files(files, read_rows(self._out, name, ["raw_path", "raw_sha256"]))
            self._files = files
        return self._files

    def _is_published(self, batch_name: str, name: str, rows: pa.Table) -> bool:
        path = self._out / _part(name, batch_name)
        if not path.exists():
            return not rows.num_rows
        with pq.ParquetFile(path) as published:
            if published.read().equals(rows):
                return True
        raise ValueError(f"{path} is published with other rows")

    def _refuse_repeated(self, tables: Mapping[str, pa.Table]) -> None:
        documents = Counter(
            document for name, rows in tables.items() for document in _pairs(rows.select(["raw_path", IDENTITY[name]]))
        )
        repeated = {document for document, times in documents.items() if times > 1}
        repeated |= documents.keys() & self.known_documents(path for path, _ in documents)
        if repeated:
            path, identity = min(repeated)
            raise ValueError(f"{len(repeated)} documents would be in the corpus twice, e.g. {identity} of {path}")


def _prepare(out: Path) -> None:
    """Bring the folder into the state that writing starts from, whatever happened to the last writer."""
    for abandoned in (out / commit.STATE).glob("work-*"):
        shutil.rmtree(abandoned, ignore_errors=True)
    (out / RUNS).mkdir(exist_ok=True)
    (out / commit.STATE / "index").mkdir(exist_ok=True)
    commit.recover(out)
    for name in TABLES:
        if not _checked_parts(out, name):
            commit.appear(out, name, EMPTY, partial(_write_parquet, _no_rows(name)))


def _checked_parts(out: Path, name: str) -> list[Path]:
    """The files of the table `name`; raises `CorpusDamaged` where a reader of its folder would meet anything else.

    A file that is not ours is neither ignored nor removed: plain readers would count its rows or fail on it.
    """
    parts = sorted((out / name).iterdir()) if (out / name).exists() else []
    for path in parts:
        if not (path.match("part-*.parquet") and path.is_file()):
            raise CorpusDamaged(f"{path} is not a file of the corpus; move it out of the tables' folders")
        try:
            metadata = pq.read_metadata(path).metadata or {}
        except (pa.ArrowException, OSError) as error:
            raise CorpusDamaged(f"{path} is not readable Parquet: {_line(error)}") from error
        if metadata.get(TABLE_KEY) != name.encode():
            raise CorpusDamaged(f"{path} is not a file of the table {name}; move it out of the tables' folders")
        if (version := int(metadata[VERSION_KEY])) > VERSION:
            raise CorpusDamaged(f"{path} has schema version {version}, from a newer copydesk; this one knows {VERSION}")
    return parts


@contextmanager
def _locked(out: Path) -> Iterator[None]:
    """Hold the corpus's lock; the kernel frees it when the process ends, however it ends."""
    with _writing(out):
        (out / commit.STATE).mkdir(parents=True, exist_ok=True)
        lock = (out / commit.STATE / "lock").open("ab")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CorpusBusy(f"another process is writing to the corpus {out}") from None
        yield


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    try:
        yield
    except commit.LostFile as error:
        raise CorpusDamaged(str(error)) from error
    except OSError as error:
        raise CorpusUnwritable(f"cannot write to the corpus {out}: {_line(error)}") from error


def _line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _part(name: str, batch_name: str) -> str:
    return f"{name}/part-{batch_name}.parquet"


def _manifest(run_id: str) -> str:
    if not _RUN_ID.fullmatch(run_id):
        raise ValueError(f"not a run id: {run_id!r}")
    return f"{RUNS}/{run_id}.json"


def _no_rows(name: str) -> pa.Table:
    return table_schema(name).empty_table()


def _write_parquet(table: pa.Table, file: BinaryIO) -> None:
    """The same rows give the same bytes, with the same version of Arrow."""
    with pq.ParquetWriter(file, table.schema, compression="zstd", compression_level=3) as writer:
        if table.num_rows:  # Hugging Face `datasets` fails on a row group without rows
            writer.write_table(table, row_group_size=ROWS_IN_GROUP)


# ------------------------------------------------------------------------------------------------------------ reading


def table_files(out: Path, table: str) -> list[Path]:
    """The files of one table of the corpus at `out`, in their order.  Raises `CorpusError` where there is no corpus."""
    parts = sorted((out / table).glob("part-*.parquet"))
    if not parts:
        raise CorpusError(f"there is no corpus in {out}: it has no table {table}")
    return parts


def read_rows(
    out: Path,
    table: str,
    columns: Sequence[str] | None = None,
    filters: Sequence[tuple[str, str, Any]] | None = None,
) -> pa.Table:
    """The rows of one table of the corpus at `out`, in the order of its files.

    `columns` are those wanted (default all); `filters` are conditions that must all hold, each a column, one of
    `= != < <= > >= in "not in"`, and a value.  Needs no lock.  Raises `CorpusError` where there is no corpus, and
    `CorpusDamaged` where a file cannot be read.
    """
    parts = [str(path) for path in table_files(out, table)]
    condition = pq.filters_to_expression(list(filters)) if filters else None
    try:
        dataset = ds.dataset(parts, schema=table_schema(table), format="parquet")
        return dataset.to_table(columns=None if columns is None else list(columns), filter=condition)
    except (pa.ArrowException, OSError) as error:
        raise CorpusDamaged(f"the table {table} of {out} cannot be read: {_line(error)}") from error


def _pairs(table: pa.Table) -> Iterator[tuple[str, str]]:
    """The two columns of `table`, row by row; "" for null."""
    first, second = (column.to_pylist() for column in table.columns)
    return ((one, other or "") for one, other in zip(first, second, strict=True))


def _add_files(files: dict[str, set[str]], table: pa.Table) -> None:
    keys = ["raw_path", "raw_sha256"]
    for path, sha256 in _pairs(table.select(keys).group_by(keys).aggregate([])):
        files.setdefault(path, set()).add(sha256)
