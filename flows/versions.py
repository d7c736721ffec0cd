"""The version of everything that decides on a text and is data, not code: rules, judges' models, registries."""

from __future__ import annotations

import functools
import hashlib
from importlib.resources import files
from importlib.resources.abc import Traversable

DATA = (".toml", ".json")


@functools.cache
def rules_version() -> str:
    """Twelve hex digits of the SHA-256 over the names and bytes of the package's data files."""
    digest = hashlib.sha256()
    for name, data in sorted(_data(files("flows"), "")):
        digest.update(name.encode() + b"\0" + data + b"\0")
    return digest.hexdigest()[:12]


def _data(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for entry in folder.iterdir():
        name = f"{prefix}/{entry.name}"
        if entry.is_dir():
            found.extend(_data(entry, name))
        elif entry.name.endswith(DATA):
            found.append((name, entry.read_bytes()))
    return found
