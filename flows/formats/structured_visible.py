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
_SPACED = frozenset("a abbr b i small span strong time".split())
"""Inline elements that pages put side by side without white space: `<a>Ana Roe</a><time>3 May</time>`."""
_SILENT = frozenset("script style noscript template svg select textarea iframe head".split())
_ASIDE_TAGS = frozenset({"nav", "aside"})
_ASIDE = re.compile(
    r"(?:^|[\s_-])(?:comments?|commentlist|respond|related|sidebar|teasers?|recommend\w*|recirc\w*|popular"
    r"|trending|mostread|most|promo|newsletter|menu|navbar|breadcrumbs?|ticker|latest|upcoming|events?|cookie)"
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
_AUTHOR_PAGE = re.compile(
    r"/(?:authors?|autore?n?|auteurs?|by|profiles?|people|staff|contributors?|journalists?|columnists?|writers?|redakteure?)"
    r"[/=][^/?#]{3,}", re.IGNORECASE
)
_HATOM = re.compile(r"(?:^|\s)(?:published|updated|dtstart|timestamp|timeago|date)(?:$|\s)", re.IGNORECASE)
_PICTURE = re.compile(r"ImageObject|Comment|Review|VideoObject", re.IGNORECASE)
_PARTS = re.compile(r"\s*[|•·]\s*|\s[-–—/]\s")
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
            raw = element.get("content") or element.get("datetime") or element.get("title") or _name_in(element, page)
            owner = next((each for each in element.iterancestors() if each.get("itemscope") is not None), None)
            if owner is not None and _PICTURE.search(owner.get("itemtype") or ""):
                continue
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
    for element in elements:
        if element.tag == "a" and _AUTHOR_PAGE.search((element.get("href") or "")[:300]):
            yield from _byline(element, page, "html.author-link", taken)
    for start, line in _lines(page):
        if _BY.match(line) and len(line) <= SHORT and page.headline <= start and page.near(start):
            yield _found("author", line, "html.byline-text")


def _byline(element: HtmlElement, page: _Page, origin: str, taken: list[tuple[int, int]]) -> Iterator[Found]:
    start, end = page.spans[element]
    words = page.text[start:end].strip()
    if not words or len(words) > SHORT or not page.near(start) or any(a <= start < b for a, b in taken):
        return
    taken.append((start, end))
    links = [page.words(each).strip() for each in element.iterdescendants("a") if each in page.spans]
    named = [link for link in dict.fromkeys(links) if len(link.split()) >= 2]
    for each in named if len(named) >= 2 else [words]:
        yield _found("author", each, origin)


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
    line = page.text[max(0, start - 60) : start].rstrip().rpartition("\n")[2]
    if labelled := dates.role_of_label(line):
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
        stated = element.get("datetime") or element.get("data-datetime") or element.get("content") or ""
        if element.tag == "relative-time" or (element.tag in ("abbr", "span") and _HATOM.search(_names(element))):
            stated = stated or element.get("title") or ""
        elif element.tag != "time" and not element.get("data-datetime"):
            continue
        shown = page.words(element).strip()
        inside = dates.find(shown)
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
        spans = dates.find(line) or _in_parts(line)
        for span in spans:
            near = page.near(start + span.start)
            if span.role != "bare":
                yield start, _found(span.role, span.raw, "html.visible-date" if near else "html.labelled-date")
            elif near and (role := _label_above(page, start) or "published") != "other":
                yield start, _found(role, span.raw, "html.visible-date")


def _label_above(page: _Page, start: int) -> str | None:
    """The role of a label that has the line before to itself."""
    line = page.text[max(0, start - 60) : start].rstrip().rpartition("\n")[2]
    return dates.role_of_label(line) if len(line.split()) <= 4 else None


def _in_parts(line: str) -> list[dates.DateSpan]:
    """Dates of a line of parts, each of which may be nothing but a date: "By Ana Roe | 3 May 2026 | World"."""
    parts = _PARTS.split(line)
    return [span for part in parts for span in dates.find(part)] if len(parts) > 1 else []


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
