from __future__ import annotations

import textwrap
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.formats import inline, markdown
from flows.model import Document, Format, Kind, Link
from flows.words import WORD

PROSE = (
    "The harbour board of the small town said on Tuesday that the old crane would be repaired before the winter, "
    "although nobody had yet said who was going to pay for it."
)


def read(raw: str) -> Document:
    return markdown.read(raw, "utf-8")


def texts(raw: str) -> list[str]:
    return [block.text for block in read(raw).blocks]


@pytest.mark.parametrize(
    ("raw", "flat"),
    [
        ("a *b* **c** ***d*** _e_ __f__ ~~g~~", "a b c d e f g"),
        ("**bold *inner* end**", "bold inner end"),
        ("snake_case and 5 * 3 * 2", "snake_case and 5 * 3 * 2"),
        ("`code_span` here", "code_span here"),
        (r"not \*emphasis\* nor \[link\]", "not *emphasis* nor [link]"),
        ('see [the *report*](https://example.org/a_(b) "Title") now', "see the report now"),
        ("an ![alt](x.png) image", "an image"),
        ("[sic] is no link", "[sic] is no link"),
        ("see [it][1] here\n\n[1]: https://example.org", "see it here"),
        ("<https://example.org/x> is it", "https://example.org/x is it"),
        ("<b>bold</b> and<br>break <!-- no\nword -->", "bold and break"),
        ("x < y and <unknown> stays", "x < y and <unknown> stays"),
        ("Smith &amp; Sons", "Smith & Sons"),
        ("[read](mailto:?subject=A b c&body=d e) it", "read it"),
        ("[![](data:image/png;base64,AA==)Words](/x)", "Words"),
        ('![pic]( "A title") words', "words"),
        ("one line\nwraps softly", "one line wraps softly"),
    ],
)
def test_inline_markup_is_flattened(raw: str, flat: str) -> None:
    assert texts(raw) == [flat]


def test_a_piece_of_a_block_is_flattened_alone() -> None:
    assert inline.plain("said *on* [Monday](/m) &amp; left") == "said on Monday & left"


def test_blocks_and_kinds() -> None:
    raw = (
        "Title\n=====\n\n## Second ##\n\nA paragraph\n\n* one\n* two\n  goes on\n1. first\n\n> said\n> she\n\n"
        "| a | b |\n| --- | --- |\n| c | d |\n\n***\n\n```python\nx = 1\n```\n\nSub\n---\n"
    )
    document = read(raw)
    assert document.format is Format.MARKDOWN
    assert [(b.kind.value, b.level, b.text) for b in document.blocks] == [
        ("heading", 1, "Title"),
        ("heading", 2, "Second"),
        ("paragraph", 0, "A paragraph"),
        ("list_item", 0, "one"),
        ("list_item", 0, "two goes on"),
        ("list_item", 0, "1. first"),
        ("quote", 0, "said she"),
        ("table", 0, "a | b"),
        ("table", 0, "c | d"),
        ("code", 0, "x = 1"),
        ("heading", 2, "Sub"),
    ]


def test_a_table_that_lays_out_a_page_is_no_table() -> None:
    story = f"{PROSE} " * (600 // len(PROSE) + 1)
    raw = f"| [Home](/) | {story}\\| {PROSE} |  | More news |\n| --- | --- |\n| a | b |\n"
    assert [(b.kind.value, b.text) for b in read(raw).blocks] == [
        ("paragraph", "Home"),
        ("paragraph", f"{story}| {PROSE}"),
        ("paragraph", "More news"),
        ("table", "a | b"),
    ]


def test_links_and_their_share() -> None:
    (block,) = read("Read [this](/a) and [that one](https://example.org/b)").blocks
    assert block.links == (Link("this", "/a"), Link("that one", "https://example.org/b"))
    assert block.link_share == pytest.approx(12 / 22)


def test_a_link_over_several_blocks_counts_for_each() -> None:
    blocks = read("[\n\n### Crane falls\n\nNobody was hurt.\n\n](https://example.org/crane)\n\nMore").blocks
    assert [(b.text, b.link_share) for b in blocks] == [("Crane falls", 1.0), ("Nobody was hurt.", 1.0), ("More", 0.0)]
    assert blocks[0].kind is Kind.HEADING


def test_an_image_alone_is_a_block_with_a_hint() -> None:
    blocks = read("[![The crane at dusk](a.png)](/gallery)\n\n![](b.png)\n\nText").blocks
    assert [(b.text, set(b.hints)) for b in blocks] == [("The crane at dusk", {"image"}), ("Text", set())]
    assert blocks[0].links == (Link("The crane at dusk", "/gallery"),)


def test_front_matter_gives_claims_and_is_no_block() -> None:
    raw = f"---\ntitle: Crane repaired\nmood: calm\n---\n[Skip](#main)\n\n{PROSE}\n"
    document = read(raw)
    assert [b.text for b in document.blocks] == ["Skip", PROSE]
    (title,) = document.claims
    assert (title.field, title.value, title.origin) == ("title", "Crane repaired", "front-matter.title")
    assert raw[title.start : title.end] == title.raw
    assert document.extra == (("mood", "calm"),)


def test_stray_fences_are_blocks_and_prose_between_them_is_read() -> None:
    assert texts(f"```\n\n{PROSE}\n\nThe end. ```") == ["```", PROSE, "The end.", "```"]
    assert texts(f"```\n{PROSE}\n```") == ["```", PROSE, "```"]


def test_a_rule_right_below_prose_makes_no_heading() -> None:
    assert [b.kind for b in read(f"{PROSE}\n---\nMore").blocks] == [Kind.PARAGRAPH, Kind.PARAGRAPH]


def test_long_lines_that_end_their_sentence_are_paragraphs() -> None:
    assert texts(f"{PROSE}\n{PROSE}\nShort.") == [PROSE, PROSE, "Short."]


def test_strong_emphasis_over_several_blocks_leaves_no_stars() -> None:
    assert texts("**First words\n\nlast words**") == ["First words", "last words"]


def test_hostile_markup_takes_no_longer_than_its_length_allows() -> None:
    for piece in ("[", "![](", "<!--", "`a", "**a", "[a](", "](", "<a ", "> ", "* ", "|", "\\", '[a](x "'):
        hostile = piece * 8000
        start = time.process_time()
        read(hostile)
        assert time.process_time() - start < 5


HEADING = "The harbour board repairs the old crane that nobody wanted to pay for, and closes half of the fish market"


@pytest.mark.parametrize("width", [60, 72, 78, 100])
def test_a_heading_that_a_converter_wraps_with_its_text_is_one_heading(width: int) -> None:
    """html2text breaks lines at 78 columns unless told otherwise, those of headings, too."""
    second = [f"## Why {HEADING}", "* a point\n* another", PROSE, "## Short", PROSE]
    pieces = [f"# {HEADING}", PROSE, PROSE, PROSE, *second]
    raw = "\n\n".join("\n".join(textwrap.fill(line, width) for line in piece.split("\n")) for piece in pieces)
    blocks = read(raw).blocks
    assert [block.text for block in blocks if block.kind is Kind.HEADING] == [HEADING, f"Why {HEADING}", "Short"]
    assert [block.text for block in blocks if block.kind is Kind.PARAGRAPH] == [PROSE] * 5


def test_text_directly_below_a_heading_is_no_part_of_it() -> None:
    long = f"# {HEADING}\n{PROSE}\n\n"
    assert texts(long * 6)[:2] == [HEADING, PROSE]
    wrapped = "\n\n".join(["## A heading of a person\n" + textwrap.fill(PROSE, 72)] * 6)
    assert texts(wrapped)[:2] == ["A heading of a person", PROSE]


PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            ["\n", "\n\n", "# ", "* ", "> ", "1. ", "|", "---", "```", "**", "_", "`", "[", "](", "](/x)", "![", ")",
             "<b>", "<!--", "-->", "\\", "word", PROSE, "| a | b |", "=="]
        ),
        st.text(max_size=12),
    ),
    max_size=30,
)  # fmt: skip


@given(PIECES)
def test_blocks_are_in_order_and_hold_every_word_that_is_no_markup(pieces: list[str]) -> None:
    raw = "x " + "".join(pieces)
    markup = [(a, b) for a, b, _ in inline.scan(raw, 0).out]
    at = 0
    gaps = []
    for block in read(raw).blocks:
        assert at <= block.start < block.end <= len(raw)
        assert block.text == " ".join(block.text.split())
        gaps.append((at, block.start))
        at = block.end
    gaps.append((at, len(raw)))
    for start, end in gaps:
        for word in WORD.finditer(raw, start, end):
            covered = any(a < word.end() and b > word.start() for a, b in markup)
            listed = word[0].isdigit() or set(word[0]) <= set("_")
            fence = raw.rfind("`", 0, word.start()) >= 0 or raw.rfind("~", 0, word.start()) >= 0
            assert covered or listed or fence or raw[word.start() - 1] in "[]:", (raw, word)
