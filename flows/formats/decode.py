"""Second stage: bytes → text, and what the text is, both judged by content."""

from __future__ import annotations

import codecs
import itertools
import re
from dataclasses import dataclass

from flows.model import Format, Reason, Refused

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What pages label by one name and mean by another (WHATWG Encoding Standard, "Names and labels").
MEANT = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "iso8859-9": "cp1254",
}
DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*(?:["']\s*)?([A-Za-z0-9_.:-]{2,40})""", re.I)
MAGIC = (
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"PAR1", "a Parquet file"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"\x7fELF", "a program"),
    (b"BZh", "bzip2 data"),
    (b"\xfd7zXZ", "xz data"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"RIFF", "sound, video or an image"),
    (b"ID3", "sound"),
    (b"OggS", "sound or video"),
)
ASCII_MAGIC = ((b"%PDF-", "a PDF file"), (b"{\\rtf", "an RTF file"))
"""The same, where all of the beginning may be ASCII."""
MAX_BAD_SHARE = 0.002
"""Of a UTF-8 text's bytes that may be broken before another encoding is thought of: page dumps cut and glue bytes."""
MAX_CONTROL_SHARE = 0.02
DETECTED_BYTES = 1 << 17
"""The encoding is detected on so many bytes."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text with line ends as `\\n` (as Python's `open` gives it), the encoding it was read in, and any doubt."""

    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


CONTROLS = bytes((*range(9), *range(14, 32)))


def decode(data: bytes, claimed: str | None = None) -> Decoded:
    """Decode `data`: byte-order mark, then strict UTF-8, then the charset it declares, then detection.

    `claimed` is the charset that whoever sent it names (an HTTP header, say): it goes before the one in the text.

    Raises `Refused` (`unsupported`, `binary`).  NULs become U+FFFD, since no format can hold them.
    """
    for magic, what in MAGIC:
        if data.startswith(magic) and not data[:512].isascii():
            raise Refused("decode", Reason.UNSUPPORTED, what)
    for magic, what in ASCII_MAGIC:
        if data.startswith(magic):
            raise Refused("decode", Reason.UNSUPPORTED, what)
    text, encoding, warnings = _decoded(data, claimed)
    written = data if encoding == "utf-8" and not warnings else text.encode("utf-8", "replace")
    controls = len(written) - len(written.translate(None, CONTROLS))
    if controls > MAX_CONTROL_SHARE * len(text):
        raise Refused("decode", Reason.BINARY, f"{controls:,} of {len(text):,} characters are control characters")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "�")
    return Decoded(text, encoding, warnings)


def _decoded(data: bytes, claimed: str | None) -> tuple[str, str, tuple[str, ...]]:
    for bom, name in BOMS:
        if data.startswith(bom):
            try:
                return data.decode(name), name, ()
            except UnicodeDecodeError:
                text = data.decode(name, "replace")
                return text, name, (f"{text.count('�')} undecodable places",)
    if wide := _wide(data):
        return data.decode(wide, "replace"), wide, ()
    try:
        return data.decode("utf-8"), "utf-8", ()
    except UnicodeDecodeError:
        pass
    for declared in (_meant(claimed or ""), _declared(data)):
        if declared:
            try:
                return data.decode(declared), declared, ()
            except UnicodeDecodeError:
                pass
    mended = data.decode("utf-8", "replace")
    bad = mended.count("�")
    if bad <= MAX_BAD_SHARE * len(data) and _is_utf8(mended):
        return mended, "utf-8", (f"{bad} undecodable places",)
    return _detected(data)


def _is_utf8(mended: str) -> bool:
    """Whether a text with few undecodable places is UTF-8 with damage: something in it beyond ASCII is sound, or it was
    only cut in the middle of a character.  Else those places are its letters, in another encoding."""
    return not mended.replace("�", "").isascii() or "�" not in mended.strip("�")


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: in text that has any Latin letter, digit or space, one byte of those pairs is NUL."""
    sample = data[:4096]
    if len(data) % 2 or sample.count(0) < len(sample) // 8:
        return None
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if min(even, odd) * 20 > max(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _declared(data: bytes) -> str | None:
    for match in DECLARED.finditer(data[:4096]):
        if name := _meant(match[1].decode("ascii")):
            return name
    return None


def _meant(label: str) -> str | None:
    """The codec that a label means, if it is one of text."""
    try:
        codec = codecs.lookup(label)
    except (LookupError, UnicodeError, ValueError):
        return None
    return MEANT.get(codec.name, codec.name) if codec._is_text_encoding else None


def _detected(data: bytes) -> tuple[str, str, tuple[str, ...]]:
    from chardet import detect  # costs time to import, and most files are UTF-8

    name = detect(data[:DETECTED_BYTES])["encoding"]
    try:
        name = codecs.lookup(name or "none").name
    except LookupError:
        raise Refused("decode", Reason.BINARY, "no character encoding fits its bytes") from None
    name = MEANT.get(name, name)
    text = data.decode(name, "replace")
    return text, name, ("encoding detected, not declared",)


HTML_START = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--(?:(?!-->).){0,2000}-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.I | re.S,
)
HTML_ANYWHERE = re.compile(r"<(?:!doctype\s+html|html|body)\b[^>]{0,2000}>", re.I)
TAG_START = re.compile(r"\s*</?[a-zA-Z][a-zA-Z0-9]*[\s/>]")
HTML_CLOSED = re.compile(r"</(?:p|div|article|section|ul|ol|table|h[1-6]|blockquote)\s*>", re.I)
XML_START = re.compile(r"\s*<\?xml\b|\s*<(?:rss|feed|rdf:RDF|newsItem|nitf|urlset|sitemapindex)\b", re.I)
FRONT_MATTER = re.compile(r"\s*(?:---[ \t]*\n|\+\+\+[ \t]*\n|\{[ \t]*\n)")
MARKDOWN_MARKS = (
    (("#",), re.compile(r"^#{1,6} \S", re.M)),
    (("](",), re.compile(r"\[[^\]\n]{0,300}\]\((?:https?:|/|#|mailto:|<)[^)\s]*")),
    (("![",), re.compile(r"!\[[^\]\n]{0,300}\]\(")),
    (("**",), re.compile(r"(?<![*\w])\*\*[^\s*][^*\n]{0,200}\*\*(?!\w)")),
    (("\n====", "\n----"), re.compile(r"^[^\n]{3,200}\n(?:={4,}|-{4,})[ \t]*$", re.M)),
    (("> ",), re.compile(r"^> \S", re.M)),
)
"""What Markdown is known by; each holds one of the signs before it."""
MARKDOWN_NAME = re.compile(r"\.(?:md|mdown|markdown|mkd)(?:\.(?:gz|zst|bz2|xz))?$", re.I)


def sniff(text: str, name: str = "") -> Format:
    """What a decoded text is: HTML, Markdown or plain text.  Raises `Refused` for other XML.

    Markdown is front matter, or two kinds of its marks, or many links: one asterisk is not Markdown.  Names lie: in a
    file that is named as Markdown one kind of its marks is enough, and without any it is plain text.
    """
    head = text[:20_000]
    if HTML_START.match(head):
        return Format.HTML
    if XML_START.match(head) and not HTML_ANYWHERE.search(head):
        raise Refused("decode", Reason.UNSUPPORTED, "XML that is not a web page")
    if FRONT_MATTER.match(head):
        return Format.MARKDOWN
    if HTML_ANYWHERE.search(head) or (TAG_START.match(head) and HTML_CLOSED.search(text[:200_000])):
        return Format.HTML
    sample = text[:100_000]
    found = [signs for signs, mark in MARKDOWN_MARKS if any(sign in sample for sign in signs) and mark.search(sample)]
    if len(found) >= (1 if MARKDOWN_NAME.search(name) else 2) or ("![",) in found:
        return Format.MARKDOWN
    links = itertools.islice(MARKDOWN_MARKS[1][1].finditer(sample), 2) if ("](",) in found else ()
    return Format.MARKDOWN if len(list(links)) == 2 else Format.TEXT
