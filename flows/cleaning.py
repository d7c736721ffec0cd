"""Cleaning: rules first, since they name what they take out; a judge of the document's format for the rest.

Every block of the document ends up in the article, in a cut, or split between the two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flows.judges import judge
from flows.model import Block, Cut, Document, Found, Kind, Link, Paragraph, Verdict
from flows.rules import Catalogue, Known, Mark, mark
from flows.rules.fold import letters
from flows.rules.standing import by_site
from flows.settings import Settings

COPY = "duplicate.block"
_FEET = ("copyright.", "counts.")
"""Rules of what stands at the foot of an article: other stories may follow, but no more of this one."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What cleaning made of a document."""

    paragraphs: tuple[Paragraph, ...]
    cuts: tuple[Cut, ...]
    found: tuple[Found, ...]
    """What the rules read in the body: bylines, captions, dates, …"""
    links: tuple[Link, ...]
    """Of the kept blocks."""


def clean(document: Document, said: Known, catalogue: Catalogue) -> Cleaned:
    """Separate the article in `document` from what surrounds it; `said` is what claims outside the body say of it."""
    marks = mark(document, said, catalogue)
    by_block: dict[int, list[Mark]] = {}
    for each in marks:
        by_block.setdefault(each.block, []).append(each)
    paragraphs: list[Paragraph] = []
    cuts: list[Cut] = []
    links: list[Link] = []
    feet = [each.block for each in marks if each.end > each.start and each.rule.startswith(_FEET)]
    verdicts = judge(document, feet, {each.block for each in marks if each.takes(document.blocks[each.block])})
    _spare_last_copies(document, by_block, verdicts)
    for index, (block, verdict) in enumerate(zip(document.blocks, verdicts, strict=True)):
        kept, taken = _decided(document, block, by_block.get(index, ()), verdict)
        paragraphs.extend(kept)
        cuts.extend(taken)
        links.extend(block.links if kept else ())
    found = tuple(claim for each in marks for claim in each.found)
    return Cleaned(tuple(paragraphs), tuple(cuts), found, tuple(links))


def known(fields: Mapping[str, Any], claims: Sequence[Found], settings: Settings | None = None) -> Known:
    """What the claims outside the body say that the rules compare blocks with; `fields` are those claims resolved."""
    sites = by_site(settings.standing) if settings else {}
    return Known(
        title=fields.get("title"),
        summary=fields.get("summary"),
        captions=tuple(claim.value for claim in claims if claim.field == "caption"),
        section=fields.get("section"),
        language=fields.get("language"),
        standing=sites.get(fields.get("site") or "", {}),
    )


def _spare_last_copies(document: Document, by_block: dict[int, list[Mark]], verdicts: Sequence[Verdict]) -> None:
    """Take back the cut of a block as a copy where the judge keeps no other copy: else both would be lost."""
    copies = {index: letters(document.blocks[index].text) for index, marks in by_block.items() if marks[0].rule == COPY}
    if not copies:
        return
    least = min(map(len, copies.values()))
    kept = {
        letters(block.text)
        for index, (block, verdict) in enumerate(zip(document.blocks, verdicts, strict=True))
        if verdict.keep and index not in by_block and len(block.text) >= least
    }
    for index, said in copies.items():
        if said not in kept:
            del by_block[index]


def _decided(
    document: Document, block: Block, marks: Sequence[Mark], verdict: Verdict
) -> tuple[list[Paragraph], list[Cut]]:
    """What is kept of a block and what is cut.  A rule that takes it whole or relabels it overrules the judge."""
    if not marks:
        return (list(_rest(block, (), block.kind)), []) if verdict.keep else ([], [_judged(document, block, verdict)])
    kind = next((each.kind for each in marks if each.kind), None)
    taking = [each for each in marks if each.end > each.start]
    whole = any(each.takes(block) for each in taking)
    if not (whole or kind or verdict.keep):
        return [], [_judged(document, block, verdict)]
    cuts = [Cut(each.start, each.end, each.rule, document.text[each.start : each.end]) for each in taking]
    return ([] if whole else list(_rest(block, taking, kind or block.kind))), cuts


def _judged(document: Document, block: Block, verdict: Verdict) -> Cut:
    """The cut of a block that the judge leaves out."""
    return Cut(block.start, block.end, verdict.rule, document.text[block.start : block.end], verdict.score)


def _rest(block: Block, taken: Sequence[Mark], kind: Kind) -> list[Paragraph]:
    """What is left of a block when the pieces that `taken` names are out: the stretches between them."""
    pieces: list[Paragraph] = []
    low, start = 0, block.start
    for (below, above), cut_start, cut_end in [
        *((each.span, each.start, each.end) for each in taken),
        ((len(block.text), len(block.text)), block.end, block.end),
    ]:
        if text := block.text[low:below].strip():
            pieces.append(Paragraph(text, kind, start, cut_start))
        low, start = above, cut_end
    return pieces
