"""The catalogue as the matcher asks it: which rules may concern a block that reads like this and stands here?"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

from flows.rules.fold import fold, key
from flows.rules.opening import beginnings
from flows.rules.rule import Rule

OPENING = 2
"""Characters by which lines that may go on are looked up."""
_TELLING = 4
"""Of two such lines that a block begins with, the one with more of these characters goes first."""
_SIGN = re.compile(r"\b\w{1,4}|[^\w\s]")
_DIGIT = re.compile(r"\d")
_LOOSE = re.compile(r"[\u0590-\u1fff\u3000-\U0003ffff]")
"""Scripts in which a sign may stand anywhere in a run of letters."""


@dataclass(frozen=True, eq=False)
class Place:
    """The rules with patterns for blocks of one place; those for whole blocks by their numbers.  Equal to nothing but
    itself."""

    opening: Mapping[str, tuple[int, ...]]
    """Rules without `needs`, by what a block in lower case begins with."""
    opening_case: Mapping[str, tuple[int, ...]]
    """Those that tell upper and lower case apart, by what a block begins with."""
    longest_opening: int
    """The largest `max_words` of all these."""
    needy: Mapping[str, tuple[int, ...]]
    """Rules with `needs`, by their signs."""
    longest: int
    """The largest `max_words` of these."""
    partial: tuple[Rule, ...]
    """Patterns for the start or the end of a block."""


@dataclass(frozen=True, eq=False)
class Catalogue:
    """All rules, and the tables by which a block finds those that may concern it.  Equal to nothing but itself."""

    rules: tuple[Rule, ...]
    exact: Mapping[str, tuple[Rule, ...]]
    """By the key of the literal line."""
    opening: Mapping[str, tuple[tuple[str, Rule], ...]]
    """Lines that may go on, by the first characters of their key."""
    places: Mapping[tuple[bool, bool], Place]
    """By whether the block stands at the head, at the tail."""
    loose: tuple[str, ...]
    """The signs that may stand anywhere in a word."""

    def signs(self, lower: str) -> set[str]:
        """The signs of a folded text in lower case that a rule may need."""
        found = set(_SIGN.findall(lower))
        if _DIGIT.search(lower):
            found.add("0")
        if not lower.isascii() and _LOOSE.search(lower):
            found.update(sign for sign in self.loose if sign in lower)
        return found


def indexed(rules: tuple[Rule, ...]) -> Catalogue:
    """The catalogue of these rules."""
    exact: dict[str, tuple[Rule, ...]] = {}
    opening: dict[str, tuple[tuple[str, Rule], ...]] = {}
    for rule in rules:
        for line in rule.lines:
            found = key(line)
            exact[found] = (*exact.get(found, ()), rule)
            if line.endswith("…"):
                opening[found[:OPENING]] = (*opening.get(found[:OPENING], ()), (found, rule))
    for start, lines in opening.items():
        opening[start] = tuple(sorted(lines, key=lambda entry: -min(len(entry[0]), _TELLING)))
    loose = dict.fromkeys(sign for rule in rules for sign in map(sign_of, rule.needs) if _LOOSE.match(sign))
    at = [(head, tail) for head in (False, True) for tail in (False, True)]
    return Catalogue(rules, exact, opening, {place: _place(rules, *place) for place in at}, tuple(loose))


def _place(rules: tuple[Rule, ...], head: bool, tail: bool) -> Place:
    here = [(number, rule) for number, rule in enumerate(rules) if applies(rule.where, head, tail)]
    whole = [(number, rule) for number, rule in here if rule.pattern and rule.part == "whole"]
    needing = [(number, rule) for number, rule in whole if rule.needs]
    opening: tuple[dict[str, tuple[int, ...]], ...] = ({}, {})
    for number, rule in whole:
        for start in () if rule.needs else rule.openings:
            opening[rule.case][start] = (*opening[rule.case].get(start, ()), number)
    needy: dict[str, tuple[int, ...]] = {}
    for number, rule in needing:
        for sign in dict.fromkeys(map(sign_of, rule.needs)):
            needy[sign] = (*needy.get(sign, ()), number)
    return Place(
        opening[False],
        opening[True],
        max((rule.max_words for _, rule in whole if not rule.needs), default=0),
        needy,
        max((rule.max_words for _, rule in needing), default=0),
        tuple(rule for _, rule in here if rule.part != "whole"),
    )


@functools.lru_cache(maxsize=20_000)
def begun(place: Place, lower: str, text: str) -> tuple[int, ...]:
    """The rules without `needs` that may match a block which begins with these characters, as many as an opening has;
    those that tell upper and lower case apart come last."""
    tables = ((place.opening, lower), (place.opening_case, text))
    return tuple(
        number
        for rules, start in tables
        for number in sorted({number for opening in beginnings(start) for number in rules.get(opening, ())})
    )


def applies(where: str, head: bool, tail: bool) -> bool:
    """Whether a rule for `where` looks at a block at the head, at the tail."""
    return where == "anywhere" or (head and where != "tail") or (tail and where != "head")


def sign_of(need: str) -> str:
    """What stands for a rule's need among the signs of a text."""
    plain = fold(need).lower()
    if plain.isdigit():
        return "0"
    return plain if _LOOSE.match(plain) else plain[:4]
