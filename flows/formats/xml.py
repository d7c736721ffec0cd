"""XML of strangers: no entity is expanded, nothing is fetched, and what is broken is read as far as it goes."""

from __future__ import annotations

import html.entities
import re
from collections.abc import Iterator

from lxml import etree

from flows.formats.decode import decode
from flows.model import RawFile, Reason, Refused

_DOCTYPE = re.compile(
    r"(?:\s|<\?(?:(?!\?>).)*\?>|<!--(?:(?!-->).)*-->)*<!DOCTYPE(?:[^\[>\"']|\"[^\"]*\"|'[^']*')*(?:\[.*?\]\s*)?>",
    re.S | re.I,
)
_DECLARATION = re.compile(r"^\ufeff?\s*<\?xml[^>]*\?>")
# Where a closing mark is missing, all up to the end belongs to the opening one: to look for it again at each of many
# opening marks would take for ever.
_ENTITY = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?!(?:amp|lt|gt|quot|apos);)(?:([a-zA-Z][a-zA-Z0-9.:_-]*);)?", re.S)
_CHARACTER = re.compile(r"&#(?:(\d{1,7})|[xX]([0-9a-fA-F]{1,6}));")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_TAG = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)|<(/?)([A-Za-z_][\w.:-]{0,200})[^<>]*?(/?)>", re.S
)


_NAME = re.compile(r"[^\W\d][\w.-]*")


def text_of(raw: RawFile) -> tuple[str, str, tuple[str, ...]]:
    """A document's XML as text that stands alone, its encoding, and warnings.

    It gets its file's head in front, the missing end tags behind, and loses its document type with whatever entities
    that declares: references to them stay as they are written.
    """
    decoded = decode(raw.head + raw.data, raw.charset)
    text = _DECLARATION.sub("", decoded.text, count=1)
    if doctype := _DOCTYPE.match(text):
        text = text[doctype.end() :]
    text = _FORBIDDEN.sub("\ufffd", _ENTITY.sub(_shown, _CHARACTER.sub(_character, text)))
    return text + closing(text) if raw.head else text, decoded.encoding, decoded.warnings


def tree(text: str) -> etree._Element:
    """The root of an XML text out of `text_of`, its elements without prefixes; raises `Refused` where there is none."""
    root = _parsed(text)
    for element in root.iter(etree.Element):
        # By hand: a damaged text has names that lxml reads and then refuses (`content:encoded` without its namespace).
        if _NAME.fullmatch(name := re.split("[}:]", element.tag)[-1]):
            element.tag = name
    return root


def mended(text: str) -> bytes:
    """An XML text out of `text_of` as well-formed XML; raises `Refused` where it is none at all."""
    return bytes(etree.tostring(_parsed(text), encoding="utf-8"))


def _parsed(text: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, remove_pis=True,
                             remove_comments=True, strip_cdata=True)  # fmt: skip
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise Refused("parse", Reason.MALFORMED, f"not XML: {error}") from error
    if root is None:
        raise Refused("parse", Reason.MALFORMED, "no XML in it")
    return root


def _shown(match: re.Match[str]) -> str:
    """A named character as itself; any other ampersand as the character that it is."""
    if match[0].startswith("<"):
        return match[0]
    known = html.entities.html5.get(f"{match[1]};") if match[1] else None
    return known or f"&amp;{match[0][1:]}"


def _character(match: re.Match[str]) -> str:
    code = int(match[1]) if match[1] else int(match[2], 16)
    char = chr(code) if 0x20 <= code < 0xD800 or 0xE000 <= code < 0x110000 or code in (9, 10, 13) else "\ufffd"
    return {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}.get(char, char)


def closing(text: str) -> str:
    """The end tags that `text` lacks."""
    opened: list[str] = []
    for tag in _TAG.finditer(text):
        if tag[2] is None or tag[3]:
            continue
        if not tag[1]:
            opened.append(tag[2])
        elif tag[2] in opened:
            while opened.pop() != tag[2]:
                pass
    return "".join(f"</{name}>" for name in reversed(opened))


def words(element: etree._Element | None) -> str:
    """All text in an element, white space folded."""
    return "" if element is None else " ".join("".join(element.itertext()).split())


def stated(root: etree._Element, *paths: str) -> Iterator[tuple[str, str]]:
    """Path and value of everything that stands at `paths`: `a/b` gives text, `a/b@c` an attribute."""
    for path in paths:
        place, _, attribute = path.partition("@")
        for element in root.iterfind(place):
            yield path, (element.get(attribute) or "") if attribute else words(element)


def markup(element: etree._Element) -> str:
    """What stands in an element, as HTML."""
    inner = element.text or ""
    pieces = [html.escape(inner, quote=False)]
    pieces += [etree.tostring(child, encoding="unicode", method="html") for child in element]
    return "".join(pieces)
