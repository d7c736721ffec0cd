"""Object storage: which objects stand under an address such as `s3://bucket/news`, and their bytes.

Addresses are those of fsspec, which knows the stores (`s3://` needs the extra `copydesk[s3]`), reads their environment
variables and retries what may be retried.  Whatever a store's library raises becomes one line here (`StoreError`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, TypeVar, cast

Place = Path | str
"""Where raw files or a corpus are: a path of this machine, or the address of a place in a store."""

BLOCK = 8 << 20
"""Bytes that are asked for at a time.  An object of this size is held in memory while it is read; a larger one lies in
a nameless temporary file."""
AT_ONCE = 16
"""Requests that may be under way at a time."""
AHEAD = 4096
"""Requests that may wait for their turn."""
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_VERSIONS = ("ETag", "etag", "generation", "md5Hash", "content_md5", "md5")
"""What stores call that which every write of an object changes."""


Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class StoreError(Exception):
    """A store does not do what it was asked for; the message is one line for a person."""


class ObjectError(StoreError):
    """It does not give this object: it is gone, has changed, or must not be read."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object as it was listed: in the store of the address `root`, under a name of that store."""

    root: str
    name: str
    url: str
    size: int
    version: str | None
    """Changes with every write; None where the store has nothing of the kind."""


def place(text: str | Path) -> Place:
    """What a user means by `text`: an address where it begins like one (`scheme://`), else a path."""
    text = str(text)
    return text.rstrip("/") if _ADDRESS.match(text) else Path(text)


def absolute(where: Place) -> Place:
    """`where` for a process that may stand in another folder."""
    return where if isinstance(where, str) else where.absolute()


def is_missing(where: Place) -> bool:
    """Whether `where` is a path of this machine at which nothing is; stores are asked later."""
    return isinstance(where, Path) and not where.exists()


def is_same(one: Place, other: Place) -> bool:
    """Whether the two are one folder, or address."""
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    return one.resolve() == other.resolve()


def is_within(url: str, folder: str) -> bool:
    """Whether the address `url` is `folder`, or stands under it."""
    return url == folder or url.startswith(f"{folder}/")


def filesystem(url: str) -> tuple[Any, str]:
    """The fsspec file system of `url`, without a cache of listings, and the path of `url` in it."""
    with asking(url):
        import fsspec

        found: tuple[Any, str] = fsspec.url_to_fs(url, use_listings_cache=False)
    return found


def listed(url: str) -> list[tuple[str, StoredObject]]:
    """The objects under `url` with their paths relative to it, by path; of a single object, its name.

    Raises `StoreError` where the store cannot be asked, or nothing is there (but for an empty bucket).
    """
    store, root = filesystem(url)
    with asking(url):
        found: Mapping[str, Mapping[str, Any]] = store.find(root, detail=True)
    objects = []
    for name, info in found.items():
        path = name.removeprefix(f"{root}/") if name != root else name.rpartition("/")[2]
        if not name.endswith("/") and info.get("type") != "directory":  # consoles leave empty objects for folders
            where = url if name == root else f"{url}/{path}"
            objects.append((path, StoredObject(url, name, where, int(info["size"]), version(info))))
    if not objects and "/" in root.strip("/"):
        raise StoreError(f"{url}: nothing is there")
    return sorted(objects, key=lambda each: each[0])


def version(info: Mapping[str, Any]) -> str | None:
    """What `info`, a store's description of an object, says that changes with every write."""
    found = next((info[name] for name in _VERSIONS if info.get(name)), None)
    return None if found is None else str(found).strip('"')


def blocks(stored: StoredObject) -> Iterator[bytes]:
    """The bytes of `stored`, as many as were listed; raises `ObjectError` where it has more or fewer now."""
    store, _ = filesystem(stored.root)
    done = 0
    while done < stored.size:
        end = done + BLOCK
        with asking(stored.url):
            block: bytes = store.cat_file(stored.name, start=done, end=end if end < stored.size else stored.size + 1)
        if not block:
            break
        done += len(block)
        yield block
    if done != stored.size:
        raise ObjectError(f"{stored.url}: it changed while it was read")


def unchanged(stored: StoredObject) -> bool:
    """Whether `stored` is still what was listed, as far as the store can tell; raises `StoreError`."""
    store, _ = filesystem(stored.root)
    with asking(stored.url):
        info = store.info(stored.name)
    return stored.version is not None and (int(info["size"]), version(info)) == (stored.size, stored.version)


def fetched(stored: StoredObject) -> tuple[BinaryIO, str]:
    """A file with the bytes of `stored`, and their SHA-256 (hex); raises `StoreError`."""
    file = SpooledTemporaryFile(max_size=BLOCK)  # noqa: SIM115 - the caller closes it
    digest = hashlib.sha256()
    try:
        for block in blocks(stored):
            digest.update(block)
            file.write(block)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return cast("BinaryIO", file), digest.hexdigest()


def together(ask: Callable[[Asked], Answer], items: Sequence[Asked], at_once: int = AT_ONCE) -> list[Answer]:
    """`ask` of each of `items`, so many at a time; the answers in their order.

    What one of them raises is raised, once those that are under way have ended; no other is begun.
    """
    answers: list[Answer] = []
    with ThreadPoolExecutor(at_once) as pool:
        try:
            for start in range(0, len(items), AHEAD):
                answers += pool.map(ask, items[start : start + AHEAD])
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return answers


@contextmanager
def asking(url: str) -> Iterator[None]:
    """Raise whatever a store's library raises in the body as `StoreError`, about `url`.

    Each library has exceptions of its own, and some of them of other libraries: no shorter list would hold.
    """
    try:
        yield
    except (FileNotFoundError, PermissionError) as error:
        raise ObjectError(f"{url}: {_line(error)}") from error
    except Exception as error:
        raise StoreError(f"{url}: {_line(error)}{_advice(url, error)}") from error


def _line(error: BaseException) -> str:
    """The first line of what `error` says."""
    said = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
    return said.strip().partition("\n")[0]


def _advice(url: str, error: BaseException) -> str:
    missing = isinstance(error, ImportError) and url.startswith(("s3://", "s3a://"))
    return "; pip install 'copydesk[s3]'" if missing else ""
