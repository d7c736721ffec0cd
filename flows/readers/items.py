"""XML with several documents in it: RSS and Atom feeds, news messages of NewsML-G2.

The file is cut at the tags of its items, not parsed: the bytes of each item are its own, a broken one leaves its
neighbours alone, and no entity is ever expanded here.  The formats read an item together with the file's head.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.formats.decode import decode
from flows.model import Format, PassedOver, Piece, Reason, Refused
from flows.readers.kinds import root
from flows.readers.streams import Stream

if TYPE_CHECKING:
    from flows.readers.walk import At, Walker

_FEED_ITEMS = (b"item", b"entry")
_NEWS_ITEMS = (b"newsItem", b"packageItem", b"conceptItem", b"knowledgeItem", b"planningItem", b"catalogItem")
_CDATA = rb"\s*(?:<!\[CDATA\[)?\s*"
_ID = re.compile(rb"<(?:[\w.-]+:)?(guid|id)\b[^>]{0,500}>" + _CDATA + rb"(?P<name>[^<\]]{1,2000})")
_LINK = re.compile(
    rb"<link\b[^>]{0,1000}>" + _CDATA + rb"(?P<name>[^\s<\]]{1,2000})|<link\b[^>]{0,1000}?href=[\"'](?P<href>[^\"']+)"
)
_ABOUT = re.compile(rb"^<[^>]{0,1000}?\b(?:rdf:about|guid)=[\"'](?P<name>[^\"']{1,2000})")
_NUMBER = re.compile(rb"^<[^>]{0,1000}?\sversion=[\"'](\d{1,9})")
_XML_ENCODING = re.compile(r"(<\?xml[^>]{0,100}?)\s+encoding=[\"'][^\"']{0,40}[\"']")


@dataclass(frozen=True, slots=True)
class _Item:
    name: bytes
    data: bytes
    whole: bool


def read_feed(stream: Stream, at: At, walker: Walker) -> Iterator[Piece]:
    """The entries of a feed; an entry's locator is the id that it gives itself, or its address, or its number."""
    data = _narrow(walker.whole(stream))
    form = Format.ATOM if root(data) == "feed" else Format.RSS
    head, items = _cut(data, _FEED_ITEMS)
    for number, item in enumerate(items, start=1):
        name = _own_name(item.data, (_ID, _LINK, _ABOUT)) or str(number)
        if item.whole:
            yield walker.item(at, name, item.data, form, head)
        else:
            yield walker.reject(walker.locator(at, name), _ends_early("the feed"))
            return
    if not re.search(rb"</(?:[\w.-]+:)?(?:rss|feed|RDF)\s*>\s*(?:<!--.*?-->\s*)*\Z", data[-4096:], re.S):
        raise _ends_early("the feed")


def read_newsml(stream: Stream, at: At, walker: Walker) -> Iterator[Piece]:
    """The news items of a message, or the one that the file is; other items (packages, concepts) are counted."""
    data = _narrow(walker.whole(stream))
    if root(data) == "newsItem":
        if not re.search(rb"</(?:[\w.-]+:)?newsItem\s*>", data):
            raise _ends_early("the news item")
        yield walker.document(data, at, Format.NEWSML)
        return
    head, items = _cut(data, _NEWS_ITEMS)
    for number, item in enumerate(items, start=1):
        name = _own_name(item.data, (_ABOUT,)) or str(number)
        version = _NUMBER.search(item.data)
        name = f"{name};version={version[1].decode()}" if version else name
        if not item.whole:
            yield walker.reject(walker.locator(at, name), _ends_early("the news message"))
            return
        if item.name == b"newsItem":
            yield walker.item(at, name, item.data, Format.NEWSML, head)
        else:
            yield PassedOver("newsml.other-item")
    if not re.search(rb"</(?:[\w.-]+:)?newsMessage\s*>", data[-4096:]):
        raise _ends_early("the news message")


def read_nitf(stream: Stream, at: At, walker: Walker) -> Iterator[Piece]:
    """The one document that it is."""
    data = _narrow(walker.whole(stream))
    if not re.search(rb"</(?:[\w.-]+:)?nitf\s*>", data):
        raise _ends_early("the NITF document")
    yield walker.document(data, at, Format.NITF)


def _ends_early(what: str) -> Refused:
    return Refused("read", Reason.TRUNCATED, f"{what} ends in the middle")


def _narrow(data: bytes) -> bytes:
    """UTF-16 and UTF-32 as UTF-8, so that tags can be found in the bytes; anything else as it is."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or 0 in data[:4]:
        return _XML_ENCODING.sub(r"\1", decode(data).text).encode()
    return data


def _cut(data: bytes, names: tuple[bytes, ...]) -> tuple[bytes, list[_Item]]:
    """The bytes before the first item, and the items; the last one may not be whole."""
    tags = re.compile(
        rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<(/?)(?:[\w.-]+:)?("
        + b"|".join(names)
        + rb")(?=[\s>/])[^<>]*>",
        re.S,
    )
    items: list[_Item] = []
    first = len(data)
    name, start, depth = b"", 0, 0
    for tag in tags.finditer(data):
        if tag[2] is None or (depth and tag[2] != name):
            continue
        if not tag[1]:
            if not depth:
                name, start = tag[2], tag.start()
                first = min(first, start)
            depth += not tag[0].endswith(b"/>")
        elif depth:
            depth -= 1
            if not depth:
                items.append(_Item(name, data[start : tag.end()], whole=True))
    if depth:
        items.append(_Item(name, data[start:], whole=False))
    return data[:first], items


def _own_name(data: bytes, patterns: tuple[re.Pattern[bytes], ...]) -> str | None:
    for pattern in patterns:
        if match := pattern.search(data):
            found = next(group for group in match.groupdict().values() if group is not None)
            return html.unescape(found.strip().decode("utf-8", "replace"))
    return None
