"""What a page shows about itself: headline, byline and date lines, microdata and `<time>`, by place and plain evidence.

Only what stands near the headline is taken at its word.  Dates in lists of other articles, comments and side columns
are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lxml.html import HtmlElement

from flows.formats.structured_dates import date_claims
from flows.formats.structured_page import SHORT, Page, aside, class_names, found_claim, lines, open_page
from flows.model import Found

_BYLINE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:byline|bylines|author|authors|auteur|autor|autore|autoren|writer|contributor|reporter)"
    r"(?:$|[\s_-](?:names?|link|links|title|list|info|by)?(?:$|[\s_-]))|(?:^|\s)(?:vcard|fn)(?:$|\s)"
    r"|(?:author|byline)_?name",
    re.IGNORECASE,
)
_NO_AUTHOR = re.compile(r"bio|avatar|image|img|photo|social|follow|box|about|description|comment", re.IGNORECASE)
_AUTHOR_PAGE = re.compile(
    r"/(?:authors?|autore?n?|auteurs?|by|profiles?|staff|contributors?|journalists?|columnists?|writers?|redakteure?)"
    r"[/=][^/?#]{3,}", re.IGNORECASE
)
_PICTURE = re.compile(r"ImageObject|Comment|Review|VideoObject", re.IGNORECASE)
_BY = re.compile(
    r"^\s*(?:written\s|words\s|story\s|reported\s)?(?:by|von|par|por|di|door|av|af|przez|автор)\b[\s:]", re.IGNORECASE
)


def visible(tree: HtmlElement, titles: Sequence[str]) -> Iterator[Found]:
    """Claims of headline (`html.h1`), microdata, byline and dates, in that order.

    `titles` is what the page's head calls it; of several headings the one that agrees is the headline.
    """
    page, heading = open_page(tree, titles)
    yield from _headings(page, heading)
    elements = [element for element in page.spans if not aside(element, page)]
    yield from _microdata(elements, page)
    yield from _bylines(elements, page)
    yield from date_claims(elements, page)


def _headings(page: Page, heading: HtmlElement | None) -> Iterator[Found]:
    first = [heading] if heading is not None else []
    for element in [*first, *(each for each in page.spans if each.tag == "h1" and each is not heading)][:3]:
        if words := page.words(element).strip():
            yield found_claim("title", words, f"html.{element.tag}")


def _microdata(elements: Sequence[HtmlElement], page: Page) -> Iterator[Found]:
    fields = {"headline": "title", "datePublished": "published", "dateCreated": "published", "dateModified": "modified",
              "articleSection": "section", "author": "author"}  # fmt: skip
    seen: set[str] = set()
    for element in elements:
        for name in (element.get("itemprop") or "").split():
            field = fields.get(name)
            if field is None or (field != "author" and name in seen):
                continue
            raw = element.get("content") or element.get("datetime") or element.get("title") or _name_in(element, page)
            owner = next((each for each in element.iterancestors() if each.get("itemscope") is not None), None)
            if owner is not None and _PICTURE.search(owner.get("itemtype") or ""):
                continue
            if raw.strip() and len(raw) <= 300:
                seen.add(name)
                yield found_claim(field, raw, f"microdata.{name}")


def _name_in(element: HtmlElement, page: Page) -> str:
    for inner in element.iterdescendants():
        if inner in page.spans and "name" in (inner.get("itemprop") or "").split():
            return inner.get("content") or page.words(inner)
    return page.words(element)


def _bylines(elements: Sequence[HtmlElement], page: Page) -> Iterator[Found]:
    """Links with rel=author, elements whose class says byline, then short lines that begin with "By"."""
    taken: list[tuple[int, int]] = []
    for element in elements:
        if "author" in (element.get("rel") or "").lower().split():
            yield from _byline(element, page, "html.rel-author", taken)
    for element in elements:
        names = class_names(element)
        if _BYLINE_CLASS.search(names) and not _NO_AUTHOR.search(names):
            yield from _byline(element, page, "html.byline", taken)
    for element in elements:
        beside = -100 <= page.spans[element][0] - page.headline <= 500
        if element.tag == "a" and beside and _AUTHOR_PAGE.search((element.get("href") or "")[:300]):
            yield from _byline(element, page, "html.author-link", taken)
    for start, line in lines(page):
        if _BY.match(line) and len(line) <= SHORT and page.headline <= start and page.near(start):
            yield found_claim("author", line, "html.byline-text")


def _byline(element: HtmlElement, page: Page, origin: str, taken: list[tuple[int, int]]) -> Iterator[Found]:
    start, end = page.spans[element]
    words = page.text[start:end].strip()
    if not words or len(words) > SHORT or not page.near(start) or any(a <= start < b for a, b in taken):
        return
    taken.append((start, end))
    links = [page.words(each).strip() for each in element.iterdescendants("a") if each in page.spans]
    named = [link for link in dict.fromkeys(links) if len(link.split()) >= 2]
    for each in named if len(named) >= 2 else [words]:
        yield found_claim("author", each, origin)
