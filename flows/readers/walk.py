"""The walker: sees what a stream is, hands it to its reader, and keeps account of what a raw file comes to.

What is no container is a document, or a reject; every member of a container is walked in the same way, down to
`MAX_DEPTH` levels.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from flows.model import Format, Found, Piece, RawFile, Reason, Refused, Reject
from flows.readers import archives, items, kinds, mail, objects, warc
from flows.readers.kinds import Kind
from flows.readers.streams import Budget, Spent, Stream, unpacked
from flows.settings import Settings

MAX_DEPTH = 5
"""Containers within containers, and layers of compression, that are opened; what lies deeper is a reject."""
MAX_LOCATOR = 1000
"""Characters of a locator; the rest of a longer one is cut off."""


@dataclass(frozen=True, slots=True)
class At:
    """Where a stream stands in its raw file, and what its containers say of it."""

    locator: str | None = None
    depth: int = 0
    claims: tuple[Found, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()
    charset: str | None = None


class Walker:
    """Walks one raw file; the file's path, SHA-256 and size stand in every piece."""

    def __init__(self, path: str, sha256: str, size: int, settings: Settings) -> None:
        self._path, self._sha256, self._size = path, sha256, size
        self._settings = settings
        self._locators: set[str] = set()
        unpacked_bytes = max(settings.max_unpacked_bytes, settings.max_unpacked_ratio * size)
        self.budget = Budget(unpacked_bytes, settings.max_members)
        self.limit = settings.max_document_bytes
        """Bytes of the largest document."""

    def walk(self, stream: Stream, at: At) -> Iterator[Piece]:
        """The pieces of `stream`; raises `Refused` where it, as a whole or from some point on, gives none."""
        if at.depth > MAX_DEPTH:
            raise Refused("read", Reason.TOO_LARGE, f"more than {MAX_DEPTH} containers within containers")
        if inner := unpacked(stream, self.budget):
            yield from self.walk(inner, replace(at, depth=at.depth + 1))
            return
        if (reader := READERS.get(kinds.kind(stream.peek()))) is not None:
            yield from reader(stream, at, self)
            return
        yield self.document(self.whole(stream), at)

    def member(self, at: At, name: str, opened: Callable[[], Stream], outer: Stream | None = None) -> Iterator[Piece]:
        """The pieces of one member of the container at `at`: one reject, where it cannot be read.

        `outer` is the stream that members are read from one after another: its damage is the container's.
        """
        self.budget.enter()
        inner = replace(at, locator=self.locator(at, name), depth=at.depth + 1)
        try:
            yield from self.walk(opened(), inner)
        except Spent:
            raise
        except Refused as refused:
            if outer is not None and outer.failed:
                detail = f"{refused.detail}, in {inner.locator}"
                raise Refused(refused.stage, refused.reason, detail) from refused
            yield self.reject(inner.locator, refused)

    def locator(self, at: At, name: str) -> str:
        """`name` as a locator within `at`: printable, behind its containers' names, and not used before."""
        name = printable(name)
        wanted = unused = name if at.locator is None else f"{at.locator}!/{name}"
        times = 1
        while unused in self._locators:
            times += 1
            unused = f"{wanted}#{times}"
        self._locators.add(unused)
        return unused

    def whole(self, stream: Stream) -> bytes:
        """All of a document's bytes; raises `Refused` where there are none, or too many."""
        data = stream.read(self.limit + 1)
        if len(data) > self.limit:
            raise Refused("read", Reason.TOO_LARGE, f"more than {self.limit:,} bytes unpacked")
        if not data.strip():
            raise Refused("read", Reason.EMPTY, "no bytes" if not data else "nothing but white space")
        return data

    def document(self, data: bytes, at: At, form: Format | None = None, head: bytes = b"") -> RawFile:
        """The document at `at`."""
        return RawFile(
            self._path, self._sha256, self._size, data, at.locator, form, at.claims, at.extra, at.charset, head
        )

    def item(self, at: At, name: str, data: bytes, form: Format, head: bytes = b"") -> Piece:
        """The document `name` in the container at `at`."""
        self.budget.enter()
        if len(data) > self.limit:
            refused = Refused("read", Reason.TOO_LARGE, f"{len(data):,} bytes, the limit is {self.limit:,}")
            return self.reject(self.locator(at, name), refused)
        return self.document(data, replace(at, locator=self.locator(at, name)), form, head)

    def reject(self, locator: str | None, refused: Refused) -> Reject:
        """The reject of what stands at `locator`."""
        return Reject(
            self._path, locator, self._sha256, self._size, refused.stage, refused.reason, printable(refused.detail)
        )


def printable(name: str) -> str:
    """A name from inside a file, fit for a table and a terminal: control characters, escapes, direction overrides and
    lone surrogates are written as `\\u…`."""
    shown = "".join(
        f"\\u{ord(char):04x}" if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") else char
        for char in name[:MAX_LOCATOR]
    )
    return " ".join(shown.split()) or "(no name)"


Reader = Callable[[Stream, At, Walker], Iterator[Piece]]

READERS: dict[Kind, Reader] = {
    Kind.ZIP: archives.read_zip,
    Kind.TAR: archives.read_tar,
    Kind.WARC: warc.read,
    Kind.MBOX: mail.read_mbox,
    Kind.MAIL: mail.read,
    Kind.LINES: objects.read_lines,
    Kind.OBJECTS: objects.read,
    Kind.FEED: items.read_feed,
    Kind.NEWSML: items.read_newsml,
    Kind.NITF: items.read_nitf,
}


def pieces(stream: Stream, walker: Walker) -> Iterator[Piece]:
    """All pieces of a raw file.  Raises `Refused`, behind the pieces that could be read, for the file as a whole."""
    found = False
    passed: dict[str, int] = {}
    for piece in walker.walk(stream, At()):
        if isinstance(piece, RawFile | Reject):
            found = True
        else:
            passed[piece.kind] = passed.get(piece.kind, 0) + 1
        yield piece
    if not found:
        what = ", ".join(f"{number} {kind}" for kind, number in sorted(passed.items()))
        raise Refused("read", Reason.NO_ARTICLE, f"no documents in it: {what or 'it is empty'}")
