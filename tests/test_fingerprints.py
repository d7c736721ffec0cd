"""The cache of fingerprints: it saves reading, never hides a change, and may be lost."""

import hashlib
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from flows import sources
from flows.fingerprints import RACY_NS, Fingerprints

LATER = time.time_ns() + 10 * RACY_NS
"""A clock by which every file of these tests has long been at rest."""


def looked_at(cached: Path, raw: Path, now_ns: int = LATER) -> set[str]:
    """What a run at `now_ns` recalls of `raw`, having found the hash of every file to be right."""
    cache = Fingerprints.load(cached, now_ns)
    recalled = set()
    for entry in sources.discover([raw], exclude=raw / "none"):
        if cache.recall(entry.place, entry.place.stat()):
            recalled.add(entry.path)
        assert sources.fingerprint(entry.place, [raw], cache) == sources.fingerprint(entry.place, [raw])
    cache.save([raw])
    return recalled


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    folder.mkdir()
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(f"the ferry of {name}")
    return folder


def test_what_has_not_changed_is_recalled(raw: Path, tmp_path: Path) -> None:
    assert looked_at(tmp_path / "cache", raw) == set()
    assert looked_at(tmp_path / "cache", raw) == {"a.txt", "b.txt"}


def _write(path: Path) -> None:
    path.write_text("THE FERRY OF A.TXT")


def _copy_with_its_times(path: Path) -> None:
    state = path.stat()
    _write(path)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


def _replace_by_another(path: Path) -> None:
    state = path.stat()
    other = path.with_suffix(".other")
    other.write_text("THE FERRY OF A.TXT")
    os.utime(other, ns=(state.st_atime_ns, state.st_mtime_ns))
    other.replace(path)


@pytest.mark.parametrize("change", [_write, _copy_with_its_times, _replace_by_another])
def test_a_change_of_the_same_size_is_seen(change: Callable[[Path], None], raw: Path, tmp_path: Path) -> None:
    looked_at(tmp_path / "cache", raw)
    change(raw / "a.txt")
    assert looked_at(tmp_path / "cache", raw) == {"b.txt"}


def test_a_file_that_changed_just_now_is_hashed_again(raw: Path, tmp_path: Path) -> None:
    """It could change once more within the same tick of the clock, and look the same."""
    just_now = max(path.stat().st_ctime_ns for path in raw.iterdir())
    looked_at(tmp_path / "cache", raw, now_ns=just_now)
    assert looked_at(tmp_path / "cache", raw, now_ns=just_now + RACY_NS) == set()
    assert looked_at(tmp_path / "cache", raw) == {"a.txt", "b.txt"}


@pytest.mark.parametrize("spoil", [b"", b"copydesk fingerprints 1\n", b"no such thing"])
def test_a_lost_cut_off_or_foreign_cache_costs_only_time(spoil: bytes, raw: Path, tmp_path: Path) -> None:
    looked_at(tmp_path / "cache", raw)
    (tmp_path / "cache").write_bytes(spoil)
    assert looked_at(tmp_path / "cache", raw) == set()
    assert looked_at(tmp_path / "cache", raw) == {"a.txt", "b.txt"}


def test_one_wrong_bit_gives_no_wrong_hash_wherever_it_is(raw: Path, tmp_path: Path) -> None:
    looked_at(tmp_path / "cache", raw)
    whole = (tmp_path / "cache").read_bytes()
    right, state = hashlib.sha256(b"the ferry of a.txt").hexdigest(), (raw / "a.txt").stat()
    used = [place for place, byte in enumerate(whole) if byte]  # the rest are free pages
    for place in used:
        (tmp_path / "cache").write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        cache = Fingerprints.load(tmp_path / "cache", LATER)
        assert cache.recall(raw / "a.txt", state) in (None, right)
        cache.save([raw])


def test_what_is_gone_is_forgotten_and_other_folders_are_not(raw: Path, tmp_path: Path) -> None:
    other = tmp_path / "raw-too"
    shutil.copytree(raw, other)
    looked_at(tmp_path / "cache", raw)
    looked_at(tmp_path / "cache", other)
    (raw / "a.txt").rename(tmp_path / "kept")
    assert looked_at(tmp_path / "cache", raw) == {"b.txt"}
    assert looked_at(tmp_path / "cache", other) == {"a.txt", "b.txt"}
    (tmp_path / "kept").rename(raw / "a.txt")
    assert looked_at(tmp_path / "cache", raw) == {"b.txt"}
