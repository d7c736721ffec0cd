"""Who published it: a registry of real outlets as data (publishers.toml), and how a document gives its outlet away."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from flows import urls

BUILT_IN = Path(__file__).with_name("publishers.toml")
SELF_MENTIONS = 2
"""An outlet that the text is told things by ("told the …") this often is taken for the one that published it."""


@dataclass(frozen=True, slots=True)
class Publisher:
    """An outlet, and what it tells about how its dates are written."""

    name: str
    domains: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    """Other names it signs with, without case."""
    country: str | None = None
    """ISO 3166 code."""
    zone: str | None = None
    """IANA name of the time zone of its desk."""
    order: str | None = None
    """Order of day and month in its numeric dates: `DMY`, `MDY` or `YMD`."""
    languages: tuple[str, ...] = ()
    agency: bool = False
    """Its copy is printed by others, so being quoted in a text says nothing about who published it."""


@dataclass(frozen=True, slots=True)
class Country:
    """What the country of a site says about its dates."""

    code: str
    zone: str | None
    """None where the country has several time zones and no one of them stands for its press."""
    order: str
    domains: tuple[str, ...]
    """Its top-level domains."""


@dataclass(frozen=True, slots=True)
class Registry:
    """The outlets and countries known, by domain and by folded name."""

    publishers: tuple[Publisher, ...]
    by_domain: MappingProxyType[str, Publisher]
    by_name: MappingProxyType[str, Publisher]
    countries: MappingProxyType[str, Country]
    by_top_level: MappingProxyType[str, Country]

    def of_url(self, url: str) -> Publisher | None:
        """The outlet of an address: by its host, then by each domain above it."""
        labels = urls.host(url).split(".")
        for first in range(len(labels) - 1):
            if publisher := self.by_domain.get(".".join(labels[first:])):
                return publisher
        return None

    def of_name(self, name: str) -> Publisher | None:
        """The outlet that goes by `name` or by an address such as `WIRED.com`."""
        key = fold(name)
        if publisher := self.by_name.get(key):
            return publisher
        bare = name.strip().lower().removeprefix("www.")
        return self.by_domain.get(bare)

    def of_text(self, text: str) -> tuple[Publisher, str] | None:
        """The outlet that a text names as itself at least twice ("told the …"), and the first such words."""
        found: Counter[str] = Counter()
        first: dict[str, str] = {}
        for match in _SELF_MENTION.finditer(text):
            publisher = self._named_at_start(match["name"])
            if publisher and not publisher.agency:
                found[publisher.name] += 1
                first.setdefault(publisher.name, match[0])
        ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
        if not ranked or ranked[0][1] < SELF_MENTIONS or (len(ranked) > 1 and ranked[1][1] == ranked[0][1]):
            return None
        name = ranked[0][0]
        return self.by_name[fold(name)], first[name]

    def of_notice(self, notice: str) -> Publisher | None:
        """The outlet of a copyright or contributor line: "Copyright 2026 NPR", "NPR's … contributed …"."""
        match = _COPYRIGHT.search(notice[:300])
        if match and (publisher := self._named_at_start(match["name"])):
            return publisher
        match = _POSSESSIVE.match(notice[:300])
        return self._named_at_start(match["name"]) if match else None

    def country_of(self, url: str) -> Country | None:
        """The country of an address's top-level domain."""
        return self.by_top_level.get(urls.host(url).rpartition(".")[2])

    def _named_at_start(self, words: str) -> Publisher | None:
        tokens = words.split()
        for size in range(min(len(tokens), 5), 0, -1):
            if publisher := self.by_name.get(fold(" ".join(tokens[:size]))):
                return publisher
        return None


# Up to five words that begin like a name.  Only attributions that an outlet writes of itself.
_NAME = r"(?P<name>[A-Z][\w.&-]*(?:\s[A-Z][\w.&-]*|\sof\b|\sthe\b|\sand\b){0,4})"
_SELF_MENTION = re.compile(rf"\b(?:told|tells|telling|interview with|statement to)\s+(?:[Tt]he\s+)?{_NAME}")
_COPYRIGHT = re.compile(
    rf"(?:©|\(c\)|[Cc]opyright)\s*(?:©|\(c\))?\s*(?:\d{{4}}(?:\s*[-–]\s*\d{{4}})?)?[\s,]*(?:by\s+|[Tt]he\s+)?{_NAME}"
)
_POSSESSIVE = re.compile(rf"^\W*{_NAME}['’]s?\s")


def fold(name: str) -> str:
    """A name for comparison: no case, no article in front, no punctuation."""
    words = re.findall(r"\w+", name.casefold().replace("’", "'").replace("'s", ""))
    return " ".join(words[1:] if len(words) > 1 and words[0] == "the" else words)


def load(paths: Sequence[Path] = ()) -> Registry:
    """The built-in registry, with the entries of the TOML files `paths` added; a later entry wins over an earlier one.

    Raises OSError where a file cannot be read and ValueError where an entry is not well-formed.
    """
    return _load(tuple(paths))


@cache
def _load(paths: tuple[Path, ...]) -> Registry:
    publishers: list[Publisher] = []
    countries: list[Country] = []
    for path in (BUILT_IN, *paths):
        with path.open("rb") as file:
            data = tomllib.load(file)
        publishers += [_publisher(entry, path) for entry in data.get("publisher", [])]
        countries += [_country(entry, path) for entry in data.get("country", [])]
    return Registry(
        publishers=tuple(publishers),
        by_domain=MappingProxyType({domain: each for each in publishers for domain in each.domains}),
        by_name=MappingProxyType({key: each for each in publishers for key in _names(each)}),
        countries=MappingProxyType({each.code: each for each in countries}),
        by_top_level=MappingProxyType({top: each for each in countries for top in each.domains}),
    )


def _names(publisher: Publisher) -> Iterable[str]:
    return (fold(name) for name in (publisher.name, *publisher.aliases))


def _publisher(entry: dict[str, object], path: Path) -> Publisher:
    known = Publisher.__dataclass_fields__
    if unknown := sorted(set(entry) - set(known)):
        raise ValueError(f"{path}: unknown keys {unknown} in [[publisher]] {entry.get('name')!r}")
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
    publisher = Publisher(**values)  # type: ignore[arg-type]
    if publisher.order not in (None, "DMY", "MDY", "YMD"):
        raise ValueError(f"{path}: order {publisher.order!r} of {publisher.name!r} is none of DMY, MDY, YMD")
    if publisher.zone:
        _zone(publisher.zone, path)
    return publisher


def _country(entry: dict[str, object], path: Path) -> Country:
    zone = entry.get("zone")
    if zone:
        _zone(str(zone), path)
    code = str(entry["code"])
    domains = entry.get("domains")
    return Country(
        code=code,
        zone=str(zone) if zone else None,
        order=str(entry["order"]),
        domains=tuple(str(each) for each in domains) if isinstance(domains, list) else (code.lower(),),
    )


def _zone(name: str, path: Path) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{path}: no such time zone: {name!r}") from error
