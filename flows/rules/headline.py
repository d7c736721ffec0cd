"""Structure rules for the head of an article: headline, standfirst, kicker."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from flows.model import Format, Kind
from flows.rules.fold import letters
from flows.rules.likely_headline import CREDITS, LONGEST_STANDFIRST, UNFIT, likely_headline, stems
from flows.rules.marks import Mark, Marks, claim, claimed, unmoved, whole_mark
from flows.rules.page import Page, View

_TRAIL = re.compile(r"[A-Z][A-Z&' .-]{1,28}(?: ?[/>|›»] ?[A-Z][A-Z&' .-]{1,28}){1,3}")
_TRAIL_SEPARATOR = re.compile(r"\s*[/>|›»]\s*")
_TITLE_SUFFIX = re.compile(r"\s+[|·–—-]\s+|\s*\|\s*")
_ENDS = (".", "!", "?", "…", ":", ";", ",", "。", "！", "？", "।", "؟", "”", '"', "»")
_LONGEST_SENTENCE = 16
"""Words of a headline that ends in a full stop."""
BETWEEN = "byline.between"
_SHORTEST_STANDFIRST = 8
_FURNITURE = 6
"""Words of a line above the headline: a menu, the site's name, a section."""
_LATEST_ABOVE_CREDIT, _LATEST_OPENING = 5, 3
"""Lines above the headline of a text: where more stand above, a whole page was dumped, with headlines of other
stories."""
_LONGEST_OPENING = 12
_CLOSE = 6
_CLEARLY = 2
"""Words of the article that a line must have more than another one."""
_LONGEST_HEADLINE = 24
_FOREIGN = re.compile(r"[|©@]| / |://|www\.|\b(?:photo|foto)s?:|\w{4}[.!] \w")
"""What headlines do not have: signs of menus, captions and addresses, a second sentence."""


def headline(page: Page, taken: Marks) -> Iterator[Mark]:
    """Copies of the known title at the head; else the page's first heading of level 1."""
    title = page.known.title
    if title:
        wanted = {letters(title), letters(_TITLE_SUFFIX.split(title)[0])} - {""}
        least = min(map(len, wanted), default=0)
        for index, seen in enumerate(page.views[: max(page.first + 2, 5)]):
            if 2 <= seen.size <= 60 and len(seen.block.text) >= least and seen.letters in wanted:
                yield claimed(page, index, "headline.title", "title")
        return
    for index, seen in enumerate(page.views[: page.first + 1]):
        if seen.block.level == 1 and 3 <= seen.size <= 45 and seen.block.link_share < 0.5 and page.last >= 0:
            yield claimed(page, index, "headline.first", "title")
            return


def standfirst(page: Page, taken: Marks) -> Iterator[Mark]:
    """The block at the head that is the known summary, whole or cut short."""
    summary = letters(page.known.summary or "")
    if len(summary) < 20:
        return
    for index, seen in enumerate(page.views[: page.first + 2]):
        if len(seen.block.text) < len(summary):
            continue
        said = seen.letters
        same = said == summary or (len(summary) > 60 and said.startswith(summary) and len(said) < 1.5 * len(summary))
        if same and not (index in taken and taken[index].rule.startswith("headline")):
            yield unmoved(page, index, "headline.standfirst", kind=Kind.STANDFIRST)
            return


def repeated_headline(page: Page, taken: Marks) -> Iterator[Mark]:
    """A line that is printed twice within the first lines of a dump, with only marked lines before it, and has a word
    of the first paragraphs.

    A long sentence that is printed twice is the lede.  A page has better evidence of its headline than that.
    """
    if _has_title(page, taken) or page.document.format is Format.HTML:
        return
    first = _first_left(page, taken)
    for other in range(first + 1, min(first + 4, len(page.views))):
        seen = page.views[first]
        longest = _LONGEST_SENTENCE if seen.block.text.rstrip().endswith(_ENDS[:1]) else 40
        twice = 4 <= seen.size <= longest and seen.letters == page.views[other].letters
        if first <= 5 and twice and _echoes(page, first, 2):
            yield claimed(page, first, "headline.repeated", "title")
            yield whole_mark(page, other, "headline.repeated")
            return


def trail(page: Page, taken: Marks) -> Iterator[Mark]:
    """`SOURCE / COMPANIES`: labels in capitals with separators; the last one is the section."""
    for index, seen in enumerate(page.views[: min(page.first, 5)]):
        if seen.size <= 10 and len(seen.text) <= 90 and _TRAIL.fullmatch(seen.text):
            last = _TRAIL_SEPARATOR.split(seen.block.text.strip())[-1]
            at = (seen.block.text.rindex(last), len(last))
            yield whole_mark(page, index, "kicker.trail", (claim(page, index, "section", "text.kicker.trail", at),))
            return


def placed_headline(page: Page, taken: Marks) -> Iterator[Mark]:
    """In a text that names no title: the line above a credit line or below a kicker, the first line, or the one that
    most speaks for.

    A standfirst may stand between headline and credit line, or a name or place on a line of its own; what stands above
    the headline is the site's.
    """
    if _has_title(page, taken) or page.document.format is not Format.TEXT:
        return
    rule, found = "headline.before_date", _above_credit(page, taken) or _below_kicker(page, taken)
    if found is not None and found[0] > _LATEST_ABOVE_CREDIT:
        found = None
    if found is None and (index := _opening(page, taken)) is not None:
        yield claimed(page, index, "headline.opening", "title")
        return
    if found is None and (index := likely_headline(page, taken)) is not None:
        rule, found = "headline.likely", (index, _standfirst_below(page, taken, index))
    if found is None:
        return
    title, below = found
    yield claimed(page, title, rule, "title")
    if below is not None and page.views[below].size >= _SHORTEST_STANDFIRST:
        yield unmoved(page, below, "headline.standfirst", kind=Kind.STANDFIRST)
    for index in range(title):
        seen = page.views[index]
        if index not in taken and seen.size <= _FURNITURE and not seen.block.text.rstrip().endswith(_ENDS):
            yield whole_mark(page, index, "skip_nav.above")


def between(page: Page, taken: Marks) -> Iterator[Mark]:
    """A name or a place on a line of its own, between a headline and a credit line."""
    for index in range(1, min(page.head, len(page.views) - 1)):
        seen = page.views[index]
        if index in taken or not _can_be_name(seen):
            continue
        above, below = (taken[i].rule if i in taken else "" for i in (index - 1, index + 1))
        if above.startswith("headline.") and below.startswith(CREDITS):
            yield whole_mark(page, index, BETWEEN)


def _above_credit(page: Page, taken: Marks) -> tuple[int, int | None] | None:
    """The headline above the first credit line, and a line between them; of two that may be the headline the upper.
    Where a name stands below both, the upper may as well be a kicker: it must say clearly more of what the article
    does."""
    credit = next(
        (i for i in range(min(page.head, len(page.views))) if i in taken and taken[i].rule.startswith(CREDITS)), 0
    )
    above = list(itertools.takewhile(lambda i: i not in taken, range(credit - 1, max(credit - 4, -1), -1)))
    likely = [i for i in above if _headline_like(page, i)]
    named = len(above) == 3 and above[2] in likely and _can_be_name(page.views[above[0]])
    if named and _echoed(page, above[2]) >= _echoed(page, above[1]) + _CLEARLY:
        return above[2], above[1]
    if len(above) > 1 and above[1] in likely and page.views[above[0]].size <= LONGEST_STANDFIRST:
        return above[1], above[0]
    return (above[0], None) if above[:1] == likely[:1] and likely else None


def _can_be_name(seen: View) -> bool:
    """Whether a line is short and no sentence: a name, a place, a role."""
    return seen.size < _SHORTEST_STANDFIRST and not seen.block.text.rstrip().endswith(_ENDS)


def _standfirst_below(page: Page, taken: Marks, index: int) -> int | None:
    """The line between a headline and the credit line."""
    below, credit = index + 1, index + 2
    if below in taken or credit not in taken or not taken[credit].rule.startswith(CREDITS):
        return None
    return below if page.views[below].size <= LONGEST_STANDFIRST else None


def _below_kicker(page: Page, taken: Marks) -> tuple[int, int | None] | None:
    """The first line that is not marked, where a kicker stands above it."""
    index = _first_left(page, taken)
    if index > min(page.first, len(page.views) - 1) or not _headline_like(page, index):
        return None
    return (index, None) if index - 1 in taken and taken[index - 1].rule.startswith("kicker.") else None


def _opening(page: Page, taken: Marks) -> int | None:
    """The first line that is not marked, directly on the prose, which has three of its words."""
    index = _first_left(page, taken)
    on_prose = index + 1 == page.first or (not index and len(page.views) > 1 and page.views[1].prose)
    if not on_prose or index > _LATEST_OPENING or page.views[index].block.kind is not Kind.PARAGRAPH:
        return None
    return index if page.views[index].size <= _LONGEST_OPENING and _headline_like(page, index, 3) else None


def _first_left(page: Page, taken: Marks) -> int:
    return next((i for i in range(len(page.views)) if i not in taken), len(page.views))


def _headline_like(page: Page, index: int, echoed: int = 1) -> bool:
    """Whether a line can be a headline: no list entry, caption, address or menu, of one sentence, and with so many
    words that the article begins with."""
    seen = page.views[index]
    fit = 4 <= seen.size <= _LONGEST_HEADLINE and not seen.block.text.rstrip().endswith(UNFIT)
    plain = seen.block.kind is not Kind.LIST_ITEM and not _FOREIGN.search(seen.lower)
    return fit and plain and _echoes(page, index, echoed)


def _echoes(page: Page, index: int, least: int = 1) -> bool:
    """Whether a line has so many words of the first paragraphs of the article in it."""
    return _echoed(page, index) >= least


def _echoed(page: Page, index: int) -> int:
    """How many words of the first paragraphs a line has in it: of those of the main run of prose, and of those close
    below, since of short lines the main run may be a late one."""
    below = [seen for seen in page.views[index + 1 : index + 1 + _CLOSE] if seen.prose]
    said = {stem for seen in (*page.views[page.first : page.first + 3], *below[:3]) for stem in stems(seen.lower)}
    return len(said.intersection(stems(page.views[index].lower)))


def kicker(page: Page, taken: Marks) -> Iterator[Mark]:
    """The known section, or a short line directly on the headline or the standfirst."""
    section = letters(page.known.section or "")
    for index, seen in enumerate(page.views[: max(page.first, 0) + 1]):
        if seen.prose or "nav" in seen.block.hints or not 0 < seen.size <= 5 or seen.block.text.endswith(_ENDS[:4]):
            continue
        below = taken.get(index + 1)
        if section and len(seen.block.text) >= len(section) and seen.letters == section:
            yield claimed(page, index, "kicker.section", "kicker")
        elif below and below.rule in ("headline.standfirst", "headline.title", "headline.first") and index < 12:
            yield claimed(page, index, "kicker.above", "kicker")


def _has_title(page: Page, taken: Marks) -> bool:
    return bool(page.known.title) or any(found.field == "title" for mark in taken.values() for found in mark.found)
