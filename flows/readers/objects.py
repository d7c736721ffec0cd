"""JSON with articles in it: JSON Lines, an array of records, a JSON Feed, a search answer, a single record or ninjs."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flows.formats import ninjs
from flows.formats.decode import decode
from flows.formats.fields import folded
from flows.formats.record import BODY_KEYS, not_json
from flows.model import Format, Piece, Reason, Refused
from flows.readers.kinds import JSON_FEED
from flows.readers.streams import HEAD, Stream

if TYPE_CHECKING:
    from flows.readers.walk import At, Walker

LISTS = ("items", "articles", "results", "docs", "documents", "stories", "data")
"""Keys under which an answer or a feed has its articles."""
_LIST = re.compile(rf'"(?:{"|".join(LISTS)})"\s*:\s*(?=\[\s*\{{)')
_GAP = re.compile(r"[\s,]*")
_DECODER = json.JSONDecoder()


def read_lines(stream: Stream, at: At, walker: Walker) -> Iterator[Piece]:
    """JSON Lines: each line that is not blank is a record; its locator is its number, from 1."""
    if _is_answer(stream.peek()):
        yield from read(stream, at, walker)
        return
    number = 0
    while line := stream.readline(walker.limit + 1):
        number += 1
        whole = line
        while not whole.endswith(b"\n") and (whole := stream.readline(walker.limit)):
            line += whole[:1]  # it is too large already: what follows need not be held
        line = line.removesuffix(b"\n")
        if line.strip():
            yield walker.item(at, str(number), line, _form(line))


def _is_answer(head: bytes) -> bool:
    """Whether the one line that there is holds a list of articles, and is none itself."""
    if b"\n" in head.strip() or len(head) >= HEAD or not _LIST.search(decoded := decode(head).text):
        return False
    return _opened(decoded, feed=False) is not None


def _form(data: bytes) -> Format:
    if ninjs.MARK.search(data):
        with contextlib.suppress(ValueError, RecursionError):
            record = json.loads(data)
            if isinstance(record, dict) and ninjs.is_item(record):
                return Format.NINJS
    return Format.RECORD


def read(stream: Stream, at: At, walker: Walker) -> Iterator[Piece]:
    """The records of a JSON document; those before the cut, where it is cut off."""
    data = walker.whole(stream)
    text = decode(data).text
    opened = _opened(text, bool(JSON_FEED.search(data[:4096])))
    if opened is None:
        form = _form(data)
        yield walker.document(data, at, form)
        return
    for number, (record, form) in enumerate(_records(text, opened), start=1):
        name = ninjs.name(record) if form is Format.NINJS else record.get("id") if opened.feed else None
        own = json.dumps(record, sort_keys=True, separators=(",", ":")).encode()
        yield walker.item(at, str(name) if name else str(number), own, form, opened.head)


@dataclass(frozen=True, slots=True)
class _Opened:
    start: int
    """Where the list's first record is looked for."""
    closing: str = "]"
    """What stands behind its last one; nothing where the text ends with it."""
    feed: bool = False
    """It is a JSON Feed."""
    head: bytes = b""
    """What the document says around the list, as JSON."""


def _opened(text: str, feed: bool) -> _Opened | None:
    """The list of articles in a JSON document, or the articles one after another; None where it is one itself."""
    start = re.match(r"\ufeff?\s*", text).end()  # type: ignore[union-attr]  # it matches nothing too
    if text[start : start + 1] == "[":
        return _Opened(start + 1)
    try:
        document, end = _DECODER.raw_decode(text, start)
    except RecursionError as error:
        raise Refused("parse", Reason.MALFORMED, "JSON nested too deeply") from error
    except ValueError:
        document, end = None, len(text)
    behind = _GAP.match(text, end).end()  # type: ignore[union-attr]  # it matches nothing too
    if text[behind : behind + 1] == "{":
        return _Opened(start, closing="")
    if isinstance(document, dict) and not feed:
        names = {folded(str(key)) for key in document}
        if names & set(BODY_KEYS) or ninjs.is_item(document):
            return None
    found = _LIST.search(text)
    if found is None:
        return None
    around = document if isinstance(document, dict) else _loaded(text[start : found.start()].rstrip().rstrip(",") + "}")
    head = {key: value for key, value in around.items() if key not in LISTS}
    opening = text.index("[", found.end())
    return _Opened(opening + 1, feed=feed, head=json.dumps(head, sort_keys=True).encode())


def _loaded(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _records(text: str, opened: _Opened) -> Iterator[tuple[dict[str, Any], Format]]:
    place = opened.start
    while True:
        place = _GAP.match(text, place).end()  # type: ignore[union-attr]  # it matches nothing too
        if text[place : place + 1] == opened.closing:
            return
        try:
            record, place = _DECODER.raw_decode(text, place)
        except json.JSONDecodeError as error:
            raise not_json(error, text, f"character {error.pos}") from error
        except RecursionError as error:
            raise Refused("parse", Reason.MALFORMED, "JSON nested too deeply") from error
        if not isinstance(record, dict):
            raise Refused("parse", Reason.MALFORMED, f"a JSON {type(record).__name__} in a list of articles")
        form = Format.JSON_FEED if opened.feed else Format.NINJS if ninjs.is_item(record) else Format.RECORD
        yield record, form
