"""The corpus in other forms: row for row what the tables hold, after every change of them, and after every kill."""

from __future__ import annotations

import gzip
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import polars as pl
import pyarrow.parquet as pq
import pytest
import zstandard
from deltalake import DeltaTable

from flows import card
from flows.export import delta, snapshot
from flows.export.__main__ import main
from flows.rows import table as rows_of
from flows.schema import TABLES, contract
from tests import publishing
from tests.test_ingest import RAW, ROOT, ingest

Row = dict[str, Any]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("export") / "corpus"
    ingest(RAW, "--out", out, "--workers", 1)
    return out


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    publishing.write(tmp_path / "corpus", 4)
    return tmp_path / "corpus"


def export(corpus: Path, dest: Path, to: str, *more: str) -> None:
    assert main(["--to", to, "--corpus", str(corpus), "--dest", str(dest), *more]) == 0


def published(corpus: Path, table: str) -> list[Row]:
    return [row for path in sorted((corpus / table).iterdir()) for row in pq.read_table(path).to_pylist()]


# ------------------------------------------------------------------------------------------ what may happen to a corpus


def nothing(corpus: Path) -> None:
    pass


def new_files(corpus: Path) -> None:
    publishing.write(corpus, 7)


def _replace(corpus: Path, name: str, *rows: Row) -> None:
    pq.write_table(rows_of("articles", rows), corpus / "replacement")
    (corpus / "replacement").replace(corpus / "articles" / name)


def a_replaced_file(corpus: Path) -> None:
    kept, _, changed = pq.read_table(corpus / "articles" / "part-0001.parquet").to_pylist()
    _replace(corpus, "part-0001.parquet", kept, changed | {"title": "Revised"}, publishing.article("new.txt"))


def a_removed_file(corpus: Path) -> None:
    (corpus / "articles" / "part-0000.parquet").unlink()


def everything_at_once(corpus: Path) -> None:
    a_replaced_file(corpus)
    a_removed_file(corpus)
    new_files(corpus)


def a_rebuild(corpus: Path) -> None:
    for path in corpus.glob("*/part-0*-*.parquet"):
        assert path.name == "part-0-empty.parquet"
    for table in TABLES:
        for number, path in enumerate(sorted((corpus / table).glob("part-0???.parquet"))):
            path.rename(path.with_name(f"part-rebuilt{number}.parquet"))
    _replace(corpus, "part-rebuilt0.parquet", publishing.article("only.txt"))


CHANGES: list[Callable[[Path], None]] = [
    nothing,
    new_files,
    a_replaced_file,
    a_removed_file,
    everything_at_once,
    a_rebuild,
]

# -------------------------------------------------------------------------------------------------------------- JSONL

OPEN: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "gz": gzip.decompress,
    "zst": lambda data: zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True).read(),
}


def lines(dest: Path, table: str, compression: str = "") -> list[Row]:
    path = dest / f"{table}.jsonl{compression and '.'}{compression}"
    return [json.loads(line) for line in OPEN[compression](path.read_bytes()).splitlines()]


def compressed(compression: str) -> list[str]:
    return ["--compress", compression] if compression else []


def as_json(value: Any) -> Any:
    """A value of a row as JSON Lines has it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, dict):
        return {key: as_json(each) for key, each in value.items()}
    return [as_json(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("compression", OPEN)
def test_json_lines_hold_the_tables_row_for_row_and_keep_to_their_schema(
    samples: Path, tmp_path: Path, compression: str
) -> None:
    export(samples, tmp_path, "jsonl", *compressed(compression))
    for table in TABLES:
        found = lines(tmp_path, table, compression)
        assert found == as_json(published(samples, table)), table
        schema = json.loads((tmp_path / f"{table}.schema.json").read_text())
        validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
        validator.check_schema(schema)
        for row in found:
            validator.validate(row)
        meanings = {name: column["description"] for name, column in schema["properties"].items()}
        assert meanings == {column.name: column.meaning for column in contract().tables[table].columns}


def test_json_lines_are_read_by_others(samples: Path, tmp_path: Path) -> None:
    export(samples, tmp_path, "jsonl", "--compress", "gz")
    ids = sorted(row["article_id"] for row in published(samples, "articles"))
    query = f"select article_id from '{tmp_path}/articles.jsonl.gz' order by 1"
    assert [row[0] for row in duckdb.sql(query).fetchall()] == ids
    assert sorted(pl.read_ndjson(tmp_path / "articles.jsonl.gz")["article_id"]) == ids


def content(dest: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in dest.iterdir() if path.is_file()}


@pytest.mark.parametrize("compression", OPEN)
@pytest.mark.parametrize("change", CHANGES)
def test_json_lines_brought_up_to_date_are_those_of_a_fresh_export(
    corpus: Path, tmp_path: Path, change: Callable[[Path], None], compression: str
) -> None:
    export(corpus, tmp_path / "dest", "jsonl", *compressed(compression))
    change(corpus)
    export(corpus, tmp_path / "dest", "jsonl", *compressed(compression))
    export(corpus, tmp_path / "fresh", "jsonl", *compressed(compression))
    assert content(tmp_path / "dest") == content(tmp_path / "fresh")
    assert lines(tmp_path / "dest", "articles", compression) == as_json(published(corpus, "articles"))


def test_only_what_is_new_is_read_and_encoded(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    card.renew(corpus)
    export(corpus, tmp_path / "dest", "jsonl")
    new_files(corpus)
    _replace(corpus, "part-0002.parquet", publishing.article("new.txt"))
    read: list[str] = []
    real = snapshot.batches
    monkeypatch.setattr("flows.export.jsonl.batches", lambda c, each: read.append(each.part.name) or real(c, each))
    export(corpus, tmp_path / "dest", "jsonl")
    assert set(read) == {f"part-{number:04}.parquet" for number in (2, 4, 5, 6)}


@pytest.mark.parametrize("to", ["jsonl", "delta"])
def test_an_export_with_nothing_to_do_writes_nothing(corpus: Path, tmp_path: Path, to: str) -> None:
    def state() -> dict[Path, int]:
        return {p: p.stat().st_mtime_ns for p in (tmp_path / "dest").rglob("*") if p.is_file() and p.name != "lock"}

    export(corpus, tmp_path / "dest", to)
    before = state()
    export(corpus, tmp_path / "dest", to)
    assert state() == before


def test_a_file_that_somebody_spoilt_is_made_anew(corpus: Path, tmp_path: Path) -> None:
    export(corpus, tmp_path / "dest", "jsonl")
    before = content(tmp_path / "dest")
    (tmp_path / "dest" / "articles.jsonl").write_text("{}\n")
    (tmp_path / "dest" / "rejects.jsonl").unlink()
    export(corpus, tmp_path / "dest", "jsonl")
    assert content(tmp_path / "dest") == before
    (tmp_path / "dest" / ".copydesk" / "export.json").write_text("[{")
    export(corpus, tmp_path / "dest", "jsonl")
    assert content(tmp_path / "dest") == before


KILLED_AT_EACH_STEP = """
import os, shutil, signal, sys
from flows.export.__main__ import main
import flows.export.jsonl, pyarrow.dataset
corpus, dest = sys.argv[1:]
steps = last = 0
def kill(event, arguments):
    global steps
    if event in {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir"}:
        if steps == last:
            os.kill(os.getpid(), signal.SIGKILL)
        steps += 1
for last in range(1000):
    shutil.copytree(dest, f"{dest}-{last}")
    child = os.fork()
    if not child:
        sys.stdout = None
        sys.addaudithook(kill)
        os._exit(main(["--to", "jsonl", "--corpus", corpus, "--dest", f"{dest}-{last}"]))
    if os.waitpid(child, 0)[1] == 0:
        break
"""


def test_json_lines_killed_at_any_step_are_whole_and_right_after_the_next_export(corpus: Path, tmp_path: Path) -> None:
    export(corpus, tmp_path / "dest", "jsonl")
    before = content(tmp_path / "dest")
    everything_at_once(corpus)
    subprocess.run([sys.executable, "-c", KILLED_AT_EACH_STEP, corpus, tmp_path / "dest"], cwd=ROOT, check=True)
    export(corpus, tmp_path / "dest", "jsonl")
    after = content(tmp_path / "dest")
    killed = list(tmp_path.glob("dest-*"))
    assert len(killed) > 20
    for dest in killed:
        for name, data in content(dest).items():
            assert data in (before[name], after[name]), "each file is whole"
        export(corpus, dest, "jsonl")
        assert content(dest) == after
        assert not list((dest / ".copydesk" / "staging").iterdir())


# -------------------------------------------------------------------------------------------------------------- Delta


def in_order(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row["raw_path"], row["raw_locator"] or ""))


def exported(dest: Path, table: str) -> list[Row]:
    found = DeltaTable(dest / table).to_pyarrow_table().to_pylist()
    return in_order([{key: value for key, value in row.items() if key != delta.FILE} for row in found])


def same(dest: Path, corpus: Path) -> bool:
    return all(exported(dest, table) == in_order(published(corpus, table)) for table in TABLES)


def test_delta_holds_the_tables_row_for_row_for_every_reader(samples: Path, tmp_path: Path) -> None:
    export(samples, tmp_path, "delta")
    assert same(tmp_path, samples)
    for table in TABLES:
        expected = in_order(published(samples, table))
        found = pl.read_delta(str(tmp_path / table)).drop(delta.FILE).to_dicts()
        assert in_order(found) == expected, f"polars {table}"
        held = DeltaTable(tmp_path / table).to_pyarrow_dataset()
        found = duckdb.sql(f"select * exclude ({delta.FILE}) from held").to_arrow_table().to_pylist()
        assert in_order(found) == expected, f"duckdb {table}"
        assert held.schema.names[:-1] == [column.name for column in contract().tables[table].columns]


def test_delta_says_what_tables_columns_and_fields_of_structs_mean(corpus: Path, tmp_path: Path) -> None:
    export(corpus, tmp_path, "delta")
    for name, table in contract().tables.items():
        exported = DeltaTable(tmp_path / name)
        assert (exported.metadata().name, exported.metadata().description) == (name, table.meaning)
        fields = {field["name"]: field for field in json.loads(exported.schema().to_json())["fields"]}
        for column in table.columns:
            field = fields[column.name]
            assert (field["metadata"]["comment"], field["nullable"]) == (column.meaning, column.nullable)
            struct = contract().structs.get(column.type.removeprefix("list<").removesuffix(">"))
            if struct:
                comments = {
                    each["name"]: each["metadata"]["comment"] for each in field["type"]["elementType"]["fields"]
                }
                assert comments == {each.name: each.meaning for each in struct}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("most", [0, delta.REPLACED_ONE_BY_ONE])
def test_delta_is_brought_up_to_date_in_one_commit_a_table(
    corpus: Path, tmp_path: Path, change: Callable[[Path], None], most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delta, "REPLACED_ONE_BY_ONE", most)
    export(corpus, tmp_path / "dest", "delta")
    first = DeltaTable(tmp_path / "dest" / "articles").version()
    change(corpus)
    export(corpus, tmp_path / "dest", "delta")
    assert same(tmp_path / "dest", corpus)
    assert DeltaTable(tmp_path / "dest" / "articles").version() == first + (change is not nothing)


def test_delta_may_be_compacted_between_exports(corpus: Path, tmp_path: Path) -> None:
    export(corpus, tmp_path / "dest", "delta")
    new_files(corpus)
    export(corpus, tmp_path / "dest", "delta")
    DeltaTable(tmp_path / "dest" / "articles").optimize.compact()
    everything_at_once(corpus)
    export(corpus, tmp_path / "dest", "delta")
    assert same(tmp_path / "dest", corpus)


def test_many_files_may_be_replaced_at_once(tmp_path: Path) -> None:
    publishing.write(tmp_path / "corpus", 25)
    export(tmp_path / "corpus", tmp_path / "dest", "delta")
    for number in range(24):
        _replace(tmp_path / "corpus", f"part-{number:04}.parquet", publishing.article(f"{number}.txt"))
    export(tmp_path / "corpus", tmp_path / "dest", "delta")
    assert same(tmp_path / "dest", tmp_path / "corpus")


def test_of_two_exports_to_delta_at_once_one_is_sent_away(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = delta._files

    def another_comes_first(table: DeltaTable) -> set[str]:
        found = real(table)
        monkeypatch.setattr(delta, "_files", real)
        export(corpus, tmp_path / "dest", "delta")
        return found

    monkeypatch.setattr(delta, "_files", another_comes_first)
    assert main(["--to", "delta", "--corpus", str(corpus), "--dest", str(tmp_path / "dest")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    export(corpus, tmp_path / "dest", "delta")
    assert same(tmp_path / "dest", corpus)


def test_killed_exports_to_delta_are_gone_on_with(tmp_path: Path) -> None:
    corpus, dest = tmp_path / "corpus", tmp_path / "dest"
    publishing.write(corpus, 30)
    command = [sys.executable, "-m", "flows.export", "--to", "delta", "--corpus", corpus, "--dest", dest]
    for sign in ("articles/_delta_log/*0.json", "articles/*.parquet", "duplicates/_delta_log/*0.json"):
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while not list(dest.glob(sign)) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        process.wait()
    export(corpus, dest, "delta")
    assert same(dest, corpus)


# ---------------------------------------------------------------------------------------- while the corpus is changing


@pytest.mark.parametrize("to", ["jsonl", "delta"])
def test_an_export_that_a_rebuild_overtakes_begins_again(
    corpus: Path, tmp_path: Path, to: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = snapshot.taken
    changes = [a_removed_file, a_replaced_file]

    def overtaken(corpus: Path) -> list[snapshot.Content]:
        contents = real(corpus)
        if changes:
            changes.pop()(corpus)
        return contents

    export(corpus, tmp_path / "dest", to)
    new_files(corpus)
    monkeypatch.setattr(snapshot, "taken", overtaken)
    export(corpus, tmp_path / "dest", to)
    assert not changes
    if to == "delta":
        assert same(tmp_path / "dest", corpus)
    else:
        assert lines(tmp_path / "dest", "articles") == as_json(published(corpus, "articles"))


@pytest.mark.parametrize("to", ["jsonl", "delta"])
def test_a_file_that_changes_while_its_rows_are_read_does_not_get_through(
    corpus: Path, tmp_path: Path, to: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = snapshot.still_there
    changes = [a_replaced_file]

    def at_the_last_moment(corpus: Path, contents: list[snapshot.Content]) -> None:
        if changes:
            changes.pop()(corpus)
        real(corpus, contents)

    monkeypatch.setattr(f"flows.export.{to}.still_there", at_the_last_moment)
    export(corpus, tmp_path / "dest", to)
    if to == "delta":
        assert same(tmp_path / "dest", corpus)
        assert DeltaTable(tmp_path / "dest" / "articles").version() == 1
    else:
        assert lines(tmp_path / "dest", "articles") == as_json(published(corpus, "articles"))


@pytest.mark.parametrize("to", ["jsonl", "delta"])
def test_files_of_an_older_schema_have_nulls_for_what_they_lack(corpus: Path, tmp_path: Path, to: str) -> None:
    path = corpus / "articles" / "part-0001.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["robots", "source_id"]), path)
    export(corpus, tmp_path / "dest", to)
    found = exported(tmp_path / "dest", "articles") if to == "delta" else lines(tmp_path / "dest", "articles")
    assert len(found) == 12
    assert all(row["robots"] is None for row in found)


@pytest.mark.parametrize("change", [new_files, a_replaced_file])
def test_a_delta_table_of_an_older_schema_gets_the_columns_that_it_lacks(
    corpus: Path, tmp_path: Path, change: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    schema, real = delta._schema("articles"), delta.batches
    older = schema.remove(schema.get_field_index("robots"))
    with monkeypatch.context() as then:
        then.setattr(delta, "_schema", lambda table: older)
        then.setattr(delta, "TABLES", ("articles",))
        then.setattr(delta, "batches", lambda *a: (batch.drop_columns(["robots"]) for batch in real(*a)))
        export(corpus, tmp_path / "dest", "delta")
    change(corpus)
    export(corpus, tmp_path / "dest", "delta")
    assert same(tmp_path / "dest", corpus)
    added = json.loads(DeltaTable(tmp_path / "dest" / "articles").schema().to_json())["fields"][-1]
    assert (added["name"], "comment" in added["metadata"]) == ("robots", True)


# ---------------------------------------------------------------------------------------------------------- bad usage


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 2),
        (["--to", "excel"], 2),
        (["--to", "delta", "--compress", "gz"], 2),
        (["--to", "jsonl", "--compress", "rar"], 2),
        (["--to", "jsonl", "--dest", "s3://bucket/news"], 2),
        (["--to", "jsonl", "--dest", "{corpus}/articles"], 2),
        (["--to", "jsonl", "--dest", "{corpus}/SHA256SUMS"], 2),
        (["--to", "jsonl", "--corpus", "nowhere"], 2),
        (["--to", "jsonl", "--corpus", "{corpus}/articles"], 1),
        (["--to", "delta", "--dest", "{corpus}/../broken"], 1),
    ],
)
def test_bad_usage_gets_one_clear_line(corpus: Path, arguments: list[str], code: int) -> None:
    card.renew(corpus)
    log = corpus.parent / "broken" / "articles" / "_delta_log" / "00000000000000000000.json"
    log.parent.mkdir(parents=True)
    log.write_text("{")
    given = [argument.format(corpus=corpus) for argument in arguments]
    default = [] if "--corpus" in given else ["--corpus", str(corpus)]
    command = [sys.executable, "-m", "flows.export", *given, *default]
    done = subprocess.run(command, capture_output=True, text=True, cwd=corpus.parent, env={"PYTHONPATH": str(ROOT)})
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()[-1]) < 300


def test_help_does_not_wait_for_heavy_imports() -> None:
    check = "import sys, flows.export.__main__; print(*{'pyarrow', 'deltalake', 'sqlite3'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == ""
