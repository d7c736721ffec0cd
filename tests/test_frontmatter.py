from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.formats import frontmatter
from flows.formats.frontmatter_notations import MAX_VALUES
from flows.model import Found


def claims(text: str) -> dict[str, list[str]]:
    result: dict[str, list[str]] = {}
    for claim in frontmatter.read(text).claims:
        result.setdefault(claim.field, []).append(claim.value)
    return result


def in_place(text: str, found: tuple[Found, ...]) -> bool:
    return all(claim.start is None or text[claim.start : claim.end] == claim.raw for claim in found)


YAML = """---
title: "Harbour wins: a report"
authors:
  - name: Ann Example
    url: https://example.org/ann
  - Bo Sample
pubDate: 2026-01-02T03:04:05+01:00
category: local
tags: [ports, "ships, old", fish]
keywords: tide, crane; rope
summary: >
  Folded over
  two lines
id: 0042
mood: {calm: 3}
---
Body
"""


def test_yaml() -> None:
    read = frontmatter.read(YAML)
    assert claims(YAML) == {
        "title": ["Harbour wins: a report"],
        "author": ["Ann Example", "Bo Sample"],
        "published": ["2026-01-02T03:04:05+01:00"],
        "section": ["local"],
        "tag": ["ports", "ships, old", "fish", "tide", "crane", "rope"],
        "summary": ["Folded over two lines"],
        "source_id": ["0042"],
    }
    assert YAML[read.end :] == "Body\n"
    assert read.extra == (("mood", '{"calm": "3"}'),)
    assert in_place(YAML, read.claims)
    assert {c.origin for c in read.claims if c.field == "published"} == {"front-matter.pubDate"}


def test_toml() -> None:
    text = '+++\ntitle = "A \\"quiet\\" day"\ndate = 2026-01-02 03:04:05Z\n[taxonomies]\ntags = ["x", "y"]\n+++\nBody'
    assert claims(text) == {"title": ['A "quiet" day'], "published": ["2026-01-02 03:04:05Z"], "tag": ["x", "y"]}
    assert in_place(text, frontmatter.read(text).claims)


def test_json() -> None:
    text = '{\n "title": "Caf\\u00e9 opens",\n "authors": ["Ann Example"],\n "date": "2026-01-02"\n}\n\nBody'
    assert claims(text) == {"title": ["Café opens"], "author": ["Ann Example"], "published": ["2026-01-02"]}
    assert in_place(text, frontmatter.read(text).claims)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('"\n      Ann Example, Outlet.com\n    "', {"author": ["Ann Example"], "syndicated_from": ["Outlet"]}),
        ("Ann Mary Example, AFP", {"author": ["Ann Mary Example"], "syndicated_from": ["AFP"]}),
        ("The Example Herald", {"publisher": ["The Example Herald"]}),
        ("https://example.org/a", {"url": ["https://example.org/a"]}),
    ],
)
def test_source_is_a_person_and_outlet_or_an_outlet_or_an_address(source: str, expected: dict[str, list[str]]) -> None:
    text = f"---\ntitle: T\nsource: {source}\n---\nBody"
    found = claims(text)
    del found["title"]
    assert found == expected
    assert in_place(text, frontmatter.read(text).claims)


def test_broken_yaml_is_read_line_by_line() -> None:
    text = "---\ntitle: Vote: the day after\n  date: 2026-01-02\ntags:\n  - a\n  - b c\n---\nBody"
    read = frontmatter.read(text)
    assert claims(text) == {"title": ["Vote: the day after"], "published": ["2026-01-02"], "tag": ["a", "b c"]}
    assert read.warnings == ("front matter: broken YAML, read line by line",)
    assert in_place(text, read.claims)


def test_front_matter_in_the_wild() -> None:
    text = (
        '---\n  Title: "Vote: the day after\n  date: 2026-01-02 19:44\n    author: Ann Example\n'
        "tags: [trams, harbour]\nedition: NO\ncopies: 01234\nweight: 1e5\n---\nBody"
    )
    read = frontmatter.read(text)
    assert claims(text) == {
        "title": ["Vote: the day after"],
        "published": ["2026-01-02 19:44"],
        "author": ["Ann Example"],
        "tag": ["trams", "harbour"],
    }
    assert dict(read.extra) == {"edition": "NO", "copies": "01234", "weight": "1e5"}
    assert read.warnings
    assert in_place(text, read.claims)


def test_unclosed_front_matter_ends_at_the_blank_line() -> None:
    text = "---\ntitle: T\nauthor: Ann Example\n\nBody: it goes on"
    read = frontmatter.read(text)
    assert text[read.end :].strip() == "Body: it goes on"
    assert read.warnings


@pytest.mark.parametrize(
    "text",
    [
        "Just prose",
        "---\n\nProse between two rules.\n\n---\n\nMore",
        "---\nRemark: a sentence with a colon.\n---\nMore",
        '{"title": "a record without a body"}',
        "{curly} start",
        "",
    ],
)
def test_what_is_no_front_matter_is_text(text: str) -> None:
    assert frontmatter.read(text).end == 0


def test_aliases_of_aliases_end() -> None:
    levels = "\n".join(f"k{i}: &k{i} [{', '.join([f'*k{i - 1}'] * 9)}]" for i in range(1, 9))
    text = f"---\nk0: &k0 [x, x, x]\n{levels}\ntags: *k8\ntitle: Bomb\n---\nBody"
    assert claims(text)["title"] == ["Bomb"]
    assert len(frontmatter.read(text).claims) <= MAX_VALUES


@given(st.text(max_size=300))
def test_any_front_matter_is_survived_and_claims_are_in_place(inside: str) -> None:
    for fence in ("---", "+++"):
        text = f"{fence}\ntitle: x\n{inside}\n{fence}\nBody"
        assert in_place(text, frontmatter.read(text).claims)
