"""Lines of a raw text, as the readers of plain text and of Markdown go through them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

SENTENCE_END = re.compile(r"[.!?…。！？｡؟۔।॥։።][\s'\"”’»›」』）)\]]*$")


class Line(NamedTuple):
    """A line that is not blank, without the white space around it."""

    start: int
    end: int
    indent: int
    after_blank: bool
    """A blank line, or the start of the document, stands before it."""


def split(text: str, start: int = 0) -> Iterator[Line]:
    """The lines of `text` from `start` on that hold something; no-break spaces and invisible characters do not."""
    blank = True
    for raw in text[start:].splitlines(keepends=True):
        stripped = raw.strip("\ufeff\u200b\u200e\u200f\xad \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0").strip()
        if not stripped:
            blank = True
        else:
            indent = raw.index(stripped)
            yield Line(start + indent, start + indent + len(stripped), indent, blank)
            blank = False
        start += len(raw)
