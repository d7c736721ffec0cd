"""What the judge of HTML looks at in a block: itself, its place in the page, its neighbours, and how the blocks
that were extracted lie around it.  One row a block, one column a feature, in numbers.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from flows.model import Block
from flows.words import letters

Column = npt.NDArray[np.float64]

NOT_TEXT = frozenset("hidden figcaption form button nav select label".split())
"""Elements that never hold a paragraph of the article."""
INLINE = frozenset("a b strong i em time cite small code".split())
"""Hints that speak of the block's own words, not of its place."""
ELEMENTS = (
    "p li td blockquote header figure article main pre section strong em i b details cite address dd h2 h3 h4 code dt"
    " small time"
).split()
CLASSES = {
    "related": r"relat|recommend|promo|teaser|more-|read-?more|also|popular|trending|most-|next|suggest|carousel|card"
    r"|list-item|latest|headlines|outbrain|taboola",
    "share": r"shar|social|follow|newsletter|subscri|signup|sign-up|paywall|premium|login|regist|offer|cta",
    "caption": r"caption|credit|photo|image|figure|gallery|media|video|player|slide|picture",
    "byline": r"author|byline|writer|meta|date|time|publish|info|tags?\b|topic|categor|breadcrumb|label|kicker|eyebrow",
    "comment": r"comment|disqus|reply|forum",
    "ad": r"(?:^|[^a-z])ads?(?:[^a-z]|$)|advert|sponsor|banner|affiliate|commerce|shop|product|deal",
    "chrome": r"nav|menu|footer|sidebar|side-|widget|cookie|consent|modal|popup|overlay|toolbar|search|aside|bottom"
    r"|masthead|header|hide|hidden|print|sr-only|screen-reader|visually",
    "lead": r"standfirst|lead\b|lede|lead[-_]|[-_]lead|intro|summary|sub-?title|sub-?head|dek\b|deck|abstract|excerpt"
    r"|description|teaser|chapeau|perex|vorspann|ingress|sapo|entradilla|bajada|sommario|sottotitolo|stand-first",
    "body": r"body|content|article|story|post|entry|text|rich|paragraph|prose|wysiwyg|detail|main",
    "box": r"box|fact|callout|pull|quote|embed|tweet|instagram|note|disclaimer|footnote|reference|bio\b|correction",
}
"""What words in class names speak of, whatever the publisher."""
_CLASSES = [re.compile(pattern) for pattern in CLASSES.values()]
_SENTENCE_END = re.compile(r"""[.!?…。！？।؟]["'”»」’)\]]*$""")
_SENTENCE_ENDS = re.compile(r"[.!?…۔؟](?=\s|$)|[。！？।]")


def placed_outside(block: Block, around: frozenset[str] = frozenset()) -> bool:
    """Whether a block's place alone says that it is not of the article: navigation, forms, captions, the headline,
    hidden parts, and lines that are links.  Elements in `around` say nothing: they hold the article itself."""
    hints = block.hints - around
    return (
        block.level == 1
        or block.link_share >= 0.8
        or not NOT_TEXT.isdisjoint(hints)
        or ("blockquote" not in hints and ("aside" in hints or "footer" in hints))
    )


def is_prose(block: Block) -> bool:
    """Whether a block reads like a paragraph: sixty characters, mostly not links, the end of a sentence at its end."""
    return len(block.text) >= 60 and block.link_share < 0.4 and ends_sentence(block.text)


def is_long_prose(block: Block) -> bool:
    """Whether a block is a paragraph or a whole text in one: two hundred characters, two sentences, hardly a link."""
    ends = _SENTENCE_ENDS.findall(block.text)
    return len(block.text) >= 200 and block.link_share < 0.2 and len(ends) >= 2


def ends_sentence(text: str) -> bool:
    """Whether the last character, closing quotation marks and brackets aside, ends a sentence."""
    return _SENTENCE_END.search(text, max(0, len(text) - 4)) is not None


def features(
    blocks: Sequence[Block], kept: Column, outside: npt.NDArray[np.bool_], title: str, summary: str
) -> dict[str, Column]:
    """Feature name → one value a block.

    `kept` is 1 for the blocks an extractor took, `outside` marks those that `placed_outside` rules out (their
    `kept` is 0); `title` and `summary` are what the page claims of itself, empty if nothing.
    """
    columns = _own(blocks, outside)
    size = np.array([len(block.text) for block in blocks], float)
    columns["kept"] = kept
    columns |= _places(blocks, size, kept, columns["link"])
    columns |= _neighbours(columns, outside)
    columns |= _extent(columns, size, kept)
    columns |= _claims(blocks, outside, title, summary)
    columns |= _together(columns)
    return columns


def _own(blocks: Sequence[Block], outside: npt.NDArray[np.bool_]) -> dict[str, Column]:
    """What a block says by itself."""
    size = np.array([len(block.text) for block in blocks], float)
    link = np.array([block.link_share for block in blocks], float)
    ends = np.array([ends_sentence(block.text) for block in blocks], float)
    prose = (size >= 60) & (link < 0.4) & (ends > 0) & ~outside
    return {
        "log_size": np.log2(1 + size),
        "short": (size < 25) * 1.0,
        "middling": ((size >= 25) & (size < 80)) * 1.0,
        "long": (size >= 200) * 1.0,
        "link": link,
        "short_link": link * (size < 120),
        "links": np.array([min(5, len(block.links)) for block in blocks], float),
        "ends": ends,
        "prose": prose * 1.0,
        "heading": np.array([block.level > 0 for block in blocks], float),
        "sign_first": np.array([not block.text[0].isalnum() for block in blocks], float),
        "colon": np.array([block.text[-1] in ":：" for block in blocks], float),
        "bar": np.array(["|" in block.text or "©" in block.text for block in blocks], float),
        "digits": np.array([sum(map(str.isdigit, block.text[:60])) / min(60, len(block.text)) for block in blocks]),
    }


def _places(blocks: Sequence[Block], size: Column, kept: Column, link: Column) -> dict[str, Column]:
    """Where a block stands, and what else of its kind of place was kept."""
    seen: dict[frozenset[str], int] = {}
    hints = np.array([seen.setdefault(block.hints, len(seen)) for block in blocks])
    elements = np.array([[element in place for element in ELEMENTS] for place in seen], float)
    words = np.array([_class_words(place) for place in seen])
    classes = (words[:, None] >> np.arange(len(CLASSES)) & 1).astype(float)
    around: dict[frozenset[str], int] = {}
    place = np.array([around.setdefault(each - INLINE, len(around)) for each in seen])[hints]
    kinds: dict[tuple[str, int], int] = {}
    kind = np.array([kinds.setdefault((block.kind, block.level), len(kinds)) for block in blocks])
    columns = {f"in_{name}": elements[hints, index] for index, name in enumerate(ELEMENTS)}
    columns |= {f"class_{name}": classes[hints, index] for index, name in enumerate(CLASSES)}
    columns["place"] = place.astype(float)
    for name, group in (("place", place), ("kind", kind)):
        total, taken = np.bincount(group, size), np.bincount(group, kept * size)
        others = total[group] - size
        taken_others = taken[group] - kept * size
        columns[f"{name}_kept"] = np.where(others > 0, taken_others / np.maximum(1, others), 0.3)
        columns[f"{name}_alone"] = (others <= 0) * 1.0
        columns[f"{name}_share"] = taken_others / max(1.0, (kept * size).sum())
        columns[f"{name}_count"] = np.log2(np.bincount(group)[group])
        columns[f"{name}_link"] = np.bincount(group, size * link)[group] / np.maximum(1, total[group])
    return columns


def _class_words(hints: frozenset[str]) -> int:
    """Which of `CLASSES` the class names among the hints speak of, a bit for each."""
    found = 0
    for hint in hints:
        if hint[0] == ".":
            found |= _speaks_of(hint)
    return found


@functools.lru_cache(maxsize=50_000)
def _speaks_of(name: str) -> int:
    """The same of one class name (`.name`)."""
    return sum(1 << bit for bit, pattern in enumerate(_CLASSES) if pattern.search(name))


def _neighbours(columns: dict[str, Column], outside: npt.NDArray[np.bool_]) -> dict[str, Column]:
    """The blocks before (`-1`, `-2`) and after (`+1`, `+2`)."""
    near: dict[str, Column] = {}
    for step in (-2, -1, 1, 2):
        near[f"kept{step:+}"] = _shift(columns["kept"], step)
    for step in (-1, 1):
        for name in ("log_size", "link", "heading", "ends", "prose", "colon", "in_li"):
            near[f"{name}{step:+}"] = _shift(columns[name], step)
        near[f"outside{step:+}"] = _shift(outside.astype(float), step)
        near[f"same_place{step:+}"] = (_shift(columns["place"], step, -1.0) == columns["place"]) * 1.0
    del columns["place"]
    return near


def _shift(column: Column, step: int, fill: float = 0.0) -> Column:
    """Each block's neighbour's value, `step` blocks on."""
    padded = np.concatenate([np.full(2, fill), column, np.full(2, fill)])
    return padded[2 + step : len(padded) - 2 + step]


def _extent(columns: dict[str, Column], size: Column, kept: Column) -> dict[str, Column]:
    """How the kept text lies around a block."""
    count, index, here = len(size), np.arange(len(size)), kept * size
    all_kept = max(1.0, float(here.sum()))
    sums = {"kept": np.cumsum(here), "size": np.cumsum(size), "link": np.cumsum(size * columns["link"])}
    sums = {name: np.concatenate([[0.0], values]) for name, values in sums.items()}
    extent = {
        "before": sums["kept"][:-1] / all_kept,
        "after": 1 - sums["kept"][1:] / all_kept,
        "head": (sums["kept"][:-1] == 0) * 1.0,
        "tail": (sums["kept"][1:] >= sums["kept"][-1]) * 1.0,
    }
    for width in (3, 10):
        low, high = np.maximum(0, index - width), np.minimum(count, index + width + 1)
        around = sums["size"][high] - sums["size"][low]
        extent[f"kept_within_{width}"] = (sums["kept"][high] - sums["kept"][low] - here) / np.maximum(1, around - size)
        extent[f"link_within_{width}"] = (sums["link"][high] - sums["link"][low]) / np.maximum(1, around)
    body = np.flatnonzero(kept * columns["prose"])
    extent["to_body_before"], extent["to_body_after"] = _distances(index, body)
    return extent


def _distances(index: npt.NDArray[np.intp], body: npt.NDArray[np.intp]) -> tuple[Column, Column]:
    """Blocks to the last kept paragraph before and to the first one after, as logarithms, at most of 41."""
    far = np.full(len(index), 40)
    before, after = far, far
    if len(body):
        left, right = np.searchsorted(body, index), np.searchsorted(body, index, "right")
        before = np.where(left > 0, index - body[np.maximum(left - 1, 0)], 40)
        after = np.where(right < len(body), body[np.minimum(right, len(body) - 1)] - index, 40)
    return np.log2(1 + np.minimum(40, before)), np.log2(1 + np.minimum(40, after))


def _claims(blocks: Sequence[Block], outside: npt.NDArray[np.bool_], title: str, summary: str) -> dict[str, Column]:
    """Headlines above the block, and whether it repeats the title, the summary or an earlier block."""
    count = len(blocks)
    columns = {name: np.zeros(count) for name in ("repeated", "title", "summary", "below_h1", "more_h1")}
    title, summary = letters(title), letters(summary)
    seen: set[str] = set()
    headline, headlines = -10, 0
    for index, block in enumerate(blocks):
        columns["below_h1"][index] = index - headline < 6
        columns["more_h1"][index] = min(3, max(0, headlines - 1))
        if block.level == 1:
            headline, headlines = index, headlines + 1
        if outside[index]:
            continue
        columns["repeated"][index] = len(block.text) > 20 and block.text in seen
        seen.add(block.text)
        own = letters(block.text) if len(block.text) < 600 and (title or summary) else ""
        if len(own) > 15:
            columns["title"][index] = bool(title) and (own in title or title in own)
            columns["summary"][index] = bool(summary) and (own[:40] in summary or summary[:40] in own)
    return columns


def _together(columns: dict[str, Column]) -> dict[str, Column]:
    """Products: what a feature means where the extractor kept the block, left it out, or had not begun yet."""
    kept, left = columns["kept"], 1 - columns["kept"]
    head, tail, prose = columns["head"], columns["tail"], columns["prose"]
    inside = left * (columns["before"] > 0) * (columns["after"] > 0)
    pairs = {
        f"kept*{name}": kept * columns[name]
        for name in (
            "log_size",
            "in_p",
            "in_li",
            "link",
            "heading",
            "tail",
            "place_kept",
            "in_blockquote",
            "kept_within_3",
        )
    }
    pairs |= {
        f"head*{name}": head * columns[name]
        for name in ("log_size", "summary", "class_lead", "heading", "below_h1", "prose", "in_p")
    }
    return pairs | {
        "head*below_h1*prose": head * columns["below_h1"] * prose,
        "head*in_header*prose": head * columns["in_header"] * prose,
        "left*prose*place_kept": left * prose * columns["place_kept"],
        "left*prose*kept_within_10": left * prose * columns["kept_within_10"],
        "inside": inside,
        "inside*prose": inside * prose,
        "left*heading*kept+1": left * columns["heading"] * columns["kept+1"],
        "left*in_li*place_kept": left * columns["in_li"] * columns["place_kept"],
        "tail*log_size": tail * columns["log_size"],
        "tail*in_strong": tail * columns["in_strong"],
        "short*in_strong": columns["short"] * columns["in_strong"],
    }
