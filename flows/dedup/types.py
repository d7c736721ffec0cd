"""What the search for duplicates takes and gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from flows.dedup.sketch import Sketch


@dataclass(frozen=True, slots=True)
class Document:
    """What of an article decides whether it repeats another; the names are those of the corpus columns."""

    article_id: str
    text: str
    text_sha256: str
    title: str | None
    published_at: datetime | None
    """An aware instant."""
    language: str | None
    word_count: int
    site: str | None
    canonical_url: str | None
    sketch: Sketch
    publisher: str | None = None
    modified_at: datetime | None = None
    """An aware instant."""
    ingested_at: datetime | None = None
    """The clock of the run that brings it."""
    raw_path: str = ""
    raw_locator: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """The finding that a document repeats an article."""

    duplicate_of: str
    """`article_id` of a row of `articles/` (or of an article of the same batch)."""
    relation: str
    """`exact`, `near`, `contained` or `revision`."""
    rule: str
    """The rule that decided.  It ends in `.via-copy` where the text was compared with a known duplicate of that
    article instead of the article itself."""
    scores: tuple[tuple[str, float], ...]
    """What was measured between the two texts, by name."""
    compared_with: str = field(default="", compare=False)
    """`article_id` of the document that it was compared with."""
