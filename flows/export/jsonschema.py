"""The contract of a table as JSON Schema (draft 2020-12) of its rows in JSON Lines."""

from __future__ import annotations

from typing import Any

from flows.schema import Column, contract

TYPES: dict[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "int32": {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1},
    "int64": {"type": "integer"},
    "float64": {"type": "number"},
    "bool": {"type": "boolean"},
    "instant": {"type": "string", "format": "date-time"},
}


def json_schema(table: str) -> dict[str, Any]:
    """The schema of a row of `table`: every column is there in every row, null where nothing is known."""
    described = contract().tables[table]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": table,
        "description": described.meaning,
        "$comment": f"copydesk schema version {contract().version}",
        **_object(described.columns),
    }


def _object(columns: tuple[Column, ...]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {column.name: _value(column) for column in columns},
        "required": [column.name for column in columns],
        "additionalProperties": False,
    }


def _value(column: Column) -> dict[str, Any]:
    element = column.type.removeprefix("list<").removesuffix(">")
    value = TYPES[element] if element in TYPES else _object(contract().structs[element])
    if element != column.type:
        value = {"type": "array", "items": value}
    if column.nullable:
        value = value | {"type": [value["type"], "null"]}
    return value | {"description": column.meaning}
