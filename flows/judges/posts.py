"""Posts of social networks that an article quotes, as dumps of pages have them: the text in one block or several, the
author with handle and date below.

    Nobody told us that the crane was still in use.
    — Harbour Board (@harbourboard) May 3, 2026

Short blocks between paragraphs look like teasers to a judge.  The line with handle and date is a form that nothing else
has, so a post between parts of the article that are kept is part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from flows.model import Block, Document, Kind
from flows.words import WORD

_SIGNED = re.compile(r"([—–―-]{1,2} ?)?[^@]{1,80}\(@[\w.@-]{1,60}\)[,·. ]{0,3}(?=.{0,40}\d)[^!?]{4,40}$")
_BLOCKS = 8
_WORDS = 90
"""At most, above its signature: posts have up to 280 characters, quoted posts and links stand between."""


def posts(document: Document, kept: Sequence[bool]) -> Iterator[int]:
    """The blocks of posts between blocks that are `kept`, signatures included."""
    blocks = document.blocks
    signatures = [index for index, block in enumerate(blocks) if _signs(block)]
    if not signatures or True not in kept:
        return
    inside = range(kept.index(True) + 1, len(kept) - 1 - kept[::-1].index(True))
    for index in signatures:
        if index not in inside:
            continue
        first, words = index, 0
        while not kept[first - 1] and index - first < _BLOCKS and first - 1 not in signatures:
            words += len(WORD.findall(blocks[first - 1].text))
            if words > _WORDS:
                break
            first -= 1
        yield from range(first, index + 1)


def _signs(block: Block) -> bool:
    """Whether a block is a signature; a dash before it may have been read as a bullet."""
    signature = _SIGNED.match(block.text) if "(@" in block.text else None
    return signature is not None and (signature[1] is not None or block.kind is Kind.LIST_ITEM)
