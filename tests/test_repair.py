from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.formats.repair import repair


@pytest.mark.parametrize(
    ("damaged", "whole"),
    [
        ("The mayor\u00a0said\u2009so", "The mayor said so"),
        ("  two   blanks\tand\n a line ", "two blanks and a line"),
        ("co\u00adop\u200ber\u2060ate\ufeff", "cooperate"),
        ("a\x00b\x07c", "abc"),
        ("cafe\u0301", "café"),
        ("It&#8217;s Smith &amp; Sons", "It’s Smith & Sons"),
        ("5&amp;nbsp;min", "5 min"),
        ("The bank&#x27;s plan", "The bank's plan"),
        ("Itâ€™s schÃ¶n", "It’s schön"),
        ("a\u200fb", "ab"),
        ("全角\u3000空白", "全角 空白"),
    ],
)
def test_damage_is_undone(damaged: str, whole: str) -> None:
    assert repair(damaged) == whole


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cخواهم بروم",  # Persian writes inside words with the non-joiner
        "क्\u200dष",
        "👨\u200d👩\u200d👧",
        "Q&A at AT&T; R&D",
        "São Paulo – “Ângela” não disse",
        "ÅÄÖ and naïve façades",
        "שלום\u200f, עולם",
    ],
)
def test_what_is_whole_stays(text: str) -> None:
    assert repair(text) == text


def test_joiners_where_no_script_needs_them_go() -> None:
    assert repair("o\u200dne tw\u200co") == "one two"


@given(st.text())
def test_result_is_normal_and_folded(text: str) -> None:
    repaired = repair(text)
    assert repaired == " ".join(repaired.split())
    assert unicodedata.is_normalized("NFC", repaired)


@given(st.text(st.characters(exclude_characters="&ÂÃÅÄâãäåæçèéðÐÑØÙ", exclude_categories=["Cs"])))
def test_repair_is_idempotent(text: str) -> None:
    assert repair(repair(text)) == repair(text)
