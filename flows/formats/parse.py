"""Chooses the reader for a raw document: bytes → `Document`."""

from __future__ import annotations

from collections.abc import Callable

from flows.formats import delimited, feed, html, mail, markdown, newsml, ninjs, nitf, record, text
from flows.formats.decode import decode, sniff
from flows.formats.stated import Stated
from flows.model import Document, Format, RawFile

READERS: dict[Format, Callable[[str, str], Document]] = {
    Format.TEXT: text.read,
    Format.MARKDOWN: markdown.read,
    Format.HTML: html.read,
}
"""How a decoded text is read."""

STRUCTURED: dict[Format, Callable[[RawFile], Stated]] = {
    Format.RECORD: record.stated,
    Format.RSS: feed.read,
    Format.ATOM: feed.read,
    Format.JSON_FEED: record.stated,
    Format.NEWSML: newsml.read,
    Format.NITF: nitf.read,
    Format.NINJS: ninjs.read,
    Format.MAIL: mail.read,
}
"""How a document is read that says what is what in it."""


def parse(raw: RawFile) -> Document:
    """The document in a raw file's bytes; raises `Refused` where they hold none of the known formats."""
    if raw.form is None:
        decoded = decode(raw.data, raw.charset)
        format = sniff(decoded.text, raw.locator or raw.path)
        if format is not Format.HTML:
            delimited.refuse(decoded.text)
        document = READERS[format](decoded.text, decoded.encoding)
        return record.around(document, raw.claims, raw.extra, (*decoded.warnings, *_cut_short(raw)))
    stated = STRUCTURED[raw.form](raw)
    format = Format.HTML if stated.is_html else sniff(stated.body)
    document = READERS[format](stated.body, stated.encoding)
    claims, extra = (*raw.claims, *stated.claims), (*raw.extra, *stated.extra)
    return record.around(document, claims, extra, (*stated.warnings, *_cut_short(raw)))


def _cut_short(raw: RawFile) -> tuple[str, ...]:
    """The doubt of a page that its crawler did not fetch to the end."""
    return tuple(
        f"cut short by its crawler: {value}" for key, value in raw.extra if key.lower() == "warc.warc-truncated"
    )
