"""Five real articles through the real command into Parquet, read as a user would read it.

They belong to their publishers and are not part of the project: the test looks for them in the folder named by
COPYDESK_SEEDS, or in `../shared/seeds` beside the repository, and is skipped where they are not.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests import golden

SEEDS = Path(os.environ.get("COPYDESK_SEEDS") or golden.ROOT.parent / "shared" / "seeds")
PREFIXES = ("000_", "001_", "002_", "003_", "004_")

pytestmark = pytest.mark.skipif(
    not SEEDS.is_dir(), reason=f"the seed articles are not part of the project and not in {SEEDS} (set COPYDESK_SEEDS)"
)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    out = tmp_path_factory.mktemp("seeds") / "corpus"
    golden.ingest(SEEDS, out)
    return out


@pytest.fixture(scope="module")
def seeds(corpus):
    """The five rows, by the number in front of the file's name."""
    found = {row["raw_path"][:4]: row for row in golden.rows(corpus) if row["table"] == "articles"}
    assert sorted(found) == sorted(PREFIXES)
    return found


def raw_text(row):
    return (SEEDS / row["raw_path"]).read_text(encoding="utf-8")


def of_kind(row, kind):
    return [paragraph["text"] for paragraph in row["paragraphs"] if paragraph["kind"] == kind]


def credits_of(row):
    return [caption["credit"] or "" for caption in row["captions"] or []]


def cut_words(row):
    return "\n".join(cut["text"] for cut in row["cuts"])


def assert_cut(row, *phrases):
    """Each of `phrases` is in the raw file, in no paragraph, and in a recorded cut."""
    for words in phrases:
        assert words in raw_text(row), words
        assert words not in row["text"], words
        assert words in cut_words(row), words


def test_five_articles_no_duplicates_no_rejects(corpus):
    assert [row["table"] for row in golden.rows(corpus)] == ["articles"] * 5


def test_every_plain_reader_sees_the_same_five(corpus):
    import duckdb
    import pandas
    import polars
    import pyarrow.dataset

    folder = corpus / "articles"
    pattern = str(folder / "*.parquet")
    expected = sorted((row["article_id"], row["text"]) for row in golden.rows(corpus))
    frame = pandas.read_parquet(folder)
    assert sorted(zip(frame["article_id"], frame["text"], strict=True)) == expected
    assert sorted(polars.read_parquet(pattern).select("article_id", "text").rows()) == expected
    with duckdb.connect() as database:
        assert (
            sorted(database.execute("select article_id, text from read_parquet(?)", [pattern]).fetchall()) == expected
        )
    table = pyarrow.dataset.dataset(folder).to_table(columns=["article_id", "text"])
    assert sorted((row["article_id"], row["text"]) for row in table.to_pylist()) == expected


def test_a_dump_with_kicker_date_line_and_a_caption_twice(seeds):
    row = seeds["000_"]
    assert row["title"].startswith("Trump reportedly bans Anthropic from US federal agencies; company")
    assert row["title"].endswith("Chinese experts note")
    assert "COMPANIES" in row["section"].upper()
    assert [(c["text"].rstrip(), c["credit"]) for c in row["captions"]] == [("Conceptual diagram of AI", "VCG")]
    assert_cut(row, "Conceptual diagram", "Published: ")
    assert row["text"].startswith("The standoff between the US administration")
    assert row["text"].endswith("Zhou noted.")
    assert row["title"] not in row["text"]
    assert "\N{NO-BREAK SPACE}" not in row["text"]
    assert all(paragraph["text"].strip() for paragraph in row["paragraphs"])
    assert "Feb 28, 2026 07:44 PM" in row["published_raw"]
    assert row["published_precision"] == "minute"
    assert row["modified_at"] is None
    if row["publisher"] == "Global Times":
        assert row["published_at"] == datetime(2026, 2, 28, 11, 44, tzinfo=UTC)
        assert row["published_local"] == "2026-02-28T19:44+08:00"
        assert row["published_zone"] == "publisher"
    else:
        assert row["published_at"] == datetime(2026, 2, 28, 19, 44, tzinfo=UTC)
        assert row["published_zone"] == "assumed-utc"


def test_a_headline_twice_code_fences_and_a_glued_disclaimer(seeds):
    row = seeds["001_"]
    assert row["title"].startswith("Anthropic refused the Pentagon's request; Trump ordered")
    assert row["title"] not in row["text"]
    assert raw_text(row).count(row["title"]) == 2
    assert "```" not in row["text"]
    assert_cut(row, "Risk Warning and Disclaimer", "take into account any user")
    assert row["text"].startswith("The compliance dispute")
    assert of_kind(row, "heading") == [
        "A tremendous impact on Anthropic",
        "Pressure mounts across Silicon Valley; OpenAI also in negotiations",
    ]
    assert "Friday, February 27th" in row["text"]
    assert row["published_at"] is None
    assert row["modified_at"] is None


def test_an_updated_line_is_no_publication_date(seeds):
    row = seeds["002_"]
    assert row["title"] is None
    assert row["modified_at"] == datetime(2026, 2, 28, 2, 3, tzinfo=UTC)
    assert row["modified_zone"] == "written"
    assert row["modified_precision"] == "minute"
    assert row["published_at"] is None
    assert row["publisher"] == "NPR"
    assert row["contributors"] == ["Bobby Allyn"]
    assert len(row["captions"]) == 2
    assert ["Jeff Chiu" in credits_of(row)[0], "Jose Luis Magana" in credits_of(row)[1]] == [True, True]
    assert_cut(
        row, "Jeff Chiu", "Jose Luis Magana", "Copyright 2026 NPR", "contributed to this report", "Updated February"
    )
    assert of_kind(row, "heading") == ["Ban comes as Anthropic plans an IPO", "OpenAI expressed similar concerns"]
    assert row["text"].startswith("President Trump ordered the U.S. government")
    assert row["text"].endswith('nature of AI."')


def test_front_matter_in_a_file_that_is_called_txt(seeds):
    row = seeds["003_"]
    assert row["content_type"] == "text/markdown"
    assert row["title"] == "Trump moves to ban Anthropic from the US government"
    assert row["authors"] == ["Will Knight"]
    assert row["syndicated_from"] == "WIRED"
    assert row["publisher"] == "Ars Technica"
    assert row["published_at"] == datetime(2026, 2, 28, 20, 0, 26, tzinfo=UTC)
    assert row["section"] == "tech"
    assert row["summary"].startswith("The Defense Department pressured Anthropic")
    assert row["contributors"] == ["Paresh Dave"]
    assert row["comment_count"] == 70
    assert_cut(
        row,
        "Skip to content",
        "Credit: Getty Images",
        "Additional reporting by",
        "originally appeared at",
        "Photo of WIRED",
        "essential daily guide",
        "70 Comments",
        "Most Read",
    )
    assert "theoretical use cases" in cut_words(row)
    assert len(row["captions"]) == 1
    assert "Getty Images" in row["captions"][0]["credit"]
    assert row["captions"][0]["text"].startswith("Anthropic CEO Dario Amodei on Tuesday")


def test_standfirst_and_links_of_the_markdown_seed(seeds):
    row = seeds["003_"]
    first, second = row["paragraphs"][:2]
    assert (first["kind"], first["text"]) == ("standfirst", row["summary"])
    assert second["text"].startswith("US President Donald Trump announced Friday")
    assert row["text"].endswith("dangerous weapon to wield.”")
    assert "](" not in row["text"]
    assert "http" not in row["text"]
    links = {link["text"]: link["url"] for link in row["links"]}
    assert links["announced"].startswith("https://truthsocial.com/")
    assert links["an open letter"] == "https://notdivided.org/"
    assert not [url for url in links.values() if "#comments" in url or "/author/" in url]


def test_text_with_nothing_to_cut_is_left_alone(seeds):
    row = seeds["004_"]
    assert row["cuts"] == []
    assert [paragraph["text"] for paragraph in row["paragraphs"]] == raw_text(row).split("\n")[:-2]
    assert row["title"] is None
    assert row["published_at"] is None
    assert row["modified_at"] is None
