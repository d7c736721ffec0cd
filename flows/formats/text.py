"""Plain text: articles saved as text and whole pages dumped as text → `Document`.

A block is a line, except where the text is hard-wrapped (lines end because the next word did not fit), or broken at
every tag of the page it was taken from (`flows.formats.broken_lines`): there the lines of a paragraph are joined.  So
paragraphs may be separated by blank lines or by single line ends, and the dump of a page keeps its menu entries apart.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flows.formats.broken_lines import INSIDE, broken
from flows.formats.hyphens import Hyphens
from flows.formats.lines import SENTENCE_END, Line, split
from flows.formats.repair import repair
from flows.model import Block, Document, Format, Kind
from flows.words import IDEOGRAMS, WORD

_BULLET = re.compile(r"[*+•·▪►▸‣◦●○■□⁃∙–-]\s+(?=\S)")
_LETTER_BULLET = re.compile(r"o\s+(?=\S)")
_HASHES = re.compile(r"(#{1,6})\s+(?=[^\W\d_])")
_NUMBER = re.compile(r"\d{1,3}[.)]\s+(?=\S)")
_RULE = re.compile(r"[-_=*~#+·•|/\\<>«»‹›—–►▼▲×\s]+")
_OPENING_FENCE = re.compile(r"`{3,}(?=\s+\S)")
_CLOSING_FENCE = re.compile(r"(?<![`\s])\s*`{3,}$")
_GAP = re.compile(r"(?<=\S)(?: {3,}|\t+)(?=\S)")
_CJK_BREAK = re.compile(rf"(?<=[{IDEOGRAMS}\u3001\u3002\uff0c])[ \t]*\r?\n\s*(?=[{IDEOGRAMS}\u300c])")
_WIDE = re.compile("[\u2e80-\u9fff\uac00-\ud7a3\uff00-\uff60]")

_WRAP_COLUMNS = (50, 110)
"""A text broader than this is not hard-wrapped: typewriters and mail programs break at 60 to 80 columns."""
_COLUMN, _DIVIDED = 24, 3
"""… or in the columns of a newspaper, where at least so many words are divided at line ends."""
_FITTING = 0.97
"""Share of the lines of a hard-wrapped text that are not broader."""
_FORCED_SHARE = 0.8
"""Share of the line ends inside chunks that must be forced by the width for a text to count as hard-wrapped."""
_SLACK = 0.88
"""Ragged setting leaves a line at least this full, its next word counted."""
_HEADING_SIZE = 14
_HEADING_LENGTH = 110
_SENTENCE_SIZE = 5
_PROSE_SIZE = 12
_LOOKED_AT = 300
"""Characters that are counted to tell whether a block has so many words."""


class _Piece(NamedTuple):
    start: int
    end: int
    kind: Kind
    marker: int = 0
    """Characters of its bullet or of the hashes before a heading."""
    after_blank: bool = False
    level: int = 0


def read(text: str, encoding: str) -> Document:
    """The blocks of a plain text.  It makes no claims: what its lines say of author or date is for rules to find.

    Rules of dashes and the like are markup; a code fence that was left in it is a block of its own.
    """
    lines = list(split(text))
    blocks: list[Block] = []
    after_blank: list[bool] = []
    hyphens = Hyphens(text)
    for piece in _pieces(text, lines, hyphens):
        raw = text[piece.start + piece.marker : piece.end]
        words = repair(INSIDE.sub("", hyphens.join(_CJK_BREAK.sub("", raw))) if "\n" in raw else raw)
        if words:
            blocks.append(Block(piece.start, piece.end, piece.kind, words, level=piece.level))
            after_blank.append(piece.after_blank)
    return Document(Format.TEXT, text, encoding, tuple(_headed(blocks, after_blank)))


def size(text: str) -> int:
    """Length in words, two ideograms or kana counting as one: comparable between scripts."""
    words = len(WORD.findall(text))
    return words if text.isascii() else words - len(_WIDE.findall(text)) // 2


def _pieces(text: str, lines: Sequence[Line], hyphens: Hyphens) -> Iterator[_Piece]:
    """The lines, hard-wrapped ones joined, fences split off, bullets told from words."""
    letters = _has_letter_bullets(text, lines)
    width = _wrap_width(text, lines, hyphens)
    joined = broken(text, lines) if width is None else frozenset()
    index = 0
    while index < len(lines):
        first = last = lines[index]
        index += 1
        while index in joined or (width and index < len(lines) and _continues(text, last, lines[index], width)):
            last = lines[index]
            index += 1
        start, end = first.start, last.end
        if not text[start].isalnum():
            if _RULE.fullmatch(text, start, end):
                continue
            if fence := _OPENING_FENCE.match(text, start, end):
                yield _Piece(start, fence.end(), Kind.CODE, after_blank=first.after_blank)
                start = fence.end() + len(text[fence.end() : end]) - len(text[fence.end() : end].lstrip())
        ticks = text.endswith("```", start, end)
        closing = _CLOSING_FENCE.search(text, max(start, end - 20), end) if ticks else None
        end = closing.start() if closing else end
        yield _marked(text, start, end, first, letters)
        if closing:
            yield _Piece(closing.end() - len(closing[0].lstrip()), closing.end(), Kind.CODE)


def _marked(text: str, start: int, end: int, first: Line, letters: bool) -> _Piece:
    """A piece with its bullet and kind.  A number stays in the text: it may be a day or a rank."""
    opening = text[start : start + 1]
    bullet = None if opening.isalnum() else _BULLET.match(text, start, end)
    if bullet is None and letters and first.indent >= 4:
        bullet = _LETTER_BULLET.match(text, start, end)
    if bullet:
        return _Piece(start, end, Kind.LIST_ITEM, bullet.end() - start, first.after_blank)
    if opening == "#" and end - start <= _HEADING_LENGTH and (hashes := _HASHES.match(text, start, end)):
        return _Piece(start, end, Kind.HEADING, hashes.end() - start, first.after_blank, len(hashes[1]))
    if opening.isdecimal() and _NUMBER.match(text, start, end):
        return _Piece(start, end, Kind.LIST_ITEM, 0, first.after_blank)
    if text.startswith("```", start):
        kind = Kind.CODE
    else:
        spread = text.find("   ", start, end) >= 0 or text.find("\t", start, end) >= 0
        kind = Kind.TABLE if spread and len(_GAP.findall(text, start, end)) > 1 else Kind.PARAGRAPH
    return _Piece(start, end, kind, 0, first.after_blank)


def _has_letter_bullets(text: str, lines: Sequence[Line]) -> bool:
    """Whether `o` is a bullet here, as dumps use it for inner lists: deep in, below `*` and `+`."""
    return any(line.indent >= 4 and _LETTER_BULLET.match(text, line.start) for line in lines) and any(
        line.indent >= 2 and text[line.start] == "+" for line in lines
    )


def _columns(text: str, line: Line) -> int:
    words = text[line.start : line.end]
    return line.indent + len(words) + (0 if words.isascii() else len(_WIDE.findall(words)))


def _first_word(text: str, line: Line) -> int:
    """Columns of the first word; an ideogram is one, since lines break between any two."""
    if _WIDE.match(text, line.start):
        return 2
    space = text.find(" ", line.start, line.end)
    return (space if space >= 0 else line.end) - line.start


def _wrap_width(text: str, lines: Sequence[Line], hyphens: Hyphens) -> int | None:
    """The column at which a hard-wrapped text breaks its lines; None where lines end for another reason."""
    low, high = _WRAP_COLUMNS
    if len(lines) - sum(line.indent + line.end - line.start > high for line in lines) < _FITTING * len(lines):
        return None
    columns = [_columns(text, line) for line in lines]
    fitting = [c for c in columns if c <= high]
    if len(fitting) < _FITTING * len(columns) or not fitting:
        return None
    width = max(fitting)
    if width < _COLUMN or (width < low and hyphens.at_line_ends < _DIVIDED):
        return None
    pairs = [(a, b) for a, b in itertools.pairwise(lines) if not b.after_blank and b.indent <= a.indent]
    forced = [(a, b) for a, b in pairs if _forced(text, a, b, width)]
    if len(forced) < _FORCED_SHARE * len(pairs):
        return None
    inside = [(a, b) for a, b in forced if not SENTENCE_END.search(text[max(a.start, a.end - 8) : a.end])]
    if len(pairs) >= 3:
        return width if len(inside) >= 0.5 * len(pairs) else None
    lower = all(text[b.start].islower() for _, b in pairs)
    return width if pairs and lower and len(inside) == len(pairs) else None


def _forced(text: str, line: Line, following: Line, width: int) -> bool:
    return _columns(text, line) + 1 + _first_word(text, following) > _SLACK * width


def _continues(text: str, line: Line, following: Line, width: int) -> bool:
    if following.after_blank or following.indent > line.indent + 1 or _BULLET.match(text, following.start):
        # A hanging indent continues its own bullet; any other one begins a paragraph.
        if following.after_blank or not (_BULLET.match(text, line.start) and following.indent <= line.indent + 4):
            return False
        if _BULLET.match(text, following.start):
            return False
    if _RULE.fullmatch(text, following.start, following.end) or text.startswith("```", following.start):
        return False
    return _forced(text, line, following, width)


def _headed(blocks: Sequence[Block], after_blank: Sequence[bool]) -> Iterator[Block]:
    """The blocks, with short title-like ones between two of prose as headings."""
    spaced = sum(after_blank) > 0.5 * len(blocks)
    for i, block in enumerate(blocks):
        between = 0 < i < len(blocks) - 1 and (not spaced or (after_blank[i] and after_blank[i + 1]))
        if between and _is_title_like(block) and _is_between_prose(blocks[i - 1].text, blocks[i + 1].text):
            yield block._replace(kind=Kind.HEADING, level=2)
        else:
            yield block


def _is_between_prose(before: str, after: str) -> bool:
    """Whether a sentence ends above, and a longer one, or a list, begins below."""
    if not SENTENCE_END.search(before[-8:]) or not (SENTENCE_END.search(after[-8:]) or after[-1] in ":："):
        return False
    return size(before[:_LOOKED_AT]) >= _SENTENCE_SIZE and size(after[:_LOOKED_AT]) >= _PROSE_SIZE


def _is_title_like(block: Block) -> bool:
    text = block.text
    if block.kind is not Kind.PARAGRAPH or len(text) > _HEADING_LENGTH:
        return False
    if text[-1] in ".…。।۔:;,、：；-–—" or not text[0].isalnum() or text[0].islower():
        return False
    if any(sign in text for sign in (": ", "：", "|", "©", "@", "://", " / ")) or text.isnumeric():
        return False
    return size(text) <= _HEADING_SIZE
