"""The laws of the index: neither batch order, nor the way a corpus grew, nor the state on disk changes an answer."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.dedup import candidates, index, pages
from flows.dedup.segment import TableFile, load, ordered, write
from flows.dedup.types import Document, Match
from tests import faults
from tests.dedup_corpus import Corpus, document, made_up, stored, stories

Answers = dict[str, Match | None]
COLUMNS_OF_ROWS = ("published", "sites", "lengths", "text_keys")


def answers(batch: list[Document], matches: list[Match | None]) -> Answers:
    return {one.article_id: match for one, match in zip(batch, matches, strict=True)}


def grown(root: Path, batch: list[Document], batches: int) -> tuple[Corpus, Answers]:
    corpus, out = Corpus(root), {}
    for number in range(batches):
        part = batch[number * len(batch) // batches : (number + 1) * len(batch) // batches]
        out |= answers(part, corpus.grow(part))
    return corpus, out


@pytest.mark.parametrize("seed", range(3))
def test_order_of_a_batch_does_not_matter(tmp_path: Path, seed: int) -> None:
    batch = stories(seed, 15)
    _, expected = grown(tmp_path / "a", batch, 1)
    shuffled = random.Random(seed).sample(batch, len(batch))
    _, found = grown(tmp_path / "b", shuffled, 1)
    assert found == expected
    assert {match.relation for match in expected.values() if match} == {"exact", "near", "contained"}


@pytest.mark.parametrize("batches", [2, 7, 30])
def test_growing_in_order_of_time_is_as_good_as_all_at_once(tmp_path: Path, batches: int) -> None:
    batch = stories(5, 25)
    _, expected = grown(tmp_path / "a", batch, 1)
    _, found = grown(tmp_path / "b", batch, batches)
    assert found == expected


def test_a_match_always_points_to_an_article(tmp_path: Path) -> None:
    _, found = grown(tmp_path, stories(6, 30), 12)
    assert all(found[match.duplicate_of] is None for match in found.values() if match)


@pytest.mark.parametrize("harm", ["delete", "truncate", "garble", "empty"])
def test_a_harmed_index_is_made_again(tmp_path: Path, harm: str) -> None:
    batch = stories(7, 24)
    corpus, _ = grown(tmp_path, batch[:-10], 4)
    expected = corpus.index.assign(batch[-10:])
    assert any(expected)
    for path in corpus.state.iterdir():
        if harm == "truncate":
            path.write_bytes(path.read_bytes()[:-8])
        if harm == "garble":
            path.write_bytes(b"\0" * 40 + path.read_bytes()[40:])
        if harm == "empty":
            path.write_bytes(b"")
    if harm == "delete":
        shutil.rmtree(corpus.state)
    corpus.open()
    assert corpus.index.assign(batch[-10:]) == expected


def test_a_crash_before_the_index_was_written_is_healed_at_the_next_open(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path)
    text = made_up(1)
    corpus.grow([document("first", text)], indexed=False)
    (corpus.state / "articles-x.part").write_bytes(b"half")
    assert corpus.index.assign([document("again", text)]) == [None]
    corpus.open()
    (match,) = corpus.index.assign([document("again", text)])
    assert match
    assert match.duplicate_of == "first"
    assert not list(corpus.state.glob("*.part"))


def test_a_table_file_that_is_gone_leaves_the_index(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path)
    corpus.grow([document("first", made_up(1))])
    (corpus.articles / "batch-0001.parquet").unlink()
    corpus.open()
    assert corpus.index.assign([document("again", made_up(1))]) == [None]
    assert not list(corpus.state.iterdir())


def test_small_segments_are_merged_and_answer_the_same(tmp_path: Path) -> None:
    batch = stories(8, 40)
    corpus, found = grown(tmp_path / "a", batch, 40)
    assert len(list(corpus.state.iterdir())) < 2 * index.MERGED_AT_ONCE
    assert found == grown(tmp_path / "b", batch, 1)[1]
    corpus.open()
    again = [document(f"{one.article_id}-again", one.text, day=60) for one in batch[:20]]
    assert all(match and match.relation != "near" for match in corpus.index.assign(again[:1]))
    # One file of a merged segment goes: the others are read again.
    (corpus.articles / "batch-0001.parquet").unlink()
    corpus.open()
    assert {path.name for path in corpus.articles.iterdir()} == {
        file.name for segment in corpus.index._segments for file in segment.files if segment.table == "articles"
    }


def test_the_same_bytes_under_another_path_are_an_exact_duplicate(tmp_path: Path) -> None:
    """The identity follows from the bytes, so that both have the same one; documents already known never come here."""
    corpus = Corpus(tmp_path)
    same = document("one", made_up(3))
    exact = Match("one", "exact", "same-text", ())
    assert corpus.grow([same, same]) == [None, exact]
    assert corpus.grow([same]) == [exact]


def test_empty_batch_and_empty_texts(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path)
    assert corpus.grow([]) == []
    assert corpus.grow([document("a", "Brief: closed."), document("b", "Brief: open.")]) == [None, None]
    (match,) = corpus.grow([document("c", "BRIEF - closed")])
    assert match == Match("a", "exact", "same-text", ())


def test_the_three_hundredth_copy_is_still_found(tmp_path: Path) -> None:
    """A hash that stands in very many copies proposes the article all the same."""
    corpus = Corpus(tmp_path)
    text = made_up(4, 150)
    count = candidates.FREQUENT + 40
    batch = [
        document(f"{n:03}", f"{text} {made_up(9000 + n, 12)}", title="Ferry plan", day=n / 200) for n in range(count)
    ]
    found = corpus.grow(batch[: count // 2]) + corpus.grow(batch[count // 2 :])
    assert found[0] is None
    assert {match.duplicate_of for match in found[1:] if match} == {"000"}
    assert None not in found[1:]


def test_standing_text_of_a_site_does_not_count(tmp_path: Path) -> None:
    """Short news under the same long notice: alike in most of their words, and yet different articles."""
    corpus = Corpus(tmp_path)
    notice = made_up(5, 300)
    long = [
        document(f"long-{n}", f"{made_up(200 + n, 700)}\n\n{notice}", day=9 * n, site="gazette.test") for n in range(3)
    ]
    short = [
        document(f"short-{n}", f"{made_up(100 + n, 70)}\n\n{notice}", day=40 + n, site="gazette.test") for n in range(4)
    ]
    assert corpus.grow(short[:2])[1] is not None  # until it is known, the notice makes them alike
    other = Corpus(tmp_path / "other")
    assert other.grow(long) == [None] * 3
    assert other.grow(short) == [None] * 4


def test_a_segment_finds_what_a_plain_search_finds(tmp_path: Path) -> None:
    """Whatever the number of postings, a hash that fills several pages included."""
    chance = np.random.default_rng(3)
    for count in (0, 1, 511, 512, 513, 5000):
        hashes = np.sort(np.concatenate((chance.integers(0, 4000, count), np.full(count // 2, 77)))).astype(np.uint64)
        rows = chance.integers(0, 40, len(hashes), dtype=np.uint32)
        numbers = np.arange(40, dtype=np.uint32)
        columns = {name: [numbers] for name in ("published", "sites", "lengths", "text_keys")}
        files = [TableFile("a.parquet", 1, 1, 15), TableFile("b.parquet", 1, 1, 0), TableFile("c.parquet", 1, 1, 25)]
        halves = [(hashes[: count // 3], rows[: count // 3]), (hashes[count // 3 :], rows[count // 3 :])]
        texts = [ordered(numbers.astype(np.uint64), numbers)]
        segment = write(tmp_path / "x.segment", "articles", files, len(hashes), halves, texts, columns)
        wanted = np.arange(4100, dtype=np.uint64)
        low, found = segment.find(wanted)
        assert np.array_equal(low, np.searchsorted(hashes, wanted))
        assert np.array_equal(low + found, np.searchsorted(hashes, wanted, side="right"))
        assert [segment.locate(row) for row in (0, 14, 15, 39)] == [
            ("a.parquet", 0),
            ("a.parquet", 14),
            ("c.parquet", 0),
            ("c.parquet", 24),
        ]
        again = load(segment.path)
        assert again is not None
        assert np.array_equal(again.rows.whole(), rows)


@pytest.mark.parametrize("seed", range(3))
def test_a_flipped_byte_in_a_segment_changes_no_answer(tmp_path: Path, seed: int) -> None:
    """Wherever it is: met by a search, or by the merge of segments that the next batch brings about."""
    chance = random.Random(seed)
    batch = stories(9, 40)
    corpus, _ = grown(tmp_path / "corpus", batch[:-20], 7)
    first = answers(batch[-20:-10], corpus.index.assign(batch[-20:-10]))
    shutil.copytree(tmp_path / "corpus", tmp_path / "whole")
    corpus.grow(batch[-20:-10])
    second = answers(batch[-10:], corpus.index.assign(batch[-10:]))
    noticed = 0
    for number in range(12):
        damaged = tmp_path / f"damaged-{number}"
        shutil.copytree(tmp_path / "whole", damaged)
        for path in chance.sample(sorted((damaged / ".index").glob("*.segment")), 2):
            faults.flip(path, chance)
        before = {path.name: path.read_bytes() for path in (damaged / ".index").iterdir()}
        again = Corpus(damaged)
        again.batches = corpus.batches - 1
        if number % 2:
            again.index.assign([])
        else:
            assert answers(batch[-20:-10], again.index.assign(batch[-20:-10])) == first
        again.grow(batch[-20:-10])
        assert answers(batch[-10:], again.index.assign(batch[-10:])) == second
        after = {path.name: path.read_bytes() for path in (damaged / ".index").iterdir()}
        noticed += any(after.get(name) != data for name, data in before.items() if name.endswith(".segment"))
    assert noticed


def test_every_page_is_checked_and_no_more_than_is_read(tmp_path: Path) -> None:
    grown(tmp_path, stories(9, 40), 1)
    (path,) = (tmp_path / ".index").glob("articles*.segment")
    whole = path.read_bytes()
    segment = load(path)
    assert segment is not None
    end = len(whole) - 8 * pages.count(len(whole) * 512 // 513)
    for place in range(1024, end, 997):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        segment = load(path)  # nothing of the arrays is read
        assert segment is not None
        with pytest.raises(pages.Damaged):
            for name in ("hashes", "rows", "fences", "texts", "text_rows", *COLUMNS_OF_ROWS):
                getattr(segment, name).whole()


def test_an_index_made_again_from_many_parts_has_few_segments_and_the_same_answers(tmp_path: Path) -> None:
    batch = stories(9, 40)
    corpus, _ = grown(tmp_path, batch[:-10], len(batch) - 10)
    expected = corpus.index.assign(batch[-10:])
    shutil.rmtree(corpus.state)
    corpus.open()
    assert len(list(corpus.state.glob("*.segment"))) == 2
    assert corpus.index.assign(batch[-10:]) == expected
    corpus.grow(batch[-10:])
    assert corpus.index.assign([]) == []


def test_copies_beyond_the_cap_are_found_within_one_batch(tmp_path: Path) -> None:
    """As in several batches, though copies are no longer compared with each other."""
    text = made_up(4, 150)
    count = candidates.FREQUENT + 60
    batch = [document(f"{n:03}", f"{text} {made_up(9000 + n, 12)}", title="Ferry", day=n / 200) for n in range(count)]
    _, together = grown(tmp_path / "a", batch, 1)
    _, apart = grown(tmp_path / "b", batch, 7)
    assert together == apart
    assert sum(match is None for match in together.values()) == 1


def test_a_form_shared_by_hundreds_of_articles_makes_none_of_them_a_copy(tmp_path: Path) -> None:
    form = made_up(6, 120).split()
    chance = random.Random(1)
    batch = [
        document(
            f"{n:03}",
            " ".join(str(chance.randint(1, 999)) if place % 6 == 0 else word for place, word in enumerate(form)),
            title="Figures of the day",
            day=n / 50,
            site="w.test",
        )
        for n in range(300)
    ]
    assert not any(Corpus(tmp_path).grow(batch))


def test_a_file_that_was_replaced_row_for_row_costs_one_segment_and_the_new_text_is_found(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path)
    for number in range(index.MERGED_AT_ONCE + 1):
        corpus.grow([document(f"{number}-a", made_up(20 + number)), document(f"{number}-b", made_up(40 + number))])
    path = corpus.articles / "batch-0003.parquet"
    table = pq.read_table(path)
    new = document("new", made_up(99))
    changed = [row if row["article_id"] != "2-b" else row | stored(new) for row in table.to_pylist()]
    pq.write_table(pa.Table.from_pylist(changed, table.schema), path)
    before = {each.name: each.stat().st_mtime_ns for each in corpus.state.glob("*.segment")}
    corpus.index.replace({path: {1: "new"}})
    for _ in range(2):
        after = {each.name: each.stat().st_mtime_ns for each in corpus.state.glob("*.segment")}
        assert before.items() < after.items()
        assert len(after) == len(before) + 1
        (match,) = corpus.index.assign([document("again", made_up(99))])
        assert match == Match("new", "exact", "same-text", ())
        (match,) = corpus.index.assign([document("other", made_up(42))])
        assert match is None
        corpus.open()
    # Changed by someone else: what the index knew of it no longer holds.
    pq.write_table(table, path)
    corpus.open()
    assert corpus.index.assign([document("again", made_up(99))]) == [None]
    (match,) = corpus.index.assign([document("other", made_up(42))])
    assert match == Match("2-b", "exact", "same-text", ())
