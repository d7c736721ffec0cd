"""The samples in `raw/` and what must come of each: `tests/golden/SLUG/`, one folder for each raw document.

- `must.toml` is written by hand: what a careful editor would want, whatever the pipeline does (`complaints`).
- `expected.json` is written by `python -m tests.golden --write [SLUG …]` and by nothing else: the whole row,
  so that no change of the output goes unseen.
"""

from __future__ import annotations

import argparse
import difflib
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from tests import containers

ROOT = Path(__file__).resolve().parent.parent
RAW = ROOT / "raw"
GOLDEN = Path(__file__).resolve().parent / "golden"
AS_OF = "2026-11-01T00:00:00Z"
TABLES = ("articles", "duplicates", "rejects")
VOLATILE = {"run_id", "pipeline_version", "rules_version", "settings_sha256", "ingested_at", "schema_version"}
MUST_KEYS = {"about", "table", "is", "one_of", "has", "null", "starts", "ends", "keeps", "lacks", "paragraphs",
             "kinds", "cuts", "uncut", "duplicate_of"}  # fmt: skip
DIFF_LINES = 30

Row = dict[str, Any]


def slug(path: str, locator: str | None) -> str:
    """Name of a raw document's golden folder: `feeds/county.jsonl`, line 5 → `feeds-county-jsonl-5`."""
    name = path.replace("/", "-").replace(".", "-").lower()
    return name if locator is None else f"{name}-{re.sub('[^0-9a-z]+', '-', locator.lower()).strip('-')}"


def documents() -> list[str]:
    """Slugs of the raw documents in `raw/`, counted without the pipeline: files, the lines of `.jsonl` files, and what
    `tests/containers.py` says is in the other containers."""
    found = []
    for path in sorted(p for p in RAW.rglob("*") if p.is_file() and not p.name.startswith(".")):
        name = path.relative_to(RAW).as_posix()
        if name in containers.INSIDE:
            found += [slug(name, locator) for locator in containers.INSIDE[name]]
        elif path.suffix == ".jsonl":
            lines = path.read_bytes().split(b"\n")
            found += [slug(name, str(number)) for number, line in enumerate(lines, start=1) if line.strip()]
        else:
            found.append(slug(name, None))
    return found


def ingest(raw: Path | str, out: Path) -> None:
    """Run the real command over `raw` into the corpus `out`; raises with its messages if it fails."""
    command = [sys.executable, "-m", "flows.ingest", str(raw), "--out", str(out), "--as-of", AS_OF]
    done = subprocess.run([*command, "--no-prefect", "--quiet"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def rows(corpus: Path) -> list[Row]:
    """Every row of the three tables, as written, with its table's name under `table`."""
    return [
        {"table": table, **row}
        for table in TABLES
        for file in sorted((corpus / table).glob("*.parquet"))
        for row in pq.read_table(file).to_pylist()
    ]


def by_slug(corpus: Path) -> dict[str, Row]:
    """The rows of a corpus by raw document; raises if a raw document has two."""
    found: dict[str, Row] = {}
    for row in rows(corpus):
        name = slug(row["raw_path"], row["raw_locator"])
        if name in found:
            raise RuntimeError(f"{name} has two rows: in {found[name]['table']} and in {row['table']}")
        found[name] = row
    return found


def readable(row: Row) -> Row:
    """A row for `expected.json`: without what changes from run to run, the text as a list of its paragraphs."""
    kept = {name: _plain(value) for name, value in row.items() if name not in VOLATILE}
    if "text" in kept:
        kept["text"] = kept["text"].split("\n\n")
        kept["paragraphs"] = [{k: v for k, v in p.items() if k != "text"} for p in kept["paragraphs"]]
        # A judge's probability may differ in its last digits from one processor to the next.
        kept["cuts"] = [c | {"score": None if c["score"] is None else round(c["score"], 2)} for c in kept["cuts"]]
    if "duplicate_scores" in kept:
        kept["duplicate_scores"] = [s | {"value": round(s["value"], 4)} for s in kept["duplicate_scores"]]
    return kept


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value


def dump(golden: Row) -> str:
    """`golden` as JSON with one line for each column and for each item of a list."""
    columns = []
    for name, value in golden.items():
        if isinstance(value, list) and value:
            items = ",\n".join("    " + json.dumps(item, ensure_ascii=False) for item in value)
            columns.append(f"  {json.dumps(name)}: [\n{items}\n  ]")
        else:
            columns.append(f"  {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(columns) + "\n}\n"


def must(name: str) -> Row:
    """The hand-written statement of what must come of a raw document; its keys:

    about         what the sample is there to show
    table         where its row must be
    is            column = value, exactly (in structs, what is absent is null)
    one_of        column = [allowed values]
    has           column = words that it must contain, case aside; or, of a list column, items that it must hold
    null          columns that must be null (or an empty list)
    starts, ends  the first and the last words of the text
    keeps, lacks  words that the text must, and must not, contain
    paragraphs    how many there are
    kinds         kind of paragraph = the texts of all paragraphs of that kind, in order
    cuts          kinds of noise that must be among the cuts; `uncut = true`: there must be none
    duplicate_of  raw path of the article that it repeats
    """
    statement = tomllib.loads((GOLDEN / name / "must.toml").read_text(encoding="utf-8"))
    if unknown := statement.keys() - MUST_KEYS:
        raise ValueError(f"{name}/must.toml: unknown keys {sorted(unknown)}")
    return statement


def complaints(row: Row, statement: Row, article_paths: dict[str, str]) -> list[str]:
    """What `row` does not keep of `statement`, one line for each; `article_paths` is article id → raw path."""
    if row["table"] != statement["table"]:
        return [f"is in {row['table']}, not in {statement['table']} ({row.get('detail') or row.get('duplicate_rule')})"]
    found = list(_about_columns(row, statement))
    if "text" in row:
        found += _about_text(row, statement)
        found += _about_cuts(row, statement)
    if "duplicate_of" in statement:
        original = article_paths.get(row["duplicate_of"])
        if original != statement["duplicate_of"]:
            found.append(f"duplicate_of: {original}, not {statement['duplicate_of']}")
    return found


def _about_columns(row: Row, statement: Row) -> Iterator[str]:
    for column, wanted in statement.get("is", {}).items():
        if _bare(row[column]) != _bare(wanted):
            yield f"{column}: {_bare(row[column])!r}, not {_bare(wanted)!r}"
    for column, allowed in statement.get("one_of", {}).items():
        if row[column] not in allowed:
            yield f"{column}: {row[column]!r}, not one of {allowed}"
    for column, wanted in statement.get("has", {}).items():
        value = _bare(row[column])
        if isinstance(wanted, list):
            if lost := [item for item in wanted if item not in (value or [])]:
                yield f"{column}: {value!r} lacks {lost}"
        elif wanted.casefold() not in ("\n".join(value) if isinstance(value, list) else value or "").casefold():
            yield f"{column}: {value!r} lacks {wanted!r}"
    for column in statement.get("null", []):
        if row[column] not in (None, []):
            yield f"{column}: {_bare(row[column])!r}, not null"


def _about_text(row: Row, statement: Row) -> Iterator[str]:
    text = row["text"]
    if not text.startswith(start := statement.get("starts", "")):
        yield f"text starts with {text[: len(start) + 20]!r}, not {start!r}"
    if not text.endswith(end := statement.get("ends", "")):
        yield f"text ends with {text[-len(end) - 20 :]!r}, not {end!r}"
    yield from (f"text lacks {words!r}" for words in statement.get("keeps", []) if words not in text)
    yield from (f"text has {words!r}" for words in statement.get("lacks", []) if words in text)
    count = len(row["paragraphs"])
    if count != statement.get("paragraphs", count):
        yield f"{count} paragraphs, not {statement['paragraphs']}"
    for kind, wanted in statement.get("kinds", {}).items():
        got = [p["text"] for p in row["paragraphs"] if p["kind"] == kind]
        if got != wanted:
            yield f"paragraphs of kind {kind}: {got}, not {wanted}"


def _about_cuts(row: Row, statement: Row) -> Iterator[str]:
    kinds = {cut["rule"].partition(".")[0] for cut in row["cuts"]}
    if lost := [kind for kind in statement.get("cuts", []) if kind not in kinds]:
        yield f"nothing cut as {', '.join(lost)} (cut: {', '.join(sorted(kinds)) or 'nothing'})"
    if statement.get("uncut") and row["cuts"]:
        yield f"cut although nothing is noise: {[(cut['rule'], cut['text'][:60]) for cut in row['cuts']]}"


def _bare(value: Any) -> Any:
    """A value for comparison: instants as text, structs without what is null."""
    if isinstance(value, list):
        return [_bare(item) for item in value]
    if isinstance(value, dict):
        return {key: _bare(item) for key, item in value.items() if item is not None}
    return _plain(value)


def article_paths(found: dict[str, Row]) -> dict[str, str]:
    """Article id → raw path, of the articles among the rows."""
    return {row["article_id"]: row["raw_path"] for row in found.values() if row["table"] == "articles"}


def write(found: dict[str, Row], names: list[str]) -> None:
    """Write `expected.json` for `names`, and print what changed and what their `must.toml` says of it."""
    paths = article_paths(found)
    for name in names:
        file = GOLDEN / name / "expected.json"
        old = file.read_text(encoding="utf-8") if file.exists() else ""
        new = dump(readable(found[name]))
        print(f"{name}: {'same' if new == old else 'changed' if old else 'new'}")
        if old and new != old:
            changes = difflib.unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm="")
            lines = [line[:240] for line in changes if not line.startswith(("---", "+++", "@@"))]
            print("\n".join(f"    {line}" for line in lines[:DIFF_LINES]))
            if len(lines) > DIFF_LINES:
                print(f"    … {len(lines) - DIFF_LINES} lines more")
        if (GOLDEN / name / "must.toml").exists():
            print("".join(f"    MUST {line[:240]}\n" for line in complaints(found[name], must(name), paths)), end="")
        else:
            print("    MUST be stated by hand: must.toml is missing")
        file.parent.mkdir(exist_ok=True)
        file.write_text(new, encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """`python -m tests.golden`: print what the samples come to; with `--write`, make it the expectation."""
    options = argparse.ArgumentParser(prog="python -m tests.golden", description=__doc__.partition("\n")[0])
    options.add_argument("--write", action="store_true", help="write expected.json (without it, print it)")
    options.add_argument("slugs", metavar="SLUG", nargs="*", help="folders under tests/golden (default: all)")
    chosen = options.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        ingest("raw", Path(folder) / "corpus")
        found = by_slug(Path(folder) / "corpus")
    if unknown := [name for name in chosen.slugs if name not in found]:
        print(f"no such raw document: {', '.join(unknown)}", file=sys.stderr)
        return 2
    names = chosen.slugs or sorted(found)
    if chosen.write:
        write(found, names)
    else:
        print("".join(f"{name}: {dump(readable(found[name]))}" for name in names), end="")
    if stale := sorted(path.name for path in GOLDEN.iterdir() if path.is_dir() and path.name not in found):
        print(f"golden folders without a raw document: {', '.join(stale)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
