"""The README keeps its word: its walk-through and its recipes are done as they stand there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from textwrap import dedent

import pyarrow.parquet as pq
import pytest

from tests.test_ingest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(section: str, *languages: str) -> list[tuple[str, str]]:
    """Language and text of the code blocks in these languages under the heading `section`, in their order."""
    body = README.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    found = re.findall(r"^( *)```(\w+)\n(.*?)^ *```$", body, re.MULTILINE | re.DOTALL)
    return [(language, dedent(text)) for _, language, text in found if language in languages]


def do(folder: Path, language: str, text: str) -> str:
    """Run a block in `folder` as somebody with the environment active would; returns what it prints."""
    bin_folder = folder / "bin"
    if not bin_folder.exists():
        bin_folder.mkdir()
        bin_folder.joinpath("python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        bin_folder.joinpath("pip").write_text("#!/bin/sh\n")  # what it would install is there
        for tool in ("python", "pip"):
            bin_folder.joinpath(tool).chmod(0o755)
    env = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"} | {
        "PATH": f"{bin_folder}:{os.environ['PATH']}",
        "PYTHONPATH": str(folder) if (folder / "flows").exists() else str(ROOT),
        "MPLBACKEND": "Agg",
        "HF_HUB_OFFLINE": "1",
        "HF_HOME": str(folder / "hf"),
    }
    command = ["bash", "-euo", "pipefail", "-c", text] if language == "sh" else [sys.executable, "-c", text]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_from_clone_to_first_chart_and_to_other_tools(tmp_path: Path) -> None:
    (tmp_path / "raw").symlink_to(ROOT / "raw")
    steps = blocks("From clone to first chart in ten minutes", "sh", "python")
    assert len(steps) == 7
    told = [do(tmp_path, *step) for step in steps]
    assert "Port Ellery approves harbour tram" in told[-1]
    assert "headline" in told[3]
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")
    steps = blocks("Hand it on", "sh", "python")
    assert len(steps) == 4
    for step in steps:
        do(tmp_path, *step)
    assert "pretty_name: News of the harbour towns" in (tmp_path / "mycorpus" / "README.md").read_text()
    assert (tmp_path / "export" / "jsonl" / "articles.jsonl.gz").exists()
    assert (tmp_path / "export" / "delta" / "rejects" / "_delta_log").is_dir()


STORY = "The harbour master of Port Ellery counted seven ships on the quay before the storm came in from the west. "
PAGE = f"""<html><head><link rel="canonical" href="https://harbourlantern.example/storm">
<title>Seven ships wait for the storm</title></head><body><article><h1>Seven ships wait for the storm</h1>
<p>Published 03/04/2026 9:30</p><p>{STORY * 3}</p><p>Tap the bell for harbour alerts</p>
<p>{STORY * 3}</p></article></body></html>
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy of the package that may be changed, with a page that is handled badly."""
    for package in ("flows", "schemas"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "storm.html").write_text(PAGE)
    return tmp_path


def article(clone: Path, out: str) -> dict[str, object]:
    do(clone, "sh", f"python -m flows.ingest page --out {out} --as-of 2026-11-01T00:00:00Z --no-prefect")
    (row,) = pq.read_table(clone / out / "articles").to_pylist()
    return row


def added(path: Path, section: str) -> dict[str, list[dict[str, object]]]:
    """Add the recipe's one entry to a file of data; returns the entry."""
    ((_, entry),) = blocks(section, "toml")
    path.write_text(f"{path.read_text()}\n{entry}")
    return tomllib.loads(entry)


def test_the_recipes_for_a_rule_and_a_publisher_of_ones_own(clone: Path) -> None:
    before = article(clone, "before")
    (rule,) = added(clone / "flows" / "rules" / "newsletter.toml", "Write your own rule")["rule"]
    (publisher,) = added(clone / "flows" / "publishers.toml", "Add a publisher")["publisher"]
    after = article(clone, "after")
    assert rule["id"] not in [cut["rule"] for cut in before["cuts"]]
    assert [cut["text"] for cut in after["cuts"] if cut["rule"] == rule["id"]] == ["Tap the bell for harbour alerts"]
    assert "Tap the bell" not in after["text"]
    assert before["rules_version"] != after["rules_version"]
    assert rule["id"] in do(clone, "sh", "python -m flows.explain storm.html --corpus after")
    assert (before["publisher"], after["publisher"]) == (None, publisher["name"])
    assert after["published_at"].isoformat() == "2026-04-03T01:30:00+00:00"
    assert (after["published_local"], after["published_zone"]) == ("2026-04-03T09:30+08:00", "publisher")
    assert (before["published_zone"], after["published_ambiguous"]) == ("assumed-utc", False)
    shutil.copytree(ROOT / "tests", clone / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    tests = "tests/test_rules.py tests/test_publishers.py"
    told = do(clone, "sh", f"python -m pytest -q -p no:cacheprovider {tests} -k '{rule['id']} or Lantern'")
    assert re.search(r"^\d+ passed", told, re.MULTILINE)


@pytest.mark.parametrize("page", ["README.md", *(str(path.relative_to(ROOT)) for path in (ROOT / "docs").glob("*.md"))])
def test_a_page_sends_nobody_to_a_file_that_is_not_there(page: str) -> None:
    """In backquotes: paths of the project; in links: files and the headings of this page."""
    text = (ROOT / page).read_text(encoding="utf-8")
    named = re.findall(r"`((?:flows|tests|benchmarks|schemas|docs|raw)/[\w/.-]*)`", text)
    assert [name for name in named if not (ROOT / name).exists()] == []
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    files = [link.partition("#")[0] for link in links]
    assert [file for file in files if not ((ROOT / page).parent / file).exists()] == []
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w -]", "", head).lower().replace(" ", "-") for head in heads}
    assert [link for link in links if link.startswith("#") and link[1:] not in slugs] == []
