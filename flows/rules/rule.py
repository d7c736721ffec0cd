"""One boilerplate rule: its keys, and its pattern as it is matched."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from flows.rules.fold import fold
from flows.rules.opening import openings

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

_PIECE = re.compile(r"\\.|\(\?P<\w+>|[^\\(]+|\(", re.DOTALL)
_META = frozenset("()[]{}?*+|.^$\\-")


class RuleError(ValueError):
    """A rule file says something that it cannot mean."""


@dataclass(frozen=True)
class Rule:
    """One entry of the catalogue, as it stands in its file but for the fragments, which are put into the pattern."""

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

    @cached_property
    def source(self) -> str:
        """`pattern`, folded as the text will be."""
        return folded(self.pattern or "", self.case)

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """`pattern` as it is matched: compiled when a block first needs it, since most rules of a run are not.

        Raises `RuleError`, naming the rule, for a bad pattern and a group that is no field.
        """
        try:
            regex = re.compile(self.source)
        except re.error as error:
            raise RuleError(f"rule {self.id}: bad pattern: {error}") from error
        if odd := sorted(set(regex.groupindex) - FIELDS):
            raise RuleError(f"rule {self.id}: no such field: {', '.join(odd)}")
        return regex

    @cached_property
    def openings(self) -> frozenset[str]:
        """What texts that `regex` matches begin with (`flows.rules.opening`)."""
        try:
            return openings(self.source)
        except re.error as error:
            raise RuleError(f"rule {self.id}: bad pattern: {error}") from error


def folded(pattern: str, case: bool) -> str:
    """A pattern folded like text, but for escapes and the names of groups."""

    def piece(match: re.Match[str]) -> str:
        text = match[0]
        if text[0] == "\\" or text.startswith("(?P<"):
            return text
        folded = fold(text)
        if folded != text:
            folded = "".join(
                f"\\{new}" if new != old and new in _META else new for old, new in zip(text, folded, strict=True)
            )
        return folded if case else folded.lower()

    return _PIECE.sub(piece, pattern)
