"""What the benchmark hands to copydesk's peers (`benchmarks/peers.py`): the same words in every form of a page."""

import pytest

from benchmarks import peers

TEXT = b"Home\n\nThe ferry sailed at dawn with nine goats.\n  Tom & Ida waved. \n"
MARKDOWN = b"[Home](/)\n\nThe *ferry* sailed at dawn\nwith [nine goats](https://goats.example).\n\n![](x.png)\n"
HTML = b"<html><head><title>T</title><style>p{}</style></head><body><a href=/>Home</a><p>The <b>ferry</b> sailed.</p>"


def test_text_is_wrapped_line_by_line():
    wrapped = peers.as_html(TEXT, "text")
    assert wrapped.count("<p>") == 3
    assert "<p>Tom &amp; Ida waved.</p>" in wrapped


def test_markdown_is_rendered():
    assert '<a href="https://goats.example">nine goats</a>' in peers.as_html(MARKDOWN, "markdown")


@pytest.mark.parametrize(
    ("data", "form", "expected"),
    [
        (TEXT, "text", ["Home", "The ferry sailed at dawn with nine goats.", "Tom & Ida waved."]),
        (MARKDOWN, "markdown", ["Home", "The ferry sailed at dawn with nine goats."]),
        (HTML, "html", ["Home", "The ferry sailed."]),
    ],
)
def test_lines_are_a_page_without_markup(data, form, expected):
    assert [line.strip() for line in peers.lines(data, form) if line.strip()] == expected


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("The ferry sailed at dawn with nine goats.", True),
        ("渡し船は夜明けに出た。", True),
        ("The ferry sailed at dawn with nine goats", False),
        ("Nine goats.", False),
        ("The ferry sailed at dawn, and then...", False),
        ("Please enable JavaScript to see the ferry sail.", False),
        ("By going on you accept our cookie policy, dear reader.", False),
    ],
)
def test_c4_keeps_lines_that_look_like_sentences(line, kept):
    assert bool(peers.c4([line])) is kept
