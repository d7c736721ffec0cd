"""What stands at the head of a page and is not the article's: the byline of another story, the day of the visit."""

from __future__ import annotations

import re

from flows.model import Format, Kind
from flows.rules.catalogue import expression
from flows.rules.headline import BETWEEN
from flows.rules.likely_headline import CREDITS
from flows.rules.marks import Mark, Marks
from flows.rules.page import Page, View

_DATE_NEAR = 8
"""A date without a label is believed if it stands at most this many blocks before the prose, or after the headline."""
_AT_THE_HEAD, _PARAGRAPH_BELOW = 6, 3
"""… or, among so many first blocks, at most this many before a paragraph that no rule knows."""
_ABOVE_HEADLINE = 4
"""Blocks above the headline in which its own section, day and author may stand."""
_LABEL_WORDS, _DAY_WORDS = 4, 8
_DIGIT = re.compile(r"\d")


def unclaimed(page: Page, taken: Marks) -> None:
    """Takes back claims of what is not the article's.

    That is a credit line above the headline where another stands below it, or far above it.  A date without a label far
    above the prose is the day of the visit, unless it stands right below the headline, or a paragraph stands right
    below it at the very head: of short lines the main run of prose may be a late one.  One that is of what follows, a
    letter or a day of a diary, or of a table of facts, stays where it is.
    """
    title = None if page.document.format is Format.HTML else _headline(taken)
    if title is not None:
        _unclaim_above(page, taken, title)
    for index, mark in [(index, mark) for index, mark in taken.items() if mark.rule == "pubdate.bare"]:
        if _announced(page, taken, index) or _is_day_heading(page, index) or _is_fact(page, taken, index):
            del taken[index]
            if index - 1 in taken and taken[index - 1].rule == BETWEEN:
                del taken[index - 1]
        elif index < page.first - _DATE_NEAR and not (title is not None and title < index <= title + _DATE_NEAR):
            below = range(index + 1, index + 1 + _PARAGRAPH_BELOW)
            if index > _AT_THE_HEAD or not any(page.views[each].prose and each not in taken for each in below):
                taken[index] = mark._replace(found=())


def _unclaim_above(page: Page, taken: Marks, title: int) -> None:
    below = {_credit(taken[index]) for index in range(title + 1, page.head) if index in taken}
    for index, mark in taken.items():
        if index < title and (kind := _credit(mark)) and (kind in below or index < title - _ABOVE_HEADLINE):
            taken[index] = mark._replace(found=())


def _credit(mark: Mark) -> str | None:
    """What a mark says of the article: who wrote it, or when."""
    fields = {found.field for found in mark.found} if mark.rule.startswith(CREDITS) else set()
    return "author" if "author" in fields else "day" if fields & {"published", "modified"} else None


def _headline(taken: Marks) -> int | None:
    """The first block that the title was read from."""
    titles = (index for index, mark in taken.items() if any(found.field == "title" for found in mark.found))
    return min(titles, default=None)


def _announced(page: Page, taken: Marks, index: int) -> bool:
    """Whether a sentence stands above that ends in a colon: what follows is quoted."""
    if not index or (index - 1 in taken and taken[index - 1].takes(page.views[index - 1].block)):
        return False
    above = page.views[index - 1]
    return above.size > _LABEL_WORDS and above.block.text[-1] in ":："


def _is_day_heading(page: Page, index: int) -> bool:
    """Whether further days stand between paragraphs, as this one stands on one."""
    return _on_prose(page, index) and any(
        page.views[other - 1].prose and _on_prose(page, other) and _is_day(page.views[other])
        for other in range(index + 2, len(page.views))
    )


def _is_fact(page: Page, taken: Marks, index: int) -> bool:
    """Whether a date stands in a table, beside a cell that no rule knows: `Born | July 2, 1934`."""
    beside = page.views[max(0, index - 1) : index + 1]
    named = index - 1 in taken and taken[index - 1].rule != BETWEEN
    return len(beside) > 1 and all(seen.block.kind is Kind.TABLE for seen in beside) and not named


def _on_prose(page: Page, index: int) -> bool:
    return index + 1 < len(page.views) and page.views[index + 1].prose


def _is_day(seen: View) -> bool:
    return seen.size <= _DAY_WORDS and _DIGIT.search(seen.text) is not None and bool(_day().fullmatch(seen.lower))


def _day() -> re.Pattern[str]:
    return expression(r"(?=.*\d{4}){date}", False)
