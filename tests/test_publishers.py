"""The registry: every entry is sound, and documents give their outlet away."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from flows import publishers

REGISTRY = publishers.load()


@pytest.mark.parametrize("publisher", REGISTRY.publishers, ids=lambda each: each.name)
def test_every_entry_is_sound(publisher: publishers.Publisher) -> None:
    assert publisher.zone is None or ZoneInfo(publisher.zone)
    assert publisher.country in REGISTRY.countries
    assert all(domain == domain.lower() and "/" not in domain for domain in publisher.domains)
    assert all(len(language) == 2 for language in publisher.languages)
    for domain in publisher.domains:
        assert REGISTRY.of_url(f"https://www.{domain}/story") == publisher
    for name in (publisher.name, *publisher.aliases):
        assert REGISTRY.of_name(name) == publisher


def test_an_outlet_is_known_by_its_address() -> None:
    outlet = REGISTRY.of_url("https://arstechnica.com/tech-policy/2026/02/a-story/")
    assert outlet is not None
    assert outlet.name == "Ars Technica"
    assert REGISTRY.of_url("https://news.example.org/") is None
    assert REGISTRY.of_url("https://notarstechnica.com/") is None


def test_an_outlet_that_is_told_things_twice_is_the_publisher() -> None:
    text = "He was glad, he told the Global Times on Friday. “Very,” Li told the Global Times. She told Reuters twice."
    found = REGISTRY.of_text(text)
    assert found is not None
    assert (found[0].name, found[1]) == ("Global Times", "told the Global Times")


@pytest.mark.parametrize(
    "text",
    [
        "She told the Global Times on Friday.",
        "She told Reuters. He told Reuters. They told Reuters.",
        "A told the Global Times. B told the Global Times. C told The Guardian. D told The Guardian.",
        "",
    ],
)
def test_an_outlet_that_is_quoted_is_not(text: str) -> None:
    assert REGISTRY.of_text(text) is None


@pytest.mark.parametrize(
    ("notice", "name"),
    [
        ("Copyright 2026 NPR", "NPR"),
        ("© 2026 The New York Times Company", "The New York Times"),
        ("NPR's Ana Roe contributed to this report.", "NPR"),
        ("Copyright 2026 Nobody in particular", None),
        ("All rights reserved", None),
    ],
)
def test_an_outlet_is_known_by_its_notices(notice: str, name: str | None) -> None:
    found = REGISTRY.of_notice(notice)
    assert (found.name if found else None) == name


def test_a_user_adds_an_outlet_in_a_file(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[[publisher]]\nname = "The Harbour Lantern"\ndomains = ["lantern.example"]\nzone = "Asia/Tokyo"\n')
    outlet = publishers.load([own]).of_url("https://www.lantern.example/a")
    assert outlet is not None
    assert outlet.zone == "Asia/Tokyo"
    assert publishers.load().of_url("https://www.lantern.example/a") is None


@pytest.mark.parametrize("line", ['zone = "Mars/Olympus"', 'order = "YDM"', 'colour = "red"'])
def test_a_faulty_entry_is_refused_by_name(tmp_path: Path, line: str) -> None:
    own = tmp_path / "own.toml"
    own.write_text(f'[[publisher]]\nname = "The Harbour Lantern"\n{line}\n')
    with pytest.raises(ValueError, match=r"own\.toml"):
        publishers.load([own])
