"""Judges look at a whole document and say of each block whether it belongs to the article.

HTML is judged by trafilatura, text and Markdown by a block classifier of our own.
"""

from __future__ import annotations

import flows.judges.blocks as blocks
import flows.judges.html as html
from flows.model import Document, Format, Verdict


def judge(document: Document) -> tuple[Verdict, ...]:
    """One verdict for each block of `document`, in their order."""
    return html.judge(document) if document.format is Format.HTML else blocks.judge(document)
