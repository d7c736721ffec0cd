"""What rules see of a document, and how a rule of the catalogue is held against a block of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

from flows.model import Block, Document, Found, Kind
from flows.rules.catalogue import Catalogue, Rule
from flows.rules.fold import core, fold, key_of, letters, size

LONGEST_LINE = 3000
"""Characters; a longer block is never matched as a whole."""
_PART = 600
"""Characters at the start or the end of a block that a partial rule looks at."""
_NAMES = frozenset({"author", "contributor", "credit", "agency", "syndicated_from"})
_ROLE = re.compile(r" ?(?:\w+ ){1,4}by ", re.IGNORECASE)
_FULL_STOP = re.compile(r"\w{3}\.$")
_OUTSIDE = frozenset({"nav", "footer", "aside", "form", "button", "menu", "dialog"})
_SENTENCE_END = re.compile(r"[.!?…。！？।؟।۔]['\"”’»)\]」』]*$")
_GAP = r"(?:\s|&nbsp;|&#160;|&#xa0;|[*_~`\\\[\]]|<[^<>]{0,300}>|\([^()\s]{0,400}(?: \"[^\"]{0,200}\")?\)){0,12}"


@dataclass(frozen=True, slots=True)
class Known:
    """What claims outside the body say of the article; None where they say nothing."""

    title: str | None = None
    summary: str | None = None
    captions: tuple[str, ...] = ()
    section: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A piece of the text that a rule takes out, reads a field from, or relabels."""

    block: int
    """Index in `Document.blocks`."""
    start: int
    """Of the piece to cut, in `Document.text`; `start == end` cuts nothing."""
    end: int
    rule: str
    found: tuple[Found, ...] = ()
    kind: Kind | None = None
    """The block's new kind, if the rule gives it one."""
    span: tuple[int, int] = (0, 0)
    """The piece to cut in `Block.text`, for what is left of a block after a part was cut."""


@dataclass(frozen=True, slots=True)
class View:
    """A block, made comparable once for all rules."""

    block: Block
    text: str
    """Folded, without what stands at its edges; at most `LONGEST_LINE` characters."""
    offset: int
    """Where `text` begins in `block.text`."""
    lower: str
    key: str
    """What literal lines are looked up by; empty for long blocks."""
    letters: str
    """Letters and digits alone, to compare blocks by."""
    size: float
    prose: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A document as the rules see it: its views, and where the article's prose begins and ends."""

    document: Document
    known: Known
    views: tuple[View, ...]
    first: int
    """Index of the first block of the main run of prose; the number of blocks if there is none."""
    last: int
    """Index of the last one; -1 if there is none."""

    def head(self, index: int) -> bool:
        """Whether a block stands before the prose, within its first blocks, or among the first of all."""
        return index < max(self.first + 2, 3)

    def tail(self, index: int) -> bool:
        """Whether a block stands after the prose, within its last blocks, or among the last of all."""
        return index > min(self.last - 3, len(self.views) - 5)


def view(block: Block) -> View:
    """The view of one block."""
    folded = fold(block.text[:LONGEST_LINE])
    start, end = core(folded)
    text = folded[start:end]
    words = size(block.text)
    outside = block.hints & _OUTSIDE or block.link_share > 0.5 or block.kind in (Kind.HEADING, Kind.TABLE)
    prose = not outside and (words >= 30 or (words >= 11 and _SENTENCE_END.search(block.text[-8:]) is not None))
    lower = text.lower()
    return View(
        block,
        text,
        start,
        lower,
        key_of(lower) if words <= 40 else "",
        letters(block.text[:LONGEST_LINE]),
        words,
        prose,
    )


def page(document: Document, known: Known) -> Page:
    """The page of a document.  Its main run of prose is the stretch of blocks with the largest sum of words, where
    a block that is not prose costs a few words."""
    views = tuple(map(view, document.blocks))
    best, total, start = 0.0, 0.0, 0
    first, last = len(views), -1
    for index, seen in enumerate(views):
        if total <= 0:
            total, start = 0.0, index
        total += min(seen.size, 80) if seen.prose else -10
        if total > best:
            best, first, last = total, start, index
    return Page(document, known, views, first, last)


def by_catalogue(catalogue: Catalogue, page: Page) -> Iterator[Mark]:
    """What the rules of the catalogue say: at most one mark for a whole block, in the order of the blocks."""
    admitted = _admission(page)
    for index, seen in enumerate(page.views):
        whole = _whole(catalogue, page, index, seen, admitted)
        if whole is not None:
            yield whole
            continue
        if seen.size > 3:
            yield from _parts(catalogue, page, index, admitted)


def _admission(page: Page) -> Callable[[Rule, int], bool]:
    language = (page.known.language or "").split("-")[0].lower()
    form = str(page.document.format)

    def admitted(rule: Rule, index: int) -> bool:
        if (rule.languages and language not in rule.languages) or (rule.formats and form not in rule.formats):
            return False
        head = rule.where in ("head", "edge") and page.head(index)
        return rule.where == "anywhere" or head or (rule.where in ("tail", "edge") and page.tail(index))

    return admitted


def _whole(
    catalogue: Catalogue, page: Page, index: int, seen: View, admitted: Callable[[Rule, int], bool]
) -> Mark | None:
    if not seen.text:
        return None
    if seen.key:
        for rule in catalogue.exact.get(seen.key, ()):
            if admitted(rule, index):
                return whole_mark(page, index, rule.id)
        for opening, rule in catalogue.opening.get(seen.key[:2], ()):
            if seen.size <= rule.max_words and _opens(seen.key, opening) and admitted(rule, index):
                return whole_mark(page, index, rule.id)
    least = max(seen.size, (len(seen.text) - 40) / 16)
    for bundle in catalogue.whole[page.head(index), page.tail(index)]:
        if least > bundle.longest:
            continue
        text = seen.text if bundle.case else seen.lower
        if not (bundle.sign.search(text) if bundle.needy else bundle.sign.fullmatch(text)):
            continue
        for rule in bundle.rules:
            if seen.size > rule.max_words or (rule.needed and not rule.needed.search(text)):
                continue
            if rule.regex and admitted(rule, index) and (match := rule.regex.fullmatch(text)):
                found = _found(page, index, rule, match, seen.offset)
                return whole_mark(page, index, rule.id, found) if rule.cut else unmoved(page, index, rule.id, found)
    return None


def _opens(line: str, opening: str) -> bool:
    """Whether `line` begins with the words of `opening` (scripts without spaces: with its characters)."""
    if not line.startswith(opening):
        return False
    after = line[len(opening) : len(opening) + 1]
    return not (after.isalnum() and opening[-1].isascii()) and not (after.isalpha() and opening[-1] < "\u3000")


def _parts(catalogue: Catalogue, page: Page, index: int, admitted: Callable[[Rule, int], bool]) -> Iterator[Mark]:
    seen = page.views[index]
    block = seen.block
    before, after = 0, len(block.text)
    for rule in catalogue.partial:
        if not rule.regex or seen.size > rule.max_words or not admitted(rule, index):
            continue
        if rule.needed and not rule.needed.search(seen.text if rule.case else seen.lower):
            continue
        low, high = (
            (before, min(after, before + _PART)) if rule.part == "start" else (max(before, after - _PART), after)
        )
        piece = fold(block.text[low:high])
        piece = piece if rule.case else piece.lower()
        match = rule.regex.match(piece) if rule.part == "start" else _last(rule.regex, piece)
        if not match or match.end() == match.start():
            continue
        found = _found(page, index, rule, match, low)
        if not rule.cut:
            yield unmoved(page, index, rule.id, found)
        elif rule.part == "start":
            before = low + match.end()
            end = locate(page.document, block, low, before)[1]
            yield Mark(index, block.start, end, rule.id, found, span=(low, before))
        else:
            start = locate(page.document, block, low + match.start(), after)[0]
            yield Mark(index, start, block.end, rule.id, found, span=(low + match.start(), after))
            after = low + match.start()


def _last(regex: re.Pattern[str], piece: str) -> re.Match[str] | None:
    """The match that ends where the piece does."""
    return next((match for match in regex.finditer(piece) if match.end() == len(piece.rstrip())), None)


def _found(page: Page, index: int, rule: Rule, match: re.Match[str], offset: int) -> tuple[Found, ...]:
    """The rule's groups as claims, in the order in which they stand in the text, a caption before its credit."""
    groups = [
        (start, end, name)
        for name, value in match.groupdict().items()
        if value
        for start, end in (_roles(match, name) if name == "contributor" else [match.span(name)])
    ]
    groups.sort(key=lambda group: (group[2] == "credit", group[0]))
    block = page.views[index].block
    found = []
    for start, end, name in groups:
        value = block.text[offset + start : offset + end]
        left = len(value) - len(value.lstrip(" :,-–—|"))
        value = value.strip(" :,-–—|")
        if name in _NAMES and _FULL_STOP.search(value):
            value = value[:-1]
        if value:
            found.append(claim(page, index, name, f"text.{rule.id}", (offset + start + left, len(value))))
    return tuple(found)


def _roles(match: re.Match[str], name: str) -> list[tuple[int, int]]:
    """`A in Oslo; Additional reporting by B; Editing by C`: where A, B and C stand."""
    start, pieces = match.start(name), []
    for piece in match[name].split(";"):
        role = _ROLE.match(piece)
        pieces.append((start + (role.end() if role else 0), start + len(piece)))
        start += len(piece) + 1
    return pieces


def claim(page: Page, index: int, field: str, origin: str, at: tuple[int, int] | None = None) -> Found:
    """A field's value read from a block: the whole of it, or the piece at (offset, length)."""
    block = page.views[index].block
    low, high = (0, len(block.text)) if at is None else (at[0], at[0] + at[1])
    start, end = locate(page.document, block, low, high)
    return Found(field, block.text[low:high].strip(), page.document.text[start:end], origin, start, end)


def whole_mark(page: Page, index: int, rule: str, found: tuple[Found, ...] = ()) -> Mark:
    """The mark that cuts a whole block."""
    block = page.views[index].block
    return Mark(index, block.start, block.end, rule, found, span=(0, len(block.text)))


def unmoved(page: Page, index: int, rule: str, found: tuple[Found, ...] = (), kind: Kind | None = None) -> Mark:
    """The mark that reads fields from a block, or relabels it, and cuts nothing."""
    block = page.views[index].block
    return Mark(index, block.start, block.start, rule, found, kind)


def locate(document: Document, block: Block, low: int, high: int) -> tuple[int, int]:
    """Where `block.text[low:high]` stands in `document.text`.

    Exact where the block's text is its source.  Elsewhere the words are looked for with markup, entities and white
    space allowed between them; if they cannot be found so (repaired characters), the whole block is given.
    """
    raw = document.text[block.start : block.end]
    if raw == block.text:
        return block.start + low, block.start + high
    words = block.text[low:high].split()
    if not words or len(words) > 400:
        return block.start, block.end
    if low == 0 and high == len(block.text):
        return block.start, block.end
    pattern = re.compile(_GAP.join(_spelled(word) for word in words))
    earlier = sum(1 for _ in re.finditer(r"\s+".join(map(re.escape, words)), block.text[: high - 1]))
    places = [(match.start(), match.end()) for match in pattern.finditer(raw)]
    if not places:
        return block.start, block.end
    start, end = places[min(earlier, len(places) - 1)]
    return block.start + start, block.start + end


def _spelled(word: str) -> str:
    """A pattern for a word as markup may spell it: `&` as an entity, marks with a backslash before them."""
    return "".join(
        re.escape(run) if run.isalnum() else "".join(rf"(?:\\?{re.escape(c)}|&(?:\w{{1,8}}|#\w{{1,6}});)" for c in run)
        for run in ("".join(chars) for _, chars in groupby(word, str.isalnum))
    )
