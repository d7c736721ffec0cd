"""What a structured document says before its body is read: the body's text, claims, and what no claim takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flows.model import Found, Reason, Refused

SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd") | {0: "\ufffd"}
_MARKUP = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*)?/?>|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,31});")


@dataclass(frozen=True, slots=True)
class Stated:
    """A structured document, its body not yet parsed."""

    body: str
    """What offsets count in: line ends as `\\n`."""
    claims: tuple[Found, ...]
    extra: tuple[tuple[str, str], ...] = ()
    encoding: str = "utf-8"
    warnings: tuple[str, ...] = ()
    is_html: bool = False
    """The document says that its body is HTML, which a fragment does not show."""


def plain(text: str) -> str:
    """A body's text as the tables hold it: line ends as `\\n`, no NULs, no lone surrogates."""
    return text.translate(SURROGATES).replace("\r\n", "\n").replace("\r", "\n")


def has_markup(text: str) -> bool:
    """Whether there are tags or character references in it."""
    return _MARKUP.search(text) is not None


def chosen(bodies: Iterable[tuple[str, str]], what: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The longest of several bodies, each with its name; the others, to be kept.

    Raises `Refused` with `no_article` where none has any text; `what` says what was looked at.
    """
    stated = [(name, plain(text)) for name, text in bodies if text.strip()]
    if not stated:
        raise Refused("parse", Reason.NO_ARTICLE, f"no text in {what}")
    best = max(range(len(stated)), key=lambda index: (len(stated[index][1]), -index))
    others = tuple(each for index, each in enumerate(stated) if index != best and each[1] != stated[best][1])
    return stated[best][1], others


def claimed(origin: str, fields: Mapping[str, str], values: Iterable[tuple[str, str | None]]) -> tuple[Found, ...]:
    """Claims of a document whose format is `origin`: for each key and value, the field that `fields` gives the key."""
    return tuple(
        Found(
            fields[key], " ".join(value.translate(SURROGATES).split()), value.translate(SURROGATES), f"{origin}.{key}"
        )
        for key, value in values
        if value and value.strip()
    )
