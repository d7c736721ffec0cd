"""The corpus as an export sees it: its files by name and hash, and their rows, while a writer may be at work.

New files may appear meanwhile; they are left for the next export.  If a file that was listed is replaced or gone, what
was read does not fit together and the export begins again (`Moved`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from flows.card.facts import known_hashes
from flows.corpus import CorpusDamaged
from flows.parts import Part, digest, listed
from flows.schema import table_schema

ROWS_AT_ONCE = 512


class Moved(Exception):
    """A file of the corpus was replaced or removed while it was being exported."""


@dataclass(frozen=True, slots=True)
class Content:
    """A file of a table and the SHA-256 of its bytes."""

    part: Part
    sha256: str


@dataclass(frozen=True, slots=True)
class Change:
    """What an export changed in a table: files of the corpus that it took in and took out, rows that it took in."""

    table: str
    added: int
    removed: int
    rows: int


def taken(corpus: Path) -> list[Content]:
    """The files of the corpus's tables.  Bytes are only read where no run has noted their hash.

    Raises `Moved`, and `CorpusError` where there is no corpus.
    """
    known = known_hashes(corpus)
    return [Content(part, known.get(part) or _hashed(part, corpus)) for part in listed(corpus)]


def _hashed(part: Part, corpus: Path) -> str:
    try:
        with part.path(corpus).open("rb") as file:
            return digest(file)
    except FileNotFoundError as error:
        raise Moved from error


def records(corpus: Path, content: Content) -> int:
    """The number of rows of a file; raises as `batches` does."""
    with _opened(corpus, content.part) as parquet:
        return int(parquet.metadata.num_rows)


def batches(corpus: Path, content: Content) -> Iterator[pa.RecordBatch]:
    """The rows of a file in the schema in force; a column that an older version did not have is null.

    Raises `Moved`, and `CorpusDamaged` where the file is not readable.
    """
    schema = table_schema(content.part.table)
    with _opened(corpus, content.part) as parquet:
        for batch in parquet.iter_batches(ROWS_AT_ONCE):
            there = set(batch.schema.names)
            columns = [
                batch.column(field.name).cast(field.type) if field.name in there else pa.nulls(len(batch), field.type)
                for field in schema
            ]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _opened(corpus: Path, part: Part) -> pq.ParquetFile:
    path = part.path(corpus)
    try:
        source = pa.OSFile(str(path), "rb")
        state = path.stat()
        if Part(part.table, part.name, state.st_size, state.st_mtime_ns, state.st_ino) != part:
            raise Moved
        return pq.ParquetFile(source)
    except FileNotFoundError as error:
        raise Moved from error
    except pa.ArrowException as error:
        raise CorpusDamaged(f"{path} is not readable Parquet: {error}") from error


def still_there(corpus: Path, contents: Sequence[Content]) -> None:
    """Raises `Moved` unless every file of `contents` is where it was."""
    if {content.part for content in contents} - set(listed(corpus)):
        raise Moved
