"""The corpus on disk: what plain readers find, what is refused, and what an error leaves behind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import rows
from flows.corpus import (
    Corpus,
    CorpusBusy,
    CorpusDamaged,
    CorpusError,
    CorpusUnwritable,
    read_rows,
)
from flows.schema import TABLES, VERSION, VERSION_KEY, table_schema
from tests import publishing
from tests.publishing import article, batch, duplicate, reject

ROOT = Path(__file__).parent.parent


def published(out: Path, *batches: tuple[str, dict[str, pa.Table]]) -> Path:
    with Corpus.open(out) as corpus:
        for name, tables in batches:
            corpus.publish(name, tables)
    return out


def articles(*values: dict[str, Any]) -> dict[str, pa.Table]:
    return {"articles": rows.table("articles", values)}


def content(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*.parquet")}


# ------------------------------------------------------------------------------------------------------ plain readers

READERS: dict[str, Callable[[Path], list[dict[str, Any]]]] = {
    "pandas": lambda folder: pd.read_parquet(folder, dtype_backend="pyarrow").to_dict("records"),
    "pyarrow.dataset": lambda folder: ds.dataset(folder).to_table().to_pylist(),
    "pyarrow.parquet": lambda folder: pq.read_table(folder).to_pylist(),
    "polars, a glob": lambda folder: pl.scan_parquet(folder / "*.parquet").collect().to_dicts(),
    "polars, the folder": lambda folder: pl.scan_parquet(folder).collect().to_dicts(),
    "duckdb": lambda folder: duckdb.sql(f"from '{folder}/*.parquet'").to_arrow_table().to_pylist(),
}


@pytest.mark.parametrize("reader", READERS)
def test_plain_readers_find_the_rows(tmp_path: Path, reader: str) -> None:
    published(tmp_path, batch(0), batch(1))
    found = READERS[reader](tmp_path / "articles")
    assert [row["article_id"] for row in found] == [
        f"id-{number:04}.jsonl-{line}" for number in (0, 1) for line in (1, 2, 3)
    ]
    first = found[0]
    assert list(first["authors"]) == ["Ada Example", "Ben Sample"]
    assert first["paragraphs"][0]["kind"] == "paragraph"
    assert first["published_at"] == publishing.CLOCK
    assert first["comment_count"] is None or pd.isna(first["comment_count"])
    (repeat, _) = READERS[reader](tmp_path / "duplicates")
    assert repeat["duplicate_of"] == first["article_id"]
    assert repeat["duplicate_scores"][0]["name"] == "containment"


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", TABLES)
def test_plain_readers_find_an_empty_table_where_there_is_nothing(tmp_path: Path, reader: str, name: str) -> None:
    published(tmp_path)
    assert READERS[reader](tmp_path / name) == []


def test_a_file_without_rows_has_no_row_group_either(tmp_path: Path) -> None:
    """Hugging Face `datasets` (5.2) takes the size of its batches from the first row group and fails on a zero."""
    published(tmp_path)
    assert [pq.read_metadata(path).num_row_groups for path in tmp_path.rglob("*.parquet")] == [0, 0, 0]


def test_every_file_carries_the_whole_schema(tmp_path: Path) -> None:
    published(tmp_path, batch(0))
    for name in TABLES:
        for path in (tmp_path / name).iterdir():
            assert pq.read_schema(path).equals(table_schema(name), check_metadata=True), path


def test_all_columns_come_back_as_they_were(tmp_path: Path) -> None:
    name, tables = batch(0)
    published(tmp_path, (name, tables))
    for table, expected in tables.items():
        assert read_rows(tmp_path, table).equals(expected)


# ------------------------------------------------------------------------------------------------ what is in the corpus


def test_what_is_known_of_the_raw_files(tmp_path: Path) -> None:
    unread = reject("locked.txt", raw_sha256=None)
    tables = articles(article("a.jsonl", "1"), article("a.jsonl", "2")) | {"rejects": rows.table("rejects", [unread])}
    with Corpus.open(tmp_path) as corpus:
        assert corpus.known_files() == corpus.known_documents() == set()
        new = [tmp_path / "articles" / "part-one.parquet", tmp_path / "rejects" / "part-one.parquet"]
        assert corpus.publish("one", tables) == new
        assert corpus.publish("one", tables) == []
        corpus.publish("two", {"duplicates": rows.table("duplicates", [duplicate("b.txt", of="id-a.jsonl-1")])})
        files, documents = corpus.known_files(), corpus.known_documents()
        assert corpus.known_documents(["b.txt", "none.txt"]) == {("b.txt", "id-b.txt-")}
    assert files == {("a.jsonl", "sha-a.jsonl"), ("b.txt", "sha-b.txt"), ("locked.txt", "")}
    assert documents == {
        ("a.jsonl", "id-a.jsonl-1"),
        ("a.jsonl", "id-a.jsonl-2"),
        ("b.txt", "id-b.txt-"),
        ("locked.txt", "id-locked.txt"),
    }
    with Corpus.open(tmp_path) as corpus:
        assert (corpus.known_files(), corpus.known_documents()) == (files, documents)


def test_reading_chosen_rows_and_columns(tmp_path: Path) -> None:
    published(tmp_path, batch(0), batch(1))
    found = read_rows(tmp_path, "articles", ["title"], [("raw_path", "=", "0001.jsonl"), ("raw_locator", "in", ["2"])])
    assert found.to_pylist() == [{"title": "Title of 0001.jsonl"}]


def test_reading_what_is_no_corpus_says_so(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no corpus in"):
        read_rows(tmp_path / "nowhere", "articles")


def test_manifests(tmp_path: Path) -> None:
    run = {"run_id": "20260301T090000Z-ab", "seconds": 1.5, "counts": {"b": 1, "a": "é"}}
    with Corpus.open(tmp_path) as corpus:
        assert corpus.manifest(run["run_id"]) is None
        corpus.write_manifest(run)
        assert corpus.manifest(run["run_id"]) == run
        corpus.publish(*batch(0), run | {"seconds": 2.5})
        assert corpus.manifest(run["run_id"]) == run | {"seconds": 2.5}
        with pytest.raises(ValueError, match="not a run id"):
            corpus.write_manifest({"run_id": "../run"})
    text = (tmp_path / "runs" / "20260301T090000Z-ab.json").read_text(encoding="utf-8")
    assert text.splitlines()[:4] == ["{", '  "counts": {', '    "a": "é",', '    "b": 1']
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["20260301T090000Z-ab.json"]


# ------------------------------------------------------------------------------------------------------- idempotence


def test_publishing_again_changes_no_byte(tmp_path: Path) -> None:
    published(tmp_path, batch(0), batch(1))
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.rglob("*.parquet")}
    published(tmp_path, batch(1), batch(0))
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.rglob("*.parquet")} == before


@settings(max_examples=6, deadline=None)
@given(order=st.permutations(range(3)), pieces=st.integers(1, 3))
def test_bytes_depend_on_the_rows_alone(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], pieces: int
) -> None:
    """Neither the order of the batches nor the way in which a table lies in memory shows in a file."""
    plain = published(tmp_path_factory.mktemp("plain"), *(batch(number) for number in range(3)))
    other = tmp_path_factory.mktemp("other")
    with Corpus.open(other) as corpus:
        for number in order:
            name, tables = batch(number)
            corpus.publish(name, {each: in_pieces(table, pieces) for each, table in tables.items()})
    assert content(other) == content(plain)


def in_pieces(table: pa.Table, rows_in_piece: int) -> pa.Table:
    parts = [table.slice(start, rows_in_piece) for start in range(0, table.num_rows, rows_in_piece)]
    return pa.concat_tables(parts) if parts else table


# ------------------------------------------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("name", "tables", "complaint"),
    [
        ("new", articles(article("b.txt"), article("b.txt")), "in the corpus twice, e.g. id-b.txt- of b.txt"),
        (
            "new",
            articles(article("b.txt")) | {"duplicates": rows.table("duplicates", [duplicate("b.txt", of="x")])},
            "twice",
        ),
        ("new", articles(article("a.txt", raw_sha256="changed")), "in the corpus twice, e.g. id-a.txt- of a.txt"),
        ("new", {"rejects": rows.table("rejects", [reject("a.bin")])}, "twice"),
        ("old", articles(article("other.txt")), "published with other rows"),
        ("old", articles(article("a.txt", title="Changed")), "published with other rows"),
        ("old", articles(), "published with other rows"),
        ("../new", articles(), "not a batch name"),
        ("New", articles(), "not a batch name"),
        ("new", {"reviews": pa.table({})}, "no such table: reviews"),
        ("new", {"articles": pa.table({"title": ["x"]})}, "not the columns of articles"),
        ("new", {"articles": table_schema("rejects").empty_table()}, "not the columns of articles"),
    ],
)
def test_what_would_break_the_tables_is_refused(
    tmp_path: Path, name: str, tables: dict[str, pa.Table], complaint: str
) -> None:
    old = articles(article("a.txt")) | {"rejects": rows.table("rejects", [reject("a.bin")])}
    before = content(published(tmp_path, ("old", old)))
    with Corpus.open(tmp_path) as corpus, pytest.raises(ValueError, match=complaint):
        corpus.publish(name, tables)
    assert content(tmp_path) == before


def test_a_file_that_has_grown_may_add_what_is_new(tmp_path: Path) -> None:
    published(tmp_path, ("one", articles(article("a.jsonl", "1"))))
    published(tmp_path, ("two", articles(article("a.jsonl", "2", raw_sha256="grown"))))
    assert read_rows(tmp_path, "articles", ["raw_locator"])["raw_locator"].to_pylist() == ["1", "2"]


def test_the_same_bytes_at_two_paths_are_two_documents(tmp_path: Path) -> None:
    published(tmp_path, ("one", articles(article("a.txt", article_id="same"), article("b.txt", article_id="same"))))
    assert read_rows(tmp_path, "articles").num_rows == 2


def spoil_with_torn_file(out: Path) -> Path:
    torn = out / "articles" / "part-0000.parquet"
    torn.write_bytes(torn.read_bytes()[:-100])
    return torn


def spoil_with_foreign_file(out: Path) -> Path:
    (out / "rejects" / "notes.txt").write_text("mine")
    return out / "rejects" / "notes.txt"


def spoil_with_foreign_parquet(out: Path) -> Path:
    pq.write_table(pa.table({"title": ["x"]}), out / "articles" / "part-mine.parquet")
    return out / "articles" / "part-mine.parquet"


def spoil_with_file_of_another_table(out: Path) -> Path:
    return Path(shutil.copy(out / "articles" / "part-0000.parquet", out / "duplicates" / "part-0000-copy.parquet"))


def spoil_with_folder(out: Path) -> Path:
    (out / "duplicates" / "part-old.parquet").mkdir()
    return out / "duplicates" / "part-old.parquet"


def spoil_with_newer_version(out: Path) -> Path:
    path = out / "articles" / "part-0000.parquet"
    table = pq.ParquetFile(path).read()
    newer = table.schema.metadata | {VERSION_KEY: str(VERSION + 1).encode()}
    pq.write_table(table.replace_schema_metadata(newer), path)
    return path


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (spoil_with_torn_file, "is not readable Parquet"),
        (spoil_with_foreign_file, "is not a file of the corpus; move it"),
        (spoil_with_foreign_parquet, "is not a file of the table articles; move it"),
        (spoil_with_file_of_another_table, "is not a file of the table duplicates; move it"),
        (spoil_with_folder, "is not a file of the corpus; move it"),
        (spoil_with_newer_version, f"has schema version {VERSION + 1}, from a newer copydesk"),
    ],
)
def test_a_damaged_corpus_is_refused_in_one_line_that_names_the_file(
    tmp_path: Path, spoil: Callable[[Path], Path], complaint: str
) -> None:
    path = spoil(published(tmp_path, batch(0)))
    with pytest.raises(CorpusDamaged, match=complaint) as refusal, Corpus.open(tmp_path):
        pass
    assert str(refusal.value).startswith(str(path))
    assert "\n" not in str(refusal.value)
    assert path.exists()


def test_reading_a_torn_file_is_refused_in_one_line(tmp_path: Path) -> None:
    spoil_with_torn_file(published(tmp_path, batch(0)))
    with pytest.raises(CorpusDamaged, match=r"the table articles of .* cannot be read"):
        read_rows(tmp_path, "articles")


# ----------------------------------------------------------------------------------------------------- one at a time


def test_a_second_writer_is_sent_away_at_once_and_admitted_after(tmp_path: Path) -> None:
    second = "import sys; from tests import publishing; publishing.write(publishing.Path(sys.argv[1]), 1)"
    command = [sys.executable, "-c", second, str(tmp_path)]
    with Corpus.open(tmp_path):
        refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30)
        assert refused.stderr.splitlines()[-1] == (
            f"flows.tables.CorpusBusy: another process is writing to the corpus {tmp_path}"
        )
    assert subprocess.run(command, cwd=ROOT, timeout=30).returncode == 0


def test_a_second_writer_in_the_same_process_is_sent_away_too(tmp_path: Path) -> None:
    with Corpus.open(tmp_path), pytest.raises(CorpusBusy), Corpus.open(tmp_path):
        pass


def test_an_error_in_the_body_frees_the_lock_and_leaves_no_work(tmp_path: Path) -> None:
    with pytest.raises(KeyError), Corpus.open(tmp_path) as corpus:
        (corpus.work_folder / "half").write_text("done")
        raise KeyError
    with Corpus.open(tmp_path) as corpus:
        assert list(corpus.work_folder.iterdir()) == []
    assert list((tmp_path / ".copydesk").glob("work-*")) == []


# --------------------------------------------------------------------------------------------- when the disk refuses


@pytest.mark.parametrize("gone", TABLES)
def test_a_publication_that_stops_halfway_is_finished_by_the_next_writer(tmp_path: Path, gone: str) -> None:
    """The folder of one table goes away (as a drive does): the writer fails between its steps."""
    whole = content(published(tmp_path / "whole", batch(0), batch(3)))
    out = published(tmp_path / "stopped", batch(0))
    with Corpus.open(out) as corpus:
        corpus.known_files()
        (out / gone).rename(out / "away")
        with pytest.raises(CorpusUnwritable, match="cannot write to the corpus"):
            corpus.publish(*batch(3))
    assert len(list(out.rglob("part-0003.parquet"))) == TABLES.index(gone)
    (out / "away").rename(out / gone)
    published(out)
    assert content(out) == whole


def test_the_writer_itself_can_go_on_once_the_disk_does(tmp_path: Path) -> None:
    whole = content(published(tmp_path / "whole", batch(0), batch(1)))
    out = tmp_path / "stopped"
    with Corpus.open(out) as corpus:
        corpus.known_files()
        (out / "duplicates").rename(out / "away")
        with pytest.raises(CorpusUnwritable):
            corpus.publish(*batch(0))
        (out / "away").rename(out / "duplicates")
        assert len(corpus.known_files()) == 1, "the container with the articles is in place, the rest is not"
        corpus.publish(*batch(1))
        assert len(corpus.known_files()) == 5
    assert content(out) == whole


def test_a_file_that_was_staged_for_a_publication_and_is_lost_is_not_passed_over(tmp_path: Path) -> None:
    out = published(tmp_path)
    (out / ".copydesk" / "intent.json").write_text(json.dumps({"targets": ["articles/part-x.parquet"]}))
    with pytest.raises(CorpusDamaged, match=r"articles/part-x\.parquet was committed and is nowhere"), Corpus.open(out):
        pass


FILL_THE_DISK = """
import resource, sys
from tests import publishing
from flows.corpus import Corpus, CorpusUnwritable
with Corpus.open(publishing.Path(sys.argv[1])) as corpus:
    corpus.publish(*publishing.batch(0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
    try:
        corpus.publish(*publishing.batch(3))
    except CorpusUnwritable as error:
        print(error)
"""


@pytest.mark.parametrize("size", [0, 1000, 25_000])
def test_no_room_for_a_file(tmp_path: Path, size: int) -> None:
    """A limit on the size of files, which binds every user, stands for the full disk."""
    before = content(published(tmp_path / "before", batch(0)))
    out = tmp_path / "full"
    command = [sys.executable, "-c", FILL_THE_DISK, str(out), str(size)]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert told.startswith(f"cannot write to the corpus {out}: ")
    assert len(told.splitlines()) == 1
    assert content(out) == before
    assert read_rows(published(out, batch(3)), "articles").num_rows == 6


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind root")
def test_no_permission_to_write(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(CorpusUnwritable, match="Permission denied"), Corpus.open(tmp_path / "corpus"):
        pass
    tmp_path.chmod(0o700)


def test_a_file_where_the_corpus_should_be(tmp_path: Path) -> None:
    (tmp_path / "corpus").write_text("not a folder")
    with pytest.raises(CorpusUnwritable, match="Not a directory"), Corpus.open(tmp_path / "corpus"):
        pass
