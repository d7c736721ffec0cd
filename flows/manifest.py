"""The manifest of a run: what it was given, what it did, and with what.  One JSON file a run, in `runs/`."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from flows.rows import Provenance
from flows.settings import Settings, Terms
from flows.stores import Place

LIBRARIES = ("trafilatura", "dateparser", "pyarrow", "lxml", "py3langid")
"""Whose version can change what a raw file becomes."""

Manifest = dict[str, Any]
DEFERRED_NAMED = 100
"""At most this many of the files that a run left for the next one are named in its manifest; all are counted."""
TALLIES = ("duplicates_by_relation", "rejects_by_reason", "cuts_by_rule", "passed_over_by_kind")


def begun(
    provenance: Provenance,
    settings: Settings,
    started: datetime,
    *,
    raw: Sequence[Place],
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
            "files_deferred": 0,
            "documents": 0,
            "documents_known": 0,
            "articles": 0,
            "duplicates": 0,
            "rejects": 0,
            "passed_over": 0,
            "revised": 0,
            **{tally: {} for tally in TALLIES},
        },
        "deferred": [],
        "failure": None,
        "settings": settings.values(),
        "settings_sha256": provenance.settings_sha256,
        "pipeline_version": provenance.pipeline_version,
        "rules_version": provenance.rules_version,
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def added(
    manifest: Manifest,
    cleaned: pa.Table,
    tables: Mapping[str, pa.Table],
    *,
    documents_known: int,
    revised: int,
    passed_over: Mapping[str, int],
) -> Manifest:
    """`manifest` with one more batch counted: its rows, the documents of it that the corpus had already, and the
    records of containers that are no documents, by kind.

    `cleaned` are the batch's articles and duplicates, whose cuts count.  `revised` of the rows of `duplicates` were
    articles of the corpus until a newer revision took their place.  The counts are what the tables have gained: such
    a row is one more duplicate, and the newer one is no further article.
    """
    counts = manifest["counts"]
    rows = {name: table.num_rows for name, table in tables.items()}
    return manifest | {
        "counts": counts
        | {name: counts[name] + number for name, number in rows.items()}
        | {
            "documents": counts["documents"] + sum(rows.values()),
            "revised": counts["revised"] + revised,
            "documents_known": counts["documents_known"] + documents_known,
            "passed_over": counts["passed_over"] + sum(passed_over.values()),
            "passed_over_by_kind": _tallied(counts["passed_over_by_kind"], passed_over),
            "duplicates_by_relation": _tallied(
                counts["duplicates_by_relation"], tables["duplicates"]["relation"].to_pylist()
            ),
            "rejects_by_reason": _tallied(counts["rejects_by_reason"], tables["rejects"]["reason"].to_pylist()),
            "cuts_by_rule": _tallied(counts["cuts_by_rule"], _rules(cleaned)),
        }
    }


def resumed(manifest: Manifest) -> Manifest:
    """`manifest` of a run that was interrupted and goes on: what it had left for later, it looks at anew."""
    return manifest | {"counts": manifest["counts"] | {"files_deferred": 0}, "deferred": []}


def deferred(manifest: Manifest, paths: Sequence[str]) -> Manifest:
    """`manifest` with the files at the raw `paths` counted as left for the next run."""
    counts = manifest["counts"]
    return manifest | {
        "counts": counts | {"files_deferred": counts["files_deferred"] + len(paths)},
        "deferred": [*manifest["deferred"], *paths][:DEFERRED_NAMED],
    }


def ended(manifest: Manifest, terms: Terms, started: datetime, now: datetime) -> Manifest:
    """`manifest` of a run that has come to its end; `seconds` adds up over the attempts at it.

    `failure` is one line where the run did not keep to `terms`, else None.
    """
    seconds = round(manifest["seconds"] + (now - started).total_seconds(), 3)
    return manifest | {
        "finished_at": now.isoformat(timespec="milliseconds"),
        "seconds": seconds,
        "failure": _too_many_rejects(manifest["counts"], terms.max_reject_share),
    }


def _too_many_rejects(counts: Mapping[str, int], limit: float | None) -> str | None:
    rejects, documents = counts["rejects"], counts["documents"]
    if limit is None or rejects <= limit * documents:
        return None
    share = f"{rejects} of {documents} new documents are rejects ({rejects / documents:.1%})"
    return f"{share}, the limit is {limit:.1%}; the others are in the corpus"


def _rules(table: pa.Table) -> list[str]:
    rules: list[str] = pc.struct_field(pc.list_flatten(table["cuts"]), "rule").to_pylist()
    return rules


def _tallied(tally: Mapping[str, int], more: list[str] | Mapping[str, int]) -> dict[str, int]:
    return dict(sorted((Counter(tally) + Counter(more)).items()))
