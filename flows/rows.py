"""Rows of the tables: what an article, a duplicate or a reject is in the corpus."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from flows.dedup.normal import text_sha256
from flows.model import Article, Found, RawFile, Reject
from flows.schema import VERSION, table_schema
from flows.words import count_words

Row = dict[str, Any]

# Lone surrogates have no UTF-8, and many readers end a string at a zero byte.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Provenance:
    """What made the rows of a run; `ingested_at` is the run's clock (aware)."""

    run_id: str
    pipeline_version: str
    rules_version: str
    settings_sha256: str
    ingested_at: datetime


class Match(Protocol):
    """What the search for duplicates says of a repeated article."""

    @property
    def duplicate_of(self) -> str: ...
    @property
    def relation(self) -> str: ...
    @property
    def rule(self) -> str: ...
    @property
    def scores(self) -> Sequence[tuple[str, float]]: ...


def article_id(raw: RawFile) -> str:
    """The identity of a raw document: 32 hex digits of the SHA-256 of its locator, a zero byte and its bytes."""
    return _id((raw.locator or "").encode(), raw.data)


def reject_id(reject: Reject) -> str:
    """The identity of a rejected document: as `article_id`, with their SHA-256 in the place of the bytes.

    That is the file's, where the document is a whole file or could not be read; path and size stand in for a file that
    could not be read.  So a record that was refused is the same one when more records have joined it in its file.
    """
    file = reject.own_sha256 or reject.sha256 or f"{reject.path}\0{reject.size}"
    return _id((reject.locator or "").encode(), file.encode("utf-8", "surrogatepass"))


def _id(locator: bytes, content: bytes) -> str:
    return hashlib.sha256(locator + b"\0" + content).hexdigest()[:32]


def article_row(article: Article, provenance: Provenance) -> Row:
    """The row of `article` in `articles`; raises `ValueError` where `fields` names a column that is not metadata's."""
    raw = article.raw
    text = _storable("\n\n".join(paragraph.text for paragraph in article.paragraphs))
    row = {
        "article_id": article_id(raw),
        "text_sha256": text_sha256(text),
        "schema_version": VERSION,
        "text": text,
        "paragraphs": [{"text": p.text, "kind": p.kind, "start": p.start, "end": p.end} for p in article.paragraphs],
        "word_count": count_words(text),
        "links": [{"text": link.text, "url": link.url} for link in article.links] or None,
        "raw_path": raw.path,
        "raw_locator": raw.locator,
        "raw_sha256": raw.sha256,
        "raw_bytes": raw.size,
        "content_type": article.content_type,
        "encoding": article.document.encoding,
        "cuts": [
            {"start": cut.start, "end": cut.end, "rule": cut.rule, "text": cut.text, "score": cut.score}
            for cut in article.cuts
        ],
        "field_sources": [
            *(_source(found, chosen=True) for found in article.sources),
            *(_source(found, chosen=False) for found in article.unfollowed),
        ],
        "extra": [{"key": key, "value": value} for key, value in article.document.extra],
        "warnings": list(article.warnings),
        "run_id": provenance.run_id,
        "pipeline_version": provenance.pipeline_version,
        "rules_version": provenance.rules_version,
        "settings_sha256": provenance.settings_sha256,
        "ingested_at": provenance.ingested_at,
    }
    if taken := sorted(row.keys() & article.fields.keys()):
        raise ValueError(f"not for metadata to fill: {', '.join(taken)}")
    return _repaired({**article.fields, **row})


def _source(found: Found, chosen: bool) -> Row:
    return {
        "field": found.field,
        "value": found.value,
        "origin": found.origin,
        "raw": found.raw,
        "start": found.start,
        "end": found.end,
        "chosen": chosen,
    }


def duplicate_row(row: Mapping[str, Any], match: Match) -> Row:
    """The row in `duplicates` of an article whose row in `articles` would be `row`."""
    return {
        **row,
        "duplicate_of": match.duplicate_of,
        "relation": str(match.relation),
        "duplicate_rule": match.rule,
        "duplicate_scores": [{"name": name, "value": float(value)} for name, value in match.scores],
    }


def reject_row(reject: Reject, provenance: Provenance) -> Row:
    """The row of `reject` in `rejects`."""
    return _repaired(
        {
            "reject_id": reject_id(reject),
            "raw_path": reject.path,
            "raw_locator": reject.locator,
            "raw_sha256": reject.sha256,
            "raw_bytes": reject.size,
            "stage": reject.stage,
            "reason": reject.reason,
            "detail": reject.detail,
            "schema_version": VERSION,
            "run_id": provenance.run_id,
            "pipeline_version": provenance.pipeline_version,
            "rules_version": provenance.rules_version,
            "settings_sha256": provenance.settings_sha256,
            "ingested_at": provenance.ingested_at,
        }
    )


def _repaired(row: Row) -> Row:
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    """`value` with every string in it storable, whatever lists and structs it is made of."""
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, str):
        return _storable(value)
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError(f"an instant without a time zone: {value.isoformat()}")
    return value


def _storable(text: str) -> str:
    """`text` with U+FFFD for each character that Parquet or its readers cannot hold; no offset moves."""
    plain = str(text)
    return plain if plain.isascii() and "\0" not in plain else _UNSTORABLE.sub("\ufffd", plain)


def table(name: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """`rows` as the Arrow table `name`, in their order; a column that a row does not name is null there.

    Raises `ValueError` for a column that the table does not have, a value of the wrong type, and a null where the
    schema allows none.
    """
    schema = table_schema(name)
    if unknown := sorted({column for row in rows for column in row} - set(schema.names)):
        raise ValueError(f"{name} has no such column: {', '.join(unknown)}")
    columns = [_array(field, [row.get(field.name) for row in rows]) for field in schema]
    return conform(name, pa.Table.from_arrays(columns, schema=schema))


def _array(field: pa.Field, values: list[Any]) -> pa.Array:
    try:
        if pa.types.is_list(field.type):
            _check_lists(field.type.value_type, [value for value in values if value is not None])
        return pa.array(values, type=field.type)
    except (pa.ArrowException, OverflowError) as error:
        raise ValueError(f"column {field.name}: {error}") from error


def _check_lists(element: pa.DataType, lists: list[Any]) -> None:
    """Refuse what Arrow would accept: a string as a list of characters, and keys that a struct does not have."""
    if any(isinstance(each, str) for each in lists):
        raise pa.ArrowTypeError("a string where a list belongs")
    if pa.types.is_struct(element):
        names = {field.name for field in element}
        if unknown := sorted({key for each in lists for struct in each for key in struct} - names):
            raise pa.ArrowTypeError(f"no such field: {', '.join(unknown)}")


def conform(name: str, table: pa.Table) -> pa.Table:
    """`table` with exactly the schema of the table `name`; raises `ValueError` where it does not fit."""
    schema = table_schema(name)
    if not table.schema.equals(schema):
        raise ValueError(f"these are not the columns of {name}: {table.schema.names}")
    if nulls := [field.name for field in schema if not field.nullable and table[field.name].null_count]:
        raise ValueError(f"{name}: null in {', '.join(nulls)}")
    return table.combine_chunks().replace_schema_metadata(schema.metadata).cast(schema)


ROWS_HELD = 256
"""Rows of a batch that are in memory at a time while it is cleaned."""


class Writer:
    """Leaves rows of the table `name` in an Arrow file for another process to `read`: `with Writer(…) as writer`.

    The file appears whole, at the end: a cluster may have two workers write the same one.
    """

    def __init__(self, path: Path, name: str) -> None:
        self._name = name
        self._rows: list[Row] = []
        self._path = path
        self._file = tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False)  # noqa: SIM115
        self._writer = pa.ipc.new_file(self._file, table_schema(name))

    def __enter__(self) -> Writer:
        return self

    def add(self, row: Row) -> None:
        """Add one row, in the order of the table; raises `ValueError` where it does not fit."""
        self._rows.append(row)
        if len(self._rows) == ROWS_HELD:
            self._flush()

    def __exit__(self, *failure: object) -> None:
        if not any(failure):
            self._flush()
        self._writer.close()
        self._file.close()
        if not any(failure):
            Path(self._file.name).replace(self._path)

    def _flush(self) -> None:
        self._writer.write_table(table(self._name, self._rows))
        self._rows = []


def write(path: Path, table: pa.Table) -> None:
    """Leave a whole `table` as a `Writer` does."""
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


def read(path: Path) -> pa.Table:
    """The table that a `Writer` left at `path`; its bytes stay on disk until they are looked at."""
    with pa.memory_map(str(path)) as file, pa.ipc.open_file(file) as reader:
        return reader.read_all()
