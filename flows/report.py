"""What a run shows on the terminal: a line at the start, progress, and a table at the end."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from flows.stores import Place

LINES_EVERY = 10
"""Percent between two progress lines where there is no terminal to draw a bar on."""

KEPT = "\n\t\u200c\u200d"
"""Control characters that do no harm: line ends, tabs, and the joiners that some scripts and emoji need."""


def visible(text: str) -> str:
    """`text` safe to print: control characters, terminal escapes and direction overrides shown as U+FFFD."""
    return "".join(
        "�" if unicodedata.category(char) in ("Cc", "Cf", "Cs") and char not in KEPT else char for char in text
    )


class Reporter:
    """Prints what a run does, unless it is to be quiet."""

    def __init__(self, quiet: bool) -> None:
        self._console = Console(quiet=quiet, highlight=False, soft_wrap=True)

    @property
    def live(self) -> Console | None:
        """The console that draws a live bar, through which others must print meanwhile; None where there is none."""
        return self._console if self._console.is_terminal and not self._console.quiet else None

    def say(self, line: str) -> None:
        """Print one line."""
        self._console.print(visible(line), markup=False)

    @contextmanager
    def progress(self) -> Iterator[Callable[[int, int], None]]:
        """A function to be called with the files done and their number: a live bar on a terminal, lines elsewhere."""
        if self.live:
            with Progress(
                TextColumn("cleaning"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=self._console
            ) as bar:
                task = bar.add_task("files", total=None)
                yield lambda done, total: bar.update(task, completed=done, total=total)
        else:
            said = -LINES_EVERY

            def lines(done: int, total: int) -> None:
                nonlocal said
                percent = 100 * done // total if total else 100
                if percent >= said + LINES_EVERY or done == total:
                    said = percent
                    self.say(f"{done} of {total} files" if total else "nothing new")

            yield lines

    def summary(self, manifest: dict[str, Any], out: Place) -> None:
        """The table at the end of a run, from its manifest."""
        counts = manifest["counts"]
        table = Table(box=None, show_header=False, pad_edge=False)
        table.add_column()
        table.add_column(justify="right")
        table.add_row("files found", str(counts["files_found"]))
        if counts["files_known"]:
            table.add_row("  in the corpus already", str(counts["files_known"]))
        if counts["documents_known"]:
            table.add_row("known documents", str(counts["documents_known"]))
        table.add_row("new documents", str(counts["documents"]))
        table.add_row("  articles", str(counts["articles"]))
        table.add_row("  duplicates", str(counts["duplicates"]))
        if counts["revised"]:
            table.add_row("    articles until a newer revision came", str(counts["revised"]))
        table.add_row("  rejects", str(counts["rejects"]))
        for reason, number in counts["rejects_by_reason"].items():
            table.add_row(f"    {reason}", str(number))
        if counts["passed_over"]:
            table.add_row("passed over, no documents", str(counts["passed_over"]))
            for kind, number in counts["passed_over_by_kind"].items():
                table.add_row(f"    {kind}", str(number))
        table.add_row("cuts", str(sum(counts["cuts_by_rule"].values())))
        for kind, number in by_kind(counts["cuts_by_rule"]).items():
            table.add_row(f"    {kind}", str(number))
        table.add_row("seconds", f"{manifest['seconds']:.1f}")
        self._console.print(table)
        self.say(f"corpus: {out}")

    def changes(self, report: dict[str, Any]) -> None:
        """The table of what a rebuild changes, from its report."""
        table = Table("", "before", "after", box=None, pad_edge=False)
        for column in table.columns[1:]:
            column.justify = "right"
        for name, rows in report["rows"].items():
            table.add_row(name, str(rows["before"]), str(rows["after"]))
        for title in ("duplicates_by_relation", "rejects_by_reason", "cuts_by_rule"):
            differing = {name: each for name, each in report[title].items() if each["before"] != each["after"]}
            if differing:
                table.add_row(title.replace("_", " "))
            for name, each in differing.items():
                table.add_row(f"  {name}", str(each["before"]), str(each["after"]))
        self._console.print(table)
        listed = Table("documents", "", "e.g.", box=None, pad_edge=False)
        listed.columns[1].justify = "right"
        for name, count, example in _differences(report):
            listed.add_row(name, str(count), visible(example))
        self._console.print(listed)


def _differences(report: dict[str, Any]) -> Iterator[tuple[str, int, str]]:
    """What happened to documents: how it is called, how often, and to which, for example."""
    examples = {name: ", ".join(paths[:1]) for name, paths in report["examples"].items()}
    documents = report["documents"]
    for kind in ("gained", "lost"):
        yield kind, sum(documents[kind].values()), examples[kind]
    for way, count in documents["moved"].items():
        yield way, count, examples[way]
    if kept := sum(report["kept"].values()):
        yield "kept without their raw file", kept, ""
    yield "changed", sum(documents["changed"].values()), ""
    for name, count in report["fields_changed"].items():
        yield f"  {name}", count, examples[name]


def by_kind(cuts_by_rule: dict[str, int]) -> dict[str, int]:
    """Cuts by kind (the part of a rule's id before the dot), most frequent first."""
    kinds: Counter[str] = Counter()
    for rule, number in cuts_by_rule.items():
        kinds[rule.split(".")[0]] += number
    return dict(sorted(kinds.items(), key=lambda item: (-item[1], item[0])))
