"""Damaged and hostile raw files, made from the samples: what a run must neither crash on nor lose a neighbour to."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import zstandard

from flows import run
from tests.faults import fill
from tests.test_ingest import RAW

NOW = datetime(2026, 11, 1, tzinfo=UTC)
TOKENS = (
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", "\u202e\u2066".encode(), "\u200b\u200d".encode(),
    b"\r", b"\n\n", b"---\n", b"+++\n", b"```\n", b"<![CDATA[", b"<!--", b"-->", b"<script>", b"</article>", b"<p",
    b"&#x0;", b"&#xd800;", b"&amp;" * 40, b"<div>" * 300, b"</div>" * 300, b"> " * 200, b"[" * 200, b"](" * 100,
    b"*" * 120, b"_" * 99, b"|" * 80, b'{"a":' * 400, b"}" * 400, b"\\u0000", b"\\ud800", b"\t" * 500, b" " * 3000,
    b"a" * 5000, "的".encode() * 900, b"Published: ", b"By ", b"0000-00-00T99:99:99+99:99", b"9" * 400, b"%PDF-1.7",
    b"\x1f\x8b", b"PK\x03\x04", b"WARC/1.0\r\n", b"&a;&b;", b"a: &a [*a,*a]\n", b"javascript:alert(1)",
    b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'><!ENTITY b '&a;&a;'>]>", b"\x1b]0;x\x07\x1b[31m",
    b"../../../../etc/passwd",
)  # fmt: skip


def seeds() -> list[bytes]:
    """The bytes of the samples in `raw/`, in the order of their paths."""
    return [path.read_bytes() for path in sorted(RAW.rglob("*")) if path.is_file()]


def mutants(number: int, seed: int) -> Iterator[bytes]:
    """So many damaged files; the same ones for the same `seed`."""
    chance, samples = random.Random(seed), seeds()
    for _ in range(number):
        data = bytearray(chance.choice(samples))
        for _ in range(chance.choice((1, 1, 2, 4, 9))):
            chance.choice(_MUTATIONS)(data, chance, samples)
        yield bytes(chance.choice((bytes, bytes, bytes, bytes, gzip.compress, zstandard.compress))(data))


def _place(data: bytearray, chance: random.Random) -> int:
    return chance.randrange(len(data) + 1)


def _flip(data: bytearray, chance: random.Random, samples: list[bytes]) -> None:
    for _ in range(chance.choice((1, 3, 30)) if data else 0):
        data[chance.randrange(len(data))] = chance.randrange(256)


def _cut(data: bytearray, chance: random.Random, samples: list[bytes]) -> None:
    first, last = sorted((_place(data, chance), _place(data, chance)))
    del data[first:last]


def _end(data: bytearray, chance: random.Random, samples: list[bytes]) -> None:
    del data[_place(data, chance) :]


def _repeat(data: bytearray, chance: random.Random, samples: list[bytes]) -> None:
    first = _place(data, chance)
    data[first:first] = data[first : first + chance.choice((3, 40, 900))] * chance.choice((2, 50))


def _insert(data: bytearray, chance: random.Random, samples: list[bytes]) -> None:
    at = _place(data, chance)
    data[at:at] = chance.choice(TOKENS)


def _splice(data: bytearray, chance: random.Random, samples: list[bytes]) -> None:
    other, at = chance.choice(samples), _place(data, chance)
    first = chance.randrange(len(other) + 1)
    data[at:at] = other[first : first + chance.choice((20, 400, 9000))]


_MUTATIONS: tuple[Callable[[bytearray, random.Random, list[bytes]], None], ...] = (
    _flip, _cut, _end, _repeat, _insert, _insert, _splice,
)  # fmt: skip


def findings(folder: Path, number: int, seed: int, workers: int) -> list[str]:
    """What went wrong in a run over `number` mutants among healthy files, in `folder`; nothing, if all is well."""
    raw = fill(folder / "raw", 40)
    healthy = {path.name for path in raw.iterdir()}
    undisturbed = rows(ingested(raw, folder / "undisturbed", workers))
    for place, data in enumerate(mutants(number, seed)):
        (raw / f"mutant-{seed}-{place:05}").write_bytes(data)
    found = rows(ingested(raw, folder / "out", workers))
    wrong = [
        f"{row['raw_path']} {row['raw_locator']}: {row['detail']}" for row in found if row.get("reason") in CRASHES
    ]
    lost = {path.name for path in raw.iterdir()} - {str(row["raw_path"]) for row in found}
    wrong += [f"{name}: in no table" for name in sorted(lost)]
    kept = [row for row in found if row["raw_path"] in healthy]
    wrong += [] if texts(kept) == texts(undisturbed) else ["healthy neighbours came out otherwise"]
    return wrong


CRASHES = {"crashed", "timeout"}


def ingested(raw: Path, out: Path, workers: int) -> Path:
    """The corpus made of `raw`, whose counts add up."""
    counts = run.ingest([raw], out, now=NOW, workers=workers, progress=lambda done, total: None)["counts"]
    assert counts["documents"] == counts["articles"] + counts["duplicates"] + counts["rejects"]
    assert counts["documents"] == len(rows(out))
    return out


def rows(out: Path) -> list[dict[str, object]]:
    """The rows of all tables: where each came from, and its text or reason."""
    return [
        row
        for name, columns in (("articles", ["text"]), ("duplicates", ["text"]), ("rejects", ["reason", "detail"]))
        for row in pq.read_table(out / name, columns=["raw_path", "raw_locator", *columns]).to_pylist()
    ]


def texts(found: list[dict[str, object]]) -> set[tuple[object, ...]]:
    """Path, locator and text or reason of the rows."""
    return {(row["raw_path"], row["raw_locator"], row.get("text"), row.get("reason")) for row in found}
