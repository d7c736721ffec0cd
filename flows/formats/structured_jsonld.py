"""JSON-LD of a page → claims of the article it is about (https://schema.org/Article)."""

from __future__ import annotations

import functools
import html
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from lxml.etree import _Element as Element

from flows.model import Found

MAX_SCRIPT = 2_000_000
DEPTH = 6

Node = dict[str, Any]

# Properties that are read as they are, by field.
_PLAIN = {
    "title": ("headline",),
    "summary": ("description",),
    "published": ("datePublished", "dateCreated", "uploadDate"),
    "modified": ("dateModified",),
    "section": ("articleSection",),
    "tag": ("keywords",),
    "url": ("url", "mainEntityOfPage"),
    "language": ("inLanguage",),
    "license": ("license",),
    "rights": ("copyrightNotice",),
    "comment_count": ("commentCount",),
    "dateline": ("dateline",),
    "correction": ("correction",),
}
_NAMED = {"author": ("author", "creator"), "contributor": ("contributor", "editor"), "publisher": ("publisher",)}
_OF_PAGE = ("published", "modified", "url", "language", "author", "summary")
_ARTICLE = re.compile(r"(?:Article|Posting|Report|LiveBlogPosting)$|^(?:Review|CriticReview|ClaimReview|Recipe|HowTo)$")
_PAGE = re.compile(r"Page$")
_WORK = re.compile(r"^(?:CreativeWork|PodcastEpisode|NewsMediaObject)$")
_SHOWN = re.compile(r"^(?:VideoObject|AudioObject|Book|Movie|Course)$")
"""What a page may be about, or show beside what it is about."""
_COMMENT = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)"
    r"|(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/|\]\]>)\s*;?\s*$"
)
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_SPLIT_TAGS = re.compile(r"\s*[,;、，]\s*")
_MARKUP = re.compile(r"<[^<>]{1,200}>")


def linked_data(tree: Element, addresses: Sequence[str], titles: Sequence[str]) -> Iterator[Found]:
    """The claims of the JSON-LD node that is this page's article.

    `addresses` and `titles` are what the page says of itself elsewhere: of several articles described on one page,
    the one that agrees with them is meant.  The page's own node adds what the article's lacks, as `json-ld.page.…`.
    Broken JSON is repaired where it is one of the usual faults, and skipped otherwise.
    """
    nodes: list[Node] = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text and len(script.text) <= MAX_SCRIPT:
            for value in _values(script.text):
                nodes += _flatten(value, 0)
    by_id = {node["@id"]: node for node in reversed(nodes) if isinstance(node.get("@id"), str) and len(node) > 2}
    articles = [node for node in nodes if _is(node, _ARTICLE)]
    pages = [node for node in nodes if _is(node, _PAGE)]
    works = [
        node for node in nodes if _is(node, _WORK) or (_is(node, _SHOWN) and _agreement(node, addresses, titles) > 0)
    ]
    if articles:
        article = _best(articles, addresses, titles)
        stated = article["@type"]
        yield Found("type", " ".join(stated if isinstance(stated, list) else [stated]), "", "json-ld.@type")
        yield from _claims(article, "json-ld.", by_id, (*_PLAIN, *_NAMED))
    if pages:
        yield from _claims(_best(pages, addresses, titles), "json-ld.page.", by_id, _OF_PAGE)
    if works and not articles:
        yield from _claims(_best(works, addresses, titles), "json-ld.work.", by_id, _OF_PAGE)


def readable(script: str) -> bool:
    """Whether a script element's JSON-LD can be read, mended if need be."""
    return len(script) <= MAX_SCRIPT and next(_values(script), None) is not None


def _values(script: str) -> Iterator[Any]:
    """The JSON values of a script element: usually one, sometimes several in a row, sometimes broken."""
    source = _COMMENT.sub("", _COMMENT.sub("", script.strip())).strip().rstrip(";")
    decoder = json.JSONDecoder(strict=False)
    for mended in (str, functools.partial(_TRAILING_COMMA.sub, ""), _escaped):
        attempt = mended(source)
        position, values = 0, []
        try:
            while position < len(attempt):
                value, position = decoder.raw_decode(attempt, position)
                values.append(value)
                while position < len(attempt) and attempt[position] in " \t\r\n,;":
                    position += 1
        except (ValueError, RecursionError):
            if not values:
                continue
        yield from values
        return


def _escaped(source: str) -> str:
    """The source with the quotation marks inside of string values escaped: `"name": "the "best" day",`."""
    lines = []
    for line in _TRAILING_COMMA.sub("", source).split("\n"):
        match = re.fullmatch(r'(\s*"[\w@-]+"\s*:\s*")(.*)("\s*,?\s*)', line)
        if match:
            line = match[1] + re.sub(r'(?<!\\)"', r"\"", match[2]) + match[3]
        lines.append(re.sub(r'\\(?!["\\/bfnrtu])', r"\\\\", line))
    return "\n".join(lines)


def _flatten(value: Any, depth: int) -> Iterator[Node]:
    """The nodes of a value: of lists, graphs, and what a page says is its main entity."""
    if depth > DEPTH:
        return
    if isinstance(value, list):
        for each in value:
            yield from _flatten(each, depth + 1)
    elif isinstance(value, dict):
        yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            if isinstance(value.get(key), (dict, list)):
                yield from _flatten(value[key], depth + 1)


def _is(node: Node, pattern: re.Pattern[str]) -> bool:
    stated = node.get("@type")
    types = stated if isinstance(stated, list) else [stated]
    return any(isinstance(each, str) and pattern.search(each.rpartition("/")[2]) for each in types)


def _best(nodes: Sequence[Node], addresses: Sequence[str], titles: Sequence[str]) -> Node:
    return max(nodes, key=lambda node: _agreement(node, addresses, titles) + bool(node.get("datePublished")))


def _agreement(node: Node, addresses: Sequence[str], titles: Sequence[str]) -> int:
    """How much a node has in common with what the page says of itself: its address, and more so its title."""
    own = {each.rstrip("/") for key in ("url", "mainEntityOfPage", "@id") for each in _texts(node.get(key), {})}
    headline = next(iter(_texts(node.get("headline") or node.get("name"), {})), "")
    same_address = bool(own & {address.rstrip("/") for address in addresses})
    same_title = bool(headline) and any(headline in title or title in headline for title in titles)
    return 2 * same_title + same_address


def _claims(node: Node, prefix: str, by_id: dict[str, Node], fields: Sequence[str]) -> Iterator[Found]:
    for field in fields:
        for key in (*_PLAIN.get(field, ()), *_NAMED.get(field, ())):
            origin = f"{prefix}{key}"
            for raw in _texts(node.get(key), by_id):
                value = " ".join(_MARKUP.sub(" ", html.unescape(raw)).split())[:5000]
                parts = _SPLIT_TAGS.split(value) if field == "tag" else (value,)
                for part in parts:
                    if part and not (field in _NAMED and part.startswith(("http://", "https://"))):
                        yield Found(field, part, raw[:5000], origin)


def _texts(value: Any, by_id: dict[str, Node], depth: int = 0) -> Iterator[str]:
    """The strings that a property states: itself, those of a list, or the name (or address) of a node."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, bool) or depth > DEPTH:
        return
    elif isinstance(value, int):
        yield str(value)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each, by_id, depth + 1)
    elif isinstance(value, dict):
        node = value if len(value) > 2 or "name" in value else by_id.get(str(value.get("@id")), value)
        yield from _texts(node.get("name") or node.get("@id") or node.get("url") or node.get("text"), {}, depth + 1)
