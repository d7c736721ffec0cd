"""Chooses the reader for a raw document: bytes → `Document`."""

from __future__ import annotations

from collections.abc import Callable

from flows.formats import html, markdown, record, text
from flows.formats.decode import decode, sniff
from flows.model import Document, Format, RawFile

READERS: dict[Format, Callable[[str, str], Document]] = {
    Format.TEXT: text.read,
    Format.MARKDOWN: markdown.read,
    Format.HTML: html.read,
}


def parse(raw: RawFile) -> Document:
    """The document in a raw file's bytes; raises `Refused` where they hold none of the known formats."""
    decoded = decode(raw.data)
    warnings = decoded.warnings
    if raw.is_record:
        body, claims, extra = record.read(decoded.text)
        document = READERS[sniff(body)](body, decoded.encoding)
        return record.around(document, claims, extra, warnings)
    document = READERS[sniff(decoded.text)](decoded.text, decoded.encoding)
    return record.around(document, (), (), warnings) if warnings else document
