"""Repetition across a publisher's articles, learned from the corpus: `python -m flows.standing`.

A paragraph with the same letters at the head, or at the tail, of at least three articles of a site, more than a week
apart, is boilerplate that no single page gives away: how to subscribe, what the outlet is, whom to write to.  What is
learned stands in `standing.toml` beside the tables: one entry for each block, with its evidence, for people to read.
Later runs into this corpus cut what it says `use = true` of; its content enters the hash of their settings, so a run's
result follows from its files, its settings and this file, and from nothing that happens during the run.

Guards: an article credited to an agency teaches nothing (wire copy); articles that share a long paragraph count as
one (a story told again); a block that ever stands inside an article of the site is background, not boilerplate; one of
more than 25 words may be background too, and is written down with `use = false`, for somebody to decide.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flows.corpus import CorpusError, read_rows
from flows.rules.fold import letters, size
from flows.rules.standing import HEAD, TAIL
from flows.settings import Settings

FILE = "standing.toml"
ARTICLES = 3
SPAN = timedelta(days=7)
LEAST_LETTERS = 12
SURE_WORDS, MOST_WORDS = 25, 60
"""Up to so many words a block is used at once; up to so many it is written down."""
_INSIDE = HEAD + TAIL + 1
"""An article has a middle from this many paragraphs on."""
_STORY_WORDS = 15
"""A paragraph this long that stands inside two articles makes them one story told again."""
_COLUMNS = ["article_id", "site", "agency", "published_at", "paragraphs"]
_PREFACE = """\
# Blocks that stand in several articles of a site, learned by `python -m flows.standing`.  Runs into this corpus cut
# those with `use = true`.  To keep a block in its articles, write `use = false`; what is written here stays so.
"""


class StandingError(CorpusError):
    """`standing.toml` cannot be used.  One line for a person."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A block that stands in several articles of a site, and the evidence for it."""

    site: str
    where: str
    """`head` or `tail`."""
    text: str
    use: bool
    articles: int
    first: date
    last: date
    examples: tuple[str, ...]
    """Ids of the first articles."""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.site, self.where, letters(self.text)


@dataclass(slots=True)
class _Seen:
    """Where a block was met."""

    text: str
    places: dict[str, tuple[date, str]] = field(default_factory=dict)
    """Story → the first of its articles: day and id."""


def learn(rows: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """The standing blocks among rows of `articles` (`_COLUMNS` of them), in order of site, place and text."""
    seen: dict[tuple[str, str, str], _Seen] = {}
    inside: set[tuple[str, str]] = set()
    stories: dict[tuple[str, str], str] = {}
    for row in sorted(rows, key=lambda row: (str(row["published_at"]), row["article_id"])):
        site = row["site"]
        if not site or row["agency"] or row["published_at"] is None:
            continue
        texts = [paragraph["text"] for paragraph in row["paragraphs"]]
        placed = list(_placed(texts))
        long = [(site, letters(text)) for where, text in placed if where == "inside" and size(text) >= _STORY_WORDS]
        story = next((stories[each] for each in long if each in stories), row["article_id"])
        stories.update(dict.fromkeys(long, story))
        for where, text in placed:
            said = letters(text)
            if where == "inside":
                inside.add((site, said))
            elif len(said) >= LEAST_LETTERS and size(text) <= min(MOST_WORDS, size(" ".join(texts)) / 3):
                found = seen.setdefault((site, where, said), _Seen(text))
                found.places.setdefault(story, (row["published_at"].date(), row["article_id"]))
    return [
        _entry(site, where, found)
        for (site, where, said), found in sorted(seen.items())
        if len(found.places) >= ARTICLES and (site, said) not in inside and _span(found) > SPAN
    ]


def _placed(texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each paragraph with its place: `head`, `tail` or `inside`; one of a short article may be head and tail."""
    for index, text in enumerate(texts):
        if index < HEAD:
            yield "head", text
        if index >= len(texts) - TAIL:
            yield "tail", text
        elif index >= HEAD and len(texts) >= _INSIDE:
            yield "inside", text


def _span(found: _Seen) -> timedelta:
    days = [day for day, _ in found.places.values()]
    return max(days) - min(days)


def _entry(site: str, where: str, found: _Seen) -> Entry:
    places = sorted(found.places.values())
    examples = tuple(article for _, article in places[:ARTICLES])
    use = size(found.text) <= SURE_WORDS
    return Entry(site, where, found.text, use, len(places), places[0][0], places[-1][0], examples)


def merged(known: Sequence[Entry], learned: Sequence[Entry]) -> list[Entry]:
    """What is known stays as it is, whatever somebody decided of it; what is new joins it."""
    entries = {entry.key: entry for entry in (*learned, *known)}
    return [entries[key] for key in sorted(entries)]


def read(corpus: Path) -> list[Entry]:
    """The entries of `standing.toml` in a corpus, none where there is no such file.  Raises `StandingError`."""
    path = corpus / FILE
    if not path.exists():
        return []
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("block", [])
        return [
            Entry(**{**table, "use": table["use"] is True, "examples": tuple(table["examples"])}) for table in tables
        ]
    except KeyError as error:
        raise StandingError(f"{path}: not a file of standing blocks: a block without {error.args[0]}") from error
    except (tomllib.TOMLDecodeError, TypeError, AttributeError, UnicodeDecodeError, OSError) as error:
        raise StandingError(f"{path}: not a file of standing blocks: {error}") from error


def stored(entries: Iterable[Entry]) -> str:
    """The blocks in use, as `Settings.standing` holds them: canonical JSON, empty for none."""
    used = sorted({entry.key for entry in entries if entry.use})
    return json.dumps(used, ensure_ascii=False) if used else ""


def settings(corpus: Path) -> Settings:
    """The settings of a run into a corpus: the usual ones, with its standing blocks.  Raises `StandingError`."""
    return Settings(standing=stored(read(corpus)))


def written(entries: Sequence[Entry]) -> str:
    """The file's content."""
    return "".join([_PREFACE, *map(_table, entries)])


def _table(entry: Entry) -> str:
    return (
        f"\n[[block]]\nsite = {_quoted(entry.site)}\nwhere = {_quoted(entry.where)}\ntext = {_quoted(entry.text)}\n"
        f"use = {str(entry.use).lower()}\narticles = {entry.articles}\nfirst = {entry.first}\nlast = {entry.last}\n"
        f"examples = [{', '.join(map(_quoted, entry.examples))}]\n"
    )


def _quoted(text: str) -> str:
    """A string as TOML has it; JSON's escapes are TOML's."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def main(arguments: list[str] | None = None) -> int:
    """Learn from a corpus; returns the exit code: 0 done, 1 no readable corpus or a file that cannot be used."""
    options = argparse.ArgumentParser(
        prog="python -m flows.standing",
        description="Learn which blocks stand in several articles of a site; later runs into the corpus cut them.",
    )
    options.add_argument(
        "corpus", metavar="DIR", nargs="?", type=Path, default=Path("normalized"), help="the corpus (normalized/)"
    )
    corpus: Path = options.parse_args(arguments).corpus
    try:
        known = read(corpus)
        entries = merged(known, learn(read_rows(corpus, "articles", _COLUMNS).to_pylist()))
        staged = corpus / f".{FILE}.new"
        staged.write_text(written(entries), encoding="utf-8")
        staged.replace(corpus / FILE)
    except (CorpusError, OSError) as error:
        print(f"copydesk: {error}", file=sys.stderr)
        return 1
    sites: defaultdict[str, int] = defaultdict(int)
    for entry in entries:
        sites[entry.site] += 1
    used = sum(entry.use for entry in entries)
    print(f"{len(entries)} blocks of {len(sites)} sites, {len(entries) - len(known)} new; {used} in use")
    print(f"{corpus / FILE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
