"""Corpora for the review page's tests: one that wants to run script, one whose publisher changed its pages."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.corpus import Corpus
from flows.rows import table
from tests.publishing import article, duplicate, reject
from tests.test_ingest import ingest

ATTACKS = (
    "<script>window.hacked=1</script>",
    "</script><script>window.hacked=2</script>",
    '"><img src=x onerror="window.hacked=3">',
    "<svg/onload=window.hacked=4>",
    "javascript:window.hacked=5",
    "{{data}}<!--<script>",
    "<style>body{display:none}</style>",
    "'); window.hacked=6; ('",
)
STORY = (
    "The harbour of Nordholm opened again on Sunday, two days after a storm had sunk four boats at the quay {0}.\n\n"
    "“We were lucky {0},” said the harbour master, who had sent the ferries out to sea before the wind turned.\n\n"
    "Nobody was hurt, and the council will decide in June what is to become of the old breakwater {0}.\n\n"
)
DAY = datetime(2026, 5, 1, tzinfo=UTC)


def hostile(folder: Path) -> Path:
    """A corpus in which every text, name and path wants to run script, become markup, or turn the reading direction."""
    raw = folder / "raw"
    raw.mkdir()
    lines = []
    for number, attack in enumerate(ATTACKS):
        text = STORY.format(f"{attack} \u202e{number}\u2066 \u2028")
        record = {"title": f"{attack} \u202etitle {number}", "author": f"Ada {attack}", "publisher": f"Post {attack}"}
        lines.append({**record, "text": text, "section": attack, "url": f"https://x.example/{number}?{attack}"})
        lines.append({**record, "text": text + f"\n\nShare this article\n\n{attack}", "tags": [attack]})
        name = attack.replace("/", "∕")
        (raw / f"{number} {name}.txt").write_text(
            f"{attack}\n\nBy {attack}\n\n{STORY.format(attack)}Share this article\n"
        )
        (raw / f"{number} {name}.html").write_text(
            f"<!doctype html><html><head><title>{attack}</title><meta name=\"author\" content='{attack}'></head>"
            f"<body><article><h1>{attack}</h1><p>{STORY.format(attack)}</p></article></body></html>"
        )
        (raw / f"{number} {name}.rejected").write_bytes(f"{attack} \x1b[31m".encode())
    (raw / "feed.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (raw / "cut.gz").write_bytes(gzip.compress(ATTACKS[1].encode() * 50)[:-20])
    ingest(raw, "--out", folder / ATTACKS[0].replace("/", "∕"))
    return folder / ATTACKS[0].replace("/", "∕")


def redesigned(out: Path) -> Path:
    """A corpus of four runs: in the last, the pages of one publisher no longer give dates and have a new link list."""
    with Corpus.open(out) as corpus:
        for run in range(4):
            rows = []
            for number in range(60):
                publisher = ("Nordholm Post", "Quay Herald")[number % 2]
                changed = run == 3 and publisher == "Nordholm Post"
                cut = {
                    "start": 40,
                    "end": 70,
                    "rule": "related.list",
                    "text": "More stories of the same kind.",
                    "score": None,
                }
                kept = {"text": "Words of it. " * 3, "kind": "paragraph", "start": 0, "end": 39}
                values = {
                    "publisher": publisher,
                    "published_at": None if changed else DAY + timedelta(days=run, hours=number % 20),
                    "paragraphs": [kept],
                    "cuts": [cut] if changed or number % 5 == 0 else [],
                    "run_id": f"run-{run}",
                    "ingested_at": DAY + timedelta(days=run),
                }
                rows.append(article(f"{run}/{number}.txt", **values))
            of = {"run_id": f"run-{run}", "ingested_at": DAY + timedelta(days=run)}
            copies = [duplicate(f"{run}/copy.txt", rows[0]["article_id"], **of)]
            rejects = [reject(f"{run}/none.txt", **of)]
            batch = {"articles": rows, "duplicates": copies, "rejects": rejects}
            corpus.publish(f"batch-{run}", {name: table(name, made) for name, made in batch.items()})
    return out
