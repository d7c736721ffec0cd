"""Structured data of an HTML page → claims: meta tags, OpenGraph, links, JSON-LD, microdata, and what is visible.

Which claim is believed is not decided here: `flows.metadata` has the order of trust.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from lxml.etree import _Element as Element

from flows.formats.structured_jsonld import linked_data, readable
from flows.formats.structured_visible import visible
from flows.model import Found

MAX_VALUE = 5000
"""Characters of a value that are kept: no field is longer, and a page may put its whole text in a meta tag."""

MAX_NAME_WORDS = 8
"""No outlet's name is longer."""

# Names of meta tags (`name`, `property` or `itemprop`, lower case) by the field that they state, most specific first.
META = {
    "title": (
        "og:title", "twitter:title", "dc.title", "dcterms.title", "dc:title", "sailthru.title", "parsely-title",
        "citation_title", "headline", "cxenseparse:title", "article:title", "title",
    ),
    "summary": (
        "og:description", "description", "twitter:description", "dc.description", "dcterms.description",
        "sailthru.description", "dcterms.abstract",
    ),
    "author": (
        "article:author_name", "parsely-author", "sailthru.author", "author", "article:author", "og:article:author",
        "article.author", "dc.creator", "dcterms.creator", "dc:creator", "cxenseparse:author", "bt:author", "byl",
        "byline", "citation_author", "og:author", "articleauthor", "article_author", "authors", "bc:authors", "creator",
        "shareaholic:article_author_name", "qc:author", "rbauthors", "branch:deeplink:authorname1",
        "sailthru.byline_name", "dcsext.author",
    ),
    "publisher": (
        "og:site_name", "publisher", "dc.publisher", "dcterms.publisher", "prism.publicationname", "og:sitename",
        "citation_journal_title", "article_publication_name", "application-name", "shareaholic:site_name",
    ),
    "section": ("article:section", "parsely-section", "section", "og:article:section", "article.section",
                "cxenseparse:category", "dc.subject.section", "sailthru.section"),
    "tag": ("article:tag", "news_keywords", "keywords", "parsely-tags", "sailthru.tags", "og:article:tag"),
    "published": (
        "article:published_time", "og:article:published_time", "article:published", "og:published_time",
        "datepublished", "date_published", "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime",
        "cxenseparse:publishtime", "cxenseparse:recs:published_time", "dc.date.issued", "dcterms.issued",
        "dc.issued", "article_date_original", "article.published", "published_at", "content:publishdate",
        "og:publish_date", "publish_date", "publish-date", "publishdate", "publication_date", "publicationdate",
        "pubdate", "pub_date", "date-pub", "bt:pubdate", "prism.publicationdate", "citation_publication_date",
        "citation_online_date", "gsa_publish_date", "shareaholic:article_published_time", "published", "ptime",
        "displaydate", "originalpublicationdate", "rnews:datepublished", "date.available", "dc.date.available",
        "date.created", "dc.date.created", "dcterms.created", "article.created", "created", "datecreated", "dc.created",
        "dc.date", "dcterms.date", "dc:date", "date", "pdate", "citation_date", "analyticsattributes.articledate",
        "article_date", "articledate", "release_date", "dcterms.available",
    ),
    "modified": (
        "article:modified_time", "og:article:modified_time", "article:modified", "og:updated_time", "datemodified",
        "date_modified", "dc.date.modified", "dcterms.modified", "dc.modified", "article.updated", "last-modified",
        "lastmod", "lastmodified", "modified", "date.modified", "date.updated", "revision_date", "article_date_updated",
        "bt:moddate", "shareaholic:article_modified_time", "og:modified_time", "updated", "utime", "updated_at",
    ),
    "url": ("og:url", "parsely-link", "twitter:url", "dc.identifier", "citation_public_url", "cxenseparse:url"),
    "language": ("content-language", "dc.language", "dcterms.language", "og:locale", "language", "inlanguage"),
    "license": ("license", "dcterms.license", "dc.rights.license"),
    "rights": ("copyright", "dc.rights", "dcterms.rights", "rights", "dc.rightsholder", "dcterms.rightsholder"),
    "robots": ("robots", "googlebot", "googlebot-news", "tdm-reservation", "tdm-policy"),
}  # fmt: skip
_FIELD_OF = {name: field for field, names in META.items() for name in names}
_ADDRESS = re.compile(r"^(?:https?:)?//|^www\.", re.IGNORECASE)
_STATE = re.compile(
    r"""(?:"(?:date_?|first_?)?(?:publi(?:shed|sh|cation)|deploy|release|pub)_?(?:at|on|date|time|dt)?\\?"\s*:\s*\\?"
      | \bdata-(?:article-)?(?:publish(?:ed)?|pub|deploy|release|posted)-?(?:at|on|date|time|dt)\s*=\s*["'])
    (?P<raw>\d{4}(?:-\d\d-\d\d[T\d:.Z+-]{0,20}|\.\d\d\.\d\d(?:\s\d\d:\d\d)?))""",
    re.IGNORECASE | re.VERBOSE,
)
_LINKED = re.compile(r"<script\b[^>]*ld\+json[^>]*>(?P<data>[^<]*(?:<(?!/script)[^<]*)*)</script", re.IGNORECASE)
_SPLIT_TAGS = re.compile(r"\s*[,;、，]\s*")


def claims(tree: Element, text: str) -> tuple[Found, ...]:
    """Everything a page states about itself: one claim a value, the most specific source of a field first.

    `tree` is the parsed page, `text` its decoded source.  A claim whose raw string stands exactly once in the source
    carries its offsets; of the others the origin names the field: `meta.og:title`, `json-ld.datePublished`,
    `html.title`, `html.h1`, `html.time`, `html.visible-date`, `html.byline`, `link.canonical`, ….
    """
    head = [*_meta(tree), *_links(tree), *_document(tree)]
    known = {claim.origin: claim.value for claim in reversed(head)}
    addresses = [known[key] for key in ("link.canonical", "meta.og:url") if key in known]
    titles = [known[key] for key in ("meta.og:title", "html.title") if key in known]
    found = [*head, *linked_data(tree, addresses, titles), *visible(tree, titles)]
    if not any(claim.field == "published" for claim in found):
        found += _state(text)
    stated = [claim for claim in dict.fromkeys(found) if claim.value]
    places = {raw: _place(raw, text) for raw in dict.fromkeys(claim.raw for claim in stated)}
    return tuple(
        claim if (start := places[claim.raw]) is None else claim._replace(start=start, end=start + len(claim.raw))
        for claim in stated
    )


def claim(field: str, raw: str, origin: str, value: str | None = None) -> Found:
    """A claim with its white space folded and its length capped; not yet located."""
    raw = raw[:MAX_VALUE]
    plain = html.unescape(raw if value is None else value[:MAX_VALUE])  # values are often escaped twice
    return Found(field, " ".join(plain.split()), raw, origin)


def _meta(tree: Element) -> Iterator[Found]:
    found: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        content = (element.get("content") or element.get("value") or element.get("datetime") or "").strip()
        if not content:
            continue
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = (element.get(attribute) or "").strip().lower()
            if name in _FIELD_OF:
                found.setdefault(name, []).append(content)
                break
    for name, field in _FIELD_OF.items():
        for content in dict.fromkeys(found.get(name, ())):
            yield from _meta_claims(field, name, content)


def _meta_claims(field: str, name: str, content: str) -> Iterator[Found]:
    origin = f"meta.{name}"
    if field == "tag":
        for tag in _SPLIT_TAGS.split(content):
            yield claim(field, tag, origin)
    elif field == "robots":
        yield claim(field, content, origin, f"{name}: {content}" if name != "robots" else content)
    elif field in ("author", "publisher") and _ADDRESS.match(content):
        return
    elif field == "publisher" and len(content.split()) > MAX_NAME_WORDS:
        return  # a headline, or a sentence about the site
    else:
        yield claim(field, content, origin)


def _links(tree: Element) -> Iterator[Found]:
    for element in tree.iter("link", "a"):
        stated = element.get("rel")
        if not stated or not (href := (element.get("href") or "").strip()):
            continue
        rel = stated.lower().split()
        if element.tag == "link" and "canonical" in rel:
            yield claim("canonical_url", href, "link.canonical")
        elif "license" in rel:
            yield claim("license", href, "link.license")


def _document(tree: Element) -> Iterator[Found]:
    root = tree.getroottree().getroot()
    for attribute in ("lang", "{http://www.w3.org/XML/1998/namespace}lang", "xml:lang"):
        if stated := (root.get(attribute) or "").strip():
            yield claim("language", stated, "html.lang")
            break
    for element in tree.iter("title"):
        if any(ancestor.tag == "svg" for ancestor in element.iterancestors()):
            continue
        if words := "".join(element.itertext()).strip():
            yield claim("title", words, "html.title")
            break


def _state(text: str) -> Iterator[Found]:
    """The day of publication in the data that a page's scripts hold, if they hold no other.  JSON-LD that can be read
    has been: what it says of other things than the article is not asked again."""
    stated = [match["raw"] for match in _STATE.finditer(_LINKED.sub(_unless_read, text))]
    if len({raw[:10] for raw in stated}) == 1:
        yield claim("published", stated[0], "script.published")


def _unless_read(script: re.Match[str]) -> str:
    return "" if readable(script["data"]) else script[0]


def _place(raw: str, text: str) -> int | None:
    """Where a raw string stands in the page's source, if it does exactly once."""
    if len(raw) < 4:
        return None
    start = text.find(raw)
    return None if start < 0 or text.find(raw, start + 1) >= 0 else start
