"""What a site prints in article after article: learned from its corpus, written down, cut in later runs, or not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from flows import run, standing
from flows.corpus import CorpusError

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LINE = "The Quay Courier is printed by its readers' cooperative in Port Ellery."
SUBJECTS = ["harbour wall", "school roof", "ferry timetable", "fish market", "old mill", "town library"]


def page(number: int, line: str = LINE) -> str:
    subject = SUBJECTS[number]
    return f"""---
title: Council looks at the {subject} again
date: 2026-0{1 + number % 4}-1{number}
url: https://quay-courier.example/news/{number}
---

The council of Port Ellery spent most of its meeting on the {subject}, a trouble of the town for {number + 2} years.

Nobody at the table disputed that the {subject} needs money; where it is to come from was another matter entirely.

Mira Castellane, who chairs the committee for the {subject}, said that she would rather wait for a second estimate.

A vote on the {subject} is planned for the week after next, when all {number + 20} members are expected to be in town.

{line}
"""


def ingest(raw: Path, out: Path) -> dict[str, Any]:
    return run.ingest([raw], out, now=NOW, workers=1, progress=lambda done, of: None)


def rows(out: Path) -> dict[str, dict[str, Any]]:
    return {
        r["raw_path"]: r for f in sorted((out / "articles").glob("*.parquet")) for r in pq.read_table(f).to_pylist()
    }


def test_a_corpus_teaches_its_later_runs_and_people_have_the_last_word(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "out"
    raw.mkdir()
    for number in range(4):
        (raw / f"{number}.md").write_text(page(number), encoding="utf-8")
    before = ingest(raw, out)
    assert all(LINE in row["text"] for row in rows(out).values())

    assert standing.main([str(out)]) == 0
    (entry,) = standing.read(out)
    assert (entry.site, entry.where, entry.text, entry.use) == ("quay-courier.example", "tail", LINE, True)
    assert entry.articles == 4 and len(entry.examples) == 3
    first = (out / standing.FILE).read_bytes()
    assert standing.main([str(out)]) == 0
    assert (out / standing.FILE).read_bytes() == first

    (raw / "4.md").write_text(page(4), encoding="utf-8")
    taught = ingest(raw, out)
    row = rows(out)["4.md"]
    assert LINE not in row["text"]
    assert [cut["text"] for cut in row["cuts"] if cut["rule"] == "standing.tail"] == [LINE]
    assert taught["settings_sha256"] != before["settings_sha256"]
    assert LINE in rows(out)["0.md"]["text"]

    (out / standing.FILE).write_text(first.decode().replace("use = true", "use = false"), encoding="utf-8")
    assert standing.main([str(out)]) == 0
    (raw / "5.md").write_text(page(5), encoding="utf-8")
    assert ingest(raw, out)["settings_sha256"] == before["settings_sha256"]
    assert LINE in rows(out)["5.md"]["text"]


def article(
    number: int, *texts: str, site: str = "a.example", agency: str | None = None, day: int = 0
) -> dict[str, Any]:
    own = [f"Paragraph {place} of story {number} says what no other story says." for place in range(5)]
    return {
        "article_id": f"{number:032x}",
        "site": site,
        "agency": agency,
        "published_at": datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day or 5 * number),
        "paragraphs": [{"text": text} for text in (*own, *texts)],
    }


def test_what_comes_again_on_a_site_is_learned() -> None:
    (entry,) = standing.learn(article(n, LINE) for n in range(3))
    assert (entry.text, entry.use) == (LINE, True)


LONG = "The dispute began when the old wall gave way, and " + "nobody has mended it since, " * 4 + "as all here know."
STORY = "It was told at length, and " * 8


@pytest.mark.parametrize(
    "articles",
    [
        pytest.param([article(n, LINE) for n in range(2)], id="in two articles"),
        pytest.param([article(n, LINE, day=1 + n) for n in range(5)], id="within a week"),
        pytest.param([article(n, LINE, site=f"{n}.example") for n in range(5)], id="on other sites"),
        pytest.param([article(n, LINE, agency="AFP") for n in range(5)], id="in wire copy"),
        pytest.param(
            [article(n, STORY, f"And {n}.", f"So {n}.", LINE) for n in range(5)], id="in one story told again"
        ),
        pytest.param([article(n, LINE, *(["One more."] * 5 * (n == 4))) for n in range(5)], id="inside an article"),
        pytest.param([article(n, "Read on") for n in range(5)], id="a few letters"),
    ],
)
def test_what_may_be_the_articles_own_is_not_learned(articles: list[dict[str, Any]]) -> None:
    assert all(entry.text == "One more." for entry in standing.learn(articles))


def test_what_reads_like_background_is_for_people_to_decide() -> None:
    (entry,) = standing.learn(article(n, *(f"Then {n} and {m}." for m in range(20)), LONG) for n in range(1, 5))
    assert (entry.text, entry.use) == (LONG, False)


def test_a_file_that_cannot_be_read_stops_the_run_with_one_line(tmp_path: Path) -> None:
    tmp_path.joinpath(standing.FILE).write_text("[[block]]\nsite = 3\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"standing\.toml: not a file of standing blocks"):
        run.ingest([tmp_path], tmp_path, now=NOW, workers=1, progress=lambda done, of: None)
