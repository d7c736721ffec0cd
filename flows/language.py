"""The language of a text, by py3langid (https://github.com/adbar/py3langid); short texts follow the declared one."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

ENOUGH_LETTERS = 60
"""With fewer letters than this the detector alone is not believed."""
LOOKED_AT = 1500
"""Characters of the text that are looked at: on 440 pages, 4000 settle one page more at three times the cost."""
SURE = 0.9

_CODE = re.compile(r"^\s*([A-Za-z]{2,3})(?:[-_][A-Za-z0-9-_]*)?\s*$")
_KANA = re.compile(r"[\u3040-\u30ff]")
_HANGUL = re.compile(r"[\uac00-\ud7af]")
_DENSE = re.compile(r"[\u3040-\u9fff\uac00-\ud7af]")
# Codes that name the same written language, folded to the ISO 639-1 code in use.
_SAME = {"iw": "he", "in": "id", "ji": "yi", "nb": "no", "nn": "no", "eng": "en", "deu": "de", "ger": "de",
         "fra": "fr", "fre": "fr", "spa": "es", "ita": "it", "por": "pt", "rus": "ru", "zho": "zh", "jpn": "ja",
         "kor": "ko", "ara": "ar", "hin": "hi", "fas": "fa", "mo": "ro", "sh": "hr", "tl": "tl", "fil": "tl",
         "cn": "zh", "jp": "ja", "gr": "el", "cz": "cs", "dk": "da", "se": "sv", "ua": "uk", "kr": "ko"}  # fmt: skip
# The detector confuses these neighbours; a declaration decides between them.
_NEIGHBOURS = (frozenset({"no", "da", "sv"}), frozenset({"hr", "sr", "bs", "sl"}), frozenset({"cs", "sk"}),
               frozenset({"id", "ms"}), frozenset({"pt", "gl", "es", "ca"}), frozenset({"ru", "uk", "be", "bg"}),
               frozenset({"fa", "ur", "ar"}), frozenset({"hi", "mr", "ne"}), frozenset({"nl", "af"}))  # fmt: skip

SOLE_COUNTRY = {"ja": "JP", "ko": "KR", "th": "TH", "vi": "VN", "pl": "PL", "cs": "CZ", "hu": "HU", "fi": "FI",
                "da": "DK", "no": "NO", "is": "IS", "lt": "LT", "lv": "LV", "et": "EE", "bg": "BG", "he": "IL",
                "tr": "TR", "el": "GR", "id": "ID"}  # fmt: skip
"""Languages whose press is all but wholly that of one country, and so of one time zone (Indonesia's has Jakarta's)."""


def code(declared: str | None) -> str | None:
    """ISO 639-1 code of a declared language such as `en-GB`, `pt_BR` or `deu`; None if it is none."""
    match = _CODE.match(declared or "")
    if not match:
        return None
    short = match[1].lower()
    short = _SAME.get(short, short)
    return short if len(short) == 2 else None


def region(declared: str | None) -> str | None:
    """ISO 3166 code of the country in a declared language such as `en-GB`; None without one."""
    match = re.match(r"^\s*[A-Za-z]{2,3}[-_](?:[A-Za-z]{4}[-_])?([A-Za-z]{2})\b", declared or "")
    return match[1].upper() if match else None


def detect(text: str, declared: str | None = None) -> str | None:
    """The language of `text` as an ISO 639-1 code; None when unsure.

    `declared` (the page's `lang`) decides where the text is too short, and between languages that look alike.
    """
    stated = code(declared)
    sample = " ".join(text[:LOOKED_AT].split())
    letters = sum(map(str.isalpha, sample))
    dense = len(_DENSE.findall(sample))
    if letters + 3 * dense < ENOUGH_LETTERS:
        return stated
    if dense * 2 > letters:
        return _by_script(sample)
    found, probability = _identifier().classify(sample)
    found = _SAME.get(str(found), str(found))
    if stated and found != stated and any({found, stated} <= group for group in _NEIGHBOURS):
        return stated
    if probability >= SURE:
        return found if len(found) == 2 else stated
    return stated


def _by_script(sample: str) -> str:
    """Of a text mostly in Han, kana and Hangul: the kana and Hangul tell."""
    kana = len(_KANA.findall(sample))
    hangul = len(_HANGUL.findall(sample))
    if hangul * 4 > len(sample):
        return "ko"
    return "ja" if kana * 20 > len(sample) else "zh"


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # reads its model: 60 ms that not every run needs

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
