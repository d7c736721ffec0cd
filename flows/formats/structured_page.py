"""The visible text of a page, where each element stands in it, and where its headline is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from flows.model import Found

NEAR_AFTER = 1500
"""Characters of visible text after the headline in which a date is taken for the article's."""
NEAR_BEFORE = 500
SHORT = 160
"""A line or element with more characters than this is prose, not a date line or byline."""
MAX_TEXT = 400_000

_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "br", "dd", "div", "dl", "dt", "fieldset", "figcaption",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p",
    "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
_SPACED = frozenset(["a", "abbr", "b", "i", "small", "span", "strong", "time"])
"""Inline elements that pages put side by side without white space: `<a>Ana Roe</a><time>3 May</time>`."""
_SILENT = frozenset(["script", "style", "noscript", "template", "svg", "select", "textarea", "iframe", "head"])
_ASIDE_TAGS = frozenset({"nav", "aside"})
_ASIDE = re.compile(
    r"(?:^|[\s_-])(?:comments?|commentlist|respond|related|sidebar|teasers?|recommend\w*|recirc\w*|popular"
    r"|trending|mostread|most|promo|newsletter|menu|navbar|breadcrumbs?|ticker|latest|upcoming|events?|cookie)"
    r"(?:$|[\s_-])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Page:
    """The visible text of a page, and where each element stands in it."""

    text: str
    spans: dict[HtmlElement, tuple[int, int]]
    headline: int
    """Where the headline ends; 0 without one."""
    around: frozenset[HtmlElement]
    """The headline's ancestors: nothing that holds the headline is a side column."""

    def words(self, element: HtmlElement) -> str:
        start, end = self.spans[element]
        return self.text[start:end]

    def near(self, position: int) -> bool:
        return self.headline - NEAR_BEFORE <= position <= self.headline + NEAR_AFTER


def open_page(tree: HtmlElement, titles: Sequence[str]) -> tuple[Page, HtmlElement | None]:
    """The page, and the heading that is its headline; `titles` are what the page's head calls it."""
    body = tree.find(".//body")
    text, spans = _flatten(tree if body is None else body)
    heading = _headline(text, spans, titles)
    page = Page(
        text=text,
        spans=spans,
        headline=spans[heading][1] if heading is not None else 0,
        around=frozenset(heading.iterancestors()) if heading is not None else frozenset(),
    )
    return page, heading


def _flatten(body: HtmlElement) -> tuple[str, dict[HtmlElement, tuple[int, int]]]:
    parts: list[str] = []
    length, silent = 0, 0
    starts: dict[HtmlElement, int] = {}
    spans: dict[HtmlElement, tuple[int, int]] = {}

    def add(words: str | None) -> None:
        nonlocal length
        if words and not silent:
            folded = re.sub(r"\s+", " ", words)
            parts.append(folded)
            length += len(folded)

    for event, element in etree.iterwalk(body, events=("start", "end", "comment", "pi")):
        if event in ("comment", "pi"):
            add(element.tail)
            continue
        block = element.tag in _BLOCKS
        if event == "start":
            if length > MAX_TEXT:
                break
            silent += element.tag in _SILENT
            if block and not silent:
                parts.append("\n")
                length += 1
            elif element.tag in _SPACED and parts and parts[-1][-1:].isalnum():
                add(" ")
            starts[element] = length
            spans[element] = (length, length)
            add(element.text)
        else:
            spans[element] = (starts.get(element, length), length)
            silent -= element.tag in _SILENT
            if block and not silent:
                parts.append("\n")
                length += 1
            elif element.tag in _SPACED and (element.tail or "")[:1].isalnum() and length > starts[element] + 1:
                add(" ")
            if element is not body:
                add(element.tail)
    return "".join(parts), {element: span for element, span in spans.items() if isinstance(element.tag, str)}


def _headline(
    text: str, spans: dict[HtmlElement, tuple[int, int]], titles: Sequence[str]
) -> HtmlElement | None:
    """The heading that agrees with the page's own title: an h1 if one does, else an h2, else the first h1."""
    headings = [element for element in spans if element.tag in ("h1", "h2") and text[slice(*spans[element])].strip()]
    wanted = [letters for title in titles if (letters := _letters(title))]
    for tag in ("h1", "h2"):
        for element in headings:
            words = _letters(text[slice(*spans[element])])
            if element.tag == tag and len(words) >= 8 and any(words in title or title in words for title in wanted):
                return element
    known = {word for title in titles for word in _words(title)}
    shared = [(len(known & set(_words(text[slice(*spans[each])]))), each) for each in headings if each.tag == "h1"]
    return max(shared, key=lambda entry: entry[0], default=(0, None))[1]


def _words(text: str) -> list[str]:
    return re.findall(r"\w{3,}", text.casefold())


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def aside(element: HtmlElement, page: Page) -> bool:
    for each in (element, *element.iterancestors()):
        if each.tag in ("body", "html", "main") or each in page.around:
            return False
        if each.tag in _ASIDE_TAGS or _ASIDE.search(class_names(each)):
            return True
    return False


def class_names(element: HtmlElement) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''}"[:400]


def lines(page: Page) -> Iterator[tuple[int, str]]:
    start = 0
    for line in page.text.split("\n"):
        if line.strip():
            yield start, line
        start += len(line) + 1


def found_claim(field: str, raw: str, origin: str) -> Found:
    return Found(field, " ".join(raw.split()), raw.strip(), origin)
