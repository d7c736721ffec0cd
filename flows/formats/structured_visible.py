"""What a page shows about itself: headline, byline and date lines, microdata and `<time>`, by place and plain evidence.

Only what stands near the headline is taken at its word.  Dates in lists of other articles, comments and side columns
are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from flows import dates
from flows.model import Found

NEAR_AFTER = 1500
"""Characters of visible text after the headline in which a date is taken for the article's."""
NEAR_BEFORE = 500
SHORT = 160
"""A line or element with more characters than this is prose, not a date line or byline."""
MAX_TEXT = 400_000

_BLOCKS = frozenset(
    "address article aside blockquote body br dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 "
    "header hr li main nav ol p pre section table tbody td tfoot th thead tr ul".split()
)
_SILENT = frozenset("script style noscript template svg select textarea iframe head".split())
_ASIDE_TAGS = frozenset({"nav", "aside", "footer"})
_ASIDE = re.compile(
    r"(?:^|[\s_-])(?:comments?|commentlist|respond|related|sidebar|widgets?|teasers?|recommend\w*|recirc\w*|popular"
    r"|trending|mostread|most|promo|newsletter|footer|menu|navbar|breadcrumbs?|ticker|latest|upcoming|events?|cookie)"
    r"(?:$|[\s_-])",
    re.IGNORECASE,
)
_DATE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:date|dates|datum|fecha|published|publish|publication|pubdate|posted|timestamp|datetime|dateline"
    r"|time|updated|modified|entry-date|postdate|meta|byline|info|created)(?:$|[\s_-])"
    r"|(?:publish|post|article|entry|created|update|modified)_?(?:Date|Time|ed)|date",
    re.IGNORECASE,
)
_MODIFIED = re.compile(r"updated?(?:$|[\s_-])|modified|lastmod|update(?:Time|Date)|dateModified", re.IGNORECASE)
_PUBLISHED = re.compile(r"publish|pubdate|posted|created|entry-date", re.IGNORECASE)
_BYLINE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:byline|bylines|author|authors|auteur|autor|autore|autoren|writer|contributor|reporter)"
    r"(?:$|[\s_-](?:names?|link|links|title|list|info|by)?(?:$|[\s_-]))|(?:^|\s)(?:vcard|fn)(?:$|\s)"
    r"|(?:author|byline)_?name",
    re.IGNORECASE,
)
_NO_AUTHOR = re.compile(r"bio|avatar|image|img|photo|social|follow|box|about|description|comment", re.IGNORECASE)
_BY = re.compile(r"^\s*(?:written\s|words\s|story\s|reported\s)?(?:by|von|par|por|di|door|av|af|przez|автор)\b[\s:]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Page:
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


def visible(tree: HtmlElement, titles: Sequence[str]) -> Iterator[Found]:
    """Claims of headline (`html.h1`), microdata, byline and dates, in that order.

    `titles` is what the page's head calls it; of several headings the one that agrees is the headline.
    """
    body = tree.find(".//body")
    text, spans = _flatten(tree if body is None else body)
    heading = _headline(text, spans, titles)
    page = _Page(
        text=text,
        spans=spans,
        headline=spans[heading][1] if heading is not None else 0,
        around=frozenset(heading.iterancestors()) if heading is not None else frozenset(),
    )
    yield from _headings(page, heading)
    elements = [element for element in spans if not _aside(element, page)]
    yield from _microdata(elements, page)
    yield from _bylines(elements, page)
    yield from _dates(elements, page)


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
            starts[element] = length
            spans[element] = (length, length)
            add(element.text)
        else:
            spans[element] = (starts.get(element, length), length)
            silent -= element.tag in _SILENT
            if block and not silent:
                parts.append("\n")
                length += 1
            if element is not body:
                add(element.tail)
    return "".join(parts), {element: span for element, span in spans.items() if isinstance(element.tag, str)}


def _headline(
    text: str, spans: dict[HtmlElement, tuple[int, int]], titles: Sequence[str]
) -> HtmlElement | None:
    headings = [element for element in spans if element.tag in ("h1", "h2") and text[slice(*spans[element])].strip()]
    wanted = [_letters(title) for title in titles]
    for element in headings:
        words = _letters(text[slice(*spans[element])])
        if len(words) >= 8 and any(words in title or title in words for title in wanted if title):
            return element
    return next((element for element in headings if element.tag == "h1"), None)


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _headings(page: _Page, heading: HtmlElement | None) -> Iterator[Found]:
    first = [heading] if heading is not None else []
    for element in [*first, *(each for each in page.spans if each.tag == "h1" and each is not heading)][:3]:
        if words := page.words(element).strip():
            yield _found("title", words, f"html.{element.tag}")


def _aside(element: HtmlElement, page: _Page) -> bool:
    for each in (element, *element.iterancestors()):
        if each.tag in ("body", "html", "main") or each in page.around:
            return False
        if each.tag in _ASIDE_TAGS or _ASIDE.search(_names(each)):
            return True
    return False


def _names(element: HtmlElement) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''}"[:400]


# ------------------------------------------------------------------------------------------- microdata and bylines


def _microdata(elements: Sequence[HtmlElement], page: _Page) -> Iterator[Found]:
    fields = {"headline": "title", "datePublished": "published", "dateCreated": "published", "dateModified": "modified",
              "articleSection": "section", "author": "author"}  # fmt: skip
    seen: set[str] = set()
    for element in elements:
        for name in (element.get("itemprop") or "").split():
            field = fields.get(name)
            if field is None or (field != "author" and name in seen):
                continue
            raw = element.get("content") or element.get("datetime") or _name_in(element, page)
            if raw.strip() and len(raw) <= 300:
                seen.add(name)
                yield _found(field, raw, f"microdata.{name}")


def _name_in(element: HtmlElement, page: _Page) -> str:
    for inner in element.iterdescendants():
        if inner in page.spans and "name" in (inner.get("itemprop") or "").split():
            return inner.get("content") or page.words(inner)
    return page.words(element)


def _bylines(elements: Sequence[HtmlElement], page: _Page) -> Iterator[Found]:
    """Links with rel=author, elements whose class says byline, then short lines that begin with "By"."""
    taken: list[tuple[int, int]] = []
    for element in elements:
        if "author" in (element.get("rel") or "").lower().split():
            yield from _byline(element, page, "html.rel-author", taken)
    for element in elements:
        names = _names(element)
        if _BYLINE_CLASS.search(names) and not _NO_AUTHOR.search(names):
            yield from _byline(element, page, "html.byline", taken)
    for start, line in _lines(page):
        if _BY.match(line) and len(line) <= SHORT and page.headline <= start and page.near(start):
            yield _found("author", line, "html.byline-text")


def _byline(element: HtmlElement, page: _Page, origin: str, taken: list[tuple[int, int]]) -> Iterator[Found]:
    start, end = page.spans[element]
    words = page.text[start:end].strip()
    if not words or len(words) > SHORT or not page.near(start) or any(a <= start < b for a, b in taken):
        return
    taken.append((start, end))
    yield _found("author", words, origin)


# ----------------------------------------------------------------------------------------------------------- dates


def _dates(elements: Sequence[HtmlElement], page: _Page) -> Iterator[Found]:
    """`<time>`, elements whose class says date, and date lines; those near the headline first, after it before."""
    found = [*_times(elements, page), *_date_elements(elements, page), *_date_lines(elements, page)]
    for position, claim in sorted(found, key=lambda entry: _distance(entry[0], page)):
        if page.near(position):
            yield claim
        elif claim.origin == "html.labelled-date":
            yield _found(claim.field, claim.raw, "html.date-elsewhere")


def _distance(position: int, page: _Page) -> int:
    return position - page.headline if position >= page.headline else 3 * (page.headline - position)


def _role(element: HtmlElement, page: _Page) -> str:
    start, _ = page.spans[element]
    labelled = dates.role_of_label(page.text[max(0, start - 40) : start].rpartition("\n")[2])
    if labelled:
        return labelled
    own = " ".join((_names(element), element.get("itemprop") or "", element.get("data-testid") or ""))
    parent = element.getparent()
    around = _names(parent) if parent is not None else ""
    if element.get("pubdate") is not None or _PUBLISHED.search(own):
        return "published"
    if _MODIFIED.search(own) or (_MODIFIED.search(around) and not _PUBLISHED.search(around)):
        return "modified"
    return "published"


def _times(elements: Sequence[HtmlElement], page: _Page) -> Iterator[tuple[int, Found]]:
    for element in elements:
        if element.tag != "time" and not element.get("data-datetime"):
            continue
        shown = page.words(element).strip()
        inside = dates.find(shown)
        stated = element.get("datetime") or element.get("data-datetime") or element.get("content") or ""
        raw = stated if dates.states_a_day(stated) else shown
        role = inside[0].role if len(inside) == 1 and inside[0].role != "bare" else _role(element, page)
        if role != "other" and len(raw) <= SHORT and dates.states_a_day(raw):
            yield page.spans[element][0], _found(role, raw, "html.time")


def _date_elements(elements: Sequence[HtmlElement], page: _Page) -> Iterator[tuple[int, Found]]:
    for element in elements:
        start, end = page.spans[element]
        if element.tag == "time" or not 6 <= end - start <= SHORT or not page.near(start):
            continue
        if not _DATE_CLASS.search(f"{_names(element)} {element.get('itemprop') or ''}"):
            continue
        words = page.words(element).strip()
        if not dates.states_a_day(words):
            continue
        spans = [span for line in words.split("\n") for span in dates.find(line)]
        labelled = [span for span in spans if span.role != "bare"]
        for span in labelled:
            yield start, _found(span.role, span.raw, "html.visible-date")
        if not labelled and (role := _role(element, page)) != "other":
            yield start, _found(role, words, "html.visible-date")


def _date_lines(elements: Sequence[HtmlElement], page: _Page) -> Iterator[tuple[int, Found]]:
    blocked = _blocked(elements, page)
    for start, line in _lines(page):
        if len(line) > SHORT or not re.search(r"\d", line) or any(a <= start < b for a, b in blocked):
            continue
        for span in dates.find(line):
            if span.role != "bare":
                near = page.near(start + span.start)
                yield start, _found(span.role, span.raw, "html.visible-date" if near else "html.labelled-date")
            elif page.near(start):
                yield start, _found("published", span.raw, "html.visible-date")


def _blocked(elements: Sequence[HtmlElement], page: _Page) -> list[tuple[int, int]]:
    """Spans of the outermost elements that stand aside."""
    open_ones = set(elements)
    blocked: list[tuple[int, int]] = []
    for element, span in page.spans.items():
        if element not in open_ones and not (blocked and blocked[-1][0] <= span[0] and span[1] <= blocked[-1][1]):
            blocked.append(span)
    return blocked


def _lines(page: _Page) -> Iterator[tuple[int, str]]:
    start = 0
    for line in page.text.split("\n"):
        if line.strip():
            yield start, line
        start += len(line) + 1


def _found(field: str, raw: str, origin: str) -> Found:
    return Found(field, " ".join(raw.split()), raw.strip(), origin)
