"""What there is to do: the raw files that are there, and those of them that are new, in batches.

Nothing here grows with the corpus or with the raw folders: files are looked at one by one in the order of their paths,
and those that are new wait in a file of the work folder until their batch is cleaned.
"""

from __future__ import annotations

import hashlib
import pickle
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path

from flows import batch, commit, sources, stores
from flows.batch import NewFile
from flows.fingerprints import Fingerprints
from flows.model import Refused
from flows.settings import Settings
from flows.stores import Place


class NoRaw(Exception):
    """A raw file or folder is not there: a typing error, a volume that is not mounted, a store that does not answer.
    One line for a person."""


Knows = Callable[[str, str], bool]
"""Told a raw path and a SHA-256 ("" for an unreadable file): whether the tables have it."""


@dataclass(slots=True)
class Found:
    """What a look at the raw files came to."""

    waiting: Path
    """The file of those that are new and at rest, a batch after the other."""
    files: int = 0
    new: int = 0
    settled: int = 0
    """Of the new ones, those at rest, which are to be cleaned."""
    batches: int = 0
    unsettled: list[str] = field(default_factory=list)
    """Raw paths of the other new ones."""
    digest: str = ""
    """Hex SHA-256 over what it was begun with, and the path and hash of every file that is there."""

    def __iter__(self) -> Iterator[tuple[NewFile, ...]]:
        """The files of each batch."""
        with self.waiting.open("rb") as file:
            for _ in range(self.batches):
                yield pickle.load(file)


def look(roots: Sequence[Place], exclude: Place, out: Path) -> Iterator[NewFile]:
    """The raw files under `roots` with their hashes, but for what is under `exclude`, in the order of their paths.

    Those that have not changed since a run into the corpus at `out` looked at them are not read.  Raises `NoRaw` where
    a store does not answer.
    """
    roots = [stores.absolute(root) for root in roots]
    cache = Fingerprints.load(out / commit.STATE / "fingerprints", time.time_ns())
    looked_at = partial(_looked_at, roots=roots, cache=cache)
    try:
        entries = sources.discover(roots, exclude)
        if any(isinstance(root, str) for root in roots):
            while ahead := list(islice(entries, stores.AHEAD)):
                yield from stores.together(looked_at, ahead)
        else:
            yield from map(looked_at, entries)
    except stores.StoreError as error:
        raise NoRaw(str(error)) from error
    cache.save(roots)


def _looked_at(entry: sources.Entry, roots: Sequence[Place], cache: Fingerprints) -> NewFile:
    try:
        return NewFile(entry, *sources.fingerprint(entry.place, roots, cache))
    except Refused as refused:
        return NewFile(entry, None, None, refused.detail)


def find(
    files: Iterable[NewFile], knows: Knows, settings: Settings, settle: timedelta, waiting: Path, begins: str
) -> Found:
    """See which of `files` (in the order of their paths) are new, and have been at rest for `settle`.

    Those wait in the file `waiting`.  The hash over all files is begun with `begins`.
    """
    found, digest = Found(waiting), hashlib.sha256(begins.encode())
    with waiting.open("wb") as file:
        for group in batch.split(_settled(files, knows, settle, found, digest.update), settings):
            pickle.dump(group, file)
            found.settled += len(group)
            found.batches += 1
    found.digest = digest.hexdigest()
    return found


def _settled(
    files: Iterable[NewFile], knows: Knows, settle: timedelta, found: Found, digest: Callable[[bytes], None]
) -> Iterator[NewFile]:
    """The new files at rest; the others and all numbers go into `found`, every file into the `digest`."""
    now = time.time()
    path, versions = "", set[str]()
    for file in files:
        found.files += 1
        digest(f"{file.entry.path}\0{file.sha256}\0".encode())
        if file.entry.path != path:
            path, versions = file.entry.path, set()
        version = file.sha256 or ""
        if version in versions or knows(path, version):  # or two raw folders hold it alike, path and bytes
            continue
        versions.add(version)
        found.new += 1
        if settle and _is_restless(file, settle, now):
            found.unsettled.append(path)
        else:
            yield file


def _is_restless(file: NewFile, settle: timedelta, now: float) -> bool:
    """Whether the file has changed within `settle`.

    The change time is asked, since copying tools set the modification time back.  A file from a clock that is ahead
    of ours is not waited for longer than that.  An object of a store is whole from its first moment.
    """
    if isinstance(file.entry.place, stores.StoredObject):
        return False
    try:
        return abs(now - file.entry.place.stat().st_ctime) < settle.total_seconds()
    except OSError:
        return False  # whoever reads it finds out why
