"""Noisy documents with known truth: articles of our own with invented noise around them.

A body (`bodies/SLUG.txt`, the article in the raw sample of that name, read and marked by hand, or one of
`bodies/only.toml`, for languages and lengths that the samples lack) is wrapped in lines of
`noise.toml` and rendered the way text, Markdown and HTML reach people who scrape: two layouts of each.  Which noise
stands where follows from a seed in the document's name, so the documents are the same on every machine.
"""

from __future__ import annotations

import html
import json
import random
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tests import golden

HERE = Path(__file__).resolve().parent
BODIES = HERE / "bodies"
MARKS = {"## ": "heading", "> ": "quote", "- ": "item", "! ": "standfirst"}
REPEATED = {
    "html-boatyard-morning-html",
    "markets-grain-0603-txt",
    "reprints-glacier-brief-html-zst",
    "reprints-glacier-valley-md-gz",
    "text-seed-bank_copy-txt",
}
"""Samples that repeat another one: their bodies are not wrapped a second time."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Piece:
    """A line of a document: `kind` is what it is (`paragraph`, `nav`, `caption`, …), `article` whether it is gold."""

    kind: str
    text: str
    article: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """A document and its truth; None where the document does not say."""

    name: str
    group: str
    data: bytes
    body: str
    title: str | None = None
    author: str | None = None
    day: str | None = None
    noise: tuple[Piece, ...] = ()
    """Its lines that are not article, where they are known one by one."""


def body(slug: str) -> list[Piece]:
    """The article in a raw sample."""
    blocks = (BODIES / f"{slug}.txt").read_text(encoding="utf-8").strip().split("\n\n")
    return [_piece(block) for block in blocks]


def plain(pieces: list[Piece]) -> str:
    """The article among the pieces, its paragraphs joined by blank lines."""
    return "\n\n".join(piece.text for piece in pieces if piece.article)


def only() -> dict[str, dict[str, str]]:
    """The bodies that are no raw sample: slug → language and title."""
    return tomllib.loads((BODIES / "only.toml").read_text(encoding="utf-8"))


def composed() -> Iterator[Sample]:
    """Every article with noise around it, in every layout."""
    noise = tomllib.loads((HERE / "noise.toml").read_text(encoding="utf-8"))
    known = only()
    for file in sorted(BODIES.glob("*.txt")):
        if file.stem not in REPEATED:
            stated = known[file.stem] if file.stem in known else golden.must(file.stem)["is"]
            for name, (group, layout) in LAYOUTS.items():
                yield _wrapped(file.stem, name, group, layout, noise[stated["language"]], stated.get("title"))


def clean() -> Iterator[Sample]:
    """Every article as it is, in the three ways to end a paragraph that plain text knows."""
    for file in sorted(BODIES.glob("*.txt")):
        if file.stem not in REPEATED:
            text = plain(body(file.stem))
            for name, line_break in (("blank-lines", "\n\n"), ("lines", "\n"), ("crlf", "\r\n\r\n")):
                yield Sample(f"{file.stem}-{name}", "clean", text.replace("\n\n", line_break).encode(), text)


def _wrapped(slug: str, name: str, group: str, layout: Layout, noise: Noise, title: str | None) -> Sample:
    chance = Chance(f"{slug}/{name}")
    article = body(slug)
    pieces = [*_top(noise, chance), *_head(noise, chance, title)]
    standfirst = [piece for piece in article if piece.kind == "standfirst"]
    pieces[-1:-1] = standfirst
    running = [piece for piece in article if piece.kind != "standfirst"]
    holes = {chance.below(len(running) - 1) + 1 for _ in range(3)}
    for index, piece in enumerate(running):
        if index in holes and piece.kind in ("paragraph", "heading") and running[index - 1].kind == "paragraph":
            kind = chance.one(["ad", "inline", "newsletter"])
            pieces.append(Piece(kind, chance.one(noise[kind])))
        pieces.append(piece)
    pieces += _tail(noise, chance)
    around = tuple(piece for piece in pieces if not piece.article)
    data = layout(pieces, noise, title).encode()
    return Sample(f"{slug}-{name}", group, data, plain(pieces), title, noise["author"], noise["day"], around)


def _top(noise: Noise, chance: Chance) -> Iterator[Piece]:
    if chance.often(0.3):
        yield from (Piece("cookie", line) for line in noise["cookie"])
    if chance.often(0.6):
        yield Piece("skip", chance.one(noise["skip"]))
    first = chance.below(2)
    yield from (Piece("nav", line) for line in noise["nav"][first : first + 4 + chance.below(6)])
    if chance.often(0.5):
        yield from (Piece("nav", line) for line in noise["account"])


def _head(noise: Noise, chance: Chance, title: str | None) -> Iterator[Piece]:
    if chance.often(0.5):
        yield Piece("kicker", noise["section"])
    if title:
        yield Piece("title", title)
    yield Piece("byline", chance.one(noise["byline"]))
    yield Piece("published", chance.one(noise["published"]))
    if chance.often(0.5):
        yield Piece("label", chance.one(noise["head"]))
    if chance.often(0.6):
        yield from (Piece("share", line) for line in noise["share"][: 3 + chance.below(2)])
    yield Piece("caption", chance.one(noise["caption"]))


def _tail(noise: Noise, chance: Chance) -> Iterator[Piece]:
    for kind in ("paywall", "tail", "newsletter", "comments"):
        if chance.often(0.4):
            yield Piece(kind, chance.one(noise[kind]))
    if chance.often(0.5):
        yield from (Piece("share", line) for line in noise["share"])
    if chance.often(0.8):
        yield Piece("list_title", chance.one(noise["related_title"]))
        yield from (Piece("related", line) for line in noise["related"][chance.below(2) :])
    if chance.often(0.3):
        yield from _teasers(noise)
    if chance.often(0.3):
        yield Piece("list_title", noise["comments"][0])
        yield from (Piece("reader", line) for line in noise["reader"])
    yield from (Piece("footer", line) for line in noise["footer"])
    yield Piece("copyright", chance.one(noise["copyright"]))


def _teasers(noise: Noise) -> Iterator[Piece]:
    """Other stories, each with its first words: prose that is not the article's."""
    for headline, words in zip(noise["related"], noise["teaser"], strict=False):
        yield Piece("related", headline)
        yield Piece("teaser", words)


# ------------------------------------------------------------------------------------------------------------ layouts

Noise = dict[str, Any]
Layout = Callable[[list[Piece], Noise, "str | None"], str]
LINKED = {"skip", "nav", "share", "related", "footer"}


def text_dump(pieces: list[Piece], noise: Noise, title: str | None) -> str:
    """A whole page dumped as text: lists with bullets, indented, a blank line between blocks."""
    lines = []
    for index, piece in enumerate(pieces):
        listed = piece.kind in ("nav", "share", "related", "footer", "item")
        if not (listed and index and pieces[index - 1].kind == piece.kind):
            lines.append("")
        lines.append(f"  * {piece.text}" if listed else piece.text)
    return "\n".join(lines).strip() + "\n"


def text_lines(pieces: list[Piece], noise: Noise, title: str | None) -> str:
    """The text of a page's elements, one a line, nothing between them."""
    return "\n".join(piece.text for piece in pieces) + "\n"


def markdown_page(pieces: list[Piece], noise: Noise, title: str | None) -> str:
    """A whole page turned into Markdown: navigation as linked lists, a picture before its caption."""
    blocks = []
    for index, piece in enumerate(pieces):
        text = f"[{piece.text}](https://outlet.example/{index})" if piece.kind in LINKED else piece.text
        if piece.kind == "caption":
            text = f"![](https://img.outlet.example/{index}.jpg)\n\n*{text}*"
        marks = {"title": "# ", "heading": "## ", "list_title": "### ", "quote": "> ", "item": "- "}
        listed = piece.kind in ("nav", "share", "related", "footer")
        blocks.append(f"{'* ' if listed else marks.get(piece.kind, '')}{text}")
        same = index + 1 < len(pieces) and pieces[index + 1].kind == piece.kind and (listed or piece.kind == "item")
        blocks.append("\n" if same else "\n\n")
    return "".join(blocks).strip() + "\n"


def markdown_light(pieces: list[Piece], noise: Noise, title: str | None) -> str:
    """Markdown of a careful scraper: front matter, no navigation, the noise in bold or as plain paragraphs."""
    head = [f"title: {json.dumps(title, ensure_ascii=False)}"] if title else []
    marks = {"heading": "## ", "quote": "> ", "item": "- "}
    blocks = ["\n".join(["---", *head, f'site: "{noise["outlet"]}"', "---"])]
    for piece in pieces:
        if piece.kind in ("inline", "list_title", "label"):
            blocks.append(f"**{piece.text}**")
        elif piece.kind not in ("nav", "skip", "title", "cookie", "footer"):
            blocks.append(f"{marks.get(piece.kind, '')}{piece.text}")
    return "\n\n".join(blocks) + "\n"


def html_page(pieces: list[Piece], noise: Noise, title: str | None) -> str:
    """A page that says what is what: landmarks, classes, OpenGraph, JSON-LD."""
    ld: Noise = {"@type": "NewsArticle", "headline": title, "datePublished": f"{noise['day']}T07:20:00Z"}
    ld["author"] = {"@type": "Person", "name": noise["author"]}
    meta = f'<script type="application/ld+json">{json.dumps(ld, ensure_ascii=False)}</script>' if title else ""
    tags = {
        "title": "<h1>{}</h1>", "heading": "<h2>{}</h2>", "quote": "<blockquote><p>{}</p></blockquote>",
        "item": "<ul><li>{}</li></ul>", "standfirst": '<p class="lead">{}</p>', "kicker": '<p class="kicker">{}</p>',
        "byline": '<p class="byline">{}</p>', "published": "<p><time>{}</time></p>",
        "caption": '<figure><img src="/p.jpg"><figcaption>{}</figcaption></figure>', "ad": '<div class="ad">{}</div>',
        "newsletter": '<aside class="newsletter"><p>{}</p></aside>', "inline": '<p><a href="/x">{}</a></p>',
        "list_title": '<section class="related"><h3>{}</h3></section>', "share": '<a class="share" href="#">{}</a>',
        "related": '<li><a href="/r">{}</a></li>', "cookie": '<div class="cookie-banner"><p>{}</p></div>',
        "nav": '<a href="/n">{}</a>', "skip": '<a href="#main">{}</a>',
        "teaser": '<p class="card-text">{}</p>', "reader": '<div class="comment"><p>{}</p></div>',
        "paywall": '<div class="paywall"><p>{}</p></div>', "footer": '<a href="/f">{}</a>',
    }  # fmt: skip
    first = next(i for i, piece in enumerate(pieces) if piece.kind in ("kicker", "title", "byline"))
    last = next(i for i, piece in enumerate(pieces) if piece.kind == "footer")
    filled = [tags.get(piece.kind, "<p>{}</p>").format(html.escape(piece.text)) for piece in pieces]
    top, middle, bottom = ("\n".join(part) for part in (filled[:first], filled[first:last], filled[last:]))
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{html.escape(title or noise['outlet'])}</title>{meta}"
        f"</head><body><header><nav>{top}</nav></header><main><article>{middle}</article></main>"
        f"<footer>{bottom}</footer></body></html>"
    )


def html_soup(pieces: list[Piece], noise: Noise, title: str | None) -> str:
    """A page of bare elements: nothing in the markup says what is article."""
    name = f"{title} - {noise['outlet']}" if title else noise["outlet"]
    heads = {"title": "h1", "heading": "h2", "list_title": "h3", "quote": "blockquote", "item": "li"}
    found = []
    for piece in pieces:
        tag = heads.get(piece.kind, "div" if piece.kind in LINKED else "p")
        text = html.escape(piece.text)
        found.append(f"<{tag}><a href='/l'>{text}</a></{tag}>" if piece.kind in LINKED else f"<{tag}>{text}</{tag}>")
    return (
        f"<html><head><meta charset='utf-8'><title>{html.escape(name)}</title></head><body><div><div>"
        f"{''.join(found)}</div></div></body></html>"
    )


LAYOUTS: dict[str, tuple[str, Layout]] = {
    "dump": ("text", text_dump),
    "lines": ("text", text_lines),
    "page": ("markdown", markdown_page),
    "light": ("markdown", markdown_light),
    "landmarks": ("html", html_page),
    "soup": ("html", html_soup),
}


class Chance:
    """Choices that follow from a name: only `random()` itself is promised to stay the same between Python versions."""

    def __init__(self, name: str) -> None:
        self._next = random.Random(name).random

    def below(self, limit: int) -> int:
        return int(self._next() * limit)

    def one(self, values: list[T]) -> T:
        return values[self.below(len(values))]

    def often(self, share: float) -> bool:
        return self._next() < share


def _piece(block: str) -> Piece:
    mark = next((mark for mark in MARKS if block.startswith(mark)), "")
    return Piece(MARKS.get(mark, "paragraph"), block.removeprefix(mark), article=True)
