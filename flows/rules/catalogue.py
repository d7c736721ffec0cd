"""The boilerplate rules: data with proof, read from the TOML files beside this module.

One file holds the rules of one kind and is named after it (`share.toml`); each rule is one `[[rule]]` table:

    [[rule]]
    id = "share.follow"                  # kind.name; never reused for something else
    where = "anywhere"                   # head, tail, edge (head or tail) or anywhere
    max_words = 12                       # longer blocks are not looked at (two CJK characters = one word)
    lines = ["Follow us", "Follow us on …"]     # whole lines; with a final … the line may go on
    drops = ["FOLLOW US:"]               # what it must take out
    keeps = ["Follow-up talks are planned for June."]     # near misses that it must leave alone

Instead of `lines` a rule may have a `pattern`: a regular expression for the *whole* block, with its edges (bullets,
arrows, white space) taken off.  Case, accents, typographic quotes, dashes and full-width forms do not matter
(`flows.rules.fold`).  A named group is a field of the article: `(?P<credit>…)`.  `{name}`, `{date}`, … stand for the
fragments of `parts.toml`.  More keys:

    languages = ["de"]      # only in documents of these languages (primary subtags)
    formats = ["text/plain"]
    part = "end"            # the pattern is the end (or "start") of a longer block, and only that part is taken
    cut = false             # the fields are read and the words stay where they are
    needs = ["/", "©"]      # for slow patterns: one of these strings must be in the folded block, or it is not tried
    case = true             # the pattern is matched with upper and lower case told apart
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from flows.model import Format
from flows.rules.fold import fold, key

KINDS = frozenset(
    [
        "skip_nav",
        "kicker",
        "share",
        "newsletter",
        "counts",
        "read_time",
        "ad",
        "related",
        "photo",
        "byline",
        "dateline",
        "pubdate",
        "copyright",
        "disclaimer",
        "correction",
        "agency",
        "paywall",
        "cookie",
        "disclosure",
        "embed",
        "artefact",
        "duplicate",
        "headline",
    ]
)
FIELDS = frozenset(
    [
        "title",
        "summary",
        "author",
        "contributor",
        "publisher",
        "section",
        "tag",
        "dateline",
        "agency",
        "syndicated_from",
        "caption",
        "credit",
        "correction",
        "comment_count",
        "published",
        "modified",
        "url",
        "license",
        "rights",
        "kicker",
    ]
)
WHERE = ("head", "tail", "edge", "anywhere")
PARTS = ("whole", "start", "end")

_COMPILED = frozenset({"regex", "needed"})
_PIECE = re.compile(r"\\.|\(\?P<\w+>|\{[a-z_]+\}|[^\\({]+|[({]", re.DOTALL)
_GROUP = re.compile(r"\(\?P<\w+>")
_META = frozenset("()[]{}?*+|.^$\\-")


class RuleError(ValueError):
    """A rule file says something that it cannot mean."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of the catalogue, as it stands in its file."""

    id: str
    where: str
    max_words: int = 14
    lines: tuple[str, ...] = ()
    pattern: str | None = None
    languages: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    part: str = "whole"
    cut: bool = True
    case: bool = False
    needs: tuple[str, ...] = ()
    drops: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    regex: re.Pattern[str] | None = field(default=None, compare=False, repr=False)
    """`pattern` as it is matched."""
    needed: re.Pattern[str] | None = field(default=None, compare=False, repr=False)
    """`needs` in one expression."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Rules with patterns for whole blocks, and one expression that most blocks are done with."""

    rules: tuple[Rule, ...]
    case: bool
    longest: int
    """The largest `max_words` of them."""
    where: str
    needy: bool
    """Whether they are rules with `needs`."""
    sign: re.Pattern[str]
    """Found in every block that a needy rule can match; or matches every block that one of the rules does."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All rules, and the tables by which a block finds those that may concern it."""

    rules: tuple[Rule, ...]
    exact: Mapping[str, tuple[Rule, ...]]
    """By the key of the literal line."""
    opening: Mapping[str, tuple[tuple[str, Rule], ...]]
    """Lines that may go on, by the first two characters of their key."""
    whole: Mapping[tuple[bool, bool], tuple[Bundle, ...]]
    """Whole-block patterns, by whether the block stands at the head, at the tail."""
    partial: tuple[Rule, ...]
    """Patterns for the start or the end of a block."""


def load(folder: Path | None = None) -> Catalogue:
    """Reads and checks every rule file of `folder` (default: this package's own).

    Raises `RuleError`, naming file and rule, for unknown keys or values, bad patterns and ids used twice.
    """
    folder = folder or Path(__file__).parent
    parts = _fragments(folder / "parts.toml")
    rules: dict[str, Rule] = {}
    for path in sorted(folder.glob("*.toml")):
        if path.name == "parts.toml":
            continue
        for entry in _tables(path):
            rule = _rule(entry, path, parts)
            if rule.id in rules:
                raise RuleError(f"{path.name}: rule {rule.id} is there twice")
            rules[rule.id] = rule
    return indexed(tuple(rules.values()))


def version(catalogue: Catalogue) -> str:
    """Twelve hex digits that change whenever a rule does."""
    data = [{k: v for k, v in asdict(rule).items() if k not in _COMPILED} for rule in catalogue.rules]
    patterns = [rule.regex.pattern if rule.regex else None for rule in catalogue.rules]
    return hashlib.sha256(json.dumps([data, patterns], sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:12]


def _tables(path: Path) -> list[dict[str, object]]:
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"{path.name}: not TOML: {error}") from error
    if set(content) != {"rule"}:
        raise RuleError(f"{path.name}: only [[rule]] tables are expected, not {sorted(set(content) - {'rule'})}")
    return list(content["rule"])


def _fragments(path: Path) -> dict[str, str]:
    """The named fragments; one may use those written above it."""
    parts: dict[str, str] = {}
    if path.exists():
        for name, pattern in tomllib.loads(path.read_text("utf-8")).items():
            parts[name] = re.sub(r"\{([a-z_]+)\}", lambda match: parts[match[1]], pattern)
    return parts


def _rule(entry: dict[str, object], path: Path, parts: Mapping[str, str]) -> Rule:
    name = f"{path.name}: rule {entry.get('id', '?')}"
    known = set(Rule.__dataclass_fields__) - _COMPILED
    if unknown := sorted(set(entry) - known):
        raise RuleError(f"{name}: unknown key {', '.join(unknown)}")
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()}
    try:
        rule = Rule(**values)  # type: ignore[arg-type]
    except TypeError as error:
        raise RuleError(f"{name}: {error}") from error
    _check(rule, name, path.stem)
    if rule.pattern is None:
        return rule
    try:
        regex = re.compile(_plain(rule.pattern, rule.case, parts))
    except (re.error, KeyError) as error:
        raise RuleError(f"{name}: bad pattern: {error}") from error
    if odd := sorted(set(regex.groupindex) - FIELDS):
        raise RuleError(f"{name}: no such field: {', '.join(odd)}")
    needs = [fold(piece) if rule.case else fold(piece).lower() for piece in rule.needs]
    needed = re.compile("|".join(map(re.escape, needs))) if needs else None
    return Rule(**values, regex=regex, needed=needed)  # type: ignore[arg-type]


def _check(rule: Rule, name: str, stem: str) -> None:
    kind, _, rest = rule.id.partition(".")
    formats = {str(known) for known in Format}
    problems = {
        "the id must be kind.name, with the kind of the file's name": kind != stem or kind not in KINDS or not rest,
        f"where must be one of {', '.join(WHERE)}": rule.where not in WHERE,
        f"part must be one of {', '.join(PARTS)}": rule.part not in PARTS,
        "either lines or a pattern": bool(rule.lines) == bool(rule.pattern),
        "lines are whole blocks": bool(rule.lines) and (rule.part != "whole" or rule.case or not rule.cut),
        "at least one example in drops and one in keeps": not (rule.drops and rule.keeps),
        f"formats are {', '.join(sorted(formats))}": not set(rule.formats) <= formats,
        "needs belong to a pattern": bool(rule.needs) and not rule.pattern,
        "a line without a word": any(not key(line) for line in rule.lines),
    }
    for problem, there in problems.items():
        if there:
            raise RuleError(f"{name}: {problem}")


def _plain(pattern: str, case: bool, parts: Mapping[str, str]) -> str:
    """The pattern with its fragments put in, folded as the text will be."""

    def piece(match: re.Match[str]) -> str:
        text = match[0]
        if text.startswith("{") and text.endswith("}"):
            return _plain(parts[text[1:-1]], case, parts)
        if text[0] == "\\" or text.startswith("(?P<"):
            return text
        folded = (("\\" + plain) if (plain := fold(char)) != char and plain in _META else plain for char in text)
        return "".join(folded) if case else "".join(folded).lower()

    return _PIECE.sub(piece, pattern)


def indexed(rules: tuple[Rule, ...]) -> Catalogue:
    """The catalogue of these rules."""
    exact: dict[str, tuple[Rule, ...]] = {}
    opening: dict[str, tuple[tuple[str, Rule], ...]] = {}
    for rule in rules:
        for line in rule.lines:
            found = key(line)
            exact[found] = (*exact.get(found, ()), rule)
            if line.endswith("…"):
                opening[found[:2]] = (*opening.get(found[:2], ()), (found, rule))
    whole = [rule for rule in rules if rule.regex and rule.part == "whole"]
    bundles = [
        _bundle(members)
        for case in (False, True)
        for needy in (False, True)
        for where in WHERE
        for low, high in ((0, 16), (16, 100_000))
        if (
            members := tuple(
                rule
                for rule in whole
                if (rule.case, bool(rule.needs), rule.where) == (case, needy, where) and low < rule.max_words <= high
            )
        )
    ]
    places = {
        (head, tail): tuple(
            bundle
            for bundle in bundles
            if bundle.where == "anywhere" or (head and bundle.where != "tail") or (tail and bundle.where != "head")
        )
        for head in (False, True)
        for tail in (False, True)
    }
    partial = tuple(rule for rule in rules if rule.part != "whole")
    return Catalogue(rules, exact, opening, places, partial)


def _bundle(rules: tuple[Rule, ...]) -> Bundle:
    needy = bool(rules[0].needs)
    patterns = [rule.needed if needy else rule.regex for rule in rules]
    sign = re.compile("|".join(f"(?:{_GROUP.sub('(?:', pattern.pattern)})" for pattern in patterns if pattern))
    longest = max(rule.max_words for rule in rules)
    return Bundle(rules, rules[0].case, longest, rules[0].where, needy, sign)
