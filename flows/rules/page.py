"""A document as the rules see it: its blocks made comparable, and where its prose begins and ends."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from flows.model import Block, Document, Kind
from flows.rules.fold import core, fold, key_of, letters, size

LONGEST_LINE = 3000
"""Characters; a longer block is never matched as a whole."""
SHORT = 80
"""Characters of a line that is worth remembering."""
_OUTSIDE = frozenset({"nav", "footer", "aside", "form", "button", "menu", "dialog"})
_SENTENCE_END = re.compile(r"[.!?…。！？।؟।۔]['\"”’»)\]」』]*$")


@dataclass(frozen=True, slots=True)
class Known:
    """What claims outside the body say of the article; None where they say nothing."""

    title: str | None = None
    summary: str | None = None
    captions: tuple[str, ...] = ()
    section: str | None = None
    language: str | None = None
    standing: Mapping[str, str] = field(default_factory=dict)
    """Letters of blocks that stand in several articles of the site → `head` or `tail`."""


class View(NamedTuple):
    """A block, made comparable once for all rules."""

    block: Block
    text: str
    """Folded, without what stands at its edges; at most `LONGEST_LINE` characters."""
    offset: int
    """Where `text` begins in `block.text`."""
    lower: str
    key: str
    """What literal lines are looked up by; empty for long blocks."""
    size: float
    prose: bool

    @property
    def letters(self) -> str:
        """Letters and digits alone, to compare blocks by."""
        return letters(self.block.text[:LONGEST_LINE])


@dataclass(frozen=True, slots=True)
class Page:
    """A document as the rules see it: its views, and where the article's prose begins and ends."""

    document: Document
    known: Known
    views: tuple[View, ...]
    first: int
    """Index of the first block of the main run of prose; the number of blocks if there is none."""
    last: int
    """Index of the last one; -1 if there is none."""

    head: int
    """Blocks before this one stand before the prose, within its first blocks, or among the first of all."""
    tail: int
    """Blocks after this one stand after the prose, within its last blocks, or among the last of all."""


def view(block: Block) -> View:
    """The view of one block."""
    text = block.text
    start, core_text, lower, line, words = _line(text) if len(text) <= SHORT else _made_comparable(text)
    return View(block, core_text, start, lower, line, words, _is_prose(block, words))


def _made_comparable(text: str) -> tuple[int, str, str, str, float]:
    folded = fold(text[:LONGEST_LINE])
    start, end = core(folded)
    plain = folded[start:end]
    lower = plain.lower()
    words = size(text)
    return start, plain, lower, key_of(lower) if words <= 40 else "", words


_line = functools.lru_cache(maxsize=20_000)(_made_comparable)
"""The same, remembered: the menus of a site come with each of its pages."""


def _is_prose(block: Block, words: float) -> bool:
    if words < 11 or block.link_share > 0.5 or block.kind in (Kind.HEADING, Kind.TABLE):
        return False
    return block.hints.isdisjoint(_OUTSIDE) and (words >= 30 or _SENTENCE_END.search(block.text[-8:]) is not None)


def page(document: Document, known: Known) -> Page:
    """The page of a document.  Its main run of prose is the stretch of blocks with the largest sum of words, where
    a block that is not prose costs a few words."""
    views = tuple(map(view, document.blocks))
    best, total, start = 0.0, 0.0, 0
    first, last = len(views), -1
    for index, seen in enumerate(views):
        if total <= 0:
            total, start = 0.0, index
        total += min(seen.size, 80) if seen.prose else -10
        if total > best:
            best, first, last = total, start, index
    return Page(document, known, views, first, last, max(first + 2, 3), min(last - 3, len(views) - 5))
