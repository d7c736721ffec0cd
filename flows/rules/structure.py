"""Rules that no single line decides: they compare blocks with each other and with what is known of the article.

| Id | What it takes | Evidence |
|---|---|---|
| `headline.title` | a copy of the headline | equals the known title, at the head |
| `headline.first` | the headline of a page | its first heading of level 1, no title known |
| `headline.repeated` | the headline of a text dump | a line printed twice before the prose |
| `headline.before_date` | the headline of a text dump | the line that a kicker, byline or date line stands next to |
| `kicker.trail` | SECTION / SUBSECTION | capitals with separators, at the head |
| `kicker.section`, `kicker.above` | a section label | equals the known section; directly on headline or standfirst |
| `headline.standfirst` | nothing: the block becomes a standfirst | equals the known summary; between title and byline |
| `photo.known`, `photo.beside` | a caption | equals a known caption; short and next to an image that says the same |
| `photo.image` | the words of an image block | it has no prose |
| `duplicate.block` | the later copy of a block | the same letters, 40 or more |
| `duplicate.caption` | the later copy of a caption | the same letters |
| `skip_nav.run` | a menu | three or more lines of up to three words before the prose |
| `skip_nav.crumb` | a breadcrumb on lines of its own | `> Town` after a line of navigation |
| `skip_nav.fragment` | links within the page | all of the block stands on links to `#…` |
| `related.list`, `related.images` | a list of other stories | under a related heading; linked images after the prose |
| `byline.box` | the author box | a paragraph after an author's picture, after the end marks |
| `artefact.symbols` | rules, fences, bullets | no letter and no digit |
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from flows.model import Format, Kind
from flows.rules.fold import letters
from flows.rules.match import Mark, Page, claim, unmoved, whole_mark

_TRAIL = re.compile(r"[A-Z][A-Z&' .-]{1,28}(?: ?[/>|›»] ?[A-Z][A-Z&' .-]{1,28}){1,3}")
_TRAIL_SEPARATOR = re.compile(r"\s*[/>|›»]\s*")
_TITLE_SUFFIX = re.compile(r"\s+[|·–—-]\s+|\s*\|\s*")
_ENDS = (".", "!", "?", "…", ":", ";", ",", "。", "！", "？", "।", "؟", "”", '"', "»")
_ASKS = ("?", "？", "؟")
"""Questions come again, in interviews and surveys, with other answers."""
_EMOJI = "\U0001f000"
"""Pictographs begin here: they may be all that somebody says."""
_CRUMB = (">", "›", "»")
_DATE_NEAR = 8
"""A date without a label is believed if it stands at most this many blocks before the prose."""
_DUPLICATE = 40
"""Letters and digits that two copies of a block must share."""

Marks = dict[int, Mark]
Step = Callable[[Page, Marks], Iterator[Mark]]


def by_structure(page: Page, marks: list[Mark]) -> list[Mark]:
    """`marks` (those of the catalogue) with those of the structure rules, which may overrule a catalogue mark for the
    headline and the standfirst, and otherwise look at what is still unmarked."""
    taken: Marks = {mark.block: mark for mark in marks if mark.end > mark.start and _whole(page, mark)}
    partial = [mark for mark in marks if mark.block not in taken]
    for known in (_headline, _standfirst):
        taken.update({mark.block: mark for mark in known(page, taken)})
    for step in _STEPS:
        for mark in list(step(page, taken)):
            taken.setdefault(mark.block, mark)
    _unclaimed_dates(page, taken)
    _captions_once(taken)
    whole = {index for index, mark in taken.items() if mark.end > mark.start}
    return [*taken.values(), *(mark for mark in partial if mark.block not in whole)]


def _whole(page: Page, mark: Mark) -> bool:
    block = page.views[mark.block].block
    return mark.start == block.start and mark.end == block.end


def _headline(page: Page, taken: Marks) -> Iterator[Mark]:
    """Copies of the known title at the head; else the page's first heading of level 1."""
    title = page.known.title
    if title:
        wanted = {letters(title), letters(_TITLE_SUFFIX.split(title)[0])} - {""}
        for index, seen in enumerate(page.views[: max(page.first + 2, 5)]):
            if seen.size <= 60 and seen.letters in wanted and seen.size >= 2:
                yield _claimed(page, index, "headline.title", "title")
        return
    for index, seen in enumerate(page.views[: page.first + 1]):
        if seen.block.level == 1 and 3 <= seen.size <= 45 and seen.block.link_share < 0.5 and page.last >= 0:
            yield _claimed(page, index, "headline.first", "title")
            return


def _standfirst(page: Page, taken: Marks) -> Iterator[Mark]:
    """The block at the head that is the known summary, whole or cut short."""
    summary = letters(page.known.summary or "")
    if len(summary) < 20:
        return
    for index, seen in enumerate(page.views[: page.first + 2]):
        said = seen.letters
        same = said == summary or (len(summary) > 60 and said.startswith(summary) and len(said) < 1.5 * len(summary))
        if same and not (index in taken and taken[index].rule.startswith("headline")):
            yield unmoved(page, index, "headline.standfirst", kind=Kind.STANDFIRST)
            return


def _symbols(page: Page, taken: Marks) -> Iterator[Mark]:
    for index, seen in enumerate(page.views):
        text = seen.block.text
        code = seen.block.kind is Kind.CODE and text.strip("`~ ")
        if not seen.letters and not code and max(text, default="") < _EMOJI:
            yield whole_mark(page, index, "artefact.symbols")


def _repeated_headline(page: Page, taken: Marks) -> Iterator[Mark]:
    """A line that is printed twice within the first lines, with only marked lines before it."""
    if _has_title(page, taken):
        return
    first = next((i for i in range(len(page.views)) if i not in taken), len(page.views))
    for other in range(first + 1, min(first + 4, len(page.views))):
        seen = page.views[first]
        if first <= 5 and 4 <= seen.size <= 40 and seen.letters == page.views[other].letters:
            yield _claimed(page, first, "headline.repeated", "title")
            yield whole_mark(page, other, "headline.repeated")
            return


def _trail(page: Page, taken: Marks) -> Iterator[Mark]:
    """`SOURCE / COMPANIES`: labels in capitals with separators; the last one is the section."""
    for index, seen in enumerate(page.views[: min(page.first, 5)]):
        if seen.size <= 10 and len(seen.text) <= 90 and _TRAIL.fullmatch(seen.text):
            last = _TRAIL_SEPARATOR.split(seen.block.text.strip())[-1]
            at = (seen.block.text.rindex(last), len(last))
            yield whole_mark(page, index, "kicker.trail", (claim(page, index, "section", "text.kicker.trail", at),))
            return


def _dated_headline(page: Page, taken: Marks) -> Iterator[Mark]:
    """The line before a byline or date line, or after a kicker, in a text that names no title; a standfirst may stand
    between them, and is then marked as one."""
    if _has_title(page, taken) or page.document.format is not Format.TEXT:
        return
    index = next((i for i in range(len(page.views)) if i not in taken), len(page.views))
    if index > min(page.first, len(page.views) - 1):
        return
    seen = page.views[index]
    rules = [taken[i].rule if i in taken else "" for i in (index - 1, index + 1, index + 2)]
    if not 4 <= seen.size <= 40 or seen.block.text.rstrip().endswith(_ENDS[:1]):
        return
    if rules[0].startswith("kicker.") or rules[1].startswith(_DATED):
        yield _claimed(page, index, "headline.before_date", "title")
    elif rules[2].startswith(_DATED) and not rules[1] and 8 <= page.views[index + 1].size <= 60:
        yield _claimed(page, index, "headline.before_date", "title")
        yield unmoved(page, index + 1, "headline.standfirst", kind=Kind.STANDFIRST)


def _kicker(page: Page, taken: Marks) -> Iterator[Mark]:
    """The known section, or a short line directly on the headline or the standfirst."""
    section = letters(page.known.section or "")
    for index, seen in enumerate(page.views[: max(page.first, 0) + 1]):
        if seen.prose or "nav" in seen.block.hints or not 0 < seen.size <= 5 or seen.block.text.endswith(_ENDS[:4]):
            continue
        below = taken.get(index + 1)
        if section and seen.letters == section:
            yield _claimed(page, index, "kicker.section", "kicker")
        elif below and below.rule in ("headline.standfirst", "headline.title", "headline.first") and index < 12:
            yield _claimed(page, index, "kicker.above", "kicker")


def _captions(page: Page, taken: Marks) -> Iterator[Mark]:
    """Blocks that say what a picture's caption or its alternative text says."""
    known = {letters(caption) for caption in page.known.captions} - {""}
    images = {i for i, seen in enumerate(page.views) if "image" in seen.block.hints}
    for index, seen in enumerate(page.views):
        if index in images:
            if seen.size < 60 and not seen.prose:
                yield whole_mark(page, index, "photo.image")
            continue
        said = seen.letters if seen.size <= 80 else ""
        if said in known and len(said) >= 12 and seen.block.kind is not Kind.HEADING:
            yield _claimed(page, index, "photo.known", "caption")
        elif (
            len(said) >= 12
            and not seen.prose
            and any(said == page.views[near].letters for near in (index - 1, index - 2, index + 1) if near in images)
        ):
            yield _claimed(page, index, "photo.beside", "caption")


def _duplicates(page: Page, taken: Marks) -> Iterator[Mark]:
    """The later of two equal blocks; of two where one stands in the prose, the other."""
    first: dict[str, int] = {}
    for index, seen in enumerate(page.views):
        if index in taken and taken[index].end > taken[index].start:
            continue
        said = seen.letters
        if len(said) < _DUPLICATE:
            continue
        earlier = first.setdefault(said, index)
        if earlier == index:
            continue
        if (not seen.prose and page.first <= earlier <= page.last) or seen.block.text.rstrip().endswith(_ASKS):
            continue
        lead = page.first <= index <= page.last and not page.first <= earlier <= page.last
        if lead and earlier not in taken:
            first[said] = index
            yield whole_mark(page, earlier, "duplicate.block")
        else:
            yield whole_mark(page, index, "duplicate.block")


def _fragments(page: Page, taken: Marks) -> Iterator[Mark]:
    for index, seen in enumerate(page.views):
        links = seen.block.links
        if (
            links
            and seen.size <= 12
            and seen.block.link_share > 0.9
            and all(link.url.startswith("#") for link in links)
        ):
            yield whole_mark(page, index, "skip_nav.fragment")


def _menu(page: Page, taken: Marks) -> Iterator[Mark]:
    """Three or more short lines in a row before the prose."""
    run: list[int] = []
    prose = next((index for index, seen in enumerate(page.views) if seen.prose), 0)
    for index in range(min(prose, page.first) + 1 if page.last >= 0 else 0):
        seen = page.views[index]
        short = index < min(prose, page.first) and 0 < seen.size <= 3 and not seen.block.text.rstrip().endswith(_ENDS)
        if short and seen.block.kind is not Kind.HEADING:
            run.append(index)
            continue
        if len(run) >= 3:
            yield from (whole_mark(page, i, "skip_nav.run") for i in run if i not in taken)
        run = []


def _crumbs(page: Page, taken: Marks) -> Iterator[Mark]:
    """`Home`, `> News`, `> Town` on lines of their own; the first after the front page is the section."""
    trail = False
    for index in range(1, page.first if page.last >= 0 else 0):
        text = page.views[index].block.text.strip()
        if not text.startswith(_CRUMB) or not 0 < page.views[index].size <= 6:
            trail = False
        elif trail:
            yield whole_mark(page, index, "skip_nav.crumb")
        elif index - 1 in taken and taken[index - 1].rule.startswith("skip_nav."):
            trail = True
            name = page.views[index].text
            at = (page.views[index].offset, len(name))
            yield whole_mark(page, index, "skip_nav.crumb", (claim(page, index, "section", "text.skip_nav.crumb", at),))


def _related(page: Page, taken: Marks) -> Iterator[Mark]:
    """What follows the heading of a list of other stories, as long as it looks like one."""
    open_list = False
    for index, _seen in enumerate(page.views):
        rule = taken[index].rule if index in taken else ""
        if rule.startswith(("related.heading", "related.listing_image")):
            open_list = True
        elif not open_list or index in taken:
            continue
        elif _listed(page, index):
            yield whole_mark(page, index, "related.list")
        else:
            open_list = False


def _listed(page: Page, index: int) -> bool:
    """Whether a block can be an item of a list of stories: linked, or a short unfinished line after the prose."""
    seen = page.views[index]
    if seen.prose or seen.block.kind in (Kind.QUOTE, Kind.TABLE, Kind.CODE):
        return False
    if seen.block.link_share >= 0.6:
        return seen.size <= 60
    finished = seen.block.text.rstrip().endswith((".", ":", "。", "।"))
    return index > page.last >= 0 and seen.size <= 22 and not finished


def _linked_images(page: Page, taken: Marks) -> Iterator[Mark]:
    """Pictures that are links, after the prose: teasers of other stories."""
    for index in range(page.last + 1, len(page.views)):
        block = page.views[index].block
        if index not in taken and "image" in block.hints and block.links:
            yield whole_mark(page, index, "related.images")


_DATED = ("pubdate.", "byline.")
_END_MARKS = ("disclosure.", "agency.", "byline.", "counts.", "copyright.", "correction.")


def _author_box(page: Page, taken: Marks) -> Iterator[Mark]:
    """One paragraph after the end marks of a story and the picture of its author or publisher."""
    for index in range(2, len(page.views)):
        seen, image = page.views[index], page.views[index - 1].block
        if index in taken or "image" not in image.hints or not image.links or seen.size > 80:
            continue
        ended = index - 2 in taken and taken[index - 2].rule.startswith(_END_MARKS)
        rest = [i for i in range(index + 1, len(page.views)) if i not in taken and page.views[i].prose]
        if ended and not rest:
            yield whole_mark(page, index, "byline.box")


_STEPS: tuple[Step, ...] = (
    _symbols,
    _trail,
    _captions,
    _fragments,
    _crumbs,
    _menu,
    _repeated_headline,
    _dated_headline,
    _kicker,
    _linked_images,
    _author_box,
    _related,
    _duplicates,
)


def _unclaimed_dates(page: Page, taken: Marks) -> None:
    """A date without a label far above the prose is the day of the visit, not of the article."""
    for index, mark in taken.items():
        if mark.rule == "pubdate.bare" and index < page.first - _DATE_NEAR:
            taken[index] = replace(mark, found=())


def _captions_once(taken: Marks) -> None:
    """A caption that is printed again is a duplicate and claims nothing."""
    seen: set[str] = set()
    for index in sorted(taken):
        captions = [letters(found.value) for found in taken[index].found if found.field == "caption"]
        if captions and captions[0] in seen:
            taken[index] = replace(taken[index], rule="duplicate.caption", found=())
        seen.update(captions)


def _has_title(page: Page, taken: Marks) -> bool:
    return bool(page.known.title) or any(found.field == "title" for mark in taken.values() for found in mark.found)


def _claimed(page: Page, index: int, rule: str, field: str) -> Mark:
    return whole_mark(page, index, rule, (claim(page, index, field, f"text.{rule}"),))
