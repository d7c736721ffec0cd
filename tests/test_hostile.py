"""A raw folder made to do harm: every file is accounted for, and nothing of it reaches a terminal as it is."""

import gzip
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.test_ingest import command, rows

STORY = "The council of Upper Dale voted on Monday to close the bridge for nine weeks, the mayor of the town said. "
ESCAPES = "\x1b]0;owned\x07\x1b[31m"


def bomb(levels: int) -> str:
    """Front matter of aliases that would grow to ten to the power of `levels`."""
    lines = ["a0: &a0 [lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(lines)


def laughs(levels: int) -> str:
    """Entities that would grow likewise."""
    return "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, levels + 1))


FILES: dict[str, Callable[[], bytes]] = {
    "alias-bomb.md": lambda: f"---\ntitle: Bridge shut\n{bomb(12)}\n---\n\n{STORY * 4}".encode(),
    "entities.html": lambda: (
        f"<!DOCTYPE html [<!ENTITY x SYSTEM 'file:///etc/passwd'>{laughs(11)}]>"
        f"<html><body><article><p>{STORY * 4} &x; &e11;</p></article></body></html>"
    ).encode(),
    "nested.html": lambda: b"<html><body>" + b"<div>" * 1_000_000 + b"<p>" + STORY.encode() * 4,
    "brackets.md": lambda: b"[" * 500_000 + STORY.encode() * 4,
    "nested-json.html": lambda: (
        b"<html><head><script type='application/ld+json'>" + b'{"a":' * 200_000 + b"</script></head><body><p>"
        + STORY.encode() * 4
    ),
    "nested-record.jsonl": lambda: b'{"text": "x", "a": ' + b"[" * 100_000 + f'\n{{"text": "{STORY}"}}'.encode(),
    "one-line.txt": lambda: b"word " * 1_000_000,
    "nul.txt": lambda: b"\x00\x00" + STORY.encode() * 3,
    "nul-inside.txt": lambda: STORY.encode() * 3 + b"\x00" + STORY.encode(),
    "surrogates.jsonl": lambda: b'{"text": "' + STORY.encode() * 2 + b'\\ud800 and \\udfff", "title": "\\ud83d"}',
    "overrides.txt": lambda: ("\u202e" + STORY * 3 + "\u2066\u202d").encode(),
    "escapes.txt": lambda: f"{ESCAPES}Bridge shut\n\n{STORY * 3}".encode(),
    "utf16.txt": lambda: (STORY * 3).encode("utf-16"),
    "latin.txt": lambda: ("Café " + STORY * 3).encode("cp1252"),
    "half.txt.gz": lambda: gzip.compress(STORY.encode() * 300)[:-9],
    "bomb.gz": lambda: gzip.compress(bytes(40 << 20)),
    "script.html": lambda: f"<html><body><article><p>{STORY * 4}</p><script>alert(1)</script></article>".encode(),
    "dates.txt": lambda: f"Published: 99/99/9999 99:99 XYZ\n\nUpdated: {'9' * 9000}\n\n{STORY * 3}".encode(),
    "backtrack.txt": lambda: f"By {'A' * 300} {'Ab ' * 200}!\n\n{'a, ' * 2000}!\n\n{STORY * 3}".encode(),
    "charset.eml": lambda: (
        b"From: Weir News <news@weir.example>\nSubject: =?utf\xff8?q?Bridge=20shut?=\nMIME-Version: 1.0\n"
        b'Content-Type: text/plain; charset="utf\xff8"\n\n' + STORY.encode() * 4
    ),
    "new\nline.txt": lambda: (STORY * 3).encode(),
    f"{ESCAPES.replace('/', '')}.txt": lambda: (STORY * 3 + "again").encode(),
    "a" * 250 + ".txt": lambda: (STORY * 3 + "long").encode(),
}  # fmt: skip


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """The raw folder, the corpus, and what the run printed."""
    folder = tmp_path_factory.mktemp("hostile")
    raw = folder / "raw"
    raw.mkdir()
    (folder / "secret.txt").write_text(STORY * 5 + "secret")
    for name, make in FILES.items():
        (raw / name).write_bytes(make())
    (raw / os.fsdecode(b"bytes-\xff.txt")).write_text(STORY * 2 + "bytes")
    os.mkfifo(raw / "fifo")
    (raw / "device").symlink_to("/dev/zero")
    (raw / "outside").symlink_to("../secret.txt")
    (raw / "loop").symlink_to("loop")
    with (raw / "sparse.txt").open("wb") as file:
        file.truncate(1 << 30)
    done = command(raw, "--out", folder / "out", "--workers", 2, "--as-of", "2026-11-01", "--no-prefect")
    assert done.returncode == 0, done.stderr
    return raw, folder / "out", done.stdout + done.stderr


def test_every_file_is_in_a_table_and_none_crashed(ingested: tuple[Path, Path, str]) -> None:
    raw, out, _ = ingested
    found = [row for name in ("articles", "duplicates", "rejects") for row in rows(out, name)]
    names = {os.fsencode(path.name).decode("utf-8", "backslashreplace") for path in raw.iterdir()}
    assert {row["raw_path"] for row in found} == names
    refused = {row["raw_path"]: row["reason"] for row in rows(out, "rejects")}
    assert {"crashed", "timeout"}.isdisjoint(refused.values()), refused
    assert {name for name, reason in refused.items() if reason == "unreadable"} == {
        "fifo", "device", "outside", "loop",
    }  # fmt: skip
    assert refused["sparse.txt"] == "too_large"
    assert refused["half.txt.gz"] == "truncated"


def test_an_article_comes_out_of_what_only_looks_bad(ingested: tuple[Path, Path, str]) -> None:
    _, out, _ = ingested
    texts = {row["raw_path"]: row["text"] for name in ("articles", "duplicates") for row in rows(out, name)}
    looking = "alias-bomb.md entities.html nested-json.html overrides.txt utf16.txt script.html charset.eml"
    for name in looking.split():
        assert "voted on Monday to close the bridge" in texts[name], name


def test_nothing_from_outside_the_raw_folder_and_no_entity_gets_in(ingested: tuple[Path, Path, str]) -> None:
    _, out, _ = ingested
    for table in ("articles", "duplicates", "rejects"):
        for row in rows(out, table):
            assert "secret" not in str(row.get("text", ""))
            assert "root:" not in str(row)


def test_nothing_of_a_raw_file_reaches_the_terminal_as_it_is(ingested: tuple[Path, Path, str]) -> None:
    raw, out, said = ingested
    assert "\x1b" not in said
    for name in (f"{ESCAPES.replace('/', '')}.txt", "escapes.txt", "new\nline.txt"):
        done = command_of("flows.explain", raw / name, "--corpus", out)
        assert done
        assert "\x1b" not in done
        assert "\x07" not in done


def command_of(module: str, *arguments: object) -> str:
    """What the command prints where there is no terminal."""
    done = subprocess.run([sys.executable, "-m", module, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout
