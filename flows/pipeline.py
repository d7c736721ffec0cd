"""One raw document through all its stages.  Pure: the clock and the settings are passed in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from functools import partial

from flows import cleaning, metadata
from flows.formats.parse import parse
from flows.model import Article, Changed, Piece, RawFile, Reason, Refused, Reject
from flows.rules import Catalogue
from flows.settings import Settings
from flows.words import count_words

COMPARED = ("title", "type", "publisher", "site", "url", "canonical_url", "summary", "section", "language")
"""Fields of claims from which follows what the rules compare the text with."""


def safely(found: Iterator[Piece], path: str, sha256: str, size: int) -> Iterator[Piece]:
    """The pieces of the raw file at `path` as its reader finds them; why it gives no more is a reject, the last one.

    Never raises for bad input, as `clean` does not; lets `Changed` pass, which says nothing of the input.
    """
    try:
        yield from found
    except Changed:
        raise
    except Refused as refused:
        yield Reject(path, None, sha256, size, refused.stage, refused.reason, refused.detail)
    except Exception as error:  # noqa: BLE001 - as in `clean`
        yield Reject(path, None, sha256, size, "read", Reason.CRASHED, f"{type(error).__name__}: {error}"[:500])


def clean(raw: RawFile, catalogue: Catalogue, settings: Settings, now: datetime) -> Article | Reject:
    """The article in `raw`, or why there is none.

    `now` is the run's clock (aware): a date that lies ahead of it is not believed.  Never raises for bad input:
    here and in `safely` any exception becomes a reject (`crashed`), so that one document cannot stop a run.
    """
    try:
        return _clean(raw, catalogue, settings, now)
    except Refused as refused:
        return rejected(raw, refused)
    except Exception as error:  # noqa: BLE001 - see above
        return rejected(raw, Refused("clean", Reason.CRASHED, f"{type(error).__name__}: {error}"[:500]))


def rejected(raw: RawFile, refused: Refused) -> Reject:
    """The reject that `raw` is, and why."""
    own = hashlib.sha256(raw.data).hexdigest() if raw.locator is not None else None
    return Reject(raw.path, raw.locator, raw.sha256, raw.size, refused.stage, refused.reason, refused.detail, own)


def _clean(raw: RawFile, catalogue: Catalogue, settings: Settings, now: datetime) -> Article:
    if len(raw.data) > settings.max_document_bytes:
        limit = settings.max_document_bytes
        raise Refused("read", Reason.TOO_LARGE, f"{len(raw.data):,} bytes unpacked, the limit is {limit:,}")
    document = parse(raw)
    resolve = partial(metadata.resolve, path=raw.path, format=document.format, now=now, settings=settings)
    stated = resolve([claim for claim in document.claims if claim.field in COMPARED], text="").fields
    cleaned = cleaning.clean(document, cleaning.known(stated, document.claims, settings), catalogue)
    text = "\n\n".join(paragraph.text for paragraph in cleaned.paragraphs)
    if (words := count_words(text)) < settings.min_words:
        raise Refused("clean", Reason.NO_ARTICLE, f"{words} words are left of {len(document.blocks)} blocks")
    resolved = resolve((*document.claims, *cleaned.found), text=text)
    return Article(
        raw=raw,
        document=document,
        content_type=raw.form or document.format,
        paragraphs=cleaned.paragraphs,
        cuts=cleaned.cuts,
        links=cleaned.links,
        fields=resolved.fields,
        sources=resolved.sources,
        unfollowed=resolved.unfollowed,
        warnings=(*document.warnings, *resolved.warnings),
    )
