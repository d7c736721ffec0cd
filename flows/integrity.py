"""Whether the tables are still what was published, file by file, without reading them all at every opening.

A run notes the size, time of change and hash of every table file (`flows.card.facts`).  A file that looks as it did is
taken at its word; one that looks otherwise is hashed; one that is gone was lost.  What this process itself is about to
replace, it has the notes forget first.
"""

from __future__ import annotations

from pathlib import Path

from flows.card.facts import STORE, known_hashes
from flows.commit import STATE
from flows.parts import Part, digest, present
from flows.tables import CorpusDamaged


def untouched(out: Path) -> set[Path]:
    """The table files of the corpus at `out` that are known to be what was published.

    Raises `CorpusDamaged` where one has changed or vanished without a run having done it.
    """
    there = {(part.table, part.name): part for part in present(out)}
    known = set()
    for noted, sha256 in known_hashes(out).items():
        path, now = noted.path(out), there.get((noted.table, noted.name))
        if now is None:
            raise CorpusDamaged(f"{path} has vanished; put it back, or remove {out / STATE / STORE} and rebuild")
        if now != noted and _digest(now, out) != sha256:
            raise CorpusDamaged(f"{path} is not what was published; put that back, or remove both it and "
                                f"{out / STATE / STORE} and rebuild")  # fmt: skip
        known.add(path)
    return known


def _digest(part: Part, out: Path) -> str:
    with part.path(out).open("rb") as file:
        return digest(file)
