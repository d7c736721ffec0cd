"""`python -m flows.explain`: one document as the corpus has it, with the evidence: where each field was read, what
was kept, and every cut in its place, with the rule that made it.

Everything is read from the tables; the raw file is not needed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = dict[str, Any]

SHOWN_MATCHES = 20
KIND_COLOURS = {
    "judge": "grey50",
    "photo": "cyan",
    "byline": "cyan",
    "pubdate": "cyan",
    "correction": "cyan",
    "agency": "cyan",
    "duplicate": "magenta",
    "headline": "magenta",
}
"""Of a cut, by its kind: what became data, what repeats, what a judge dropped; the rest is noise."""
NOISE_COLOUR = "red"


@dataclass(frozen=True, slots=True)
class Shown:
    """A row of the corpus that was asked for, and the table it stands in."""

    table: str
    row: Row


def main(arguments: list[str] | None = None) -> int:
    """Show one document; returns the exit code: 0 shown, 1 no corpus or not readable, 2 none or several match."""
    options = argparse.ArgumentParser(
        prog="python -m flows.explain", description="Show one document of the corpus, its evidence and its cuts."
    )
    options.add_argument(
        "document",
        metavar="ARTICLE_ID_OR_RAW_PATH",
        help="an article's id, or a raw path as the tables name it (PATH:LINE in JSONL)",
    )
    options.add_argument(
        "--corpus", metavar="DIR", type=Path, default=Path("normalized"), help="the corpus (default: normalized/)"
    )
    chosen = options.parse_args(arguments)
    from flows.corpus import CorpusError

    try:
        matches = find(chosen.corpus, chosen.document)
    except CorpusError as error:
        print(f"copydesk: {error}", file=sys.stderr)
        return 1
    if len(matches) != 1:
        for line in _not_one(matches, chosen.document, chosen.corpus):
            print(line, file=sys.stderr)
        return 2
    show(matches[0])
    return 0


def find(corpus: Path, wanted: str) -> list[Shown]:
    """The documents of the corpus whose id is `wanted`, or whose raw path is, or ends in it.

    Raises `CorpusError` where there is no readable corpus.
    """
    from flows.corpus import read_rows

    path, _, locator = wanted.rpartition(":")
    found: list[Shown] = []
    for table, identity in (("articles", "article_id"), ("duplicates", "article_id"), ("rejects", "reject_id")):
        keys = read_rows(corpus, table, [identity, "raw_path", "raw_locator"]).to_pylist()
        ids = {
            (row[identity], row["raw_path"])
            for row in keys
            if row[identity] == wanted
            or _names(row["raw_path"], wanted)
            or (locator == row["raw_locator"] and _names(row["raw_path"], path))
        }
        rows = (
            read_rows(corpus, table, filters=[(identity, "in", sorted(i for i, _ in ids))]).to_pylist() if ids else []
        )
        found.extend(Shown(table, row) for row in rows if (row[identity], row["raw_path"]) in ids)
    by_id = [each for each in found if wanted in (each.row.get("article_id"), each.row.get("reject_id"))]
    exact = [each for each in found if each.row["raw_path"] in (wanted, path)]
    return by_id[:1] or exact or found  # copies of one file share an id; the article comes first


def _names(raw_path: str, wanted: str) -> bool:
    """Whether `wanted` is the raw path, or the two end alike from a folder's border on (`raw/a.txt`, `a.txt`)."""
    return bool(wanted) and (f"/{raw_path}".endswith(f"/{wanted}") or f"/{wanted}".endswith(f"/{raw_path}"))


def _not_one(matches: list[Shown], wanted: str, corpus: Path) -> Iterator[str]:
    from flows.report import visible

    if not matches:
        yield f"copydesk: {visible(wanted)} is not in the corpus {corpus}"
        return
    yield f"copydesk: {len(matches)} documents match {visible(wanted)}; name one by its id:"
    for each in matches[:SHOWN_MATCHES]:
        row = each.row
        place = row["raw_path"] + (f":{row['raw_locator']}" if row["raw_locator"] else "")
        yield visible(f"  {row.get('article_id') or row.get('reject_id')}  {each.table:10} {place}")
    if len(matches) > SHOWN_MATCHES:
        yield f"  … and {len(matches) - SHOWN_MATCHES} more"


def show(shown: Shown) -> None:
    """Print one document, coloured where the terminal has colours."""
    from rich.console import Console
    from rich.text import Text

    from flows.report import visible

    console = Console(highlight=False, soft_wrap=True)
    for line in _reject(shown.row) if shown.table == "rejects" else _document(shown):
        console.print(Text.assemble(*((visible(text), style) for text, style in line)))


Line = list[tuple[str, str]]
"""Pieces of text, each with its style."""


def _reject(row: Row) -> Iterator[Line]:
    yield [("rejected ", "bold red"), (row["raw_path"], "bold"), (f" {row['raw_locator'] or ''}", "bold")]
    yield [("reason  ", "dim"), (row["reason"], "red"), (f" at stage {row['stage']}: {row['detail']}", "")]


def _document(shown: Shown) -> Iterator[Line]:
    row = shown.row
    place = row["raw_path"] + (f":{row['raw_locator']}" if row["raw_locator"] else "")
    yield [(row["title"] or "(no title)", "bold")]
    yield [
        ("article ", "dim"),
        (row["article_id"], ""),
        ("  raw ", "dim"),
        (f"{place}  {row['content_type']} {row['encoding']}", ""),
    ]
    if shown.table == "duplicates":
        scores = ", ".join(f"{score['name']} {score['value']:.2f}" for score in row["duplicate_scores"])
        yield [
            ("duplicate ", "bold magenta"),
            (f"of {row['duplicate_of']}: {row['relation']}, by {row['duplicate_rule']} ({scores})", "magenta"),
        ]
    yield from _fields(row)
    for warning in row["warnings"]:
        yield [("warning ", "yellow"), (warning, "yellow")]
    yield [("", "")]
    yield from _body(row)


def _fields(row: Row) -> Iterator[Line]:
    width = max((len(source["field"]) for source in row["field_sources"]), default=0)
    for source in row["field_sources"]:
        followed = source["chosen"]
        value = _moment(row, source["field"]) if followed else None
        value = value or source["value"]
        where = source["origin"] + (f" at {source['start']}" if source["start"] is not None else "")
        yield [
            (f"{source['field']:{width}}  ", "dim"),
            (value, "green" if followed else "strike dim"),
            (f"  {where}", "dim"),
            (f"  from {source['raw']!r}" if source["raw"] not in ("", value) else "", "dim"),
            ("" if followed else "  not followed", "yellow"),
        ]


def _moment(row: Row, column: str) -> str | None:
    """A point in time with what is known of it; None for other columns."""
    name = column.removesuffix("_at")
    if name not in ("published", "modified"):
        return None
    doubt = ", day and month may be swapped" if row[f"{name}_ambiguous"] else ""
    local = row[f"{name}_local"][:10] if row[f"{name}_precision"] == "day" else row[f"{name}_local"]
    return f"{local} ({row[f'{name}_precision']}, zone {row[f'{name}_zone']}{doubt})"


def _body(row: Row) -> Iterator[Line]:
    """Paragraphs and cuts in the order in which they stand in the raw document."""
    pieces = [(piece["start"], 1, piece) for piece in row["paragraphs"]] + [
        (cut["start"], 0, cut) for cut in row["cuts"]
    ]
    for _, is_kept, piece in sorted(pieces, key=lambda each: each[:2]):
        if is_kept:
            plain = piece["kind"] == "paragraph"
            yield [
                ("" if plain else f"[{piece['kind']}] ", "blue"),
                (piece["text"], "bold" if piece["kind"] == "heading" else ""),
            ]
        else:
            colour = KIND_COLOURS.get(piece["rule"].split(".")[0], NOISE_COLOUR)
            score = "" if piece["score"] is None else f" {piece['score']:.2f}"
            yield [
                (f"− {piece['rule']}{score}  ", f"bold {colour}"),
                (" ".join(piece["text"].split()), f"strike {colour}"),
            ]
        yield [("", "")]


if __name__ == "__main__":
    sys.exit(main())
