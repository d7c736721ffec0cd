"""Putting several files in place so that a reader sees each of them whole or not at all, and a crash loses none.

Files are staged outside the folders that are read, on the same file system.  Once all of them are on disk, an intent
log names them; from then on the commit will happen: each file is moved into its folder, here or when a restart
carries out the log.  A staged file that no log names is abandoned work and is removed.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

STATE = ".copydesk"
"""The hidden folder beside the tables; nothing in it is needed to read them."""

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
    _write(_staged(out, target), write)


def commit(out: Path, targets: Sequence[str]) -> None:
    """Move the staged files of `targets` (paths relative to `out`) into place, in this order.

    Raises `OSError` where the disk refuses; if the log was written by then, `recover` finishes the work.
    """
    log = json.dumps({"targets": list(targets)}).encode()
    draft = _staging(out) / "intent"
    _write(draft, lambda file: file.write(log))
    _sync_folder(_staging(out))
    draft.replace(_intent(out))
    _sync_folder(out / STATE)
    _carry_out(out)


def recover(out: Path) -> bool:
    """Finish the commit that was interrupted, and leave an empty staging folder; returns whether there was one.

    Raises `LostFile`, and `OSError` where the disk refuses.
    """
    interrupted = _intent(out).exists()
    if interrupted:
        _carry_out(out)
    shutil.rmtree(_staging(out), ignore_errors=True)
    _staging(out).mkdir(parents=True, exist_ok=True)
    return interrupted


def _carry_out(out: Path) -> None:
    """Do what the intent log says; what is done already stays done."""
    targets: list[str] = json.loads(_intent(out).read_bytes())["targets"]
    for target in targets:
        staged = _staged(out, target)
        if staged.exists():
            staged.replace(out / target)
        elif not (out / target).exists():
            raise LostFile(f"{out / target} was committed and is nowhere to be found")
    for folder in sorted({(out / target).parent for target in targets}):
        _sync_folder(folder)
    _intent(out).unlink()
    _sync_folder(out / STATE)


def appear(out: Path, folder: str, name: str, write: Write) -> None:
    """Have the folder `out / folder` appear with the file `name` in it, in one step; it may exist if it is empty."""
    staged = _staging(out) / folder
    staged.mkdir()
    _write(staged / name, write)
    _sync_folder(staged)
    staged.replace(out / folder)
    _sync_folder(out)


def _write(path: Path, write: Write) -> None:
    with path.open("wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
