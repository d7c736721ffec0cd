"""A small corpus on disk, grown batch by batch as a run grows it, for the tests of the search for duplicates."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from flows.dedup.index import Index
from flows.dedup.sketch import sketch, text_sha256
from flows.dedup.types import Document, Match

DAY = datetime(2031, 3, 4, 9, 30, tzinfo=UTC)

_COLUMNS = pa.schema(
    [
        ("article_id", pa.string()),
        ("text", pa.string()),
        ("text_sha256", pa.string()),
        ("title", pa.string()),
        ("published_at", pa.timestamp("us", tz="UTC")),
        ("site", pa.string()),
    ]
)
_COPY_COLUMNS = pa.schema([*_COLUMNS, ("duplicate_of", pa.string()), ("relation", pa.string())])


def document(
    article_id: str,
    text: str,
    *,
    title: str | None = None,
    day: float | None = 0,
    site: str | None = None,
    url: str | None = None,
    modified: float | None = None,
) -> Document:
    """A document published `day` days after `DAY`, or at an unknown time."""
    return Document(
        article_id=article_id,
        text=text,
        text_sha256=text_sha256(text),
        title=title,
        published_at=None if day is None else DAY + timedelta(days=day),
        language="en",
        word_count=len(text.split()),
        site=site,
        canonical_url=url,
        sketch=sketch(text),
        modified_at=None if modified is None else DAY + timedelta(days=modified),
    )


class Corpus:
    """Table folders and an index; `grow` adds a batch as a run would."""

    def __init__(self, root: Path) -> None:
        self.state, self.articles, self.duplicates = root / ".index", root / "articles", root / "duplicates"
        self.articles.mkdir(parents=True, exist_ok=True)
        self.duplicates.mkdir(exist_ok=True)
        self.batches = 0
        self.open()

    def open(self) -> None:
        self.index = Index.open(self.state, self.articles, self.duplicates)

    def grow(self, batch: Sequence[Document], *, indexed: bool = True) -> list[Match | None]:
        matches = self.index.assign(batch)
        self.batches += 1
        files = []
        pairs = list(zip(batch, matches, strict=True))
        new = [stored(one) for one, match in pairs if match is None]
        copies = [stored(one) | _of(match) for one, match in pairs if match is not None]
        for folder, rows, columns in ((self.articles, new, _COLUMNS), (self.duplicates, copies, _COPY_COLUMNS)):
            if rows:
                files.append(folder / f"batch-{self.batches:04}.parquet")
                pq.write_table(pa.Table.from_pylist(rows, columns), files[-1])
        if indexed:
            self.index.add(files)
        return matches


def stored(one: Document) -> dict[str, object]:
    """The document as a row of `articles`."""
    return {name: getattr(one, name) for name in _COLUMNS.names}


def _of(match: Match) -> dict[str, object]:
    return {"duplicate_of": match.duplicate_of, "relation": match.relation}


def made_up(seed: int, words: int = 220) -> str:
    """Text of invented words in sentences and paragraphs, the same for the same seed."""
    chance = random.Random(seed)
    syllables = ["ka", "lo", "mi", "ren", "tu", "sta", "vel", "or", "ni", "da", "pes", "qui", "bran", "hel"]
    vocabulary = ["".join(chance.choices(syllables, k=chance.randint(1, 4))) for _ in range(400)]
    sentences = []
    while words > 0:
        length = min(words, chance.randint(6, 20))
        sentences.append(" ".join(chance.choices(vocabulary, k=length)).capitalize() + ".")
        words -= length
    return "\n\n".join(" ".join(sentences[start : start + 3]) for start in range(0, len(sentences), 3))


def stories(seed: int, count: int) -> list[Document]:
    """Made-up stories, one a day, about half of them again some days later with another opening or a cut tail."""
    chance = random.Random(seed)
    out = []
    for number in range(count):
        text, title = made_up(seed * 1000 + number), f"Story {number} of the week"
        out.append(document(f"{number:03}-a", text, title=title, day=number, site="one.test"))
        paragraphs = text.split("\n\n")
        if chance.random() < 0.3:
            short = "\n\n".join(paragraphs[: len(paragraphs) // 2])
            out.append(document(f"{number:03}-b", short, title=title, day=number + 0.5, site="two.test"))
        if chance.random() < 0.3:
            other = "\n\n".join([made_up(seed + 7_000_000 + number, 30), *paragraphs[1:]])
            out.append(document(f"{number:03}-c", other, title=title, day=number + 1.2, site="three.test"))
        if chance.random() < 0.2:
            out.append(document(f"{number:03}-d", text.upper(), day=number + 2.6, site="four.test"))
    return sorted(out, key=lambda one: (one.published_at or DAY, one.article_id))
