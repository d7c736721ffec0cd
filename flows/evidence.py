"""One document of the corpus with its evidence: how it is found, and its pieces in the order of the raw text.

What `python -m flows.explain` prints and `python -m flows.review` draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = dict[str, Any]

FAMILIES = {
    "data": "became data",
    "repeat": "repeats what is kept",
    "notice": "notices",
    "furniture": "the site's furniture",
    "judge": "judged not to be the article",
}
"""What cuts are for a reader, in a few words; every kind of cut is of one family."""

_FAMILY = {
    **dict.fromkeys(("photo", "byline", "pubdate", "correction", "agency", "kicker", "dateline"), "data"),
    **dict.fromkeys(("headline", "duplicate"), "repeat"),
    **dict.fromkeys(("copyright", "disclaimer", "disclosure", "artefact"), "notice"),
    "judge": "judge",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A row of the corpus that was asked for, and the table it stands in."""

    table: str
    row: Row


def kind(rule: str) -> str:
    """The noise kind of a rule's id: `share` of `share.buttons`."""
    return rule.partition(".")[0]


def family(rule: str) -> str:
    """The family of a rule's kind, a key of `FAMILIES`."""
    return _FAMILY.get(kind(rule), "furniture")


def place(row: Row) -> str:
    """The raw document of a row as a user names it: its path, and its locator where it has one."""
    return str(row["raw_path"]) + (f":{row['raw_locator']}" if row["raw_locator"] else "")


def pieces(row: Row) -> list[tuple[bool, Row]]:
    """Paragraphs and cuts in the order in which they stand in the raw document; true for a cut."""
    found = [(cut["start"], 0, True, cut) for cut in row["cuts"]]
    found += [(paragraph["start"], 1, False, paragraph) for paragraph in row["paragraphs"]]
    return [(is_cut, piece) for _, _, is_cut, piece in sorted(found, key=lambda each: each[:2])]


def moment(row: Row, column: str) -> str | None:
    """A point in time with what is known of it; None for other columns."""
    name = column.removesuffix("_at")
    if name not in ("published", "modified"):
        return None
    doubt = ", day and month may be swapped" if row[f"{name}_ambiguous"] else ""
    local = row[f"{name}_local"][:10] if row[f"{name}_precision"] == "day" else row[f"{name}_local"]
    return f"{local} ({row[f'{name}_precision']}, zone {row[f'{name}_zone']}{doubt})"


def find(corpus: Path, wanted: str) -> list[Shown]:
    """The documents of the corpus whose id is `wanted`, or whose raw path is, or ends in it.

    Raises `CorpusError` where there is no readable corpus.
    """
    from flows.tables import IDENTITY, read_rows

    named = {(wanted[:at], wanted[at + 1 :]) for at, char in enumerate(wanted) if char == ":"}
    found: list[Shown] = []
    for table, identity in IDENTITY.items():
        keys = read_rows(corpus, table, [identity, "raw_path", "raw_locator"]).to_pylist()
        ids = {
            (row[identity], row["raw_path"])
            for row in keys
            if row[identity] == wanted
            or _names(row["raw_path"], wanted)
            or any(locator == row["raw_locator"] and _names(row["raw_path"], path) for path, locator in named)
        }
        rows = (
            read_rows(corpus, table, filters=[(identity, "in", sorted(i for i, _ in ids))]).to_pylist() if ids else []
        )
        found.extend(Shown(table, row) for row in rows if (row[identity], row["raw_path"]) in ids)
    by_id = [each for each in found if wanted in (each.row.get("article_id"), each.row.get("reject_id"))]
    exact = [
        each
        for each in found
        if each.row["raw_path"] == wanted or (each.row["raw_path"], each.row["raw_locator"]) in named
    ]
    return by_id[:1] or exact or found  # copies of one file share an id; the article comes first


def _names(raw_path: str, wanted: str) -> bool:
    """Whether `wanted` is the raw path, or the two end alike from a folder's border on (`raw/a.txt`, `a.txt`)."""
    return bool(wanted) and (f"/{raw_path}".endswith(f"/{wanted}") or f"/{wanted}".endswith(f"/{raw_path}"))
