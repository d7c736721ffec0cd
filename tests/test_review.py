"""What the review page is made of: the whole raw text, a fair sample, a true comparison, one file."""

import base64
import json
import re
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.corpus import read_rows
from flows.formats.decode import decode
from flows.review.compare import compared
from flows.review.galley import galley
from flows.review.sample import sampled
from tests import review_corpora
from tests.test_ingest import RAW, ROOT, ingest


def review(corpus: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    run = [sys.executable, "-m", "flows.review", "--corpus", str(corpus), *map(str, arguments)]
    return subprocess.run(run, cwd=ROOT, capture_output=True, text=True, timeout=120)


def read_page(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What a page holds: the data of the list and charts, and each document."""
    page = path.read_text(encoding="utf-8")
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    packed = re.findall(r'<script type="text/plain" id="document-\d+">([A-Za-z0-9+/=]*)</script>', page)
    return json.loads(data), [json.loads(zlib.decompress(base64.b64decode(each))) for each in packed]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("review") / "out"
    ingest(RAW, "--out", out)
    return out


@pytest.fixture(scope="module")
def page(corpus: Path) -> Path:
    done = review(corpus, "--raw", RAW)
    assert done.returncode == 0, done.stderr
    return corpus / "review.html"


def raw_text(pieces: list[dict[str, Any]]) -> str:
    runs = [run for piece in pieces for run in piece["raw"]]
    return "".join(run if isinstance(run, str) else run["folded"] if isinstance(run, dict) else run[0] for run in runs)


def test_the_pieces_of_a_document_are_its_whole_raw_text(corpus: Path, page: Path) -> None:
    data, documents = read_page(page)
    rows = sum(read_rows(corpus, name).num_rows for name in ("articles", "duplicates", "rejects"))
    assert len(documents) == len(data["documents"]) == rows
    for line, document in zip(data["documents"], documents, strict=True):
        plain = line["path"].endswith((".txt", ".md", ".html")) and (RAW / line["path"]).is_file()
        if plain and line["table"] != "rejects":
            assert raw_text(document["pieces"]) == decode((RAW / line["path"]).read_bytes()).text
        assert document["raw"] or line["table"] == "rejects"


def test_the_article_column_is_the_text_and_every_cut_is_there(corpus: Path, page: Path) -> None:
    data, documents = read_page(page)
    shown = {line["path"]: each for line, each in zip(data["documents"], documents, strict=True)}
    for row in read_rows(corpus, "articles").to_pylist():
        pieces = shown[row["raw_path"] + (f":{row['raw_locator']}" if row["raw_locator"] else "")]["pieces"]
        assert "\n\n".join(piece["text"] for piece in pieces if piece["is"] == "kept") == row["text"]
        assert [piece["rule"] for piece in pieces if piece["is"] == "cut"] == [cut["rule"] for cut in row["cuts"]]


def test_the_place_of_a_field_is_marked_with_the_words_it_was_read_from(page: Path) -> None:
    _, documents = read_page(page)
    for document in documents:
        marked: dict[int, str] = {}
        for piece in document["pieces"]:
            for run in piece["raw"]:
                for number in run[1:] if isinstance(run, list) else ():
                    marked[number] = marked.get(number, "") + run[0]
        for number, claim in enumerate(document.get("fields", ())):
            assert not claim["placed"] or marked[number] == claim["raw"]


def test_without_the_raw_file_the_row_says_what_it_has(corpus: Path) -> None:
    for row in read_rows(corpus, "articles").to_pylist():
        pieces = galley(row, None)
        assert [piece["text"] for piece in pieces if piece["is"] == "kept"] == [p["text"] for p in row["paragraphs"]]
        cuts = [raw_text([piece]) for piece in pieces if piece["is"] == "cut"]
        assert cuts == [cut["text"] for cut in row["cuts"]]


def test_a_raw_file_that_has_changed_is_not_trusted(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "a.txt").write_text(review_corpora.STORY.format("") + "Share this article\n")
    ingest(raw, "--out", tmp_path / "out")
    assert review(tmp_path / "out").returncode == 0
    assert read_page(tmp_path / "out" / "review.html")[1][0]["raw"], "the manifest knows where the raw files were"
    (raw / "a.txt").write_text("Something else.")
    assert review(tmp_path / "out").returncode == 0
    assert not read_page(tmp_path / "out" / "review.html")[1][0]["raw"]


def test_the_same_corpus_gives_the_same_page_and_one_file(corpus: Path, page: Path, tmp_path: Path) -> None:
    review(corpus, "--raw", RAW, "--out", tmp_path / "again.html")
    assert (tmp_path / "again.html").read_bytes() == page.read_bytes()
    assert list(tmp_path.iterdir()) == [tmp_path / "again.html"]
    assert not re.search(r"""(?:src|href)\s*=\s*["']?https?:""", page.read_text().split('id="data"')[0])


def test_a_small_sample_has_some_of_everything(corpus: Path) -> None:
    of = {name: read_rows(corpus, name) for name in ("articles", "duplicates", "rejects")}
    publishers = {row["publisher"] for row in of["articles"].to_pylist()}
    relations = set(of["duplicates"]["relation"].to_pylist())
    reasons = set(of["rejects"]["reason"].to_pylist())
    few = sampled(corpus, len(publishers) + len(relations) + len(reasons))
    assert {each.row["publisher"] for each in few if each.table == "articles"} == publishers
    assert {each.row["relation"] for each in few if each.table == "duplicates"} == relations
    assert {each.row["reason"] for each in few if each.table == "rejects"} == reasons
    assert len(sampled(corpus, 5)) == 5


def test_one_article_comes_with_its_copies_and_one_run_alone(corpus: Path, tmp_path: Path) -> None:
    (original, *_) = read_rows(corpus, "duplicates", ["duplicate_of"])["duplicate_of"].to_pylist()
    assert review(corpus, "--article", original, "--out", tmp_path / "one.html").returncode == 0
    data, _ = read_page(tmp_path / "one.html")
    assert [line["table"] for line in data["documents"]][:2] == ["articles", "duplicates"]
    out = review_corpora.redesigned(tmp_path / "runs")
    assert review(out, "--run", "run-3").returncode == 0
    lines = read_page(out / "review.html")[0]["documents"]
    assert lines
    assert all(line["path"].startswith("3/") for line in lines)


def test_charts_count_every_document_and_the_drift_is_told(tmp_path: Path) -> None:
    out = review_corpora.redesigned(tmp_path / "runs")
    assert review(out).returncode == 0
    charts = read_page(out / "review.html")[0]["charts"]
    assert [(run["articles"], run["duplicates"], run["rejects"]) for run in charts["runs"]] == [(60, 1, 1)] * 4
    assert sum(row["number"] for row in charts["days"]["rows"]) + charts["days"]["undated"] == 244
    assert charts["rules"]["kept"] + sum(rule["share"] for rule in charts["rules"]["rules"]) == pytest.approx(1)
    assert {(each["publisher"], each["measure"]) for each in charts["drift"]} == {
        ("Nordholm Post", "field.published_at"),
        ("Nordholm Post", "cuts.related"),
    }


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--article", "no-such"), 2),
        (("--run", "no-such"), 2),
        (("--raw", "/no/such"), 2),
        (("--out", "/no/such/x"), 1),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(corpus: Path, arguments: tuple[str, ...], code: int) -> None:
    done = review(corpus, *arguments)
    assert done.returncode == code
    assert len(done.stderr.strip().splitlines()) == 1


def test_no_corpus_is_said_in_one_line(tmp_path: Path) -> None:
    done = review(tmp_path)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1


paragraphs = st.lists(
    st.lists(st.sampled_from("a b c d e f".split()), min_size=1, max_size=9).map(" ".join), min_size=1
)


@given(paragraphs, paragraphs)
def test_a_comparison_holds_every_word_of_both_texts(left: list[str], right: list[str]) -> None:
    lines = compared("\n\n".join(left), "\n\n".join(right))

    def side(name: str) -> list[str]:
        return ["".join(r if isinstance(r, str) else r[0] for r in line[name]) for line in lines if line[name]]

    assert side("left") == left
    assert side("right") == right
    for line in lines:
        if line["left"] and line["right"]:
            same = [[run for run in line[name] if isinstance(run, str)] for name in ("left", "right")]
            assert [" ".join(run.split()) for run in same[0]] == [" ".join(run.split()) for run in same[1]]
