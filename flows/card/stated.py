"""What only the people who keep a corpus can say of it: `dataset.toml`, which they may put beside the tables.

    name = "harbour-news"                        # a short name; default "copydesk-corpus"
    title = "News of the harbour towns"
    description = "What it is, for whom, and how the raw files were gathered."
    license = "CC-BY-4.0"                        # an SPDX id or a URL, of the collection
    creators = ["Harbour Observatory"]
    url = "https://harbour.example/corpus"
    citation = "@misc{…}"
    keywords = ["harbour", "shipping"]

Every key may be absent; what is absent is not made up.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from flows.tables import CorpusError

NAME = "dataset.toml"
NAMELESS = "copydesk-corpus"


@dataclass(frozen=True, slots=True)
class Stated:
    """The values of `dataset.toml`."""

    name: str = NAMELESS
    title: str | None = None
    description: str | None = None
    license: str | None = None
    creators: tuple[str, ...] = ()
    url: str | None = None
    citation: str | None = None
    keywords: tuple[str, ...] = ()


def read(corpus: Path) -> Stated:
    """What the corpus's keepers state; raises `CorpusError` where the file is not TOML or holds something else."""
    path = corpus / NAME
    if not path.exists():
        return Stated()
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path} is not TOML: {error}") from error
    lists = {"creators", "keywords"}
    if unknown := sorted(values.keys() - {field.name for field in fields(Stated)}):
        raise CorpusError(f"{path}: unknown key {', '.join(unknown)}")
    for key, value in values.items():
        several = value if isinstance(value, list) else [None]
        if not all(isinstance(text, str) and text.strip() for text in (several if key in lists else [value])):
            raise CorpusError(f"{path}: {key} must be {'a list of texts' if key in lists else 'a text'}")
    texts: dict[str, Any] = {key: tuple(value) if key in lists else value.strip() for key, value in values.items()}
    return Stated(**texts)
