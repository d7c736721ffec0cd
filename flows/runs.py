"""Manifests of runs and reports on rebuilds: where they stand in a corpus, and how they are written."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, BinaryIO

Run = Mapping[str, Any]
"""The manifest of a run, or the report on a rebuild: JSON values, `run_id` among its keys."""

RUNS = "runs"
REBUILDS = f"{RUNS}/rebuilds"
_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def manifest(run_id: str) -> str:
    """The path, in the corpus's folder, of the manifest of a run; raises `ValueError` for what is no run's id."""
    if not _RUN_ID.fullmatch(run_id):
        raise ValueError(f"not a run id: {run_id!r}")
    return f"{RUNS}/{run_id}.json"


def report(changes: Run) -> str:
    """The path, in the corpus's folder, of the report on a rebuild."""
    return f"{REBUILDS}/{changes['run_id']}{'.dry-run' if changes['dry_run'] else ''}.json"


def write(value: Run, file: BinaryIO) -> None:
    """Write canonical JSON."""
    content = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2, sort_keys=True) + "\n"
    file.write(content.encode())
