"""The laws of a run, on folders that hypothesis fills: everything accounted for, nothing twice, nothing changed."""

import gzip
import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import run
from tests.containers import tarred, warc_record, zipped
from tests.test_ingest import tables
from tests.test_laws import TEXTS

NOW = datetime(2026, 11, 1, tzinfo=UTC)
NAMES = st.sampled_from(["a.txt", "b.txt", "c.html", "d.md", "sub/e.txt", "sub/f.gz", "ü & x.txt", "line\nend.txt"])
STORIES = st.sampled_from(TEXTS).map(lambda text: text.encode("utf-8", "replace"))
LINES = st.lists(st.sampled_from(TEXTS).map(lambda text: json.dumps({"text": text[:4000]})), min_size=1, max_size=4)
MEMBERS = st.lists(st.tuples(st.sampled_from(["x.txt", "y/z.html", "../up"]), STORIES), min_size=1, max_size=3)
CRAWLS = STORIES.map(lambda data: warc_record("resource", 1, "https://x.example/a", "text/html", data))
CONTENTS = st.one_of(
    MEMBERS.map(tarred).map(gzip.compress),
    MEMBERS.map(lambda members: tarred(members)[:-700]),
    CRAWLS.map(lambda record: record + warc_record("request", 2, "", "application/http", b"GET /\r\n") + record),
    CRAWLS.map(lambda record: zipped([("a.warc", record)])),
    STORIES,
    STORIES.map(gzip.compress),
    STORIES.map(lambda data: gzip.compress(data)[:-40]),
    LINES.map(lambda lines: "\n".join([*lines, "{broken"]).encode()),
    st.binary(max_size=300),
)
FOLDERS = st.dictionaries(NAMES, CONTENTS, min_size=1, max_size=6)


def ingest(raw: Path, out: Path) -> run.Manifest:
    return run.ingest([raw], out, now=NOW, workers=1, progress=lambda done, total: None)


def fill(raw: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        path = raw / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def places(out: Path) -> list[tuple[str, str | None]]:
    """Path and locator of every row of the corpus."""
    return sorted(
        ((row["raw_path"], row["raw_locator"]) for name in ("articles", "duplicates", "rejects")
         for row in pq.read_table(out / name, columns=["raw_path", "raw_locator"]).to_pylist()),
        key=str,
    )  # fmt: skip


@settings(max_examples=25)
@given(FOLDERS)
def test_every_file_is_accounted_for_and_a_second_run_changes_nothing(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        raw, out = Path(folder, "raw"), Path(folder, "out")
        fill(raw, files)
        counts = ingest(raw, out)["counts"]
        found = places(out)
        assert {path for path, _ in found} == set(files)
        assert len(set(found)) == len(found) == counts["documents"]
        assert counts["documents"] == counts["articles"] + counts["duplicates"] + counts["rejects"]
        assert counts["passed_over"] == sum(counts["passed_over_by_kind"].values())
        before = tables(out)
        ingest(raw, out)
        assert tables(out) == before


@settings(max_examples=15)
@given(FOLDERS, FOLDERS)
def test_files_that_come_later_find_the_same_place(first: dict[str, bytes], later: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        raw, out = Path(folder, "raw"), Path(folder, "out")
        fill(raw, first)
        ingest(raw, out)
        fresh = {name: data for name, data in later.items() if name not in first}
        fill(raw, fresh)
        ingest(raw, out)
        at_once = Path(folder, "at-once")
        ingest(raw, at_once)
        assert places(out) == places(at_once)
