"""Documents of one thing many times over: cleaning them must take time in proportion to their length."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from flows import pipeline, rules
from flows.model import RawFile
from flows.settings import Settings

STORY = "The council of Upper Dale voted on Monday to close the bridge for nine weeks, the mayor of the town said. "
NOW = datetime(2026, 11, 1, tzinfo=UTC)
SHAPES: dict[str, Callable[[int], str]] = {
    "links of one block": lambda n: "# T\n\n" + "[link](http://x.example/a) * item\n" * n,
    "emphasis": lambda n: "# T\n\n" + "*a _b **c " * n,
    "list items": lambda n: "# T\n\n" + "".join(f"{'  ' * (i % 40)}* item {i}\n" for i in range(n)),
    "references": lambda n: "# T\n\n" + "".join(f"[a{i}]: http://x.example/\n" for i in range(n)),
    "front matter": lambda n: "---\n" + "".join(f"key{i}: value\n" for i in range(n)) + "---\n\n" + STORY,
    "short lines": lambda n: "Share\nBy Ada Lane\n" * n,
    "one paragraph again": lambda n: (STORY + "\n\n") * n,
    "dates": lambda n: "Published: Mar 09, 2026 06:20 PM\n\n" * n,
    "tables": lambda n: "<html><body><table>" + "<tr><td>a</td><td>b</td></tr>" * n,
    "unclosed": lambda n: "<html><body>" + "<p><i><b><ul><li>x" * n,
    "headings": lambda n: "<html><body>" + "<h2>Council votes</h2>" * n,
    "authors": lambda n: "<html><head><meta name='author' content='" + "Ada Lane, " * n + "'></head><body><p>" + STORY,
}


def seconds(text: str) -> float:
    """CPU seconds that cleaning `text` takes."""
    data = text.encode()
    began = time.process_time()
    pipeline.clean(RawFile("x", "0" * 64, len(data), data), rules.load(), Settings(), NOW)
    return time.process_time() - began


def growth(shape: str, times: int) -> float:
    """How many times as long four times as many of it take; 4 is in proportion, 16 is the square."""
    seconds(SHAPES[shape](4 * times))  # whatever is made ready when it is first needed
    return seconds(SHAPES[shape](4 * times)) / seconds(SHAPES[shape](times))
