"""The unit of work: a batch of raw files, and what is left when it was cleaned (`flows.working`): paths to its result.

Paths go in and paths come out, so that neither Prefect nor a pool of processes carries texts about.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from flows import rows, sources
from flows.settings import Settings


@dataclass(frozen=True, slots=True)
class NewFile:
    """A raw file that is not in the tables yet."""

    entry: sources.Entry
    sha256: str | None
    """None where it could not be read."""
    size: int | None
    refusal: str | None = None
    """Why it could not be read."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Raw files that are cleaned together and committed together."""

    files: tuple[NewFile, ...]
    settings: Settings
    provenance: rows.Provenance
    results: Path
    """Folder for the result's files."""

    @property
    def name(self) -> str:
        """Follows from the files alone: whoever cleans these files, in whatever run, writes the same names."""
        digest = hashlib.sha256()
        for file in self.files:
            digest.update(f"{file.entry.path}\0{file.sha256}\0".encode())
        return digest.hexdigest()[:20]


@dataclass(frozen=True, slots=True)
class Done:
    """What a cleaned batch left: files with its rows, before duplicates are told apart."""

    articles: Path
    rejects: Path
    passed_over: Mapping[str, int] = field(default_factory=dict)
    """Records of containers that are no documents, by kind."""
    deferred: tuple[str, ...] = ()
    """Raw paths of files that changed under the reader: they left no rows, the next run takes them."""


def split(files: Iterable[NewFile], settings: Settings) -> Iterator[tuple[NewFile, ...]]:
    """Cut `files` into those of a batch each, by number and bytes: the same files give the same batches for any number
    of workers.
    """
    pending: list[NewFile] = []
    weight = 0
    for file in files:
        size = file.size or 0
        if pending and (len(pending) == settings.batch_files or weight + size > settings.batch_bytes):
            yield tuple(pending)
            pending, weight = [], 0
        pending.append(file)
        weight += size
    if pending:
        yield tuple(pending)
