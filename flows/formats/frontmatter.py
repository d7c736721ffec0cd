"""Front matter: the YAML, TOML or JSON at the head of a Markdown file → claims with their places.

A `source` of the shape `Person Name, Outlet.com` is two claims: the person is the `author`, the outlet is where the
story first appeared (`syndicated_from`), since the file names its own publisher elsewhere.  A `source` that is an
address is a `url`, any other a `publisher`.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from flows.formats.fields import FIELD_OF_KEY
from flows.formats.repair import repair
from flows.model import Found

MAX_CHARACTERS = 65_536
"""Longer front matter is not parsed: it is not front matter, or it is hostile."""
MAX_VALUES = 500
"""At most this many values are taken under one key; aliases of aliases end here."""

_CONTAINERS = frozenset({"extra", "taxonomies", "params", "meta", "metadata", "article"})
_NAME_KEYS = ("name", "title", "label", "value", "text")
_YAML_FENCE = re.compile(r"\s*---[ \t]*(?:yaml)?[ \t]*\r?\n")
_YAML_END = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
_TOML_FENCE = re.compile(r"\s*\+\+\+[ \t]*\r?\n")
_TOML_END = re.compile(r"^\+\+\+[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
_JSON_START = re.compile(r"\s*\{\s*(?=\"|\})")
_KEY_LINE = re.compile(r"([A-Za-z_][\w .-]{0,40}?)[ \t]*:(?:[ \t]+|\s*$)")
_PERSON_OUTLET = re.compile(
    r"(?P<name>[^\W\d_][^\s,|]*(?: [^\W\d_][^\s,|]*){1,3})\s*,\s*(?P<outlet>(?:[\w-]+\.)+[A-Za-z]{2,6}|[A-Z]{2,6})"
)
_TOML_MOMENT = re.compile(r"[\s\[,]*([\d:.TtZz+-]+(?: \d\d:[\d:.Zz+-]+)?)")
_ITEM = re.compile(r"^[ \t]*-[ \t]+(.+?)[ \t]*\r?$", re.MULTILINE)
_TOP_LEVEL = re.compile(r"(?:\.(?:com|org|net|co|info|news|[a-z]{2}))+$", re.IGNORECASE)

Value = str | list["Node"] | list[tuple[str, "Node"]]


@dataclass(frozen=True, slots=True)
class Node:
    """A value of front matter and the stretch of the document it stands in."""

    value: Value
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What front matter says, and where the document goes on."""

    end: int
    """First character after it; 0 where there is none."""
    claims: tuple[Found, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()


def read(text: str) -> FrontMatter:
    """The front matter at the head of `text`.

    What is not mappings at all is text, and no front matter.  Broken YAML that still is lines of `key: value` is
    read line by line, with a warning.
    """
    if fence := _YAML_FENCE.match(text):
        return _fenced(text, fence.end(), _YAML_END, "YAML")
    if fence := _TOML_FENCE.match(text):
        return _fenced(text, fence.end(), _TOML_END, "TOML")
    if _JSON_START.match(text):
        return _json(text)
    return FrontMatter(0)


def _fenced(text: str, start: int, closing: re.Pattern[str], kind: str) -> FrontMatter:
    fence = closing.search(text, start, start + MAX_CHARACTERS)
    if fence is None:
        return _unclosed(text, start) if kind == "YAML" else FrontMatter(0, warnings=(f"front matter: {kind} not closed",))
    end, after = fence.start(), fence.end()
    pairs = _yaml(text, start, end) if kind == "YAML" else _toml(text, start, end)
    warnings: tuple[str, ...] = ()
    if pairs is None:
        pairs = _by_line(text, start, end)
        warnings = (f"front matter: broken {kind}, " + ("read line by line" if pairs else "taken as text"),)
    if not pairs or not _plausible(pairs):
        return FrontMatter(0, warnings=warnings)
    claims, extra = _sorted(text, pairs)
    return FrontMatter(after, claims, extra, warnings)


def _unclosed(text: str, start: int) -> FrontMatter:
    """Front matter without its second fence: it ends with the first blank line."""
    blank = re.compile(r"^[ \t]*\r?$", re.MULTILINE).search(text, start, start + MAX_CHARACTERS)
    end = blank.start() if blank else min(len(text), start + MAX_CHARACTERS)
    pairs = _by_line(text, start, end)
    if not pairs or not _plausible(pairs) or not any(_folded(key) in FIELD_OF_KEY for key, _ in pairs):
        return FrontMatter(0)
    claims, extra = _sorted(text, pairs)
    return FrontMatter(end, claims, extra, ("front matter: not closed, ended at the first blank line",))


def _plausible(pairs: list[tuple[str, Node]]) -> bool:
    """Front matter has several keys or a usual one; a sentence with a colon between two rules has not."""
    return len(pairs) > 1 or _folded(pairs[0][0]) in FIELD_OF_KEY


# ------------------------------------------------------------------------------------------------ the three notations


def _yaml(text: str, start: int, end: int) -> list[tuple[str, Node]] | None:
    """Keys and values of a YAML mapping, all scalars as strings; None where it is no YAML."""
    try:
        root = yaml.compose(text[start:end], Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError):
        return None
    if not isinstance(root, yaml.MappingNode):
        return []
    return [
        (str(key.value), _yaml_node(value, text, start, [MAX_VALUES], 0))
        for key, value in root.value
        if isinstance(key, yaml.ScalarNode)
    ]


def _yaml_node(node: yaml.Node, text: str, offset: int, budget: list[int], depth: int) -> Node:
    start, end = offset + node.start_mark.index, offset + node.end_mark.index
    budget[0] -= 1
    if budget[0] < 0 or depth > 8:
        return Node("", start, end)
    if isinstance(node, yaml.MappingNode):
        pairs = [
            (str(key.value), _yaml_node(value, text, offset, budget, depth + 1))
            for key, value in node.value
            if isinstance(key, yaml.ScalarNode)
        ]
        return Node(pairs, start, end)
    if isinstance(node, yaml.SequenceNode):
        return Node([_yaml_node(item, text, offset, budget, depth + 1) for item in node.value], start, end)
    return Node(*_scalar(str(node.value), text, start, end))


def _mapping(node: Node) -> list[tuple[str, Node]] | None:
    if isinstance(node.value, list) and node.value and isinstance(node.value[0], tuple):
        return [item for item in node.value if isinstance(item, tuple)]
    return None


def _toml(text: str, start: int, end: int) -> list[tuple[str, Node]] | None:
    try:
        table = tomllib.loads(text[start:end].replace("\r\n", "\n"), parse_float=str)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
    return _plain_pairs(table, text, start, end, r"^[ \t]*[\"']?{}[\"']?[ \t]*=|^\[[ \t]*{}[ \t]*\]")


def _json(text: str) -> FrontMatter:
    """JSON front matter: an object at the head, the article after it."""
    start = text.index("{")
    try:
        table, after = json.JSONDecoder(parse_float=str, parse_int=str).raw_decode(text[: start + MAX_CHARACTERS], start)
    except (json.JSONDecodeError, RecursionError):
        return FrontMatter(0)
    if not text[after:].strip() or not text[after:].lstrip(" \t").startswith(("\n", "\r")):
        return FrontMatter(0)
    pairs = _plain_pairs(table, text, start, after, r"\"{}\"\s*:")
    if not pairs or not _plausible(pairs):
        return FrontMatter(0)
    claims, extra = _sorted(text, pairs)
    return FrontMatter(after, claims, extra)


def _plain_pairs(table: dict[str, object], text: str, start: int, end: int, key: str) -> list[tuple[str, Node]]:
    """Nodes of a parsed table, each value found again after its key; parsers of TOML and JSON give no places."""
    pairs = []
    at = start
    for name, value in list(table.items())[:MAX_VALUES]:
        found = re.compile(key.replace("{}", re.escape(name)), re.MULTILINE).search(text, at, end)
        at = found.end() if found else at
        pairs.append((name, _plain(value, text, at, end, key)))
    return pairs


def _plain(value: object, text: str, start: int, end: int, key: str) -> Node:
    if isinstance(value, dict):
        return Node(_plain_pairs(value, text, start, end, key), start, end)
    if isinstance(value, list):
        items = []
        at = start
        for item in value[:MAX_VALUES]:
            items.append(_plain(item, text, at, end, key))
            at = items[-1].end
        return Node(items, start, at)
    if isinstance(value, bool) or value is None:
        return Node(str(value).lower() if value is not None else "", start, start)
    if not isinstance(value, str | int):
        literal = _TOML_MOMENT.match(text, start, end)
        return Node(literal[1], literal.start(1), literal.end(1)) if literal else Node(str(value), start, start)
    words = str(value)
    escaped = json.dumps(words)[1:-1]
    for candidate in (words.strip(), escaped.strip()):
        at = text.find(candidate, start, end) if candidate else -1
        if at >= 0:
            return Node(words, at, at + len(candidate))
    return Node(words, start, start)


def _by_line(text: str, start: int, end: int) -> list[tuple[str, Node]]:
    """`key: value` lines, with indented lines and list items as part of the value before; [] where it is no such."""
    pairs: list[tuple[str, Node]] = []
    strange = 0
    key, first, last = "", 0, 0

    def close() -> None:
        if key:
            items = [Node(*_scalar(_unquoted(i[1]), text, i.start(1), i.end(1))) for i in _ITEM.finditer(text, first, last)]
            node = Node(*_scalar(_unquoted(text[first:last]), text, first, last))
            pairs.append((key, Node(items, node.start, node.end) if items and node.start == items[0].start - 2 else node))

    for line in re.compile(r"[^\r\n]+").finditer(text, start, end):
        named = _KEY_LINE.match(text, line.start() + len(line[0]) - len(line[0].lstrip()), line.end())
        if named and (not line[0].startswith(("   ", "\t")) or not key):
            close()
            key, first, last = named[1], named.end(), line.end()
        elif line[0].strip():
            last = line.end()
            strange += not line[0].startswith((" ", "\t", "-", '"', "'", "#"))
    close()
    return pairs if strange <= len(pairs) // 2 else []


def _unquoted(raw: str) -> str:
    value = raw.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return value.strip()


def _scalar(value: str, text: str, start: int, end: int) -> tuple[str, int, int]:
    """A scalar with the exact place of its content: without quotes, indicators and padding."""
    stripped = value.strip()
    at = text.find(stripped, start, end) if stripped else -1
    if at >= 0:
        return stripped, at, at + len(stripped)
    raw = re.compile(r"\s*(?:[|>][+-]?\d?[+-]?[ \t]*\r?\n|[\"'])?\s*").match(text, start, end)
    start = raw.end() if raw else start
    tail = text[start:end].rstrip()
    return stripped, start, start + len(tail.rstrip("\"'") if stripped[-1:] not in "\"'" else tail)


# ------------------------------------------------------------------------------------------------------------- claims


def _sorted(text: str, pairs: list[tuple[str, Node]]) -> tuple[tuple[Found, ...], tuple[tuple[str, str], ...]]:
    claims: list[Found] = []
    extra: list[tuple[str, str]] = []
    for key, node in pairs:
        inner = _mapping(node)
        if inner and _folded(key) in _CONTAINERS:
            deeper, others = _sorted(text, [(f"{key}.{name}", value) for name, value in inner])
            claims.extend(deeper)
            extra.extend(others)
            continue
        field = FIELD_OF_KEY.get(_folded(key.rpartition(".")[2]))
        found = [claim for claim in _claims(field, key, node, text) if claim.value] if field else []
        claims.extend(found)
        if not found and (rest := _as_text(node)):
            extra.append((key, rest))
    return tuple(claims), tuple(extra)


def _claims(field: str, key: str, node: Node, text: str) -> Iterator[Found]:
    origin = f"front-matter.{key}"
    for leaf in _leaves(node):
        value = str(leaf.value)
        if field == "source":
            yield from _source(leaf, origin, text)
        elif field == "tag" and re.search("[,;]", value) and leaf is node:
            yield from (
                _found(field, origin, text, leaf.start + part.start(), leaf.start + part.end())
                for part in re.finditer(r"[^\s,;][^,;]*[^\s,;]|[^\s,;]", text[leaf.start : leaf.end])
            )
        else:
            yield _whole(field, leaf, origin, text)


def _whole(field: str, leaf: Node, origin: str, text: str) -> Found:
    value = str(leaf.value)
    if leaf.start == leaf.end:
        return Found(field, repair(value), value, origin)
    return Found(field, repair(value), text[leaf.start : leaf.end], origin, leaf.start, leaf.end)


def _source(leaf: Node, origin: str, text: str) -> Iterator[Found]:
    raw = text[leaf.start : leaf.end]
    if both := _PERSON_OUTLET.fullmatch(raw):
        yield _found("author", origin, text, leaf.start, leaf.start + both.end("name"))
        outlet = _found("syndicated_from", origin, text, leaf.start + both.start("outlet"), leaf.end)
        yield Found("syndicated_from", _TOP_LEVEL.sub("", outlet.raw), outlet.raw, origin, outlet.start, outlet.end)
    else:
        field = "url" if raw.lower().startswith(("http://", "https://", "www.")) else "publisher"
        yield _whole(field, leaf, origin, text)


def _found(field: str, origin: str, text: str, start: int, end: int) -> Found:
    raw = text[start:end].strip()
    start = text.index(raw, start)
    return Found(field, repair(raw), raw, origin, start, start + len(raw))


def _leaves(node: Node) -> Iterator[Node]:
    """The strings of a value; of a mapping (an author with name and address) only its name."""
    if isinstance(node.value, str):
        yield node
        return
    inner = _mapping(node)
    if inner:
        named = dict((_folded(name), value) for name, value in reversed(inner))
        first = next((named[name] for name in _NAME_KEYS if name in named), None)
        if first is not None and isinstance(first.value, str):
            yield first
        return
    for item in node.value:
        if isinstance(item, Node):
            yield from _leaves(item)


def _as_text(node: Node) -> str:
    value = _as_json(node)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _as_json(node: Node) -> object:
    if isinstance(node.value, str):
        return node.value
    return {item[0]: _as_json(item[1]) for item in node.value if isinstance(item, tuple)} or [
        _as_json(item) for item in node.value if isinstance(item, Node)
    ]


def _folded(key: str) -> str:
    return key.strip().lower().replace("-", "_").replace(" ", "_")
