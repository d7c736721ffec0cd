"""Delta Lake: one Delta table for each table of the corpus, in folders or object stores that `deltalake` can reach.

Each row carries the file of the corpus that it came from (`corpus_file`: name and hash), so that the Delta table
itself says what it holds; nothing else remembers it.  An export is one commit for each table: rows of files that are
new are appended; where files were replaced or removed, their rows go in the same commit.  A killed export has
committed a table or has not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, QueryBuilder, write_deltalake
from deltalake.exceptions import DeltaError

from flows.corpus import CorpusError
from flows.export.snapshot import Change, Content, Moved, batches, records, still_there
from flows.schema import MEANING_KEY, TABLES, contract, table_schema

FILE = "corpus_file"
MEANING = "The file of the corpus that the row was exported from: its name and the first half of its SHA-256."
COMMENT = b"comment"
"""The key that Spark, Databricks and others show as a column's comment."""
REPLACED_ONE_BY_ONE = 200
"""Where more files than this come and go, the table is written anew rather than with a condition that names them."""


def export(corpus: Path, dest: str, contents: Sequence[Content]) -> list[Change]:
    """Bring the Delta tables under `dest` (a folder or a URI) up to date with `contents`; returns what changed.

    Raises `Moved`, and `CorpusError` where a table cannot be written, or another writer came first.
    """
    return [_exported(corpus, f"{dest.rstrip('/')}/{table}", table, contents) for table in TABLES]


def _exported(corpus: Path, uri: str, table: str, contents: Sequence[Content]) -> Change:
    wanted = {_tag(each): each for each in contents if each.part.table == table}
    moved: list[Moved] = []
    try:
        delta = _opened(uri, table)
        there = _files(delta)
        gone = sorted(there - wanted.keys())
        new = {tag: each for tag, each in wanted.items() if tag not in there}
        rows = {tag: records(corpus, each) for tag, each in new.items()}
        new = {tag: each for tag, each in new.items() if rows[tag]}
        if new or gone:
            _commit(delta, corpus, table, contents, wanted, gone, new, moved)
    except DeltaError as error:
        if moved:
            raise moved[0] from error
        raise CorpusError(f"cannot export to {uri}: {str(error).splitlines()[0]}") from error
    return Change(table, len(new), len(gone), sum(rows.values()))


def _commit(
    delta: DeltaTable,
    corpus: Path,
    table: str,
    contents: Sequence[Content],
    wanted: dict[str, Content],
    gone: Sequence[str],
    new: dict[str, Content],
    moved: list[Moved],
) -> None:
    """One commit; it fails, without a retry, if another writer has committed since `delta` was opened."""
    anew = len(gone) + len(new) > REPLACED_ONE_BY_ONE and bool(gone)
    rows = _rows(corpus, wanted if anew else new, _schema(table), contents, moved)
    names = ", ".join(f"'{tag}'" for tag in (*gone, *new))
    write = partial(
        write_deltalake,
        delta,
        pa.RecordBatchReader.from_batches(_schema(table), rows),
        schema_mode="merge",  # a column that a newer version of the schema has is added
        commit_properties=CommitProperties(max_commit_retries=0),
    )
    if gone:
        write(mode="overwrite", predicate=None if anew else f"{FILE} in ({names})")
    else:
        write(mode="append")


def _rows(
    corpus: Path, files: dict[str, Content], schema: pa.Schema, contents: Sequence[Content], moved: list[Moved]
) -> Iterator[pa.RecordBatch]:
    """The rows of `files`.  An error on the way keeps the commit from happening; a `Moved` is kept in `moved`, since
    deltalake passes on no more than its words."""
    try:
        for tag, content in files.items():
            for batch in batches(corpus, content):
                yield pa.RecordBatch.from_arrays([*batch.columns, pa.array([tag] * len(batch))], schema=schema)
        still_there(corpus, contents)
    except Moved as error:
        moved.append(error)
        raise


def _tag(content: Content) -> str:
    return f"{Path(content.part.name).stem}@{content.sha256[:32]}"


def _opened(uri: str, table: str) -> DeltaTable:
    if not DeltaTable.is_deltatable(uri):
        description = contract().tables[table].meaning
        DeltaTable.create(uri, _schema(table), mode="ignore", name=table, description=description)
    return DeltaTable(uri)


def _files(delta: DeltaTable) -> set[str]:
    """The files of the corpus whose rows the Delta table has."""
    found = QueryBuilder().register("exported", delta).execute(f"select distinct {FILE} from exported")
    return set(pa.table(found)[FILE].to_pylist())


def _schema(table: str) -> pa.Schema:
    source = pa.field(FILE, pa.string(), nullable=False, metadata={COMMENT: MEANING.encode()})
    return pa.schema([*map(_commented, table_schema(table)), source])


def _commented(field: pa.Field) -> pa.Field:
    """`field` with its meaning as Delta's comment, and that of the fields of its structs."""
    kind = field.type
    if pa.types.is_list(kind) and pa.types.is_struct(kind.value_type):
        struct = pa.struct([_commented(each) for each in kind.value_type])
        kind = pa.list_(pa.field(kind.value_field.name, struct, kind.value_field.nullable))
    return pa.field(field.name, kind, field.nullable, metadata={COMMENT: field.metadata[MEANING_KEY]})
