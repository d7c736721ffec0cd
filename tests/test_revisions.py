"""Revisions: the newest text is the article, the earlier ones stay in order, and nothing else is taken for one."""

from __future__ import annotations

import itertools
import json
import random
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import run
from tests import newsroom
from tests.dedup_corpus import made_up
from tests.newsroom import Record, paragraphs, record, states
from tests.test_dedup_verify import FERRY, TITLE, market
from tests.test_explain import explain
from tests.test_ingest import ingest, rows, tables

NOW = datetime(2031, 6, 1, tzinfo=UTC)
FERRY_PAGE = "https://herald.example/2031/night-ferry"
FERRY_PARTS = FERRY.strip().split("\n\n")


def take_in(out: Path, raw: Path) -> run.Manifest:
    return run.ingest([raw], out, now=NOW, workers=1, progress=lambda done, total: None)


def fetched(folder: Path, *fetches: list[Record]) -> Path:
    """A corpus that has taken in these fetches one after another, each in a run of its own."""
    for number, fetch in enumerate(fetches):
        newsroom.write(folder / "raw", f"{number:02}.jsonl", *fetch)
        take_in(folder / "out", folder / "raw")
    return folder / "out"


def told(out: Path) -> dict[str, tuple[Any, ...]]:
    """By text, what the corpus says of it: its table, its article's text, relation and number."""
    articles = rows(out, "articles")
    text_of = {row["article_id"]: row["text"] for row in articles}
    assert len(text_of) == len(articles)
    told: dict[str, tuple[Any, ...]] = {row["text"]: ("article", None, row["revision"]) for row in articles}
    for row in rows(out, "duplicates"):
        assert row["duplicate_of"] in text_of, "duplicate_of names no article"
        if row["relation"] != "exact":
            told[row["text"]] = (row["relation"], text_of[row["duplicate_of"]], row["revision"])
    return told


def everything(out: Path) -> set[tuple[Any, ...]]:
    """All texts with what the corpus says of them; every `duplicate_of` names an article."""
    text_of = {row["article_id"]: row["text"] for row in rows(out, "articles")}
    return {(row["text"], "article", None, row["revision"]) for row in rows(out, "articles")} | {
        (row["text"], row["relation"], text_of[row["duplicate_of"]], row["revision"]) for row in rows(out, "duplicates")
    }


def relations(out: Path) -> list[str]:
    return sorted(str(row["relation"]) for row in rows(out, "duplicates"))


# ------------------------------------------------------------------------------------------------- what readers find


def test_the_newest_is_the_article_and_the_earlier_ones_are_reached_in_their_order(tmp_path: Path) -> None:
    first, second, third = states(1, 3)
    for day, text in enumerate((first, second, third)):
        newsroom.write(tmp_path / "raw", f"{day}.jsonl", record(1, text, modified=day))
        ingest(tmp_path / "raw", "--out", tmp_path / "out", as_of="2031-06-01T00:00:00Z")
    (article,) = rows(tmp_path / "out", "articles")
    assert (article["text"], article["revision"]) == (third, 3)
    earlier = sorted(rows(tmp_path / "out", "duplicates"), key=lambda row: row["revision"])
    assert [(row["text"], row["revision"], row["relation"]) for row in earlier] == [
        (first, 1, "revision"),
        (second, 2, "revision"),
    ]
    assert {row["duplicate_of"] for row in earlier} == {article["article_id"]}
    assert all(row["duplicate_rule"].startswith("same-url") and row["duplicate_scores"] for row in earlier)
    counts = [json.loads(path.read_text())["counts"] for path in (tmp_path / "out" / "runs").iterdir()]
    assert sorted((each["articles"], each["duplicates"], each["revised"]) for each in counts) == [
        (0, 1, 1),
        (0, 1, 1),
        (1, 0, 0),
    ]
    before = tables(tmp_path / "out")
    ingest(tmp_path / "raw", "--out", tmp_path / "out", as_of="2031-06-02T00:00:00Z")
    assert tables(tmp_path / "out") == before
    shown = explain(tmp_path / "out", "0.jsonl:1").stdout
    assert f"revision 1 of {article['article_id']}" in shown
    assert "revision 3, the newest" in explain(tmp_path / "out", str(article["article_id"])).stdout


@pytest.mark.parametrize("order", list(itertools.permutations(range(4)))[::3])
def test_in_whatever_order_they_come_the_end_is_the_same(tmp_path: Path, order: tuple[int, ...]) -> None:
    """Three states of a story, and a reprint of the second in another paper, each in a run of its own."""
    first, second, third = states(2, 3)
    reprint = f"{second}\n\n{made_up(42, 12)}"
    records = [
        *(record(2, text, modified=hours) for hours, text in enumerate((first, second, third))),
        record(2, reprint, published=30, url="https://mail.example/reprint"),
    ]
    out = fetched(tmp_path, *([records[number]] for number in order))
    if order.index(3) == 0:  # of two papers, the one that came first has the article; its copies have no revisions
        assert told(out)[reprint] == ("article", None, None)
        assert set(relations(out)) <= {"near", "contained"}
    else:
        assert told(out) == {
            first: ("revision", third, 1),
            second: ("revision", third, 2),
            third: ("article", None, 3),
            reprint: ("near", third, None),
        }


def test_copies_of_an_earlier_revision_follow_to_the_newest(tmp_path: Path) -> None:
    first, second = states(3, 2)
    copy = record(3, first, published=2, url="https://mail.example/copy")
    out = fetched(tmp_path, [record(3, first), copy], [record(3, second, modified=5)])
    (article,) = rows(out, "articles")
    by_path = {(row["relation"], row["duplicate_rule"], row["duplicate_of"]) for row in rows(out, "duplicates")}
    assert by_path == {
        ("revision", "same-url", article["article_id"]),
        ("near", "same-text.via-copy", article["article_id"]),
    }


def test_what_was_changed_is_found_again_by_copies_of_the_new_text(tmp_path: Path) -> None:
    first, second = states(4, 2)
    out = fetched(tmp_path, [record(4, first), *(record(n, states(n, 1)[0]) for n in range(50, 54))])
    newsroom.write(tmp_path / "raw", "90.jsonl", record(4, second, modified=1))
    take_in(out, tmp_path / "raw")
    newsroom.write(tmp_path / "raw", "91.jsonl", record(4, second, published=9, url="https://mail.example/a"))
    take_in(out, tmp_path / "raw")
    assert relations(out) == ["exact", "revision"]
    for path in (out / ".copydesk" / "index").iterdir():
        path.write_bytes(b"damaged!")
    newsroom.write(tmp_path / "raw", "92.jsonl", record(4, second, published=11, url="https://mail.example/b"))
    newsroom.write(tmp_path / "raw", "93.jsonl", record(4, states(4, 3)[2], modified=12))
    take_in(out, tmp_path / "raw")
    assert sorted(relations(out)) == ["near", "near", "revision", "revision"]
    assert told(out)[states(4, 3)[2]] == ("article", None, 3)


def test_a_page_fetched_again_unchanged_is_a_copy_and_one_that_went_back_is_its_own_newest(tmp_path: Path) -> None:
    first, second = states(5, 2)
    out = fetched(
        tmp_path, [record(5, first)], [record(5, second, modified=3)], [record(5, first), record(5, second, modified=3)]
    )
    assert told(out)[second] == ("article", None, 2)
    assert relations(out) == ["exact", "near", "revision"]
    newsroom.write(tmp_path / "raw", "x.jsonl", record(5, first, modified=9))
    take_in(out, tmp_path / "raw")
    (article,) = rows(out, "articles")
    assert (article["text"], article["revision"]) == (first, 3)
    assert sorted(row["revision"] for row in rows(out, "duplicates") if row["relation"] == "revision") == [1, 2]


def test_without_dates_the_later_fetch_is_the_newer_and_never_displaces_a_dated_one(tmp_path: Path) -> None:
    first, second, third = states(6, 3)
    undated = [record(6, text, published=None) for text in (first, second, third)]
    out = fetched(tmp_path / "undated", *([each] for each in undated))
    assert told(out)[third] == ("article", None, 3)
    out = fetched(tmp_path / "dated", [record(6, second, modified=1)], [undated[2]])
    assert told(out)[second] == ("article", None, 2)


def test_one_outlet_and_one_story_under_two_addresses(tmp_path: Path) -> None:
    first, second = states(7, 2)
    other = record(7, second, published=20, url="https://gazette.example/world/story-7-updated")
    out = fetched(tmp_path, [record(7, first)], [other])
    assert told(out)[second] == ("article", None, 2)
    (earlier,) = rows(out, "duplicates")
    assert earlier["duplicate_rule"] == "same-outlet"


# ------------------------------------------------------------------------------------------- what is not a revision


def live(start: int) -> str:
    """A live page that shows eight entries and drops the oldest for each new one."""
    return "\n\n".join(made_up(300 + number, 45) for number in range(start + 8, start, -1))


LIVE = "https://gazette.example/live/regatta"
HALF = "\n\n".join(FERRY_PARTS[:2])


@pytest.mark.parametrize(
    ("page", "one", "other", "days"),
    [
        ("https://gazette.example/story", "\n\n".join(paragraphs(10)), "\n\n".join(paragraphs(11)), 1),
        (LIVE, live(0), live(6), 0.3),
        ("https://gazette.example/markets", market("Monday", 310), market("Tuesday", 363), 1),
        ("https://gazette.example/markets", market("Monday", 310), market("Monday", 363), None),
        ("https://gazette.example/markets", market("Monday", 310), market("Monday", 363), 0.1),
    ],
    ids=["another story", "live page", "markets of two days", "markets without a date", "markets of a day"],
)
def test_an_address_alone_makes_no_revision(
    tmp_path: Path, page: str, one: str, other: str, days: float | None
) -> None:
    later = {"published": None} if days is None else {"published": 24 * days}
    earlier = {"published": None} if days is None else {}
    title = "Regatta live"
    out = fetched(
        tmp_path,
        [record(0, one, url=page, title=title, **earlier)],
        [record(0, other, url=page, title=title, **later)],
    )
    assert [len(rows(out, name)) for name in ("articles", "duplicates")] == [2, 0]


@pytest.mark.parametrize("page", [None, "https://gazette.example/", "https://gazette.example"])
def test_no_address_and_a_front_page_are_no_evidence(tmp_path: Path, page: str | None) -> None:
    one, other = paragraphs(12, 8), paragraphs(12, 4) + paragraphs(13, 4)
    for name, url, found in (("page", "https://gazette.example/a", True), ("other", page, False)):
        records = [record(12, "\n\n".join(text), url=url, modified=hours) for hours, text in enumerate((one, other))]
        out = fetched(tmp_path / name, *([each] for each in records))
        assert ("revision" in relations(out)) == found


def test_a_stub_does_not_take_the_place_of_the_whole_text(tmp_path: Path) -> None:
    """A page fetched again from behind a paywall: newer, and most of it gone."""
    whole = record(0, FERRY, url=FERRY_PAGE, title=TITLE)
    stub = record(0, HALF, url=FERRY_PAGE, title=TITLE, modified=9)
    for name, fetches in (("after", ([whole], [stub])), ("at once", ([whole, stub],))):
        out = fetched(tmp_path / name, *fetches)
        assert [row["text"] for row in rows(out, "articles")] == [FERRY.strip()]
        assert relations(out) == ["contained"]


def test_a_first_flash_becomes_a_revision_of_the_story_that_it_grew_into(tmp_path: Path) -> None:
    flash = record(0, HALF, url=FERRY_PAGE, title=TITLE)
    out = fetched(tmp_path, [flash], [record(0, FERRY, url=FERRY_PAGE, title=TITLE, modified=2)])
    assert told(out)[FERRY.strip()] == ("article", None, 2)


# ------------------------------------------------------------------------------------------------------------- laws


@st.composite
def newsrooms(draw: st.DrawFn) -> list[Record]:
    """Stories with one to four states, some of them reprinted elsewhere; the records in order of time."""
    out: list[tuple[float, Record]] = []
    for story in range(20, 20 + draw(st.integers(1, 4))):
        start = 10.0 * story
        for number, text in enumerate(states(story, draw(st.integers(1, 4)), draw(st.integers(0, 3)))):
            out.append((start + number, record(story, text, published=start, modified=start + number)))
            if draw(st.booleans()):
                url = f"https://mail.example/{story}-{number}"
                out.append((start + number + 0.5, record(story, text, published=start + number + 0.5, url=url)))
    return [each for _, each in sorted(out, key=lambda pair: pair[0])]


@settings(max_examples=5)
@given(newsrooms(), st.integers(2, 5), st.randoms(use_true_random=False))
def test_laws_of_succession(records: list[Record], fetches: int, chance: random.Random) -> None:
    with tempfile.TemporaryDirectory() as folder:
        parts = [records[n * len(records) // fetches : (n + 1) * len(records) // fetches] for n in range(fetches)]
        by_time = everything(fetched(Path(folder, "by-time"), *parts))
        at_once = everything(fetched(Path(folder, "at-once"), records))
        assert by_time == at_once
        shuffled = chance.sample(records, len(records))
        for out in (Path(folder, "by-time", "out"), fetched(Path(folder, "mixed"), *([each] for each in shuffled))):
            everything(out)
            ids = [
                (row["raw_path"], row["raw_locator"]) for name in ("articles", "duplicates") for row in rows(out, name)
            ]
            assert len(set(ids)) == len(ids) == len(records)
            numbers: dict[object, list[int]] = {}
            for name in ("articles", "duplicates"):
                for row in rows(out, name):
                    if row["revision"] is not None:
                        root = row.get("duplicate_of") or row["article_id"]
                        numbers.setdefault(root, []).append(int(str(row["revision"])))
            assert all(sorted(each) == list(range(1, len(each) + 1)) for each in numbers.values())
