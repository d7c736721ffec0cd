"""Records: a JSON object with an article in its fields, as scrapers and news APIs write them, one a line.

The record's text field is the document that is cleaned (plain text, Markdown or HTML, judged by content);
the other fields are claims with origin `record.KEY`, or go to `extra`.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator

from flows.formats.decode import decode
from flows.formats.fields import FIELD_OF_KEY, folded
from flows.formats.stated import SURROGATES, Stated, plain
from flows.model import Document, Format, Found, RawFile, Reason, Refused

BODY_KEYS = (
    "text", "body", "content", "article_text", "articlebody", "full_text", "fulltext", "maintext", "main_text",
    "article", "body_text", "content_text", "story", "raw_text", "markdown", "html", "body_html", "content_html",
    "raw_html", "inhalt", "artikel", "artikeltext", "volltext", "texte", "contenu", "corps", "texto", "contenido",
    "cuerpo", "conteúdo", "conteudo", "corpo", "testo", "contenuto", "tekst", "treść", "innehåll", "içerik", "metin",
    "текст",
    "正文", "内容", "本文", "본문", "내용", "النص", "المحتوى",
)  # fmt: skip
"""Usual names of the field that holds the article, the first one that is there and not empty is taken."""

_OF_FEED = ("language", "authors", "author", "title")
"""What a JSON Feed says of all its items, where an item does not say it of itself; its title is the publisher."""


def stated(raw: RawFile) -> Stated:
    """A record, or an item of a JSON Feed with what the feed says of all its items."""
    decoded = decode(raw.data, raw.charset)
    if raw.form is not Format.JSON_FEED:
        body, claims, extra = read(decoded.text)
        return Stated(body, claims, extra, decoded.encoding, decoded.warnings)
    body, claims, extra = read(decoded.text, "json-feed")
    feed = json.loads(raw.head or b"{}")
    known = {claim.field for claim in claims}
    for key in _OF_FEED:
        field = "publisher" if key == "title" else FIELD_OF_KEY[key]
        if field not in known:
            claims += tuple(Found(field, text, text, f"json-feed.feed.{key}") for text in _texts(feed.get(key)))
    return Stated(body, claims, extra, decoded.encoding, decoded.warnings)


def not_json(error: json.JSONDecodeError, text: str, place: str) -> Refused:
    """Why `text`, in which `error` was met, is refused: it ends too early (`truncated`) or is broken (`malformed`)."""
    ended = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
    return Refused("parse", Reason.TRUNCATED if ended else Reason.MALFORMED, f"not JSON: {error.msg} at {place}")


def read(line: str, origin: str = "record") -> tuple[str, tuple[Found, ...], tuple[tuple[str, str], ...]]:
    """A record's body, its claims (with origin `origin.KEY`), and the fields that no claim takes.

    Raises `Refused`: `truncated` where the JSON ends in the middle, `malformed` where it is broken,
    `no_article` where no field holds a text.
    """
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        raise not_json(error, line, f"column {error.colno}") from error
    except RecursionError as error:
        raise Refused("parse", Reason.MALFORMED, "JSON nested too deeply") from error
    if not isinstance(record, dict):
        raise Refused("parse", Reason.MALFORMED, f"a JSON {type(record).__name__}, not an object")
    fields = {str(key).translate(SURROGATES): value for key, value in record.items()}
    body_key = next((key for key in _by_rank(fields) if _is_text(fields[key])), None)
    if body_key is None:
        raise Refused("parse", Reason.NO_ARTICLE, f"no text in its fields ({', '.join(fields)[:200] or 'none'})")
    claims: list[Found] = []
    extra: list[tuple[str, str]] = []
    for key, value in fields.items():
        if key == body_key or value in (None, "", [], {}):
            continue
        field = FIELD_OF_KEY.get(folded(key))
        texts = list(_texts(value)) if field else []
        claims.extend(Found(field, text, text, f"{origin}.{key}") for text in texts if field)
        if not texts:
            extra.append((key, _json(value)))
    return plain(str(fields[body_key])), tuple(claims), tuple(extra)


def around(
    document: Document, claims: tuple[Found, ...], extra: tuple[tuple[str, str], ...], warnings: tuple[str, ...]
) -> Document:
    """`document` with what stands around it: claims (before its own), further keys, warnings."""
    return dataclasses.replace(
        document,
        claims=claims + document.claims,
        extra=extra + document.extra,
        warnings=warnings + document.warnings,
    )


def _by_rank(fields: dict[str, object]) -> list[str]:
    keys = [key for key in fields if folded(key) in BODY_KEYS]
    return sorted(keys, key=lambda key: BODY_KEYS.index(folded(key)))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _texts(value: object) -> Iterator[str]:
    """The texts in a field's value: itself, a list's members, or the `name` of an object such as an author."""
    if isinstance(value, bool):
        return
    if isinstance(value, str):
        if value.strip():
            yield value.translate(SURROGATES)
    elif isinstance(value, int | float):
        yield _json(value)
    elif isinstance(value, list):
        for member in value:
            yield from _texts(member)
    elif isinstance(value, dict):
        for key in ("name", "title", "url", "$date", "@value"):
            if key in value:
                yield from _texts(value[key])
                return


def _json(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text.translate(SURROGATES)
