"""The files of the tables, as those see them who describe or copy the corpus: which there are, and what is in each.

A published file may be replaced by another of the same name (a revision) or vanish (a rebuild); a file is therefore
known by its name and the SHA-256 of its bytes.  What the file system tells of a file (`Part`) is enough to see that it
is the same as before, without reading it: files are put in place by renaming and never written to again.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from flows.schema import TABLES
from flows.tables import CorpusError

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """A file of a table, as it is listed; `modified` in nanoseconds."""

    table: str
    name: str
    size: int
    modified: int
    inode: int

    @classmethod
    def of(cls, table: str, name: str, state: os.stat_result) -> Part:
        """The file `name` of a table, as its state tells of it."""
        return cls(table, name, state.st_size, state.st_mtime_ns, state.st_ino)

    def path(self, corpus: Path) -> Path:
        """Where it lies in the corpus."""
        return corpus / self.table / self.name


def listed(corpus: Path) -> list[Part]:
    """The files of all tables, table by table, each by name.

    Tables are listed in the opposite order of their publication, so that a listing made while a run goes on has the
    article of every duplicate in it.  Raises `CorpusError` where there is no corpus.
    """
    found = present(corpus)
    for table in TABLES:
        if not any(part.table == table for part in found):
            raise CorpusError(f"there is no corpus in {corpus}: it has no table {table}")
    return found


def present(corpus: Path) -> list[Part]:
    """As `listed`, of as many tables as there are."""
    found = {table: _of(corpus, table) for table in reversed(TABLES)}
    return [part for table in TABLES for part in found[table]]


def _of(corpus: Path, table: str) -> list[Part]:
    parts = []
    try:
        with os.scandir(corpus / table) as entries:
            for entry in entries:
                if entry.name.startswith("part-") and entry.name.endswith(".parquet"):
                    with suppress(FileNotFoundError):  # removed since the folder was read
                        parts.append(Part.of(table, entry.name, entry.stat()))
    except (FileNotFoundError, NotADirectoryError):
        pass
    return sorted(parts)


def digest(file: BinaryIO) -> str:
    """Hex SHA-256 of `file`, which is left at its beginning."""
    file.seek(0)
    sha256 = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        sha256.update(chunk)
    file.seek(0)
    return sha256.hexdigest()
