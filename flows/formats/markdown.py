"""Markdown, written by people or converted from pages → `Document`.

CommonMark and tables, read leniently: converters write links over several blocks, unclosed fences and HTML in between.
Block structure is found line by line; inline markup is scanned once over the whole document, so that a link that
holds a heading and a paragraph counts for both.  (markdown-it-py takes twice the time, and gives no offsets of words.)
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flows.formats import frontmatter, inline
from flows.formats.inline import Markup
from flows.formats.lines import SENTENCE_END, Line, split
from flows.formats.repair import repair
from flows.model import Block, Document, Format, Kind

_FENCE = re.compile(r"(`{3,}|~{3,})[ \t]*([\w+-]*)[ \t]*$")
_GLUED_FENCE = re.compile(r"(?<![`\s])[ \t]*(`{3,})$")
_ATX = re.compile(r"(#{1,6})(?:[ \t]+|$)")
_ATX_END = re.compile(r"[ \t]+#+$")
_UNDERLINE = re.compile(r"=+|-{2,}")
_RULE = re.compile(r"(?:[-_*=][ \t]*){3,}|[*+-]|\|")
_ITEM = re.compile(r"([*+-]|\d{1,9}[.)])[ \t]+(?=\S)")
_QUOTE = re.compile(r"(?:>[ \t]?)+")
_TABLE_RULE = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)*")
_CELL = re.compile(r"(?:[^|\\]|\\.?)+")
_DEFINITION = re.compile(r"\[[^\]\n]{1,200}\]:[ \t]*\S+(?:[ \t]+[\"'(][^\n]*)?$")
_ONLY_NUMBER = re.compile(r"\d{1,9}[.)]")
_FENCES = ("`", "~")
_BEGINNINGS = "*+-#|"
_SIGN_LINES = "-_*=+|:["
"""What a line that is nothing but markup begins with."""
_LONG_LINE = 110
_LONG_CELL = 600
"""Characters of a cell, its links counted, beyond which its table lays out a page: tables of data hold less."""
_WRAPPED_COLUMNS = (50, 110)
"""Columns at which hard-wrapped lines end; html2text breaks at 78 unless told otherwise."""
_FEWEST_WRAPPED, _WRAPPED_SHARE, _FITTING = 5, 0.9, 0.97
"""Lines that must go on in the next one for a text to count as hard-wrapped, the share of them that had to, and the
share of them that are not longer than its width."""
_CODE_LINES = 400
_SIGNS = re.compile(r"[{}();=<>$]")


@dataclass(slots=True)
class _Open:
    """A block under construction: consecutive lines that belong together."""

    start: int
    end: int
    kind: Kind
    level: int = 0
    quote: bool = False


def read(text: str, encoding: str) -> Document:
    """Claims from the front matter and the blocks of the body, their inline markup flattened.

    Front matter, rules, underlines, fences of code, link definitions and image targets are markup between blocks.
    A stray fence (never closed, or around prose) is a block of its own, as in plain text.
    """
    front = frontmatter.read(text)
    markup = inline.scan(text, front.end)
    blocks = [
        block for opened in _opened(text, list(split(text, front.end))) if (block := _block(text, opened, markup))
    ]
    return Document(Format.MARKDOWN, text, encoding, tuple(blocks), front.claims, front.extra, front.warnings)


def _block(text: str, opened: _Open, markup: Markup) -> Block | None:
    """The block with its words flattened; None where there is nothing in it but markup."""
    if opened.kind is Kind.CODE:
        words = repair(text[opened.start : opened.end])
        return Block(opened.start, opened.end, opened.kind, words) if words else None
    flat = inline.flatten(text, opened.start, opened.end, markup)
    hints: frozenset[str] = frozenset()
    words, links = flat.text, flat.links
    if not words or (words[0].isdigit() and _ONLY_NUMBER.fullmatch(words)):
        if not flat.image:
            return None
        words, links, hints = flat.image, flat.links, frozenset({"image"})
    if opened.kind is Kind.TABLE:
        words = " | ".join(cell.strip() for cell in words.split("|") if cell.strip())
    if words.startswith("#") and (marked := _ATX.match(words)):
        # A heading inside a link: its marker did not begin the line.
        opened.kind, opened.level, words = Kind.HEADING, len(marked[1]), words[marked.end() :]
    if not words:
        return None
    share = min(1.0, sum(len(link.text) for link in links) / len(words)) if links else 0.0
    return Block(opened.start, opened.end, opened.kind, words, links, share, hints, opened.level)


def _opened(text: str, lines: Sequence[Line]) -> Iterator[_Open]:
    """The blocks of the body, with the markup inside them."""
    current: _Open | None = None
    previous: Line | None = None
    width = _wrap_width(text, lines)
    index = 0
    while index < len(lines):
        line = lines[index]
        index += 1
        marked = text[line.start] == ">" and _QUOTE.match(text, line.start, line.end)
        start, quote = (marked.end(), True) if marked else (line.start, False)
        if line.after_blank or start >= line.end:
            yield from _closed(text, current)
            current = None
        if text[start : start + 1] in _FENCES and (fence := _FENCE.match(text, start, line.end)):
            yield from _closed(text, current)
            current = None
            last = _closing_fence(text, lines, index, fence)
            if last is not None:
                if last > index:
                    yield _Open(lines[index].start, lines[last - 1].end, Kind.CODE)
                index = last + 1
            else:
                yield _Open(start, line.end, Kind.CODE)
            continue
        if current and _is_underline(text, start, line.end, current):
            current.kind, current.level = Kind.HEADING, 1 if text[start] == "=" else 2
            yield current
            current = None
            continue
        if _is_markup(text, start, line.end):
            yield from _closed(text, current)
            current = None
            continue
        begun = _begun(text, start, line.end, quote)
        if current and begun is None and current.quote >= quote and _joins(text, current, previous):
            current.end = line.end
        else:
            yield from _closed(text, current)
            current = begun or _Open(start, line.end, Kind.QUOTE if quote else Kind.PARAGRAPH, 0, quote)
            while current.level and width and current.end == line.end and index < len(lines):
                if not _wraps(text, line, lines[index], width):
                    break
                line = lines[index]
                current.end = line.end
                index += 1
            if current.kind in (Kind.HEADING, Kind.TABLE):
                yield from _cells(text, current) if current.kind is Kind.TABLE else (current,)
                current = None
        previous = line
    yield from _closed(text, current)


def _begun(text: str, start: int, end: int, quote: bool) -> _Open | None:
    """The block that a line begins by its own marker; None where it may go on with the block before."""
    number = None
    item = False
    if not (text[start] in _BEGINNINGS or text[start].isdigit()):
        return None
    while marker := _ITEM.match(text, start, end):
        item = True
        if marker[1][0].isdigit() and number is None:
            number = start
        start = marker.end()
    if heading := _ATX.match(text, start, end):
        closing = _ATX_END.search(text, heading.end(), end)
        return _Open(heading.end(), closing.start() if closing else end, Kind.HEADING, len(heading[1]))
    if text[start] == "|" and text.count("|", start, end) > 1:
        return _Open(start, end, Kind.TABLE)
    if item:
        return _Open(start if number is None else number, end, Kind.LIST_ITEM, 0, quote)
    return None


def _wrap_width(text: str, lines: Sequence[Line]) -> int | None:
    """The column at which a hard-wrapped text breaks its lines; None where lines end for another reason."""
    least, most = _WRAPPED_COLUMNS
    pairs = [
        (line, following)
        for line, following in itertools.pairwise(lines)
        if _columns(line) > least and text[line.start] != "#" and _is_plain(text, following)
    ]
    if len(pairs) < _FEWEST_WRAPPED:
        return None
    width = sorted(_columns(line) for line, _ in pairs)[int(_FITTING * (len(pairs) - 1))]
    forced = sum(_wraps(text, line, following, width) for line, following in pairs)
    return width if width <= most and forced >= _WRAPPED_SHARE * len(pairs) else None


def _wraps(text: str, line: Line, following: Line, width: int) -> bool:
    """Whether a line ends only because the first word of the next one did not fit: a heading may go on there, too."""
    if not _is_plain(text, following):
        return False
    word = text[following.start : following.end].split(maxsplit=1)[0]
    return _columns(line) + 1 + len(word) > width


def _is_plain(text: str, line: Line) -> bool:
    """Whether a line stands directly below another one and begins nothing of its own."""
    begins = text[line.start]
    if line.after_blank or begins in _BEGINNINGS or begins in _FENCES or begins in "=>[":
        return False
    return not (begins.isdigit() and _ITEM.match(text, line.start, line.end))


def _columns(line: Line) -> int:
    return line.indent + line.end - line.start


def _cells(text: str, row: _Open) -> Iterator[_Open]:
    """A row of a table; of one that lays out a page, each cell as a block of its own."""
    if row.end - row.start <= _LONG_CELL:
        yield row
        return
    cells = list(_CELL.finditer(text, row.start, row.end))
    if max((len(cell[0]) for cell in cells), default=0) <= _LONG_CELL:
        yield row
        return
    for cell in cells:
        words = cell[0].strip()
        if words:
            start = text.index(words, cell.start())
            yield _Open(start, start + len(words), Kind.PARAGRAPH)


def _is_underline(text: str, start: int, end: int, current: _Open) -> bool:
    """Whether the line makes a heading of the paragraph before it; below prose it is a rule without a blank line."""
    if text[start] not in "=-" or current.kind is not Kind.PARAGRAPH or not _UNDERLINE.fullmatch(text, start, end):
        return False
    words = text[current.start : current.end]
    return words.count("\n") < 4 and not (len(words) > _LONG_LINE and SENTENCE_END.search(words[-8:]))


def _is_markup(text: str, start: int, end: int) -> bool:
    if start >= end:
        return True
    if text[start] not in _SIGN_LINES:
        return False
    return bool(
        _RULE.fullmatch(text, start, end)
        or (text[start] in "|:-" and "|" in text[start:end] and _TABLE_RULE.fullmatch(text, start, end))
        or (text[start] == "[" and _DEFINITION.match(text, start, end))
    )


def _joins(text: str, current: _Open, previous: Line | None) -> bool:
    """Whether a line goes on with the paragraph: always, but after a long line that ends its sentence."""
    if previous is None:
        return True
    ended = bool(SENTENCE_END.search(text[max(previous.start, previous.end - 8) : previous.end]))
    hard = text.startswith("  ", previous.end) or text[previous.end - 1] == "\\"
    return not (ended and (hard or previous.end - previous.start > _LONG_LINE))


def _closed(text: str, current: _Open | None) -> Iterator[_Open]:
    """A finished block; a fence glued to its end is a block of its own."""
    if current is None:
        return
    ticks = text.endswith("```", current.start, current.end)
    if ticks and (glued := _GLUED_FENCE.search(text, max(current.start, current.end - 20), current.end)):
        yield _Open(current.start, glued.start(), current.kind, current.level, current.quote)
        yield _Open(glued.start(1), glued.end(1), Kind.CODE)
    else:
        yield current


def _closing_fence(text: str, lines: Sequence[Line], index: int, fence: re.Match[str]) -> int | None:
    """The line that closes a fence of code; None where there is none or prose stands between."""
    for at in range(index, min(index + _CODE_LINES, len(lines))):
        words = text[lines[at].start : lines[at].end]
        if words.startswith(fence[1]) and not words.strip("`~"):
            return at
        if not fence[2] and len(words) > 60 and SENTENCE_END.search(words[-8:]) and not _SIGNS.search(words):
            return None
    return None
