"""Text as duplicates are compared in it: folded words, without case, punctuation or invisible characters."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

# Soft hyphen, zero-width and directional characters stand inside words without being part of them.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]"
)
# Scripts without spaces between words: kana, Han and its marks; Thai, Lao, Myanmar, Khmer with their vowel signs.
_IDEOGRAPH = "\u3005\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_SOUTH_EAST = "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u103f\u1780-\u17d3"
_SPACELESS = re.compile(f"[{_IDEOGRAPH}{_SOUTH_EAST}]")
_RUN = re.compile(rf"([{_IDEOGRAPH}]+)|([{_SOUTH_EAST}]+)|[^\s{_IDEOGRAPH}{_SOUTH_EAST}]+")
_IDEOGRAPHS = 2
"""Characters that stand for a word of a text in ideographs, overlapping (the bigrams of text retrieval)."""
_LETTERS = 4
"""The same of a text in another script without spaces: about as long as a word is."""
_ASCII = bytes(range(128))
_SEPARATED = bytes(byte for byte in _ASCII if not chr(byte).isalnum())
_SEPARATORS = bytes.maketrans(_SEPARATED, b" " * len(_SEPARATED))


def fold(text: str) -> str:
    """`text` after NFKC and case folding, without invisible characters."""
    return _folded(text)[0]


def encoded_words(text: str) -> list[bytes]:
    """The words of `text`, folded, in order, in UTF-8: runs of letters and digits with their combining marks.

    Where a script has no spaces, every run of so many characters as make a word is one, overlapping.
    """
    folded, beyond = _folded(text)
    if any(map(_SPACELESS.match, beyond)):
        folded = " ".join(_cut(folded))
    for character in filter(str.isdecimal, beyond):  # one country's papers write 14 in either of two scripts
        folded = folded.replace(character, str(unicodedata.decimal(character)))
    encoded = folded.encode(errors="replace")
    for character in beyond:
        if not character.isalnum() and unicodedata.category(character)[0] != "M":
            encoded = encoded.replace(character.encode(), b" ")
    return encoded.translate(_SEPARATORS).split()


def words(text: str) -> list[str]:
    """The words of `text`, as in `encoded_words`, as strings."""
    return b" ".join(encoded_words(text)).decode().split()


def _folded(text: str) -> tuple[str, frozenset[str]]:
    """`text` folded, and its distinct characters beyond ASCII (few, so that what depends on them costs little)."""
    if text.isascii():
        return text.lower(), frozenset()
    folded = unicodedata.normalize("NFKC", text).casefold()
    beyond = frozenset(folded.encode(errors="replace").translate(None, _ASCII).decode())
    for character in filter(_INVISIBLE.match, beyond):
        folded = folded.replace(character, "")
    return folded, frozenset(character for character in beyond if not _INVISIBLE.match(character))


def grams(folded_words: Sequence[str]) -> int:
    """How many of these words make up for one of a language with spaces: 1, or the length of most of them where
    they overlap."""
    sample = folded_words[:: max(1, len(folded_words) // 64)]
    sizes = Counter(len(word) if _SPACELESS.match(word) else 1 for word in sample)
    return max((_IDEOGRAPHS, _LETTERS), key=sizes.__getitem__) if sizes[1] * 2 < len(sample) else 1


def text_sha256(text: str) -> str:
    """Hex SHA-256 of `text` after NFKC, case folding and removal of everything but letters and digits (UTF-8)."""
    folded, beyond = _folded(text)
    encoded = folded.encode(errors="replace")
    for character in beyond:
        if not character.isalnum():
            encoded = encoded.replace(character.encode(), b"")
    return hashlib.sha256(encoded.translate(None, _SEPARATED)).hexdigest()


def _cut(folded: str) -> list[str]:
    """`folded` with each run of a script without spaces cut into overlapping words."""
    out = []
    for run in _RUN.finditer(folded):
        ideographs, letters = run.groups()
        if spaceless := ideographs or letters:
            size = _IDEOGRAPHS if ideographs else _LETTERS
            out += [spaceless[start : start + size] for start in range(max(1, len(spaceless) - size + 1))]
        else:
            out.append(run.group())
    return out
