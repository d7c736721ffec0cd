"""What the index knows of table files that were replaced by others of as many rows (`flows.succession`).

A segment may cover thousands of files, and making it again for one changed row would cost more the larger the corpus
is.  So the segment stays, the change is written down here, and the row that has changed gets a segment of its own.
If this is lost, the segments no longer fit their files and are made again.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.parquet as pq

from flows.dedup.rows import located
from flows.dedup.segment import Segment, TableFile, build, look

Replaced = Mapping[int, str]
"""The rows of a file that are of another article now, each with its `article_id`."""
Present = Mapping[tuple[str, str], tuple[int, int]]
"""By table and file name: size and time of change."""

_NAME = "replaced.json"
_WORK = "single-"


class Replacements:
    """By table and file name: size and time of change as of the last replacement, and all rows changed so far."""

    def __init__(self, path: Path, files: dict[tuple[str, str], dict[str, Any]]) -> None:
        self._path, self._files = path, files

    @classmethod
    def load(cls, state: Path) -> Replacements:
        """What is written down in the folder `state`; nothing, where it cannot be read."""
        for work in state.glob(f"{_WORK}*"):
            shutil.rmtree(work, ignore_errors=True)
        path = state / _NAME
        try:
            stored = json.loads(path.read_bytes())
        except (OSError, ValueError):
            stored = {}
        return cls(path, {tuple(key.split("/", 1)): value for key, value in stored.items()})

    def save(self) -> None:
        """Write it down, in one step."""
        aside = self._path.with_suffix(".part")
        with aside.open("w", encoding="utf-8") as file:
            json.dump({"/".join(key): value for key, value in self._files.items()}, file)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self._path)

    def note(self, table: str, path: Path, rows: Replaced) -> None:
        """Remember the file at `path` as it is now, and which of its rows have changed."""
        file = look(path)
        entry = self._files.setdefault((table, path.name), {"rows": {}})
        entry |= {"size": file.size, "changed": file.changed}
        entry["rows"] |= {str(row): article_id for row, article_id in rows.items()}

    def forget_all_but(self, present: Present) -> None:
        """Forget the files that are gone, or were changed without a note of it."""
        self._files = {
            key: entry for key, entry in self._files.items() if present.get(key) == (entry["size"], entry["changed"])
        }

    def is_current(self, table: str, file: TableFile, present: Present) -> bool:
        """Whether what a segment says of `file` holds, but for the rows that `rows` names."""
        name, _ = located(file.name, 0)
        if (table, name) in self._files:
            return True
        return present.get((table, file.name)) == (file.size, file.changed)

    def rows(self) -> Iterator[tuple[str, str, int, str]]:
        """Table, file name, row and `article_id` of every row that has changed."""
        for (table, name), entry in self._files.items():
            for row, article_id in entry["rows"].items():
                yield table, name, int(row), article_id


def build_single(path: Path, table: str, source: Path, row: int, called: str) -> Segment:
    """Make the segment of one row of the table file `source`, which the index calls `called`; write it to `path`."""
    rows = pq.read_table(source, columns=["text", "text_sha256", "published_at", "site"], partitioning=None)
    with TemporaryDirectory(prefix=_WORK, dir=path.parent) as work:
        pq.write_table(rows.slice(row, 1), Path(work) / called)
        return build(path, table, [Path(work) / called])
