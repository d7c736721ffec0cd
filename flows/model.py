"""The types that pass between the stages, in the order in which a document meets them.

All are frozen: a stage takes values and returns new ones.  Those of which a document has hundreds are named tuples,
which are made in a third of the time of a frozen dataclass.  Offsets are code-point offsets into
`Document.text`, the decoded text of the raw document, half open: `text[start:end]`.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple


class Format(enum.StrEnum):
    """What a raw document is, judged by its content."""

    TEXT = "text/plain"
    MARKDOWN = "text/markdown"
    HTML = "text/html"
    RECORD = "application/x-ndjson"
    """One line of a JSONL file, or one object of a JSON array, with the article in its fields."""
    RSS = "application/rss+xml"
    """One `item` of an RSS feed, 0.9 to 2.0."""
    ATOM = "application/atom+xml"
    """One `entry` of an Atom feed."""
    JSON_FEED = "application/feed+json"
    """One item of a JSON Feed."""
    NEWSML = "application/vnd.iptc.g2.newsitem+xml"
    """One `newsItem` of NewsML-G2."""
    NITF = "text/vnd.IPTC.NITF"
    """An article in the News Industry Text Format."""
    NINJS = "application/ninjs+json"
    """A news item in IPTC's JSON, versions 1 to 3."""
    MAIL = "message/rfc822"
    """An e-mail, such as a newsletter."""


class Reason(enum.StrEnum):
    """Why a raw file gave no article.  The list is closed: `rejects.reason` holds nothing else."""

    EMPTY = "empty"
    BINARY = "binary"
    TRUNCATED = "truncated"
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"
    UNREADABLE = "unreadable"
    MALFORMED = "malformed"
    NO_ARTICLE = "no_article"
    TIMEOUT = "timeout"
    CRASHED = "crashed"


class Refused(Exception):
    """Raised by a stage that can make no article of its input; `flows.pipeline` turns it into a `Reject`."""

    def __init__(self, stage: str, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.stage, self.reason, self.detail = stage, reason, detail


class Changed(Refused):
    """The file is not, or no longer, what it was when it was found; the next run looks at it again."""

    def __init__(self, detail: str) -> None:
        super().__init__("read", Reason.UNREADABLE, detail)


@dataclass(frozen=True, slots=True)
class RawFile:
    """One raw document: a file, or one record of a container such as a line of JSONL."""

    path: str
    """Relative to the raw folder it was found in, with `/` between its parts."""
    sha256: str
    """Of the whole file as it stands on disk (compressed, if it is)."""
    size: int
    """Bytes of the whole file as it stands on disk."""
    data: bytes
    """This document's own bytes, decompressed."""
    locator: str | None = None
    """Where it is inside the file; None for the whole file.  The column `raw_locator` says how it is written."""
    form: Format | None = None
    """What its container, or its own structure, says that it is; None where that is for its text to show."""
    claims: tuple[Found, ...] = ()
    """What its containers say of it: the address, when it was fetched, …"""
    extra: tuple[tuple[str, str], ...] = ()
    """What else they say: HTTP and WARC headers."""
    charset: str | None = None
    """The character encoding that an HTTP header claims."""
    head: bytes = b""
    """Of a feed's entry or an item of a news message: the bytes before the first one, which it cannot be read without
    (encoding, namespaces)."""


class Link(NamedTuple):
    """An inline link of a block: the words it stands on and where it leads."""

    text: str
    url: str


class Kind(enum.StrEnum):
    """What a block is in the article.  `paragraphs.kind` holds nothing else."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST_ITEM = "list_item"
    QUOTE = "quote"
    STANDFIRST = "standfirst"
    TABLE = "table"
    CODE = "code"


class Block(NamedTuple):
    """A paragraph, heading, list item, …: the unit that is kept or cut.

    The blocks of a document stand in reading order and do not overlap; between them the raw text
    holds only markup and white space.
    """

    start: int
    end: int
    kind: Kind
    text: str
    """As it would stand in the article: markup flattened, characters repaired, white space folded."""
    links: tuple[Link, ...] = ()
    link_share: float = 0.0
    """Share of `text`'s characters that stand on links, 0 to 1; 0 for a heading of HTML that leads to itself."""
    hints: frozenset[str] = frozenset()
    """What the format knows of its place, in lower case: the HTML elements around it (`nav`, `aside`,
    `figcaption`, `footer`, `header`, `figure`, `table`, `form`, `button`, …), `.name` for each class name on them,
    `hidden` where they are not shown, `script` where the block stands in a script's JSON; or `image` where a Markdown
    block is an image with its alt text.  Evidence for rules and judges, never a verdict."""
    level: int = 0
    """Of a heading, 1 to 6; 0 otherwise."""


class Found(NamedTuple):
    """A claim: a field's value, the string it was read from, and where that string stands."""

    field: str
    value: str
    raw: str
    """The string as it stands in the raw document."""
    origin: str
    """`front-matter.published`, `json-ld.datePublished`, `meta.og:title`, `record.title`, `text.<rule id>`,
    `url`, `publisher-registry`, …"""
    start: int | None = None
    """Where `raw` stands in `Document.text`; None where the origin names a field instead (JSON-LD, a JSONL key)."""
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A raw document after its format was read: its decoded text, the blocks in it, the claims around them."""

    format: Format
    text: str
    """The decoded text, line ends as `\n`; of a record, the value of its text field."""
    encoding: str
    blocks: tuple[Block, ...]
    claims: tuple[Found, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()
    """Keys of front matter or of a record that no field takes, with their values: kept, not understood."""
    warnings: tuple[str, ...] = ()


class Cut(NamedTuple):
    """A piece of the raw text that was taken out of the article, and the rule or judge that did it."""

    start: int
    end: int
    rule: str
    """`kind.name`; the kind is one of the noise kinds (`share`, `photo`, `judge`, …)."""
    text: str
    """The raw text itself, `Document.text[start:end]`, so that a cut can be read and put back from the row alone."""
    score: float | None = None
    """Of a judge: its probability that the block belongs to the article, 0 to 1."""


class Verdict(NamedTuple):
    """What a judge says of one block."""

    keep: bool
    rule: str
    """The judge's id and version, as it stands in a cut: `judge.trafilatura`, `judge.blocks-2`."""
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time as a source states it."""

    local: str
    """ISO 8601 to the precision that is known, with the offset if one is known or assumed:
    `2026-02-28T19:44+08:00`, `2026-02-28`."""
    instant: datetime | None
    """The same in UTC; for a bare day, its midnight in the zone used.  None never reaches a row."""
    precision: str
    """`second`, `minute`, `hour`, `day`."""
    zone: str
    """Where the time zone came from: `written`; `written-season` (an abbreviation of the other half of the year, read
    as the local time that is meant: "EST" in July); `publisher` (the registry, or the one country that domain or
    language point to); `fetched` (counted back from the time of the fetch); `assumed-utc`."""
    ambiguous: bool = False
    """The day and month could be read in the other order and nothing settled it."""


class Paragraph(NamedTuple):
    """A kept block."""

    text: str
    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Article:
    """What becomes of a raw document that holds an article.  `flows.corpus` makes a row of it."""

    raw: RawFile
    document: Document
    content_type: Format
    """What the raw document is; of a record, `Format.RECORD`, whatever its text field holds."""
    paragraphs: tuple[Paragraph, ...]
    cuts: tuple[Cut, ...]
    links: tuple[Link, ...] = ()
    """Of the kept paragraphs."""
    fields: dict[str, object] = field(default_factory=dict)
    """Column name → value, for the columns that metadata fills; a column that is absent is null."""
    sources: tuple[Found, ...] = ()
    """Every claim that a value of `fields` was read from."""
    unfollowed: tuple[Found, ...] = ()
    """Claims that say something else than the values chosen, or less."""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reject:
    """A raw file or record that gave no article, and why."""

    path: str
    locator: str | None
    sha256: str | None
    size: int | None
    stage: str
    """`read`, `decode`, `parse` or `clean`: the stage that gave up."""
    reason: Reason
    detail: str
    own_sha256: str | None = None
    """Of a record's own bytes, where they were read; None for a whole file."""


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A record of a container that is no document (a folder, a WARC request, a picture): counted, not kept."""

    kind: str
    """One of a closed list: `warc.request`, `warc.image`, `zip.folder`, …"""


Piece = RawFile | Reject | PassedOver
"""What a raw file comes to: each of its records is one of these."""
