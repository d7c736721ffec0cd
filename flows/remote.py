"""A corpus in object storage: what stands under its address, and how a publication comes to be seen there.

A store puts, copies and deletes one object at a time, each in one step, and has no renaming.  So a publication is first
staged whole under a hidden name; then an intent log is put that names it, and from then on it will happen: the objects
are copied into place, by whoever put the log or, after an interruption, by the next writer on whatever machine.
Staged objects that no log names are abandoned work.  `docs/object-storage.md` says why this is right.
"""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from flows import runs, stores
from flows.card.renew import CROISSANT, README, SUMS
from flows.commit import STATE
from flows.schema import TABLES
from flows.stores import StoreError
from flows.tables import CorpusBusy, CorpusDamaged

LOCK = f"{STATE}/lock.json"
INTENT = f"{STATE}/intent.json"
STAGING = f"{STATE}/staging"
CONTENTS = f"{STATE}/contents.json"
"""Which files the last publication left, and their sizes: what vanishes later is missed."""
PUTS = 4
"""Files that are put at a time; each may be in memory as a whole."""
CLOSED = "part-0-being-rebuilt.parquet"
"""No Parquet: while it stands among a table's files, every reader of the table fails, instead of reading old files and
new ones together."""

Seen = tuple[int, str | None]
"""Size and version of an object."""

_PART = re.compile(rf"(?:{'|'.join(TABLES)})/part-[A-Za-z0-9._-]+\.parquet")
_RUN = re.compile(rf"{runs.RUNS}/(?:rebuilds/)?[A-Za-z0-9][A-Za-z0-9._-]*\.json")
_CARD = (README, CROISSANT, SUMS)


@dataclass(frozen=True, slots=True)
class Intent:
    """What a publication will do, once it is put: by the local copy `copy`, of the objects staged."""

    copy: str
    publication: str
    """Tells its staged objects from those of others."""
    targets: list[str]
    """Names under the corpus's address, in the order in which they are put in place."""
    removed: list[str]
    """Names of table files that go: the tables are another generation."""


class Remote:
    """The corpus at the address `url`.  Every method raises `StoreError` where the store does not do as asked."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._store, self._root = stores.filesystem(url)

    def listing(self) -> dict[str, Seen]:
        """The corpus's objects by name; others that stand beside the tables are passed over.

        Raises `CorpusDamaged` for one among a table's that is not of the corpus: a reader of the table would meet it.
        """
        with stores.asking(self.url):
            found: Mapping[str, Mapping[str, Any]] = self._store.find(self._root, detail=True)
        objects: dict[str, Seen] = {}
        for path, info in found.items():
            name = path.removeprefix(f"{self._root}/")
            if _PART.fullmatch(name) or _RUN.fullmatch(name) or name in _CARD:
                objects[name] = (int(info["size"]), stores.version(info))
            elif name.split("/")[0] in TABLES and not name.endswith("/"):
                raise CorpusDamaged(f"{self.url}/{name} is not a file of the corpus; move it out of the tables")
        return objects

    def check(self, listing: Mapping[str, Seen]) -> None:
        """Raise `CorpusDamaged` where a table's file that was published is not in `listing` as it was."""
        for name, size in (self._json(CONTENTS) or {}).items():
            if name.split("/")[0] in TABLES and listing.get(name, (None, None))[0] != size:
                raise CorpusDamaged(
                    f"{self.url}/{name} has vanished or is not what was published; "
                    f"put it back, or delete {self.url}/{CONTENTS} to do without it"
                )

    # -------------------------------------------------------------------------------------------------------- the lock

    def lock(self, copy: str) -> None:
        """Make the local copy `copy` the one that writes here; raises `CorpusBusy` where another is.

        What this copy itself left, when it was killed, is no hindrance.
        """
        if self._json(LOCK) is None:
            mine = {"copy": copy, "host": socket.gethostname(), "process": os.getpid()}
            self._create(LOCK, mine)
        self.check_lock(copy)

    def check_lock(self, copy: str) -> None:
        """Raise `CorpusBusy` unless `copy` has the lock."""
        there = self._json(LOCK)
        if there is None:
            raise CorpusBusy(f"the lock {self.url}/{LOCK} was removed while this run was writing; run again")
        if there.get("copy") != copy:
            who = f"{there.get('host')!r:.80}, process {there.get('process')!r:.20}"
            raise CorpusBusy(
                f"another process is writing to the corpus {self.url} ({who}); "
                f"if that one is dead and its machine lost, delete {self.url}/{LOCK}"
            )

    def unlock(self, copy: str) -> None:
        """Let others write, if it is `copy` that has the lock."""
        there = self._json(LOCK)
        if there is not None and there.get("copy") == copy:
            self._remove(LOCK)

    # -------------------------------------------------------------------------------------------------- a publication

    def stage(self, publication: str, files: Mapping[str, Path]) -> None:
        """Put the local `files` where they wait, by the names that they are to have."""

        def put(name: str) -> None:
            with stores.asking(f"{self.url}/{name}"):
                self._store.put_file(str(files[name]), self._path(f"{STAGING}/{publication}/{name}"))

        stores.together(put, list(files), PUTS)

    def declare(self, intent: Intent) -> None:
        """Put the intent log: from now on what is staged will be published.  Raises `CorpusBusy` where there is one."""
        self._create(INTENT, asdict(intent))
        if self.intent() != intent:
            raise CorpusBusy(f"another process is publishing to the corpus {self.url}")

    def intent(self) -> Intent | None:
        """The publication that is under way, or was interrupted."""
        there = self._json(INTENT)
        try:
            return None if there is None else Intent(**there)
        except TypeError:
            raise CorpusDamaged(f"{self.url}/{INTENT} is not readable, and a publication was under way") from None

    def carry_out(self, intent: Intent) -> None:
        """Do what the intent log says; doing it again changes nothing.

        Objects come table by table, articles first, so that whoever reads duplicates and then articles finds the
        article of every duplicate.  Where files go, the tables are closed to readers meanwhile, and the old files go,
        in the order of their names, before the new ones come: whoever has listed some of both fails at the first.
        """
        closed = [f"{table}/{CLOSED}" for table in TABLES] if intent.removed else []
        for name in closed:
            with stores.asking(f"{self.url}/{name}"):
                self._store.pipe_file(self._path(name), b"This table is being rebuilt; read it again in a while.\n")
        for name in sorted(intent.removed):
            self._remove(name)
        for _, names in groupby(intent.targets, key=lambda name: name.split("/")[0]):
            stores.together(partial(self._into_place, intent.publication), list(names))
        for name in closed:
            self._remove(name)

    def forget(self) -> None:
        """Remove the intent log, once it is carried out and noted, and whatever is staged."""
        self._remove(INTENT)
        self.clear()

    def clear(self) -> None:
        """Remove what is staged."""
        with stores.asking(self.url):
            abandoned = self._store.find(self._path(STAGING))
        stores.together(self._remove_path, abandoned)

    def reopened(self, listing: Mapping[str, Seen]) -> dict[str, Seen]:
        """`listing` without what closed the tables, which is removed: a writer that lost its lock may leave it."""
        for name in (name for name in listing if name.endswith(f"/{CLOSED}")):
            self._remove(name)
        return {name: seen for name, seen in listing.items() if not name.endswith(f"/{CLOSED}")}

    def _into_place(self, publication: str, name: str) -> None:
        with stores.asking(f"{self.url}/{name}"):
            self._store.cp_file(self._path(f"{STAGING}/{publication}/{name}"), self._path(name))

    # --------------------------------------------------------------------------------------------------------- objects

    def fetch(self, names: Iterable[str], folder: Path) -> None:
        """Write the objects `names` to files of the same names in `folder`."""

        def get(name: str) -> None:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with stores.asking(f"{self.url}/{name}"):
                self._store.get_file(self._path(name), str(target))

        stores.together(get, list(names))

    def read(self, name: str) -> bytes | None:
        """The bytes of a small object; None where there is none."""
        try:
            with stores.asking(f"{self.url}/{name}"):
                data: bytes = self._store.cat_file(self._path(name))
        except stores.ObjectError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                return None
            raise
        return data

    def _json(self, name: str) -> dict[str, Any] | None:
        data = self.read(name)
        try:
            value = None if data is None else json.loads(data)
        except ValueError:
            value = {}
        return value if value is None or isinstance(value, dict) else {}

    def _create(self, name: str, value: Mapping[str, Any]) -> None:
        """Put an object unless there is one; whether it is ours is for the caller to look, as the store's answer to a
        put that was tried again does not tell."""
        try:
            with stores.asking(f"{self.url}/{name}"):
                self._store.pipe_file(self._path(name), json.dumps(value).encode(), mode="create")
        except StoreError:
            if self.read(name) is None:
                raise

    def _remove(self, name: str) -> None:
        self._remove_path(self._path(name))

    def _remove_path(self, path: str) -> None:
        try:
            with stores.asking(self.url):
                self._store.rm_file(path)
        except stores.ObjectError as error:
            if not isinstance(error.__cause__, FileNotFoundError):
                raise

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"
