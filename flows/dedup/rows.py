"""Single rows of table files, for the comparison with a candidate."""

from __future__ import annotations

import bisect
import itertools
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from flows.dedup.segment import Segment

_COLUMNS = (
    *("article_id", "text", "text_sha256", "title", "published_at", "duplicate_of", "relation"),
    *("site", "canonical_url", "publisher", "modified_at", "ingested_at", "raw_path", "raw_locator"),
)
_KEPT = 16


@dataclass(frozen=True, slots=True)
class Row:
    """What the verification needs of a row."""

    article_id: str
    root: str
    """`article_id` of the article that the row is, or is a duplicate of."""
    relation: str | None
    """Of a duplicate."""
    text: str
    text_sha256: str
    title: str | None
    published_at: datetime | None
    site: str | None
    canonical_url: str | None
    publisher: str | None
    modified_at: datetime | None
    ingested_at: datetime | None
    raw_path: str
    raw_locator: str | None


def single(name: str, row: int, article_id: str) -> str:
    """What the index calls row `row` of the table file `name`, since it was replaced by that of another article."""
    return f"{name}@{row}@{article_id}"


def located(name: str, row: int) -> tuple[str, int]:
    """The table file, and the row in it, of row `row` of what the index calls `name`."""
    file, _, place = name.partition("@")
    return (file, int(place.partition("@")[0])) if place else (file, row)


class Rows:
    """Reads rows of the tables, keeping the row groups that it read last."""

    def __init__(self, folders: dict[str, Path]) -> None:
        self._folders = folders
        self._tables: OrderedDict[tuple[Path, int], pa.Table] = OrderedDict()
        self._starts: dict[Path, list[int]] = {}

    def row(self, segment: Segment, number: int) -> Row:
        """Row `number` of `segment`, from its table file."""
        name, place = located(*segment.locate(number))
        path = self._folders[segment.table] / name
        group, first = self._group(path, place)
        table = self._tables.pop((path, group), None)
        if table is None:
            table = _read(path, group)
        self._tables[path, group] = table
        if len(self._tables) > _KEPT:
            self._tables.popitem(last=False)
        place -= first
        values: dict[str, Any] = {name: table[name][place].as_py() for name in table.column_names}
        return Row(
            article_id=values["article_id"],
            root=values.get("duplicate_of") or values["article_id"],
            relation=values.get("relation"),
            text=values["text"],
            text_sha256=values["text_sha256"],
            title=values["title"],
            published_at=values["published_at"],
            site=values["site"],
            canonical_url=values.get("canonical_url"),
            publisher=values.get("publisher"),
            modified_at=values.get("modified_at"),
            ingested_at=values.get("ingested_at"),
            raw_path=values.get("raw_path") or "",
            raw_locator=values.get("raw_locator"),
        )

    def _group(self, path: Path, place: int) -> tuple[int, int]:
        """The row group of the file that holds the row at `place`, and the group's first row."""
        starts = self._starts.get(path)
        if starts is None:
            metadata = pq.read_metadata(path)
            counts = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
            starts = self._starts[path] = [0, *itertools.accumulate(counts)]
        group = bisect.bisect_right(starts, place) - 1
        return group, starts[group]


def _read(path: Path, group: int) -> pa.Table:
    with pq.ParquetFile(path) as file:
        return file.read_row_group(group, columns=[name for name in _COLUMNS if name in file.schema_arrow.names])
