"""`python -m flows.explain`: one document as the corpus has it, with the evidence: where each field was read, what
was kept, and every cut in its place, with the rule that made it.

Everything is read from the tables; the raw file is not needed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from flows.evidence import Row, Shown, family, find, moment, pieces, place

SHOWN_MATCHES = 20
COLOURS = {"data": "cyan", "repeat": "magenta", "judge": "grey50", "notice": "yellow", "furniture": "red"}
"""Of a cut, by the family of its kind."""


def main(arguments: list[str] | None = None) -> int:
    """Show one document; returns the exit code: 0 shown, 1 no corpus or not readable, 2 none or several match."""
    options = argparse.ArgumentParser(
        prog="python -m flows.explain", description="Show one document of the corpus, its evidence and its cuts."
    )
    options.add_argument(
        "document",
        metavar="ARTICLE_ID_OR_RAW_PATH",
        help="an article's id, or a raw path as the tables name it (PATH:LOCATOR in a container)",
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


def _not_one(matches: list[Shown], wanted: str, corpus: Path) -> Iterator[str]:
    from flows.report import visible

    if not matches:
        yield f"copydesk: {visible(wanted)} is not in the corpus {corpus}"
        return
    yield f"copydesk: {len(matches)} documents match {visible(wanted)}; name one by its id:"
    for each in matches[:SHOWN_MATCHES]:
        row = each.row
        yield visible(f"  {row.get('article_id') or row.get('reject_id')}  {each.table:10} {place(row)}")
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
    yield [(row["title"] or "(no title)", "bold")]
    yield [
        ("article ", "dim"),
        (row["article_id"], ""),
        ("  raw ", "dim"),
        (f"{place(row)}  {row['content_type']} {row['encoding']}", ""),
    ]
    if row["revision"] is not None and shown.table == "articles":
        yield [("revision ", "bold magenta"), (f"{row['revision']}, the newest", "magenta")]
    if shown.table == "duplicates":
        number = f" {row['revision']}" if row["revision"] is not None else ""
        scores = ", ".join(f"{score['name']} {score['value']:.2f}" for score in row["duplicate_scores"])
        yield [
            ("duplicate ", "bold magenta"),
            (f"{row['relation']}{number} of {row['duplicate_of']}, by {row['duplicate_rule']} ({scores})", "magenta"),
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
        value = moment(row, source["field"]) if followed else None
        value = value or source["value"]
        where = source["origin"] + (f" at {source['start']}" if source["start"] is not None else "")
        yield [
            (f"{source['field']:{width}}  ", "dim"),
            (value, "green" if followed else "strike dim"),
            (f"  {where}", "dim"),
            (f"  from {source['raw']!r}" if source["raw"] not in ("", value) else "", "dim"),
            ("" if followed else "  not followed", "yellow"),
        ]


def _body(row: Row) -> Iterator[Line]:
    """Paragraphs and cuts in the order in which they stand in the raw document."""
    for is_cut, piece in pieces(row):
        if is_cut:
            colour = COLOURS[family(piece["rule"])]
            score = "" if piece["score"] is None else f" {piece['score']:.2f}"
            yield [
                (f"− {piece['rule']}{score}  ", f"bold {colour}"),
                (" ".join(piece["text"].split()), f"strike {colour}"),
            ]
        else:
            plain = piece["kind"] == "paragraph"
            yield [
                ("" if plain else f"[{piece['kind']}] ", "blue"),
                (piece["text"], "bold" if piece["kind"] == "heading" else ""),
            ]
        yield [("", "")]


if __name__ == "__main__":
    sys.exit(main())
