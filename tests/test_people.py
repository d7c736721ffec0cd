"""Bylines: people are named, organisations and desks are not taken for people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import people, publishers

REGISTRY = publishers.load()


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        ("By Ana Roe and Ben Okoro in Berlin", ["Ana Roe", "Ben Okoro"]),
        ("Von Jana Muster und Karl-Heinz Beispiel", ["Jana Muster", "Karl-Heinz Beispiel"]),
        ("Par Anne Dupré, à Paris", ["Anne Dupré"]),
        ("By Ana Roe, Ben Okoro and Ana Roe", ["Ana Roe", "Ben Okoro"]),
        ("By ANA ROE, Staff Writer", ["ANA ROE"]),
        ("Written by Ana Roe, Ben Okoro, and Chi Tran", ["Ana Roe", "Ben Okoro", "Chi Tran"]),
        ("Ana Roe | ana.roe@example.com", ["Ana Roe"]),
        ("By Ana Roe @anaroe", ["Ana Roe"]),
        ("By Ana Roe, Senior Correspondent, Example Daily News", ["Ana Roe"]),
        ("By Ana Roe on December 13, 2026", ["Ana Roe"]),
        ("By Ana Roe, in Politics, World · 3 May 2026", ["Ana Roe"]),
        ("Ana Roe, MD", ["Ana Roe, MD"]),
        ("Roe, Ana", ["Ana Roe"]),
        ("文/王小明", ["王小明"]),
        ("記者 山田太郎", ["山田太郎"]),
        ("김하나 기자", ["김하나"]),
        ("Иван Петров и Мария Сидорова", ["Иван Петров", "Мария Сидорова"]),
        ("\n                    Ana Roe, WIRED.com\n                ", ["Ana Roe"]),
        ("Von Ana Roe und Ben Okoro, Berlin", ["Ana Roe", "Ben Okoro"]),
        ("AFP, MANILA", []),
        ("By Ana & Ben", ["Ana", "Ben"]),
        ("By ANA ROE Associated Press", ["ANA ROE"]),
        ("di Ana Roe, corrispondente da Roma", ["Ana Roe"]),
        ("Written by: Ana Roe Edited by: Ben Okoro", ["Ana Roe"]),
        ("Dr. Ana R. van der Roe", ["Dr. Ana R. van der Roe"]),
        ("Ana Roe 3 min read", ["Ana Roe"]),
        ("作者：张三、李四 编辑：王五", ["张三", "李四"]),
        ("特派記者 王小明／東京報導", ["王小明"]),
        ("取材・文＝山田太郎", ["山田太郎"]),
        ("山田 太郎 著、王 小明 訳", ["山田 太郎"]),
        ("王小明 2026-03-01 14:27:02", ["王小明"]),
        ("서울=연합뉴스 김하나 기자", ["김하나"]),
        ("إعداد: سارة علي", ["سارة علي"]),
        ("By Ana Roe and Ben Okoro The Associated Press", ["Ana Roe", "Ben Okoro"]),
        ("Kommentar von Ana Roe", ["Ana Roe"]),
        ("Ana Roe Parliamentary editor", ["Ana Roe"]),
        ("Ana Roe Ana Roe", ["Ana Roe"]),
        ("Ana Roe 3", ["Ana Roe"]),
        ("(Image: Ana Roe)", []),
        ("Staff", []),
        ("Staff Writer", []),
        ("Redaktion", []),
        ("admin", []),
        ("News Desk", []),
        ("Reuters", []),
        ("dpa", []),
        ("example.com", []),
        ("https://example.com/authors/ana-roe", []),
        ("", []),
    ],
)
def test_names_of_a_byline(raw: str, names: list[str]) -> None:
    assert list(people.read_byline(raw, REGISTRY).people) == names


def test_outlets_and_agencies_of_a_byline_are_told_apart() -> None:
    byline = people.read_byline("Ana Roe, WIRED.com", REGISTRY)
    assert [outlet.name for outlet in byline.outlets] == ["WIRED"]
    byline = people.read_byline("Ana Roe, Reuters", REGISTRY)
    assert ([agency.name for agency in byline.agencies], byline.people) == (["Reuters"], ("Ana Roe",))


def test_the_publisher_itself_is_no_person() -> None:
    byline = people.read_byline("The Harbour Lantern", REGISTRY, ["Harbour Lantern"])
    assert (byline.people, byline.organisations) == ((), ("The Harbour Lantern",))


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        ("NPR's Ana Roe contributed to this report.", ["Ana Roe"]),
        ("Ana Roe and Ben Okoro contributed reporting from Nairobi.", ["Ana Roe", "Ben Okoro"]),
        ("(Reporting by Chi Tran; Additional reporting by Ana Roe; Editing by Ben Okoro)", ["Ana Roe", "Ben Okoro"]),
        ("Reporting by Chi Tran", ["Chi Tran"]),
        ("Associated Press writer Ana Roe contributed to this report.", ["Ana Roe"]),
        ("Ana Roe", ["Ana Roe"]),
    ],
)
def test_contributors(raw: str, names: list[str]) -> None:
    assert list(people.contributors(raw, REGISTRY).people) == names


@given(st.text(max_size=300))
def test_any_text_is_read_without_harm(raw: str) -> None:
    for name in people.read_byline(raw, REGISTRY).people:
        assert name.strip() == name != ""
