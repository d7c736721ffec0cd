"""Blocks that a publisher prints in article after article, as its corpus showed them: `flows.standing` learns them."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping

from flows.rules.marks import Mark, Marks, whole_mark
from flows.rules.page import Page

HEAD, TAIL = 2, 3
"""Paragraphs at the head and at the tail of an article among which standing blocks are looked for."""


@functools.lru_cache(maxsize=8)
def by_site(stored: str) -> Mapping[str, Mapping[str, str]]:
    """Site → letters of a block → `head` or `tail`, from what `Settings.standing` holds."""
    sites: dict[str, dict[str, str]] = {}
    for site, where, said in json.loads(stored) if stored else ():
        sites.setdefault(site, {})[said] = where
    return sites


def standing(page: Page, taken: Marks) -> Iterator[Mark]:
    """Blocks at the head or the tail that stand in other articles of the site too."""
    known = page.known.standing
    if not known or page.last < 0:
        return
    for index, seen in enumerate(page.views):
        head, tail = index < page.first + HEAD, index > page.last - TAIL
        where = known.get(seen.letters) if (head or tail) and index not in taken else None
        if (where == "head" and head) or (where == "tail" and tail):
            yield whole_mark(page, index, f"standing.{where}")
