"""Rules that no single line decides: they compare blocks with each other and with what is known of the article.

| Id | What it takes | Evidence |
|---|---|---|
| `headline.title` | a copy of the headline | equals the known title, at the head |
| `headline.first` | the headline of a page | its first heading of level 1, no title known |
| `headline.repeated` | the headline of a text dump | a line printed twice before the prose |
| `headline.before_date` | the headline of a text dump | the line that a kicker, byline or date line stands next to |
| `headline.opening` | the headline of a text | the first line, on prose that has three of its words |
| `byline.between` | a name or place on a line of its own | between a headline and its credit line |
| `skip_nav.above` | the site's name, a menu | short lines above such a headline |
| `byline.line` | a credit line | author, date and the like in pieces, at the head |
| `kicker.trail` | SECTION / SUBSECTION | capitals with separators, at the head |
| `kicker.section`, `kicker.above` | a section label | equals the known section; directly on headline or standfirst |
| `headline.standfirst` | nothing: the block becomes a standfirst | equals the known summary; between title and byline |
| `photo.known`, `photo.beside` | a caption | equals a known caption; short and next to an image that says the same |
| `photo.image` | the words of an image block | it has no prose |
| `duplicate.block` | the later copy of a block | the same letters, 40 or more |
| `duplicate.caption` | the later copy of a caption | the same letters |
| `skip_nav.run` | a menu | three or more lines of up to three words before the prose |
| `skip_nav.crumb` | a breadcrumb on lines of its own | `> Town` after a line of navigation |
| `skip_nav.fragment` | links within the page | all of the block stands on links to `#…` |
| `skip_nav.popover` | a piece: what a pointer shows | more than three links in a row within running text |
| `related.list`, `related.images` | a list of other stories | under a related heading; linked images after the prose |
| `byline.box` | the author box | a paragraph after an author's picture, after the end marks |
| `standing.head`, `standing.tail` | what a site prints in every article | learned from its corpus (`flows.standing`) |
| `artefact.symbols` | rules, fences, bullets | no letter and no digit |
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from flows.model import Kind
from flows.rules import copies, credit_line, headline, lists, photos, standing
from flows.rules.catalogue import expression
from flows.rules.marks import Mark, Marks
from flows.rules.page import Page, View

_DATE_NEAR = 8
"""A date without a label is believed if it stands at most this many blocks before the prose."""
_AT_THE_HEAD, _PARAGRAPH_BELOW = 6, 3
"""… or, among so many first blocks, at most this many before a paragraph that no rule knows."""
_LABEL_WORDS, _DAY_WORDS = 4, 8
_DIGIT = re.compile(r"\d")

Step = Callable[[Page, Marks], Iterator[Mark]]

_STEPS: tuple[Step, ...] = (
    copies.symbols,
    headline.trail,
    photos.captions,
    lists.fragments,
    lists.crumbs,
    lists.menu,
    headline.repeated_headline,
    headline.placed_headline,
    headline.between,
    headline.kicker,
    photos.linked_images,
    lists.author_box,
    lists.related,
    standing.standing,
    copies.duplicates,
)


def by_structure(page: Page, marks: list[Mark]) -> list[Mark]:
    """`marks` (those of the catalogue) with those of the structure rules, which may overrule a catalogue mark for the
    headline and the standfirst, and otherwise look at what is still unmarked."""
    taken: Marks = {mark.block: mark for mark in marks if mark.takes(page.views[mark.block].block)}
    partial = [mark for mark in marks if mark.block not in taken]
    for known in (credit_line.credit_lines, headline.headline, headline.standfirst):
        taken.update({mark.block: mark for mark in known(page, taken)})
    for step in _STEPS:
        for mark in list(step(page, taken)):
            taken.setdefault(mark.block, mark)
    _unclaimed_dates(page, taken)
    photos.captions_once(taken)
    whole = {index for index, mark in taken.items() if mark.end > mark.start}
    pieces = [mark for mark in partial if mark.block not in whole]
    return [*taken.values(), *pieces, *lists.popovers(page, whole | {mark.block for mark in pieces})]


def _unclaimed_dates(page: Page, taken: Marks) -> None:
    """A date without a label far above the prose is the day of the visit, not of the article, unless a paragraph stands
    right below it at the very head: of short lines the main run of prose may be a late one.  One that is of what
    follows, a letter or a day of a diary, or of a table of facts, stays where it is."""
    for index, mark in [(index, mark) for index, mark in taken.items() if mark.rule == "pubdate.bare"]:
        if _announced(page, taken, index) or _is_day_heading(page, index) or _is_fact(page, taken, index):
            del taken[index]
            if index - 1 in taken and taken[index - 1].rule == headline.BETWEEN:
                del taken[index - 1]
        elif index < page.first - _DATE_NEAR:
            below = range(index + 1, index + 1 + _PARAGRAPH_BELOW)
            if index > _AT_THE_HEAD or not any(page.views[each].prose and each not in taken for each in below):
                taken[index] = mark._replace(found=())


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
    named = index - 1 in taken and taken[index - 1].rule != headline.BETWEEN
    return len(beside) > 1 and all(seen.block.kind is Kind.TABLE for seen in beside) and not named


def _on_prose(page: Page, index: int) -> bool:
    return index + 1 < len(page.views) and page.views[index + 1].prose


def _is_day(seen: View) -> bool:
    return seen.size <= _DAY_WORDS and _DIGIT.search(seen.text) is not None and bool(_day().fullmatch(seen.lower))


def _day() -> re.Pattern[str]:
    return expression(r"(?=.*\d{4}){date}", False)
