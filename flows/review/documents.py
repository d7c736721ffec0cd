"""One document of the page: the line that stands for it in the list, and what is shown when it is opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows.evidence import Row, Shown, place
from flows.review import raw
from flows.review.compare import compared
from flows.review.galley import fields, galley, rejected
from flows.review.sample import rows_by_id
from flows.settings import Settings
from flows.tables import IDENTITY, read_rows

Json = dict[str, Any]

FACTS = ("raw_path", "raw_locator", "raw_sha256", "raw_bytes", "content_type", "encoding", "source_id")
MADE_BY = ("run_id", "ingested_at", "pipeline_version", "rules_version", "schema_version")
MOST_COPIES = 50
"""Of an article's duplicates, so many are listed."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a document is shown with besides its own row."""

    roots: Sequence[Path]
    """Folders and files where raw files are looked for."""
    originals: Mapping[str, Row] = field(default_factory=dict)
    """The articles that duplicates refer to, by id."""
    copies: Mapping[str, list[Row]] = field(default_factory=dict)
    """Of an article, by its id, the duplicates that refer to it: id, relation, publisher, raw path and locator."""


def surroundings(out: Path, roots: Sequence[Path], chosen: Iterable[Shown]) -> Surroundings:
    """Look up what the chosen documents refer to and what refers to them."""
    shown = list(chosen)
    wanted = {each.row["duplicate_of"] for each in shown if each.table == "duplicates"}
    originals = {each.row["article_id"]: each.row for each in rows_by_id(out, "articles", wanted)}
    ids = sorted({each.row["article_id"] for each in shown if each.table == "articles"} | wanted)
    columns = ["article_id", "duplicate_of", "relation", "publisher", "raw_path", "raw_locator"]
    copies: dict[str, list[Row]] = {}
    for row in read_rows(out, "duplicates", columns, [("duplicate_of", "in", ids)]).to_pylist() if ids else ():
        copies.setdefault(row["duplicate_of"], []).append(row)
    return Surroundings(roots, originals, copies)


def listed(shown: Shown) -> Json:
    """What the list, the filters and the search need of a document."""
    row = shown.row
    line = {"table": shown.table, "id": row[IDENTITY[shown.table]], "path": place(row)}
    if shown.table == "rejects":
        return {**line, "reason": row["reason"], "stage": row["stage"]}
    kept = sum(piece["end"] - piece["start"] for piece in row["paragraphs"])
    cut = sum(piece["end"] - piece["start"] for piece in row["cuts"])
    return {
        **line,
        "title": row["title"],
        "publisher": row["publisher"] or row["site"],
        "date": (row["published_local"] or "")[:10] or None,
        "language": row["language"],
        "words": row["word_count"],
        "kept": round(kept / max(kept + cut, 1), 3),
        "rules": sorted({each["rule"] for each in row["cuts"]}),
        **({"relation": row["relation"]} if shown.table == "duplicates" else {}),
    }


def opened(shown: Shown, around: Surroundings, settings: Settings) -> Json:
    """Everything that is shown of a document."""
    row = shown.row
    facts = [[name, _plain(row[name])] for name in (*FACTS, *MADE_BY) if row.get(name) is not None]
    if shown.table == "rejects":
        text = raw.text_of_reject(row, around.roots, settings)
        return {"facts": facts, "detail": row["detail"], "raw": text is not None, "pieces": rejected(text)}
    text = raw.text_of(row, around.roots, settings)
    copies = around.copies.get(row["article_id"], []) if shown.table == "articles" else []
    return {
        "facts": facts,
        "raw": text is not None,
        "pieces": galley(row, text),
        "fields": fields(row),
        "warnings": row["warnings"],
        "copies": [_copy(each) for each in copies[:MOST_COPIES]],
        "copiesInAll": len(copies),
        **(_comparison(row, around.originals.get(row["duplicate_of"])) if shown.table == "duplicates" else {}),
    }


def _copy(row: Row) -> Json:
    return {"id": row["article_id"], "path": place(row), "relation": row["relation"], "publisher": row["publisher"]}


def _comparison(row: Row, original: Row | None) -> Json:
    decision = {
        "relation": row["relation"],
        "rule": row["duplicate_rule"],
        "scores": [[score["name"], round(score["value"], 4)] for score in row["duplicate_scores"]],
        "of": row["duplicate_of"],
    }
    if original is None:
        return {"comparison": decision}
    names = ("title", "publisher", "published_local")
    return {
        "comparison": decision
        | {
            "original": {name: original[name] for name in names} | {"path": place(original)},
            "copy": {name: row[name] for name in names} | {"path": place(row)},
            "lines": compared(original["text"], row["text"]),
        }
    }


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
