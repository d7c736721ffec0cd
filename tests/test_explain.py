"""`python -m flows.explain`: what a user sees of one document."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from flows.corpus import read_rows
from tests.containers import tarred, warc_record, zipped
from tests.test_ingest import ROOT, ingest

STORY = """Harbour reopens after the storm

Published: 3 May 2026 09:10

By Ada Brook

The harbour of Nordholm opened again on Sunday, two days after a storm had sunk four boats at the quay.

“We were lucky,” said the harbour master, who had sent the ferries out to sea before the wind turned.

Share this article
"""
BOXED = "The clock of the customs house has been sold to a collector who cannot tell the time, its auctioneer said."
OTHER = "A goat has been elected to the board of the harbour railway, where it will represent the sleeping passengers."


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("explain")
    raw = folder / "raw"
    raw.mkdir()
    (raw / "harbour.txt").write_text(STORY)
    (raw / "nothing.txt").write_text("  \n")
    hostile = STORY.replace("lucky", "lucky\x1b[31m\u202e")
    (raw / "hostile.txt").write_text(hostile.replace("four", "nine").replace("Sunday", "Friday"))
    (raw / "feed.jsonl").write_text(
        "".join(
            json.dumps({"text": f"Line {n} of the feed says what the {n} others did not say at all."}) + "\n"
            for n in "ab"
        )
    )
    inner = zipped([("day one/ferry\x1b.txt", f"By Ida Brook\n\n{BOXED}".encode())])
    (raw / "box.tar").write_bytes(tarred([("inner.zip", inner)]))
    (raw / "crawl.warc").write_bytes(warc_record("resource", 7, "https://x.example/7", "text/plain", OTHER.encode()))
    ingest(raw, "--out", folder / "out")
    return folder / "out"


def explain(corpus: Path, wanted: str) -> subprocess.CompletedProcess[str]:
    run = [sys.executable, "-m", "flows.explain", wanted, "--corpus", str(corpus)]
    return subprocess.run(run, cwd=ROOT, capture_output=True, text=True, timeout=60)


def test_it_shows_fields_with_their_origin_and_cuts_with_their_rule(corpus: Path) -> None:
    done = explain(corpus, "harbour.txt")
    assert done.returncode == 0, done.stderr
    assert "Ada Brook" in done.stdout
    assert "text.pubdate" in done.stdout
    lines = done.stdout.splitlines()
    assert any(line.startswith("− share.") and line.endswith("Share this article") for line in lines)
    assert done.stdout.index("opened again") < done.stdout.index("We were lucky")


def test_a_document_is_found_by_its_id_and_by_a_longer_path(corpus: Path) -> None:
    articles = read_rows(corpus, "articles", ["article_id", "raw_path"]).to_pylist()
    wanted = next(row["article_id"] for row in articles if row["raw_path"] == "harbour.txt")
    assert explain(corpus, wanted).stdout == explain(corpus, "raw/harbour.txt").stdout


def test_a_reject_shows_its_reason(corpus: Path) -> None:
    assert "empty" in explain(corpus, "nothing.txt").stdout


def test_several_matches_are_listed_and_one_can_be_named_by_its_line(corpus: Path) -> None:
    several = explain(corpus, "feed.jsonl")
    assert several.returncode == 2
    assert "feed.jsonl:2" in several.stderr
    assert "Line b of the feed" in explain(corpus, "feed.jsonl:2").stdout


def test_what_stands_in_a_container_is_found_by_its_locator(corpus: Path) -> None:
    shown = explain(corpus, "box.tar:inner.zip!/day one/ferry\\u001b.txt")
    assert "Ida Brook" in shown.stdout, shown.stderr
    assert "box.tar:inner.zip!/day one/ferry\\u001b.txt" in shown.stdout
    shown = explain(corpus, "raw/crawl.warc:urn:uuid:00000000-0000-4000-8000-000000000007")
    assert "A goat has been elected" in shown.stdout
    assert "warc.WARC-Target-URI" in shown.stdout


def test_nothing_in_a_raw_file_reaches_the_terminal_as_a_control_character(corpus: Path) -> None:
    shown = explain(corpus, "hostile.txt").stdout
    assert "\x1b" not in shown
    assert "\u202e" not in shown


@pytest.mark.parametrize("wanted", ["no-such-file.txt", "", "0" * 32])
def test_what_is_not_there_is_said_in_one_line(corpus: Path, wanted: str) -> None:
    done = explain(corpus, wanted)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1


def test_no_corpus_is_said_in_one_line(tmp_path: Path) -> None:
    done = explain(tmp_path / "none", "x.txt")
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
