"""Dates that a page shows: `<time>`, elements whose class says date, and date lines near the headline."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice

from flows import dates
from flows.formats.html_elements import SUBHEADINGS
from flows.formats.structured_page import SHORT, Node, Page, class_names, found_claim
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
    r"(?:[A-ZÄÖÜÉ][\w./-]+(?:\s[\w./-]+){0,2},?\s)?[\[(]?(?P<date>\d[^()\[\]|–—„“\"]{5,22}?\d{4}|\d{4}-\d\d-\d\d"
    r"|\d\d?\.\d\d?\.\d\d)"
    r"(?:[\])]|\s[–—|-]|\s[„“\"«])"
)
_BY = re.compile(r"\s*(?:(?:written|posted|published|reported)\s)?(?:by|von|par|por|di|door|av|af)\b", re.IGNORECASE)
_AS_OF = re.compile(r"\bStand(?:\s+vom)?[\s:–-]*$")
_RANGE = re.compile(
    r"\d\.?\s?[-–—]\s?\d{1,2}\.?\s[^\W\d_]|\d{4}\s?[-–—]\s?\d(?!\d?[:.]\d\d(?!\d|\.))"
    r"|\d{4}\s?[-–—]\s?[^\W\d_]{3,12}\.?\s\d{1,2},\s\d{4}"
)
"""Two days with a dash between them: when something lasts."""
_LABEL_WORDS = 4
_FACTS = 3
"""Rows of a table of facts, at least."""
_PARTS = re.compile(r"\s*[|•·]\s*|\s(?:[-–—](?!\s\d?\d[:.]\d\d(?!\d|\.))|//?)\s")


ABOVE = 60
"""A weekday and date that stand this many characters above the headline may be the day the page was fetched."""
CLOSE = 400
"""Characters from the headline in which a relative time is the article's: lists of other stories are full of them."""
_DAY = re.compile(r"[^\W\d_]{2,12}[.,]?\s.{6,24}$")


def date_claims(page: Page) -> Iterator[Found]:
    """Dates near the headline, the nearest first; then labelled dates elsewhere, and the only day of a whole page."""
    found = [*_times(page.near_nodes(), page), *_date_elements(page.near_nodes(), page), *_date_lines(page)]
    others = _day_headings(page) | _facts(page)
    found = [(at, claim) for at, claim in found if at not in others]
    near = [entry for entry in found if page.near(entry[0])]
    above = [(at, claim) for at, claim in near if at < page.opening - ABOVE and claim.origin == "html.visible-date"]
    today = {day for at, claim in above if _DAY.match(page.line_from(at)) for day in dates.days(claim.value)}
    for at, claim in sorted(near, key=lambda entry: _distance(entry[0], page)):
        fetched = (at, claim) in above and not today.isdisjoint(dates.days(claim.value))
        yield found_claim(claim.field, claim.raw, "html.date-above") if fetched else claim
    yield from _relative(page)
    yield from _datelines(page)
    for position, claim in found:
        if not page.near(position) and claim.origin == "html.labelled-date":
            yield found_claim(claim.field, claim.raw, "html.date-elsewhere")
    if not near:
        far = [*_times(page.nodes, page), *_date_elements(page.nodes, page), *_bare_lines(page)]
        left = [claim for at, claim in far if claim.field == "published" and at not in others]
        if left and len({dates.days(claim.raw) for claim in left}) == 1:
            yield found_claim("published", left[0].raw, "html.only-date")


def _day_headings(page: Page) -> frozenset[int]:
    """Where the headings below the headline begin that are days, if there are several: those of a diary, a programme, a
    chronicle."""
    found = [
        page.text.find(words, node.start)
        for node in page.nodes
        if node.tag in SUBHEADINGS and node.start >= page.headline and dates.find(words := page.words(node).strip())
    ]
    return frozenset(found) if len(found) > 1 else frozenset()


def _facts(page: Page) -> frozenset[int]:
    """Where the values begin in tables of facts about somebody or something: "Born | July 2, 1934"."""
    found: set[int] = set()
    for table in page.nodes:
        if table.tag != "table" or not page.may_date(table.start, table.end):
            continue
        rows = [[page.at[cell] for cell in row if cell in page.at] for row in table.element.iter("tr")]
        if len(rows) < _FACTS or any(len(row) != 2 or row[1].end - row[1].start > SHORT for row in rows):
            continue
        for name, value in rows:
            if dates.role_of_label(page.words(name).strip()) in (None, "other"):
                found.update((value.start, page.text.find(page.words(value).strip(), value.start)))
    return frozenset(found)


def _relative(page: Page) -> Iterator[Found]:
    """The first relative time at the headline ("2 hours ago"), labelled or in a line or part of its own."""
    for start, line in page.lines:
        if page.opening - CLOSE <= start <= page.headline + CLOSE and (ago := dates.find_ago(line.strip())):
            words = line.strip()
            role = dates.role_of_label(words[: ago.start])
            if role in ("published", "modified") or (role is None and dates.stands_alone(words, ago)):
                yield found_claim(role or "published", words[ago.start : ago.end], "html.relative")
                return


def _datelines(page: Page) -> Iterator[Found]:
    """A whole date that opens the first paragraphs, as press releases have it: "Berlin, 28.10.2021 – …"."""
    paragraphs = (line.strip() for start, line in page.lines if start >= page.headline and len(line) > SHORT)
    for line in islice(paragraphs, 2):
        if match := _DATELINE.match(line):
            found = dates.days(match["date"])
            if len(found) == 1:
                yield found_claim("published", match["date"], "html.dateline")


def _distance(position: int, page: Page) -> int:
    return position - page.headline if position >= page.headline else 3 * (page.headline - position)


def _role(node: Node, page: Page) -> str:
    line = page.text[max(0, node.start - 60) : node.start].rstrip().rpartition("\n")[2]
    if labelled := dates.role_of_label(line):
        return labelled
    element = node.element
    own = " ".join((node.names, element.get("itemprop") or "", element.get("data-testid") or ""))
    parent = element.getparent()
    around = class_names(parent) if parent is not None else ""
    if element.get("pubdate") is not None or _PUBLISHED.search(own):
        return "published"
    if _MODIFIED.search(own) or (_MODIFIED.search(around) and not _PUBLISHED.search(around)):
        return "modified"
    return "published"


def _times(nodes: Sequence[Node], page: Page) -> Iterator[tuple[int, Found]]:
    for node in nodes:
        element = node.element
        titled = node.tag == "relative-time" or (node.tag in ("abbr", "span") and _says_time(node.names))
        if not titled and node.tag != "time" and not element.get("data-datetime"):
            continue
        stated = element.get("datetime") or element.get("data-datetime") or element.get("content") or ""
        if titled:
            stated = stated or element.get("title") or ""
        shown = page.words(node).strip()
        inside = dates.find(shown)
        raw = stated if dates.states_a_day(stated) else shown
        role = inside[0].role if len(inside) == 1 and inside[0].role != "bare" else _role(node, page)
        if role != "other" and len(raw) <= SHORT and dates.states_a_day(raw):
            yield node.start, found_claim(role, raw, "html.time")


@lru_cache(maxsize=4096)
def _says_time(names: str) -> bool:
    return _HATOM.search(names) is not None


@lru_cache(maxsize=4096)
def _says_date(names: str) -> bool:
    return _DATE_CLASS.search(names) is not None


def _date_elements(nodes: Sequence[Node], page: Page) -> Iterator[tuple[int, Found]]:
    for node in nodes:
        if node.tag == "time" or not 6 <= node.end - node.start <= SHORT or not page.may_date(node.start, node.end):
            continue
        if not _says_date(f"{node.names} {node.element.get('itemprop') or ''}"):
            continue
        words = page.words(node).strip()
        if not dates.states_a_day(words):
            continue
        spans = [span for line in words.split("\n") for span in dates.find(line)]
        labelled = [span for span in spans if span.role != "bare"]
        for span in labelled:
            yield node.start, found_claim(span.role, span.raw, "html.visible-date")
        if not labelled and (role := _role(node, page)) != "other":
            start, end = next(iter(dates.whole_dates(words)), (0, len(words)))
            yield node.start, found_claim(role, words[start:end], "html.visible-date")


def _date_lines(page: Page) -> Iterator[tuple[int, Found]]:
    for start, line in page.lines:
        if len(line) > SHORT or not page.may_date(start, start + len(line)):
            continue
        if _RANGE.search(line) or _announced(page, start):
            continue
        spans = dates.find(line) or _in_parts(line)
        for span in spans:
            near = page.near(start + span.start)
            above = _label_above(page, start) if span.role == "bare" else None
            if span.role != "bare":
                yield start, found_claim(span.role, span.raw, "html.visible-date" if near else "html.labelled-date")
            elif near and above != "other":
                yield start, found_claim(above or "published", span.raw, "html.visible-date")
            elif above in ("published", "modified"):
                yield start, found_claim(above, span.raw, "html.labelled-date")
            if near and _AS_OF.search(line[: span.start]):
                yield start, found_claim("published", span.raw, "html.as-of")
        if not spans and page.near(start) and (raw := _beside(line)):
            yield start, found_claim("published", raw, "html.date-beside")


def _bare_lines(page: Page) -> Iterator[tuple[int, Found]]:
    for start, line in page.lines:
        short = len(line) <= SHORT and page.may_date(start, start + len(line))
        if short and _label_above(page, start) != "other" and not _announced(page, start):
            for span in dates.find(line):
                if span.role == "bare":
                    yield start, found_claim("published", span.raw, "html.visible-date")


def _beside(line: str) -> str | None:
    """The only date of a line that it opens with a few words behind it, or of a byline: "By Ana Roe on 3 May 2026"."""
    found = dates.whole_dates(line)
    if len(found) != 1 or _RANGE.search(line):
        return None
    start, end = found[0]
    opens = len(re.findall(r"\w+", line[:start])) <= 1 and len(re.findall(r"\w+", line[end:])) <= 4
    return line[start:end] if opens or (_BY.match(line) and len(line[:start].split()) <= 10) else None


def _announced(page: Page, start: int) -> bool:
    """Whether the line before ends in a colon and is no label: what follows is a letter, a log, a document."""
    line = page.text[max(0, start - SHORT) : start].rstrip().rpartition("\n")[2]
    return line.endswith((":", "：")) and len(line.split()) > _LABEL_WORDS


def _label_above(page: Page, start: int) -> str | None:
    """The role of a label that has the line before to itself."""
    line = page.text[max(0, start - 60) : start].rstrip().rpartition("\n")[2]
    return dates.role_of_label(line) if len(line.split()) <= _LABEL_WORDS else None


def _in_parts(line: str) -> list[dates.DateSpan]:
    """Dates of a line of parts, each of which may be nothing but a date: "By Ana Roe | 3 May 2026 - 10:05 | World"."""
    parts = _PARTS.split(line) if not _RANGE.search(line) else []
    return [span for part in parts for span in dates.find(part)] if len(parts) > 1 else []
