"""Revisions in the tables: the newest text of a story is its row in `articles/`, earlier ones stand in `duplicates/`.

Where a new document is a revision of an article, the whole group is looked at: the article, its earlier revisions and
its copies, wherever they stand.  What comes of it follows from these documents, not from the order in which they came.
The newest takes the article's place, in the same file and row; the article moves to `duplicates/`; everything that
pointed to it points to the newest, so that `duplicate_of` always names a row of `articles/`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from flows import rows
from flows.dedup.revisions import moment, named, newness, revises
from flows.dedup.types import Match
from flows.dedup.verify import compare, read
from flows.rows import Row
from flows.schema import table_schema

FilesOf = Callable[[Iterable[str]], list[Path]]
"""Finds the table files that hold articles, or duplicates of them, by `article_id`."""

_VIA_COPY = ".via-copy"
_OF_A_DUPLICATE = frozenset(table_schema("duplicates").names) - frozenset(table_schema("articles").names)


@dataclass(frozen=True, slots=True)
class Settled:
    """What is to become of a batch, and of what stands in the corpus already."""

    tables: dict[str, pa.Table]
    """New rows of `articles` and `duplicates`."""
    replaced: dict[Path, pa.Table] = field(default_factory=dict)
    """By table file: the rows that take the place of those in it, one for one."""
    succeeded: dict[Path, dict[int, str]] = field(default_factory=dict)
    """Of the files of `articles/` among them, the rows that are other articles now, each with its `article_id`."""

    @property
    def revised(self) -> int:
        """Rows that move from `articles` to `duplicates`."""
        return sum(map(len, self.succeeded.values()))


@dataclass(frozen=True, slots=True, eq=False)
class _Member:
    """A document of a group: its row as it was, and where it stands."""

    row: Row
    place: int
    """In `file`, or else in the batch."""
    file: Path | None = None
    compared_with: str = ""
    """Of a document of the batch that repeats another: the `article_id` of that."""

    @property
    def is_article(self) -> bool:
        return self.row.get("duplicate_of") is None

    @property
    def is_version(self) -> bool:
        return self.is_article or self.row["relation"] == "revision"


def settle(articles: pa.Table, matches: Sequence[Match | None], files_of: FilesOf) -> Settled:
    """Tell the batch `articles`, with its matches row by row, apart into tables, and let revisions succeed."""
    roots = {match.duplicate_of for match in matches if match and match.relation == "revision"}
    groups: dict[str, list[_Member]] = {root: [] for root in sorted(roots)}
    _from_batch(groups, articles, matches)
    elsewhere = {root for root, members in groups.items() if not any(member.is_article for member in members)}
    stored = {path: pq.read_table(path, partitioning=None) for path in files_of(elsewhere)} if elsewhere else {}
    for path, table in stored.items():
        _from_file(groups, path, table)
    decided: dict[int, Row | None] = {}
    edits: dict[Path, dict[int, Row]] = {}
    moved: list[Row] = []
    succeeded: dict[Path, dict[int, str]] = {}
    for members in groups.values():
        (article,) = (member for member in members if member.is_article)
        for member, row in _succession(members, article):
            is_head = "duplicate_of" not in row
            if is_head and member is not article and article.file is not None:
                edits.setdefault(article.file, {})[article.place] = row
                succeeded.setdefault(article.file, {})[article.place] = row["article_id"]
                decided[member.place] = None
            elif member.file is None:
                decided[member.place] = row
            elif member is article and not is_head:
                moved.append(row)
            elif row != member.row:
                edits.setdefault(member.file, {})[member.place] = row
    replaced = {path: _edited(path.parent.name, stored[path], edit) for path, edit in edits.items()}
    return Settled(_told_apart(articles, matches, decided, moved), replaced, succeeded)


def _from_batch(groups: dict[str, list[_Member]], articles: pa.Table, matches: Sequence[Match | None]) -> None:
    """Put the members of the groups that are in the batch into them."""
    ids = articles["article_id"].to_pylist()
    for place, (article_id, match) in enumerate(zip(ids, matches, strict=True)):
        root = match.duplicate_of if match else article_id
        if root in groups:
            row = _row(articles, place)
            if match:
                row = rows.duplicate_row(row, match)
            groups[root].append(_Member(row, place, compared_with=match.compared_with if match else ""))


def _from_file(groups: dict[str, list[_Member]], path: Path, table: pa.Table) -> None:
    """Put the members of the groups that stand in the table file `path` into them."""
    roots = table["article_id" if path.parent.name == "articles" else "duplicate_of"].to_pylist()
    for place, root in enumerate(roots):
        if root in groups:
            groups[root].append(_Member(_row(table, place), place, path))


def _row(table: pa.Table, place: int) -> Row:
    row: Row = table.slice(place, 1).to_pylist()[0]
    return row


def _succession(members: list[_Member], article: _Member) -> Iterator[tuple[_Member, Row]]:
    """Each member with the row that it is to have; one of them is an article's."""
    versions = _versions([member for member in members if member.is_version])
    head = versions[-1]
    plain = {name: value for name, value in head.row.items() if name not in _OF_A_DUPLICATE}
    yield head, plain | {"revision": len(versions) if len(versions) > 1 else None}
    for number, member in enumerate(versions[:-1], start=1):
        yield member, _as_revision(member.row, head.row) | {"revision": number}
    for member in members:
        if member not in versions:
            yield member, _as_copy(member, head.row, is_new=head is not article) | {"revision": None}


def _versions(members: list[_Member]) -> list[_Member]:
    """The revisions from the oldest to the newest.

    A text that comes again is a copy of its revision; but where its dates say that it is newer than all others, the
    story has gone back to it.
    """
    versions: list[_Member] = []
    again: list[_Member] = []
    for member in sorted(members, key=lambda member: newness(_version(member.row))):
        texts = {version.row["text_sha256"] for version in versions}
        (again if member.row["text_sha256"] in texts else versions).append(member)
    last, newest = again[-1:], versions[-1]
    if last and last[0].row["text_sha256"] != newest.row["text_sha256"] and _moment(last[0]) > _moment(newest):
        versions.append(last[0])
    return versions


def _moment(member: _Member) -> datetime:
    return moment(_version(member.row))


def _version(row: Row) -> Any:
    return SimpleNamespace(**row)


def _as_revision(row: Row, head: Row) -> Row:
    """`row` as an earlier revision of `head`.

    The evidence is that between the two texts, where a rule holds between them; else what has brought one of them
    into the group.
    """
    texts = [read(each["text"], each["title"], each["published_at"]) for each in (row, head)]
    scores = compare(*texts)
    rule = revises(_version(row), texts[0], _version(head), texts[1], scores)
    if rule:
        return rows.duplicate_row(row, Match(head["article_id"], "revision", rule, named(scores)))
    evidence = row if "relation" in row else head
    return row | {
        "duplicate_of": head["article_id"],
        "relation": "revision",
        "duplicate_rule": evidence["duplicate_rule"].removesuffix(_VIA_COPY) + _VIA_COPY,
        "duplicate_scores": evidence["duplicate_scores"],
    }


def _as_copy(member: _Member, head: Row, is_new: bool) -> Row:
    """The row of a copy as one of `head`, which is not the article that it was found to be a copy of if `is_new`."""
    row = member.row
    if row["text_sha256"] == head["text_sha256"]:
        return rows.duplicate_row(row, Match(head["article_id"], "exact", "same-text", ()))
    if member.is_version:
        return rows.duplicate_row(row, Match(head["article_id"], "near", f"same-text{_VIA_COPY}", ()))
    rule = row["duplicate_rule"]
    if is_new or member.compared_with:
        direct = member.compared_with == head["article_id"]
        rule = rule.removesuffix(_VIA_COPY) + ("" if direct else _VIA_COPY)
    relation = "near" if row["relation"] == "exact" else row["relation"]
    return row | {"duplicate_of": head["article_id"], "relation": relation, "duplicate_rule": rule}


def _edited(name: str, table: pa.Table, edits: Mapping[int, Row]) -> pa.Table:
    """The table `name` with some of its rows replaced."""
    pieces, done = [], 0
    for place, row in sorted(edits.items()):
        pieces += [table.slice(done, place - done), rows.table(name, [row])]
        done = place + 1
    return rows.conform(name, pa.concat_tables([piece.cast(table.schema) for piece in (*pieces, table.slice(done))]))


def _told_apart(
    articles: pa.Table, matches: Sequence[Match | None], decided: Mapping[int, Row | None], moved: list[Row]
) -> dict[str, pa.Table]:
    """The batch's new rows: as `decided` has them, by their place, or else as the matches do; and those `moved`."""
    is_article: list[bool] = []
    edits: dict[int, Row] = {}
    duplicates: list[Row] = []
    for place, match in enumerate(matches):
        row = decided[place] if place in decided else rows.duplicate_row(_row(articles, place), match) if match else {}
        is_article.append(row is not None and "duplicate_of" not in row)
        if row and "duplicate_of" in row:
            duplicates.append(row)
        elif row:
            edits[sum(is_article) - 1] = row
    new = articles.filter(pa.array(is_article, pa.bool_()))
    return {
        "articles": _edited("articles", new, edits) if edits else new,
        "duplicates": rows.table("duplicates", duplicates + moved),
    }
