"""What rules say of a block, and where it stands in the raw text."""

from __future__ import annotations

import re
from itertools import groupby
from typing import NamedTuple

from flows.model import Block, Document, Found, Kind
from flows.rules.page import Page

_GAP = r"(?:\s|&nbsp;|&#160;|&#xa0;|[*_~`\\\[\]]|<[^<>]{0,300}>|\([^()\s]{0,400}(?: \"[^\"]{0,200}\")?\)){0,12}"


class Mark(NamedTuple):
    """A piece of the text that a rule takes out, reads a field from, or relabels."""

    block: int
    """Index in `Document.blocks`."""
    start: int
    """Of the piece to cut, in `Document.text`; `start == end` cuts nothing."""
    end: int
    rule: str
    found: tuple[Found, ...] = ()
    kind: Kind | None = None
    """The block's new kind, if the rule gives it one."""
    span: tuple[int, int] = (0, 0)
    """The piece to cut in `Block.text`, for what is left of a block after a part was cut."""

    def takes(self, block: Block) -> bool:
        """Whether it cuts the whole of its block."""
        return self.start <= block.start and block.end <= self.end


Marks = dict[int, Mark]
"""The marks of whole blocks so far, by block."""


def claim(page: Page, index: int, field: str, origin: str, at: tuple[int, int] | None = None) -> Found:
    """A field's value read from a block: the whole of it, or the piece at (offset, length)."""
    block = page.views[index].block
    low, high = (0, len(block.text)) if at is None else (at[0], at[0] + at[1])
    start, end = locate(page.document, block, low, high)
    return Found(field, block.text[low:high].strip(), page.document.text[start:end], origin, start, end)


def whole_mark(page: Page, index: int, rule: str, found: tuple[Found, ...] = ()) -> Mark:
    """The mark that cuts a whole block."""
    block = page.views[index].block
    return Mark(index, block.start, block.end, rule, found, span=(0, len(block.text)))


def unmoved(page: Page, index: int, rule: str, found: tuple[Found, ...] = (), kind: Kind | None = None) -> Mark:
    """The mark that reads fields from a block, or relabels it, and cuts nothing."""
    block = page.views[index].block
    return Mark(index, block.start, block.start, rule, found, kind)


def claimed(page: Page, index: int, rule: str, field: str) -> Mark:
    """The mark that cuts a whole block and reads it as one field."""
    return whole_mark(page, index, rule, (claim(page, index, field, f"text.{rule}"),))


def locate(document: Document, block: Block, low: int, high: int) -> tuple[int, int]:
    """Where `block.text[low:high]` stands in `document.text`.

    Exact where the block's text is its source.  Elsewhere the words are looked for with markup, entities and white
    space allowed between them; if they cannot be found so (repaired characters), the whole block is given.
    """
    raw = document.text[block.start : block.end]
    if raw == block.text:
        return block.start + low, block.start + high
    words = block.text[low:high].split()
    if not words or len(words) > 400:
        return block.start, block.end
    if low == 0 and high == len(block.text):
        return block.start, block.end
    pattern = re.compile(_GAP.join(_spelled(word) for word in words))
    earlier = sum(1 for _ in re.finditer(r"\s+".join(map(re.escape, words)), block.text[: high - 1]))
    places = [(match.start(), match.end()) for match in pattern.finditer(raw)]
    if not places:
        return block.start, block.end
    start, end = places[min(earlier, len(places) - 1)]
    return block.start + start, block.start + end


def _spelled(word: str) -> str:
    """A pattern for a word as markup may spell it: `&` as an entity, marks with a backslash before them."""
    return "".join(
        re.escape(run) if run.isalnum() else "".join(rf"(?:\\?{re.escape(c)}|&(?:\w{{1,8}}|#\w{{1,6}});)" for c in run)
        for run in ("".join(chars) for _, chars in groupby(word, str.isalnum))
    )
