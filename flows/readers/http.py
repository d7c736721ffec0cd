"""HTTP messages as a crawl keeps them: status, headers, and the body without its codings."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime

import brotli
import zstandard

from flows.model import Reason, Refused

_STATUS = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})\b[^\n]*\n")
_END = re.compile(rb"\r?\n\r?\n")
_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\n]*)?\r?\n")
_SLICE = 1 << 11

NEWS = {
    "text/html", "application/xhtml+xml", "text/plain", "text/markdown", "text/x-markdown", "text/xml",
    "application/xml", "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json",
    "application/x-ndjson", "application/jsonl", "message/rfc822", "text/vnd.iptc.nitf",
    "application/vnd.iptc.g2.newsitem+xml", "application/vnd.iptc.g2.newsmessage+xml",
}  # fmt: skip
"""Content types that can hold an article."""
_OTHERS = {
    "text/css": "css", "text/javascript": "script", "application/javascript": "script", "application/json": "json",
    "application/x-javascript": "script", "application/ld+json": "json", "application/pdf": "pdf", "text/dns": "dns",
    "text/csv": "csv",
}  # fmt: skip
_FAMILIES = ("image", "video", "audio", "font")


class Headers:
    """Header fields in their order; names are found whatever their case."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._pairs = tuple(pairs)

    def get(self, name: str) -> str | None:
        """The first field of that name."""
        return next((value for key, value in self._pairs if key.lower() == name.lower()), None)

    def items(self) -> Iterator[tuple[str, str]]:
        """All fields."""
        return iter(self._pairs)


def message(data: bytes) -> tuple[int, Headers, bytes]:
    """Status, headers and body of a response; raises `Refused` where it is none."""
    status = _STATUS.match(data)
    if status is None:
        raise Refused("read", Reason.MALFORMED, "no HTTP status line")
    end = _END.search(data, status.end() - 2)
    if end is None:
        raise Refused("read", Reason.TRUNCATED, "the HTTP headers end in the middle")
    lines = re.sub(rb"\r?\n[ \t]+", b" ", data[status.end() : end.start()]).splitlines()
    fields = [line.decode("utf-8", "replace").partition(":") for line in lines]
    return int(status[1]), Headers((name.strip(), value.strip()) for name, _, value in fields), data[end.end() :]


def passed_over(content_type: str | None) -> str | None:
    """What it is, if its type says that it holds no article; None where it may, or nothing is said."""
    essence = (content_type or "").partition(";")[0].strip().lower()
    if not essence or essence in NEWS:
        return None
    family = essence.partition("/")[0]
    return _OTHERS.get(essence) or (family if family in _FAMILIES else "other-type")


def charset(content_type: str | None) -> str | None:
    """The character encoding that the field claims."""
    header = Message()
    header["content-type"] = (content_type or "").replace("\r", " ").replace("\n", " ")
    stated = header.get_param("charset")
    return stated.strip("'\" ") if isinstance(stated, str) else None


def moment(stated: str | None) -> datetime | None:
    """A date of a header field, in UTC; None where it is none."""
    try:
        found = parsedate_to_datetime(stated or "")
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def body(headers: Headers, data: bytes, limit: int) -> bytes:
    """The body without transfer and content codings; raises `Refused` where it is cut off, broken, or too large.

    Archives may keep a body decoded and its headers as they were: what is not coded as they say is taken as it is.
    """
    if "chunked" in (headers.get("Transfer-Encoding") or "").lower() and _SIZE.match(data):
        data = _joined(data)
    codings = [coding.strip().lower() for coding in (headers.get("Content-Encoding") or "").split(",")]
    for coding in reversed(codings):
        data = _decoded(coding, data, limit)
        if len(data) > limit:
            raise Refused("read", Reason.TOO_LARGE, f"a body of more than {limit:,} bytes")
    return data


def _joined(data: bytes) -> bytes:
    parts: list[bytes] = []
    at = 0
    while size := _SIZE.match(data, at):
        start, length = size.end(), int(size[1], 16)
        if not length:
            return b"".join(parts)
        parts.append(data[start : start + length])
        if start + length > len(data):
            break
        at = start + length
        at += 2 if data[at : at + 2] == b"\r\n" else 1 if data[at : at + 1] == b"\n" else 0
    if at >= len(data) or size:
        raise Refused("read", Reason.TRUNCATED, "the chunks of the body end in the middle")
    raise Refused("read", Reason.MALFORMED, "the chunks of the body are broken")


def _decoded(coding: str, data: bytes, limit: int) -> bytes:
    if coding in ("gzip", "x-gzip") and data.startswith(b"\x1f\x8b"):
        return _inflated(data, 31, limit)
    if coding == "deflate" and data:
        zlib_header = data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
        return _inflated(data, 15 if zlib_header else -15, limit)
    if coding == "br" and data:
        return _unbrotlied(data, limit)
    if coding == "zstd" and data.startswith(b"\x28\xb5\x2f\xfd"):
        return _unzstd(data, limit)
    return data


def _inflated(data: bytes, wbits: int, limit: int) -> bytes:
    inner = zlib.decompressobj(wbits)
    try:
        found = inner.decompress(data, limit + 1)
    except zlib.error as error:
        raise _broken(error) from error
    if not inner.eof and len(found) <= limit:
        raise _cut()
    return found


def _unbrotlied(data: bytes, limit: int) -> bytes:
    inner = brotli.Decompressor()
    try:
        found = inner.process(data, output_buffer_limit=limit + 1)
    except brotli.error as error:
        if data.lstrip()[:1] == b"<":
            return data
        raise _broken(error) from error
    if not inner.is_finished() and len(found) <= limit:
        raise _cut()
    return bytes(found)


def _unzstd(data: bytes, limit: int) -> bytes:
    inner = zstandard.ZstdDecompressor().decompressobj()
    found = bytearray()
    try:
        for start in range(0, len(data), _SLICE):
            found += inner.decompress(data[start : start + _SLICE])
            if inner.eof or len(found) > limit:
                return bytes(found)
    except zstandard.ZstdError as error:
        raise _broken(error) from error
    raise _cut()


def _broken(error: Exception) -> Refused:
    return Refused("read", Reason.MALFORMED, f"the body's coding is broken: {error}")


def _cut() -> Refused:
    return Refused("read", Reason.TRUNCATED, "the body's coding ends in the middle")
