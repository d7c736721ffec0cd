"""Articles that stand only in a script: pages that a browser builds from JSON in their source.

Where a page shows hardly any prose, the string literals of its scripts are searched for an article body: JSON-LD's
`articleBody`, the state objects that page builders leave (`{"body": "<p>…"}`, `{"content": …}`), and the text chunks
of streamed pages.  Each becomes blocks whose offsets lead to the escaped words in the source.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from flows.model import Block

_BARE = 300
"""Characters of visible prose, below which a page may have its article in a script."""
_BODY = 400
"""Characters of prose that make an article body, and …"""
_STATED, _STATED_BODY = "articlebody", 60
"""The key that says that its string is the article, and the prose that is enough for it: a brief has no more."""
_TIMES = 3
"""… how many times the visible prose it must be."""
_LITERAL = 200
"""Characters of the shortest literal that is looked at; a paragraph that stands by itself may be so short."""
_DEPTH = 2
"""JSON may stand in a string of JSON."""
_SCRIPT = re.compile(r"<script\b[^>]*+>(.*?)</script", re.IGNORECASE | re.DOTALL)
_KEY = r"(?:article)?[_-]?(?:body|content|contents|text|html|markup|rendered)(?:[_-]?(?:html|text|raw|rendered))?"
_STRING = re.compile(
    rf'(?:"(?P<key>{_KEY})"\s{{0,20}}:\s{{0,20}}|\[\s{{0,9}}1\s{{0,9}},\s{{0,9}})"(?P<value>(?:[^"\\]++|\\.)*+)"',
    re.IGNORECASE | re.DOTALL,
)
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL
)
_CONTROL = {"n": "\n", "r": "\n", "t": " ", "b": " ", "f": " ", "v": " "}
_MARKUP = re.compile(r"<(?:p|br|div|section|article|h[1-6])\b", re.IGNORECASE)

Parse = Callable[[str], Iterable[Block]]


@dataclass(frozen=True, slots=True)
class _Literal:
    """A string of a script, unescaped, and where each of its characters begins in the source (and the last ends)."""

    key: str
    script: int
    text: str
    places: Sequence[int]


def nearly_bare(visible: Sequence[Block]) -> bool:
    """Whether the blocks that a page shows hold hardly any prose."""
    return _prose(visible) < _BARE


def scripted(source: str, visible: Sequence[Block], parse: Parse) -> tuple[Block, ...]:
    """The blocks of the article body in a page's scripts, in order, with the hint `script`; none if there is no body.

    `visible` are the page's other blocks, `parse` reads markup into blocks.  Of several bodies the one with the most
    prose is taken, with the literals under the same key of the same script: a builder may store a story by paragraphs.
    """
    found = [(literal, tuple(_blocks(literal, parse))) for literal in _literals(source)]
    best, size, times = None, 0, _TIMES * _prose(visible)
    bodies: dict[tuple[int, str], list[Block]] = {}
    for literal, blocks in found:
        body = bodies.setdefault((literal.script, literal.key), [])
        if body and blocks and blocks[0].start < body[-1].end:
            continue  # it stands inside another
        body.extend(blocks)
    for (_, key), body in bodies.items():
        prose = _prose(body)
        if prose > size and prose >= max(_STATED_BODY if key == _STATED else _BODY, times):
            best, size = body, prose
    return tuple(best or ())


def _prose(blocks: Iterable[Block]) -> int:
    return sum(len(block.text) for block in blocks if len(block.text) >= 60 and block.link_share < 0.4)


def _literals(source: str) -> Iterator[_Literal]:
    for number, script in enumerate(_SCRIPT.finditer(source)):
        start, end = script.span(1)
        if end - start >= _LITERAL:
            yield from _within(number, source[start:end], range(start, end + 1), _DEPTH)


def _within(script: int, text: str, places: Sequence[int], depth: int) -> Iterator[_Literal]:
    """The long strings of a JSON or JavaScript source, then those inside of them."""
    for match in _STRING.finditer(text):
        start, end = match.span("value")
        if end - start < (60 if match["key"] else _LITERAL):
            continue
        plain, inner = _unescaped(text, start, end, places)
        if plain.lstrip().startswith("<") or match["key"]:
            yield _Literal((match["key"] or "").lower(), script, plain, inner)
        elif depth > 1:
            yield from _within(script, plain, inner, depth - 1)


def _unescaped(text: str, start: int, end: int, places: Sequence[int]) -> tuple[str, Sequence[int]]:
    """The string between `start` and `end` without its escapes, and where its characters stand in the source."""
    parts: list[str] = []
    inner = array("q")
    at = start
    for escape in _ESCAPE.finditer(text, start, end):
        parts.append(text[at : escape.start()])
        inner.extend(places[at : escape.start() + 1])
        at = escape.end()
        parts.append(_character(escape[0][1:]))
    parts.append(text[at:end])
    inner.extend(places[at : end + 1])
    return "".join(parts), inner


def _character(escape: str) -> str:
    """One character: what an escape (without its backslash) stands for."""
    if escape[0] == "u" and len(escape) > 5:
        return chr(0x10000 + ((int(escape[1:5], 16) & 0x3FF) << 10) + (int(escape[7:11], 16) & 0x3FF))
    if escape[0] in "ux" and len(escape) > 1:
        code = int(escape[1:], 16)
        return "\ufffd" if 0xD800 <= code < 0xE000 else chr(code)
    return _CONTROL.get(escape, escape)


def _blocks(literal: _Literal, parse: Parse) -> Iterator[Block]:
    """A literal's blocks; without markup each of its lines is one."""
    text, places = literal.text, literal.places
    pieces = [(0, text)]
    if not _MARKUP.search(text):
        pieces = [(line.start(), line[0]) for line in re.finditer(r"[^\n]+", text)]
    for offset, piece in pieces:
        for block in parse(piece):
            start, end = places[offset + block.start], places[offset + block.end]
            yield block._replace(start=start, end=end, hints=block.hints | {"script"})
