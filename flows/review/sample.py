"""Which documents the page shows: the same ones each time, and some of everything.

Ids are hashes, so the smallest ids are a sample that follows from the documents alone.  The corpus is divided into
strata (articles by publisher, duplicates by relation, rejects by reason), and every stratum gives its first document
before any gives its second.  Only the columns that decide are read of the whole corpus.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from flows.evidence import Shown
from flows.schema import table_schema
from flows.tables import IDENTITY, CorpusDamaged, read_rows, table_files

_STRATUM = {"articles": "publisher", "duplicates": "relation", "rejects": "reason"}


def sampled(out: Path, number: int, run_id: str | None = None) -> list[Shown]:
    """At most `number` documents of the corpus at `out`, or of one of its runs; raises `CorpusError`."""
    filters = [("run_id", "=", run_id)] if run_id else None
    keys = pa.concat_tables(
        pa.table(
            {
                "table": pa.array([name] * found.num_rows, pa.string()),
                "stratum": pc.coalesce(found[_STRATUM[name]], ""),
                "id": found[IDENTITY[name]],
                "path": found["raw_path"],
            }
        )
        for name in IDENTITY
        for found in [read_rows(out, name, [IDENTITY[name], _STRATUM[name], "raw_path"], filters)]
    )
    keys = keys.sort_by([(name, "ascending") for name in ("table", "stratum", "id", "path")])
    keys = keys.append_column("turn", pa.array(_turns(keys), pa.int64()))
    keys = keys.sort_by([("turn", "ascending"), ("id", "ascending"), ("path", "ascending")]).slice(0, number)
    return [
        shown
        for name in IDENTITY
        for shown in rows_of(out, name, _documents(keys.filter(pc.equal(keys["table"], name))))
    ]


def _turns(keys: pa.Table) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The place of each row in its stratum, from 0; the rows stand in the order of their strata."""
    place = np.arange(keys.num_rows)
    if not keys.num_rows:
        return place
    strata = pc.binary_join_element_wise(keys["table"], keys["stratum"], "\0").to_numpy(zero_copy_only=False)
    begins = np.concatenate([[True], strata[1:] != strata[:-1]])
    return place - np.maximum.accumulate(np.where(begins, place, 0))


def _documents(keys: pa.Table) -> set[tuple[str, str]]:
    return set(zip(keys["id"].to_pylist(), keys["path"].to_pylist(), strict=True))


def rows_of(out: Path, table: str, documents: Collection[tuple[str, str]]) -> Iterator[Shown]:
    """The rows of one table with these ids and raw paths."""
    for shown in rows_by_id(out, table, {identity for identity, _ in documents}):
        if (shown.row[IDENTITY[table]], shown.row["raw_path"]) in documents:
            yield shown


def rows_by_id(out: Path, table: str, ids: Collection[str]) -> Iterator[Shown]:
    """The rows of one table with these ids.  Only row groups that hold one are read whole."""
    if not ids:
        return
    identity, schema = IDENTITY[table], table_schema(table)
    wanted = pc.field(identity).isin(sorted(ids))
    try:
        dataset = ds.dataset([str(path) for path in table_files(out, table)], schema=schema, format="parquet")
        for fragment in dataset.get_fragments():
            for group in fragment.split_by_row_group():
                if group.count_rows(filter=wanted):
                    for row in group.to_table(schema=schema, filter=wanted).to_pylist():
                        yield Shown(table, row)
    except (pa.ArrowException, OSError) as error:
        raise CorpusDamaged(f"the table {table} of {out} cannot be read: {str(error).splitlines()[0]}") from error
