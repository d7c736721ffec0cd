"""The visible text of a page, where each element stands in it, and where its headline is."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from lxml import etree
from lxml.etree import _Element as Element

from flows.formats.html_elements import SUBHEADINGS
from flows.model import Found
from flows.words import letters

NEAR_AFTER = 1500
"""Characters of visible text after the headline in which a date is taken for the article's."""
NEAR_BEFORE = 500
SHORT = 160
"""A line or element with more characters than this is prose, not a date line or byline."""
LITTLE = 160
"""Letters of an element aside that may be no more than a date."""
MAX_TEXT = 400_000

_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "br", "dd", "div", "dl", "dt", "fieldset", "figcaption",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p",
    "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
_SPACED = frozenset(["a", "abbr", "b", "i", "small", "span", "strong", "time"])
"""Inline elements that pages put side by side without white space: `<a>Ana Roe</a><time>3 May</time>`."""
_SILENT = frozenset(["script", "style", "noscript", "template", "svg", "select", "textarea", "iframe", "head"])
_ASIDE_TAGS = frozenset({"nav", "aside"})
_ASIDE = re.compile(
    r"(?:^|[\s_-])(?:(?:comments?|commentlist|respond|related|sidebar|teasers?|popular|trending|mostread|most|promo"
    r"|newsletter|menu|navbar|breadcrumbs?|ticker|latest|upcoming|events?|cookie)(?=$|[\s_-])|recommend|recirc)",
    re.IGNORECASE,
)
_LAYOUT = re.compile(r"(?:^|[\s_-])(?:sidebar|menu|navbar|breadcrumbs?)(?=$|[\s_-])", re.IGNORECASE)
"""Names of places on a page, where its own date may stand too; the others name what is not the article's."""
_OWN = re.compile(r"(?:^|[\s_-])(?:metadata|byline|authors?|autor|dateline|pubdate)(?=$|[\s_-])", re.IGNORECASE)
"""Names of what a page says about its article, wherever their style comes from: `teaser__byline`."""
_STRING = etree.XPath("string()")
_RUN = re.compile(r"\d+")


@dataclass(slots=True, eq=False)
class Node:
    """An element of a page, and where it stands in the page's visible text."""

    element: Element
    tag: str
    names: str
    """Its class and id."""
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Page:
    """The visible text of a page without what stands aside, and where each element stands in it."""

    text: str
    nodes: Sequence[Node]
    """In document order."""
    at: dict[Element, Node]
    headline: int
    """Where the headline ends; 0 without one."""
    opening: int
    """Where the headline begins; 0 without one."""
    lines: Sequence[tuple[int, str]]
    """Those that are not blank, each with where it starts."""
    runs: Sequence[tuple[int, int]] = field(repr=False)
    """Where each run of digits begins and ends."""

    def words(self, node: Node) -> str:
        return self.text[node.start : node.end]

    def line_from(self, position: int) -> str:
        """What stands from there to the end of its line."""
        return self.text[position : position + SHORT].strip().partition("\n")[0]

    def near(self, position: int) -> bool:
        return self.headline - NEAR_BEFORE <= position <= self.headline + NEAR_AFTER

    def near_nodes(self) -> Sequence[Node]:
        """The nodes that begin near the headline."""
        low = bisect_left(self.nodes, self.headline - NEAR_BEFORE, key=_start)
        return self.nodes[low : bisect_right(self.nodes, self.headline + NEAR_AFTER, key=_start)]

    def may_date(self, start: int, end: int) -> bool:
        """True where the text between has digits enough for a day: two runs of them, or a long one."""
        first = bisect_left(self.runs, (start, 0))
        inside = self.runs[first : first + 2]
        if len(inside) == 2 and inside[1][0] < end:
            return True
        return bool(inside) and inside[0][0] < end and inside[0][1] - inside[0][0] >= 8


def open_page(tree: Element, titles: Sequence[str]) -> tuple[Page, Node | None]:
    """The page, and the heading that is its headline; `titles` are what the page's head calls it."""
    body = tree.find(".//body")
    if body is None:
        body = tree
    heading = _headline(body, titles)
    # Nothing in or around the headline and its byline, or around the page's <main>, is a side column.
    inner = [body, *body.iter("main")]
    if heading is not None:
        inner += [*heading.iter(), *_signature(heading)]
    text, at = _flatten(body, frozenset(each for one in inner for each in (one, *one.iterancestors())), heading)
    node = at.get(heading) if heading is not None else None
    page = Page(
        text=text,
        nodes=list(at.values()),
        at=at,
        headline=node.end if node else 0,
        opening=node.start if node else 0,
        lines=list(_lines(text)),
        runs=[match.span() for match in _RUN.finditer(text)],
    )
    return page, node


def _signature(heading: Element) -> Iterator[Element]:
    """The first byline of the <article> that a headline stands in, which may stand in an <aside> of it."""
    article = next(heading.iterancestors("article"), None)
    for element in article.iter() if article is not None else ():
        if "author" in (element.get("rel") or "").split() or "byline" in (element.get("class") or "").lower().split():
            yield element
            return


def _flatten(
    body: Element, around: frozenset[Element], heading: Element | None = None
) -> tuple[str, dict[Element, Node]]:
    """The text and the nodes in one walk, which leaves out scripts, and what stands aside, unless it is in `around` or
    no more than a date behind the `heading`."""
    parts: list[str] = [""]
    length = 0
    at: dict[Element, Node] = {}
    walk = etree.iterwalk(body, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        words: str | None
        tag = element.tag
        if event == "start":
            if length > MAX_TEXT:
                break
            if tag in _BLOCKS:
                parts.append("\n")
                length += 1
            elif tag in _SPACED and parts[-1][-1:].isalnum():
                parts.append(" ")
                length += 1
            names = class_names(element)
            at[element] = Node(element, tag, names, length, length)
            aside = tag in _ASIDE_TAGS or (names and _says_aside(names))
            if tag in _SILENT or (
                aside and element not in around and not (heading in at and _says_when(element, names))
            ):
                walk.skip_subtree()
                continue
            words = element.text
        elif event == "end":
            node = at[element]
            node.end = length
            words = None if element is body else element.tail
            if tag in _BLOCKS:
                parts.append("\n")
                length += 1
            elif words and tag in _SPACED and words[0].isalnum() and length > node.start + 1:
                parts.append(" ")
                length += 1
        else:
            words = element.tail
        if words:
            words = _folded(words)
            parts.append(words)
            length += len(words)
    return "".join(parts), at


def _folded(words: str) -> str:
    """The words with each stretch of white space as one space."""
    if words.isspace():
        return " "
    core = " ".join(words.split())
    before = " " if words[0].isspace() else ""
    return f"{before}{core} " if words[-1].isspace() else before + core


def _says_when(element: Element, names: str) -> bool:
    """True for what stands aside by its tag or place, but holds a date and little else, no heading and no
    headline that leads elsewhere: where some pages put the article's own date."""
    if _says_aside(_LAYOUT.sub(" ", names)):
        return False
    words = str(_STRING(element))
    if len(words) > 8 * LITTLE or len(words := " ".join(words.split())) > LITTLE:
        return False
    if sum(map(str.isdigit, words)) < 5 or next(element.iter(*SUBHEADINGS), None) is not None:
        return False
    return all(len(str(_STRING(link)).split()) < 4 for link in element.iter("a"))


@lru_cache(maxsize=4096)
def _says_aside(names: str) -> bool:
    return _ASIDE.search(names) is not None and _OWN.search(names) is None


def _start(node: Node) -> int:
    return node.start


def _headline(body: Element, titles: Sequence[str]) -> Element | None:
    """The heading that agrees with the page's own title: an h1 if one does, else an h2, else the first h1."""
    wanted = [bare for title in titles if (bare := letters(title))]

    def agreeing(tag: str) -> Element | None:
        for element, shown in _shown(body, tag):
            words = letters(shown)
            if len(words) >= 8 and any(words in title or _is_most(title, words) for title in wanted):
                return element
        return None

    if (found := agreeing("h1")) is not None:
        return found
    known = {word for title in titles for word in _words(title)}
    shared = [(len(known & words), len(words), element) for element, shown in _shown(body, "h1")
              if (words := set(_words(shown)))]  # fmt: skip
    most, of, element = max(shared, key=lambda entry: entry[0], default=(0, 1, None))
    if most >= 4 and 2 * most > of:
        return element
    if (found := agreeing("h2")) is not None:
        return found
    if most < 2:  # the titles are the site's, or of other words: the first heading of some length
        return next((each for _, of, each in shared if of >= 3), shared[0][2] if shared else None)
    return element


def _is_most(title: str, words: str) -> bool:
    return title in words and 2 * len(title) >= len(words)


def _shown(body: Element, tag: str) -> Iterator[tuple[Element, str]]:
    for element in body.iter(tag):
        if not any(each.tag in _SILENT for each in element.iterancestors()):
            words = _flatten(element, frozenset())[0]
            if words.strip():
                yield element, words


def _words(text: str) -> list[str]:
    return re.findall(r"\w{3,}", text.casefold())


def class_names(element: Element) -> str:
    """An element's class and id."""
    names, own = element.get("class"), element.get("id")
    if names is None and own is None:
        return ""
    return f"{names or ''} {own or ''}"[:400]


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        if line and not line.isspace():
            yield start, line
        start += len(line) + 1


def found_claim(field: str, raw: str, origin: str) -> Found:
    return Found(field, " ".join(raw.split()), raw.strip(), origin)
