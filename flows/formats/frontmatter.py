"""Front matter: the YAML, TOML or JSON at the head of a Markdown file → claims with their places.

A `source` of the shape `Person Name, Outlet.com` is two claims: the person is the `author`, the outlet is where the
story first appeared (`syndicated_from`), since the file names its own publisher elsewhere.  A `source` that is an
address is a `url`, any other a `publisher`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from flows.formats.fields import FIELD_OF_KEY, folded
from flows.formats.frontmatter_notations import (
    MAX_CHARACTERS,
    Node,
    json_pairs,
    line_pairs,
    mapping,
    toml_pairs,
    yaml_pairs,
)
from flows.formats.repair import repair
from flows.model import Found

_CONTAINERS = frozenset({"extra", "taxonomies", "params", "meta", "metadata", "article"})
_NAME_KEYS = ("name", "title", "label", "value", "text")
_YAML_FENCE = re.compile(r"\s*---[ \t]*(?:yaml)?[ \t]*\r?\n")
_YAML_END = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
_TOML_FENCE = re.compile(r"\s*\+\+\+[ \t]*\r?\n")
_TOML_END = re.compile(r"^\+\+\+[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
_JSON_START = re.compile(r"\s*\{\s*(?=\"|\})")
_PERSON_OUTLET = re.compile(
    r"(?P<name>[^\W\d_][^\s,|]*(?: [^\W\d_][^\s,|]*){1,3})\s*,\s*(?P<outlet>(?:[\w-]+\.)+[A-Za-z]{2,6}|[A-Z]{2,6})"
)
_TOP_LEVEL = re.compile(r"(?:\.(?:com|org|net|co|info|news|[a-z]{2}))+$", re.IGNORECASE)


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
        return _unclosed(text, start) if kind == "YAML" else FrontMatter(0, warnings=("front matter: TOML not closed",))
    end, after = fence.start(), fence.end()
    pairs = yaml_pairs(text, start, end) if kind == "YAML" else toml_pairs(text, start, end)
    warnings: tuple[str, ...] = ()
    if pairs is None:
        pairs = line_pairs(text, start, end)
        warnings = (f"front matter: broken {kind}, " + ("read line by line" if pairs else "taken as text"),)
    if not pairs or not _plausible(pairs):
        return FrontMatter(0, warnings=warnings)
    claims, extra = _sorted(text, pairs)
    return FrontMatter(after, claims, extra, warnings)


def _unclosed(text: str, start: int) -> FrontMatter:
    """Front matter without its second fence: it ends with the first blank line."""
    blank = re.compile(r"^[ \t]*\r?$", re.MULTILINE).search(text, start, start + MAX_CHARACTERS)
    end = blank.start() if blank else min(len(text), start + MAX_CHARACTERS)
    pairs = line_pairs(text, start, end)
    if not pairs or not _plausible(pairs) or not any(folded(key) in FIELD_OF_KEY for key, _ in pairs):
        return FrontMatter(0)
    claims, extra = _sorted(text, pairs)
    return FrontMatter(end, claims, extra, ("front matter: not closed, ended at the first blank line",))


def _plausible(pairs: list[tuple[str, Node]]) -> bool:
    """Front matter has several keys or a usual one; a sentence with a colon between two rules has not."""
    return len(pairs) > 1 or folded(pairs[0][0]) in FIELD_OF_KEY


def _json(text: str) -> FrontMatter:
    """JSON front matter: an object at the head, the article after it."""
    parsed = json_pairs(text, text.index("{"))
    if parsed is None:
        return FrontMatter(0)
    pairs, after = parsed
    followed = text[after : after + 1000].lstrip(" \t").startswith(("\n", "\r")) and bool(text[after:].strip())
    if not followed or not pairs or not _plausible(pairs):
        return FrontMatter(0)
    claims, extra = _sorted(text, pairs)
    return FrontMatter(after, claims, extra)


def _sorted(text: str, pairs: list[tuple[str, Node]]) -> tuple[tuple[Found, ...], tuple[tuple[str, str], ...]]:
    claims: list[Found] = []
    extra: list[tuple[str, str]] = []
    for key, node in pairs:
        inner = mapping(node)
        if inner and folded(key) in _CONTAINERS:
            deeper, others = _sorted(text, [(f"{key}.{name}", value) for name, value in inner])
            claims.extend(deeper)
            extra.extend(others)
            continue
        field = FIELD_OF_KEY.get(folded(key.rpartition(".")[2]))
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
    inner = mapping(node)
    if inner:
        named = {folded(name): value for name, value in reversed(inner)}
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
