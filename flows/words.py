"""Words and letters, in every script."""

from __future__ import annotations

import re

# Kana and Han are not spaced into words: a character counts as one, as is usual for Chinese and Japanese.
IDEOGRAMS = "\u3040-\u30ff\u3400-\u9fff"
WORD = re.compile(rf"[{IDEOGRAMS}]|[^\W{IDEOGRAMS}]+")


ASCII_LETTERS = {code: chr(code).lower() if chr(code).isalnum() else None for code in range(128)}
"""For `str.translate`: the letters and digits of ASCII alone, in lower case."""


def count_words(text: str) -> int:
    """How many words `text` has."""
    return sum(1 for _ in WORD.finditer(text))


def letters(text: str) -> str:
    """The letters and digits of `text`, in one case: what two renderings of one line have in common."""
    return text.translate(ASCII_LETTERS) if text.isascii() else "".join(filter(str.isalnum, text.casefold()))
