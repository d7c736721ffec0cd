"""The store of known raw files: its answers are the tables', whatever becomes of it, and no table is read for them."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import known, rows
from flows.corpus import Corpus
from flows.known import NAME, Known
from tests import faults, publishing
from tests.publishing import article

STORE = Path(".copydesk") / "index" / NAME


def filled(out: Path, batches: int = 4) -> set[tuple[str, str]]:
    """A corpus at `out`; its raw files."""
    publishing.write(out, batches)
    with Corpus.open(out) as corpus:
        return corpus.known_files()


def check(out: Path, files: set[tuple[str, str]]) -> None:
    """The store says of every file what the tables say, and of none what they do not."""
    with Corpus.open(out) as corpus:
        for path, sha256 in files:
            assert corpus.knows(path, sha256)
            assert not corpus.knows(path, f"another {sha256}")
            assert not corpus.knows(f"another {path}", sha256)
        documents = corpus.known_documents()
        for path, _ in sorted(files)[:3]:
            assert corpus.known_documents([path]) == {each for each in documents if each[0] == path}


def test_it_answers_as_the_tables_do_and_keeps_up_with_them(tmp_path: Path) -> None:
    check(tmp_path, filled(tmp_path))
    check(tmp_path, filled(tmp_path, 7))
    publishing.revise(tmp_path, 3)
    check(tmp_path, filled(tmp_path, 7))


@pytest.mark.parametrize("damage", faults.DAMAGES)
def test_a_damaged_store_is_made_again(tmp_path: Path, damage: Callable[[Path, random.Random], None]) -> None:
    files = filled(tmp_path)
    whole = (tmp_path / STORE).read_bytes()
    for number in range(4):
        (tmp_path / STORE).write_bytes(whole)
        damage(tmp_path / STORE, random.Random(number))
        check(tmp_path, files)


def test_a_bucket_that_is_not_what_was_written_is_not_believed(tmp_path: Path) -> None:
    """What SQLite does not notice: records that are other ones, or a bucket in the place of another."""
    files = filled(tmp_path)
    for change in (
        "update buckets set content = zeroblob(length(content))",
        "update buckets set content = (select content from buckets order by length(content) limit 1)",
        "delete from buckets",
        "update parts set number = number + 100",
        "update parts set name = 'part-none.parquet'",
        "delete from parts",
        "pragma user_version = 106",
        "delete from records",
    ):
        with sqlite3.connect(tmp_path / STORE) as database:
            database.execute(change)
        database.close()
        check(tmp_path, files)


def test_it_follows_when_other_tables_take_the_place_of_these(tmp_path: Path) -> None:
    out = tmp_path / "out"
    filled(out, 5)
    fewer = filled(tmp_path / "other", 2)
    publishing.rebuild(out, 2)
    check(out, fewer)
    with Corpus.open(out) as corpus:
        assert not corpus.knows("0004.jsonl", "sha-0004.jsonl")
        corpus.go_back()
        assert corpus.knows("0004.jsonl", "sha-0004.jsonl")


def test_a_table_file_that_was_exchanged_by_hand_is_read_again(tmp_path: Path) -> None:
    """With the notes of what was published gone, as the message on such a file says, there is nobody to ask."""
    filled(tmp_path)
    path = tmp_path / "articles" / "part-0001.parquet"
    pq.write_table(rows.table("articles", [article("other.txt")]), path)
    with Corpus.open(tmp_path) as corpus:
        assert corpus.knows("other.txt", "sha-other.txt")
        assert not corpus.knows("0001.jsonl", "sha-0001.jsonl")


@settings(max_examples=20, deadline=None)
@given(files=st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), max_size=60, unique=True))
def test_any_names_and_any_number(files: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Buckets divide as they fill, here after a few records."""
    out = tmp_path_factory.mktemp("known")
    (out / "articles").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(known, "_FULL", 1)
        patch.setattr(known, "_AT_ONCE", 7)
        store = Known(out / NAME, out)
        assert not store.holds("nothing", "")
        half = len(files) // 2
        for number, part in enumerate((files[:half], files[half:])):
            values = [article(f"p{path}", raw_sha256=f"s{sha256}") for path, sha256 in part]
            pq.write_table(rows.table("articles", values), out / "articles" / f"part-{number}.parquet")
            store.add([out / "articles" / f"part-{number}.parquet"])
        for path, sha256 in files:
            assert store.holds(f"p{path}", f"s{sha256}")
            assert store.parts_of([f"p{path}"])
        assert not store.holds("none", "")
        store.close()


def test_a_run_with_nothing_new_reads_no_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = filled(tmp_path)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a table was read")

    with Corpus.open(tmp_path) as corpus:
        monkeypatch.setattr(pq, "read_table", refuse)
        monkeypatch.setattr("flows.corpus.read_rows", refuse)
        assert all(corpus.knows(path, sha256) for path, sha256 in files)
        assert corpus.known_documents(["none.txt"]) == set()
