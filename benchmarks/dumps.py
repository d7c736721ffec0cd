"""Pages turned into text and Markdown in the ways people do it: what tells a paragraph from a menu must not be the
habits of one tool.

inscriptis keeps a page's layout by indents and gaps, BeautifulSoup's `get_text` breaks a line at every tag and has no
gaps, html2text wraps lines; links and the marks of headings are kept or not.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import html2text
import inscriptis
import markdownify
from bs4 import BeautifulSoup
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig
from lxml import etree, html

_IN_LINE = {"a", "abbr", "b", "cite", "code", "em", "font", "i", "img", "mark", "q", "small", "span", "strong", "sub",
            "sup", "time", "u"}  # fmt: skip


def parsed(source: str) -> html.HtmlElement:
    """The tree of a page; lxml takes no text that says what it is encoded in."""
    return html.fromstring(source.encode() if source.lstrip().startswith("<?xml") else source)


def tidied(source: str) -> str:
    """The body of a page without scripts, styles and drawings, as HTML."""
    tree = parsed(source)
    body = tree.find(".//body")
    body = tree if body is None else body
    for element in body.xpath(".//script|.//style|.//noscript|.//template|.//svg"):
        element.drop_tree()
    return html.tostring(body, encoding="unicode")


def plain(page: str) -> dict[str, str]:
    """The dumps that pages with a body come with: form → dump of a tidied page."""
    return {"text": inscriptis.get_text(page), "markdown": markdownify.markdownify(page)}


def _html2text(page: str, links: bool) -> str:
    writer = html2text.HTML2Text()
    writer.ignore_links = writer.ignore_images = not links
    writer.body_width = 0 if links else 78
    return writer.handle(page)


def _by_block(page: str) -> str:
    """A line for the text between any two tags that are no part of a line: what scrapers write with lxml alone."""
    tree = html.fromstring(page)
    etree.strip_tags(tree, etree.Comment, etree.ProcessingInstruction)
    lines = [""]
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if element.tag not in _IN_LINE:
            lines.append("")
        lines[-1] += (element.text if event == "start" else element.tail) or ""
    return "\n".join(line for line in (" ".join(line.split()) for line in lines) if line)


OTHERS: dict[str, tuple[str, Callable[[str], str]]] = {
    "html2text": ("markdown", functools.partial(_html2text, links=True)),
    "html2text, no links": ("markdown", functools.partial(_html2text, links=False)),
    "markdownify, no links": (
        "markdown",
        functools.partial(markdownify.markdownify, heading_style="ATX", strip=["a", "img"]),
    ),
    "inscriptis, strict": (
        "text",
        functools.partial(inscriptis.get_text, config=ParserConfig(css=CSS_PROFILES["strict"])),
    ),
    "BeautifulSoup": ("text", lambda page: BeautifulSoup(page, "lxml").get_text("\n", strip=True)),
    "lxml": ("text", _by_block),
}
"""Name of a way → the form it gives and what makes it of a tidied page."""
