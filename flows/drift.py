"""What moved between a publisher's last runs by more than chance: fields that are filled more or less often, kinds of
cut that are found in more or fewer documents.  A site's redesign shows here before anyone reads the texts.

The documents of the newest runs are held against those of the runs before, each measure by Fisher's exact test on the
two proportions (Fisher, "The Logic of Inductive Inference", 1935; `scipy.stats.fisher_exact`), and all p-values of one
look are corrected together with Benjamini and Yekutieli's procedure ("The Control of the False Discovery Rate in
Multiple Testing under Dependency", 2001; `scipy.stats.false_discovery_control`), since fields of one page move
together: of the movements reported, at most `FALSE_SHARE` are expected to be chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flows.tally import FIELDS, Run, Tallies, Tally, added, tallied

FALSE_SHARE = 0.01
"""Of the movements reported, the share that may be chance."""
LEAST_MOVE = 0.05
"""Smaller movements than five points are not reported, however certain: large runs make any difference certain."""
LEAST_DOCUMENTS = 20
"""So many documents of the newest runs, at least, are held against so many of the runs before."""
WINDOW_DOCUMENTS = 200
"""The runs before are taken, newest first, until they hold so many documents: old history does not hide a change."""


@dataclass(frozen=True, slots=True)
class Drift:
    """One measure of one publisher that moved between its last runs."""

    publisher: str | None
    """The outlet, or its site's domain; None for documents that name neither."""
    measure: str
    """`field.COLUMN`: documents in which the column is filled; `cuts.KIND`: documents with a cut of that kind."""
    before: float
    """Share of the documents, 0 to 1, in the runs before."""
    after: float
    """The same in the newest runs."""
    documents_before: int
    documents_after: int
    runs: tuple[str, ...]
    """The ids of the newest runs: those in which it differs from before."""
    p_value: float
    """After the correction for many comparisons."""


def between_runs(out: Path, newest: int | None = None) -> tuple[Drift, ...]:
    """The measures of the corpus at `out` that moved between the last runs, the most certain first.

    With `newest`, only about so many of the documents written last are looked at.  Only publishers with documents in
    the corpus's last run count.  Raises `CorpusError` where there is no corpus that can be read.
    """
    return moved(tallied(out, newest))


@dataclass(frozen=True, slots=True)
class _Pair:
    """One measure of one publisher before and after: in how many of how many documents."""

    publisher: str | None
    measure: str
    runs: tuple[str, ...]
    hits: tuple[int, int]
    documents: tuple[int, int]

    @property
    def shares(self) -> tuple[float, float]:
        return self.hits[0] / self.documents[0], self.hits[1] / self.documents[1]


def moved(tallies: Tallies) -> tuple[Drift, ...]:
    """The measures that moved, from the counted corpus."""
    pairs = list(_pairs(tallies))
    if not pairs:
        return ()
    from scipy.stats import false_discovery_control, fisher_exact  # slow to import, and many corpora have one run

    raw = [
        fisher_exact([[hits, of - hits] for hits, of in zip(pair.hits, pair.documents, strict=True)]).pvalue
        for pair in pairs
    ]
    corrected = false_discovery_control(raw, method="by")
    found = [
        Drift(pair.publisher, pair.measure, *pair.shares, *pair.documents, pair.runs, float(p_value))
        for pair, p_value in zip(pairs, corrected, strict=True)
        if p_value <= FALSE_SHARE and abs(pair.shares[1] - pair.shares[0]) >= LEAST_MOVE
    ]
    return tuple(sorted(found, key=lambda each: (each.p_value, each.publisher or "", each.measure)))


def _pairs(tallies: Tallies) -> Iterator[_Pair]:
    """Everything that can be compared: each measure of each publisher of the last run that has runs before it."""
    last = max((run for _, run in tallies), default=None)
    for publisher in sorted({p for p, run in tallies if run == last}, key=lambda p: p or ""):
        runs = sorted((run for p, run in tallies if p == publisher), reverse=True)
        newest = _fewest(publisher, runs, tallies, LEAST_DOCUMENTS)
        earlier = _fewest(publisher, runs[len(newest) :], tallies, WINDOW_DOCUMENTS)
        before, after = (added(tallies[publisher, run] for run in some) for some in (earlier, newest))
        if min(before.documents, after.documents) < LEAST_DOCUMENTS:
            continue
        ids = tuple(run.run_id for run in newest)
        for measure, hits in _measures(before, after):
            yield _Pair(publisher, measure, ids, hits, (before.documents, after.documents))


def _fewest(publisher: str | None, runs: list[Run], tallies: Tallies, documents: int) -> list[Run]:
    """The first of `runs` that hold so many documents together; all of them, where they hold fewer."""
    held = 0
    for number, run in enumerate(runs):
        if held >= documents:
            return runs[:number]
        held += tallies[publisher, run].documents
    return runs


def _measures(before: Tally, after: Tally) -> Iterator[tuple[str, tuple[int, int]]]:
    for column in FIELDS:
        yield f"field.{column}", (before.filled[column], after.filled[column])
    for kind in sorted(before.with_cut.keys() | after.with_cut.keys()):
        yield f"cuts.{kind}", (before.with_cut[kind], after.with_cut[kind])
