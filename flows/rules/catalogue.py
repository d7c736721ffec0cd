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
    case = true             # the pattern is matched with upper and lower case told apart
    needs = ["photo", "©"]  # for speed: the pattern is only tried on blocks with one of these signs; a word stands for
                            # all words that begin with its first four letters, "0" for any digit, a mark for
                            # itself; in scripts without spaces between words, and in Arabic, it may stand anywhere;
                            # "{agency_words}" are the words of that fragment
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from flows.model import Format
from flows.rules.fold import key
from flows.rules.index import Catalogue, indexed
from flows.rules.rule import KINDS, PARTS, WHERE, Rule, RuleError, folded

_NAME = re.compile(r"\{([a-z_]+)\}")


def load(folder: Path | None = None) -> Catalogue:
    """Reads and checks every rule file of `folder`; this package's own, the default, once in a process.

    Raises `RuleError`, naming file and rule, for unknown keys or values and ids used twice.  Patterns are compiled,
    and found faulty, when they are first used; `compile_all` does so for all.
    """
    return _own() if folder is None else _read(folder)


@functools.cache
def expression(pattern: str, case: bool) -> re.Pattern[str]:
    """`pattern` with this package's fragments put in, to match folded text with: as written, or in lower case."""
    return re.compile(folded(_filled(pattern, _fragments(Path(__file__).with_name("parts.toml"))), case))


@functools.cache
def _own() -> Catalogue:
    return _read(Path(__file__).parent)


def _read(folder: Path) -> Catalogue:
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


def compile_all(rules: Iterable[Rule]) -> None:
    """Compiles the patterns of `rules`.  Raises `RuleError` for the first that is faulty."""
    for rule in rules:
        _ = rule.regex


def _tables(path: Path) -> list[dict[str, object]]:
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"{path.name}: not TOML: {error}") from error
    if set(content) != {"rule"}:
        raise RuleError(f"{path.name}: only [[rule]] tables are expected, not {sorted(set(content) - {'rule'})}")
    return list(content["rule"])


@functools.cache
def _fragments(path: Path) -> Mapping[str, str]:
    """The named fragments; one may use those written above it."""
    parts: dict[str, str] = {}
    if path.exists():
        for name, pattern in tomllib.loads(path.read_text("utf-8")).items():
            parts[name] = _filled(pattern, parts)
    return parts


def _filled(pattern: str, parts: Mapping[str, str]) -> str:
    """The pattern with its fragments put in."""
    return _NAME.sub(lambda match: parts[match[1]], pattern)


def _needed(need: str, parts: Mapping[str, str]) -> list[str]:
    """One need, or the words of the fragment that it names."""
    return _filled(need, parts).split("|") if _NAME.fullmatch(need) else [need]


def _rule(entry: dict[str, object], path: Path, parts: Mapping[str, str]) -> Rule:
    name = f"{path.name}: rule {entry.get('id', '?')}"
    if unknown := sorted(set(entry) - set(Rule.__dataclass_fields__)):
        raise RuleError(f"{name}: unknown key {', '.join(unknown)}")
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()}
    try:
        if isinstance(pattern := values.get("pattern"), str):
            values["pattern"] = _filled(pattern, parts)
        if isinstance(needs := values.get("needs"), tuple):
            values["needs"] = tuple(word for need in needs for word in _needed(need, parts))
        rule = Rule(**values)  # type: ignore[arg-type]
    except KeyError as error:
        raise RuleError(f"{name}: no such fragment: {error}") from error
    except TypeError as error:
        raise RuleError(f"{name}: {error}") from error
    _check(rule, name, path.stem)
    return rule


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
