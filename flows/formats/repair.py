"""Repair of characters: what a block's text looks like once it may stand in a corpus.

The raw text is never changed; blocks keep offsets into it.  `repair` only makes the copy that is kept.
"""

from __future__ import annotations

import html
import re
import unicodedata

import ftfy

# What has to be looked at: controls, invisible characters, and spaces other than a single U+0020.
_SUSPECT = re.compile(
    "[\x00-\x1f\x7f-\xa0\xad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff9-\ufffc]"
    "|  |^ | $"
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,24}\d{0,2});")
# UTF-8 read as Latin-1 or Windows-1252: a lead byte shown as a letter, then a continuation byte shown as a sign.
_MOJIBAKE = re.compile("[ÂÃÅÄâãäåæçèéðÐÑØÙ][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")

_ZERO_WIDTH = "\xad\u180e\u200b\u2060\u2061\u2062\u2063\u2064\ufeff\ufff9\ufffa\ufffb\ufffc"
_CONTROLS = [c for c in (*range(0x20), *range(0x7F, 0xA0)) if not chr(c).isspace()]
_OUT = dict.fromkeys([*map(ord, _ZERO_WIDTH), *_CONTROLS])
_BIDI = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
# Scripts that use the joiners (Arabic to Mongolian, their presentation forms) and signs and pictures that emoji
# sequences are built of.
_JOINED = "[\u0590-\u1cff\u2190-\u2bff\ua8e0-\uabff\ufb50-\ufdff\ufe00-\ufe0f\ufe70-\ufefc\U0001f000-\U0001faff]"
_STRAY_JOINER = re.compile(f"(?<!{_JOINED})[\u200c\u200d]|[\u200c\u200d](?!{_JOINED})")


def repair(text: str) -> str:
    """`text` in NFC, with its white space folded and its damage undone.

    No-break and thin spaces become spaces; soft hyphens, zero-width characters, byte order marks and control
    characters go, except joiners between letters or emoji that need them and direction marks in right-to-left
    text; HTML entities (also doubly escaped) become their characters; mojibake is undone where ftfy is sure.
    Idempotent, but for damage upon damage (entities escaped three times, mojibake with controls in it).
    """
    if "&" in text and _ENTITY.search(text):
        text = html.unescape(_ENTITY.sub(_unescape, text)) if "&amp;" in text else _ENTITY.sub(_unescape, text)
    if not text.isascii():
        if _MOJIBAKE.search(text):
            text = ftfy.fix_encoding(text)
        if not unicodedata.is_normalized("NFC", text):
            text = unicodedata.normalize("NFC", text)
    folded = " ".join(text.split())
    if folded.isprintable() and "\ufffc" not in folded:
        return folded  # nothing else that is suspect is printable
    if not _SUSPECT.search(text):
        return text
    text = text.translate(_OUT)
    if "\u200c" in text or "\u200d" in text:
        text = _STRAY_JOINER.sub("", text)
    if not _RIGHT_TO_LEFT.search(text):
        text = text.translate(_BIDI)
    return " ".join(text.split())


def _unescape(match: re.Match[str]) -> str:
    return html.unescape(match[0])
