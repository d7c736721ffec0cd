"""The corpus documents itself: what other tools read beside the tables is true, and stays true."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from flows import card, run
from flows.corpus import Corpus, CorpusError
from flows.schema import TABLES, contract
from tests import publishing
from tests.test_ingest import RAW, ROOT

NOW = datetime(2026, 11, 1, tzinfo=UTC)
FILES = ("README.md", "SHA256SUMS", "croissant.json")
STATED = """
name = "harbour-news"
title = "News of the harbour towns"
description = "Made up for a test."
license = "https://harbour.example/licence"
creators = ["Harbour Observatory"]
url = "https://harbour.example/corpus"
citation = "@misc{harbour}"
keywords = ["shipping"]
"""


def ingest(raw: Path, out: Path, now: datetime = NOW) -> None:
    run.ingest([raw], out, now=now, workers=1, progress=lambda done, total: None)


def described(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in FILES if (out / name).exists()}


def rows(out: Path, table: str) -> list[dict[str, Any]]:
    return pq.read_table(out / table).to_pylist()


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("card") / "corpus"
    ingest(RAW, out)
    return out


@pytest.fixture
def small(tmp_path: Path) -> Path:
    out = tmp_path / "small"
    publishing.write(out, 4)
    card.renew(out)
    return out


# ---------------------------------------------------------------------------------------------------------- croissant


def loaded(path: Path) -> Any:
    """The description as mlcroissant reads it; its own use of old parts of rdflib and pandas is not our matter."""
    import mlcroissant

    return mlcroissant.Dataset(jsonld=str(path))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore:.*inplace:Warning")
@pytest.mark.parametrize("table", TABLES)
def test_mlcroissant_reads_every_row_and_column_as_it_is(corpus: Path, table: str) -> None:
    found = []
    for record in loaded(corpus / "croissant.json").records(table):
        named = {name.removeprefix(f"{table}/"): value for name, value in record.items()}
        found.append({name: plain(value, f"{table}/{name}/") for name, value in named.items()})
    columns = contract().tables[table].columns
    structs = {
        c.name: [f.name for f in contract().structs[c.type[5:-1]]]
        for c in columns
        if c.type[5:-1] in contract().structs
    }
    expected = rows(corpus, table)
    for row in expected:
        for column, fields in structs.items():
            if row[column] is None:  # mlcroissant gives one struct of nulls for no list
                row[column] = [dict.fromkeys(fields)]
    assert found == expected


def plain(value: Any, prefix: str) -> Any:
    """A value of mlcroissant as Python has it: it reads text as bytes, and names a struct's fields in full."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, dict):
        return {name.removeprefix(prefix): plain(each, prefix) for name, each in value.items()}
    if isinstance(value, list):
        return [plain(each, prefix) for each in value]
    if hasattr(value, "to_pydatetime"):
        return value.to_pydatetime()
    return None if value != value else value.item() if hasattr(value, "item") else value


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_mlcroissant_misses_only_what_nobody_has_said(corpus: Path, tmp_path: Path) -> None:
    issues = loaded(corpus / "croissant.json").metadata.ctx.issues
    assert not issues.errors
    assert [warning.split("/")[-1] for warning in sorted(issues.warnings)] == [
        'citeAs" is recommended, but does not exist.'
    ]
    out = Path(shutil.copytree(corpus, tmp_path / "corpus"))
    (out / "dataset.toml").write_text(STATED)
    card.renew(out)
    issues = loaded(out / "croissant.json").metadata.ctx.issues
    assert not issues.errors | issues.warnings


def test_the_description_names_runs_columns_and_files(corpus: Path) -> None:
    described = json.loads((corpus / "croissant.json").read_text())
    assert described["conformsTo"][0] == "http://mlcommons.org/croissant/1.1"
    assert described["license"].startswith("Unknown.")
    assert {"creator", "citeAs", "url"}.isdisjoint(described), "not known, not made up"
    (activity,) = described["prov:wasGeneratedBy"]
    assert activity["prov:atTime"] == NOW.isoformat()
    assert {row["run_id"] for row in rows(corpus, "articles")} == {activity["@id"].removeprefix("run/")}
    for record_set in described["recordSet"]:
        fields = {field["@id"].split("/")[-1]: field["description"] for field in record_set["field"]}
        columns = contract().tables[record_set["@id"]].columns
        assert fields == {column.name: column.meaning for column in columns}
    for file in described["distribution"]:
        if file["@type"] == "cr:FileObject":
            data = (corpus / file["contentUrl"]).read_bytes()
            assert (file["sha256"], file["contentSize"]) == (hashlib.sha256(data).hexdigest(), f"{len(data)} B")
    listed = {file["@id"] for file in described["distribution"] if file["@type"] == "cr:FileObject"}
    assert listed == {"SHA256SUMS"} | {f"{t}/{p.name}" for t in TABLES for p in (corpus / t).iterdir()}


def test_sha256sum_agrees(corpus: Path) -> None:
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=corpus, check=True)


# ---------------------------------------------------------------------------------------------------------- data card


@pytest.mark.filterwarnings("ignore")
def test_hugging_face_datasets_loads_each_table_by_name(corpus: Path, tmp_path: Path) -> None:
    script = (
        "import datasets, json, sys\n"
        "for table in ('articles', 'duplicates', 'rejects'):\n"
        "    rows = datasets.load_dataset(sys.argv[1], table, cache_dir=sys.argv[2])['train'].to_list()\n"
        "    print(json.dumps(rows, default=str))\n"
        "print(len(datasets.load_dataset(sys.argv[1], cache_dir=sys.argv[2])['train']))\n"
    )
    env = os.environ | {
        "HF_HUB_OFFLINE": "1",
        "HF_HOME": str(tmp_path / "home"),
        "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    }
    told = subprocess.run(
        [sys.executable, "-c", script, str(corpus), str(tmp_path / "cache")],
        env=env, check=True, capture_output=True, text=True,
    ).stdout.splitlines()  # fmt: skip
    for table, line in zip(TABLES, told, strict=False):
        assert json.loads(line) == json.loads(json.dumps(rows(corpus, table), default=str)), table
    assert int(told[-1]) == len(rows(corpus, "articles")), "the table that is loaded without a name"


def head(out: Path) -> dict[str, Any]:
    _, text, _ = (out / "README.md").read_text().split("---\n", 2)
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def test_the_card_counts_what_is_in_the_tables(corpus: Path) -> None:
    text = (corpus / "README.md").read_text()
    articles, duplicates, rejects = (rows(corpus, table) for table in TABLES)
    assert head(corpus)["language"] == sorted({row["language"] for row in articles if row["language"]})
    assert head(corpus)["license"] == "unknown"
    assert head(corpus)["size_categories"] == ["n<1K"]
    for reason, number in Counter(row["reason"] for row in rejects).items():
        assert f"| `{reason}` | {number} |" in text
    for relation, number in Counter(row["relation"] for row in duplicates).items():
        assert f"| `{relation}` | {number} |" in text
    cuts = Counter(cut["rule"].split(".")[0] for row in articles + duplicates for cut in row["cuts"])
    for kind, number in cuts.items():
        assert f"| `{kind}` | {number} |" in text
    assert f"| `published_at` | {sum(row['published_at'] is not None for row in articles)} |" in text
    assert f"{sum(row['word_count'] for row in articles):,} words" in text
    days = sorted(row["published_at"] for row in articles if row["published_at"])
    assert f"published from {days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d} (UTC)" in text
    for table in contract().tables.values():
        assert all(f"| `{column.name}` | `{column.type}` |" in text for column in table.columns)


def test_what_a_raw_file_calls_its_publisher_does_not_write_the_card(tmp_path: Path) -> None:
    name = "Evil | <script>alert(1)</script>\n\n# Gazette [x](http://evil.example) `---`"
    with Corpus.open(tmp_path) as corpus:
        corpus.publish(
            "one", {"articles": publishing.rows.table("articles", [publishing.article("a", publisher=name)])}
        )
        card.renew(tmp_path)
    text = (tmp_path / "README.md").read_text()
    assert "<script>" not in text
    assert "\n# Gazette" not in text
    assert r"\[x\](http" in text
    assert [config["config_name"] for config in head(tmp_path)["configs"]] == ["articles"], "no config without rows"


def test_what_its_keepers_state_is_in_the_card(small: Path) -> None:
    (small / "dataset.toml").write_text(STATED)
    assert card.renew(small) == ["croissant.json", "README.md"]
    assert head(small)["pretty_name"] == "News of the harbour towns"
    assert (head(small)["license"], head(small)["license_link"]) == ("other", "https://harbour.example/licence")
    assert json.loads((small / "croissant.json").read_text())["creator"][0]["name"] == "Harbour Observatory"
    assert card.renew(small) == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("license = ", "is not TOML"),
        ("licence = 'MIT'", "unknown key licence"),
        ("title = 3", "title must be a text"),
        ("creators = 'Ada'", "creators must be a list of texts"),
        ("keywords = [1]", "keywords must be a list of texts"),
    ],
)
def test_a_faulty_statement_is_told_in_one_line(small: Path, text: str, complaint: str) -> None:
    before = described(small)
    (small / "dataset.toml").write_text(text)
    with pytest.raises(CorpusError, match=complaint) as told:
        card.renew(small)
    assert "\n" not in str(told.value)
    assert described(small) == before


def test_a_readme_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    tmp_path.joinpath("README.md").write_text("mine")
    publishing.write(tmp_path, 1)
    assert card.renew(tmp_path) == ["SHA256SUMS", "croissant.json"]
    assert tmp_path.joinpath("README.md").read_text() == "mine"


# ------------------------------------------------------------------------------------------------------- it stays true


def test_a_run_that_finds_nothing_touches_nothing(corpus: Path) -> None:
    before = {name: (corpus / name).stat().st_mtime_ns for name in FILES}
    ingest(RAW, corpus, datetime(2026, 12, 1, tzinfo=UTC))
    assert {name: (corpus / name).stat().st_mtime_ns for name in FILES} == before


def test_the_same_tables_give_the_same_bytes_whatever_way_they_came_about(small: Path, tmp_path: Path) -> None:
    publishing.write(tmp_path / "other", 1)
    card.renew(tmp_path / "other")
    publishing.write(tmp_path / "other", 4)
    card.renew(tmp_path / "other")
    assert described(tmp_path / "other") == described(small)


def test_files_that_are_replaced_or_removed_are_counted_anew(small: Path) -> None:
    shutil.copy(small / "articles" / "part-0001.parquet", small / "articles" / "part-new.parquet")
    card.renew(small)
    assert "| `articles` | 15 |" in (small / "README.md").read_text()
    one = publishing.rows.table("articles", [publishing.article("x", publisher="The Lantern")])
    pq.write_table(one, small / "replacement")
    (small / "replacement").replace(small / "articles" / "part-0002.parquet")
    (small / "articles" / "part-new.parquet").unlink()
    card.renew(small)
    text = (small / "README.md").read_text()
    assert "| `articles` | 10 |" in text
    assert "| The Lantern | 1 |" in text
    (small / ".copydesk" / "facts.sqlite").unlink()
    assert card.renew(small) == [], "the counts that were kept up to date are those of a fresh count"


@pytest.mark.parametrize("damage", [b"", b"not a database" * 99])
def test_lost_counts_are_made_again(small: Path, damage: bytes) -> None:
    before = described(small)
    (small / ".copydesk" / "facts.sqlite").write_bytes(damage)
    assert card.renew(small) == []
    assert described(small) == before


KILLED_BEFORE_THE_CARD = """
import os, signal, sys
from tests import test_card
test_card.card.renew = lambda out: os.kill(os.getpid(), signal.SIGKILL)
test_card.ingest(test_card.RAW / "text", test_card.Path(sys.argv[1]))
"""


def test_a_run_killed_before_the_card_leaves_the_old_one_and_the_next_run_renews_it(tmp_path: Path) -> None:
    ingest(RAW / "markets", tmp_path)
    before = described(tmp_path)
    done = subprocess.run([sys.executable, "-c", KILLED_BEFORE_THE_CARD, str(tmp_path)], cwd=ROOT)
    assert done.returncode == -signal.SIGKILL
    assert len(rows(tmp_path, "articles")) > 2, "the tables have the new articles"
    assert described(tmp_path) == before, "the card is whole, and of the tables as they were"
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=tmp_path, check=True)
    ingest(RAW / "text", tmp_path)
    assert f"| `articles` | {len(rows(tmp_path, 'articles'))} |" in (tmp_path / "README.md").read_text()


KILLED_AT_A_STEP = """
import os, signal, sys
from flows import card
out, last = card.renew.__globals__["Path"](sys.argv[1]), int(sys.argv[2])
steps = 0
def kill(event, arguments):
    global steps
    if event in {"open", "os.rename", "os.remove", "os.mkdir"}:
        if steps == last:
            os.kill(os.getpid(), signal.SIGKILL)
        steps += 1
for step in range(1000):
    import shutil
    shutil.copytree(out, f"{out}-{step}")
    child = os.fork()
    if not child:
        last = step
        sys.addaudithook(kill)
        card.renew(card.renew.__globals__["Path"](f"{out}-{step}"))
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
"""


def test_a_description_that_is_killed_at_any_step_is_whole_after_the_next(small: Path, tmp_path: Path) -> None:
    before = described(small)
    publishing.write(small, 5)
    subprocess.run([sys.executable, "-c", KILLED_AT_A_STEP, str(small), "0"], cwd=ROOT, check=True)
    card.renew(small)
    after = described(small)
    killed = sorted(tmp_path.glob("small-*"))
    assert len(killed) > 8
    for out in killed:
        for name, data in described(out).items():
            assert data in (before[name], after[name]), "each file is whole"
        with Corpus.open(out):
            card.renew(out)
        assert described(out) == after
