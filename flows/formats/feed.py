"""Entries of RSS and Atom feeds.  The only module that imports feedparser."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from typing import Any

import feedparser

from flows.formats import xml
from flows.formats.stated import Stated, chosen, claimed, has_markup
from flows.model import Format, RawFile, Reason, Refused

_TAG = re.compile(r"<[^<>]{1,1000}>")
_PATIENT = 1 << 19
"""Characters above which feedparser gets well-formed XML only: of broken XML its time grows with the square."""
FIELDS = {
    "title": "title", "link": "url", "id": "source_id", "author": "author", "contributor": "contributor",
    "published": "published", "updated": "modified", "category": "tag", "summary": "summary", "rights": "rights",
    "license": "license", "source": "syndicated_from", "publisher": "publisher", "language": "language",
    "created": "published",
}  # fmt: skip
"""feedparser's names of what an entry or its feed states → field."""
_ENTRY_DATES = ("published", "created", "updated")


def read(raw: RawFile) -> Stated:
    """An entry of a feed: its content, or its teaser where it has no more; raises `Refused` where it has neither."""
    text, encoding, warnings = xml.text_of(raw)
    parsed = feedparser.parse(
        io.BytesIO(text.encode() if len(text) < _PATIENT else xml.mended(text)),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not parsed.entries:
        raise Refused("parse", Reason.MALFORMED, "no entry of a feed can be read in it")
    entry = dict(parsed.entries[-1])
    origin = "atom" if raw.form is Format.ATOM else "rss"
    bodies = [("content", content.get("value") or "") for content in entry.get("content", ())]
    summary = entry.get("summary") or ""
    body, others = chosen(bodies or [("summary", summary)], "the entry")
    stated = [*_entry(entry, raw.form, text), *_feed(dict(parsed.feed), entry)]
    if bodies and summary and summary.strip() != body.strip():
        stated.append(("summary", _bare(summary)))
    return Stated(
        body,
        claimed(origin, FIELDS, stated),
        tuple((f"{origin}.{name}", value) for name, value in [*others, *_extra(entry)]),
        encoding,
        warnings,
        is_html=has_markup(body),
    )


def _entry(entry: dict[str, Any], form: Format | None, text: str) -> Iterator[tuple[str, str | None]]:
    yield "title", _bare(entry.get("title") or "")
    if entry.get("links"):  # without one feedparser takes the id for an address
        yield "link", entry.get("link")
    yield "id", entry.get("id")
    for name in dict.fromkeys(_name(author, text) for author in entry.get("authors", ())):
        yield "author", name
    for contributor in entry.get("contributors", ()):
        yield "contributor", contributor.get("name")
    dates = {name: entry[name] for name in _ENTRY_DATES if entry.get(name)}
    if form is Format.RSS and "updated" in dates and not {"published", "created"} & dates.keys():
        dates = {"published": dates["updated"]}  # RSS knows no other date than that of publication: dc:date
    yield from dates.items()
    for tag in entry.get("tags", ()):
        yield "category", tag.get("label") or tag.get("term")
    yield "rights", _bare(entry.get("rights") or "")
    yield "license", entry.get("license")
    yield "source", (entry.get("source") or {}).get("title")


def _name(author: dict[str, str], text: str) -> str:
    """An author's name, else address.

    Of `desk@paper.media (Ada Lane)` feedparser takes the last letter for the beginning of the name.
    """
    name, address = author.get("name") or "", author.get("email") or ""
    torn = re.search(f"{re.escape(address)}([A-Za-z]{{1,60}})", text) if address else None
    if torn:
        name = re.sub(rf"^{torn[1]}(?=\W|$)|<{torn[1]}>?$", "", name).strip(" ()<>")
        address += torn[1]
    return name or address


def _feed(feed: dict[str, Any], entry: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
    """What the feed says of all its entries, where the entry does not say it of itself."""
    yield "publisher", entry.get("publisher") or feed.get("publisher") or _bare(feed.get("title") or "")
    yield "language", entry.get("language") or feed.get("language")
    if not entry.get("rights"):
        yield "rights", _bare(feed.get("rights") or "")
    if not entry.get("license"):
        yield "license", feed.get("license")


def _extra(entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for link in entry.get("links", ()):
        if link.get("rel") != "alternate" and link.get("href"):
            yield f"link.{link.get('rel')}", link["href"]
    for key in ("comments", "slash_comments"):
        if entry.get(key):
            yield key, str(entry[key])
    for media in entry.get("media_content", ()):
        if media.get("url"):
            yield "media", media["url"]
    for credit in entry.get("media_credit", ()):
        if credit.get("content"):
            yield "media.credit", credit["content"]


def _bare(text: str) -> str:
    """Words of a title or teaser, which feeds may write as HTML."""
    return " ".join(html.unescape(_TAG.sub(" ", text) if has_markup(text) else text).split())
