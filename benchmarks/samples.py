"""What the block judge learns from: pages with known bodies, and documents made of them.

pages        the dumps, their blocks aligned with the body (`benchmarks.align`)
redumped     the same pages dumped in other ways (`benchmarks.dumps`)
crops        the article with a few of the blocks around it, as careful scrapers leave it
articles     the bodies and parts of them: nothing to cut
transplants  pages with the article of another, or made-up rows, in the place of theirs (`benchmarks.transplants`)
silver       pages that have no body written down (sets with `html/` only), dumped here, with trafilatura's
             extraction as body where its three settings agree

A page's own description, where a block above the body holds it, is its standfirst, and article: sets differ in whether
they wrote it down.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import py3langid
import trafilatura
from trafilatura.utils import decode_file

from benchmarks import align, dumps
from benchmarks.transplants import KINDS, READERS, transplants
from flows.judges.features import Array, features
from flows.model import Document, Kind

FOLDS = 5
AGREEMENT = 0.85
_LONGEST_PAGE = 1_000_000
_LONGEST_DUMP = 300_000
_LONGEST_SILVER = 60_000
_STANDFIRST_ABOVE = 15
"""Blocks between it and the body, at most: bylines, pictures, buttons to share."""
MARKERS = {Kind.HEADING: "## ", Kind.LIST_ITEM: "* ", Kind.QUOTE: "> "}


@dataclass(slots=True)
class Sample:
    """A document to learn from or to measure on."""

    role: str
    """Name of its set for a page; `crop`, `article`, `silver`, the kind of a transplant or the way of a dump."""
    form: str
    publisher: str
    body: str
    document: Document
    figures: Array
    truth: Array
    scores: Array

    def rates(self, kept: Array) -> tuple[float, float]:
        """Precision and recall of four-word shingles, were these blocks kept."""
        guess = "\n".join(b.text for b, keep in zip(self.document.blocks, kept, strict=True) if keep)
        return align.shingle_rates(self.body, guess)

    @property
    def words(self) -> Array:
        return np.asarray(np.expm1(self.figures[:, 0]))


def sample(role: str, form: str, publisher: str, body: str, raw: str, whole: bool = False) -> Sample | None:
    document = READERS[form](raw, "utf-8")
    if not document.blocks:
        return None
    truth = (
        np.ones(len(document.blocks))
        if whole
        else np.array(align.label([block.text for block in document.blocks], body), float)
    )
    return Sample(role, form, publisher, body, document, features(document), truth, np.zeros(len(truth)))


def publisher_of(row: dict[str, str]) -> str:
    """Registered domain, roughly: what folds must not share."""
    host = urlsplit(row.get("url") or "").hostname or row["id"]
    parts = host.split(".")
    second = len(parts) > 2 and len(parts[-1]) == 2 and parts[-2] in {"co", "com", "org", "net", "gov", "ac", "edu"}
    return ".".join(parts[-3:] if second else parts[-2:])


def pages(bench: Path) -> Iterator[Sample]:
    for folder, row in _rows(bench):
        said = None
        for form, ending in (("text", "txt"), ("markdown", "md")):
            dump = folder / form / f"{row['id']}.{ending}"
            if row.get("body") and dump.exists():
                page = sample(folder.name, form, publisher_of(row), row["body"], dump.read_text(encoding="utf-8"))
                if page:
                    said = descriptions(_source(folder, row["id"])) if said is None else said
                    with_standfirst(page, said)
                    yield page


def _rows(bench: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """Each page of each set: the set's folder, and what is known of the page."""
    for truth in sorted(bench.glob("*/truth.jsonl")):
        for line in truth.read_text(encoding="utf-8").splitlines():
            yield truth.parent, json.loads(line)


def descriptions(source: str) -> list[list[str]]:
    """The words of what a page says of itself in its head."""
    said = dumps.parsed(source).xpath(
        "//meta[@name='description' or @property='og:description' or @name='twitter:description']/@content"
    )
    return [align.words(each) for each in said if len(each) > 15]


def with_standfirst(page: Sample, said: Sequence[Sequence[str]]) -> None:
    """Makes the standfirst of `page` article, if a block close above its body holds one of the descriptions."""

    def described(index: int) -> bool:
        here = align.words(page.document.blocks[index].text)
        return any(_begin_alike(here, each) for each in said)

    inside = np.flatnonzero(page.truth).tolist()
    if not inside or any(map(described, inside)):
        return
    above = range(inside[0] - 1, max(-1, inside[0] - 1 - _STANDFIRST_ABOVE), -1)
    standfirst = next(filter(described, above), None)
    if standfirst is not None:
        page.truth[standfirst] = 1


def _begin_alike(here: Sequence[str], said: Sequence[str]) -> bool:
    """Descriptions are often cut short, or a line of a dump is."""
    shorter, longer = sorted((len(here), len(said)))
    alike = here[:shorter] == said[:shorter]
    return bool(shorter) and alike and (shorter == longer or (shorter >= 6 and shorter >= 0.6 * longer))


def redumped(bench: Path) -> Iterator[Sample]:
    for folder, row in _rows(bench):
        if not row.get("body") or not (folder / "text").exists():
            continue
        source = _source(folder, row["id"])
        page, said = dumps.tidied(source), descriptions(source)
        for way, (form, dump) in dumps.OTHERS.items():
            raw = dump(page)
            again = sample(way, form, publisher_of(row), row["body"], raw) if len(raw) < _LONGEST_DUMP else None
            if again:
                with_standfirst(again, said)
                yield again


def _source(folder: Path, name: str) -> str:
    return decode_file(gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes()))


def crops(page: Sample, chance: random.Random) -> Iterator[Sample]:
    inside = np.flatnonzero(page.truth)
    if not len(inside):
        return
    around = page.document.blocks
    first = around[max(0, inside[0] - chance.choice([0, 1, 2, 4, 8]))]
    last = around[min(len(around) - 1, inside[-1] + chance.choice([0, 1, 2, 4, 8]))]
    raw = page.document.text
    start = raw.rfind("\n", 0, first.start) + 1 if page.form == "text" else first.start
    crop = sample("crop", page.form, page.publisher, page.body, raw[start : last.end])
    if crop:
        with_standfirst(crop, [align.words(around[inside[0]].text)])
        yield crop


def articles(page: Sample, chance: random.Random) -> Iterator[Sample]:
    lines = [line.strip() for line in page.body.splitlines() if line.strip()]
    raws = ["\n\n".join(lines)]
    for few in (4, 2):
        at = chance.randint(0, max(0, len(lines) - few))
        raws.append("\n\n".join(lines[at : at + few]))
    if page.form == "text":
        raws.append("\n".join(lines))
    else:
        kept = [b for b, inside in zip(page.document.blocks, page.truth, strict=True) if inside]
        raws.append("\n\n".join(MARKERS.get(b.kind, "") + page.document.text[b.start : b.end] for b in kept))
    for raw in raws:
        article = sample("article", page.form, page.publisher, raw, raw, whole=True)
        if article:
            yield article


def silver(bench: Path) -> Iterator[Sample]:
    for folder, row in _rows(bench):
        if (folder / "text").exists():
            continue
        source = _source(folder, row["id"])
        body = agreed_body(source) if len(source) < _LONGEST_PAGE else None
        if not body:
            continue
        said = descriptions(source)
        for form, raw in dumps.plain(dumps.tidied(source)).items():
            page = sample("silver", form, publisher_of(row), body, raw) if len(raw) < _LONGEST_SILVER else None
            if page and page.truth.any() and page.rates(page.truth)[1] >= 0.9:
                with_standfirst(page, said)
                yield page


def agreed_body(source: str) -> str | None:
    body = trafilatura.extract(source, include_comments=False) or ""
    others = (
        trafilatura.extract(source, include_comments=False, include_tables=False, favor_precision=True) or "",
        trafilatura.extract(source, include_comments=False, favor_recall=True) or "",
    )
    agree = min(align.harmonic(*align.shingle_rates(body, other)) for other in others)
    return body if len(align.words(body)) >= 80 and agree >= AGREEMENT else None


def transplanted(hosts: Sequence[Sample], chance: random.Random) -> Iterator[Sample]:
    """A transplant of each kind for every page, and one of any kind for every silver one.

    Host and guest are of one language and one fold, so that no fold is taught by pages that it is judged on.
    """
    guests: dict[tuple[str, int, str], list[Sample]] = {}
    language = {id(page): py3langid.classify(page.body[:600])[0] for page in hosts}
    for page in hosts:
        if page.role != "silver" and page.truth.any():
            guests.setdefault((page.form, fold(page.publisher), language[id(page)]), []).append(page)
    for page in hosts:
        if not page.truth.any():
            continue
        fitting = guests.get((page.form, fold(page.publisher), language[id(page)]), [])
        others = [guest for guest in fitting if guest.publisher != page.publisher]
        kinds = [chance.choice(KINDS)] if page.role == "silver" else KINDS
        for kind, document, truth in transplants(page, others, kinds, chance):
            scores = np.zeros(len(truth))
            yield Sample(kind, page.form, page.publisher, "", document, features(document), truth, scores)


def fold(publisher: str) -> int:
    return int(hashlib.sha256(publisher.encode()).hexdigest(), 16) % FOLDS
