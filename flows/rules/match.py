"""How the rules of the catalogue are held against the blocks of a page."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from flows.model import Format, Found
from flows.rules.fold import fold
from flows.rules.index import OPENING, Catalogue, applies, begun
from flows.rules.marks import Mark, claim, locate, unmoved, whole_mark
from flows.rules.opening import LENGTH, beginnings
from flows.rules.page import SHORT, Page, View
from flows.rules.rule import Rule

_PART = 600
"""Characters at the start or the end of a block that a partial rule looks at."""
_NAMES = frozenset({"author", "contributor", "credit", "agency", "syndicated_from"})
_ROLE = re.compile(r" ?(?:\w+ ){1,4}by ", re.IGNORECASE)
"""What somebody did, before the name."""
_NEXT_ROLE = re.compile(
    r";|[,.](?= ?(?:additional |further )?(?:reporting|writing|editing|graphics?|compiled|research|translation)\b"
    r"[a-z ]{0,20} by )",
    re.IGNORECASE,
)
_WRITES = re.compile(r"[ (\[]*(?:reporting|writing|written|reported)\b(?! in\b)", re.IGNORECASE)
_FULL_STOP = re.compile(r"\w{3}\.$")


def by_catalogue(catalogue: Catalogue, page: Page) -> Iterator[Mark]:
    """What the rules of the catalogue say: at most one mark for a whole block, in the order of the blocks."""
    language = (page.known.language or "").split("-")[0].lower()
    readers = {at: _reader(catalogue, language, page.document.format, at) for at in catalogue.places}
    for index, seen in enumerate(page.views):
        if not seen.text:
            continue
        reader = readers[index < page.head, index > page.tail]
        whole = _whole(reader, page, index, seen)
        if whole is not None:
            yield whole
        elif seen.size > 3:
            yield from _parts(reader, page, index)


@dataclass(frozen=True, slots=True, eq=False)
class _Reader:
    """What decides, beside its words, which rules look at a block: the catalogue, the document, its place in it.
    Equal to nothing but itself: what is remembered is looked up by it."""

    catalogue: Catalogue
    language: str
    """Primary subtag, or empty."""
    format: Format
    at: tuple[bool, bool]
    """Whether the block stands at the head, at the tail."""

    def admits(self, rule: Rule, size: float) -> bool:
        """Whether a rule of this place looks at a block of so many words."""
        if size > rule.max_words or (rule.languages and self.language not in rule.languages):
            return False
        return not rule.formats or self.format in rule.formats

    def admits_line(self, rule: Rule, size: float) -> bool:
        """The same of a rule that may be for another place."""
        return applies(rule.where, *self.at) and self.admits(rule, size)


_reader = functools.lru_cache(maxsize=1000)(_Reader)
"""One for all documents of a language and format."""


def _whole(reader: _Reader, page: Page, index: int, seen: View) -> Mark | None:
    """The mark of the first rule that takes the whole block: a literal line, else a pattern."""
    taking = _remembered if len(seen.text) <= SHORT else _taking
    taken = taking(reader, seen.text, seen.lower, seen.key, seen.size)
    if taken is None:
        return None
    rule, match = taken
    found = _found(page, index, rule, match, seen.offset) if match else ()
    return whole_mark(page, index, rule.id, found) if rule.cut else unmoved(page, index, rule.id, found)


def _taking(reader: _Reader, text: str, lower: str, key: str, size: float) -> tuple[Rule, re.Match[str] | None] | None:
    """The first rule that takes a block with these words as a whole, and how its pattern matches."""
    catalogue = reader.catalogue
    if key:
        for rule in catalogue.exact.get(key, ()):
            if reader.admits_line(rule, 0):
                return rule, None
        for opening, rule in catalogue.opening.get(key[:OPENING], ()):
            if _opens(key, opening) and reader.admits_line(rule, size):
                return rule, None
    for rule in _candidates(catalogue, text, lower, size, reader.at):
        if reader.admits(rule, size) and (match := rule.regex.fullmatch(text if rule.case else lower)):
            return rule, match
    return None


_remembered = functools.lru_cache(maxsize=20_000)(_taking)
"""The same: a site's menus and notices come with each of its pages."""


def _candidates(catalogue: Catalogue, text: str, lower: str, size: float, at: tuple[bool, bool]) -> Iterator[Rule]:
    """The patterns that may match a whole block."""
    place = catalogue.places[at]
    least = max(size, (len(text) - 40) / 16)
    if least <= place.longest_opening:
        for number in begun(place, lower[:LENGTH], text[:LENGTH]):
            yield catalogue.rules[number]
    if least <= place.longest and (signs := place.needy.keys() & catalogue.signs(lower)):
        starts = beginnings(lower), beginnings(text)
        for number in sorted({number for sign in signs for number in place.needy[sign]}):
            rule = catalogue.rules[number]
            if not rule.openings.isdisjoint(starts[rule.case]):
                yield rule


def _opens(line: str, opening: str) -> bool:
    """Whether `line` begins with the words of `opening` (scripts without spaces: with its characters)."""
    if not line.startswith(opening):
        return False
    after = line[len(opening) : len(opening) + 1]
    return not (after.isalnum() and opening[-1].isascii()) and not (after.isalpha() and opening[-1] < "\u3000")


def _parts(reader: _Reader, page: Page, index: int) -> Iterator[Mark]:
    """Marks for pieces at the start and the end of a block."""
    seen = page.views[index]
    block = seen.block
    before, after = 0, len(block.text)
    for rule in reader.catalogue.places[reader.at].partial:
        if not reader.admits(rule, seen.size):
            continue
        if rule.needs and not any(need in seen.text for need in rule.needs):
            continue
        opening = rule.part == "start"
        low, high = (before, min(after, before + _PART)) if opening else (max(before, after - _PART), after)
        piece = fold(block.text[low:high])
        piece = piece if rule.case else piece.lower()
        match = rule.regex.match(piece) if opening else _last(rule.regex, piece)
        if not match or match.end() == match.start():
            continue
        found = _found(page, index, rule, match, low)
        if not rule.cut:
            yield unmoved(page, index, rule.id, found)
        elif opening:
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
        for start, end, name in (_roles(match) if name == "contributor" else [(*match.span(name), name)])
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


def _roles(match: re.Match[str]) -> Iterator[tuple[int, int, str]]:
    """`Reporting by A in Oslo; Additional reporting by B; Editing by C`: where A, B and C stand, and that A, who
    reported or wrote, is an author and the others are contributors."""
    start, stop = match.span("contributor")
    said = match.string[match.start() : start]
    cuts = [cut.span() for cut in _NEXT_ROLE.finditer(match.string, start, stop)]
    for end, following in (*cuts, (stop, stop)):
        if role := _ROLE.match(match.string, start, end):
            start, said = role.end(), role[0]
        yield start, end, "author" if _WRITES.match(said) else "contributor"
        start = following
