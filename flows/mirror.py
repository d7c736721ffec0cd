"""Writing a corpus in object storage: by way of a copy on this machine, in which everything is as in any other corpus.

The copy is a cache: what counts is what the store holds.  A run starts from a copy that equals it (if another machine
has written meanwhile, or the copy is lost, all is fetched), commits to the copy, and has `flows.remote` publish what
has changed.  Batches that were committed to a copy and not published yet are published by its next run; a run on
another machine cleans their raw files anew.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows import commit, runs, standing
from flows.card import stated
from flows.card.renew import CROISSANT, README, SUMS
from flows.parts import present
from flows.remote import CONTENTS, Intent, Remote, Seen
from flows.schema import TABLES
from flows.stores import Place, StoreError
from flows.tables import CorpusBusy, CorpusDamaged, CorpusUnwritable

BATCHES = 32
"""So many batches are committed to the copy before they are published together."""
BY_PEOPLE = (stated.NAME, standing.FILE)
"""Files that people write: they come from the store, where there are any."""

Local = tuple[int, int, int]
"""Size, modification time and inode of a file of the copy: another file has others."""


@dataclass(frozen=True, slots=True)
class Copy:
    """Where a run writes: the folder of a corpus."""

    folder: Path
    address: str | None
    """Of the store that the folder is a copy for."""
    committed: Callable[[], object]
    """To be called when a batch is committed."""
    publish: Callable[[], object]
    """To be called at the end, when nobody has the folder open; raises `CorpusError`."""


@contextmanager
def opened(out: Place) -> Iterator[Copy]:
    """The folder in which to write the corpus at `out`: `out` itself, or, of an address, the copy of this machine.

    Raises `CorpusBusy` where another process or machine writes there, `CorpusUnwritable` where the store does not do
    as asked, and `CorpusDamaged`.
    """
    if isinstance(out, Path):
        yield Copy(out.absolute(), None, _nothing, _nothing)
        return
    home = _home(out)
    with _refusing(out):
        home.mkdir(parents=True, exist_ok=True)
        lock = (home / "lock").open("ab")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CorpusBusy(f"another process is writing to the corpus {out}") from None
        with _refusing(out):
            mirror = _Mirror(out, home)
        try:
            with _refusing(out):
                mirror.begin()
            yield Copy(mirror.folder, out, mirror.committed, mirror.publish)
        finally:
            with suppress(StoreError):  # if it stays, it is this copy's: no hindrance for its next run
                mirror.release()


def _nothing() -> None:
    """A corpus in a folder is published when it is committed."""


def _home(url: str) -> Path:
    """Where this machine keeps its copy of the corpus at `url`."""
    folder = os.environ.get("COPYDESK_CACHE")
    cache = Path(folder) if folder else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "copydesk"
    name = re.sub(r"[^a-z0-9]+", "-", url.lower()).strip("-")[-60:]
    return cache.absolute() / f"{name}-{hashlib.sha256(url.encode()).hexdigest()[:12]}"


@contextmanager
def _refusing(url: str) -> Iterator[None]:
    try:
        yield
    except StoreError as error:
        raise CorpusUnwritable(f"cannot write to the corpus: {error}") from error
    except OSError as error:
        raise CorpusUnwritable(f"cannot write to this machine's copy of the corpus {url}: {error}") from error


class _Mirror:
    """The copy in the folder `home` of the corpus at `url`, which this copy has locked once it is made."""

    def __init__(self, url: str, home: Path) -> None:
        self._url, self._home = url, home
        self.folder = home / "corpus"
        self.remote = Remote(url)
        self._waiting = 0
        self._notes = home / "published.json"
        noted = _json(self._notes)
        self._published: dict[str, tuple[Local, Seen]] = {
            name: (_triple(local), (seen[0], seen[1])) for name, (local, seen) in noted.get("published", {}).items()
        }
        self._pending: dict[str, Local] = {name: _triple(local) for name, local in noted.get("pending", {}).items()}
        self._copy = self._name()
        self.remote.lock(self._copy)

    def _name(self) -> str:
        """Tells this copy from those of other machines."""
        path = self._home / "name"
        if not path.exists():
            commit.replace_safely(path, secrets.token_hex(8).encode())
        return path.read_text()

    def release(self) -> None:
        """Let others write."""
        self.remote.unlock(self._copy)

    def begin(self) -> None:
        """Finish what was interrupted, and have the copy equal the store, or be ahead of it."""
        intent = self.remote.intent()
        if intent:
            self.remote.carry_out(intent)
        listing = self.remote.listing()
        if intent:
            if intent.copy == self._copy:
                self._note(intent, listing)
            self.remote.forget()
        else:
            self.remote.clear()
            listing = self.remote.reopened(listing)
        self.remote.check(listing)
        there = (self.folder / TABLES[0]).exists()
        if self._published and there and not listing:
            raise CorpusDamaged(
                f"the corpus {self._url} is gone; put it back from this machine's copy in {self.folder}, "
                "or delete that to begin anew"
            )
        if not self._equals(listing) or (listing and not there):
            self._fetch(listing)
        for name in BY_PEOPLE:
            self._fetch_small(name)

    def committed(self) -> None:
        """A batch is committed to the copy."""
        self._waiting += 1
        if self._waiting >= BATCHES:
            self.publish()

    def publish(self) -> None:
        """Publish what is in the copy and not in the store.  Raises `CorpusError`."""
        with _refusing(self._url):
            self._publish()
        self._waiting = 0

    def _publish(self) -> None:
        here = _files(self.folder)
        there = {name: local for name, (local, _) in self._published.items()}
        changed = {name: local for name, local in here.items() if there.get(name) != local}
        removed = [name for name in there if name.split("/")[0] in TABLES and name not in here]
        if not changed and not removed:
            return
        targets = [*sorted(changed, key=_order), CONTENTS]
        intent = Intent(self._copy, secrets.token_hex(8), targets, removed)
        self._pending = changed
        self._save()
        contents = self._home / "contents.json"
        _write(contents, {name: size for name, (size, _, _) in here.items()})
        files = {name: self.folder / name for name in changed} | {CONTENTS: contents}
        self.remote.stage(intent.publication, files)
        self.remote.check_lock(self._copy)
        self.remote.declare(intent)
        self.remote.carry_out(intent)
        listing = self.remote.listing()
        self._note(intent, listing)
        self.remote.forget()
        if not self._equals(listing):
            raise CorpusDamaged(f"something else has changed the corpus {self._url} meanwhile; run again")

    def _equals(self, listing: dict[str, Seen]) -> bool:
        """Whether the store holds, to the object and its version, what this copy has published or fetched."""
        return {name: seen for name, (_, seen) in self._published.items()} == listing

    def _note(self, intent: Intent, listing: dict[str, Seen]) -> None:
        """Note that `intent` is carried out: its objects, as listed, are the files that were pending."""
        for name in (*intent.removed, *intent.targets):
            self._published.pop(name, None)
        for name in intent.targets:
            local, seen = self._pending.get(name), listing.get(name)
            if local and seen and local[0] == seen[0]:
                self._published[name] = (local, seen)
        self._pending = {}
        self._save()

    def _save(self) -> None:
        _write(self._notes, {"published": self._published, "pending": self._pending})

    def _fetch(self, listing: dict[str, Seen]) -> None:
        """Make the copy anew from the store."""
        self._published, self._pending = {}, {}
        self._save()
        if self.folder.exists():
            shutil.rmtree(self.folder)
        self.remote.fetch(listing, self.folder)
        here = _files(self.folder)
        for name, seen in listing.items():
            if name not in here or here[name][0] != seen[0]:
                raise CorpusDamaged(f"{self._url}/{name} changed while it was fetched; run again")
        self._published = {name: (here[name], seen) for name, seen in listing.items()}
        self._save()

    def _fetch_small(self, name: str) -> None:
        data, path = self.remote.read(name), self.folder / name
        if data is None:
            path.unlink(missing_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


def _files(folder: Path) -> dict[str, Local]:
    """The files of the corpus in `folder` that are published, by name."""
    files = {f"{part.table}/{part.name}": (part.size, part.modified, part.inode) for part in present(folder)}
    beside = [*(folder / runs.RUNS).glob("*.json"), *(folder / runs.REBUILDS).glob("*.json")]
    for path in (*beside, *(folder / name for name in (README, CROISSANT, SUMS))):
        if path.exists():
            state = path.stat()
            files[path.relative_to(folder).as_posix()] = (state.st_size, state.st_mtime_ns, state.st_ino)
    return files


def _order(name: str) -> tuple[int, str]:
    """Tables first, in the order of their publication; then the runs; then what describes them all."""
    first = name.split("/")[0]
    return TABLES.index(first) if first in TABLES else len(TABLES) + (first != runs.RUNS), name


def _write(path: Path, value: Mapping[str, Any]) -> None:
    commit.replace_safely(path, json.dumps(value).encode())


def _json(path: Path) -> dict[str, Any]:
    """What is noted at `path`; nothing where that is not readable: the copy is then made anew."""
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _triple(values: list[int]) -> Local:
    size, modified, inode = values
    return size, modified, inode
