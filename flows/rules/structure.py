"""Rules that no single line decides: they compare blocks with each other and with what is known of the article.

| Id | What it takes | Evidence |
|---|---|---|
| `headline.title` | a copy of the headline | equals the known title, at the head |
| `headline.first` | the headline of a page | its first heading of level 1, no title known |
| `headline.repeated` | the headline of a text dump | a line printed twice before the prose |
| `headline.before_date` | the headline of a text | the line that a kicker, byline or date line stands next to |
| `headline.likely` | the headline of a dumped page | what it says, where it stands, where it is printed again |
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

from collections.abc import Callable, Iterator

from flows.rules import copies, credit_line, headline, lists, photos, standing
from flows.rules.marks import Mark, Marks
from flows.rules.page import Page
from flows.rules.unclaimed import unclaimed

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
    unclaimed(page, taken)
    photos.captions_once(taken)
    whole = {index for index, mark in taken.items() if mark.end > mark.start}
    pieces = [mark for mark in partial if mark.block not in whole]
    return [*taken.values(), *pieces, *lists.popovers(page, whole | {mark.block for mark in pieces})]
