"""The contract of the tables is closed, and the Arrow schemas and the documentation say what it says."""

from __future__ import annotations

import pyarrow as pa
import pytest

from flows import schema
from flows.schema import SchemaError, contract, documentation, read, table_schema

SMALL = """
version = 7

[tables.notes]
meaning = "One row for each note."
groups = ["basics"]

[[columns.basics]]
name = "note_id"
type = "string"
nullable = false
meaning = "Which note."

[[columns.basics]]
name = "parts"
type = "list<part>"
meaning = "What it is made of: a | b."

[structs.part]
text = { type = "string", meaning = "The words." }
"""


def test_documentation_is_up_to_date() -> None:
    assert schema.main(["--check"]) == 0


def test_documentation_names_every_column_with_its_meaning() -> None:
    page = documentation(contract())
    for table in contract().tables.values():
        for column in table.columns:
            assert f"| `{column.name}` | `{column.type}` |" in page
            assert column.meaning in page


def test_documentation_of_a_bar_in_a_meaning_keeps_the_table_whole() -> None:
    assert r"What it is made of: a \| b." in documentation(read(SMALL))


def test_instants_are_microseconds_in_utc_and_what_names_a_row_is_never_null() -> None:
    articles = table_schema("articles")
    assert articles.field("published_at").type == pa.timestamp("us", tz="UTC")
    assert articles.field("published_at").nullable
    assert not articles.field("article_id").nullable
    assert articles.field("cuts").type.value_type.field("score").type == pa.float64()


def test_files_will_say_what_their_columns_mean_and_which_version_they_have() -> None:
    rejects = table_schema("rejects")
    assert rejects.metadata[schema.VERSION_KEY] == str(schema.VERSION).encode()
    assert rejects.metadata[schema.TABLE_KEY] == b"rejects"
    assert all(field.metadata[schema.MEANING_KEY] for field in rejects)


def test_duplicates_have_every_column_of_articles() -> None:
    articles, duplicates = table_schema("articles"), table_schema("duplicates")
    assert duplicates.names[: len(articles.names)] == articles.names
    assert set(duplicates.names) - set(articles.names) == {
        "duplicate_of",
        "relation",
        "duplicate_rule",
        "duplicate_scores",
    }


@pytest.mark.parametrize(
    ("good", "bad", "complaint"),
    [
        ('groups = ["basics"]', 'groups = ["basics", "extras"]', "unknown groups of columns: extras"),
        ('type = "list<part>"', 'type = "list<piece>"', "no such type: list<piece>"),
        ('type = "list<part>"', 'type = "strings"', "no such type: strings"),
        ('type = "list<part>"', 'type = "list<int32>"', "no such type: list<int32>"),
        ('name = "parts"', 'name = "note_id"', "columns defined twice: note_id"),
        ("nullable = false", "nulable = false", "unknown keys: nulable"),
        ('type = "list<part>"', 'type = "string"', "structs that no column holds: part"),
        ('{ type = "string",', '{ type = "list<string>",', "fields not of a plain type: text"),
        ("[structs.part]", "[[columns.lost]]\nname = 'x'\ntype = 'bool'\nmeaning = ''\n[structs.part]", "no table has"),
    ],
)
def test_a_contract_that_does_not_close_is_refused(good: str, bad: str, complaint: str) -> None:
    assert read(SMALL).version == 7
    with pytest.raises(SchemaError, match=complaint):
        read(SMALL.replace(good, bad))
