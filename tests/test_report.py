"""What a run prints: safe, and adding up."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from flows.report import by_kind, visible


@given(st.text())
def test_nothing_printed_can_steer_a_terminal(text: str) -> None:
    shown = visible(text)
    steering = {char for char in shown if unicodedata.category(char) in ("Cc", "Cf", "Cs")}
    assert steering <= set("\n\t\u200c\u200d")


def test_readable_text_is_printed_as_it_is() -> None:
    text = "„Größe“ — 汐見町, می‌خواهم, 👩‍🚒\n\tend"
    assert visible(text) == text


def test_cuts_are_added_up_by_kind_most_first() -> None:
    assert by_kind({"share.a": 1, "photo.b": 3, "share.c": 1, "ad.d": 2}) == {"photo": 3, "ad": 2, "share": 2}
