"""Every regular expression of the package against lines made to have it try again and again.

`gathered` finds them: whatever the package compiles while all of its modules are imported, its rules are loaded and
documents are cleaned, and every literal in its source that is given to a function of `re`.  `attacks` makes the lines:
what each repetition of the pattern may repeat, behind what stands before it, a great many times, and then something
that cannot match.
"""

from __future__ import annotations

import ast
import json
import math
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

from flows.limits import TooSlow, cpu_limit

FLOWS = Path(__file__).parent.parent / "flows"
TAILS = ("\x01", "\n\x01")
MOST_PUMPS = 30
BEGIN_AT_ONE = frozenset(["match", "fullmatch"])
FUNCTIONS = frozenset(["compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"])

_GATHER = """
import importlib, json, pkgutil, re, sys
seen = {}
original = re._compile
def compiled(pattern, flags):
    made = original(pattern, flags)
    place = sys._getframe(2).f_code.co_filename
    if isinstance(made.pattern, str | bytes) and place.startswith(sys.argv[1]):
        text = made.pattern if isinstance(made.pattern, str) else made.pattern.decode("latin-1")
        seen[text, made.flags, isinstance(made.pattern, bytes)] = place[len(sys.argv[1]) + 1:]
    return made
re._compile = compiled
import flows
for module in pkgutil.walk_packages(flows.__path__, "flows."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
from datetime import UTC, datetime
from pathlib import Path
from flows import pipeline, rules
from flows.model import RawFile
from flows.settings import Settings
catalogue = rules.load()
for rule in catalogue.rules:
    rule.regex
for path in sorted(Path(sys.argv[1]).parent.glob("raw/*.*")):
    data = path.read_bytes()
    raw = RawFile(path.name, "0" * 64, len(data), data)
    pipeline.clean(raw, catalogue, Settings(), datetime(2026, 11, 1, tzinfo=UTC))
print(json.dumps([[*key, place] for key, place in seen.items()]))
"""


@dataclass(frozen=True, slots=True)
class Found:
    """A regular expression, and where in the package it is compiled."""

    regex: re.Pattern[Any]
    place: str
    ways: tuple[str, ...]
    """The methods that it is used with: a search may begin at every character, a match begins at one."""

    def __str__(self) -> str:
        return f"{self.place}: {self.regex.pattern!r}"[:160]


def gathered() -> list[Found]:
    """All regular expressions of the package."""
    done = subprocess.run([sys.executable, "-c", _GATHER, str(FLOWS)], capture_output=True, text=True, check=True)
    found = {(text, flags, is_bytes): place for text, flags, is_bytes, place in json.loads(done.stdout)}
    used: dict[str, set[str]] = {}
    for module in sorted(FLOWS.rglob("*.py")):
        for pattern, ways in _literals(ast.parse(module.read_text(encoding="utf-8"))):
            text = pattern if isinstance(pattern, str) else pattern.decode("latin-1")
            used.setdefault(text, set()).update(ways)
            if not any(text == key[0] for key in found):
                found[text, 0, isinstance(pattern, bytes)] = module.relative_to(FLOWS).as_posix()
    return [
        Found(
            re.compile(text.encode("latin-1") if is_bytes else text, flags & ~(0 if is_bytes else re.UNICODE)),
            place,
            _ways(used.get(text, set())),
        )
        for (text, flags, is_bytes), place in sorted(found.items(), key=lambda item: (item[1], item[0]))
    ]


def _ways(used: set[str]) -> tuple[str, ...]:
    return tuple(sorted(used)) if used and used <= BEGIN_AT_ONE else ("search",)


def _literals(tree: ast.Module) -> Iterator[tuple[str | bytes, set[str]]]:
    """Each pattern that is written out in a module, and the methods that it is used with there.

    Of a pattern with a name that begins with an underscore, which no other module uses, these are all of them.
    """
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    mentions = Counter(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
    names = {
        id(node.value): target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for call in calls:
        assert isinstance(call.func, ast.Attribute)
        of, first = call.func.value, call.args[0] if call.args else None
        if not (isinstance(of, ast.Name) and of.id == "re" and call.func.attr in FUNCTIONS):
            continue
        if not (isinstance(first, ast.Constant) and isinstance(first.value, str | bytes)):
            continue
        name = names.get(id(call), "")
        methods = [each.func.attr for each in calls if isinstance(each.func, ast.Attribute)
                   and isinstance(each.func.value, ast.Name) and each.func.value.id == name]  # fmt: skip
        if call.func.attr != "compile":
            yield first.value, {call.func.attr}
        elif name.startswith("_") and mentions[name] == len(methods) + 1:
            yield first.value, set(methods)
        else:
            yield first.value, {"search"}


# -------------------------------------------------------------------------------------------------------------- lines


def attacks(regex: re.Pattern[Any], length: int) -> Iterator[Any]:
    """Lines of about `length` characters against `regex`."""
    text = regex.pattern if isinstance(regex.pattern, str) else regex.pattern.decode("latin-1")
    tree = _parser.parse(text, regex.flags & ~re.UNICODE)
    letters = sorted(_letters(tree))
    pumps = dict.fromkeys([*_pumps(tree, ""), *(("", each) for each in letters)])
    pumps |= dict.fromkeys(("", one + other) for one in letters[:6] for other in letters[:6] if one != other)
    for prefix, pump in list(pumps)[:MOST_PUMPS]:
        for tail in TAILS:
            line = prefix + pump * (length // len(pump)) + tail
            yield line if isinstance(regex.pattern, str) else line.encode("latin-1", "replace")


def _pumps(tree: Iterable[Any], before: str) -> Iterator[tuple[str, str]]:
    """What each repetition may repeat, and a text for what stands before it."""
    for kind, given in tree:
        if kind in (code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT):
            _, most, body = given
            if most > 10 and (pump := _text(body)):
                yield before, pump
                for letter in sorted(_letters(body))[:8]:
                    yield before, letter
            yield from _pumps(body, before)
        elif kind is code.SUBPATTERN:
            yield from _pumps(given[-1], before)
        elif kind is code.BRANCH:
            for branch in given[1]:
                yield from _pumps(branch, before)
        elif kind in (code.ASSERT, code.ASSERT_NOT):
            yield from _pumps(given[1], before)
        elif kind is code.ATOMIC_GROUP:
            yield from _pumps(given, before)
        before += _text([(kind, given)])


def _text(tree: Iterable[Any]) -> str:
    """A text that the pattern may match."""
    said = ""
    for kind, given in tree:
        if kind is code.LITERAL:
            said += chr(given)
        elif kind in (code.IN, code.ANY, code.NOT_LITERAL, code.CATEGORY):
            said += min(_letters([(kind, given)]), default="")
        elif kind is code.BRANCH:
            said += _text(given[1][0])
        elif kind is code.SUBPATTERN:
            said += _text(given[-1])
        elif kind is code.ATOMIC_GROUP:
            said += _text(given)
        elif kind in (code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT):
            said += _text(given[2]) * min(max(given[0], 1), 4)
    return said


SAMPLES = ("a", "1", " ", "Z", ".", ",", "-", "\n", "_", "é", "中", '"', "<", "(")


def _letters(tree: Iterable[Any]) -> set[str]:
    """Characters that the pattern may match somewhere."""
    found: set[str] = set()
    for kind, given in tree:
        if kind is code.LITERAL:
            found.add(chr(given))
        elif kind is code.NOT_LITERAL:
            found.add(next(each for each in SAMPLES if ord(each) != given))
        elif kind is code.ANY:
            found.update("a ")
        elif kind is code.IN:
            found |= _members(given)
        elif kind is code.BRANCH:
            for branch in given[1]:
                found |= _letters(branch)
        elif kind is code.SUBPATTERN:
            found |= _letters(given[-1])
        elif kind is code.ATOMIC_GROUP:
            found |= _letters(given)
        elif kind in (code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT):
            found |= _letters(given[2])
    return found


def _members(given: list[Any]) -> set[str]:
    """Some of the characters of a class."""
    negated = given[0][0] is code.NEGATE
    if negated:
        return {each for each in SAMPLES[:4] if not any(_holds(item, each) for item in given[1:])}
    found = {chr(item[1]) for item in given if item[0] is code.LITERAL}
    found |= {chr(item[1][0]) for item in given if item[0] is code.RANGE}
    found |= {each for each in SAMPLES for item in given if item[0] is code.CATEGORY and _holds(item, each)}
    return set(sorted(found)[:10])


_CATEGORIES = {
    code.CATEGORY_DIGIT: r"\d",
    code.CATEGORY_NOT_DIGIT: r"\D",
    code.CATEGORY_SPACE: r"\s",
    code.CATEGORY_NOT_SPACE: r"\S",
    code.CATEGORY_WORD: r"\w",
    code.CATEGORY_NOT_WORD: r"\W",
}


def _holds(item: Any, letter: str) -> bool:
    kind, given = item
    if kind is code.LITERAL:
        return bool(ord(letter) == given)
    if kind is code.RANGE:
        return bool(given[0] <= ord(letter) <= given[1])
    return re.match(_CATEGORIES[given], letter) is not None


# ------------------------------------------------------------------------------------------------------------- timing


LIMIT = 5.0
"""CPU seconds after which a pattern is given up."""


def seconds(found: Found, line: Any, limit: float = LIMIT) -> float:
    """CPU seconds that looking at `line` takes; `limit` where it takes longer."""
    began = time.process_time()
    try:
        with cpu_limit(limit):
            for way in found.ways:
                getattr(found.regex, way)(line)
    except TooSlow:
        return limit
    return time.process_time() - began


def growth(found: Found, length: int) -> tuple[float, float, str]:
    """Of the line of four times `length` that takes longest: how many times as long as a quarter of it, seconds, the
    line's beginning.  4 is in proportion, 16 the square; infinite where it was given up.
    """
    timed = ((seconds(found, line), number, line) for number, line in enumerate(attacks(found.regex, 4 * length)))
    took, number, line = max(timed, default=(0.0, 0, ""))
    if took < 0.002:
        return 4.0, took, ""
    if took >= LIMIT:
        return math.inf, took, repr(line[:40])
    short = next(each for place, each in enumerate(attacks(found.regex, length)) if place == number)
    took = min(seconds(found, line) for _ in range(2))
    return took / max(1e-6, min(seconds(found, short) for _ in range(2))), took, repr(line[:40])
