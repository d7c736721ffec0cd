"""The judge of HTML: the article of a page, whole, and what stands around it, out."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.formats import html
from flows.judges.html import judge
from flows.judges.html_find import find
from flows.model import Block, Kind, Verdict

BODY = [
    "The council of Ferndale voted on Tuesday to reopen the old ferry line across the bay, eleven years after it shut.",
    "Mayor Odile Brandt said the first boat would leave the north pier in May, carrying up to two hundred people.",
    "“People have asked for this since the day it stopped,” she told reporters after the vote, which passed by two.",
    "The line will cost four million a year to run, of which the county has promised to pay a little over half.",
    "Opponents say the money would be better spent on the bus network, which lost six routes in the last budget.",
    "Kim Sorel, who speaks for the riders' union, called the decision a gamble, but one that members would support.",
    "Tickets will go on sale in April, both online and at the pier, and pupils will travel for free on school days.",
]
STANDFIRST = "Eleven years after the last boat, the council has voted to bring the crossing back, and riders are happy."


def page(body: str, head: str = "", after: str = "") -> str:
    return f"""<html><head><title>Ferry line to reopen - The Ferndale Post</title></head><body>
<nav class="menu"><ul><li><a href="/">Home</a></li><li><a href="/news">News</a></li></ul></nav>
<main><article class="article"><header><h1>Ferry line to reopen</h1>{head}</header>
<div class="article-body">{body}</div></article>{after}</main>
<aside class="sidebar"><h3>Most read</h3><ul><li><a href="/1">Storm hits the coast</a></li></ul></aside>
<footer><p>© The Ferndale Post. The Post is the newspaper of record for all of the county.</p></footer>
</body></html>"""


def paragraphs(texts: list[str]) -> str:
    return "\n".join(f"<p>{text}</p>" for text in texts)


def kept(source: str) -> list[str]:
    document = html.read(source, "utf-8")
    verdicts = judge(document)
    assert len(verdicts) == len(document.blocks)
    return [block.text for block, verdict in zip(document.blocks, verdicts, strict=True) if verdict.keep]


def test_the_body_is_kept_and_the_page_around_it_is_not() -> None:
    assert kept(page(paragraphs(BODY))) == BODY


def test_a_standfirst_in_the_header_is_kept() -> None:
    source = page(paragraphs(BODY), head=f'<p class="standfirst">{STANDFIRST}</p>')
    source = source.replace("<head>", f'<head><meta name="description" content="{STANDFIRST}">')
    assert kept(source) == [STANDFIRST, *BODY]


def test_a_heading_between_paragraphs_is_kept() -> None:
    body = paragraphs(BODY[:4]) + "<h2>What it will cost</h2>" + paragraphs(BODY[4:])
    assert kept(page(body)) == [*BODY[:4], "What it will cost", *BODY[4:]]


def test_captions_forms_and_links_between_paragraphs_are_cut() -> None:
    extra = (
        "<figure><img src=f.jpg><figcaption>The pier at dawn, photographed from the lighthouse last week.</figcaption>"
        '</figure><p><a href="/2">Read more: how the ferry was lost, and who wanted it to be gone</a></p>'
        "<form><label>Your address</label><button>Sign up</button></form>"
    )
    assert kept(page(paragraphs(BODY[:4]) + extra + paragraphs(BODY[4:]))) == BODY


def test_captions_that_only_a_class_tells_are_cut() -> None:
    said = "The pier at dawn, photographed from the lighthouse last week by one of our readers."
    for mark in ("wp-caption-text", "post__image-caption", "imageCaption", "photo_caption_text"):
        caption = f'<div class="media"><img src=f.jpg><p class="{mark}">{said}</p></div>'
        assert kept(page(paragraphs(BODY[:4]) + caption + paragraphs(BODY[4:]))) == BODY
    contest = f'<p class="caption-contest has-captions">{said}</p>'
    assert kept(page(paragraphs(BODY[:4]) + contest + paragraphs(BODY[4:]))) == [*BODY[:4], said, *BODY[4:]]


def test_a_form_around_the_whole_page_does_not_lose_the_article() -> None:
    source = page(paragraphs(BODY)).replace("<main>", '<form id="aspnet"><main>').replace("</main>", "</main></form>")
    assert kept(source) == BODY


TWEET = (
    '<blockquote class="twitter-tweet"><p lang="en">It.</p><p>Is.</p><p>Back! 🚢 <a href="https://t.co/x1">t.co/x1</a>'
    '</p>— Kim Sorel (@kimsorel_example) <a href="https://twitter.example/1">May 3, 2026</a></blockquote>'
)
POST = ["It.", "Is.", "Back! 🚢 t.co/x1", "— Kim Sorel (@kimsorel_example) May 3, 2026"]


def test_embedded_posts_of_an_article_are_kept_whole() -> None:
    embed = f"<div class=embed>{TWEET}</div><script src=widgets.js></script>"
    assert kept(page(paragraphs(BODY[:4]) + embed + paragraphs(BODY[4:]))) == [*BODY[:4], *POST, *BODY[4:]]
    assert kept(page(paragraphs(BODY) + embed + embed)) == [*BODY, *POST, *POST]


def test_posts_beside_an_article_are_cut() -> None:
    widget = f'<div class="sidebar-widget"><h3>Follow us</h3>{TWEET}</div><footer class="feed">{TWEET}</footer>'
    assert kept(page(paragraphs(BODY), after=widget)) == BODY


def post(number: int, headline: str, texts: list[str], after: str = "") -> str:
    classes = f"post-{number} post type-post status-publish format-standard hentry"
    return f'<article class="{classes}">{headline}<div class="box">{paragraphs(texts)}</div>{after}</article>'


def test_other_posts_of_a_blog_are_cut_however_long_they_are() -> None:
    others = post(311, '<h2><a href="/storm">Storm hits the coast</a></h2>', BODY[2:5]) + post(97, "", BODY[5:])
    for below, inside in ((others, ""), ("", others)):
        source = f"""<html><head><title>The ferry is back | Harbour Notes</title></head><body><div id="content">
        {post(1806, '<h1 class="entry-title">The ferry is back</h1>', BODY[:2], inside)}{below}</div></body></html>"""
        assert kept(source) == BODY[:2]


def test_a_page_that_is_no_post_of_its_own_keeps_the_posts_on_it() -> None:
    posts = post(311, "<h2>Storm hits the coast</h2>", BODY[:4]) + post(97, "<h2>School fair</h2>", BODY[4:])
    source = f"<html><head><title>Harbour Notes</title></head><body><main>{posts}</main></body></html>"
    assert set(BODY) <= set(kept(source))


def test_a_verdict_names_what_decided() -> None:
    document = html.read(page(paragraphs(BODY)), "utf-8")
    by_text = dict(zip((block.text for block in document.blocks), judge(document), strict=True))
    assert by_text["Home"] == Verdict(False, "judge.place")
    body = by_text[BODY[0]]
    assert body.rule == "judge.html-2" and body.score is not None and 0.5 < body.score <= 1


def test_a_page_without_an_article_gives_nothing() -> None:
    assert judge(html.read("", "utf-8")) == ()
    assert kept("<html><body><nav><a href=/>Home</a></nav><button>Log in</button></body></html>") == []


def test_deep_nesting_is_no_obstacle() -> None:
    deep = "<div>" * 3000 + paragraphs(BODY) + "</div>" * 3000
    document = html.read(deep, "utf-8")
    assert [block.text for block in document.blocks] == BODY
    assert kept(deep) == BODY


def test_lines_are_found_again_though_blocks_merge_split_and_repeat() -> None:
    blocks = [
        Block(i, i + 1, kind, text)
        for i, (kind, text) in enumerate(
            (Kind.PARAGRAPH, text)
            for text in ("Ferry line to reopen", BODY[0], "Tickets", BODY[1], BODY[2], "Tickets", BODY[3])
        )
    ]
    lines = [BODY[0][:60], BODY[0][60:], BODY[1].upper() + BODY[2], "Tickets", BODY[3] + "!", "Nowhere to be found"]
    assert find(blocks, lines) == [False, True, False, True, True, True, True]


_PIECES = "<p> <div> </div> <br><br> <li> <h2> <td> <nav> <a\thref=x> </a> <script> <!-- x \x00 &nbsp;".split(" ")


@given(st.lists(st.sampled_from([*BODY, *_PIECES]), max_size=25))
@settings(max_examples=60, deadline=None)
def test_every_block_of_any_page_gets_a_verdict(pieces: list[str]) -> None:
    document = html.read(" ".join(pieces), "utf-8")
    assert len(judge(document)) == len(document.blocks)


def test_a_text_in_one_block_is_kept_where_nothing_else_is() -> None:
    text = "The ferry sank at dawn. Nobody was hurt, the harbour office said. " * 8
    menu = "".join(f"<li><a href='/{n}'>Section {n}</a></li>" for n in range(60))
    page = f"<!doctype html><html><body><form><ul>{menu}</ul><div>{text}</div><ul>{menu}</ul></form></body></html>"
    assert "".join(kept(page)).startswith("The ferry sank at dawn.")
