"""Tables of articles as delimited text (CSV, TSV): told apart from prose, and refused.

Read as text, all their rows would be one article.
"""

from __future__ import annotations

import csv

from flows.formats.fields import FIELD_OF_KEY, folded
from flows.formats.record import BODY_KEYS
from flows.model import Reason, Refused

_DELIMITERS = ",;\t|"
_LONGEST_HEADER = 2000


def refuse(text: str) -> None:
    """Raise `Refused` (`unsupported`) where `text` is a table: its first line names the columns of articles."""
    header, _, rows = text.lstrip("\ufeff\n").partition("\n")
    if len(header) > _LONGEST_HEADER or not rows.strip():
        return
    for delimiter in _DELIMITERS:
        if delimiter not in header:
            continue
        names = [folded(name) for name in next(csv.reader([header], delimiter=delimiter), [])]
        holds_text = not set(names).isdisjoint(BODY_KEYS)
        if holds_text and len(set(names)) == len(names) and sum(name in FIELD_OF_KEY for name in names):
            columns = ", ".join(filter(None, names))[:200]
            raise Refused("decode", Reason.UNSUPPORTED, f"a table of delimited text ({columns}): save it as JSON Lines")
