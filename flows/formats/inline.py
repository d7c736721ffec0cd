"""Inline markup of Markdown: found once for the whole document, taken out block by block."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import NamedTuple

from flows.formats.repair import repair
from flows.model import Link

_TARGET = (
    r"\([ \t\r\n]*+(<[^<>\n]*+>|(?![\"'])(?:[^()\s\\]++|\\.|\([^()\s]*+\))*+|)"
    r"(?:[ \t\r\n]*+(?<=[ \t\r\n])(?:\"(?:[^\"\\]|\\.){0,1000}\"|'(?:[^'\\]|\\.){0,1000}'))?[ \t\r\n]*+\)"
)
# Each alternative begins with a plain character, so that the search skips to the next of these.
_TOKEN = re.compile(
    r"\\[!-/:-@\[-`{-~]"
    r"|`(?<!``)(?P<ticks>`?)(?!`)[^`\n]{1,300}`(?P=ticks)(?!`)"
    r"|<!--|</?[A-Za-z][^<>]{0,5000}>"
    r"|!\[|\["
    rf"|\](?:{_TARGET}|\(((?:[a-z]{{2,10}}:|/|\#)[^()\n]{{1,2000}})\)|\[([^\[\]\n]{{0,200}})\])?"
    r"|\*\**|__*|~~"
)
_ADDRESS = re.compile(r"<(?:[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]+|[^\s<>@]+@[^\s<>@]+)>")
_TAG_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9-]+)?)")
_DEFINITION = re.compile(r"^ {0,3}\[([^\]\n]{1,200})\]:[ \t]*(\S+)", re.MULTILINE)
_INLINE_NAMES = "a abbr b bdi bdo cite code em font i ins kbd mark q s small span strong sub sup u var"
_BLOCK_NAMES = (
    "address article aside audio blockquote body br button caption center col colgroup dd del details dfn div dl dt "
    "embed fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hr html iframe img input label li "
    "link main meta nav noscript object ol option p path picture pre script section select source style summary svg "
    "table tbody td template textarea tfoot th thead time title tr track ul video wbr"
)
_INLINE_TAGS = frozenset(_INLINE_NAMES.split())
_TAGS = _INLINE_TAGS | frozenset(_BLOCK_NAMES.split())
_UNREAD = ("script", "style", "template", "svg")
_LABEL_LIMIT = 5000
_QUOTE_MARKS = re.compile(r"(?:^|(?<=\n))[ \t]*(?:>[ \t]?)+")


@dataclass(slots=True)
class _Spot:
    start: int
    end: int
    url: str
    reach: int = 0
    """Where this label and all before it have ended."""


@dataclass(frozen=True, slots=True)
class Markup:
    """What stands in a document beside its words, in order."""

    out: list[tuple[int, int, str]] = field(default_factory=list)
    """Stretches that are no words, and what stands in their place."""
    links: list[_Spot] = field(default_factory=list)
    """Labels of links."""
    images: list[_Spot] = field(default_factory=list)
    """Alternative texts of images."""
    link_starts: list[int] = field(default_factory=list)
    image_starts: list[int] = field(default_factory=list)
    runs: list[tuple[int, int]] = field(default_factory=list)
    """Runs of `*`, `_` and `~~`, which may or may not be emphasis."""


class Flat(NamedTuple):
    """A stretch without its markup."""

    text: str
    links: tuple[Link, ...]
    image: str
    """The alternative texts of its images; they are not in `text`."""


def scan(text: str, start: int) -> Markup:
    """All inline markup from `start` on."""
    markup = Markup()
    definitions = {name.casefold(): url for name, url in _DEFINITION.findall(text, start)} if "]:" in text else {}
    brackets: list[tuple[int, int]] = []
    at = start
    while token := _TOKEN.search(text, at):
        at = token.end()
        here, first = token.start(), text[token.start()]
        if first == "[" or first == "!":
            brackets.append((here, at))
        elif first == "]":
            _close(text, token, brackets, definitions, markup)
        elif first == "\\":
            markup.out.append((here, here + 1, ""))
        elif first == "`":
            ticks = 1 + len(token["ticks"])
            markup.out.extend([(here, here + ticks, ""), (at - ticks, at, "")])
        elif first == "<":
            at = _tag(text, token, markup)
        else:
            markup.runs.append((here, at))
    _tidy(markup)
    return markup


def _close(
    text: str,
    token: re.Match[str],
    brackets: list[tuple[int, int]],
    definitions: dict[str, str],
    markup: Markup,
) -> None:
    """`]`, `](target)` or `][name]`: a link, an image, or just a bracket."""
    here, end = token.start(), token.end()
    opened, inside = brackets.pop() if brackets else (here, here)
    label = text[inside:here]
    url = token[3] if token[2] is None else token[2]
    if url is None:
        name = (token[4] or label).casefold() if definitions else ""
        if name not in definitions or opened == here:
            return
        url = definitions[name]
    url = url.strip("<> \t")
    if here - opened > _LABEL_LIMIT or opened == here:
        markup.out.append((here, end, " "))
    elif text[opened] == "!":
        markup.images.append(_Spot(inside, here, url))
        markup.out.append((opened, end, " "))
    else:
        markup.links.append(_Spot(inside, here, url))
        markup.out.extend([(opened, inside, ""), (here, end, "")])


def _tag(text: str, token: re.Match[str], markup: Markup) -> int:
    """An HTML tag, comment or address in angle brackets; returns where to go on."""
    here, end = token.start(), token.end()
    if token[0] == "<!--":
        close = text.find("-->", end)
        if close < 0 or close - here > 20_000:
            return end
        markup.out.append((here, close + 3, " "))
        return close + 3
    if _ADDRESS.fullmatch(token[0]):
        markup.out.extend([(here, here + 1, ""), (end - 1, end, "")])
        markup.links.append(_Spot(here + 1, end - 1, token[0][1:-1]))
        return end
    named = _TAG_NAME.match(token[0])
    name = named[1].lower() if named else ""
    if name not in _TAGS and not (named and named[2]):
        return here + 1
    if name in _UNREAD and text[here + 1] != "/":
        close = text.find(f"</{name}", end, end + 200_000)
        end = text.find(">", close) + 1 if close >= 0 else end
        end = end or token.end()
    markup.out.append((here, end, "" if name in _INLINE_TAGS else " "))
    return end


def _tidy(markup: Markup) -> None:
    """In order, and without stretches inside others (a link around an image, an escape in its label)."""
    markup.out.sort(key=lambda out: (out[0], -out[1]))
    kept: list[tuple[int, int, str]] = []
    for out in markup.out:
        if not kept or out[0] >= kept[-1][1]:
            kept.append(out)
    markup.out[:] = kept
    for spots, starts in ((markup.links, markup.link_starts), (markup.images, markup.image_starts)):
        spots.sort(key=_start)
        starts.extend(map(_start, spots))
        reach = 0
        for spot in spots:
            spot.reach = reach = max(reach, spot.end)


def plain(raw: str) -> str:
    """The words of a piece of Markdown that is looked at by itself, for what is left of a block that is partly cut."""
    return flatten(raw, 0, len(raw), scan(raw, 0)).text


def _start(spot: _Spot) -> int:
    return spot.start


def flatten(text: str, start: int, end: int, markup: Markup) -> Flat:
    """The words of `text[start:end]`, repaired, with the links in it."""
    out = _within(markup.out, start, end)
    runs = _emphasis(text, start, end, markup, out)
    if runs:
        out = sorted(out + runs)
    words = repair(_cut(text, start, end, out))
    if len(out) == 2 and out[0][0] == start and out[1][1] >= end and text[start] == "[" and out[1][0] > start + 1:
        # Nothing but one link, as in menus.
        links = tuple(Link(words, spot.url) for spot in _spots(markup.links, markup.link_starts, start, end) if words)
    else:
        links = tuple(_links(text, start, end, markup, out))
    image = "" if len(words) > 10 or not markup.images else repair(" ".join(_alternatives(text, start, end, markup)))
    if image and not links:
        # The words of an image that is a link stand on it.
        urls = [link.url for link in _spots(markup.links, markup.link_starts, start, end)]
        links = (Link(image, urls[0]),) if urls else ()
    return Flat(words, links, image)


def _within(out: list[tuple[int, int, str]], start: int, end: int) -> list[tuple[int, int, str]]:
    first = bisect_left(out, (start, 0, ""))
    if first and out[first - 1][1] > start:
        first -= 1
    last = bisect_left(out, (end, 0, ""))
    return out[first:last]


def _cut(text: str, start: int, end: int, out: list[tuple[int, int, str]]) -> str:
    pieces: list[str] = []
    at = start
    for a, b, instead in out:
        if b <= start or a >= end:
            continue
        pieces += [text[at : max(at, a)], instead]
        at = max(at, b)
    pieces.append(text[at:end])
    words = "".join(pieces)
    return _QUOTE_MARKS.sub("", words) if ">" in words else words


def _spots(spots: list[_Spot], starts: list[int], start: int, end: int) -> list[_Spot]:
    # Labels do not overlap much: of those that begin before the block, the long ones and the last few may reach it.
    last = bisect_left(starts, end)
    found = []
    for at in range(last - 1, -1, -1):
        spot = spots[at]
        if spot.end > start:
            found.append(spot)
        elif spot.reach <= start:
            break
    return found[::-1]


def _links(text: str, start: int, end: int, markup: Markup, out: list[tuple[int, int, str]]) -> list[Link]:
    links: list[Link] = []
    if not markup.links:
        return links
    for spot in _spots(markup.links, markup.link_starts, start, end):
        here = max(start, spot.start), min(end, spot.end)
        words = repair(_cut(text, *here, _within(out, *here)))
        if words:
            links.append(Link(words, spot.url))
    return links


def _alternatives(text: str, start: int, end: int, markup: Markup) -> list[str]:
    spots = _spots(markup.images, markup.image_starts, start, end)
    return [text[max(start, spot.start) : min(end, spot.end)] for spot in spots]


def _emphasis(
    text: str, start: int, end: int, markup: Markup, out: list[tuple[int, int, str]]
) -> list[tuple[int, int, str]]:
    """Runs of `*`, `_` and `~~` in a block that pair up, or are one half of a strong emphasis whose other half stands
    in another block; the others are characters of the text."""
    first = bisect_left(markup.runs, (start, 0))
    if first == len(markup.runs) or markup.runs[first][0] >= end:
        return []
    opened: list[tuple[int, int]] = []
    pairs: list[tuple[int, int, str]] = []
    for at_run in range(first, len(markup.runs)):
        a, b = markup.runs[at_run]
        if a >= end:
            break
        if _within(out, a, a + 1):
            continue
        before, after = text[a - 1 : a] if a > start else " ", text[b : b + 1] if b < end else " "
        word_inside = text[a] == "_" and before.isalnum() and after.isalnum()
        closes = not before.isspace() and not word_inside
        opens = not after.isspace() and not word_inside
        while closes and a < b:
            at = next((i for i in range(len(opened) - 1, -1, -1) if text[opened[i][0]] == text[a]), None)
            if at is None:
                break
            x, y = opened[at]
            width = min(y - x, b - a)
            del opened[at + 1 :]
            pairs += [(y - width, y, ""), (a, a + width, "")]
            a += width
            if y - width > x:
                opened[at] = (x, y - width)
            else:
                opened.pop()
        if opens and a < b:
            opened.append((a, b))
        elif b - a > 1 and closes and not opens:
            pairs.append((a, b, ""))
    return pairs + [(a, b, "") for a, b in opened if b - a > 1 and (a == start or text[a - 1].isspace())]
