"""Lines of an extraction found again among our blocks, by their letters and digits."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from flows.model import Block
from flows.words import letters


def find(blocks: Sequence[Block], lines: Sequence[str]) -> list[bool]:
    """Which blocks the lines of an extraction are, by their letters and digits.

    A line may be several blocks or a part of one: a block is found when half of its letters are.  A line whose
    text stands in several blocks is the one that fits the order of the others.
    """
    texts = [letters(block.text) for block in blocks]
    starts = [0]
    for text in texts:
        starts.append(starts[-1] + len(text))
    covered = [0] * len(texts)
    for start, stop in _spans(texts, starts, [wanted for line in lines for wanted in _pieces(line)]):
        index = bisect_right(starts, start) - 1
        while index < len(texts) and starts[index] < stop:
            covered[index] += min(stop, starts[index + 1]) - max(start, starts[index])
            index += 1
    return [0 < len(text) <= 2 * found for text, found in zip(texts, covered, strict=True)]


def _pieces(line: str) -> list[str]:
    """A line's letters; of a table's row, those of each cell."""
    cells = line.split("|") if line.lstrip().startswith("|") or line.rstrip().endswith("|") else [line]
    return [wanted for wanted in map(letters, cells) if wanted]


def _spans(texts: Sequence[str], starts: Sequence[int], wanted: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where each wanted text stands in the stream of all the texts: a whole block, or else a stretch of the stream."""
    stream = "".join(texts)
    places: dict[str, list[int]] = {}
    for start, text in zip(starts, texts, strict=False):
        places.setdefault(text, []).append(start)
    sure = [places[text][0] if len(places.get(text, ())) == 1 else len(stream) for text in wanted]
    for index in range(len(sure) - 2, -1, -1):
        sure[index] = min(sure[index], sure[index + 1]) if sure[index] == len(stream) else sure[index]
    cursor = 0
    for text, following in zip(wanted, sure, strict=True):
        if text in places:
            copies = places[text]
            low, high = bisect_left(copies, cursor), bisect_right(copies, following)
            if low >= high:
                low, high = 0, len(copies)
            # Before the first line that is found, the last copy: the body comes after the teasers of the page's head.
            start = copies[high - 1] if not cursor and following < len(stream) else copies[low]
            stop = start + len(text)
        else:
            start, stop = _stretch(stream, text, cursor)
        if start >= 0:
            cursor = stop
            yield start, stop


def _stretch(stream: str, text: str, cursor: int) -> tuple[int, int]:
    """Where a text that is no whole block stands, from the cursor on if possible; (-1, -1) if nowhere."""
    if len(text) < 20:
        return -1, -1
    for part in (text, text[:24]):
        start = stream.find(part, cursor)
        start = stream.find(part) if start < 0 else start
        if start >= 0:
            break
    if start < 0 or part == text:
        return start, start + len(part) if start >= 0 else -1
    # Its middle differs (a note or a link was left out): from where its beginning stands to where its end does.
    stop = stream.find(text[-24:], start)
    return (start, stop + 24) if 0 <= stop < start + 1.5 * len(text) + 50 else (-1, -1)
