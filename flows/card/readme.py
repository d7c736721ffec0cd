"""The data card: `README.md` in the form that Hugging Face reads, so that `datasets.load_dataset(FOLDER)` works.

https://huggingface.co/docs/hub/datasets-cards says what its YAML head may hold.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from flows.card.facts import FILLED, Facts, top
from flows.card.prose import BIASES, COLLECTION, LIMITS, MAINTENANCE, MISSING, PERSONAL, STEPS, UNKNOWN_LICENSE, about
from flows.card.stated import Stated
from flows.report import by_kind
from flows.schema import Column, contract

MARK = "<!-- Written by copydesk after each run. What you write here is lost: use dataset.toml. -->"
SHOWN = 20
"""At most this many rows in a table of counts whose kinds are not a closed list."""
ALL = 1000
SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
    (100_000_000, "10M<n<100M"),
    (1_000_000_000, "100M<n<1B"),
)
_SPDX = re.compile(r"[A-Za-z0-9.+-]+")
_MEANT = str.maketrans({"|": r"\|", "`": r"\`", "[": r"\[", "]": r"\]", "*": r"\*", "_": r"\_"})


def readme(facts: Facts, stated: Stated) -> str:
    """`README.md` for a corpus with these facts."""
    head = yaml.safe_dump(_head(facts, stated), sort_keys=False, allow_unicode=True, width=1000)
    return f"---\n{head}---\n\n{MARK}\n\n" + "\n".join(_body(facts, stated)) + "\n"


def _head(facts: Facts, stated: Stated) -> dict[str, Any]:
    head = {
        "pretty_name": stated.title or stated.name,
        "language": sorted(language for language in facts.tally("language") if language),
        **_license(stated),
        "size_categories": [_size(facts.rows()["articles"])],
        "tags": ["news", "text", "croissant", *stated.keywords],
        "configs": [
            {"config_name": table, "data_files": f"{table}/*.parquet", "default": table == "articles"}
            for table in contract().tables
            if facts.rows()[table]  # `datasets` cannot load a table without rows
        ],
    }
    return {key: value for key, value in head.items() if value != []}


def _license(stated: Stated) -> dict[str, str]:
    if stated.license is None:
        return {"license": "unknown"}
    if _SPDX.fullmatch(stated.license):
        return {"license": stated.license.lower()}
    key = "license_link" if stated.license.startswith(("http://", "https://")) else "license_name"
    return {"license": "other", key: stated.license}


def _size(rows: int) -> str:
    return next((name for limit, name in SIZES if rows < limit), "n>1T")


def _body(facts: Facts, stated: Stated) -> Iterator[str]:
    yield f"# {_shown(stated.title or stated.name)}"
    yield ""
    yield from (stated.description, "") if stated.description else ()
    yield about(facts)
    yield ""
    yield from _use()
    yield from _contents(facts)
    yield from _made(facts)
    yield from _columns()
    yield from _said("Limits", (*LIMITS, *BIASES, *PERSONAL))
    yield from ("## Licence", "", _shown(stated.license) if stated.license else UNKNOWN_LICENSE, "")
    yield from _counted("Licences that raw files state", facts.tally("license"))
    yield from _said("Kept by", stated.creators)
    yield from ("## Citation", "", "```", stated.citation.replace("```", ""), "```") if stated.citation else ()


def _use() -> Iterator[str]:
    yield from ("## Use", "", "```python", "import datasets, pandas", "")
    yield 'datasets.load_dataset("PATH/OF/THIS/FOLDER", "articles")  # or "duplicates", "rejects"'
    yield 'pandas.read_parquet("PATH/OF/THIS/FOLDER/articles")'
    yield from ("```", "")
    yield "`sha256sum -c SHA256SUMS` checks the files; `croissant.json` describes them for machines."
    yield ""


def _contents(facts: Facts) -> Iterator[str]:
    rows, sizes = facts.rows(), facts.sizes()
    yield from ("## What is in it", "", "| Table | Rows | Bytes | A row is |", "|---|--:|--:|---|")
    for table, meaning in contract().tables.items():
        yield f"| `{table}` | {rows[table]:,} | {sizes[table]:,} | {meaning.meaning} |"
    yield ""
    published, dated = facts.published(), facts.tally("filled").get("published_at", 0)
    if published:
        yield f"The articles were published from {published[0][:10]} to {published[1][:10]} (UTC);"
        yield f"{rows['articles'] - dated:,} of {rows['articles']:,} do not say when."
    yield f"Together they have {facts.tally('words').get('', 0):,} words."
    yield ""
    yield from _counted("Languages of the articles", facts.tally("language"), unknown="not known")
    yield from _counted("Publishers of the articles", facts.tally("publisher"), unknown="not known")
    yield from _counted("Raw formats of the articles", facts.tally("content_type"))
    filled = facts.tally("filled")
    yield from _counted("Articles that have a …", {column: filled.get(column, 0) for column in FILLED}, code=True)
    yield from _counted("Duplicates by relation", facts.tally("relation"), code=True)
    yield from _counted("Rejects by reason", facts.tally("reason"), code=True)


def _made(facts: Facts) -> Iterator[str]:
    yield from ("## How it was made", "", COLLECTION, "")
    yield from (f"{number}. {step}" for number, step in enumerate(STEPS, 1))
    yield from ("", MISSING, "", MAINTENANCE, "")
    runs = facts.runs()
    yield from ("| Run | Its clock | copydesk | Rules | Settings |", "|---|---|---|---|---|")
    for run in runs[-SHOWN:]:
        made = f"{run['pipeline_version']} | `{run['rules_version']}` | `{run['settings_sha256'][:12]}`"
        yield f"| `{run['run_id']}` | {run['ingested_at']} | {made} |"
    yield ""
    if len(runs) > SHOWN:
        yield from (f"These are the last {SHOWN} of {len(runs):,} runs.", "")
    yield from _counted("Cuts by kind of rule", by_kind(facts.tally("cuts")), code=True)


def _columns() -> Iterator[str]:
    shared = contract().tables["articles"].columns
    yield from (f"## Columns (schema version {contract().version})", "")
    for table, columns in {name: each.columns for name, each in contract().tables.items()}.items():
        own = columns[len(shared) :] if table != "articles" and columns[: len(shared)] == shared else columns
        yield from (f"### `{table}`", "")
        if len(own) < len(columns):
            yield from ("All columns of `articles`, and:", "")
        yield from _described(own, nullability=True)
    for struct, fields in contract().structs.items():
        yield from (f"### Struct `{struct}`", "")
        yield from _described(fields, nullability=False)


def _described(columns: tuple[Column, ...], nullability: bool) -> Iterator[str]:
    yield from ("| Column | Type | Null | Meaning |", "|---|---|---|---|")
    for column in columns:
        null = "" if not nullability else "yes" if column.nullable else "never"
        meaning = column.meaning.replace("|", r"\|")
        yield f"| `{column.name}` | `{column.type}` | {null} | {meaning} |"
    yield ""


def _said(title: str, lines: tuple[str, ...]) -> Iterator[str]:
    if lines:
        yield from (f"## {title}", "")
        yield from (f"- {line}" for line in lines)
        yield ""


def _counted(title: str, tally: Mapping[str, int], unknown: str | None = None, code: bool = False) -> Iterator[str]:
    """A table of counts, of names that are copydesk's own (`code`) or of others; none where nothing is counted."""
    shown, more = top(dict(tally), ALL if code else SHOWN)
    if unknown and tally.get(""):
        shown = [*shown, (unknown, tally[""])]
    if not shown:
        return
    yield from (f"| {title} | |", "|---|--:|")
    yield from (f"| {f'`{key}`' if code else _shown(key)} | {number:,} |" for key, number in shown)
    if more:
        yield f"| and {more:,} more | |"
    yield ""


def _shown(text: str) -> str:
    """`text` from outside as it is meant, in one line: no markup of it counts."""
    return html.escape(" ".join(text.split()), quote=False).translate(_MEANT)
