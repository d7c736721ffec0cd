"""Judges look at a whole document and say of each block whether it belongs to the article.

HTML is judged by a model of our own that asks trafilatura where it is in doubt, text and Markdown by a block
classifier of our own.  Posts that the article quotes stay with it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import flows.judges.blocks as blocks
import flows.judges.html as html
from flows.judges.posts import posts
from flows.model import Document, Format, Verdict


def judge(document: Document, feet: Sequence[int] = (), taken: Collection[int] = ()) -> tuple[Verdict, ...]:
    """One verdict for each block of `document`, in their order; `feet` are the blocks that rules know to stand at the
    foot of an article, `taken` those that rules take out whatever a judge says."""
    verdicts = html.judge(document, taken) if document.format is Format.HTML else blocks.judge(document, feet, taken)
    quoted = set(posts(document, [verdict.keep for verdict in verdicts]))
    return tuple(v._replace(keep=True) if i in quoted else v for i, v in enumerate(verdicts)) if quoted else verdicts
