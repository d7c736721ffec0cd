"""The manifest of a run: what it was given, what it did, and with what.  One JSON file a run, in `runs/`."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from flows.rows import Provenance
from flows.settings import Settings

LIBRARIES = ("trafilatura", "dateparser", "pyarrow", "lxml", "py3langid")
"""Whose version can change what a raw file becomes."""

Manifest = dict[str, Any]
TALLIES = ("duplicates_by_relation", "rejects_by_reason", "cuts_by_rule")


def begun(
    provenance: Provenance,
    settings: Settings,
    started: datetime,
    *,
    raw: Sequence[Path],
    files_found: int,
    files_known: int,
) -> Manifest:
    """The manifest of a run that has looked at its raw files and done nothing yet; `started` is the wall clock.

    `raw` are the raw files and folders as the user named them: hints where to find them, not provenance.
    """
    return {
        "run_id": provenance.run_id,
        "as_of": provenance.ingested_at.isoformat(),
        "started_at": started.isoformat(timespec="milliseconds"),
        "finished_at": None,
        "raw": [str(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace") for path in raw],
        "seconds": 0.0,
        "counts": {
            "files_found": files_found,
            "files_known": files_known,
            "documents": 0,
            "documents_known": 0,
            "articles": 0,
            "duplicates": 0,
            "rejects": 0,
            **{tally: {} for tally in TALLIES},
        },
        "settings": settings.values(),
        "settings_sha256": provenance.settings_sha256,
        "pipeline_version": provenance.pipeline_version,
        "rules_version": provenance.rules_version,
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def added(manifest: Manifest, tables: Mapping[str, pa.Table], documents_known: int) -> Manifest:
    """`manifest` with one more batch counted: its rows, and the documents of it that the corpus had already."""
    counts = manifest["counts"]
    rows = {name: table.num_rows for name, table in tables.items()}
    return manifest | {
        "counts": counts
        | {name: counts[name] + number for name, number in rows.items()}
        | {
            "documents": counts["documents"] + sum(rows.values()),
            "documents_known": counts["documents_known"] + documents_known,
            "duplicates_by_relation": _tallied(
                counts["duplicates_by_relation"], tables["duplicates"]["relation"].to_pylist()
            ),
            "rejects_by_reason": _tallied(counts["rejects_by_reason"], tables["rejects"]["reason"].to_pylist()),
            "cuts_by_rule": _tallied(
                counts["cuts_by_rule"], [rule for name in ("articles", "duplicates") for rule in _rules(tables[name])]
            ),
        }
    }


def ended(manifest: Manifest, started: datetime, now: datetime) -> Manifest:
    """`manifest` of a run that has come to its end; `seconds` adds up over the attempts at it."""
    seconds = round(manifest["seconds"] + (now - started).total_seconds(), 3)
    return manifest | {"finished_at": now.isoformat(timespec="milliseconds"), "seconds": seconds}


def _rules(table: pa.Table) -> list[str]:
    rules: list[str] = pc.struct_field(pc.list_flatten(table["cuts"]), "rule").to_pylist()
    return rules


def _tallied(tally: Mapping[str, int], more: list[str]) -> dict[str, int]:
    return dict(sorted((Counter(tally) + Counter(more)).items()))
