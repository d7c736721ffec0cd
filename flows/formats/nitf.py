"""NITF, the News Industry Text Format of IPTC, 3.x: an article alone or inside a NewsML-G2 item."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from flows.formats import xml
from flows.formats.stated import Stated, claimed, plain
from flows.model import Found, RawFile, Reason, Refused

# Where it stands → the field.  `@` names an attribute.
FIELDS = {
    "body/body.head/hedline/hl1": "title",
    "head/title": "title",
    "head/docdata/du-key@key": "source_id",
    "head/docdata/doc-id@id-string": "source_id",
    "head/docdata/date.issue@norm": "published",
    "head/pubdata@date.publication": "published",
    "head/docdata/date.release@norm": "published",
    "head/docdata/doc.copyright@holder": "rights",
    "body/body.head/rights": "rights",
    "head/docdata/doc.rights@owner": "rights",
    "head/docdata/key-list/keyword@key": "tag",
    "head/pubdata@position.section": "section",
    "head/pubdata@name": "publisher",
    "head/pubdata@ex-ref": "url",
    "body/body.head/hedline/hl2": "summary",
    "body/body.head/abstract": "summary",
    "body/body.head/byline": "author",
    "body/body.head/distributor": "agency",
    "body/body.head/dateline": "dateline",
    "head/tobject/tobject.subject@tobject.subject.type": "tag",
    "head/tobject/tobject.subject@tobject.subject.matter": "tag",
}
_PICTURES = {"media-caption": "caption", "media-producer": "credit"}
_MORE = ("head/docdata/urgency@ed-urg", "head/docdata/ed-msg@info", "head/docdata/date.expire@norm",
         "head/docdata/doc.copyright@year", "head/docdata/fixture@fix-id", "body/body.head/note",
         "head/pubdata@edition.name", "head/pubdata@position.sequence")  # fmt: skip
"""What is kept and not understood."""
RENAMED = {
    "hl1": "h1", "hl2": "h2", "block": "div", "bq": "blockquote", "media": "figure",
    "person": "span", "org": "span", "location": "span", "chron": "span",
    "money": "span", "num": "span", "object.title": "span", "event": "span", "function": "span", "virtloc": "span",
    "lang": "span", "copyrite": "span", "tagline": "p", "bibliography": "p", "nitf-table": "div", "pronounce": "span",
    "fn": "p", "byline": "p", "dateline": "p", "credit": "p", "datasource": "p",
}  # fmt: skip
"""Elements of NITF whose like in HTML has another name."""


def read(raw: RawFile) -> Stated:
    """An NITF document; raises `Refused` where it has no text."""
    text, encoding, warnings = xml.text_of(raw)
    root = xml.tree(text)
    found = root if root.tag == "nitf" else root.find(".//nitf")
    if found is None:
        raise Refused("parse", Reason.MALFORMED, "no NITF document in it")
    body, claims, extra = contents(found)
    return Stated(body, claims, extra, encoding, warnings, is_html=True)


def contents(root: etree._Element) -> tuple[str, tuple[Found, ...], tuple[tuple[str, str], ...]]:
    """Body as HTML, claims, and what no claim takes, of an `nitf` element whose names have no prefixes."""
    claims = (*claimed("nitf", FIELDS, _claims(root)), *claimed("nitf", _PICTURES, _pictures(root)))
    extra = tuple((f"nitf.{path}", value) for path, value in xml.stated(root, *_MORE) if value)
    body = html_of([part for name in ("body/body.content", "body/body.end") for part in root.iterfind(name)])
    if not body.strip():
        raise Refused("parse", Reason.NO_ARTICLE, "no text in the NITF document")
    return body, claims, extra


def _pictures(root: etree._Element) -> Iterator[tuple[str, str]]:
    """Caption and credit of each picture; they are taken out of the body, whose rules would find them once more."""
    for media in root.iter("media"):
        yield from xml.stated(media, *_PICTURES)
        for stated in (*media.iterfind("media-caption"), *media.iterfind("media-producer")):
            media.remove(stated)


def _claims(root: etree._Element) -> Iterator[tuple[str, str]]:
    for path, value in xml.stated(root, *FIELDS):
        yield path, _clock(value) if FIELDS[path] == "published" else value


def _clock(stamp: str) -> str:
    """NITF writes dates as `20260504T091500+0100`: the same in the extended form of ISO 8601."""
    digits = stamp.strip()
    if len(digits) < 8 or not digits[:8].isdecimal():
        return stamp
    day = f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}"
    if digits[8:9] != "T" or not digits[9:13].isdecimal():
        return day if len(digits) == 8 else stamp
    seconds = digits[13:15] if digits[13:15].isdecimal() and len(digits[13:15]) == 2 else ""
    clock = f"{digits[9:11]}:{digits[11:13]}" + (f":{seconds}" if seconds else "")
    zone = digits[13 + len(seconds) :]
    if len(zone) == 5 and zone[0] in "+-":
        zone = f"{zone[:3]}:{zone[3:]}"
    return f"{day}T{clock}{zone}"


def html_of(parts: list[etree._Element]) -> str:
    """The text of elements as HTML: NITF's own elements under the names that HTML has for them."""
    for part in parts:
        for element in part.iter(etree.Element):
            if element is not part and element.tag in RENAMED:
                element.set("class", element.tag)
                element.tag = RENAMED[element.tag]
    return plain("\n".join(xml.markup(part).strip() for part in parts))
