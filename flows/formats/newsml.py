"""Text items of NewsML-G2, IPTC's exchange format: `newsItem`, alone or out of a `newsMessage`.

https://iptc.org/standards/newsml-g2/
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from flows.formats import nitf, xml
from flows.formats.stated import Stated, chosen, claimed, has_markup
from flows.model import Found, RawFile, Reason, Refused

FIELDS = {
    "@guid": "source_id",
    "contentMeta/headline": "title",
    "itemMeta/title": "title",
    "contentMeta/by": "author",
    "contentMeta/creator/name": "author",
    "contentMeta/contributor/name": "contributor",
    "contentMeta/dateline": "dateline",
    "contentMeta/language@tag": "language",
    "contentMeta/keyword": "tag",
    "contentMeta/subject/name": "tag",
    "contentMeta/description": "summary",
    "contentMeta/infoSource/name": "agency",
    "itemMeta/provider/name": "publisher",
    "itemMeta/provider@literal": "publisher",
    "itemMeta/firstCreated": "published",
    "itemMeta/versionCreated": "modified",
    "contentMeta/contentModified": "modified",
    "contentMeta/contentCreated": "published",
    "rightsInfo/copyrightNotice": "rights",
    "rightsInfo/copyrightHolder/name": "rights",
    "rightsInfo/copyrightHolder@literal": "rights",
    "rightsInfo/usageTerms": "license",
    "itemMeta/link@href": "url",
}
"""Where it stands → the field.  `@` names an attribute."""
_MORE = ("@version", "itemMeta/itemClass@qcode", "itemMeta/pubStatus@qcode", "itemMeta/embargoed", "itemMeta/edNote",
         "contentMeta/slugline", "contentMeta/urgency", "contentMeta/genre@qcode", "contentMeta/located/name",
         "contentMeta/creditline")  # fmt: skip
_UNUSABLE = ("canceled", "cancelled", "withheld")


def read(raw: RawFile) -> Stated:
    """A news item; raises `Refused` where it has no text, as an item of pictures has none."""
    text, encoding, warnings = xml.text_of(raw)
    root = xml.tree(text)
    items = [root] if root.tag == "newsItem" else list(root.iter("newsItem"))
    if not items:
        raise Refused("parse", Reason.MALFORMED, "no news item in it")
    item = items[-1]
    stated = list(xml.stated(item, *(path for path in FIELDS if not path.startswith("@"))))
    stated.append(("@guid", item.get("guid") or ""))
    extra = [(path, value) for path, value in xml.stated(item, *_MORE[1:]) if value]
    extra.append(("@version", item.get("version") or ""))
    bodies, inner = _bodies(item)
    body, others = chosen(bodies, f"the item ({dict(extra).get('itemMeta/itemClass@qcode', 'no class')})")
    status = dict(extra).get("itemMeta/pubStatus@qcode", "")
    if status.endswith(_UNUSABLE):
        warnings = (*warnings, f"its publisher says that it is not to be used: {status}")
    named = tuple((f"newsml.{name}", value) for name, value in [*extra, *others] if value)
    claims = claimed("newsml", FIELDS, _dated(stated))
    language = item.get("{http://www.w3.org/XML/1998/namespace}lang")
    if language:
        claims += (Found("language", language, language, "newsml.xml:lang"),)
    return Stated(body, claims + inner, named, encoding, warnings, is_html=has_markup(body))


def _dated(stated: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """An item that names only the time of this version, its first, was published then; `published` and `modified` by
    the first and the last version otherwise."""
    names = {path for path, value in stated if value}
    for path, value in stated:
        alone = not names & {"itemMeta/firstCreated", "contentMeta/contentCreated"}
        yield ("itemMeta/firstCreated" if path == "itemMeta/versionCreated" and alone else path), value


def _bodies(item: etree._Element) -> tuple[list[tuple[str, str]], tuple[Found, ...]]:
    """The renditions that have a text, and the claims of NITF in them."""
    bodies: list[tuple[str, str]] = []
    claims: tuple[Found, ...] = ()
    for rendition in item.iterfind("contentSet/*"):
        if rendition.tag == "inlineXML" and (inner := rendition.find("nitf")) is not None:
            body, more, _ = nitf.contents(inner)
            bodies.append(("inlineXML", body))
            claims += more
        elif rendition.tag == "inlineXML":
            page = rendition.find(".//body")
            bodies.append(("inlineXML", nitf.html_of([rendition if page is None else page])))
        elif rendition.tag == "inlineData":
            bodies.append(("inlineData", "".join(rendition.itertext())))
    return bodies, claims
