"""E-mail newsletters: the HTML or text part of a message; its header as claims.  Pages that a browser saved as MHTML
have the form of a message: their header says where and when they were taken, and nothing of the article.

What names the recipient or the way of the delivery (To, Received, …) is not copied.
"""

from __future__ import annotations

import contextlib
import email
import email.errors
import re
from collections.abc import Iterator
from datetime import UTC
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime

from flows.formats.decode import decode
from flows.formats.stated import Stated, claimed, plain
from flows.model import Found, RawFile, Reason, Refused

FIELDS = {
    "Subject": "title", "From": "source", "Date": "published", "Message-ID": "source_id", "Archived-At": "url",
    "Content-Language": "language", "Keywords": "tag",
}  # fmt: skip
_KEPT = ("From", "Sender", "Reply-To", "List-Id", "List-Archive")
_SAVED = "Saved by "
"""What browsers write for a sender."""
_ENCODED = re.compile(r"=\?[^?\s]{1,75}\?[bqBQ]\?[^?]*\?=(?:\s*=\?[^?\s]{1,75}\?[bqBQ]\?[^?]*\?=)*")
"""Encoded words (RFC 2047); a character may begin in one and end in the next."""
_CUT_OFF = (email.errors.CloseBoundaryNotFoundDefect, email.errors.StartBoundaryNotFoundDefect)


def read(raw: RawFile) -> Stated:
    """A message; raises `Refused` where it is cut off or has no text."""
    message = message_of(raw.data)
    if any(isinstance(defect, _CUT_OFF) for part in message.walk() for defect in part.defects):
        raise Refused("parse", Reason.TRUNCATED, "the message ends in the middle of its parts")
    parts = sorted(texts(message), key=lambda part: part.get_content_type() != "text/html")
    decoded = [(part.get_content_type(), decode(_bytes(part), _charset(part))) for part in parts]
    decoded = [(kind, each) for kind, each in decoded if each.text.strip()]
    if not decoded:
        raise Refused("parse", Reason.NO_ARTICLE, "no text in the message")
    kind, first = decoded[0]
    extra = [(f"eml.{kind}", plain(each.text)) for kind, each in decoded[1:] if kind != "text/css"]
    extra += [(f"eml.{name}", value) for name in _KEPT if (value := header(message, name))]
    if _is_saved(message):
        claims = (*_address(message, parts[0]), *_received(message, "mhtml.Date"))
    else:
        claims = (*claimed("eml", FIELDS, _claims(message)), *_received(message, "eml.Date"))
    return Stated(plain(first.text), claims, tuple(extra), first.encoding, first.warnings, kind == "text/html")


def message_of(data: bytes) -> Message:
    """The message in `data`; raises `Refused` where its parts lie in each other without end."""
    try:
        message = email.message_from_bytes(data)
        for _ in message.walk():
            pass
    except RecursionError as error:
        raise Refused("parse", Reason.MALFORMED, "parts nested too deeply") from error
    return message


def texts(message: Message) -> Iterator[Message]:
    """The parts that are text of the message itself: neither attachments nor messages within it."""
    if message.get_content_type() == "message/rfc822" or message.get_content_disposition() == "attachment":
        return
    if not message.is_multipart():
        if message.get_content_maintype() == "text":
            yield message
        return
    for part in message.get_payload():
        if isinstance(part, Message):
            yield from texts(part)


def header(message: Message, name: str) -> str:
    """A header field in plain words, encoded words decoded; empty where there is none."""
    stated = next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")
    written = stated.encode("utf-8", "surrogateescape")
    try:
        stated = written.decode()
    except UnicodeDecodeError:
        stated = written.decode("cp1252", "replace")
    with contextlib.suppress(email.errors.MessageError, LookupError, UnicodeError, ValueError):
        stated = _ENCODED.sub(lambda words: str(make_header(decode_header(words[0]))), stated)
    return " ".join(stated.encode("utf-8", "surrogateescape").decode("utf-8", "replace").split())


def _is_saved(message: Message) -> bool:
    return "Snapshot-Content-Location" in message or header(message, "From").lstrip('<"').startswith(_SAVED)


def _address(message: Message, page: Message) -> Iterator[Found]:
    """The address of a page that was saved as `message`."""
    for part, name in ((message, "Snapshot-Content-Location"), (page, "Content-Location")):
        if (address := header(part, name)).startswith(("http://", "https://")):
            yield Found("url", address, address, f"mhtml.{name}")
            return


def _claims(message: Message) -> Iterator[tuple[str, str]]:
    for name in FIELDS:
        stated = header(message, name)
        if name == "From":
            shown, address = parseaddr(stated)
            yield name, shown or address
        else:
            yield name, stated.strip("<>")


def _received(message: Message, origin: str) -> Iterator[Found]:
    """When it was sent, for dates that are relative to it, or saved."""
    stated = header(message, "Date")
    try:
        sent = parsedate_to_datetime(stated)
        sent = sent.replace(tzinfo=UTC) if sent.tzinfo is None else sent.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return
    yield Found("fetched_at", sent.isoformat(), stated, origin)


def _bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _charset(part: Message) -> str | None:
    try:
        return part.get_content_charset()
    except (LookupError, UnicodeError, ValueError):
        return None
