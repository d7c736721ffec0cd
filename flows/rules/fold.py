"""How a line is made comparable: folded character by character, so that offsets stay true.

`fold` keeps the length of its argument.  Accents of Latin letters, curly quotation marks, full-width forms,
odd spaces and Arabic alef forms become their plain relatives; what is left is what a rule is written against.
"""

from __future__ import annotations

import re
import unicodedata

from flows.words import ASCII_LETTERS

_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\n\r\f\v"
_INVISIBLE = "\u00ad\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"


def _table() -> dict[int, str]:
    table = {ord(char): " " for char in _SPACES + _INVISIBLE}
    table |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFD", chr(code))[0]
        if base.isascii():
            table[code] = base
    singles = {"’‘‛´ʼ′": "'", "“”„‟″": '"', "‐‑‒–—―−": "-", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D"}
    singles |= {"ı": "i", "أإآٱ": "ا", "ى": "ي", "ё": "е", "Ё": "Е", "ⓒ": "©"}
    return table | {ord(char): plain for chars, plain in singles.items() for char in chars}


_FOLD = _table()
_FOLDED = re.compile(f"[{re.escape(''.join(map(chr, _FOLD)))}]")


def _plain(match: re.Match[str]) -> str:
    return _FOLD[ord(match[0])]


_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_ARABIC_MARKS = re.compile(r"[\u0640\u064b-\u0652]")
_EDGE = " \t\n*_~#|•·●■□▪▫►▶▸➤→›»«>+=-"
"""Bullets, arrows and markup leftovers around a line."""
_MARKS = _EDGE + ":.…!,;"


def fold(text: str) -> str:
    """`text` with accents, quotation marks, dashes, widths and spaces made plain; same length, same case."""
    if text.isascii() and text.isprintable():
        return text
    return _FOLDED.sub(_plain, text)


def core(folded: str) -> tuple[int, int]:
    """Where the words of a folded line begin and end, without bullets, arrows and rules around them."""
    start = len(folded) - len(folded.lstrip(_EDGE))
    return start, max(start, len(folded.rstrip(_EDGE)))


def key(text: str) -> str:
    """What a literal line is looked up by: folded, lower case, without marks at its ends, single spaces."""
    return key_of(fold(text).lower())


def key_of(lower: str) -> str:
    """`key` of a line that is folded and in lower case already."""
    line = lower if lower.isascii() else _ARABIC_MARKS.sub("", lower)
    return " ".join(line.strip(_MARKS).split())


def letters(text: str) -> str:
    """Letters and digits of `text` alone, in lower case: equal for two printings of one sentence."""
    return text.translate(ASCII_LETTERS) if text.isascii() else "".join(filter(str.isalnum, text.lower()))


def size(text: str) -> float:
    """Length in words.  Scripts without spaces count two characters as one word."""
    marks = len(_CJK.findall(text)) if not text.isascii() else 0
    return len(text.split()) + marks / 2 - (1 if marks else 0)
