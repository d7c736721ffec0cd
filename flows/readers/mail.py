"""E-mail: a message, its attachments as members, and mailboxes of messages (mbox)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from email.message import Message
from email.parser import BytesHeaderParser
from typing import TYPE_CHECKING

from flows.formats.mail import header, message_of
from flows.model import Format, PassedOver, Piece, Refused
from flows.readers.streams import Spent, Stream

if TYPE_CHECKING:
    from flows.readers.walk import At, Walker

_LINE = 1 << 20
_FROM = re.compile(rb"From \S+ .{0,80}\d{4}.{0,20}\r?\n")


def read(stream: Stream, at: At, walker: Walker) -> Iterator[Piece]:
    """The message, and whatever documents are attached to it."""
    data = walker.whole(stream)
    message_of(data)
    yield walker.document(data, at, Format.MAIL)
    yield from _attachments(data, at, walker)


def read_mbox(stream: Stream, at: At, walker: Walker) -> Iterator[Piece]:
    """The messages of a mailbox; a message's locator is its Message-ID, or its number."""
    for number, data in enumerate(_messages(stream, walker.limit), start=1):
        name = header(BytesHeaderParser().parsebytes(data[: 1 << 16]), "Message-ID").strip("<>") or str(number)
        piece = walker.item(at, name, data, Format.MAIL)
        yield piece
        if not isinstance(piece, PassedOver):
            try:
                yield from _attachments(data, replace(at, locator=piece.locator), walker)
            except Spent:
                raise
            except Refused:
                continue  # the message itself is refused for the same reason


def _messages(stream: Stream, limit: int) -> Iterator[bytes]:
    """Each message without its `From ` line; of one that is too large, a byte more than is allowed."""
    message = bytearray()
    blank, first = True, True
    while line := stream.readline(_LINE):
        if blank and _FROM.fullmatch(line):
            if not first:
                yield bytes(message)
            message.clear()
            first = False
        elif len(message) <= limit:
            message += line[: limit + 1 - len(message)]
        blank = not line.strip()
    yield bytes(message)


def _attachments(data: bytes, at: At, walker: Walker) -> Iterator[Piece]:
    for number, part in enumerate(attached(message_of(data)), start=1):
        if part.get_content_maintype() in ("image", "audio", "video", "font"):
            yield PassedOver(f"mail.{part.get_content_maintype()}")
            continue
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload()
            first = inner[0] if isinstance(inner, list) and inner else None
            content = first.as_bytes() if isinstance(first, Message) else b""
        else:
            payload = part.get_payload(decode=True)
            content = payload if isinstance(payload, bytes) else b""
        name = part.get_filename() or f"part {number}"
        yield from walker.member(at, str(name), lambda content=content: Stream(iter([content])))  # type: ignore[misc]


def attached(message: Message) -> Iterator[Message]:
    """The parts of a message that are no text of its own."""
    if message.get_content_type() == "message/rfc822" or not message.is_multipart():
        if message.get_content_disposition() == "attachment" or message.get_content_maintype() != "text":
            yield message
        return
    for part in message.get_payload():
        if isinstance(part, Message):
            yield from attached(part)
