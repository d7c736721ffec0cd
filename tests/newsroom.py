"""Made-up stories that a newsroom changes after they are out, as records of JSONL files: one file a fetch.

Addresses, texts and dates follow from a number; nothing in them is from a real outlet.
"""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.dedup_corpus import made_up

DAY = datetime(2031, 3, 4, 6, tzinfo=UTC)

Record = dict[str, Any]


def record(
    story: int,
    text: str,
    *,
    published: float | None = 0,
    modified: float | None = None,
    url: str | None = "",
    title: str | None = None,
) -> Record:
    """A record of the story `story`, its times in hours after `DAY`; without `url`, its own address at one outlet."""
    times = {"published": published, "modified": modified}
    return {
        "title": title or f"Story number {story} of the harbour",
        "url": f"https://gazette.example/news/story-{story}" if url == "" else url,
        "text": text,
        **{name: (DAY + timedelta(hours=at)).isoformat() for name, at in times.items() if at is not None},
    }


def paragraphs(story: int, count: int = 6) -> list[str]:
    """The paragraphs of a story, of some forty words each."""
    return [made_up(1000 * story + number, 40) for number in range(count)]


def states(story: int, count: int, seed: int = 0) -> list[str]:
    """The texts that a story had one after the other: each changes a paragraph of the one before and adds one."""
    chance = random.Random(seed + story)
    text, out = paragraphs(story), []
    for number in range(count):
        out.append("\n\n".join(text))
        text = list(text)
        text[chance.randrange(1, len(text))] = made_up(7_000_000 + 1000 * story + number, 40)
        text.append(made_up(8_000_000 + 1000 * story + number, 40))
    return out


def write(raw: Path, name: str, *records: Record) -> None:
    """A fetch of these records, as a file of JSON Lines."""
    raw.mkdir(parents=True, exist_ok=True)
    (raw / name).write_text("".join(json.dumps(each) + "\n" for each in records))
