"""Languages: detected where there is text enough, declared otherwise, null when unsure."""

from __future__ import annotations

import pytest

from flows import language


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The harbour was quiet on Monday morning, and the ferries stayed at their moorings until noon.", "en"),
        ("Der Hafen lag am Montagmorgen still, und die Fähren blieben bis zum Mittag an ihren Plätzen liegen.", "de"),
        ("Le port était calme lundi matin et les bateaux sont restés à quai jusqu'à midi.", "fr"),
        ("月曜日の朝、港は静かで、フェリーは正午まで岸壁にとどまっていた。", "ja"),
        ("周一早晨港口十分安静，渡轮一直停泊到中午才离开码头。", "zh"),
        ("В понедельник утром в порту было тихо, и паромы стояли у причалов до полудня.", "ru"),
    ],
)
def test_the_text_decides(text: str, expected: str) -> None:
    assert language.detect(text) == expected
    assert language.detect(text, "es-MX") == expected


def test_a_short_text_follows_the_declaration() -> None:
    assert language.detect("Mayday", "de-AT") == "de"
    assert language.detect("Mayday") is None
    assert language.detect("", "x") is None


def test_neighbours_are_told_apart_by_the_declaration() -> None:
    text = "Statsministeren sier at regjeringen vil fremme et nytt lovforslag om havneavgifter til våren."
    assert language.detect(text, "nb-NO") == "no"


@pytest.mark.parametrize(
    ("declared", "code", "region"),
    [("en-GB", "en", "GB"), ("pt_BR", "pt", "BR"), ("deu", "de", None), ("nb", "no", None), ("zh-Hans-CN", "zh", "CN"),
     ("english", None, None), ("", None, None), (None, None, None)],
)  # fmt: skip
def test_declared_codes(declared: str | None, code: str | None, region: str | None) -> None:
    assert language.code(declared) == code
    assert language.region(declared) == region
