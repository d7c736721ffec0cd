"""WARC: the pages of a crawl, with their address, the time of the fetch, and the headers that came with them.

A record with a wrong length, a broken header or a damaged gzip member is one reject; the next one is found by its
first line.  (Of such files warcio 1.8 and fastwarc 2.0 give the cut-off record as if it were whole, or stop with an
error, and neither bounds what a brotli body unpacks to; hence this reader.  The tests hold it against warcio.)

https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flows.model import Found, PassedOver, Piece, Reason, Refused
from flows.readers import http
from flows.readers.http import Headers
from flows.readers.streams import CHUNK, Stream

if TYPE_CHECKING:
    from flows.readers.walk import At, Walker

_VERSION = re.compile(rb"WARC/[01]\.\d{1,2}\r?\n")
_NEXT = re.compile(rb"WARC/[01]\.\d{1,2}\r?\n[A-Za-z-]{1,60}:")
_LINE = 1 << 16
_HEADER_LINES = 500
_PATIENCE = 4 << 30
"""Bytes of damaged records that are looked through once more, for the records that they have swallowed."""
_AHEAD = 256
"""Bytes that are read behind a record of the wrong length, to see whether it holds the beginning of the next one."""
_HTTP_ROOM = 1 << 20
"""Bytes that a block may have beyond those of the largest document: HTTP headers, chunk lengths."""
_TYPES = ("warcinfo", "request", "metadata", "revisit", "continuation")
_READ = ("response", "resource", "conversion")


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it stands in the file."""

    headers: Headers
    block: bytes = b""
    problem: Refused | None = None
    """Why its block cannot be used."""

    @property
    def name(self) -> str | None:
        """Its id, without the brackets."""
        return (self.headers.get("WARC-Record-ID") or "").strip("<> ") or None


def read(stream: Stream, at: At, walker: Walker) -> Iterator[Piece]:
    """The documents among the records: responses, resources and conversions whose type can hold an article."""
    stream.mend()
    problems = 0
    for number, record in enumerate(_records(_Source(stream), walker.limit + _HTTP_ROOM), start=1):
        name = record.name or f"record {number}"
        if record.problem:
            problems += 1
            yield walker.reject(walker.locator(at, name), record.problem)
            continue
        try:
            found = _document(record, at, walker.limit)
        except Refused as refused:
            yield walker.reject(walker.locator(at, name), refused)
            continue
        if isinstance(found, PassedOver):
            yield found
        else:
            data, inner = found
            yield from walker.member(inner, name, lambda data=data: Stream(iter([data])))  # type: ignore[misc]
    if len(stream.damage) > problems:
        last = stream.damage[-1]
        raise Refused("read", last.reason, f"damaged in {len(stream.damage)} places; the last: {last.detail}")


def _document(record: Record, at: At, limit: int) -> PassedOver | tuple[bytes, At]:
    """The bytes of the document in a record and what is known of it."""
    kind = (record.headers.get("WARC-Type") or "").lower()
    if kind not in _READ:
        return PassedOver(f"warc.{kind if kind in _TYPES else 'other'}")
    if record.headers.get("WARC-Segment-Number"):
        raise Refused("read", Reason.UNSUPPORTED, "a record in several segments")
    claims = list(_claims(record.headers))
    extra = [(f"warc.{name}", value) for name, value in record.headers.items()]
    content_type = record.headers.get("Content-Type")
    data = record.block
    if (content_type or "").lower().startswith("application/http"):
        status, headers, body = http.message(data)
        if not 200 <= status < 300:
            return PassedOver(f"warc.status-{status // 100}xx" if 100 <= status < 600 else "warc.status-none")
        content_type = headers.get("Content-Type")
        if (passed := http.passed_over(content_type)) is not None:
            return PassedOver(f"warc.{passed}")
        data = http.body(headers, body, limit)
        claims += _claims_of_http(headers, claims)
        extra += [("http.Status", str(status)), *((f"http.{name}", value) for name, value in headers.items())]
    elif (passed := http.passed_over(content_type)) is not None:
        return PassedOver(f"warc.{passed}")
    return data, replace(
        at, claims=(*at.claims, *claims), extra=(*at.extra, *extra), charset=http.charset(content_type)
    )


def _claims(headers: Headers) -> Iterator[Found]:
    if address := (headers.get("WARC-Target-URI") or "").strip("<> "):
        yield Found("url", address, address, "warc.WARC-Target-URI")
    date = headers.get("WARC-Date") or ""
    try:
        moment = datetime.fromisoformat(date)
    except ValueError:
        return
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    yield Found("fetched_at", moment.isoformat(), date, "warc.WARC-Date")


def _claims_of_http(headers: Headers, known: list[Found]) -> Iterator[Found]:
    fetched = http.moment(headers.get("Date"))
    if fetched:
        yield Found("fetched_at", fetched.isoformat(), headers.get("Date") or "", "http.Date")
    stated = [claim.value for claim in known if claim.field == "fetched_at"]
    changed, raw = http.moment(headers.get("Last-Modified")), headers.get("Last-Modified") or ""
    # A server that makes its pages as they are asked for says that they were changed just now.
    times = [fetched, *map(datetime.fromisoformat, stated)]
    if changed and not any(time and abs((time - changed).total_seconds()) < 120 for time in times):
        yield Found("last_modified", changed.isoformat(), raw, "http.Last-Modified")  # of the page, not of the article
    if language := headers.get("Content-Language"):
        yield Found("language", language, language, "http.Content-Language")


# ----------------------------------------------------------------------------------------------------------- framing


class _Source:
    """A stream into which bytes can be put back."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._back: list[tuple[bytes, int]] = []  # pieces and how far each has been read; the last one is the next
        self._patience = _PATIENCE

    def back(self, data: bytes) -> None:
        """Have `data` be read next."""
        if data:
            self._back.append((data, 0))

    def again(self, data: bytes) -> None:
        """As `back`, of bytes that were taken for a damaged record; raises `Refused` where that happens without end."""
        self._patience -= len(data)
        if self._patience < 0:
            raise _malformed("damaged in too many places")
        self.back(data)

    def read(self, size: int) -> bytes:
        parts: list[bytes] = []
        while size and self._back:
            data, at = self._back.pop()
            parts.append(data[at : at + size])
            size -= len(parts[-1])
            if at + len(parts[-1]) < len(data):
                self._back.append((data, at + len(parts[-1])))
        if size:
            parts.append(self._stream.read(size))
        return b"".join(parts)

    def line(self) -> bytes:
        parts: list[bytes] = []
        while self._back:
            data, at = self._back[-1]
            end = data.find(b"\n", at, at + _LINE) + 1
            parts.append(self.read((end or min(len(data), at + _LINE)) - at))
            if end or len(parts[-1]) == _LINE:
                return b"".join(parts)
        parts.append(self._stream.readline(_LINE))
        return b"".join(parts)


def _records(source: _Source, limit: int) -> Iterator[Record]:
    """Every record, sound or not, and one for each stretch of bytes that belong to none."""
    lost = 0
    while line := source.line():
        if not line.strip():
            continue
        if not _VERSION.fullmatch(line):
            lost += len(line)
            if at := _NEXT.search(line):  # behind the rest of a damaged record
                source.back(line[at.start() :])
            continue
        if lost:
            yield Record(Headers(()), problem=_malformed(f"{lost:,} bytes that belong to no record"))
        lost = 0
        record, astray = _record(source, limit)
        yield record
        if astray:
            _to_next(source)
    if lost:
        yield Record(Headers(()), problem=_malformed(f"{lost:,} bytes that belong to no record"))


def _record(source: _Source, limit: int) -> tuple[Record, bool]:
    """The record whose first line was read, and whether the next one must be looked for."""
    headers, problem = _headers(source)
    if problem:
        return Record(headers, problem=problem), True
    stated = headers.get("Content-Length") or ""
    if not stated.isascii() or not stated.isdecimal() or len(stated) > 18:
        return Record(headers, problem=_malformed(f"its Content-Length is {stated[:40]!r}")), True
    size = int(stated)
    block = source.read(min(size, limit))
    got = len(block)
    while got < size and (passed := source.read(min(CHUNK, size - got))):
        got += len(passed)
    behind = source.read(_AHEAD)
    rest = behind.lstrip(b"\r\n")
    around = (block if got <= limit else b"") + behind
    sound = not rest or b"WARC/".startswith(rest) or _VERSION.match(rest)
    if got == size and (sound or (behind.startswith(b"\r\n\r\n") and not _NEXT.search(block))):
        source.back(rest)
        if size > limit:
            return Record(headers, problem=Refused("read", Reason.TOO_LARGE, f"a record of {size:,} bytes")), False
        return Record(headers, block), False
    if swallowed := _NEXT.search(around):
        source.again(around[swallowed.start() :])
        return Record(headers, problem=_malformed("it is damaged, or not as long as it says")), False
    source.back(around[got:] if got <= limit else around)
    if got < size:
        detail = f"it ends after {got:,} of {size:,} bytes"
        return Record(headers, problem=Refused("read", Reason.TRUNCATED, detail)), False
    return Record(headers, problem=_malformed("it is not as long as it says")), True


def _headers(source: _Source) -> tuple[Headers, Refused | None]:
    pairs: list[tuple[str, str]] = []
    for _ in range(_HEADER_LINES):
        line = source.line()
        if not line.endswith(b"\n"):
            return Headers(pairs), Refused("read", Reason.TRUNCATED, "its header ends in the middle")
        if _VERSION.fullmatch(line):
            source.back(line)
            return Headers(pairs), _malformed("its header has no end")
        if not line.strip():
            return Headers(pairs), None
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        name, colon, value = text.partition(":")
        if text[0] in " \t" and pairs:
            pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]} {text.strip()}")
        elif not colon:
            return Headers(pairs), _malformed("a line of its header has no colon")
        else:
            pairs.append((name.strip(), value.strip()))
    return Headers(pairs), _malformed(f"more than {_HEADER_LINES} header lines")


def _to_next(source: _Source) -> None:
    """Skip to the next first line of a record."""
    while line := source.line():
        if at := _VERSION.search(line):
            source.back(line[at.start() :])
            return


def _malformed(detail: str) -> Refused:
    return Refused("read", Reason.MALFORMED, f"WARC: {detail}")
