"""HTML: the source of a page → a `Document` whose blocks know where they stand in that source.

The parse is our own because no HTML library gives offsets of text into the source.  It is lenient in the way
browsers are (unclosed `p`, `li`, `td`, stray end tags, misnesting, quotes that never close), linear in the size
of the page, and loses nothing: between two blocks stand only markup, comments, raw-text elements and white space.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from lxml import etree
from lxml import html as lxml_html

from flows.formats import html_elements as elements
from flows.formats.html_attributes import attribute, hints_of
from flows.formats.html_script import nearly_bare, scripted
from flows.formats.repair import repair
from flows.formats.structured import claims
from flows.model import Block, Document, Format, Kind, Link

# A comment, a tag with its attributes, or what browsers treat as a comment.  Quotes count only after `=`, and all
# loops are possessive: each character is looked at once, also where the tag never ends.
_TOKEN = re.compile(
    r"""<(?: !--(?:-?>|.*?(?:--!?>|\Z))
           | (?P<close>/?)(?P<name>[a-zA-Z][^\s/>]*+)
             (?P<attributes>(?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+')?+)*+)(?:>|\Z)
           | [!?/][^>]*+(?:>|\Z))""",
    re.DOTALL | re.VERBOSE,
)
_BLANK = " \t\n\r\f\v\x00\x1c\x1d\x1e\x1f\x85\xa0\xad\u1680\u180e\u2028\u2029\u202f\u205f\u2060\u3000\ufeff" + "".join(
    map(chr, (*range(0x2000, 0x2010), *range(0x202A, 0x202F)))
)
"""White space, invisible and control characters: what a block neither begins nor ends with."""
_SELF_CLOSED = re.compile(r"""(?:^|[\s"'])/$""")
_LINE_BREAK = "\x0b"
"""Stands for `<br>` inside a block until its text is folded."""
_CELL = 80
"""Characters of a table's cell; a longer one is a paragraph of a page that is laid out as a table."""
_DEEP = 512
"""An end tag looks for its element this far up: as deep as browsers nest."""


def read(text: str, encoding: str) -> Document:
    """The decoded source of a page → its `Document`; never fails, a page without visible text has no blocks.

    `encoding` is recorded as given.  The claims come from the page's structured data, by way of lxml.
    """
    visible = tuple(blocks(text))
    found = scripted(text, visible, blocks) if nearly_bare(visible) else ()
    every = tuple(sorted((*visible, *found), key=lambda block: block.start)) if found else visible
    return Document(Format.HTML, text, encoding, every, claims(_tree(text, etree.HTMLParser), text))


def tree(text: str) -> lxml_html.HtmlElement:
    """The page as lxml.html sees it, whatever encoding its `meta` elements declare; an empty page gives `<html/>`."""
    return _tree(text, lxml_html.HTMLParser)


def _tree(text: str, parser: type[etree.HTMLParser]) -> etree._Element:
    """The page as lxml sees it: its elements are lxml.html's, or plain ones, which are made in half the time."""
    reader = parser(encoding="utf-8", remove_comments=True, remove_pis=True)
    source = text.replace("\x00", "").encode("utf-8", "replace")
    try:
        found = lxml_html.document_fromstring(source, parser=reader)
    except etree.ParserError:
        return reader.makeelement("html")
    return found


def blocks(text: str) -> Iterator[Block]:
    """The visible text of a page, split at block elements and at double `<br>`, in the order of the source."""
    page = _Page(text)
    position, end, unclosed = 0, len(text), set[str]()
    search, told, raw = _TOKEN.search, elements.TOLD, elements.RAW
    while position < end:
        token = search(text, position)
        start = token.start() if token else end
        if start > position:
            page.characters(position, start)
        if token is None:
            break
        position = token.end()
        close, name, attributes = token.groups()
        if not name:
            continue
        name = name.lower()
        if name not in told and "-" not in name:
            continue
        if close:
            page.end(name)
        elif name not in raw:
            page.begin(name, attributes)
        elif name not in unclosed and not (name == "svg" and _SELF_CLOSED.search(attributes)):
            closing = elements.RAW_END[name].search(text, position)
            if closing:
                position = closing.end()
            elif name in {"script", "style"}:
                break
            else:
                unclosed.add(name)
        if page.done:
            yield from page.finished()
    page.flush()
    yield from page.finished()


class _Page:
    """Where the parse stands: the open elements, and the block that is being read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.names: list[str] = []
        self.hints: list[frozenset[str]] = [frozenset()]
        self.inline: list[tuple[str, str, int]] = []
        """Open inline elements that matter: name, target of a link, and how many containers were open around it."""
        self.interned: dict[tuple[frozenset[str], str], frozenset[str]] = {}
        self.done: list[Block] = []
        self.breaks = 0
        self.paragraph: str | None = None
        """The attributes of the `p` that is open."""
        self.clear()

    def clear(self) -> None:
        self.start = self.stop = -1
        self.parts: list[str] = []
        self.size = 0
        self.within: dict[str, int] = {}
        self.links: list[tuple[str, list[str]]] = []

    def finished(self) -> list[Block]:
        done, self.done = self.done, []
        return done

    def characters(self, start: int, stop: int) -> None:
        """Text between two tags joins the open block."""
        raw = self.text[start:stop]
        if raw.isspace():
            if self.start >= 0:
                self.parts.append(raw)
            return
        words = unescape(raw) if "&" in raw else raw
        visible = len(words.strip(_BLANK))
        if not visible:
            if self.start >= 0:
                self.parts.append(words)
            return
        if self.start < 0:
            self.start = stop - len(_strip_left(raw))
        self.stop = start + len(_strip_right(raw))
        self.breaks = 0
        self.parts.append(words)
        self.size += visible
        for name, url, _ in self.inline:
            self.within[name] = self.within.get(name, 0) + visible
            if url:
                if not self.links or self.links[-1][0] != url:
                    self.links.append((url, []))
                self.links[-1][1].append(words)

    def begin(self, name: str, attributes: str) -> None:
        """A start tag."""
        if name == "br":
            self.breaks += 1
            if self.breaks == 2:
                self.flush()
            elif self.start >= 0:
                self.parts.append(_LINE_BREAK)
        elif name in elements.CONTAINERS:
            self.flush()
            self.open(name, attributes)
        elif self.separates(name):
            self.flush()
            self.paragraph = attributes if name == "p" else None
        elif name in elements.INLINE_HINTS:
            url = ""
            if name == "a":
                self.leave("a")
                url = attribute(attributes, "href")
            if url or (name != "a" and all(name != other for other, _, _ in self.inline)):
                self.inline.append((name, url, len(self.names)))

    def end(self, name: str) -> None:
        """An end tag; one that closes nothing only ends the block."""
        if name in elements.INLINE_HINTS:
            self.leave(name)
        elif name in elements.CONTAINERS:
            self.flush()
            if self.names and self.names[-1] == name:
                self.close(len(self.names) - 1)
                return
            closed = elements.HEADINGS if name in elements.HEADINGS else {name}
            for depth in range(len(self.names) - 1, max(-1, len(self.names) - _DEEP), -1):
                if self.names[depth] in closed:
                    self.close(depth)
                    break
                if self.names[depth] in elements.SCOPES and name not in elements.TABLE:
                    break
        elif self.separates(name):
            self.flush()
            self.paragraph = None

    def separates(self, name: str) -> bool:
        """Whether an element that holds no place of its own ends a block: a site's own element (`-` in its name) does
        not within a `p`, where HTML allows nothing but running text."""
        return name in elements.SEPARATORS or ("-" in name and self.paragraph is None)

    def open(self, name: str, attributes: str) -> None:
        """A container opens: what it closes by itself closes, and its hints hold for the blocks in it."""
        while self.names and self.names[-1] in elements.CLOSED_BY.get(name, ()):
            self.close(len(self.names) - 1)
        self.paragraph = None
        self.names.append(name)
        self.hints.append(self.place(self.hints[-1], name, attributes))

    def place(self, hints: frozenset[str], name: str, attributes: str) -> frozenset[str]:
        """The hints that hold in an element with these attributes, where `hints` hold around it."""
        key = (hints, name + attributes)
        if key not in self.interned:
            more = hints if name in elements.ANONYMOUS else hints | {name}
            if attributes and not attributes.isspace():
                more |= hints_of(attributes)
            self.interned[key] = more
        return self.interned[key]

    def close(self, depth: int) -> None:
        """All containers from this depth on close, and the inline elements that were opened in them."""
        del self.names[depth:], self.hints[depth + 1 :]
        while self.inline and self.inline[-1][2] > depth:
            self.inline.pop()

    def leave(self, name: str) -> None:
        """The innermost inline element of this name closes, if there is one."""
        for index in range(len(self.inline) - 1, -1, -1):
            if self.inline[index][0] == name:
                del self.inline[index]
                return

    def flush(self) -> None:
        """The open block ends here."""
        self.breaks = 0
        if self.start < 0:  # nothing is open, as between most tags
            return
        text = repair("".join(self.parts))
        if text:
            hints = self.hints[-1]
            if self.paragraph is not None:
                hints = self.place(hints, "p", self.paragraph)
            for name, size in self.within.items():
                if size >= self.size:
                    hints = self.place(hints, name, "")
            kind, level = _kind(self.names, hints, len(text))
            links = tuple(Link(repair("".join(words)), url) for url, words in self.links)
            share = min(1.0, self.within.get("a", 0) / self.size)
            if level and all(link.url.startswith("#") for link in links):  # it leads to itself
                share = 0.0
            self.done.append(Block(self.start, self.stop, kind, text, links, share, hints, level))
        self.clear()


def _kind(names: list[str], hints: frozenset[str], size: int) -> tuple[Kind, int]:
    """What a block of so many characters is, by the elements around it, and its level if it is a heading."""
    if names and names[-1] in elements.HEADINGS:
        return Kind.HEADING, int(names[-1][1])
    if "blockquote" in hints:
        return Kind.QUOTE, 0
    if ("td" in hints or "th" in hints) and size <= _CELL:
        return Kind.TABLE, 0
    if "li" in hints:
        return Kind.LIST_ITEM, 0
    return (Kind.CODE, 0) if "pre" in hints and "code" in hints else (Kind.PARAGRAPH, 0)


def _strip_left(raw: str) -> str:
    """Without the white space it begins with, written as characters or as entities."""
    raw = raw.lstrip(_BLANK)
    while raw.startswith("&") and (stop := raw.find(";", 0, 20)) > 0 and not unescape(raw[: stop + 1]).strip(_BLANK):
        raw = raw[stop + 1 :].lstrip(_BLANK)
    return raw


def _strip_right(raw: str) -> str:
    """Without the white space it ends with, written as characters or as entities."""
    raw = raw.rstrip(_BLANK)
    while raw.endswith(";"):
        start = raw.rfind("&", max(0, len(raw) - 20))
        if start < 0 or unescape(raw[start:]).strip(_BLANK):
            break
        raw = raw[:start].rstrip(_BLANK)
    return raw
