"""First stage: find the raw files and read them, in folders of this machine and in object storage.

A file's name decides nothing: compression and containers are recognised by content, and opened by `flows.readers`.
"""

from __future__ import annotations

import hashlib
import heapq
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from flows import commit, stores
from flows.fingerprints import Fingerprints
from flows.model import Changed, Piece, Reason, Refused
from flows.readers.streams import CHUNK, Stream, chunks_of
from flows.readers.walk import Walker, pieces
from flows.settings import Settings
from flows.stores import Place, StoredObject


@dataclass(frozen=True, slots=True)
class Entry:
    """A raw file that was found: its path relative to the raw folder, and where it stands."""

    path: str
    place: Path | StoredObject

    @property
    def order(self) -> tuple[str, bool, Path | str]:
        """What entries are sorted by: their paths, of the same path those of this machine first."""
        stored = isinstance(self.place, StoredObject)
        return self.path, stored, self.place.url if isinstance(self.place, StoredObject) else self.place


def discover(roots: Sequence[Place], exclude: Place) -> Iterator[Entry]:
    """Find the raw files under `roots` (files, folders, or addresses of such), in the order of their paths, as they are
    asked for.

    No more is held in memory than the names in the folders on the way to a file, and the listing of a store.
    Names that begin with a dot are not raw files, nor is anything under `exclude` (the output folder), nor what another
    corpus in a folder of this machine consists of.  Links are
    listed and not followed into folders.  A path that two roots share with the same content is one file; `read`
    and the corpus tell by content.  Raises `StoreError` where a store cannot be listed.
    """
    found = (_stored(root, exclude) if isinstance(root, str) else _under(root, exclude) for root in roots)
    last = None
    for entry in heapq.merge(*found, key=lambda entry: entry.order):
        if entry != last:
            yield entry
        last = entry


def _stored(root: str, exclude: Place) -> Iterator[Entry]:
    found = []
    for path, stored in stores.listed(root):
        hidden = any(name.startswith(".") and name not in (".", "..") for name in path.split("/"))
        if not hidden and not (isinstance(exclude, str) and stores.is_within(stored.url, exclude)):
            found.append(Entry(_printable(path), stored))
    yield from sorted(found, key=lambda entry: entry.order)


def _under(root: Path, exclude: Place) -> Iterator[Entry]:
    if not root.is_dir():
        yield Entry(_printable(root.name), root)
        return
    base, exclude = root.resolve(), exclude.resolve() if isinstance(exclude, Path) else exclude
    try:
        folders = [_names(root)]
    except OSError:
        yield Entry(_printable(root.name), root)
        return
    inside = [""]
    while folders:
        name = next(folders[-1], None)
        if name is None:
            folders.pop()
            inside.pop()
            continue
        path = inside[-1] + name
        place = root / path
        if not name.endswith("/"):
            yield Entry(_printable(path), place)
        elif base / path != exclude:
            try:
                folders.append(_names(place))
                inside.append(path)
            except OSError:  # a folder that cannot be listed is itself what could not be read
                yield Entry(_printable(path[:-1]), place)


def _names(folder: Path) -> Iterator[str]:
    """The names in `folder` that do not begin with a dot and are no part of a corpus, those of folders with a slash
    behind them.

    In the order that makes whole paths come in theirs: what is in the folder `a` stands behind the file `a.txt`.
    """
    with os.scandir(folder) as entries:
        found = list(entries)
    no_raw = commit.NAMES if any(entry.name == commit.STATE for entry in found) else ()
    raw = [entry for entry in found if entry.name[0] != "." and entry.name not in no_raw]
    names = [f"{entry.name}/" if _is_folder(entry) else entry.name for entry in raw]
    return iter(sorted(names, key=lambda name: name if name.isascii() else _printable(name)))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _printable(path: str) -> str:
    """A path as a table can hold it: bytes that are not UTF-8 become escapes."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def fingerprint(
    place: Path | StoredObject, roots: Sequence[Place], cache: Fingerprints | None = None
) -> tuple[str, int]:
    """SHA-256 (hex) and size in bytes of the file at `place`; raises `Refused` where it cannot be read.

    A link is followed only to a regular file that stays under one of `roots`.  A file that `cache` recalls is not read.
    Raises `StoreError` where it is the store that does not answer, so that nothing can be said of the file.
    """
    if isinstance(place, StoredObject):
        return _fingerprint_stored(place, cache)
    folders = [root for root in roots if isinstance(root, Path)]
    try:
        if place.is_symlink() and not any(place.resolve(strict=True).is_relative_to(r.resolve()) for r in folders):
            raise Refused("read", Reason.UNREADABLE, "a link that leaves the raw folder")
        state = place.stat()
        if stat.S_ISDIR(state.st_mode):
            os.scandir(place).close()
        if not stat.S_ISREG(state.st_mode):
            raise Refused("read", Reason.UNREADABLE, "not a regular file")
        if cache and (recalled := cache.recall(place, state)):
            return recalled, state.st_size
        return _hashed(place, cache)
    except (OSError, RuntimeError) as error:
        raise Refused("read", Reason.UNREADABLE, _reason(error)) from error


def _fingerprint_stored(stored: StoredObject, cache: Fingerprints | None) -> tuple[str, int]:
    if cache and (recalled := cache.recall_stored(stored)):
        return recalled, stored.size
    digest = hashlib.sha256()
    try:
        for block in stores.blocks(stored):
            digest.update(block)
        if cache and stores.unchanged(stored):
            cache.keep_stored(stored, digest.hexdigest())
    except stores.ObjectError as error:
        raise Refused("read", Reason.UNREADABLE, str(error).removeprefix(f"{stored.url}: ")) from error
    return digest.hexdigest(), stored.size


def _hashed(place: Path, cache: Fingerprints | None) -> tuple[str, int]:
    with place.open("rb") as file:
        before = os.fstat(file.fileno())
        digest, size = _digest(file)
        if cache:
            cache.keep(place, before, os.fstat(file.fileno()), digest)
        return digest, size


def _reason(error: BaseException) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__


def read(entry: Entry, sha256: str, size: int, settings: Settings) -> Iterator[Piece]:
    """The pieces of the file at `entry`: the document that it is, or the records that it holds.

    Raises `Changed`, before it gives any, where the file is not what it was to `fingerprint`, which `sha256` and
    `size` are of: it is still being written, or gone.  Raises `Refused` where it gives none, or, behind those that
    could be read, where it gives no more.  The file is read as a stream: of a container no more than one document is
    in memory.
    """
    if size > settings.max_file_bytes:
        raise Refused("read", Reason.TOO_LARGE, f"{size:,} bytes, the limit is {settings.max_file_bytes:,}")
    with _opened(entry, sha256) as file:
        try:
            yield from pieces(Stream(chunks_of(file), file=file), Walker(entry.path, sha256, size, settings))
        except OSError as error:
            raise Refused("read", Reason.UNREADABLE, _reason(error)) from error


def _opened(entry: Entry, sha256: str) -> BinaryIO:
    """The file at `entry`, if it still holds what it was found with; an object is fetched to a temporary file."""
    try:
        if isinstance(entry.place, StoredObject):
            file, digest = stores.fetched(entry.place)
        else:
            file = entry.place.open("rb")
            digest, _ = _digest(file)
            file.seek(0)
    except OSError as error:
        raise Changed(_reason(error)) from error
    except stores.StoreError as error:
        raise Changed(str(error)) from error
    if digest != sha256:
        file.close()
        raise Changed("the file changed while it was read")
    return file


def _digest(file: BinaryIO) -> tuple[str, int]:
    """SHA-256 (hex) and number of the bytes from where `file` stands to its end."""
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest(), file.tell()
