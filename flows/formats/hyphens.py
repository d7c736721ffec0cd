"""Words that a typesetter has divided at the end of a line: which hyphens go when lines are joined, and which stay.

In print, and so in the text of PDFs and scans, most hyphens at a line's end divide a word; where a mail program or an
editor has broken the lines, all of them belong to compounds.  What tells: other places of the same word in the text,
and how many hyphens stand at line ends beside those inside lines.
"""

from __future__ import annotations

import functools
import re
from collections import Counter

_AT_END = re.compile(r"(?P<left>[^\W\d_][^\W_'’]*)(?P<hyphen>[-\u2010\u00ad\u00ac])[ \t]*\r?\n\s*(?P<right>[^\W\d_]+)")
_COMPOUND = re.compile(r"(?<![\w-])[^\W\d_]+[-\u2010][^\W\d_]+")
_WORD = re.compile(r"[^\W\d_]+")
_ALWAYS = "\u00ad\u00ac"
"""Signs that do nothing but divide: the soft hyphen, and what scanners make of one."""
_SUSPENDED = frozenset("and or und oder bzw sowie et ou y o e i och eller og en of".split())
"""What follows a hyphen that stands for a part left out: "Nord- und Südkorea"."""
_COMPOUNDING = re.compile(
    r"(?:twen|thir|for|fif|six|seven|eigh|nine)ty|self|well|ill|ex|half|non|long|short|high|low|so|vice|all|cross|semi"
)
"""First parts of English compounds that keep their hyphen."""
_DIVIDING = 3
"""Hyphens inside lines for one at a line's end, at most, in a text that divides words: of a dozen letters in a line of
seventy columns, one compound in six stands across its end."""


class Hyphens:
    """The hyphens at the line ends of a text: `join` takes out those that divide words."""

    def __init__(self, text: str) -> None:
        self._text = text

    @functools.cached_property
    def at_line_ends(self) -> int:
        """How many words seem to be divided."""
        return sum(
            match["right"].islower() and match["right"] not in _SUSPENDED and not _COMPOUNDING.fullmatch(match["left"])
            for match in _AT_END.finditer(self._text)
        )

    def join(self, raw: str) -> str:
        """`raw`, a part of the text, with divided words whole and no line end after the hyphen of a compound."""
        return _AT_END.sub(self._joined, raw)

    def _joined(self, match: re.Match[str]) -> str:
        left, hyphen, right = match["left"], match["hyphen"], match["right"]
        if right in _SUSPENDED and hyphen not in _ALWAYS:
            return match[0]
        return left + right if hyphen in _ALWAYS or self._divides(left, right) else f"{left}-{right}"

    def _divides(self, left: str, right: str) -> bool:
        if not right.islower() or _COMPOUNDING.fullmatch(left.lower()):
            return False
        compounds, words = self._said
        if f"{left}-{right}".lower() in compounds:
            return False
        return f"{left}{right}".lower() in words or self._divided

    @functools.cached_property
    def _said(self) -> tuple[Counter[str], frozenset[str]]:
        """The compounds inside the lines of the text, and its words."""
        compounds = Counter(match[0].lower().replace("\u2010", "-") for match in _COMPOUND.finditer(self._text))
        return compounds, frozenset(word.lower() for word in _WORD.findall(self._text))

    @functools.cached_property
    def _divided(self) -> bool:
        return _DIVIDING * self.at_line_ends > self._said[0].total()
