"""Drift: a redesign is told, chance is not."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows import artifacts, drift
from flows.corpus import Corpus, CorpusError, read_rows
from flows.rows import table
from flows.tally import Run, Tally, tallied
from tests import review_corpora
from tests.publishing import article

DAY = datetime(2026, 5, 1, tzinfo=UTC)


def run(number: int) -> Run:
    return Run(DAY + timedelta(days=number), f"run-{number}")


def tally(documents: int, filled: int, related: int = 0) -> Tally:
    made = Tally(documents=documents)
    made.filled["published_at"] = filled
    made.with_cut["related"] = related
    return made


def test_a_redesign_shows_as_what_moved_and_nothing_else() -> None:
    tallies = {("Nordholm Post", run(n)): tally(60, 57, 12) for n in range(3)}
    tallies["Nordholm Post", run(3)] = tally(60, 4, 13)
    tallies |= {("Quay Herald", run(n)): tally(60, 30 + n, 12) for n in range(4)}
    (found,) = drift.moved(tallies)
    assert (found.publisher, found.measure, found.runs) == ("Nordholm Post", "field.published_at", ("run-3",))
    assert found.before == pytest.approx(0.95)
    assert found.after == pytest.approx(4 / 60)
    assert found.p_value < 1e-9


def test_small_runs_are_taken_together_until_they_can_be_compared() -> None:
    tallies = {("Nordholm Post", run(n)): tally(5, 5) for n in range(8)}
    tallies |= {("Nordholm Post", run(n)): tally(5, 0) for n in range(8, 12)}
    (found,) = drift.moved(tallies)
    assert found.runs == ("run-11", "run-10", "run-9", "run-8")
    assert drift.moved({key: tallies[key] for key in list(tallies)[:3]}) == ()


def test_large_runs_do_not_make_every_difference_news() -> None:
    tallies = {("Nordholm Post", run(0)): tally(90_000, 45_000), ("Nordholm Post", run(1)): tally(90_000, 46_500)}
    assert drift.moved(tallies) == ()


def test_publishers_of_the_last_run_only() -> None:
    tallies = {("Old Paper", run(0)): tally(50, 50), ("Old Paper", run(1)): tally(50, 0), ("New", run(2)): tally(9, 9)}
    assert drift.moved(tallies) == ()


def test_chance_alone_is_hardly_ever_told() -> None:
    import numpy as np

    rng = np.random.default_rng(7)
    told = 0
    for _ in range(200):
        tallies = {
            (f"Paper {p}", run(n)): tally(40, int(rng.binomial(40, 0.5)), int(rng.binomial(40, 0.3)))
            for p in range(10)
            for n in range(2)
        }
        told += bool(drift.moved(tallies))
    assert told <= 200 * drift.FALSE_SHARE * 2


def test_the_tables_are_counted_by_publisher_and_run(tmp_path: Path) -> None:
    with Corpus.open(tmp_path) as corpus:
        rows = [
            article(f"{n}.txt")
            | {
                "publisher": "Nordholm Post" if n % 2 else None,
                "site": "quay.example",
                "authors": ["Ada Brook"] if n < 3 else [],
                "published_at": DAY,
                "paragraphs": [{"text": "Words.", "kind": "paragraph", "start": 10, "end": 16}],
                "cuts": [
                    {"start": 0, "end": 4, "rule": "share.follow", "text": "dear", "score": None},
                    {"start": 4, "end": 9, "rule": "share.buttons", "text": "reader", "score": None},
                ],
            }
            for n in range(6)
        ]
        corpus.publish("one", {"articles": table("articles", rows)})
    tallies = tallied(tmp_path)
    assert {publisher for publisher, _ in tallies} == {"Nordholm Post", "quay.example"}
    counted = next(tally for (publisher, _), tally in tallies.items() if publisher == "quay.example")
    assert (counted.documents, counted.kept, counted.filled["authors"]) == (3, 18, 2)
    assert counted.cut == {"share.follow": 12, "share.buttons": 15}
    assert counted.with_cut == {"share": 3}
    assert counted.days == {DAY.date(): 3}
    assert sum(each.documents for each in tallies.values()) == len(read_rows(tmp_path, "articles", ["article_id"]))
    assert drift.between_runs(tmp_path) == ()


def test_no_corpus_is_an_error_of_the_corpus(tmp_path: Path) -> None:
    with pytest.raises(CorpusError):
        drift.between_runs(tmp_path)


def test_the_newest_files_alone_show_the_same_redesign(tmp_path: Path) -> None:
    out = review_corpora.redesigned(tmp_path / "out")
    whole = drift.between_runs(out)
    assert whole
    assert drift.between_runs(out, newest=10_000) == whole
    assert drift.between_runs(out, newest=1) == ()


def test_prefect_is_shown_what_moved(tmp_path: Path) -> None:
    out = review_corpora.redesigned(tmp_path / "out")
    counts = {"articles": 1, **{tally: {} for tally in artifacts.TALLIES}}
    shown = {table.key: table.rows for table in artifacts.tables(
        {"run_id": "run", "seconds": 1.0, "failure": None, "counts": counts}, out)}  # fmt: skip
    assert [row["measure"] for row in shown["ingest-drift"]] == [each.measure for each in drift.between_runs(out)]
