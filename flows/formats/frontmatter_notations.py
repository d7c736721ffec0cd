"""The notations of front matter: YAML, TOML, JSON, or just lines of `key: value` → keys and values with their places.

All scalars are strings: what a date or a number means is for later stages to see.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass

import yaml

from flows.formats.fields import FIELD_OF_KEY, folded

MAX_CHARACTERS = 65_536
"""Longer front matter is not parsed: it is not front matter, or it is hostile."""
MAX_VALUES = 500
"""At most this many values are taken under one key; aliases of aliases end here."""

_KEY_LINE = re.compile(r"([A-Za-z_][\w .-]{0,40}?)[ \t]*:(?:[ \t]+|\s*$)")
_TOML_MOMENT = re.compile(r"[\s\[,]*([\d:.TtZz+-]+(?: \d\d:[\d:.Zz+-]+)?)")
_ITEM = re.compile(r"^[ \t]*-[ \t]+(.+?)[ \t]*\r?$", re.MULTILINE)

_INLINE = re.compile(r"[\[,]\s*([^\[\],]*[^\[\],\s])")

Value = str | list["Node"] | list[tuple[str, "Node"]]


@dataclass(frozen=True, slots=True)
class Node:
    """A value of front matter and the stretch of the document it stands in."""

    value: Value
    start: int
    end: int


def yaml_pairs(text: str, start: int, end: int) -> list[tuple[str, Node]] | None:
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


def mapping(node: Node) -> list[tuple[str, Node]] | None:
    """The keys and values of a node that is a mapping; None of any other."""
    if isinstance(node.value, list) and node.value and isinstance(node.value[0], tuple):
        return [item for item in node.value if isinstance(item, tuple)]
    return None


def toml_pairs(text: str, start: int, end: int) -> list[tuple[str, Node]] | None:
    """Keys and values of TOML; None where it is none."""
    try:
        table = tomllib.loads(text[start:end].replace("\r\n", "\n"), parse_float=str)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
    return _plain_pairs(table, text, start, end, r"^[ \t]*[\"']?{}[\"']?[ \t]*=|^\[[ \t]*{}[ \t]*\]")


def json_pairs(text: str, start: int) -> tuple[list[tuple[str, Node]], int] | None:
    """Keys and values of the JSON object that begins at `start`, and where it ends."""
    decoder = json.JSONDecoder(parse_float=str, parse_int=str)
    try:
        table, after = decoder.raw_decode(text[: start + MAX_CHARACTERS], start)
    except (json.JSONDecodeError, RecursionError):
        return None
    return _plain_pairs(table, text, start, after, r"\"{}\"\s*:"), after


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


def line_pairs(text: str, start: int, end: int) -> list[tuple[str, Node]]:
    """`key: value` lines, with indented lines and list items as part of the value before; [] where it is no such."""
    pairs: list[tuple[str, Node]] = []
    strange = 0
    key, first, last = "", 0, 0

    def close() -> None:
        if key:
            node = Node(*_scalar(_unquoted(text[first:last]), text, first, last))
            listed = _INLINE if node.value[:1] == "[" and node.value[-1:] == "]" else _ITEM
            parts = listed.finditer(text, first, last) if node.value[:1] in ("-", "[") else ()
            items = [Node(*_scalar(_unquoted(part[1]), text, part.start(1), part.end(1))) for part in parts]
            pairs.append((key, Node([*items], node.start, node.end) if items else node))

    for line in re.compile(r"[^\r\n]+").finditer(text, start, end):
        named = _KEY_LINE.match(text, line.start() + len(line[0]) - len(line[0].lstrip()), line.end())
        # A usual key further in begins a value of its own where the key before has one in its line.
        own = named and text[first : text.find("\n", first)].strip() and folded(named[1]) in FIELD_OF_KEY
        if named and (not line[0].startswith(("   ", "\t")) or not key or own):
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
    elif value[:1] in ("'", '"') and value.count(value[0]) == 1:
        value = value[1:]  # a quotation mark that nothing closes
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
