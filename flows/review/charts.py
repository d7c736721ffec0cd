"""What the corpus's charts show, as JSON: counted from the tables and manifests, without a look at the texts."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from flows.drift import Drift
from flows.evidence import family, kind
from flows.runs import RUNS
from flows.tables import read_rows
from flows.tally import FIELDS, Run, Tallies, Tally, added

MOST_PUBLISHERS = 24
"""Publishers with a row or line of their own, the largest; the others are taken together."""
MOST_RUNS = 60
"""The newest runs, in charts over runs."""
MOST_BARS = 130
"""Bars on a time axis; where days would be more, weeks, months or years are counted."""
OTHERS = "all others"
UNKNOWN = "publisher unknown"

Json = dict[str, Any]


def charts(out: Path, tallies: Tallies, drifts: Iterable[Drift]) -> Json:
    """The data of all charts; raises `CorpusError` where the tables cannot be read."""
    largest = _largest(tallies)
    rejects = read_rows(out, "rejects", ["reason", "run_id", "ingested_at"])
    duplicates = read_rows(out, "duplicates", ["duplicate_of", "relation", "run_id"])
    runs = sorted({run for _, run in tallies} | _runs_of(rejects.select(["run_id", "ingested_at"]).to_pylist()))
    whole = added(tallies.values())
    return {
        "publishers": len({publisher for publisher, _ in tallies if publisher}),
        "last": [UNKNOWN, OTHERS],
        "runs": _runs(out, runs, tallies, _count(rejects["run_id"]), _count(duplicates["run_id"])),
        "days": _days(tallies, largest),
        "rules": _rules(whole),
        "fields": _fields(tallies, largest),
        "overRuns": _over_runs(tallies, largest, runs[-MOST_RUNS:]),
        "groups": _tall(_count(_group_sizes(duplicates)), "size"),
        "relations": _tall(_count(duplicates["relation"]), "relation"),
        "reasons": _tall(_count(rejects["reason"]), "reason"),
        "drift": [{**dataclasses.asdict(each), "publisher": each.publisher or UNKNOWN} for each in drifts],
    }


def _count(column: Any) -> Counter[Any]:
    return Counter({each["values"]: each["counts"] for each in pc.value_counts(column).to_pylist()})


def _tall(counted: Counter[Any], name: str) -> list[Json]:
    return [{name: value, "number": number} for value, number in sorted(counted.items(), key=lambda e: (-e[1], e[0]))]


def _group_sizes(duplicates: Any) -> Any:
    """Documents in each group: an article and what repeats it."""
    groups = duplicates.group_by("duplicate_of").aggregate([([], "count_all")])
    return pc.add(groups["count_all"], 1)


def _runs_of(rows: list[Json]) -> set[Run]:
    return {Run(row["ingested_at"], row["run_id"]) for row in rows}


def _runs(out: Path, runs: list[Run], tallies: Tallies, rejects: Counter[str], duplicates: Counter[str]) -> list[Json]:
    documents: Counter[str] = Counter()
    for (_, run), tally in tallies.items():
        documents[run.run_id] += tally.documents
    return [
        {
            "run": run.run_id,
            "at": run.as_of.isoformat(),
            "articles": documents[run.run_id] - duplicates[run.run_id],
            "duplicates": duplicates[run.run_id],
            "rejects": rejects[run.run_id],
            **_from_manifest(out / RUNS / f"{run.run_id}.json"),
        }
        for run in runs
    ]


def _from_manifest(path: Path) -> Json:
    manifest = manifest_at(path)
    return {"files": manifest["counts"]["files_found"], "seconds": manifest["seconds"]} if manifest else {}


def manifest_at(path: Path) -> Json:
    """The manifest in a file; empty where it is not there or no JSON."""
    try:
        manifest: Json = json.loads(path.read_bytes())
        return manifest
    except (OSError, ValueError):
        return {}


def _largest(tallies: Tallies) -> list[str | None]:
    documents: Counter[str | None] = Counter()
    for (publisher, _), tally in tallies.items():
        documents[publisher] += tally.documents
    ranked = sorted(documents.items(), key=lambda each: (-each[1], each[0] or ""))
    return [publisher for publisher, _ in ranked[:MOST_PUBLISHERS]]


def _label(publisher: str | None, largest: list[str | None]) -> str:
    return (publisher or UNKNOWN) if publisher in largest else OTHERS


def _days(tallies: Tallies, largest: list[str | None]) -> Json:
    counted: Counter[tuple[date, str]] = Counter()
    undated = 0
    days = sorted({day for tally in tallies.values() for day in tally.days if day})
    unit = _unit(days[0], days[-1]) if days else "day"
    for (publisher, _), tally in tallies.items():
        for day, number in tally.days.items():
            if day is None:
                undated += number
            else:
                counted[_begin(day, unit), _label(publisher, largest)] += number
    rows = [{"day": day.isoformat(), "publisher": name, "number": n} for (day, name), n in sorted(counted.items())]
    return {"unit": unit, "undated": undated, "rows": rows}


def _unit(first: date, last: date) -> str:
    span = (last - first).days
    return next((unit for unit, days in (("day", 1), ("week", 7), ("month", 30)) if span <= MOST_BARS * days), "year")


def _begin(day: date, unit: str) -> date:
    match unit:
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "year":
            return day.replace(month=1, day=1)
    return day


def _rules(whole: Tally) -> Json:
    characters = whole.kept + whole.cut.total()
    rules = [
        {"rule": rule, "kind": kind(rule), "family": family(rule), "share": number / characters}
        for rule, number in sorted(whole.cut.items(), key=lambda each: (-each[1], each[0]))
        if characters
    ]
    return {"kept": whole.kept / characters if characters else 1, "rules": rules}


def _by_label(tallies: Tallies, largest: list[str | None]) -> dict[str, Tally]:
    names = [*dict.fromkeys(publisher or UNKNOWN for publisher in largest), OTHERS]
    parts: dict[str, list[Tally]] = {name: [] for name in names}
    for (publisher, _), tally in tallies.items():
        parts[_label(publisher, largest)].append(tally)
    return {name: added(some) for name, some in parts.items() if some}


def _fields(tallies: Tallies, largest: list[str | None]) -> list[Json]:
    return [
        {"publisher": name, "field": column, "share": tally.filled[column] / tally.documents, "of": tally.documents}
        for name, tally in _by_label(tallies, largest).items()
        for column in FIELDS
    ]


def _over_runs(tallies: Tallies, largest: list[str | None], runs: list[Run]) -> list[Json]:
    """Fill rates run by run, of each large publisher."""
    return [
        {
            "publisher": name,
            "run": run.run_id,
            "at": run.as_of.isoformat(),
            "number": number,
            "of": tally.documents,
            "shares": [round(tally.filled[column] / tally.documents, 4) for column in FIELDS],
        }
        for number, run in enumerate(runs)
        for name, tally in _by_label({key: value for key, value in tallies.items() if key[1] == run}, largest).items()
    ]
