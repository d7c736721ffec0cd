"""The law of evidence: every value of a row stands in its raw document, where the row says that it was read.

What a page's fields hold is read here a second time and by other means than the pipeline's: `re`, `json` and lxml's
attributes.  By hand, over pages of one's own:

    python -m tests.evidence FILE_OR_FOLDER …
"""

from __future__ import annotations

import gzip
import html
import json
import re
import sys
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from lxml import html as lxml_html

from flows import dates, language, pipeline, rules
from flows.model import Article, Format, Found, RawFile
from flows.settings import Settings

# Columns that state what the pipeline found out itself, not what it read.
OWN = {"published_local", "published_raw", "published_origin", "published_precision", "published_zone",
       "published_ambiguous", "modified_local", "modified_raw", "modified_origin", "modified_precision",
       "modified_zone", "modified_ambiguous"}  # fmt: skip
IN_TEXT = ("text.", "html.", "script.", "publisher-registry", "microdata.", "link.", "meta.", "json-ld.")


BETWEEN = 4000
"""Letters that may stand between two words that a page shows side by side."""


def letters(text: str) -> str:
    """Only the letters and digits, however often they were escaped, so that layout and repair do not count."""
    for _ in range(3):
        text = html.unescape(text)
    text = unicodedata.normalize("NFKC", re.sub(r"<[^<>]{1,300}>", " ", text))
    return "".join(character for character in text.casefold() if character.isalnum())


def complaints(article: Article) -> list[str]:
    """What is wrong with the evidence of an article; nothing where the law holds."""
    page = _Raw(article)
    found = [f"{claim.field}: {error}" for claim in (*article.sources, *article.unfollowed)
             if (error := page.misses(claim))]  # fmt: skip
    by_column: dict[str, list[Found]] = {}
    for claim in article.sources:
        by_column.setdefault(claim.field, []).append(claim)
    for column, value in article.fields.items():
        if column in OWN:
            continue
        if not by_column.get(column):
            found.append(f"{column} = {value!r} has no source")
        elif error := _says_otherwise(column, value, by_column[column], article):
            found.append(f"{column} = {value!r}: {error}")
    return found


class _Raw:
    """A raw document, and what stands in each of its fields."""

    def __init__(self, article: Article) -> None:
        self.text = article.document.text
        self.shown = letters(_unescaped(self.text))
        self.source = letters(_unescaped(self.text).replace("<", " "))  # with what stands in tags
        self.path = article.raw.path
        self.record: Any = json.loads(article.raw.data) if article.content_type is Format.RECORD else None
        self.is_page = article.document.format is Format.HTML
        self.tree = lxml_html.document_fromstring(self.text.encode("utf-8", "replace") or b"<html/>",
            parser=lxml_html.HTMLParser(encoding="utf-8")) if self.is_page and self.text.strip() else None  # fmt: skip

    def misses(self, claim: Found) -> str | None:
        """What is wrong with where a claim says that it stands."""
        if claim.start is not None:
            stands = self.text[claim.start : claim.end]
            return None if stands == claim.raw else f"{claim.origin} at {claim.start}: {stands!r} is not {claim.raw!r}"
        family, _, name = claim.origin.partition(".")
        wanted = letters(claim.raw)
        if family == "record":
            held = letters(json.dumps(self.record[name], ensure_ascii=False)) if self.record else ""
        elif family == "meta":
            held = "|".join(map(letters, self._meta(name)))
        elif family == "json-ld":
            held = "|".join(map(letters, self._scripts())) if name != "@type" else wanted
        elif family == "file-name":
            held = letters(self.path)
        elif family == "url":
            held = wanted if re.sub(r"\D", "", claim.raw) in re.sub(r"\D", "", self.text) else ""
        elif claim.origin == "text.language":
            held = wanted  # the whole text is its evidence
        elif claim.origin.startswith((*IN_TEXT, "front-matter.")):
            held = self.source if wanted in self.source else self.shown
            if family == "html" and self._in_pieces(claim.raw):
                return None
        else:
            return None  # of formats that have their own tests
        return None if wanted in held else f"{claim.origin}: {claim.raw!r} does not stand there"

    def _in_pieces(self, raw: str) -> bool:
        """True where a visible string's words follow each other, with buttons and side columns between them at most."""
        words = [each for word in raw.split() if (each := letters(word))]
        for first in re.finditer(re.escape(words[0]), self.shown) if words else ():
            at = first.start()
            for word in words:
                at = self.shown.find(word, at, at + BETWEEN + len(word)) + len(word)
                if at < len(word):
                    break
            else:
                return True
        return False

    def _meta(self, name: str) -> Iterator[str]:
        for element in self.tree.iter("meta") if self.tree is not None else ():
            if name in {
                (element.get(key) or "").strip().lower() for key in ("property", "name", "itemprop", "http-equiv")
            }:
                yield from (element.get(key) or "" for key in ("content", "value", "datetime"))

    def _scripts(self) -> Iterator[str]:
        for element in self.tree.iter("script") if self.tree is not None else ():
            if "ld+json" in (element.get("type") or "").lower():
                yield _unescaped(element.text or "")


def _unescaped(script: str) -> str:
    r"""A script without its `\u00e9`, `\/` and `\n`."""
    plain = re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), script)
    plain = plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # pairs become one character
    return re.sub(r"\\[nrtbf]", " ", plain).replace("\\", "")


def _says_otherwise(column: str, value: Any, claims: list[Found], article: Article) -> str | None:
    """What a column holds and none of its claims says; None where each part of it stands in one of them."""
    said = [letters(f"{claim.raw} {claim.value}") for claim in claims]
    if column == "fetched_at":
        stated = {datetime.fromisoformat(claim.value) for claim in claims}
        return None if value in stated else f"not in {stated}"
    if column.endswith("_at"):
        local = article.fields[column.removesuffix("_at") + "_local"]
        days = {each for claim in claims for day in dates.days(claim.value) for each in _either_way(day)}
        written = date.fromisoformat(str(local)[:10])
        near = any(abs((written - day).days) <= 1 for day in days)
        return None if near or article.fields[column.removesuffix("_at") + "_zone"] == "fetched" else f"not in {days}"
    if column in ("title", "authors", "contributors", "tags", "corrections", "summary", "section", "dateline"):
        parts = value if isinstance(value, list) else [value]
        missing = [part for part in parts if not any(letters(part) in each for each in said)]
        return f"{missing} not in its sources" if missing else None
    if column == "comment_count":
        return None if any(str(value) in re.sub(r"\D", "", claim.raw) for claim in claims) else "not in its source"
    if column == "language":
        return None if any(language.code(claim.value) == value for claim in claims) else "not what its source says"
    if column in ("url", "license", "rights"):
        return None if any(letters(str(value)) in each for each in said) else "not in its source"
    return None


def _either_way(day: date) -> set[date]:
    """A day, and the one with day and month exchanged: which is meant, publisher and language tell."""
    return {day, date(day.year, day.day, day.month)} if day.day <= 12 else {day}


def _files(paths: list[str]) -> Iterator[Path]:
    for path in map(Path, paths):
        yield from sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]


def main() -> None:
    catalogue = rules.load()
    seen = wrong = 0
    for path in _files(sys.argv[1:]):
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        article = pipeline.clean(
            RawFile(path.name, "0" * 64, len(data), data), catalogue, Settings(), datetime.now(UTC)
        )
        if isinstance(article, Article):
            seen += 1
            if found := complaints(article):
                wrong += 1
                print(path, *found, sep="\n  ")
    print(f"{seen} articles, {wrong} with a value that does not stand where its row says")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
