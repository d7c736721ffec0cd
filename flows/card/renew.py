"""Writing the description of the corpus beside its tables, in one step, when it does not say what is there.

It is renewed at the end of a run, by the process that holds the corpus's lock.  Between the first batch of a run and
its end, and after a run that was killed, the description is that of the tables as they were after the last run that
came to its end; the next run renews it, also where it finds nothing new.
"""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path
from typing import BinaryIO

from flows import commit
from flows.card import stated
from flows.card.croissant import croissant
from flows.card.facts import Facts, File
from flows.card.readme import MARK, readme
from flows.schema import TABLES
from flows.tables import CorpusUnwritable

CROISSANT = "croissant.json"
README = "README.md"
SUMS = "SHA256SUMS"


def renew(out: Path) -> list[str]:
    """Bring the description of the corpus at `out` up to date; returns the names of the files that changed.

    The same tables (and `dataset.toml`) give the same bytes.  A `README.md` that copydesk did not write is left as it
    is.  Raises `CorpusError`.
    """
    said = stated.read(out)
    try:
        changed = {name: text for name, text in _described(out, said).items() if _differs(out / name, text)}
        for name, text in changed.items():
            commit.stage(out, name, partial(_write, text))
        if changed:
            commit.commit(out, list(changed))
    except OSError as error:
        raise CorpusUnwritable(f"cannot describe the corpus {out}: {error}") from error
    return list(changed)


def _write(text: str, file: BinaryIO) -> None:
    file.write(text.encode())


def _described(out: Path, said: stated.Stated) -> dict[str, str]:
    with Facts.of(out) as facts:
        files = facts.files()
        sums = _sums(files)
        data = sums.encode()
        listing = File("", SUMS, len(data), hashlib.sha256(data).hexdigest(), 0)
        return {SUMS: sums, CROISSANT: croissant(facts, files, said, listing), README: readme(facts, said)}


def _sums(files: list[File]) -> str:
    """In the form that `sha256sum -c` takes; in the order of the tables."""
    ordered = sorted(files, key=lambda file: (TABLES.index(file.table), file.name))
    return "".join(f"{file.sha256}  {file.table}/{file.name}\n" for file in ordered)


def _differs(path: Path, text: str) -> bool:
    try:
        there = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return True
    return there != text and (path.name != README or MARK in there)
