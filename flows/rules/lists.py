"""Structure rules for what stands around an article: menus, breadcrumbs, lists of other stories, author boxes."""

from __future__ import annotations

from collections.abc import Container, Iterator

from flows.model import Block, Format, Kind
from flows.rules.marks import Mark, Marks, claim, locate, whole_mark
from flows.rules.page import Page

_ENDS = (".", "!", "?", "…", ":", ";", ",", "。", "！", "？", "।", "؟", "”", '"', "»")
_CRUMB = (">", "›", "»")
_CHROME = frozenset({"nav", "header", "footer", "aside", "form", "button", "menu", "dialog", "hidden"})
_SHOWN = 3
"""Links of a row that a text may show by itself: a name and two marks beside it."""
_RUNNING = 3
"""Words after such a row that show that the text goes on."""
_END_MARKS = ("disclosure.", "agency.", "byline.", "counts.", "copyright.", "correction.")


def fragments(page: Page, taken: Marks) -> Iterator[Mark]:
    for index, seen in enumerate(page.views):
        links = seen.block.links
        if (
            links
            and seen.size <= 12
            and seen.block.link_share > 0.9
            and all(link.url.startswith("#") for link in links)
        ):
            yield whole_mark(page, index, "skip_nav.fragment")


def menu(page: Page, taken: Marks) -> Iterator[Mark]:
    """Three or more short lines in a row before the prose; an article of HTML may begin with a list."""
    run: list[int] = []
    marked_up = page.document.format is Format.HTML
    prose = next((index for index, seen in enumerate(page.views) if seen.prose), 0)
    for index in range(min(prose, page.first) + 1 if page.last >= 0 else 0):
        seen = page.views[index]
        short = index < min(prose, page.first) and 0 < seen.size <= 3 and not seen.block.text.rstrip().endswith(_ENDS)
        if short and seen.block.kind is not Kind.HEADING and not (marked_up and _listed_in_article(seen.block)):
            run.append(index)
            continue
        if len(run) >= 3:
            yield from (whole_mark(page, i, "skip_nav.run") for i in run if i not in taken)
        run = []


def _listed_in_article(block: Block) -> bool:
    """Whether the markup makes a line an item of a list or a cell of a table, but of no menu."""
    return block.kind in (Kind.LIST_ITEM, Kind.TABLE) and block.link_share < 0.5 and _CHROME.isdisjoint(block.hints)


def crumbs(page: Page, taken: Marks) -> Iterator[Mark]:
    """`Home`, `> News`, `> Town` on lines of their own; the first after the front page is the section."""
    trail = False
    for index in range(1, page.first if page.last >= 0 else 0):
        text = page.views[index].block.text.strip()
        if not text.startswith(_CRUMB) or not 0 < page.views[index].size <= 6:
            trail = False
        elif trail:
            yield whole_mark(page, index, "skip_nav.crumb")
        elif index - 1 in taken and taken[index - 1].rule.startswith("skip_nav."):
            trail = True
            name = page.views[index].text
            at = (page.views[index].offset, len(name))
            yield whole_mark(page, index, "skip_nav.crumb", (claim(page, index, "section", "text.skip_nav.crumb", at),))


def popovers(page: Page, taken: Container[int]) -> Iterator[Mark]:
    """Links in a row behind a name in running text, nothing between them: what shows when a pointer rests on it."""
    for index, seen in enumerate(page.views):
        block = seen.block
        if len(block.links) <= _SHOWN or not block.text.endswith(_ENDS) or index in taken:
            continue
        for row in _rows(block):
            (low, _), (_, high) = row[1], row[-1]
            if len(block.text[high:].split()) >= _RUNNING:
                start, end = locate(page.document, block, *row[1])[0], locate(page.document, block, *row[-1])[1]
                if block.start < start < end < block.end:
                    yield Mark(index, start, end, "skip_nav.popover", span=(low, high))


def _rows(block: Block) -> Iterator[list[tuple[int, int]]]:
    """Where in a block's text more than `_SHOWN` links follow each other: the place of each."""
    row: list[tuple[int, int]] = []
    end = 0
    for link in block.links:
        if (start := block.text.find(link.text, end)) < 0:
            break
        if row and block.text[end:start].strip():
            if len(row) > _SHOWN:
                yield row
            row = []
        end = start + len(link.text)
        row.append((start, end))
    if len(row) > _SHOWN:
        yield row


def related(page: Page, taken: Marks) -> Iterator[Mark]:
    """What follows the heading of a list of other stories, as long as it looks like one."""
    open_list = False
    for index, _seen in enumerate(page.views):
        rule = taken[index].rule if index in taken else ""
        if rule.startswith(("related.heading", "related.listing_image")):
            open_list = True
        elif not open_list or index in taken:
            continue
        elif _listed(page, index):
            yield whole_mark(page, index, "related.list")
        else:
            open_list = False


def _listed(page: Page, index: int) -> bool:
    """Whether a block can be an item of a list of stories: linked, or a short unfinished line after the prose."""
    seen = page.views[index]
    if seen.prose or seen.block.kind in (Kind.QUOTE, Kind.TABLE, Kind.CODE):
        return False
    if seen.block.link_share >= 0.6:
        return seen.size <= 60
    if seen.block.kind is Kind.HEADING:
        return False
    finished = seen.block.text.rstrip().endswith((".", ":", "。", "।"))
    return index > page.last >= 0 and seen.size <= 22 and not finished


def author_box(page: Page, taken: Marks) -> Iterator[Mark]:
    """One paragraph after the end marks of a story and the picture of its author or publisher."""
    for index in range(2, len(page.views)):
        seen, image = page.views[index], page.views[index - 1].block
        if index in taken or "image" not in image.hints or not image.links or seen.size > 80:
            continue
        ended = index - 2 in taken and taken[index - 2].rule.startswith(_END_MARKS)
        rest = [i for i in range(index + 1, len(page.views)) if i not in taken and page.views[i].prose]
        if ended and not rest:
            yield whole_mark(page, index, "byline.box")
