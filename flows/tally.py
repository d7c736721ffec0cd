"""The corpus counted: documents, filled fields and cuts, by publisher and run.

Reads the columns it needs, one row group at a time: the texts are never loaded, and memory does not grow with the
number of documents.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flows.tables import CorpusDamaged, table_files

FIELDS = (
    "title",
    "authors",
    "published_at",
    "modified_at",
    "section",
    "summary",
    "tags",
    "dateline",
    "agency",
    "captions",
    "links",
    "url",
    "language",
    "license",
    "rights",
)
"""Columns whose fill rate says how well a publisher's pages are read."""
_LEAVES = {"authors": ".list.element", "tags": ".list.element", "captions": ".list.element.credit"}
_LEAVES["links"] = ".list.element.url"
_SPANS = ("cuts.list.element.rule", "cuts.list.element.start", "cuts.list.element.end")
_KEPT = ("paragraphs.list.element.start", "paragraphs.list.element.end")
_KEY = ["publisher", "run"]


@dataclass(frozen=True, slots=True, order=True)
class Run:
    """A run by its place in time: its clock, then its id."""

    as_of: datetime
    run_id: str


@dataclass(slots=True)
class Tally:
    """What was counted of one publisher in one run, over articles and duplicates."""

    documents: int = 0
    filled: Counter[str] = field(default_factory=Counter)
    """Documents in which a field is filled, by the field's column."""
    with_cut: Counter[str] = field(default_factory=Counter)
    """Documents with at least one cut of a kind, by kind."""
    cut: Counter[str] = field(default_factory=Counter)
    """Characters cut, by rule."""
    kept: int = 0
    """Characters of the raw text that were kept."""
    days: Counter[date | None] = field(default_factory=Counter)
    """Documents by day of publication (UTC); None for those without."""


Tallies = dict[tuple[str | None, Run], Tally]
"""By publisher (the site's domain where a document names none; None where neither is known) and run."""


def tallied(out: Path, newest: int | None = None) -> Tallies:
    """Count the documents of the corpus at `out`; raises `CorpusError` where there is none that can be read.

    With `newest`, only those of the files of each table that were written last, until they hold so many rows: what it
    costs does not grow with the corpus then.
    """
    tallies: Tallies = {}
    for name in ("articles", "duplicates"):
        paths = table_files(out, name)
        if newest is not None:
            paths.sort(key=lambda path: (-path.stat().st_mtime_ns, path.name))
        counted = 0
        for path in paths:
            if newest is not None and counted >= newest:
                break
            try:
                with pq.ParquetFile(path) as file:
                    counted += file.metadata.num_rows
                    for group in range(file.num_row_groups):
                        _add(tallies, file.read_row_group(group, columns=_columns()))
            except (pa.ArrowException, OSError) as error:
                raise CorpusDamaged(f"{path} cannot be read: {str(error).partition(chr(10))[0]}") from error
    return tallies


def _columns() -> list[str]:
    fields = [f"{column}{_LEAVES.get(column, '')}" for column in FIELDS]
    return [*fields, *_SPANS, *_KEPT, "publisher", "site", "run_id", "ingested_at"]


def _add(tallies: Tallies, rows: pa.Table) -> None:
    if not rows.num_rows:
        return
    runs = rows.select(["run_id", "ingested_at"]).group_by("run_id").aggregate([("ingested_at", "min")]).to_pylist()
    clock = {row["run_id"]: Run(row["ingested_at_min"], row["run_id"]) for row in runs}
    base = pa.table({"publisher": pc.coalesce(rows["publisher"], rows["site"]), "run": rows["run_id"]})

    def of(row: dict[str, object]) -> Tally:
        return tallies.setdefault((row["publisher"], clock[row["run"]]), Tally())  # type: ignore[arg-type]

    filled = base
    for column in FIELDS:
        filled = filled.append_column(column, _filled(rows[column]))
    filled = filled.append_column("kept", _kept(rows["paragraphs"]))
    sums = [(column, "sum") for column in (*FIELDS, "kept")]
    for row in filled.group_by(_KEY).aggregate([*sums, ([], "count_all")]).to_pylist():
        tally = of(row)
        tally.documents += row["count_all"]
        tally.filled.update({column: row[f"{column}_sum"] for column in FIELDS})
        tally.kept += row["kept_sum"] or 0
    days = base.append_column("day", pc.cast(pc.floor_temporal(rows["published_at"], unit="day"), pa.date32()))
    for row in days.group_by([*_KEY, "day"]).aggregate([([], "count_all")]).to_pylist():
        of(row).days[row["day"]] += row["count_all"]
    for row, rule, kind, characters, documents in _cuts(base, rows["cuts"]):
        if rule:
            of(row).cut[rule] += characters
        else:
            of(row).with_cut[kind] += documents


def _filled(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """1 where a value is there, 0 where it is null or an empty list."""
    if pa.types.is_list(column.type):
        column = pc.if_else(pc.equal(pc.list_value_length(column), 0), None, pc.list_value_length(column))
    return pc.cast(pc.is_valid(column), pa.int64())


def _kept(paragraphs: pa.ChunkedArray) -> pa.Array:
    """Characters of the raw text under the paragraphs of each row."""
    parents, spans = _flat(paragraphs)
    per_row = pa.table({"row": parents, "length": pc.subtract(spans.field("end"), spans.field("start"))})
    found = per_row.group_by("row").aggregate([("length", "sum")])
    lengths = dict(zip(found["row"].to_pylist(), found["length_sum"].to_pylist(), strict=True))
    return pa.array([lengths.get(row, 0) for row in range(len(paragraphs))], pa.int64())


def _cuts(base: pa.Table, cuts: pa.ChunkedArray) -> Iterator[tuple[dict[str, object], str, str, int, int]]:
    """Of each publisher and run: characters by rule, then documents by kind (with "" for the rule)."""
    parents, spans = _flat(cuts)
    if not len(parents):
        return
    flat = base.take(parents).append_column("rule", spans.field("rule"))
    flat = flat.append_column("length", pc.subtract(spans.field("end"), spans.field("start")))
    flat = flat.append_column("row", parents)
    for row in flat.group_by([*_KEY, "rule"]).aggregate([("length", "sum")]).to_pylist():
        yield row, row["rule"], "", row["length_sum"], 0
    kinds = pc.list_element(pc.split_pattern(flat["rule"], ".", max_splits=1), 0)
    documents = flat.append_column("kind", kinds).group_by([*_KEY, "kind", "row"]).aggregate([])
    for row in documents.group_by([*_KEY, "kind"]).aggregate([([], "count_all")]).to_pylist():
        yield row, "", row["kind"], 0, row["count_all"]


def _flat(lists: pa.ChunkedArray) -> tuple[pa.Array, pa.StructArray]:
    whole = lists.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks)
    return pc.list_parent_indices(whole), pc.list_flatten(whole)


def added(tallies: Iterable[Tally]) -> Tally:
    """One tally for all of `tallies`."""
    whole = Tally()
    for tally in tallies:
        whole.documents += tally.documents
        whole.kept += tally.kept
        whole.filled.update(tally.filled)
        whole.with_cut.update(tally.with_cut)
        whole.cut.update(tally.cut)
        whole.days.update(tally.days)
    return whole
