"""Articles of one page set into another, to learn from more combinations than pages show.

What surrounds an article says less of it than 300 pages make believe: that articles are long, that they are prose, that
this site's menu goes with that site's stories.  A transplant takes the host page's article out and sets in

  whole   the article of another page in its language, with the lines of its head
  rows    a list or table of made-up lines (names and figures; the names are words of the article), alone or after its
          first paragraphs
  brief   its own first paragraphs, and below them beginnings of other pages' articles as teasers, which are no article
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from flows.formats import markdown, text
from flows.judges.features import Array
from flows.model import Document

READERS = {"text": text.read, "markdown": markdown.read}
KINDS = ("whole", "rows", "brief")
_HEAD = (2, 4, 6)
"""Blocks before the article's first one that go with it."""
_FEWEST_NAMES = 12
_COLUMNS = (1, 2, 3, 5)
"""Of figures beside a name: a list without any looks like a list of other stories."""
_WIDE = "\u3040-\u30ff\u3400-\u9fff"
_NAME = re.compile(rf"[{_WIDE}]{{2,4}}|\b[^\W\d_]{{3,}}(?: [^\W\d_]{{3,}})?")
_WORD = re.compile(rf"[{_WIDE}]{{1,2}}|[^\s{_WIDE}]+\s*")
_SENTENCE = re.compile(r".*?(?:[.!?।۔؟](?=\s|$)|[。！？]|$)")
_FIGURES: tuple[Callable[[random.Random], str], ...] = (
    lambda chance: str(chance.randint(0, 40)),
    lambda chance: f"{chance.randint(1, 99)}%",
    lambda chance: f"{chance.randint(1, 999)}.{chance.randint(0, 99):02d}",
    lambda chance: f"{chance.randint(1, 9999):,}",
    lambda chance: f"{chance.randint(1, 12)}/{chance.randint(1, 28)}",
    lambda chance: f"${chance.randint(5, 900)}",
    lambda chance: f"{chance.randint(0, 23)}:{chance.randint(0, 59):02d}",
    lambda chance: f"{chance.randint(1, 30)}-{chance.randint(0, 30)}",
)


class Page(Protocol):
    """A page with its blocks told apart; `truth` is 1 for those of the article."""

    form: str
    body: str
    document: Document
    truth: Array


@dataclass(frozen=True, slots=True)
class _Graft:
    """Raw text to set in, and where blocks of the article begin in it; from `made` on all of it is article."""

    raw: str
    starts: dict[int, float]
    made: int


def transplants(
    host: Page, guests: Sequence[Page], kinds: Sequence[str], chance: random.Random
) -> Iterator[tuple[str, Document, Array]]:
    """For each kind, if it can be made, its name, the new page and which of its blocks are the article."""
    for kind in kinds:
        graft = _rows(host, chance) if kind == "rows" else None
        if kind == "whole" and guests:
            graft = _cut(chance.choice(guests), chance.choice(_HEAD), None)
        if kind == "brief" and guests:
            graft = _brief(host, guests, chance)
        if graft is None:
            continue
        start, end = _article(host, chance.choice(_HEAD), None)
        before = host.document.text[:start].rstrip("\n") + "\n\n"
        after = "\n\n" + host.document.text[end:].lstrip("\n")
        document = READERS[host.form](before + graft.raw + after, "utf-8")
        truth = np.array([_is_article(graft, block.start - len(before)) for block in document.blocks])
        if truth.any():
            yield kind, document, truth


def _is_article(graft: _Graft, at: int) -> float:
    if not 0 <= at < len(graft.raw):
        return 0.0
    if at >= graft.made:
        return 1.0
    return graft.starts[max((start for start in graft.starts if start <= at), default=min(graft.starts))]


def _article(page: Page, head: int, paragraphs: int | None) -> tuple[int, int]:
    """Where the lines of a page's article begin and end, with `head` blocks before it, and only so many of its own."""
    inside = np.flatnonzero(page.truth)
    blocks, raw = page.document.blocks, page.document.text
    last = inside[-1 if paragraphs is None else min(paragraphs, len(inside)) - 1]
    start = raw.rfind("\n", 0, blocks[max(0, inside[0] - head)].start) + 1
    end = raw.find("\n", blocks[last].end)
    return start, end if end >= 0 else len(raw)


def _cut(page: Page, head: int, paragraphs: int | None) -> _Graft:
    start, end = _article(page, head, paragraphs)
    pairs = zip(page.document.blocks, page.truth.tolist(), strict=True)
    starts = {block.start - start: inside for block, inside in pairs if start <= block.start < end}
    return _Graft(page.document.text[start:end], starts, end - start)


def _rows(page: Page, chance: random.Random) -> _Graft | None:
    """Made-up lines after the head of a page's article or after its first paragraphs."""
    names = list(dict.fromkeys(_NAME.findall(page.body)))
    capital = [name for name in names if name[0].isupper()]
    names = capital if len(capital) >= _FEWEST_NAMES else names
    if len(names) < _FEWEST_NAMES:
        return None
    lead = _cut(page, chance.choice(_HEAD), chance.choice((1, 2)))
    raw = lead.raw
    if chance.random() < 0.5:
        first = min(start for start, inside in lead.starts.items() if inside)
        raw = raw[: raw.rfind("\n", 0, first) + 1]
    raw = raw.rstrip() + "\n\n"
    starts = {start: inside for start, inside in lead.starts.items() if start < len(raw)}
    return _Graft(raw + _lines(page, names, chance), starts or {0: 0.0}, len(raw))


def _brief(page: Page, guests: Sequence[Page], chance: random.Random) -> _Graft:
    """The first paragraphs of a page's article, with teasers below them."""
    lead = _cut(page, chance.choice(_HEAD), chance.choice((1, 2, 3, 4, 6)))
    teasers = []
    for _ in range(chance.randint(3, 10)):
        paragraphs = [line for line in chance.choice(guests).body.splitlines() if line.strip()]
        words = _WORD.findall(chance.choice(paragraphs))
        headline = "".join(words[: chance.randint(5, 12)]).strip(" .,。、，:;")
        sentence = _SENTENCE.match(paragraphs[0].strip())
        teasers.append(sentence[0] if sentence and chance.random() < 0.3 else headline)
    if page.form == "markdown" and chance.random() < 0.5:
        teasers = [f"[{teaser}](/{number})" for number, teaser in enumerate(teasers)]
    mark = chance.choice(("", "", "* ", "### " if page.form == "markdown" else ""))
    raw = lead.raw.rstrip() + "\n\n"
    gap = "\n\n" if page.form == "markdown" and not mark.startswith("*") else chance.choice(("\n", "\n\n"))
    lines = gap.join(mark + teaser for teaser in teasers)
    return _Graft(raw + lines, {**lead.starts, len(raw): 0.0}, len(raw) + len(lines))


def _lines(page: Page, names: Sequence[str], chance: random.Random) -> str:
    figures = [chance.choice(_FIGURES) for _ in range(chance.choice(_COLUMNS))]
    rank = chance.choice(("", "{} ", "{}. ", "{}) ", "{}: "))
    style = chance.choice(("table", "lines", "list"))
    mark = chance.choice((" – ", ": ", ", ", " / ", " "))
    words = _WORD.findall(page.body)
    lines = []
    for number in range(chance.randint(6, 36)):
        name = rank.format(number + 1) + " ".join(chance.choice(names) for _ in range(chance.randint(1, 2)))
        if chance.random() < 0.15:
            at = chance.randrange(max(1, len(words) - 8))
            name += mark + "".join(words[at : at + chance.randint(2, 7)]).strip()
        cells = [name, *(figure(chance) for figure in figures)]
        if style != "table":
            lines.append(("* " if style == "list" else "") + mark.join(cells))
        elif page.form == "markdown":
            lines.append(f"| {' | '.join(cells)} |")
        else:
            lines.append("   ".join(cell.ljust(14) for cell in cells).rstrip())
    if style == "lines" and page.form == "markdown":
        return chance.choice(("\n\n", "  \n")).join(lines)
    return ("\n\n" if style == "lines" and chance.random() < 0.4 else "\n").join(lines)
