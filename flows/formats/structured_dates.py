"""Dates that a page shows: `<time>`, elements whose class says date, and date lines near the headline."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lxml.html import HtmlElement

from flows import dates
from flows.formats.structured_page import SHORT, Page, class_names, found_claim, lines
from flows.model import Found

_DATE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:date|dates|datum|fecha|published|publish|publication|pubdate|posted|timestamp|datetime|dateline"
    r"|time|updated|modified|entry-date|postdate|meta|byline|info|created)(?:$|[\s_-])"
    r"|(?:publish|post|article|entry|created|update|modified)_?(?:Date|Time|ed)|date",
    re.IGNORECASE,
)
_MODIFIED = re.compile(r"updated?(?:$|[\s_-])|modified|lastmod|update(?:Time|Date)|dateModified", re.IGNORECASE)
_PUBLISHED = re.compile(r"publish|pubdate|posted|created|entry-date", re.IGNORECASE)
_HATOM = re.compile(r"(?:^|\s)(?:published|updated|dtstart|timestamp|timeago|date)(?:$|\s)", re.IGNORECASE)
_DATELINE = re.compile(
    r"(?:[A-ZÄÖÜÉ][\w./-]+(?:\s[\w./-]+){0,2},?\s)?[\[(]?(?P<date>\d[^()\[\]|–—„“\"]{5,22}?\d{4}|\d{4}-\d\d-\d\d)"
    r"(?:[\])]|\s[–—|-]|\s[„“\"«])"
)
_PARTS = re.compile(r"\s*[|•·]\s*|\s[-–—/]\s")


def date_claims(elements: Sequence[HtmlElement], page: Page) -> Iterator[Found]:
    """Dates near the headline, the nearest first; then labelled dates elsewhere, and the only day of a whole page."""
    found = [*_times(elements, page), *_date_elements(elements, page), *_date_lines(elements, page)]
    near = [entry for entry in found if page.near(entry[0])]
    far = [claim for position, claim in found if not page.near(position)]
    for _, claim in sorted(near, key=lambda entry: _distance(entry[0], page)):
        yield claim
    yield from _datelines(elements, page)
    for claim in far:
        if claim.origin == "html.labelled-date":
            yield found_claim(claim.field, claim.raw, "html.date-elsewhere")
    others = [claim for claim in far if claim.origin != "html.labelled-date" and claim.field == "published"]
    if others and not near and len({dates.days(claim.raw) for claim in others}) == 1:
        yield found_claim("published", others[0].raw, "html.only-date")


def _datelines(elements: Sequence[HtmlElement], page: Page) -> Iterator[Found]:
    """A whole date that opens the first paragraphs, as press releases have it: "Berlin, 28.10.2021 – …"."""
    opening = [line.strip() for start, line in lines(page) if start >= page.headline and len(line) > SHORT][:2]
    for line in opening:
        if match := _DATELINE.match(line):
            found = dates.days(match["date"])
            if len(found) == 1:
                yield found_claim("published", match["date"], "html.dateline")


def _distance(position: int, page: Page) -> int:
    return position - page.headline if position >= page.headline else 3 * (page.headline - position)


def _role(element: HtmlElement, page: Page) -> str:
    start, _ = page.spans[element]
    line = page.text[max(0, start - 60) : start].rstrip().rpartition("\n")[2]
    if labelled := dates.role_of_label(line):
        return labelled
    own = " ".join((class_names(element), element.get("itemprop") or "", element.get("data-testid") or ""))
    parent = element.getparent()
    around = class_names(parent) if parent is not None else ""
    if element.get("pubdate") is not None or _PUBLISHED.search(own):
        return "published"
    if _MODIFIED.search(own) or (_MODIFIED.search(around) and not _PUBLISHED.search(around)):
        return "modified"
    return "published"


def _times(elements: Sequence[HtmlElement], page: Page) -> Iterator[tuple[int, Found]]:
    for element in elements:
        stated = element.get("datetime") or element.get("data-datetime") or element.get("content") or ""
        if element.tag == "relative-time" or (element.tag in ("abbr", "span") and _HATOM.search(class_names(element))):
            stated = stated or element.get("title") or ""
        elif element.tag != "time" and not element.get("data-datetime"):
            continue
        shown = page.words(element).strip()
        inside = dates.find(shown)
        raw = stated if dates.states_a_day(stated) else shown
        role = inside[0].role if len(inside) == 1 and inside[0].role != "bare" else _role(element, page)
        if role != "other" and len(raw) <= SHORT and dates.states_a_day(raw):
            yield page.spans[element][0], found_claim(role, raw, "html.time")


def _date_elements(elements: Sequence[HtmlElement], page: Page) -> Iterator[tuple[int, Found]]:
    for element in elements:
        start, end = page.spans[element]
        if element.tag == "time" or not 6 <= end - start <= SHORT:
            continue
        if not _DATE_CLASS.search(f"{class_names(element)} {element.get('itemprop') or ''}"):
            continue
        words = page.words(element).strip()
        if not dates.states_a_day(words):
            continue
        spans = [span for line in words.split("\n") for span in dates.find(line)]
        labelled = [span for span in spans if span.role != "bare"]
        for span in labelled:
            yield start, found_claim(span.role, span.raw, "html.visible-date")
        if not labelled and (role := _role(element, page)) != "other":
            yield start, found_claim(role, words, "html.visible-date")


def _date_lines(elements: Sequence[HtmlElement], page: Page) -> Iterator[tuple[int, Found]]:
    blocked = _blocked(elements, page)
    for start, line in lines(page):
        if len(line) > SHORT or not re.search(r"\d", line) or any(a <= start < b for a, b in blocked):
            continue
        spans = dates.find(line) or _in_parts(line)
        for span in spans:
            near = page.near(start + span.start)
            if span.role != "bare":
                yield start, found_claim(span.role, span.raw, "html.visible-date" if near else "html.labelled-date")
            elif near and (role := _label_above(page, start) or "published") != "other":
                yield start, found_claim(role, span.raw, "html.visible-date")


def _label_above(page: Page, start: int) -> str | None:
    """The role of a label that has the line before to itself."""
    line = page.text[max(0, start - 60) : start].rstrip().rpartition("\n")[2]
    return dates.role_of_label(line) if len(line.split()) <= 4 else None


def _in_parts(line: str) -> list[dates.DateSpan]:
    """Dates of a line of parts, each of which may be nothing but a date: "By Ana Roe | 3 May 2026 | World"."""
    parts = _PARTS.split(line)
    return [span for part in parts for span in dates.find(part)] if len(parts) > 1 else []


def _blocked(elements: Sequence[HtmlElement], page: Page) -> list[tuple[int, int]]:
    """Spans of the outermost elements that stand aside."""
    open_ones = set(elements)
    blocked: list[tuple[int, int]] = []
    for element, span in page.spans.items():
        if element not in open_ones and not (blocked and blocked[-1][0] <= span[0] and span[1] <= blocked[-1][1]):
            blocked.append(span)
    return blocked
