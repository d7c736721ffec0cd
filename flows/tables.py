"""The tables on disk: what their files are named, how they are written, checked and read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from flows import commit
from flows.schema import TABLE_KEY, VERSION, VERSION_KEY, table_schema

PARTS = "part-*.parquet"
ROWS_IN_GROUP = 2048
IDENTITY = {"articles": "article_id", "duplicates": "article_id", "rejects": "reject_id"}


class CorpusError(Exception):
    """The corpus cannot be used; the message is one line for a person."""


class CorpusBusy(CorpusError):
    """Another process is writing to the corpus."""


class CorpusDamaged(CorpusError):
    """Something in the corpus is not what this version of copydesk wrote, or can read."""


class CorpusUnwritable(CorpusError):
    """The file system refuses: full, read-only, not permitted, …  What was published before is whole."""


def no_rows(name: str) -> pa.Table:
    """The table `name` without rows."""
    return table_schema(name).empty_table()


def write_parquet(table: pa.Table, file: BinaryIO) -> None:
    """The same rows give the same bytes, with the same version of Arrow."""
    with pq.ParquetWriter(
        file, table.schema, compression="zstd", compression_level=3, write_page_checksum=True
    ) as writer:
        if table.num_rows:  # Hugging Face `datasets` fails on a row group without rows
            writer.write_table(table, row_group_size=ROWS_IN_GROUP)


def checked_parts(out: Path, name: str, seen: Set[Path]) -> dict[Path, int]:
    """The files of the table `name`, each with its schema's version; those `seen` whole before are of today's.

    Raises `CorpusDamaged` where a reader of the table's folder would meet anything else: a file that is not ours is
    neither ignored nor removed, since plain readers would count its rows or fail on it; one of ours whose bytes are not
    those that were written (its pages carry checksums) would give them wrong values.
    """
    parts: dict[Path, int] = {}
    for path in sorted((out / name).iterdir()) if (out / name).exists() else ():
        if not (path.match(PARTS) and path.is_file()):
            raise CorpusDamaged(f"{path} is not a file of the corpus; move it out of the tables' folders")
        parts[path] = VERSION if path in seen else _version(path, name)
    return parts


def _version(path: Path, name: str) -> int:
    try:
        metadata = pq.read_metadata(path).metadata or {}
        if metadata.get(TABLE_KEY) == name.encode():
            pq.read_table(path, page_checksum_verification=True, partitioning=None)
    except (pa.ArrowException, OSError) as error:
        raise CorpusDamaged(f"{path} is not readable Parquet: {one_line(error)}") from error
    if metadata.get(TABLE_KEY) != name.encode():
        raise CorpusDamaged(f"{path} is not a file of the table {name}; move it out of the tables' folders")
    if (version := int(metadata[VERSION_KEY])) > VERSION:
        raise CorpusDamaged(f"{path} has schema version {version}, from a newer copydesk; this one knows {VERSION}")
    return version


def table_files(out: Path, table: str) -> list[Path]:
    """The files of one table of the corpus at `out`, in their order.  Raises `CorpusError` where there is no corpus."""
    parts = sorted((out / table).glob(PARTS))
    if not parts:
        raise CorpusError(f"there is no corpus in {out}: it has no table {table}")
    return parts


def read_rows(
    out: Path,
    table: str,
    columns: Sequence[str] | None = None,
    filters: Sequence[tuple[str, str, Any]] | None = None,
    among: Sequence[Path] | None = None,
) -> pa.Table:
    """The rows of one table of the corpus at `out`, in the order of its files; of those `among` which alone are read.

    `columns` are those wanted (default all); `filters` are conditions that must all hold, each a column, one of
    `= != < <= > >= in "not in"`, and a value.  Needs no lock.  Raises `CorpusError` where there is no corpus, and
    `CorpusDamaged` where a file cannot be read.
    """
    parts = table_files(out, table) if among is None else [path for path in among if path.parent.name == table]
    condition = pq.filters_to_expression(list(filters)) if filters else None
    try:
        dataset = ds.dataset([str(path) for path in parts], schema=table_schema(table), format="parquet")
        return dataset.to_table(columns=None if columns is None else list(columns), filter=condition)
    except (pa.ArrowException, OSError) as error:
        raise CorpusDamaged(f"the table {table} of {out} cannot be read: {one_line(error)}") from error


def one_line(error: Exception) -> str:
    """The first line of an error's message."""
    return str(error).partition("\n")[0]


@contextmanager
def writing(out: Path) -> Iterator[None]:
    """Meanwhile: what the disk refuses is a `CorpusUnwritable`, what an interrupted publication lost a
    `CorpusDamaged`."""
    try:
        yield
    except commit.LostFile as error:
        raise CorpusDamaged(str(error)) from error
    except OSError as error:
        raise CorpusUnwritable(f"cannot write to the corpus {out}: {one_line(error)}") from error
