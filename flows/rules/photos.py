"""Structure rules for pictures and their captions."""

from __future__ import annotations

from collections.abc import Iterator

from flows.model import Kind
from flows.rules.fold import letters
from flows.rules.marks import Mark, Marks, claimed, whole_mark
from flows.rules.page import Page


def captions(page: Page, taken: Marks) -> Iterator[Mark]:
    """Blocks that say what a picture's caption or its alternative text says.  A heading that does so is no caption: the
    picture shows what the section is about."""
    known = {letters(caption) for caption in page.known.captions} - {""}
    images = {i for i, seen in enumerate(page.views) if "image" in seen.block.hints}
    if not known and not images:
        return
    for index, seen in enumerate(page.views):
        if index in images:
            if seen.size < 60 and not seen.prose:
                yield whole_mark(page, index, "photo.image")
            continue
        near = [i for i in (index - 1, index - 2, index + 1) if i in images]
        if not (known or near) or seen.size > 80 or len(seen.block.text) < 12 or seen.block.kind is Kind.HEADING:
            continue
        said = seen.letters
        if said in known and len(said) >= 12:
            yield claimed(page, index, "photo.known", "caption")
        elif len(said) >= 12 and not seen.prose and any(said == page.views[i].letters for i in near):
            yield claimed(page, index, "photo.beside", "caption")


def linked_images(page: Page, taken: Marks) -> Iterator[Mark]:
    """Pictures that are links, after the prose: teasers of other stories."""
    for index in range(page.last + 1, len(page.views)):
        block = page.views[index].block
        if index not in taken and "image" in block.hints and block.links:
            yield whole_mark(page, index, "related.images")


def captions_once(taken: Marks) -> None:
    """A caption that is printed again is a duplicate and claims nothing."""
    seen: set[str] = set()
    for index in sorted(taken):
        captions = [letters(found.value) for found in taken[index].found if found.field == "caption"]
        if captions and captions[0] in seen:
            taken[index] = taken[index]._replace(rule="duplicate.caption", found=())
        seen.update(captions)
