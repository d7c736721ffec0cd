"""Lines that a dump has broken inside a sentence, because it wrote each piece of text between two tags on a line of its
own: BeautifulSoup's `get_text("\\n")`, `"\\n".join(element.itertext())`.  A sentence with a link in it is three lines.

A line goes on with the one before it where it begins with a closing mark or a small letter, or where that one ends
open, with a comma or a bracket; a short name between two such lines belongs to both, and the names below a lone `By` to
it.  What is gathered so counts up to the last line that shows where the sentence was: by a closing mark at its
beginning or a sentence's end.  So a headline above `share` and `tweet`, or above `by Anna Berg`, stays as it is.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from flows.formats.lines import SENTENCE_END, Line
from flows.words import WORD

_WIDE_CLOSING = "、。，；：？！）」』،؛؟।"
_SHORT_WORD = r"['’](?:s|re|ve|ll|t|d|m)\b"
INSIDE = re.compile(
    rf"(?<=\S)[^\S\n]*+\n\s*+(?=[,;:!?)\]{_WIDE_CLOSING}]|\.(?!\.)|[”’](?=[\s,;.:!?]|$)|{_SHORT_WORD})"
    r"|(?<=[(\[„（「『])[^\S\n]*+\n\s*+"
)
"""A line break that stands for no space between words."""

_CLOSING = re.compile(rf"[,;:.!?)\]”“\"’]+(?=\s|$)|[{_WIDE_CLOSING}]|{_SHORT_WORD}")
"""Guillemets and Swedish quotation marks close or open, and stand for arrows: only what follows tells."""
_MORE = re.compile(r"\.{2,}|:$")
_OPENING = ',([„（「『，、،“‘«»"'
_OPEN = re.compile(r"[,(\[„（「『，、،]$|(?:^|\s)[“‘«»\"]$")
_BY = re.compile(
    r"(?:[Bb]y|BY|(?:Written|Words|Text|Story) by|Von|VON|Par|Por|Di|Door|Av|Af):?"
    r"|(?:Author|Autor|Autorin|Autora|Auteur|Auteure|Autore|Text|Tekst|Автор|Текст):"
)
_LONGEST_BY = len("Written by:")
_AND = re.compile(r"and|und|et|y|e|en|og|och|i|&|,")
_NAME = r"(?:[^\W\d_a-z][\w.'’-]*|(?:d[aeiou]s?|de[lnr]?|van|von|la|le|bin|al|and|und|&))"
_NAMES = re.compile(rf"{_NAME}(?: {{1,2}}{_NAME}){{0,6}}(?:, [^\d@|]{{2,40}})?,?")
_LAID_OUT = 3
"""Columns; only a dump that keeps the page's layout indents by more."""
_FEWEST = 3
"""Sentences that must be broken in a text before its lines count as broken: one may begin with `iPhone`."""
_SURE_WORDS = 8
"""Words of a line that begins a sentence and no label."""
_LABEL_WORDS = 1
"""A line of no more is a label (`Sport`, `by`, `share`) as well as a part of a sentence."""
_NAME_AFTER = 3
"""Words of the sentence that a name must follow: fewer may be a headline or a button."""
_NAME_WORDS = 3
"""Words of that name, at most."""


def broken(text: str, lines: Sequence[Line]) -> frozenset[int]:
    """The numbers of those of `lines` that go on with the line before them."""
    texts = [text[line.start : line.end] for line in lines]
    return frozenset((*_sentences(lines, texts), *_credits(lines, texts)))


def _sentences(lines: Sequence[Line], texts: Sequence[str]) -> set[int]:
    """Lines inside sentences; of a text in which few are broken, only of those that begin with many words and end as
    sentences do."""
    begins = [_begins(each) for each in texts]
    found: set[int] = set()
    sure: set[int] = set()
    sentences = index = 0
    while index < len(lines) - 1:
        near = begins[index + 1] or begins[min(index + 2, len(lines) - 1)] or texts[index][-1] in _OPENING
        run = list(_run(index, lines, texts, begins)) if near else []
        while run and not (begins[run[-1]] == "closing" or SENTENCE_END.search(texts[run[-1]][-8:])):
            run.pop()
        found.update(run)
        sentences += bool(run)
        if run and len(WORD.findall(texts[index])) >= _SURE_WORDS and SENTENCE_END.search(texts[run[-1]][-8:]):
            sure.update(run)
        index += len(run) + 1
    return found if sentences >= _FEWEST else sure


def _credits(lines: Sequence[Line], texts: Sequence[str]) -> Iterator[int]:
    """Lines with names below a lone `By`, those between them, and what the last one is (`, harbour editor`)."""
    for index, line in enumerate(texts):
        if len(line) > _LONGEST_BY or not _BY.fullmatch(line):
            continue
        after = itertools.takewhile(lambda at: not lines[at].after_blank, range(index + 1, len(lines)))
        wanted, held = _NAMES, None
        for at in after:
            if not wanted.fullmatch(texts[at]):
                if wanted is _AND and texts[at].startswith(", "):
                    yield at
                break
            if wanted is _NAMES:
                yield from (at,) if held is None else (held, at)
            held = at
            wanted = _AND if wanted is _NAMES else _NAMES


def _begins(line: str) -> str:
    """How a line begins: with a closing mark, small, or otherwise."""
    if line[0].isalnum():
        return "small" if line[0].islower() else ""
    return "closing" if _CLOSING.match(line) and not _MORE.match(line) else ""


def _run(index: int, lines: Sequence[Line], texts: Sequence[str], begins: Sequence[str]) -> Iterator[int]:
    """The lines below `index` that may go on with it."""
    words = 0
    for at in range(index + 1, len(lines)):
        if lines[at].after_blank or lines[at].indent > _LAID_OUT:
            return
        last = texts[at - 1]
        words += len(WORD.findall(last))
        if begins[at] != "closing":
            if SENTENCE_END.search(last[-8:]) or last[-1] in ":：|" or "   " in last:
                return
            small = begins[at] == "small" and words > _LABEL_WORDS
            name = words >= _NAME_AFTER and _is_name(at, lines, texts, begins)
            if not (small or name or _OPEN.search(last)):
                return
        yield at


def _is_name(at: int, lines: Sequence[Line], texts: Sequence[str], begins: Sequence[str]) -> bool:
    """Whether the sentence goes on after a few words that begin with a capital letter."""
    goes_on = at + 1 < len(lines) and not lines[at + 1].after_blank and begins[at + 1]
    words, before = WORD.findall(texts[at]), WORD.findall(texts[at - 1])
    if not goes_on or not texts[at][0].isalnum() or not before or not before[-1][0].islower():
        return False
    if len(before) <= _LABEL_WORDS and begins[at - 1] != "closing":
        return False
    return len(words) <= _NAME_WORDS and sum(word[0].islower() for word in words) <= 1
