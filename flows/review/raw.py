"""The raw text of a row, read again from its file: trusted only where the file's SHA-256 is still the row's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from flows import sources
from flows.evidence import Row
from flows.formats.decode import decode
from flows.formats.parse import parse
from flows.model import RawFile, Refused
from flows.settings import Settings

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""Characters that the tables hold as U+FFFD (`flows.rows`)."""


def text_of(row: Row, roots: Sequence[Path], settings: Settings) -> str | None:
    """The decoded text that the offsets of an article's row count in; None where its raw file is not at hand.

    Nor is it where another version of copydesk decodes the file to another text than the row's cuts stand in.
    """
    raw = _raw(row, roots, settings)
    try:
        text = _UNSTORABLE.sub("\ufffd", parse(raw).text) if raw else None
    except Refused:
        return None
    if text is None or any(text[cut["start"] : cut["end"]] != cut["text"] for cut in row["cuts"]):
        return None
    return text


def text_of_reject(row: Row, roots: Sequence[Path], settings: Settings) -> str | None:
    """What can be read of a rejected document; None where it is not at hand or no text."""
    raw = _raw(row, roots, settings)
    try:
        return decode(raw.data).text if raw else None
    except Refused:
        return None


def _raw(row: Row, roots: Sequence[Path], settings: Settings) -> RawFile | None:
    for root in roots:
        file = root if root.is_file() and root.name == row["raw_path"] else root / row["raw_path"]
        try:
            sha256, size = sources.fingerprint(file, [root])
            if sha256 != row["raw_sha256"]:
                continue
            for raw in sources.read(sources.Entry(row["raw_path"], file), sha256, size, settings):
                if isinstance(raw, RawFile) and raw.locator == row["raw_locator"]:
                    return raw
        except Refused:
            continue
    return None
