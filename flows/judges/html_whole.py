"""What is kept or cut as one: embedded posts, preformatted text, the cells of a table, a heading with what it heads,
a time with the entry of a live blog.

A model judges blocks one by one; these are parts of something, and a part alone is worth nothing.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator, Sequence

from flows.formats.html_elements import SUBHEADINGS
from flows.judges.html_features import INLINE, NOT_TEXT, placed_outside
from flows.model import Block, Kind, Verdict

NEVER = frozenset({"nav", "footer", "aside", "header", "figcaption", "hidden"})
"""Elements whose prose is no article, whatever else a page lacks."""
_EMBEDDED = frozenset({".twitter-tweet", ".twitter-video", ".bluesky-embed"})
"""Classes that networks of written posts give the quotation which their code for embedding begins with."""
_CODE_SIGN = re.compile(r"[{}()\[\];=<>$_\\|#]")
_CODE_SIGNS, _LISTING = 0.04, 400
"""Share of the signs above that makes code of a `pre`, and how long a listing is, which is left to the models: a few
lines are part of a story."""
_CLOCK = re.compile(r"\d{1,2}[:.h]\d\d(?: ?[ap]\.?m\.?)?(?: ?(?:[A-Z]{2,4}|Uhr|h))?", re.IGNORECASE)
_LONGEST_CLOCK, _ENTRIES = 14, 3
_TABLE_KEPT = 0.25
"""Share of a table's text from which on all of it is kept."""


def whole(blocks: Sequence[Block], verdicts: Sequence[Verdict], taken: Collection[int]) -> tuple[Verdict, ...]:
    """`verdicts` with the parts of a whole decided alike; `taken` are the blocks that rules cut."""
    own = [index for index, verdict in enumerate(verdicts) if verdict.keep and not _is_post(blocks[index])]
    if not own:
        return tuple(verdicts)
    found = list(verdicts)
    first, last = own[0], own[-1]
    _embedded(blocks, found, first, last)
    _preformatted(blocks, found, first, last)
    for start, stop in _tables(blocks):
        _table(blocks, found, start, stop)
    _headings(blocks, found, first, taken)
    _clocks(blocks, found, taken)
    return tuple(found)


def _is_post(block: Block) -> bool:
    return not _EMBEDDED.isdisjoint(block.hints)


def _embedded(blocks: Sequence[Block], found: list[Verdict], first: int, last: int) -> None:
    """Posts of social networks, whose lines are short and odd: those that the article shows, between its paragraphs or
    right after them, are kept whole, and those beside it or further on are cut whole."""
    for index in range(first + 1, len(blocks)):
        if _is_post(blocks[index]):
            shown = index < last or found[index - 1].keep
            found[index] = Verdict(shown and NEVER.isdisjoint(blocks[index].hints), "judge.embedded")


def _preformatted(blocks: Sequence[Block], found: list[Verdict], first: int, last: int) -> None:
    """Code, verse and documents in `pre`, which extractors take for no text: kept between the paragraphs of the article
    and right after them."""
    for index in range(first + 1, len(blocks)):
        hints = blocks[index].hints
        if "pre" not in hints or found[index].keep or not (NEVER | NOT_TEXT).isdisjoint(hints):
            continue
        if _is_listing(blocks[index].text):
            continue
        if index < last or found[index - 1].keep:
            found[index] = Verdict(True, "judge.whole")


def _is_listing(text: str) -> bool:
    return len(text) > _LISTING and len(_CODE_SIGN.findall(text)) > _CODE_SIGNS * len(text)


def _tables(blocks: Sequence[Block]) -> Iterator[tuple[int, int]]:
    """The runs of cells, as first and behind the last."""
    at = 0
    for cells, run in itertools.groupby(blocks, lambda block: block.kind is Kind.TABLE):
        size = sum(1 for _ in run)
        if cells and size > 1:
            yield at, at + size
        at += size


def _table(blocks: Sequence[Block], found: list[Verdict], start: int, stop: int) -> None:
    """The cells of a table, all of them where a good part is kept; but no captions, buttons, or links alone."""
    kept = sum(len(blocks[index].text) for index in range(start, stop) if found[index].keep)
    every = sum(len(blocks[index].text) for index in range(start, stop))
    if _TABLE_KEPT * every <= kept < every:
        for index in range(start, stop):
            if not (found[index].keep or placed_outside(blocks[index])):
                found[index] = Verdict(True, "judge.whole")


def _headings(blocks: Sequence[Block], found: list[Verdict], first: int, taken: Collection[int]) -> None:
    """A heading is kept where what stands right below it, in the same place, is; unless the article has not begun."""
    for index in range(len(blocks) - 2, first, -1):
        block, below = blocks[index], blocks[index + 1]
        if found[index].keep or not block.level or index in taken or index + 1 in taken or not found[index + 1].keep:
            continue
        inside = block.hints - SUBHEADINGS - INLINE
        if block.level > 1 and not placed_outside(block) and inside <= below.hints:
            found[index] = Verdict(True, "judge.whole")


def _clocks(blocks: Sequence[Block], found: list[Verdict], taken: Collection[int]) -> None:
    """The times of a live blog's entries are kept with the entries that stand below them."""
    clocks = [
        index
        for index, block in enumerate(blocks[:-1])
        if len(block.text) <= _LONGEST_CLOCK and _CLOCK.fullmatch(block.text) and index not in taken
    ]
    entries = [index for index in clocks if found[index + 1].keep and index + 1 not in taken]
    if len({blocks[index].text for index in entries}) >= _ENTRIES:
        for index in entries:
            if not placed_outside(blocks[index]):
                found[index] = Verdict(True, "judge.whole")
