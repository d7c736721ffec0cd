"""What a rebuild changes: two states of the tables, document by document.

Documents are matched by raw path, locator and SHA-256, else (a JSONL file that has grown since) by path and locator.
Keys are compared as 64-bit hashes, and of the rows only two files are in memory at a time.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import xxhash
from numpy.typing import NDArray

from flows.schema import TABLES
from flows.tables import PARTS, read_rows

Report = dict[str, Any]
"""JSON values."""

OF_THE_RUN = frozenset({"schema_version", "run_id", "pipeline_version", "rules_version", "settings_sha256"})
"""Columns that say who wrote a row; `ingested_at` too, which is always another."""
EXAMPLES = 5
_KEPT = 8


@dataclass(frozen=True, slots=True)
class _Documents:
    """All documents of a state of the tables, by number."""

    files: list[Path]
    file: NDArray[np.int32]
    """Of each document, the number of its file."""
    row: NDArray[np.int32]
    exact: NDArray[np.uint64]
    """Of each, a hash of path, locator and SHA-256."""
    loose: NDArray[np.uint64]
    """Of each, a hash of path and locator."""

    def table(self, document: int) -> str:
        return str(self.files[self.file[document]].parent.name)


def compare(before: Path, after: Path) -> Report:
    """What has changed from the tables in the folder `before` to those in `after`."""
    old, new = _documents(before), _documents(after)
    pairs = _pairs(old, new)
    gone = np.setdiff1d(np.arange(len(old.row)), pairs[:, 0])
    come = np.setdiff1d(np.arange(len(new.row)), pairs[:, 1])
    moved: Counter[str] = Counter()
    moved_examples: dict[str, list[str]] = {}
    for one, other in pairs[_tables_of(old)[pairs[:, 0]] != _tables_of(new)[pairs[:, 1]]]:
        way = f"{old.table(one)} → {new.table(other)}"
        moved[way] += 1
        _example(moved_examples, way, lambda one=one: _name(old, one))
    fields, documents, field_examples = _fields(old, new, pairs)
    return {
        "rows": _before_after(
            Counter(map(old.table, range(len(old.row)))), Counter(map(new.table, range(len(new.row))))
        ),
        "documents": {
            "gained": _by_table(new, come),
            "lost": _by_table(old, gone),
            "moved": dict(moved.most_common()),
            "changed": documents,
        },
        "fields_changed": dict(fields.most_common()),
        "cuts_by_rule": _before_after(_cuts(before), _cuts(after)),
        "duplicates_by_relation": _before_after(
            _tally(before, "duplicates", "relation"), _tally(after, "duplicates", "relation")
        ),
        "rejects_by_reason": _before_after(_tally(before, "rejects", "reason"), _tally(after, "rejects", "reason")),
        "examples": {
            "gained": [_name(new, document) for document in come[:EXAMPLES]],
            "lost": [_name(old, document) for document in gone[:EXAMPLES]],
            **moved_examples,
            **field_examples,
        },
    }


def _documents(root: Path) -> _Documents:
    files = [path for name in TABLES for path in sorted((root / name).glob(PARTS))]
    file, row, exact, loose = [], [], [], []
    for number, path in enumerate(files):
        keys = pq.read_table(path, columns=["raw_path", "raw_locator", "raw_sha256"], partitioning=None).to_pydict()
        for place, (raw, locator, sha256) in enumerate(zip(*keys.values(), strict=True)):
            key = f"{raw}\0{locator or ''}"
            file.append(number)
            row.append(place)
            loose.append(xxhash.xxh3_64_intdigest(key.encode()))
            exact.append(xxhash.xxh3_64_intdigest(f"{key}\0{sha256 or ''}".encode()))
    return _Documents(
        files,
        np.array(file, dtype=np.int32),
        np.array(row, dtype=np.int32),
        np.array(exact, dtype=np.uint64),
        np.array(loose, dtype=np.uint64),
    )


def _pairs(old: _Documents, new: _Documents) -> NDArray[np.int64]:
    """Numbers of documents that are the same in both, a pair in a row."""
    _, one, other = np.intersect1d(old.exact, new.exact, return_indices=True)
    old_rest = np.setdiff1d(np.arange(len(old.row)), one)
    new_rest = np.setdiff1d(np.arange(len(new.row)), other)
    _, more, others = np.intersect1d(old.loose[old_rest], new.loose[new_rest], return_indices=True)
    return np.stack((np.concatenate((one, old_rest[more])), np.concatenate((other, new_rest[others]))), axis=1)


def _tables_of(documents: _Documents) -> NDArray[np.int64]:
    """Of each document, the number of its table."""
    of_file = np.array([TABLES.index(path.parent.name) for path in documents.files], dtype=np.int64)
    return np.asarray(of_file[documents.file])


def _fields(
    old: _Documents, new: _Documents, pairs: NDArray[np.int64]
) -> tuple[Counter[str], dict[str, int], dict[str, list[str]]]:
    """How often each column has changed, how many documents have changed by table, and examples for each column."""
    fields: Counter[str] = Counter()
    documents: Counter[str] = Counter()
    examples: dict[str, list[str]] = {}
    stay = pairs[_tables_of(old)[pairs[:, 0]] == _tables_of(new)[pairs[:, 1]]]
    files = np.stack((new.file[stay[:, 1]], old.file[stay[:, 0]]), axis=1)
    order = np.lexsort((files[:, 1], files[:, 0]))
    stay, files = stay[order], files[order]
    cache: OrderedDict[Path, pa.Table] = OrderedDict()
    starts = np.flatnonzero((files[1:] != files[:-1]).any(axis=1)) + 1
    for group in np.split(stay, starts) if len(stay) else ():
        one = _read(cache, old.files[old.file[group[0, 0]]]).take(pa.array(old.row[group[:, 0]]))
        other = _read(cache, new.files[new.file[group[0, 1]]]).take(pa.array(new.row[group[:, 1]]))
        changed: set[int] = set()
        for name in _compared(one, other):
            if one[name].equals(other[name]):
                continue
            values = zip(one[name].to_pylist(), other[name].to_pylist(), strict=True)
            rows = [number for number, (was, now) in enumerate(values) if was != now]
            changed.update(rows)
            fields[name] += len(rows)
            for number in rows[:EXAMPLES]:
                _example(examples, name, lambda number=number, group=group: _name(old, group[number, 0]))
        documents[old.table(group[0, 0])] += len(changed)
    return +fields, dict(+documents), examples


def _read(cache: OrderedDict[Path, pa.Table], path: Path) -> pa.Table:
    table = cache.pop(path, None)
    if table is None:
        table = pq.read_table(path, partitioning=None)
    cache[path] = table
    if len(cache) > _KEPT:
        cache.popitem(last=False)
    return table


def _compared(one: pa.Table, other: pa.Table) -> Iterator[str]:
    both = set(other.column_names)
    return (name for name in one.column_names if name in both and name not in OF_THE_RUN and name != "ingested_at")


def _example(examples: dict[str, list[str]], kind: str, name: Any) -> None:
    listed = examples.setdefault(kind, [])
    if len(listed) < EXAMPLES and (shown := name()) not in listed:
        listed.append(shown)


def _name(documents: _Documents, document: int) -> str:
    """Raw path and line of a document, as `flows.explain` takes them."""
    path = documents.files[documents.file[document]]
    keys = pq.read_table(path, columns=["raw_path", "raw_locator"], partitioning=None)
    row = keys.slice(int(documents.row[document]), 1).to_pylist()[0]
    return str(row["raw_path"]) + (f":{row['raw_locator']}" if row["raw_locator"] else "")


def _by_table(documents: _Documents, chosen: NDArray[np.int64]) -> dict[str, int]:
    return dict(Counter(documents.table(document) for document in chosen))


def _tally(root: Path, table: str, column: str) -> Counter[str]:
    return Counter(read_rows(root, table, [column])[column].to_pylist())


def _cuts(root: Path) -> Counter[str]:
    tally: Counter[str] = Counter()
    for name in ("articles", "duplicates"):
        for path in sorted((root / name).glob(PARTS)):
            cuts = pq.read_table(path, columns=["cuts"], partitioning=None)["cuts"]
            tally.update(pc.struct_field(pc.list_flatten(cuts), "rule").to_pylist())
    return tally


def _before_after(before: Counter[str], after: Counter[str]) -> dict[str, dict[str, int]]:
    return {name: {"before": before[name], "after": after[name]} for name in sorted(before.keys() | after.keys())}
