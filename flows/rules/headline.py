"""Structure rules for the head of an article: headline, standfirst, kicker."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.model import Format, Kind
from flows.rules.fold import letters
from flows.rules.marks import Mark, Marks, claim, claimed, unmoved, whole_mark
from flows.rules.page import Page

_TRAIL = re.compile(r"[A-Z][A-Z&' .-]{1,28}(?: ?[/>|›»] ?[A-Z][A-Z&' .-]{1,28}){1,3}")
_TRAIL_SEPARATOR = re.compile(r"\s*[/>|›»]\s*")
_TITLE_SUFFIX = re.compile(r"\s+[|·–—-]\s+|\s*\|\s*")
_ENDS = (".", "!", "?", "…", ":", ";", ",", "。", "！", "？", "।", "؟", "”", '"', "»")
_LONGEST_SENTENCE = 16
"""Words of a headline that ends in a full stop."""
_DATED = ("pubdate.", "byline.")


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
    """A line that is printed twice within the first lines of a dump, with only marked lines before it.

    A long sentence that is printed twice is the lede.  A page has better evidence of its headline than that.
    """
    if _has_title(page, taken) or page.document.format is Format.HTML:
        return
    first = next((i for i in range(len(page.views)) if i not in taken), len(page.views))
    for other in range(first + 1, min(first + 4, len(page.views))):
        seen = page.views[first]
        longest = _LONGEST_SENTENCE if seen.block.text.rstrip().endswith(_ENDS[:1]) else 40
        if first <= 5 and 4 <= seen.size <= longest and seen.letters == page.views[other].letters:
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


def dated_headline(page: Page, taken: Marks) -> Iterator[Mark]:
    """The line before a byline or date line, or after a kicker, in a text that names no title; a standfirst may stand
    between them, and is then marked as one."""
    if _has_title(page, taken) or page.document.format is not Format.TEXT:
        return
    index = next((i for i in range(len(page.views)) if i not in taken), len(page.views))
    if index > min(page.first, len(page.views) - 1):
        return
    seen = page.views[index]
    rules = [taken[i].rule if i in taken else "" for i in (index - 1, index + 1, index + 2)]
    if not 4 <= seen.size <= 40 or seen.block.text.rstrip().endswith(_ENDS[:1]):
        return
    if rules[0].startswith("kicker.") or rules[1].startswith(_DATED):
        yield claimed(page, index, "headline.before_date", "title")
    elif rules[2].startswith(_DATED) and not rules[1] and 8 <= page.views[index + 1].size <= 60:
        yield claimed(page, index, "headline.before_date", "title")
        yield unmoved(page, index + 1, "headline.standfirst", kind=Kind.STANDFIRST)


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
