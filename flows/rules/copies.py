"""Structure rules for blocks that say nothing, or nothing new."""

from __future__ import annotations

from collections.abc import Iterator

from flows.model import Kind
from flows.rules.marks import Mark, Marks, whole_mark
from flows.rules.page import Page

_ASKS = ("?", "？", "؟")
"""Questions come again, in interviews and surveys, with other answers."""
_EMOJI = "\U0001f000"
"""Pictographs begin here: they may be all that somebody says."""
_DUPLICATE = 40
"""Letters and digits that two copies of a block must share."""


def symbols(page: Page, taken: Marks) -> Iterator[Mark]:
    for index, seen in enumerate(page.views):
        text = seen.block.text
        if any(map(str.isalnum, text)):
            continue
        code = seen.block.kind is Kind.CODE and text.strip("`~ ")
        if not code and max(text, default="") < _EMOJI:
            yield whole_mark(page, index, "artefact.symbols")


def duplicates(page: Page, taken: Marks) -> Iterator[Mark]:
    """The later of two equal blocks; of two where one stands in the prose, the other."""
    first: dict[str, int] = {}
    for index, seen in enumerate(page.views):
        if index in taken and taken[index].end > taken[index].start:
            continue
        said = seen.letters if len(seen.block.text) >= _DUPLICATE else ""
        if len(said) < _DUPLICATE:
            continue
        earlier = first.setdefault(said, index)
        if earlier == index:
            continue
        if (not seen.prose and page.first <= earlier <= page.last) or seen.block.text.rstrip().endswith(_ASKS):
            continue
        lead = page.first <= index <= page.last and not page.first <= earlier <= page.last
        if (lead or _set_apart(page, earlier, index)) and earlier not in taken:
            first[said] = index
            yield whole_mark(page, earlier, "duplicate.block")
        else:
            yield whole_mark(page, index, "duplicate.block")


def _set_apart(page: Page, index: int, other: int) -> bool:
    """Whether a block stands in a place of a page that holds less than that of its copy: a highlighted quotation."""
    hints, others = page.views[index].block.hints, page.views[other].block.hints
    if hints == others:
        return False
    prose = [seen.block.hints for seen in page.views if seen.prose]
    return prose.count(hints) < prose.count(others)
