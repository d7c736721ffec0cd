"""The block parse of HTML: nothing is lost, nothing is read twice, and offsets lead back to the source."""

from __future__ import annotations

import re
import time
from html import unescape

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.formats import html, html_attributes
from flows.formats.repair import repair
from flows.model import Block, Kind, Link

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="windows-1252"><title>Harbour bridge opens - The Ferndale Post</title>
<meta property="og:title" content="Harbour bridge opens"><style>p > b { color: red }</style>
<script>var teaser = "<p>not a paragraph</p>"; if (a<b && c) { run(); }</script></head>
<body class="page"><!-- <p>commented out</p> -->
<nav><ul><li><a href="/">Home</a><li><a href="/sport">Sport</a></ul></nav>
<article role="main"><header><h1>Harbour bridge opens</h1><p class="byline">By Ada Quill</p></header>
<p>The bridge &amp; the new quay opened on&nbsp;Monday, <a href="/mayor?a=1&amp;b=2">mayor Odile Brandt</a> said.
<p>&nbsp; Tickets cost 3&thinsp;&euro; <b>or less</b>.&nbsp;</p>
<blockquote><p>“It took nine years.”</p></blockquote>
<figure><img src="x.jpg" alt="A > B"><figcaption>The bridge at dawn. Photo: Kim Sorel</figcaption></figure>
First line<br>goes on<br><br>second part
<ul><li>One<li>Two</ul>
<table><tr><td>Length<td>410 m<tr><th>Cost<td>9m</table>
<h2>What is next</h2><div hidden>Sign up</div>
</article><aside aria-hidden="true"><a href="/more"><h3>More</h3><p>A long story</p></a></aside>
<noscript>Enable JavaScript</noscript><svg><title>logo</title><text>LOGO</text></svg>
<footer>&copy; The Ferndale Post</footer></body></html>"""


def texts(page: str) -> list[str]:
    return [block.text for block in html.blocks(page)]


def block(page: str, text: str) -> Block:
    return next(each for each in html.blocks(page) if each.text == text)


def test_a_page_comes_apart_into_its_visible_paragraphs() -> None:
    assert texts(PAGE) == [
        "Home",
        "Sport",
        "Harbour bridge opens",
        "By Ada Quill",
        "The bridge & the new quay opened on Monday, mayor Odile Brandt said.",
        "Tickets cost 3 € or less.",
        "“It took nine years.”",
        "The bridge at dawn. Photo: Kim Sorel",
        "First line goes on",
        "second part",
        "One",
        "Two",
        "Length",
        "410 m",
        "Cost",
        "9m",
        "What is next",
        "Sign up",
        "More",
        "A long story",
        "© The Ferndale Post",
    ]


def test_an_element_of_a_sites_own_splits_a_page_but_no_paragraph() -> None:
    page = (
        "<site-box><p>Tides rose (<cited-study><a href=/1>1</a></cited-study>), a study of <x-term>eels</x-term> says."
        "</p>"
        "<site-more>More on tides</site-more><p>Nobody <br>knows.<site-ad></site-ad><div>Advertisement</div></site-box>"
        "<read-on>Read on</read-on> Next"
    )
    found = [
        "Tides rose (1), a study of eels says.",
        "More on tides",
        "Nobody knows.",
        "Advertisement",
        "Read on",
        "Next",
    ]
    assert texts(page) == found


def test_offsets_are_tight_around_the_visible_text() -> None:
    raw = [PAGE[each.start : each.end] for each in html.blocks(PAGE)]
    assert raw[5] == "Tickets cost 3&thinsp;&euro; <b>or less</b>."
    assert raw[8] == "First line<br>goes on"


def test_blocks_know_their_kind_and_their_place() -> None:
    assert block(PAGE, "Harbour bridge opens").kind is Kind.HEADING
    assert (block(PAGE, "What is next").kind, block(PAGE, "What is next").level) == (Kind.HEADING, 2)
    assert block(PAGE, "“It took nine years.”").kind is Kind.QUOTE
    assert block(PAGE, "Two").kind is Kind.LIST_ITEM
    assert block(PAGE, "410 m").kind is Kind.TABLE
    assert {"article", "main", "header", "p", ".byline"} <= block(PAGE, "By Ada Quill").hints
    assert "nav" in block(PAGE, "Home").hints
    assert {"figure", "figcaption"} <= block(PAGE, "The bridge at dawn. Photo: Kim Sorel").hints
    assert "hidden" in block(PAGE, "Sign up").hints and "hidden" in block(PAGE, "A long story").hints
    assert "hidden" not in block(PAGE, "What is next").hints


def test_links_are_kept_with_their_words() -> None:
    mayor = block(PAGE, "The bridge & the new quay opened on Monday, mayor Odile Brandt said.")
    assert mayor.links == (Link("mayor Odile Brandt", "/mayor?a=1&b=2"),)
    assert 0.2 < mayor.link_share < 0.35
    home, story = block(PAGE, "Home"), block(PAGE, "A long story")
    assert home.link_share == story.link_share == 1.0
    assert "a" in home.hints and "a" in story.hints and "a" not in mayor.hints


def test_a_heading_that_leads_to_itself_is_no_link() -> None:
    page = '<h2><a href="#cost">What it will cost</a></h2><p><a href="#cost">Cost</a></p><h3><a href="/2">More</a></h3>'
    assert [each.link_share for each in html.blocks(page)] == [0.0, 1.0, 1.0]
    assert block(page, "What it will cost").links == (Link("What it will cost", "#cost"),)


def test_claims_come_with_the_document() -> None:
    document = html.read(PAGE, "utf-8")
    assert document.encoding == "utf-8" and document.extra == ()
    assert "Harbour bridge opens" in [claim.value for claim in document.claims if claim.field == "title"]


def test_the_encoding_a_page_declares_does_not_matter_any_more() -> None:
    page = '<?xml version="1.0" encoding="shift_jis"?><meta charset="gb2312"><title>Ærø\x00</title><p>Grüße</p>'
    assert "".join(html.tree(page).itertext()) == "ÆrøGrüße"


def test_broken_markup_neither_hides_text_nor_crashes() -> None:
    assert texts("<p>One<p>Two<div>Three</p>Four</div></b>") == ["One", "Two", "Three", "Four"]
    assert texts("<div><ul><li>One</div>Two") == ["One", "Two"]
    assert "li" not in block("<div><ul><li>One</div>Two", "Two").hints
    assert texts('<p class="a>b" title=\'it"s\'>One</p>') == ["One"]
    assert texts("5 < 6 and 7 <8> 9 &lt;p&gt;") == ["5 < 6 and 7 <8> 9 <p>"]
    assert texts("<title>unclosed <p>Text") == ["unclosed", "Text"]
    assert texts("Text<!-- never closed <p>More") == ["Text"]
    assert texts("Text<a href='never closed>More") == ["TextMore"]
    assert texts("Text<script>var x = '<p>';") == ["Text"]
    assert texts("<b>Bold<p>still</b> text</p>") == ["Bold", "still text"]
    assert block("<div><a href=x>One</div><p>Two</p>", "Two").link_share == 0.0
    assert texts("") == texts("&nbsp;\x00<br><br>&#8203;") == []


def test_hostile_pages_take_linear_time() -> None:
    start = time.process_time()
    for unit in (
        "<a ",
        "<!--",
        "<a b='",
        '<a b="',
        "<title>",
        "<svg>",
        "<div>",
        "&nbsp;",
        "&#",
        "<p>x",
        "</i>",
        "<b",
        "<![CDATA[",
        "<td>x",
        "<a href=x>y",
        "<i>x",
        "<div class=x></p>",
    ):
        list(html.blocks(unit * 20_000))
    assert time.process_time() - start < 8


# The law, on generated pages: known words in random markup, then the same pages with pieces cut out of them.
_WORDS = st.text("abcdefgé漢ب", min_size=1, max_size=6)
_TAGS = st.sampled_from(
    "<p> </p> <div> </div> <ul> <li> </ul> <td> </td> <table> </table> <tr> <b> </b> <br> <br/> <h2> </h2> <nav> </nav>"
    " </span> <span> <blockquote> </blockquote> </a> <x-y> </x-y> <!--c--> <script>no</script> <title>no</title> &nbsp;"
    " <svg/> <button> </button> <figcaption> </figcaption> <a\thref='q'> <p\thidden\tclass=a>".split(" ")
)
_PAGES = st.lists(st.one_of(_WORDS.map(lambda word: f" {word} "), _TAGS), max_size=40)


@given(_PAGES)
@settings(max_examples=300, deadline=None)
def test_every_word_is_in_exactly_one_block(pieces: list[str]) -> None:
    page = "".join(pieces)
    words = [piece.strip() for piece in pieces if not piece.lstrip().startswith(("<", "&")) and piece.strip()]
    assert " ".join(texts(page)).split() == words


@given(_PAGES, st.data())
@settings(max_examples=300, deadline=None)
def test_between_blocks_is_only_markup(pieces: list[str], data: st.DataObject) -> None:
    page = "".join(pieces)
    cut = data.draw(st.integers(0, len(page)))
    page = page[:cut] + page[data.draw(st.integers(cut, len(page))) :]
    at = 0
    for each in html.blocks(page):
        assert at <= each.start < each.end <= len(page) and each.text == repair(each.text) != ""
        assert not visible(page[at : each.start])
        at = each.end
    assert not visible(page[at:])


def visible(markup: str) -> str:
    """What is left of a stretch between two blocks, independently of the parse."""
    markup = re.sub(r"<!--.*?(-->|$)|<(script|title)\b.*?(</\2\s*>|$)", " ", markup, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]*(>|$)", " ", markup)).strip()


@given(st.text("<>/!-ap\"'= &;#x\n漢", max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_at_all_can_be_read(page: str) -> None:
    document = html.read(page, "utf-8")
    for before, after in zip(document.blocks, document.blocks[1:], strict=False):
        assert before.end <= after.start


def test_the_same_letters_as_lxml_reads() -> None:
    tree = html.tree(PAGE)
    for element in list(tree.iter("script", "style", "title", "noscript", "svg")):
        element.drop_tree()
    theirs = "".join(filter(str.isalnum, "".join(tree.itertext())))
    assert "".join(filter(str.isalnum, "".join(texts(PAGE)))) == theirs


@given(
    st.lists(st.sampled_from(["class", "CLASS", "classes", "href", " ", "\n", "=", '"', "'", "/", "-", "x"])).map(
        "".join
    )
)
@settings(max_examples=500)
def test_an_attribute_is_the_first_of_its_name_among_all_that_are_read(attributes: str) -> None:
    stated = (match for match in html_attributes.ATTRIBUTE.finditer(attributes) if match[1].lower() == "class")
    first = next((match[2] or match[3] or match[4] or "" for match in stated), "")
    assert html_attributes.attribute(attributes, "class") == first
