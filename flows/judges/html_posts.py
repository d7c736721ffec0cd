"""Other posts on the page of one: WordPress writes `post-NUMBER` on the element of each post, whatever the theme."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from flows.model import Block
from flows.words import letters

_POST = re.compile(r"\.post-[0-9]+")
_HEADLINE = 2
"""The deepest level of heading that is a post's headline."""
_LEAST = 5
"""Letters of a headline that tell one title from another."""


def of_other_posts(blocks: Sequence[Block], title: str) -> npt.NDArray[np.bool_]:
    """Which blocks stand in another post than the page's own: the one whose headline says what the page's `title`
    does.  None where no post has such a headline, as on the front page of a blog."""
    posts = {hints: frozenset(filter(_POST.fullmatch, hints)) for hints in {block.hints for block in blocks}}
    here = [posts[block.hints] for block in blocks]
    if any(here):
        said = letters(title)
        for block, around in zip(blocks, here, strict=True):
            if around and 0 < block.level <= _HEADLINE and _same(letters(block.text), said):
                return np.array([bool(each - around) for each in here])
    return np.zeros(len(blocks), bool)


def _same(headline: str, title: str) -> bool:
    """Whether a headline is a page's title, which may name the site before or after it."""
    return len(headline) >= _LEAST and (title.startswith(headline) or title.endswith(headline))
