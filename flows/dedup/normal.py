"""Text as duplicates are compared in it: folded words, without case, punctuation or invisible characters."""

from __future__ import annotations

import hashlib
import re
import unicodedata

# Soft hyphen, zero-width and directional characters stand inside words without being part of them.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]+"
)
# Scripts without spaces between words, where each character counts as a word: kana, Han and its marks.
_IDEOGRAPH = "\u3005\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HAS_IDEOGRAPH = re.compile(f"[{_IDEOGRAPH}]")
_WORD = re.compile(r"[^\W_]+")
_WORD_OR_IDEOGRAPH = re.compile(rf"(?=[{_IDEOGRAPH}])[^\W_]|[^\W_{_IDEOGRAPH}]+")


def fold(text: str) -> str:
    """`text` after NFKC and case folding, without invisible characters."""
    if text.isascii():
        return text.lower()
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text).casefold())


def words(text: str) -> list[str]:
    """The words of `text`, folded, in order: runs of letters and digits; a Han or kana character is a word."""
    folded = fold(text)
    if folded.isascii() or not _HAS_IDEOGRAPH.search(folded):
        return _WORD.findall(folded)
    return _WORD_OR_IDEOGRAPH.findall(folded)


def text_sha256(text: str) -> str:
    """Hex SHA-256 of `text` after NFKC, case folding and removal of everything but letters and digits (UTF-8)."""
    return hashlib.sha256("".join(words(text)).encode()).hexdigest()
