"""What a stream is, judged by its first bytes: a container of some kind, or a document."""

from __future__ import annotations

import codecs
import enum
import json
import re
import tarfile

from flows.readers.streams import HEAD

LINES_LOOKED_AT = 20
_BOM = b"\xef\xbb\xbf"


class Kind(enum.Enum):
    """The containers that there are readers for, and the documents whose structure says what they are."""

    DOCUMENT = enum.auto()
    ZIP = enum.auto()
    TAR = enum.auto()
    WARC = enum.auto()
    MBOX = enum.auto()
    MAIL = enum.auto()
    LINES = enum.auto()
    OBJECTS = enum.auto()
    FEED = enum.auto()
    NEWSML = enum.auto()
    NITF = enum.auto()


_WARC = re.compile(rb"\s{0,8}WARC/[01]\.\d{1,2}\r?\n")
_MBOX = re.compile(rb"From \S+ [^\n]{0,80}\d{4}[^\n]{0,20}\n(?:>?[A-Za-z][A-Za-z0-9-]*:[^\n]*\n)")
_HEADERS = re.compile(rb"(?:[A-Za-z][A-Za-z0-9-]{0,60}:[^\n]*\n(?:[ \t]+\S[^\n]*\n)*){3,}(?=\r?\n|\Z)")
_FIELD = re.compile(rb"^([A-Za-z][A-Za-z0-9-]*):", re.M)
_SENT = {b"from"}, {b"date", b"subject"}, {b"message-id", b"mime-version", b"received", b"return-path"}
_PROLOG = re.compile(
    r"(?:\ufeff|\s|<\?(?:(?!\?>).)*\?>|<!--(?:(?!-->).)*-->|<!DOCTYPE[^\[>]*(?:\[(?:(?!\]\s*>).)*\]\s*)?>)*",
    re.S | re.I,
)
_ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?(\w{1,40})[\s>/]")
_ROOTS = {
    "rss": Kind.FEED,
    "feed": Kind.FEED,
    "RDF": Kind.FEED,
    "newsItem": Kind.NEWSML,
    "newsMessage": Kind.NEWSML,
    "nitf": Kind.NITF,
}
_OBJECT_LIST = re.compile(rb'(?:\xef\xbb\xbf)?\s*\[\s*\{\s*"')
_OBJECT = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"')
_KEYED = re.compile(rb"""\s*(?:\[\s*)?\{\s*(?:"(?:[^"\\\n]|\\.){0,200}"|'[^'\\\n]{0,200}')\s*:""")
"""How an object with keys opens, or a list of them; also as Python prints it, which is JSON to nobody else."""
_STRINGS = re.compile(rb'\s*\[\s*"')
_BEHIND_BRACE = re.compile(r"^\}[ \t]*\n\s*[^\s\"'{}\[\],\d-]", re.M)
"""Text below a closing brace that stands alone: an article below front matter, however broken that is."""
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DECODER = json.JSONDecoder()
JSON_FEED = re.compile(rb'"version"\s*:\s*"https?:\\?/\\?/(?:www\.)?jsonfeed\.org')


def kind(head: bytes) -> Kind:
    """What the stream is that opens with `head` (which need not hold it to its end)."""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Kind.ZIP
    if is_tar(head):
        return Kind.TAR
    if _WARC.match(head):
        return Kind.WARC
    if _MBOX.match(head):
        return Kind.MBOX
    if is_mail(head):
        return Kind.MAIL
    if found := _ROOTS.get(root(head) or ""):
        return found
    if JSON_FEED.search(head[:4096]) and _OBJECT.match(head):
        return Kind.OBJECTS
    if is_jsonl(head):
        return Kind.LINES
    if head.startswith(_UTF16):  # a line of it cannot be told by its bytes
        head = head.decode("utf-16", "replace").encode()
    return Kind.OBJECTS if is_json(head) else Kind.DOCUMENT


def is_tar(head: bytes) -> bool:
    """Whether the first block is a tar header: its checksum is right."""
    try:
        tarfile.TarInfo.frombuf(head[:512], "utf-8", "surrogateescape")
    except (tarfile.HeaderError, ValueError):
        return False
    return True


def is_mail(head: bytes) -> bool:
    """Whether it opens with the header of an e-mail: who, when or what, and a field that only mail programs write."""
    header = _HEADERS.match(head[: 1 << 18].replace(b"\r\n", b"\n"))
    if header is None:
        return False
    fields = {name.lower() for name in _FIELD.findall(header[0])}
    return all(fields & wanted for wanted in _SENT)


def root(head: bytes) -> str | None:
    """Local name of the root element, if this is XML."""
    sample = head[: 1 << 16]
    wide = sample.startswith((b"\xff\xfe", b"\xfe\xff")) or sample[1:2] == b"\0"
    text = sample.decode("utf-16" if wide else "utf-8", "replace")
    prolog = _PROLOG.match(text)
    match = _ROOT.match(text, prolog.end() if prolog else 0)
    return match[1] if match else None


def is_jsonl(head: bytes) -> bool:
    """Whether it is JSON Lines: most of the first lines open objects, and one of them at least parses, or all look as
    if they should; below a first line that is none, most parse."""
    if not head.lstrip(_BOM + b" \t\r\n").startswith(b"{") and b"\n{" not in head[: 1 << 16]:
        return False
    lines = [line.strip() for line in head.split(b"\n", LINES_LOOKED_AT * 2)]
    lines = [line.removeprefix(_BOM) for line in lines if line][:LINES_LOOKED_AT]
    opened = [line for line in lines if line.startswith(b"{")]
    if 2 * len(opened) <= len(lines):
        return False
    if lines[0] is not opened[0]:
        return 2 * sum(map(_is_object, opened)) > len(lines)
    return any(map(_is_object, opened)) or (len(opened) > 1 and all(map(_KEYED.match, opened)))


def is_json(head: bytes) -> bool:
    """Whether it is JSON with keys or a list: whole or broken, cut off, or one value after another.

    Not the front matter of an article.
    """
    head = head.removeprefix(_BOM)
    if _OBJECT_LIST.match(head):
        return True
    if _STRINGS.match(head):
        return _parses(head)
    if not _KEYED.match(head):
        return _is_object(head)
    if len(head) >= HEAD:
        return True
    text = head.decode("utf-8", "replace").lstrip()
    try:
        _, end = _DECODER.raw_decode(text)
    except RecursionError:
        return True
    except ValueError:
        return _BEHIND_BRACE.search(text) is None
    behind = text[end:].lstrip(", \t\r\n")
    return not behind or _KEYED.match(behind.encode()) is not None


def _is_object(line: bytes) -> bool:
    return line.lstrip().startswith(b"{") and _parses(line)


def _parses(data: bytes) -> bool:
    try:
        json.loads(data.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return False
    return True
