"""The headline of a page that was dumped as text: the one line, of those before and around its prose, that can be it.

No single sign tells it from the teasers, standfirsts and labels around it, so signs count points: that it says what
the article says, that it stands at a credit line or a standfirst, that it is printed again elsewhere, as the page's
title or in its breadcrumbs.  A line with too few points is no title, nor is one that another line comes near.

The weights are those of a logistic regression on dumped pages, rounded; `benchmarks/README.md` has what they are worth.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from flows.model import Kind
from flows.rules.marks import Marks
from flows.rules.page import Page

_LEAST, _AHEAD = 5.0, 1.0
"""Points that a headline has at least, and by how many it is ahead of every other line."""
_BARE = 2.0
"""How far behind it the same line without the name of the site may be to be preferred."""
_HOPELESS = _LEAST - 3.5
"""Points without which being printed again is no help."""
_MOST_HOPEFUL = 30
"""Lines that are looked for on the rest of the page."""
_FARTHEST = 600
"""Lines above the prose in which the headline is looked for."""
_SHORTEST, _LONGEST = 3, 26
_SHORT, _USUAL, _LONG = 4, 6, 16
"""Words: headlines have seldom fewer than the first, mostly as many as the second, seldom more than the third."""
_SPOKEN = 5
"""Words of a line that can be another headline, or is no mere label."""
_BROAD = 8
"""Words of a line that is no label above a headline, but may be the standfirst below it."""
LONGEST_STANDFIRST = 60
"""Words of a line between a headline and the article, or its credit line."""
_ABOVE, _BELOW = 6, 13
"""Lines in which other headlines, and the credit line, are looked for."""
_NEAR = 4
"""Lines from a headline to its copy beside it."""
_MOST_BETWEEN = 3
"""Lines between a headline and its credit line."""
_LEAD, _READ = 3, 20
"""Blocks of the prose that a headline is compared with: its beginning, and more of it."""
_LONGEST_COPY = 40
"""Words of a line that a headline may stand in."""
_SHORTEST_QUOTED, _LONGER = 12, 2.2
"""Letters of a headline that can be told inside a longer line, and how many times its length that may have."""
UNFIT = (".", ":", ";", ",", "。")
_FOREIGN = re.compile(r"[©@]| / |://|www\.|\b(?:photo|foto)s?:")
"""What headlines do not have: signs of menus, captions and addresses."""
_SECOND_SENTENCE = re.compile(r"\w{4}[.!] \w")
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]{2,}")
CREDITS = ("pubdate.", "byline.")
"""Rules of lines that say when, and by whom."""


class _Told(NamedTuple):
    """What a line has of the words of the article."""

    lead: int
    """How many of its first paragraphs."""
    whole: int
    share: float
    """Of its own words, those that the article has."""


def likely_headline(page: Page, taken: Marks) -> int | None:
    """The block that is the headline; None where no line, or more than one, can be it."""
    end = min(page.first + 2, len(page.views))
    lines = [index for index in range(max(0, end - _FARTHEST), end) if _can_be(page, taken, index)]
    if page.last < 0 or not lines:
        return None
    told = dict(zip(lines, _told(page, lines), strict=True))
    printed = {index: page.views[index].letters for index in lines}
    most = max(each.whole * each.share for each in told.values())
    points = {index: _placed(page, taken, index, printed) + _said(told[index], most) for index in lines}
    hopeful = [index for index in lines if points[index] >= _HOPELESS and page.views[index].size >= _SPOKEN]
    hopeful = sorted(hopeful, key=lambda index: -points[index])[:_MOST_HOPEFUL]
    for index, more in zip(hopeful, _printed_again(page, hopeful), strict=True):
        points[index] += more
    best = max(lines, key=lambda index: points[index])
    others = [points[index] for index in lines if not _copies(printed[index], printed[best])]
    if points[best] < max([_LEAST, *(other + _AHEAD for other in others)]):
        return None
    bare = [i for i in lines if points[i] >= points[best] - _BARE and _copies(printed[i], printed[best])]
    bare = [i for i in bare if printed[best].startswith(printed[i])]
    return min(bare, key=lambda i: (len(printed[i]), -points[i]))


def stems(lower: str) -> Iterator[str]:
    """Beginnings of the longer words; in scripts without spaces each two characters."""
    yield from (word[:5] for word in _LONG_WORD.findall(lower))
    yield from (lower[at : at + 2] for run in _UNSPACED.finditer(lower) for at in range(run.start(), run.end() - 1))


def _copies(one: str, other: str) -> bool:
    """Whether two lines are the same headline, one of them with the name of the site or a label beside it."""
    shorter, longer = (one, other) if len(one) <= len(other) else (other, one)
    quoted = len(shorter) >= _SHORTEST_QUOTED and len(longer) < _LONGER * len(shorter)
    return shorter == longer or (quoted and shorter in longer)


def _can_be(page: Page, taken: Marks, index: int) -> bool:
    seen = page.views[index]
    if index in taken or not _SHORTEST <= seen.size <= _LONGEST or _FOREIGN.search(seen.lower):
        return False
    return seen.block.kind in (Kind.PARAGRAPH, Kind.HEADING) and not seen.block.text.rstrip().endswith(UNFIT)


def _told(page: Page, lines: Sequence[int]) -> Iterator[_Told]:
    """What each line has of the article's words."""
    prose = [seen for seen in page.views[page.first : min(page.last + 1, page.first + _READ)] if seen.prose]
    body = {stem for seen in prose for stem in stems(seen.lower)}
    lead = {stem for seen in page.views[page.first : page.first + _LEAD] for stem in stems(seen.lower)}
    for index in lines:
        own = set(stems(page.views[index].lower))
        yield _Told(len(own & lead), len(own & body), len(own & body) / max(1, len(own)))


def _said(told: _Told, most: float) -> float:
    """Points for saying what the article says, and as much of it as any line does."""
    return told.share + min(told.lead, 4) / 2 + (told.whole * told.share / most / 2 if most else 0.0)


def _placed(page: Page, taken: Marks, index: int, printed: Mapping[int, str]) -> float:
    """Points for its length and for what stands above and below; `printed` are the letters of the lines like it."""
    seen = page.views[index]
    own = printed[index]
    others = [i for i in range(max(0, index - _ABOVE), index) if i in printed and not _copies(printed[i], own)]
    points = float(seen.size >= _USUAL) - (seen.size < _SHORT) - (seen.size > _LONG)
    points -= bool(_SECOND_SENTENCE.search(seen.lower)) + (index >= page.first)
    if index and page.views[index - 1].size > _BROAD and not _copies(page.views[index - 1].letters, own):
        points -= 0.5
    points -= 0.5 * min(3, sum(page.views[i].size >= _SPOKEN for i in others))
    below = range(index + 1, min(index + _BELOW + 1, len(page.views)))
    free = next((i for i in below if i not in taken), None)
    if free is not None and free - index <= _ABOVE + 1 and _BROAD <= page.views[free].size <= LONGEST_STANDFIRST:
        points += 0.5
    credit = next((i for i in below if i in taken and taken[i].rule.startswith(CREDITS)), None)
    if credit is not None:
        between = sum(i not in taken for i in range(index + 1, credit))
        points += 1.5 if between == 0 else 2.0 if between <= _MOST_BETWEEN else 0.0
    return points


def _printed_again(page: Page, lines: Sequence[int]) -> Iterator[float]:
    """Points for each line that stands elsewhere on the page, most of all nearby, or in a line with a little more."""
    if not lines:
        return
    printed = [seen.letters if _SPOKEN <= seen.size <= _LONGEST_COPY else "" for seen in page.views]
    page_letters = "\n".join(printed)
    for index in lines:
        own = printed[index]
        again = printed.count(own) > 1
        near = again and own in (*printed[max(0, index - _NEAR) : index], *printed[index + 1 : index + _NEAR + 1])
        longer = page_letters.count(own) > printed.count(own) and any(
            len(own) < len(other) and _copies(own, other) for other in printed
        )
        yield again + near + 1.5 * longer
