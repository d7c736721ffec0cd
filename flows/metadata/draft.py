"""The order of trust, and what a decision is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flows.model import Found

RECORDS = ("record.", "json-feed.", "rss.", "atom.", "newsml.", "nitf.", "ninjs.", "eml.")
"""Documents whose own structure says what is what."""

# Who is believed first, by the beginning of a claim's origin; those in brackets as they stand on the page.  What the
# list does not name comes last, in the order of the document.
TRUST: dict[str, tuple[str | tuple[str, ...], ...]] = {
    "published": ("front-matter.", RECORDS, "json-ld.datePublished", "meta.article:published", "meta.og:article:pub",
                  "microdata.datePublished", "meta.datepublished", "meta.date_published", "meta.parsely",
                  "meta.sailthru", "meta.cxense", "meta.dc.date.issued", "meta.dcterms.issued", "meta.pub", "meta.bt:",
                  "meta.prism", "meta.citation_publication", "meta.article", "meta.og:", "meta.content:",
                  "json-ld.page.datePublished", ("html.time", "html.visible-date"), "text.", "meta.",
                  "json-ld.dateCreated", "json-ld.page.", "json-ld.", "microdata.", "html.dateline",
                  "html.date-elsewhere", "html.relative", "url.path", "html.date-above",
                  "html.only-date", "html.date-beside", "script.", "html.as-of", "file-name"),
    "modified": ("front-matter.", RECORDS, "json-ld.dateModified", "meta.article:modified", "text.",
                 "meta.og:article:modified", "microdata.", "meta.", "json-ld.page.", "json-ld.", "html.time", "html."),
    "author": ("front-matter.", RECORDS, "json-ld.author", "json-ld.creator", "meta.", "json-ld.", "microdata.",
               "html.rel-author", "text.byline.line", "html.byline", "html.author-link", "text.", "html."),
    "publisher": ("front-matter.", RECORDS, "meta.og:site_name", "json-ld.publisher", "json-ld.", "meta."),
    "url": ("warc.", "front-matter.", RECORDS, "meta.og:url", "json-ld.url", "json-ld.", "meta."),
}  # fmt: skip
ANY = ("front-matter.", RECORDS, "json-ld.", "meta.", "text.")


COLUMN = {
    "author": "authors",
    "contributor": "contributors",
    "tag": "tags",
    "caption": "captions",
    "credit": "captions",
    "correction": "corrections",
    "published": "published_at",
    "modified": "modified_at",
}
"""Field of a claim → the column that it is a claim about, where they differ."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """What was decided for a document."""

    fields: dict[str, object] = field(default_factory=dict)
    """Column of `schemas/corpus.toml` → value."""
    sources: tuple[Found, ...] = ()
    """The claims that the values were read from."""
    unfollowed: tuple[Found, ...] = ()
    """Claims that say something else, or less."""
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class Draft:
    """A `Resolved` in the making."""

    fields: dict[str, object] = field(default_factory=dict)
    sources: list[Found] = field(default_factory=list)
    unfollowed: list[Found] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def settle(self, column: str, value: object, sources: Sequence[Found], others: Sequence[Found] = ()) -> None:
        """Set a column from its sources; `others` are claims that say something else."""
        self.fields[column] = value
        self.sources.extend(source._replace(field=column) for source in sources)
        self.unfollowed.extend(other._replace(field=column) for other in others)


def ranked(claims: Sequence[Found], order: Sequence[str | tuple[str, ...]]) -> list[Found]:
    """The claims by trust: the first entry of `order` that an origin begins with; equals stay as they were."""

    def rank(claim: Found) -> int:
        return next((place for place, prefix in enumerate(order) if claim.origin.startswith(prefix)), len(order))

    return sorted(claims, key=rank)
