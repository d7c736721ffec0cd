"""What a page shows about itself: headline, byline and date lines, microdata and `<time>`, by place and plain evidence.

Only what stands near the headline is taken at its word.  Dates in lists of other articles, comments and side columns
are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from lxml.etree import _Element as Element

from flows.formats.lines import SENTENCE_END
from flows.formats.structured_dates import date_claims
from flows.formats.structured_page import SHORT, Node, Page, found_claim, open_page
from flows.model import Found

_BYLINE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:byline|bylines|author|authors|auteur|autor|autore|autoren|writer|contributor|reporter)"
    r"(?:$|[\s_-](?:names?|link|links|title|list|info|by)?(?:$|[\s_-]))|(?:^|\s)(?:vcard|fn)(?:$|\s)"
    r"|(?:author|byline)_?name",
    re.IGNORECASE,
)
_NO_AUTHOR = re.compile(r"bio|avatar|image|img|photo|social|follow|box|about|description|comment", re.IGNORECASE)
_AUTHOR_PAGE = re.compile(
    r"/(?:authors?|autore?n?|auteurs?|by|profiles?|staff|contributors?|journalists?|columnists?|writers?|editors|redakteure?)"
    r"[/=][^/?#]{3,}",
    re.IGNORECASE,
)
_PICTURE = re.compile(r"ImageObject|Comment|Review|VideoObject", re.IGNORECASE)
_BY = re.compile(
    r"^\s*(?:written\s|words\s|story\s|reported\s)?(?:by|von|par|por|di|door|av|af|przez|автор)\b[\s:]", re.IGNORECASE
)
_SENTENCE_WORDS = 8
"""Words from which on a line that ends in a full stop is a sentence and no byline."""
_LABEL = re.compile(
    r"\s*(?:(?:written\s|words\s|story\s|reported\s)?by|von|par|por|di|door|av|af|przez|authors?|auteure?|autore?s?|autorin"
    r"|autor(?:in/autor|/-?in|a/autor)?|автор|yazar|penulis|oleh|作者|記者|记者|執筆|기자)\s*:?\s*",
    re.IGNORECASE,
)
"""A line that says no more than that the next one names who wrote it."""
_NAME = r"(?!\w*\d)[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){1,3}"
_NAMES = re.compile(rf"{_NAME}(?: ?[/&] ?{_NAME})?")
_FIELDS = {"headline": "title", "datePublished": "published", "dateCreated": "published", "dateModified": "modified",
           "articleSection": "section", "author": "author"}  # fmt: skip


def visible(tree: Element, titles: Sequence[str]) -> Iterator[Found]:
    """Claims of headline (`html.h1`), microdata, byline and dates, in that order.

    `titles` is what the page's head calls it; of several headings the one that agrees is the headline.
    """
    page, heading = open_page(tree, titles)
    yield from _headings(page, heading)
    yield from _microdata(page)
    yield from _bylines(page)
    yield from date_claims(page)


def _headings(page: Page, heading: Node | None) -> Iterator[Found]:
    first = [heading] if heading is not None else []
    for node in [*first, *(each for each in page.at.values() if each.tag == "h1" and each is not heading)][:3]:
        if words := page.words(node).strip():
            yield found_claim("title", words, f"html.{node.tag}")


def _microdata(page: Page) -> Iterator[Found]:
    seen: set[str] = set()
    authors: list[tuple[bool, Found]] = []
    for node in page.nodes:
        element = node.element
        for name in (element.get("itemprop") or "").split():
            field = _FIELDS.get(name)
            if field is None or (field != "author" and name in seen):
                continue
            raw = element.get("content") or element.get("datetime") or element.get("title") or _name_in(node, page)
            owner = next((each for each in element.iterancestors() if each.get("itemscope") is not None), None)
            if owner is not None and _PICTURE.search(owner.get("itemtype") or ""):
                continue
            if raw.strip() and len(raw) <= 300:
                seen.add(name)
                claim = found_claim(field, raw, f"microdata.{name}")
                if name == "author":
                    authors.append((page.near(node.start), claim))
                else:
                    yield claim
    beside = any(near for near, _ in authors)  # the others then are of other articles
    yield from (claim for near, claim in authors if near or not beside)


def _name_in(node: Node, page: Page) -> str:
    for inner in node.element.iterdescendants():
        if inner in page.at and "name" in (inner.get("itemprop") or "").split():
            return inner.get("content") or page.words(page.at[inner])
    return page.words(node)


def _bylines(page: Page) -> Iterator[Found]:
    """Links with rel=author, elements whose class says byline, then short lines that begin with "By"."""
    taken: list[tuple[int, int]] = []
    near = [node for node in page.near_nodes() if 0 < node.end - node.start <= 2 * SHORT]
    anchors = [node for node in near if node.tag == "a"]
    for node in anchors:
        if "author" in (node.element.get("rel") or "").lower().split():
            yield from _byline(node, page, "html.rel-author", taken)
    for node in near:
        if node.names and _says_byline(node.names):
            yield from _byline(node, page, "html.byline", taken)
    for node in anchors:
        beside = -100 <= node.start - page.headline <= 500
        if beside and _AUTHOR_PAGE.search((node.element.get("href") or "")[:300]):
            yield from _byline(node, page, "html.author-link", taken)
    label = False
    for start, line in page.lines:
        if start < page.headline:
            continue
        if not page.near(start):
            break
        if label and len(line) <= SHORT:
            yield found_claim("author", line, "html.byline-below")
        label = len(line) <= SHORT and _LABEL.fullmatch(line) is not None
        if not label and len(line) <= SHORT and _is_by_line(line):
            yield found_claim("author", line, "html.byline-text")
    yield from _bold_name(near, page)


def _is_by_line(line: str) -> bool:
    """Whether a line can be "By" and names, and is no sentence that begins with the same word: "By Friday …"."""
    by = _BY.match(line)
    if by is None or (len(line.split()) >= _SENTENCE_WORDS and SENTENCE_END.search(line[-8:])):
        return False
    named = line[by.end() :].lstrip()
    return not named[:1].islower()


def _bold_name(near: Sequence[Node], page: Page) -> Iterator[Found]:
    """The name that has a paragraph to itself, in bold, before the article's first of some length, and does not come
    again: who is written about would."""
    for node in near:
        if node.tag not in ("strong", "b") or node.start < page.headline:
            continue
        words = page.words(node).strip()
        parent = page.at.get(node.element.getparent())
        if parent is None or parent.tag != "p" or page.words(parent).strip() != words or len(words) > 80:
            continue
        parts = words.split()
        capital = all(part[0].isupper() for part in re.split(r"[\s/&]+", words) if len(part) > 3)
        once = page.text.count(parts[-1], page.headline) == 1 if parts else False
        if once and capital and _NAMES.fullmatch(" ".join(parts)):
            prose = (start for start, line in page.lines if start >= page.headline and len(line) > SHORT)
            if node.start <= next(prose, node.start):
                yield found_claim("author", words, "html.bold-name")
        return


@lru_cache(maxsize=4096)
def _says_byline(names: str) -> bool:
    return _BYLINE_CLASS.search(names) is not None and not _NO_AUTHOR.search(names)


def _byline(node: Node, page: Page, origin: str, taken: list[tuple[int, int]]) -> Iterator[Found]:
    words = page.words(node).strip()
    if not words or len(words) > SHORT or any(a <= node.start < b for a, b in taken):
        return
    taken.append((node.start, node.end))
    links = [page.words(page.at[each]).strip() for each in node.element.iterdescendants("a") if each in page.at]
    named = [link for link in dict.fromkeys(links) if len(link.split()) >= 2] or _side_by_side(node, page, words)
    for each in named if len(named) >= 2 else [words]:
        yield found_claim("author", each, origin)


def _side_by_side(node: Node, page: Page, shown: str) -> list[str]:
    """The names of a byline that is nothing but names, each in an element of its own."""
    leaves = (page.at[each] for each in node.element.iterdescendants() if each in page.at and not len(each))
    named = [words for leaf in leaves if (words := page.words(leaf).strip())]
    alike = all(2 <= len(leaf.split()) <= 4 and leaf.istitle() for leaf in named)
    return named if alike and " ".join(named).split() == shown.split() else []
