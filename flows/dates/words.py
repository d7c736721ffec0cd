"""The words of words.toml, ready to look up."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_DATA = Path(__file__).with_name("words.toml")

Months = dict[str, tuple[tuple[str, int], ...]]
"""Folded word → the months it names, each with the language it does so in, in the order of words.toml."""


def fold_word(word: str) -> str:
    """A word for lookup: no case, no accents on Latin, Greek and Cyrillic letters, no dots at its end."""
    word = word.casefold().rstrip(".")
    if word.isascii():
        return word
    return "".join(
        character
        for character in unicodedata.normalize("NFKD", word)
        if not "\u0300" <= character <= "\u036f" and character not in "\u064b\u064c\u064d\u064e\u064f\u0650\u0652"
    )


@dataclass(frozen=True, slots=True)
class Relative:
    """How a language counts back from now; all are expressions for words in lower case."""

    forms: tuple[str, ...]
    """`#` stands for the number and its unit."""
    one: str
    second: str
    minute: str
    hour: str
    day: str


@cache
def relative() -> tuple[Relative, ...]:
    """The languages' ways to say "2 hours ago"."""
    with _DATA.open("rb") as file:
        table = tomllib.load(file)["relative"]
    return tuple(Relative(**{**entry, "forms": tuple(entry["forms"])}) for entry in table.values())


@cache
def _data() -> dict[str, dict[str, list[str]]]:
    with _DATA.open("rb") as file:
        return tomllib.load(file)


@cache
def months() -> Months:
    """The Gregorian months' names in all languages."""
    return _index(_data()["months"])


@cache
def persian_months() -> Months:
    """The Persian calendar's months."""
    return _index(_data()["persian"])


def _index(table: dict[str, list[str]]) -> Months:
    found: dict[str, list[tuple[str, int]]] = {}
    for language, names in table.items():
        for number, forms in enumerate(names, start=1):
            for form in forms.split("|"):
                entry = (language, number)
                meanings = found.setdefault(fold_word(form), [])
                if entry not in meanings:
                    meanings.append(entry)
    return {word: tuple(meanings) for word, meanings in found.items()}


def month_of(word: str, languages: Sequence[str], table: Months | None = None) -> int | None:
    """The month that `word` names: in one of `languages` if it is one there, otherwise in any; None if unsettled."""
    meanings = (months() if table is None else table).get(fold_word(word), ())
    numbers = [number for language, number in meanings if language in languages] or [number for _, number in meanings]
    return numbers[0] if numbers and len(set(numbers)) == 1 else None


@cache
def _month_forms() -> tuple[str, ...]:
    forms = {form for section in ("months", "persian") for names in _data()[section].values() for form in names}
    words = {word for form in forms for word in form.split("|")}
    words |= {fold_word(word) for word in words if fold_word(word) and any(c.isascii() for c in fold_word(word))}
    return tuple(sorted(words, key=lambda word: (-len(word), word)))


def month_pattern() -> str:
    """An alternation of every month's name, longest first, for an expression with IGNORECASE."""
    return "|".join(re.escape(word).replace(r"\ ", r"\s") for word in _month_forms())


def longest_month() -> int:
    """Characters of the longest month's name."""
    return len(_month_forms()[0])


@cache
def labels() -> tuple[tuple[str, str], ...]:
    """Every label with its role (`published`, `modified`, `other`), longest first."""
    found = [(label, role) for role, words in _data()["labels"].items() for label in words]
    return tuple(sorted(found, key=lambda entry: (-len(entry[0]), entry)))
