"""Putting several files in place so that a reader sees each of them whole or not at all, and a crash loses none.

Files are staged outside the folders that are read, on the same file system.  Once all of them are on disk, an intent
log names them; from then on the commit will happen: each file is moved into its folder, here or when a restart
carries out the log.  A staged file that no log names is abandoned work and is removed.

Whole folders are put in the place of others the same way: by one exchange of two names, where the system has that.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

STATE = ".copydesk"
"""The hidden folder beside the tables; nothing in it is needed to read them."""
NAMES = frozenset({
    "articles", "duplicates", "rejects", "runs", "README.md", "croissant.json", "SHA256SUMS", "review.html",
    "dataset.toml", "standing.toml",
})  # fmt: skip
"""What else stands in a corpus's folder: tables, manifests, data card, review page, and what people say of it."""

NEXT = "next"
"""In the hidden folder: the folders that are to come, until they are exchanged."""
PREVIOUS = "previous"
"""In the hidden folder: the folders that were there before the last exchange that kept them."""

Write = Callable[[BinaryIO], object]


class LostFile(Exception):
    """The intent log names a file that is neither staged nor in place."""


def _staging(out: Path) -> Path:
    return out / STATE / "staging"


def _staged(out: Path, target: str) -> Path:
    return _staging(out) / f"{target.replace('/', '.')}.staged"


def _intent(out: Path) -> Path:
    return out / STATE / "intent.json"


def stage(out: Path, target: str, write: Write) -> None:
    """Have `write` write what is to become the file `out / target`, and see it safely on disk."""
    write_safely(_staged(out, target), write)


def commit(out: Path, targets: Sequence[str], exchange: str | None = None, keep: bool = True) -> None:
    """Move the staged files of `targets` (paths relative to `out`) into place, in this order.

    `exchange` (`NEXT` or `PREVIOUS`) names a hidden folder whose folders are first exchanged with those of `out`; no
    two that are exchanged may hold files of just the same names.  What was in `out` is `PREVIOUS` from then on, or,
    unless it is to be kept, removed.  Raises `OSError` where the disk refuses; if the log was written by then,
    `recover` finishes the work.
    """
    orders: dict[str, Any] = {"targets": list(targets)}
    if exchange is not None:
        folders = {folder.name: _names(folder) for folder in sorted(hidden(out, exchange).iterdir())}
        orders |= {"exchange": exchange, "folders": folders, "keep": keep}
    log = json.dumps(orders).encode()
    draft = _staging(out) / "intent"
    write_safely(draft, lambda file: file.write(log))
    sync_folder(_staging(out))
    draft.replace(_intent(out))
    sync_folder(out / STATE)
    _carry_out(out)


def hidden(out: Path, name: str) -> Path:
    """The hidden folder `NEXT` or `PREVIOUS` of the corpus at `out`."""
    return out / STATE / name


def recover(out: Path) -> bool:
    """Finish the commit that was interrupted, and leave an empty staging folder; returns whether there was one.

    Raises `LostFile`, and `OSError` where the disk refuses.
    """
    interrupted = _intent(out).exists()
    if interrupted:
        _carry_out(out)
    for abandoned in (_staging(out), hidden(out, NEXT)):
        shutil.rmtree(abandoned, ignore_errors=True)
    _staging(out).mkdir(parents=True, exist_ok=True)
    return interrupted


def _carry_out(out: Path) -> None:
    """Do what the intent log says; what is done already stays done."""
    try:
        orders: dict[str, Any] = json.loads(_intent(out).read_bytes())
    except ValueError as error:
        raise LostFile(f"{_intent(out)} is not readable, and a publication was under way; put it back") from error
    targets: list[str] = orders["targets"]
    if "exchange" in orders:
        _exchange(out, orders["exchange"], orders["folders"], orders["keep"])
    for target in targets:
        staged = _staged(out, target)
        if staged.exists():
            staged.replace(out / target)
        elif not (out / target).exists():
            raise LostFile(f"{out / target} was committed and is nowhere to be found")
    for folder in sorted({(out / target).parent for target in targets}):
        sync_folder(folder)
    _intent(out).unlink()
    sync_folder(out / STATE)


def _exchange(out: Path, source: str, folders: dict[str, list[str]], keep: bool) -> None:
    there = hidden(out, source)
    for name, files in folders.items():
        aside = out / STATE / f"{name}.aside"
        if aside.exists() or _names(out / name) != files:
            swap(there / name, out / name, aside)
    for folder in (out, out / STATE):
        sync_folder(folder)
    if source == NEXT and there.exists():
        if keep:
            shutil.rmtree(hidden(out, PREVIOUS), ignore_errors=True)
            there.replace(hidden(out, PREVIOUS))
        else:
            shutil.rmtree(there)
        sync_folder(out / STATE)


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def swap(one: Path, other: Path, aside: Path, exchange: Callable[[Path, Path], bool] | None = None) -> None:
    """Have two folders change places.

    In one step where the system can; else by way of `aside`, and for the time between two renames there is no folder
    `other`.  To be called again after an interruption of that.
    """
    if not aside.exists():
        if (exchange or exchanged)(one, other):
            return
        other.replace(aside)
    if not other.exists():
        one.replace(other)
    aside.replace(one)


def exchanged(one: Path, other: Path) -> bool:
    """Exchange the names of two files or folders in one step (Linux, renameat2); False where that cannot be done."""
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):
        return False
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    if renameat2(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0:
        return True
    code = ctypes.get_errno()
    if code in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP):
        return False
    raise OSError(code, os.strerror(code), str(other))


def appear(out: Path, folder: str, name: str, write: Write) -> None:
    """Have the folder `out / folder` appear with the file `name` in it, in one step; it may exist if it is empty."""
    staged = _staging(out) / folder
    staged.mkdir()
    write_safely(staged / name, write)
    sync_folder(staged)
    staged.replace(out / folder)
    sync_folder(out)


def write_safely(path: Path, write: Write) -> None:
    """Have `write` write the file at `path`, and see it on disk."""
    with path.open("wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())


def replace_safely(path: Path, data: bytes) -> None:
    """Put `data` in the place of the file at `path`, which is whole at any moment."""
    draft = path.with_suffix(".draft")
    write_safely(draft, lambda file: file.write(data))
    draft.replace(path)


def remove_database(path: Path) -> None:
    """Remove the SQLite database at `path`, whatever is left of it: the file, and the journal that it may have."""
    for file in (path, path.with_name(f"{path.name}-journal")):
        file.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """See on disk which files `folder` holds."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
