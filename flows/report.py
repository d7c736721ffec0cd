"""What a run shows on the terminal: a line at the start, progress, and a table at the end."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

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

    def summary(self, manifest: dict[str, Any], out: Path) -> None:
        """The table at the end of a run, from its manifest."""
        counts = manifest["counts"]
        table = Table(box=None, show_header=False, pad_edge=False)
        table.add_column()
        table.add_column(justify="right")
        table.add_row("files found", str(counts["files_found"]))
        if counts["files_known"]:
            table.add_row("  in the corpus already", str(counts["files_known"]))
        table.add_row("new documents", str(counts["documents"]))
        table.add_row("  articles", str(counts["articles"]))
        table.add_row("  duplicates", str(counts["duplicates"]))
        table.add_row("  rejects", str(counts["rejects"]))
        for reason, number in counts["rejects_by_reason"].items():
            table.add_row(f"    {reason}", str(number))
        table.add_row("cuts", str(sum(counts["cuts_by_rule"].values())))
        for kind, number in by_kind(counts["cuts_by_rule"]).items():
            table.add_row(f"    {kind}", str(number))
        table.add_row("seconds", f"{manifest['seconds']:.1f}")
        self._console.print(table)
        self.say(f"corpus: {out}")


def by_kind(cuts_by_rule: dict[str, int]) -> dict[str, int]:
    """Cuts by kind (the part of a rule's id before the dot), most frequent first."""
    kinds: Counter[str] = Counter()
    for rule, number in cuts_by_rule.items():
        kinds[rule.split(".")[0]] += number
    return dict(sorted(kinds.items(), key=lambda item: (-item[1], item[0])))
