"""Addresses: one form for each page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import urls


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.example.co.uk/a/b?utm_source=x&id=3#top", "https://www.example.co.uk/a/b?id=3"),
        ("http://m.example.com/amp/story.html?fbclid=1", "http://example.com/story.html"),
        ("https://amp.example.com/news/a/amp/", "https://example.com/news/a"),
        ("https://www.example.com/a?amp=1", "https://www.example.com/a"),
        ("https://www.example.com/camp/stamp", "https://www.example.com/camp/stamp"),
        ("https://www-example-com.cdn.ampproject.org/c/s/www.example.com/a/amp", "https://www.example.com/a"),
        ("https://www.google.com/amp/s/www.example.com/a?cmpid=7", "https://www.example.com/a"),
        ("HTTPS://WWW.Example.com:443/A", "https://www.example.com/A"),
        ("mailto:ana@example.com", None),
        ("example.com/a", None),
        ("not an address", None),
    ],
)
def test_canonical(url: str, expected: str | None) -> None:
    assert urls.canonical(url) == expected


def test_the_site_is_the_registered_domain() -> None:
    assert urls.site("https://news.example.co.uk/a") == "example.co.uk"
    assert urls.site("https://www.lantern.example/a") == "lantern.example"
    assert urls.site("https://192.0.2.1/a") is None
    assert urls.site("nothing") is None


def test_relative_addresses_need_a_base() -> None:
    assert urls.absolute("/a/b", "https://example.com/c") == "https://example.com/a/b"
    assert urls.absolute("//example.com/a", None) == "https://example.com/a"
    assert urls.absolute("/a/b", None) is None


@given(st.text(max_size=80).map(lambda path: f"https://example.com/{path}"))
def test_the_canonical_form_of_a_canonical_form_is_itself(url: str) -> None:
    once = urls.canonical(url)
    if once is not None:
        assert urls.canonical(once) == once
