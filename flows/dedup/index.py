"""The index of a corpus by which a new document finds the article that it repeats.

All of it follows from the finished files of `articles/` and `duplicates/`: it can be deleted at any time, and what a
crash left out of it is made up when it is next opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import xxhash

from flows.dedup.assign import assign
from flows.dedup.pages import Damaged
from flows.dedup.places import Places
from flows.dedup.replaced import Replaced, Replacements, build_single
from flows.dedup.rows import Rows, single
from flows.dedup.segment import SUFFIX, Segment, build, listed, load, merge
from flows.dedup.types import Document, Match

T = TypeVar("T")
MERGED_AT_ONCE = 8
"""So many segments of a size are merged into one, so that their number grows with the logarithm of the corpus."""
_SMALLEST = 1024
_BYTES_AT_ONCE = 64 * 1024 * 1024
"""Table files of so many bytes share a segment from the start where an index is made again."""


class Index:
    """The segments of both tables.  One writer at a time; the corpus lock sees to it."""

    def __init__(
        self, state: Path, folders: dict[str, Path], segments: list[Segment], replacements: Replacements
    ) -> None:
        self._state = state
        self._folders = folders
        self._segments = segments
        self._places = Places(state / "places.sqlite", folders)
        self._replacements = replacements

    @classmethod
    def open(cls, state: Path, articles: Path, duplicates: Path) -> Index:
        """The index in the folder `state`, brought up to date with the two table folders (which may be missing).

        Segments are made for table files that have none; segments that are damaged, or of which a table file is gone
        or changed, are removed.
        """
        while True:
            try:
                return cls._opened(state, articles, duplicates)
            except Damaged as damage:
                damage.path.unlink()

    @classmethod
    def _opened(cls, state: Path, articles: Path, duplicates: Path) -> Index:
        state.mkdir(parents=True, exist_ok=True)
        folders = {"articles": articles, "duplicates": duplicates}
        present = {
            (table, file.name): (file.size, file.changed)
            for table, folder in folders.items()
            for file in listed(folder)
        }
        replacements = Replacements.load(state)
        replacements.forget_all_but(present)
        segments: list[Segment] = []
        covered: set[tuple[str, str]] = set()
        loaded = [(path, load(path)) for path in sorted(state.glob(f"*{SUFFIX}"))]
        for path, segment in sorted(loaded, key=lambda pair: -len(pair[1].files) if pair[1] else 0):
            keys = {(segment.table, file.name) for file in segment.files} if segment else set()
            if (
                segment is None
                or keys & covered
                or any(not replacements.is_current(segment.table, file, present) for file in segment.files)
            ):
                path.unlink()
            else:
                segments.append(segment)
                covered |= keys
        for part in state.glob("*.part"):
            part.unlink()
        index = cls(state, folders, segments, replacements)
        index.add(folders[table] / name for table, name in present if (table, name) not in covered)
        index._add_single(
            (table, name, row, article_id)
            for table, name, row, article_id in replacements.rows()
            if (table, name) in covered and (table, single(name, row, article_id)) not in covered
        )
        return index

    def add(self, files: Iterable[Path]) -> None:
        """Take in table files that were just published: paths of finished Parquet files in the table folders."""
        files = list(files)
        self._mended(lambda: self._add(files))

    def _add(self, files: Sequence[Path]) -> None:
        for table in self._folders:
            for group in _grouped([file for file in files if self._table(file) == table]):
                self._segments.append(build(self._path(table, [path.name for path in group]), table, group))
                self._merge(table)
        self._places.changed(files)
        for segment in self._segments:
            segment.pages.release()  # what looking up touched would else add up to the whole index

    def replace(self, files: Mapping[Path, Replaced]) -> None:
        """Take notice of table files that were replaced by others of as many rows, of which those named have changed.

        The segments of the old files stay: their other rows are the same.  A row that has changed is taken in anew.
        """
        if files:
            self._mended(lambda: self._replace(files))

    def _replace(self, files: Mapping[Path, Replaced]) -> None:
        for file, rows in files.items():
            self._replacements.note(self._table(file), file, rows)
        self._replacements.save()
        self._add_single(
            (self._table(file), file.name, row, article_id)
            for file, rows in files.items()
            for row, article_id in rows.items()
        )
        self._places.changed(files)
        for table in self._folders:
            self._merge(table)

    def files_of(self, article_ids: Iterable[str]) -> list[Path]:
        """The table files that hold any of these articles, or duplicates of them."""
        return self._places.files_of(article_ids)

    def _add_single(self, rows: Iterable[tuple[str, str, int, str]]) -> None:
        for table, name, row, article_id in rows:
            called = single(name, row, article_id)
            path = self._path(table, [called])
            self._segments.append(build_single(path, table, self._folders[table] / name, row, called))

    def _merge(self, table: str) -> None:
        """Merge segments of the table until none are due."""
        while group := self._mergeable(table):
            names = [file.name for segment in group for file in segment.files]
            merged = merge(self._path(table, names), group)
            self._segments = [segment for segment in self._segments if segment not in group] + [merged]
            for segment in group:
                segment.path.unlink()

    def assign(self, batch: Sequence[Document]) -> list[Match | None]:
        """What each document repeats, in the order of `batch`; None for a new article.

        The answer depends on the documents and on those in the corpus, not on the order of `batch`: the earliest
        published of a batch comes first, then the one with the most words.
        """
        while (matches := self._mended(lambda: assign(self._segments, Rows(self._folders), batch))) is None:
            pass
        return matches

    def _mended(self, work: Callable[[], T]) -> T | None:
        """What `work` gives; None where it met a damaged segment, which has been made again then."""
        try:
            return work()
        except Damaged as damage:
            damage.path.unlink()
        again = Index.open(self._state, self._folders["articles"], self._folders["duplicates"])
        self._segments, self._places, self._replacements = again._segments, again._places, again._replacements
        return None

    def _table(self, file: Path) -> str:
        tables = {folder.resolve(): table for table, folder in self._folders.items()}
        return tables[file.parent.resolve()]

    def _mergeable(self, table: str) -> list[Segment]:
        """Segments of like size that are due to be merged, in the order of their first files."""
        tiers: dict[int, list[Segment]] = {}
        for segment in self._segments:
            if segment.table == table:
                tier, limit = 0, _SMALLEST
                while len(segment.lengths) > limit:
                    tier, limit = tier + 1, limit * MERGED_AT_ONCE
                tiers.setdefault(tier, []).append(segment)
        for tier in sorted(tiers):
            if len(tiers[tier]) >= MERGED_AT_ONCE:
                return sorted(tiers[tier], key=lambda segment: segment.files[0].name)
        return []

    def _path(self, table: str, names: list[str]) -> Path:
        if len(names) == 1:
            return self._state / f"{table}-{names[0]}{SUFFIX}"
        return self._state / f"{table}-merged-{xxhash.xxh3_128_hexdigest(chr(0).join(names).encode())}{SUFFIX}"


def _grouped(paths: Sequence[Path]) -> Iterator[list[Path]]:
    """The table files in groups that are read into one segment each."""
    group: list[Path] = []
    size = 0
    for path in paths:
        bytes_of = path.stat().st_size
        if group and size + bytes_of > _BYTES_AT_ONCE:
            yield group
            group, size = [], 0
        group.append(path)
        size += bytes_of
    if group:
        yield group
