"""What an article, a duplicate and a reject become in the tables."""

from __future__ import annotations

import dataclasses
import hashlib
import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import rows
from flows.model import Article, Block, Cut, Document, Format, Found, Kind, Link, Paragraph, RawFile, Reason, Reject
from flows.rows import Provenance, article_id, article_row, duplicate_row, reject_id, reject_row, table
from flows.schema import TABLES, VERSION, table_schema
from tests import publishing

PROVENANCE = Provenance("run-1", "0.1", "abc", "f" * 64, datetime(2026, 3, 1, 9, tzinfo=UTC))

RAW = RawFile("county/fair.txt", "a" * 64, 99, b"raw bytes")
DOCUMENT = Document(
    format=Format.TEXT,
    text="The Fair Opens\n\nSHARE\n\nPigs won. Goats lost.",
    encoding="utf-8",
    blocks=(
        Block(0, 14, Kind.HEADING, "The Fair Opens"),
        Block(16, 21, Kind.PARAGRAPH, "SHARE"),
        Block(23, 44, Kind.PARAGRAPH, "Pigs won. Goats lost."),
    ),
    extra=(("desk", '["county"]'),),
)
ARTICLE = Article(
    raw=RAW,
    document=DOCUMENT,
    content_type=Format.TEXT,
    paragraphs=(
        Paragraph("The Fair Opens", Kind.HEADING, 0, 14),
        Paragraph("Pigs won. Goats lost.", Kind.PARAGRAPH, 23, 44),
    ),
    cuts=(Cut(16, 21, "share.button", "SHARE"),),
    links=(Link("Pigs", "https://pigs.example/"),),
    fields={"title": "Fair opens", "authors": ["Ada Example"], "published_at": datetime(2026, 2, 28, tzinfo=UTC)},
    sources=(Found("title", "Fair opens", "Fair opens!", "meta.og:title"),),
    unfollowed=(Found("title", "Pigs win", "Pigs win", "text.headline", 3, 11),),
    warnings=("titles disagree",),
)
REJECT = Reject("broken.bin", None, "b" * 64, 3, "decode", Reason.BINARY, "three zero bytes")


@dataclass(frozen=True)
class Matched:
    duplicate_of: str = "0" * 32
    relation: str = "near"
    rule: str = "containment"
    scores: tuple[tuple[str, float], ...] = (("containment", 0.91), ("numbers", 1))


def stored(name: str, row: rows.Row) -> dict[str, Any]:
    """`row` as a reader of the Parquet file finds it."""
    file = io.BytesIO()
    pq.write_table(table(name, [row]), file)
    (back,) = pq.read_table(file).to_pylist()
    return back


def test_an_article_and_all_that_is_known_of_it() -> None:
    row = stored("articles", article_row(ARTICLE, PROVENANCE))
    assert row["text"] == "The Fair Opens\n\nPigs won. Goats lost."
    assert row["word_count"] == 7
    assert row["text_sha256"] == hashlib.sha256(b"thefairopenspigswongoatslost").hexdigest()
    assert row["paragraphs"][0] == {"text": "The Fair Opens", "kind": "heading", "start": 0, "end": 14}
    assert row["cuts"] == [{"start": 16, "end": 21, "rule": "share.button", "text": "SHARE", "score": None}]
    assert [(each["value"], each["chosen"], each["start"]) for each in row["field_sources"]] == [
        ("Fair opens", True, None),
        ("Pigs win", False, 3),
    ]
    assert row["links"] == [{"text": "Pigs", "url": "https://pigs.example/"}]
    assert row["extra"] == [{"key": "desk", "value": '["county"]'}]
    assert row["warnings"] == ["titles disagree"]
    assert (row["title"], row["authors"]) == ("Fair opens", ["Ada Example"])
    assert row["published_at"] == datetime(2026, 2, 28, tzinfo=UTC)
    assert row["modified_at"] is None
    assert (row["raw_path"], row["raw_locator"], row["raw_sha256"]) == ("county/fair.txt", None, "a" * 64)
    assert (row["content_type"], row["encoding"], row["raw_bytes"]) == ("text/plain", "utf-8", 99)
    assert (row["run_id"], row["schema_version"], row["ingested_at"]) == ("run-1", VERSION, PROVENANCE.ingested_at)


def test_the_identity_of_an_article_is_what_the_documentation_says() -> None:
    assert article_id(RAW) == hashlib.sha256(b"\0raw bytes").hexdigest()[:32]
    line = dataclasses.replace(RAW, locator="12")
    assert article_id(line) == hashlib.sha256(b"12\0raw bytes").hexdigest()[:32]


def test_the_identity_of_an_article_does_not_depend_on_where_its_file_lies_or_how_it_is_packed() -> None:
    assert article_id(dataclasses.replace(RAW, path="elsewhere.gz", sha256="c" * 64, size=7)) == article_id(RAW)


def test_a_duplicate_is_the_article_and_why() -> None:
    row = stored("duplicates", duplicate_row(article_row(ARTICLE, PROVENANCE), Matched()))
    assert row["title"] == "Fair opens"
    assert (row["duplicate_of"], row["relation"], row["duplicate_rule"]) == ("0" * 32, "near", "containment")
    assert row["duplicate_scores"] == [{"name": "containment", "value": 0.91}, {"name": "numbers", "value": 1.0}]


def test_a_reject_says_why() -> None:
    row = stored("rejects", reject_row(REJECT, PROVENANCE))
    assert (row["stage"], row["reason"], row["detail"]) == ("decode", "binary", "three zero bytes")
    assert (row["raw_path"], row["raw_sha256"], row["raw_bytes"]) == ("broken.bin", "b" * 64, 3)


def test_rejects_of_files_that_could_not_be_read_are_told_apart() -> None:
    unread = [Reject(path, None, None, None, "read", Reason.UNREADABLE, "") for path in ("a", "b")]
    assert reject_id(unread[0]) != reject_id(unread[1])
    assert stored("rejects", reject_row(unread[0], PROVENANCE))["raw_sha256"] is None


def test_records_of_one_file_are_rejected_one_by_one() -> None:
    lines = [dataclasses.replace(REJECT, locator=locator) for locator in (None, "1", "2")]
    assert len({reject_id(line) for line in lines}) == 3


ANY_TEXT = st.text(st.characters())  # lone surrogates and zero bytes among them


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_whatever_characters_there_are_can_be_stored_and_no_offset_moves(text: str, raw: str, name: str) -> None:
    article = dataclasses.replace(
        ARTICLE,
        paragraphs=(Paragraph(text, Kind.PARAGRAPH, 0, 1),),
        cuts=(Cut(0, 1, "x.y", raw),),
        fields={"title": name, "authors": [name], "captions": [{"text": name, "credit": None}]},
    )
    row = stored("articles", article_row(article, PROVENANCE))
    for before, after in ((text, row["text"]), (raw, row["cuts"][0]["text"]), (name, row["authors"][0])):
        assert len(after) == len(before)
        assert all(a in (b, "\ufffd") for a, b in zip(after, before, strict=True))
        assert "\0" not in after


def test_the_same_document_gives_the_same_row() -> None:
    assert article_row(ARTICLE, PROVENANCE) == article_row(ARTICLE, PROVENANCE)


def test_metadata_does_not_overwrite_what_is_computed() -> None:
    article = dataclasses.replace(ARTICLE, fields={"text": "mine", "article_id": "mine"})
    with pytest.raises(ValueError, match="not for metadata to fill: article_id, text"):
        article_row(article, PROVENANCE)


def test_an_instant_in_another_zone_is_stored_in_utc_and_one_without_is_refused() -> None:
    shanghai = timezone(timedelta(hours=8))
    article = dataclasses.replace(ARTICLE, fields={"published_at": datetime(2026, 2, 28, 19, 44, tzinfo=shanghai)})
    row = stored("articles", article_row(article, PROVENANCE))
    assert row["published_at"] == datetime(2026, 2, 28, 11, 44, tzinfo=UTC)
    naive = dataclasses.replace(ARTICLE, fields={"published_at": datetime(2026, 2, 28)})
    with pytest.raises(ValueError, match="without a time zone: 2026-02-28T00:00:00"):
        article_row(naive, PROVENANCE)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"headline": "x"}, "articles has no such column: headline"),
        ({"raw_path": None}, "articles: null in raw_path"),
        ({"comment_count": "many"}, "column comment_count: "),
        ({"comment_count": 2**40}, "column comment_count: "),
        ({"comment_count": 2**80}, "column comment_count: "),
        ({"authors": "Ada"}, "column authors: "),
        ({"captions": [{"words": "A pig."}]}, "column captions: no such field: words"),
        ({"title": ["Fair"]}, "column title: "),
    ],
)
def test_a_row_that_does_not_fit_is_refused_and_the_column_named(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        table("articles", [publishing.article("a.txt") | change])


def test_a_column_that_a_row_leaves_out_is_null_but_not_where_null_is_not_allowed() -> None:
    row = publishing.article("a.txt")
    del row["title"]
    assert table("articles", [row])["title"].to_pylist() == [None]
    del row["cuts"]
    with pytest.raises(ValueError, match="null in cuts"):
        table("articles", [row])


@pytest.mark.parametrize("name", TABLES)
def test_no_rows_are_a_table_too(name: str) -> None:
    assert table(name, []).schema.equals(table_schema(name), check_metadata=True)


def test_tables_go_from_process_to_process_unchanged(tmp_path: Path) -> None:
    articles = table("articles", [publishing.article(f"{number}.txt") for number in range(3)])
    with rows.Writer(tmp_path / "x.arrow", "articles") as writer:
        for row in articles.to_pylist():
            writer.add(row)
    back = rows.read(tmp_path / "x.arrow")
    assert back.equals(articles)
    assert back.schema.equals(articles.schema, check_metadata=True)
