"""The contract of the tables: `schemas/corpus.toml` as Arrow schemas and as documentation.

`python -m flows.schema` prints the documentation; `--write` renews `schemas/README.md`; `--check` exits 1 where that
file is not up to date.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import pyarrow as pa

VERSION_KEY = b"copydesk.schema_version"
TABLE_KEY = b"copydesk.table"
MEANING_KEY = b"meaning"

SCALARS = {
    "string": pa.string(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "float64": pa.float64(),
    "bool": pa.bool_(),
    "instant": pa.timestamp("us", tz="UTC"),
}
_LIST = re.compile(r"list<(\w+)>")


class SchemaError(Exception):
    """The contract contradicts itself: a name that nothing defines, or a column defined twice."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, or a field of a struct; `type` in the words of the contract."""

    name: str
    type: str
    nullable: bool
    meaning: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table: what a row of it is, and its columns in their order."""

    meaning: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Contract:
    """The whole of `corpus.toml`: its version, its tables in their order, and the structs that columns hold."""

    version: int
    tables: dict[str, Table]
    structs: dict[str, tuple[Column, ...]]


def read(text: str) -> Contract:
    """The contract that `text` (TOML) states; raises `SchemaError` where a name does not resolve or comes twice."""
    data = tomllib.loads(text)
    groups = {name: tuple(_column(spec["name"], spec) for spec in specs) for name, specs in data["columns"].items()}
    contract = Contract(
        version=data["version"],
        tables={name: _table(name, spec, groups) for name, spec in data["tables"].items()},
        structs={name: tuple(_column(*field) for field in fields.items()) for name, fields in data["structs"].items()},
    )
    used = {group for spec in data["tables"].values() for group in spec["groups"]}
    _none((group for group in groups if group not in used), "groups of columns that no table has")
    _check(contract)
    return contract


def _table(name: str, spec: dict[str, Any], groups: dict[str, tuple[Column, ...]]) -> Table:
    _none((group for group in spec["groups"] if group not in groups), f"table {name}: unknown groups of columns")
    return Table(spec["meaning"], tuple(column for group in spec["groups"] for column in groups[group]))


def _column(name: str, spec: dict[str, Any]) -> Column:
    _none(sorted(spec.keys() - {"name", "type", "nullable", "meaning"}), f"column {name}: unknown keys")
    return Column(name, spec["type"], spec.get("nullable", True), spec["meaning"])


def _check(contract: Contract) -> None:
    for name, table in contract.tables.items():
        names = [column.name for column in table.columns]
        _none(sorted({each for each in names if names.count(each) > 1}), f"table {name}: columns defined twice")
        for column in table.columns:
            _arrow_type(column.type, contract)
    for name, fields in contract.structs.items():
        _none(
            (field.name for field in fields if field.type not in SCALARS), f"struct {name}: fields not of a plain type"
        )
    types = {column.type for table in contract.tables.values() for column in table.columns}
    _none((name for name in contract.structs if f"list<{name}>" not in types), "structs that no column holds")


def _none(wrong: Iterable[str], what: str) -> None:
    if names := ", ".join(wrong):
        raise SchemaError(f"{what}: {names}")


def _arrow_type(type_name: str, contract: Contract) -> pa.DataType:
    if type_name in SCALARS:
        return SCALARS[type_name]
    match = _LIST.fullmatch(type_name)
    if match and match[1] == "string":
        return pa.list_(pa.field("element", pa.string()))
    if match and match[1] in contract.structs:
        fields = [_arrow_field(column, contract) for column in contract.structs[match[1]]]
        return pa.list_(pa.field("element", pa.struct(fields)))
    raise SchemaError(f"no such type: {type_name}")


def _arrow_field(column: Column, contract: Contract) -> pa.Field:
    meaning = {MEANING_KEY: column.meaning.encode()}
    return pa.field(column.name, _arrow_type(column.type, contract), nullable=column.nullable, metadata=meaning)


@cache
def contract() -> Contract:
    """The contract in force."""
    return read((resources.files("schemas") / "corpus.toml").read_text(encoding="utf-8"))


@cache
def table_schema(name: str) -> pa.Schema:
    """Arrow schema of the table `name`: its columns with their nullability and meaning, and the schema's version."""
    table = contract().tables[name]
    metadata = {
        VERSION_KEY: str(VERSION).encode(),
        TABLE_KEY: name.encode(),
        MEANING_KEY: table.meaning.encode(),
    }
    return pa.schema([_arrow_field(column, contract()) for column in table.columns], metadata=metadata)


VERSION = contract().version
TABLES = tuple(contract().tables)
"""In the order of publication: what others refer to comes first."""


# ------------------------------------------------------------------------------------------------------ documentation


def documentation(contract: Contract) -> str:
    """The contract as Markdown."""
    return "\n".join(_documentation(contract)) + "\n"


def _documentation(contract: Contract) -> Iterator[str]:
    yield "<!-- Made from corpus.toml by `python -m flows.schema --write`: edit that file, not this one. -->"
    yield f"# The tables of a copydesk corpus (schema version {contract.version})"
    yield ""
    yield "Each table is a folder of Parquet files. What is not known is null; a column that is never null says so."
    yield "Offsets count characters (Unicode code points) of the decoded raw document; an end is one past the last."
    yield "An `instant` is a timestamp in UTC, to the microsecond."
    for name, table in contract.tables.items():
        yield from ("", f"## `{name}`", "", table.meaning, "")
        base = _base(table, contract)
        if base:
            yield from (f"All columns of [`{base}`](#{base}), and:", "")
        shown = len(contract.tables[base].columns) if base else 0
        yield from _rows(table.columns[shown:], nullability=True)
    yield from ("", "## Structs")
    for name, fields in contract.structs.items():
        yield from ("", f"### `{name}`", "")
        yield from _rows(fields, nullability=False)


def _base(table: Table, contract: Contract) -> str | None:
    """The table whose columns `table` begins with."""
    for name, other in contract.tables.items():
        if other is not table and table.columns[: len(other.columns)] == other.columns:
            return name
    return None


def _rows(columns: tuple[Column, ...], nullability: bool) -> Iterator[str]:
    heads = ("Column", "Type", "Null", "Meaning") if nullability else ("Field", "Type", "Meaning")
    yield f"| {' | '.join(heads)} |"
    yield "|---" * len(heads) + "|"
    for column in columns:
        cells = [f"`{column.name}`", f"`{column.type}`", column.meaning.replace("|", r"\|")]
        if nullability:
            cells.insert(2, "yes" if column.nullable else "never")
        yield f"| {' | '.join(cells)} |"


def main(arguments: list[str] | None = None) -> int:
    """Print, renew or check the documentation; returns the exit code."""
    options = argparse.ArgumentParser(prog="python -m flows.schema", description="The documentation of the tables.")
    action = options.add_mutually_exclusive_group()
    action.add_argument("--write", action="store_true", help="renew schemas/README.md")
    action.add_argument("--check", action="store_true", help="exit 1 if schemas/README.md is not up to date")
    chosen = options.parse_args(arguments)
    page = Path(str(resources.files("schemas"))) / "README.md"
    text = documentation(contract())
    if chosen.write:
        page.write_text(text, encoding="utf-8")
    elif chosen.check:
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            print(f"{page} is not what corpus.toml says: run `python -m flows.schema --write`", file=sys.stderr)
            return 1
    else:
        print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
