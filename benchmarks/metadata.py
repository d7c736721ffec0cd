"""Title, authors and date of publication, side by side with trafilatura and htmldate on the same pages.

    python -m benchmarks.metadata BENCH [--limit N]

BENCH holds sets: folders with `truth.jsonl` (`id`, and `title`, `authors`, `date` where they are known) and
`html/<id>.html.gz`.  For each set and field it prints the shares of values that are right, wrong and missing, and for
each engine its CPU time per page, as a ratio to trafilatura's metadata.  The last set is made of the others: the same
pages with every date taken out of head, text, attributes and addresses; right is there to say nothing.

Values count as right as in the bench's own `score.py`: titles and sets of names after case, accents, punctuation and
white space are folded; dates on the truth's own calendar day, in its time zone where both have one.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import re
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import htmldate
import trafilatura
from lxml import html as lxml_html

from flows import dates, metadata
from flows.formats import html, structured
from flows.formats.decode import decode
from flows.model import Format
from flows.settings import Settings

FIELDS = ("title", "authors", "date")
UNDATED = "no date"
NOW = datetime.now(UTC)
Values = Mapping[str, Any]


def copydesk(page: str) -> Values:
    """The fields of a page from its claims alone; what cleaning finds in the text comes on top of that."""
    tree = html.tree(page)
    text = " ".join(" ".join(each.text_content() for each in tree.iter("p")).split())
    found = structured.claims(tree, page)
    fields = metadata.resolve(found, text=text, path="", format=Format.HTML, now=NOW, settings=Settings()).fields
    return {"title": fields.get("title"), "authors": fields.get("authors"), "date": fields.get("published_local")}


def by_trafilatura(page: str) -> Values:
    """trafilatura's metadata."""
    found = trafilatura.extract_metadata(page)
    if found is None:
        return {}
    authors = found.author.split("; ") if found.author else None
    return {"title": found.title, "authors": authors, "date": found.date}


def by_htmldate(page: str) -> Values:
    """htmldate's original date, in its extensive mode."""
    return {"date": htmldate.find_date(page, extensive_search=True, original_date=True)}


ENGINES: dict[str, Callable[[str], Values]] = {
    "copydesk": copydesk,
    "trafilatura": by_trafilatura,
    "htmldate": by_htmldate,
}


def pages(folder: Path, limit: int | None) -> Iterator[tuple[Values, str]]:
    """The pages of a set that can be decoded, each with its truth."""
    lines = (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    for line in lines[:limit]:
        truth = json.loads(line)
        path = folder / "html" / f"{truth['id']}.html.gz"
        if path.exists():
            yield truth, decode(gzip.decompress(path.read_bytes())).text


_DATED_META = re.compile(r"date|time|publish|modif|updat|created|issued|available|revis", re.IGNORECASE)
_DATED_PATH = re.compile(r"(?:19|20)\d\d[/_.-]?(?:0?[1-9]|1[0-2])[/_.-]?(?:[12]\d|3[01]|0?[1-9])(?!\d)")


def undated(page: str) -> str:
    """The page without scripts, date tags, short lines that state a day, attributes that do, and addresses with one."""
    tree = html.tree(page)
    for element in list(tree.iter()):
        name = " ".join(element.get(key) or "" for key in ("property", "name", "itemprop", "http-equiv"))
        if element.tag in ("script", "style", "time") or (element.tag == "meta" and _DATED_META.search(name)):
            element.drop_tree()
    for element in tree.iter():
        if _states_days(element.text):
            element.text = _without_days(element.text)
        if _states_days(element.tail):
            element.tail = _without_days(element.tail)
        for key, value in element.items():
            if "date" in key or "time" in key or dates.states_a_day(value) or _DATED_PATH.search(value):
                del element.attrib[key]
    return str(lxml_html.tostring(tree, encoding="unicode"))


def _states_days(text: str | None) -> bool:
    return bool(text) and any(dates.states_a_day(line) for line in str(text).split("\n"))


def _without_days(text: str) -> str:
    """Without the short lines that state a day; days that stand in prose stay."""
    kept = "\n".join("" if dates.states_a_day(line) else line for line in text.split("\n"))
    return "".join(each for each in kept if each >= " " or each in "\t\n")


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(re.findall(r"\w+", "".join(each for each in plain if not unicodedata.combining(each))))


def is_right(field: str, truth: Any, value: Any) -> bool:
    """True where a value says the same as the truth."""
    if field == "title":
        return _fold(truth) == _fold(value)
    if field == "authors":
        return {_fold(name) for name in truth} == {_fold(name) for name in value}
    one, other = datetime.fromisoformat(truth), datetime.fromisoformat(value)
    return one.date() == (other.astimezone(one.tzinfo) if one.tzinfo and other.tzinfo else other).date()


def measure(bench: Path, limit: int | None) -> tuple[Counter[tuple[str, str, str, str]], dict[str, float], int]:
    """(set, field, engine, outcome) → pages; engine → CPU seconds; pages measured."""
    found: Counter[tuple[str, str, str, str]] = Counter()
    spent = dict.fromkeys(ENGINES, 0.0)
    seen = 0
    for folder in sorted(path.parent for path in bench.glob("*/truth.jsonl")):
        if not (folder / "html").is_dir():
            continue
        for truth, page in pages(folder, limit):
            if not seen:  # models and word lists are loaded on first use
                for read in ENGINES.values():
                    read(page)
            seen += 1
            bare = undated(page)
            for engine, read in ENGINES.items():
                start = time.process_time()
                values = read(page)
                spent[engine] += time.process_time() - start
                for field in FIELDS:
                    if truth.get(field) and (engine != "htmldate" or field == "date"):
                        value = values.get(field)
                        outcome = "null" if not value else "right" if is_right(field, truth[field], value) else "wrong"
                        found[folder.name, field, engine, outcome] += 1
                found[UNDATED, "date", engine, "wrong" if read(bare).get("date") else "right"] += 1
    return found, spent, seen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path)
    parser.add_argument("--limit", type=int, help="of each set, only the first N pages")
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    found, spent, seen = measure(arguments.bench, arguments.limit)
    print(f"{'set':20} {'field':8} {'engine':12} {'pages':>5}  right  wrong   null")
    for where, field, engine in dict.fromkeys(key[:3] for key in found):
        counts = [found[where, field, engine, outcome] for outcome in ("right", "wrong", "null")]
        shares = "  ".join(f"{count / sum(counts):.3f}" for count in counts)
        print(f"{where:20} {field:8} {engine:12} {sum(counts):5}  {shares}")
    for engine, seconds in spent.items():
        ratio = seconds / spent["trafilatura"]
        print(f"{engine:12} {1000 * seconds / max(seen, 1):6.1f} ms CPU a page, {ratio:.2f} of trafilatura's")


if __name__ == "__main__":
    main()
