"""The quality gate (see `tests/quality_gate.py`): no figure below its floor, and no floor that sinks by itself."""

import html

import pytest

from flows.formats.decode import sniff
from flows.model import Format
from tests import quality_gate
from tests.quality import compose

STORED = {"inputs_sha256": "a", "floors": {"text": {"f1": 0.9, "title": 1.0}}, "lowered": []}


def test_quality_is_not_below_its_floors():
    results, inputs = quality_gate.measure()
    assert quality_gate.complaints(quality_gate.figures(results), inputs, quality_gate.stored_floors()) == []


def test_there_are_enough_documents_of_each_kind_and_they_hold_their_articles():
    documents = list(compose.composed())
    assert len(documents) >= 60
    assert len({document.name for document in documents}) == len(documents)
    for document in documents:
        text = document.data.decode()
        assert [line for line in document.body.split("\n\n") if line not in html.unescape(text)] == [], document.name
        if document.group != "text":
            assert sniff(text) is {"markdown": Format.MARKDOWN, "html": Format.HTML}[document.group]


def test_documents_are_the_same_every_time():
    assert [d.data for d in compose.composed()] == [d.data for d in compose.composed()]


def test_a_figure_below_its_floor_is_named():
    measured = {"text": {"f1": 0.8, "title": 1.0}}
    assert quality_gate.complaints(measured, "a", STORED) == ["text f1: 0.8000, the floor is 0.9000"]
    assert quality_gate.complaints(STORED["floors"], "a", STORED) == []


def test_a_group_that_is_gone_is_below_its_floor():
    assert len(quality_gate.complaints({}, "a", STORED)) == 2


def test_other_documents_ask_for_new_floors():
    assert "have changed" in quality_gate.complaints(STORED["floors"], "b", STORED)[0]


def test_floors_rise_freely_and_sink_only_with_a_reason_that_is_kept():
    better, worse = {"text": {"f1": 0.95, "title": 1.0}}, {"text": {"f1": 0.8, "title": 1.0}}
    assert quality_gate.updated(better, "a", STORED, None)["floors"] == better
    for reason in (None, "  "):
        with pytest.raises(ValueError, match=r"text f1 0\.9000 -> 0\.8000"):
            quality_gate.updated(worse, "b", STORED, reason)
    lowered = quality_gate.updated(worse, "b", STORED, "harder documents")
    assert lowered["lowered"] == [{"reason": "harder documents", "floors": ["text f1 0.9000 -> 0.8000"]}]
    assert quality_gate.updated(better, "b", lowered, None)["lowered"] == lowered["lowered"]


def test_floors_do_not_sink_in_small_steps():
    almost = {"text": {"f1": 0.9 - quality_gate.ROUNDING / 2, "title": 1.0}}
    assert quality_gate.complaints(almost, "a", STORED) == []
    assert quality_gate.updated(almost, "a", STORED, None)["floors"] == STORED["floors"]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ("one two three four five", (1.0, 1.0)),
        ("one two three four five noise", (2 / 3, 1.0)),
        ("one two three four", (1.0, 0.5)),
        ("", (0.0, 0.0)),
    ],
)
def test_rates_are_of_runs_of_four_words(found, expected):
    assert quality_gate.rates("one, two; three four five", found) == pytest.approx(expected)


def test_a_character_without_word_spaces_counts_as_a_word():
    assert quality_gate.shingles("茶农试种").keys() == {("茶", "农", "试", "种")}
