"""Raw files and the corpus in object storage: an S3 server in a process of its own, real commands, plain readers."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from flows import mirror, run, sources
from flows.corpus import CorpusBusy, CorpusDamaged
from flows.fingerprints import Fingerprints
from flows.model import Changed, RawFile
from flows.schema import TABLES
from flows.settings import Settings
from flows.stores import Place, StoredObject, StoreError
from tests import mirroring, publishing
from tests.object_storage import WORK, Store, Witness, reached, readers, serving
from tests.test_ingest import AS_OF, RAW, command, rows, tables

KILLS = {
    "write": (["put_file:3", "cp_file:3"], ["cp_file:16"]),
    "revise": (["cp_file:4"], ["rm_file:2"]),
    "rebuild": (["rm_file:3", "cp_file:2"], ["cp_file:5"]),
}
"""Before which changes to the store the first machine and the second are killed: in the middle of staging, of the first
and the second publication, of removing old files."""


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with serving() as server:
        server.files.call_s3("create_bucket", Bucket="news")
        with reached(server):
            yield server


def quietly(*arguments: object, cache: Path, **env: str) -> subprocess.CompletedProcess[str]:
    options = ("--as-of", AS_OF, "--no-prefect", "--quiet")
    return command(*arguments, *options, **{"COPYDESK_CACHE": str(cache), **env})


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Some of the samples: containers, copies, broken files."""
    for name in ("broken", "crawl", "feeds", "reprints", "text"):
        shutil.copytree(RAW / name, tmp_path / "raw" / name)
    return tmp_path / "raw"


def local(*raw: Place, out: Path, exclude: Place | None = None) -> None:
    """A run in this process, into a folder."""
    now = datetime.fromisoformat(AS_OF)
    run.ingest(raw, out, now=now, workers=1, progress=lambda done, total: None, exclude=exclude)


def test_the_tables_are_those_of_a_local_run_also_when_another_machine_goes_on(
    store: Store, raw: Path, tmp_path: Path
) -> None:
    local(raw, out=tmp_path / "local")
    store.put(raw, "news/raw")
    store.files.pipe_file("news/raw/.hidden/notes.txt", b"Not raw.")
    events = tmp_path / "events.jsonl"
    done = quietly("s3://news/raw", "--out", "s3://news/raw/corpus", "--lineage", events, cache=tmp_path / "one")
    assert (done.returncode, done.stderr) == (0, "")
    assert store.tables("news/raw/corpus") == tables(tmp_path / "local")
    told = json.loads(events.read_text().splitlines()[-1])
    named = [(each["namespace"], each["name"]) for each in (*told["inputs"], *told["outputs"])]
    assert named == [("s3://news", f"raw{end}") for end in ("", *(f"/corpus/{table}" for table in TABLES))]

    more = tmp_path / "more"
    more.mkdir()
    (more / "late.txt").write_text("\n\n".join(f"The ferry to the islands left {n} minutes late." for n in range(30)))
    local(raw, more, out=tmp_path / "local")
    with mirror_in(tmp_path / "two"), mirror.opened("s3://news/raw/corpus") as copy:
        local("s3://news/raw", more, out=copy.folder, exclude=copy.address)
        copy.publish()
    assert store.tables("news/raw/corpus") == tables(tmp_path / "local")
    for name in ("README.md", "croissant.json", "SHA256SUMS"):
        assert store.files.cat_file(f"news/raw/corpus/{name}") == (tmp_path / "local" / name).read_bytes()
    assert len(store.files.find("news/raw/corpus/runs")) == 2
    assert store.left_behind("news/raw/corpus") == []
    for read in readers(store).values():
        assert len(read("news/raw/corpus", "articles", ["title"])) == len(rows(tmp_path / "local", "articles"))


# ------------------------------------------------------------------------------------------------------------ raw files


def found(url: str) -> dict[str, sources.Entry]:
    return {entry.path: entry for entry in sources.discover([url], exclude=Path("nowhere"))}


def test_names_that_no_path_would_have_are_read_like_any_other(store: Store) -> None:
    names = ("a::b.txt", "what?*[1].txt", "ä/#2 %41.txt", "two//slashes.txt", "/first.txt", "up/../down.txt")
    for name in names:
        store.files.call_s3("put_object", Bucket="news", Key=f"odd/{name}", Body=f"text of {name}".encode())
    store.files.call_s3("put_object", Bucket="news", Key="odd/folder/", Body=b"")
    entries = found("s3://news/odd")
    assert sorted(entries) == sorted(names)
    for name, entry in entries.items():
        (raw,) = sources.read(entry, *sources.fingerprint(entry.place, []), Settings())
        assert isinstance(raw, RawFile)
        assert raw.data == f"text of {name}".encode()


def test_an_object_that_has_not_changed_is_not_read_again(store: Store, tmp_path: Path) -> None:
    place = "news/again/story.txt"

    def looked_at() -> tuple[str | None, str]:
        cache = Fingerprints.load(tmp_path / "cache", time.time_ns())
        (entry,) = found("s3://news/again").values()
        assert isinstance(entry.place, StoredObject)
        recalled = cache.recall_stored(entry.place)
        sha256, _ = sources.fingerprint(entry.place, [], cache)
        cache.save(["s3://news/again"])
        return recalled, sha256

    store.files.pipe_file(place, b"The ferry left.")
    first = looked_at()
    assert first[0] is None
    assert looked_at() == (first[1], first[1])
    store.files.pipe_file(place, b"The ferry sank.")
    assert looked_at()[0] is None
    assert looked_at()[1] != first[1]


@pytest.mark.parametrize("now", [b"The ferry sank.", b"The ferry left", b"The ferry left.\n", None])
def test_an_object_that_changes_between_hashing_and_reading_waits_for_the_next_run(
    now: bytes | None, store: Store
) -> None:
    store.files.pipe_file("news/moving/story.txt", b"The ferry left.")
    (entry,) = found("s3://news/moving").values()
    sha256, size = sources.fingerprint(entry.place, [])
    if now is None:
        store.files.rm_file("news/moving/story.txt")
    else:
        store.files.pipe_file("news/moving/story.txt", now)
    with pytest.raises(Changed):
        list(sources.read(entry, sha256, size, Settings()))


# ------------------------------------------------------------------------------------------------------------- refusals


def test_what_a_store_refuses_is_said_in_one_line(store: Store, tmp_path: Path) -> None:
    store.files.pipe_file("news/some/story.txt", b"The ferry left.")
    with serving(INITIAL_NO_AUTH_ACTION_COUNT="0") as guarded:
        for arguments, env, expected in (
            (["s3://news/some"], {"AWS_ENDPOINT_URL": guarded.endpoint}, "Access Key Id you provided does not exist"),
            ([RAW, "--out", "s3://nosuch/corpus"], {}, "The specified bucket does not exist"),
        ):
            out = [] if "--out" in arguments else ["--out", tmp_path / "out"]
            done = quietly(*arguments, *out, cache=tmp_path / "cache", **env)
            assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
            assert expected in done.stderr
    with pytest.raises(StoreError, match=r"^s3://news/typo: nothing is there$"):
        found("s3://news/typo")


def test_of_two_writers_one_works_and_the_other_says_so(store: Store, tmp_path: Path) -> None:
    url, busy = "s3://news/contended", "^another process is writing to the corpus s3://news/contended[^\n]*$"
    with mirror_in(tmp_path / "one"), mirror.opened(url):
        for cache in ("one", "two"):
            with mirror_in(tmp_path / cache), pytest.raises(CorpusBusy, match=busy), mirror.opened(url):
                pass
    with mirror_in(tmp_path / "two"), mirror.opened(url) as copy:
        publishing.write(copy.folder, 1)
        store.files.pipe_file("news/contended/.copydesk/lock.json", b'{"copy": "of another"}')
        with pytest.raises(CorpusBusy):
            copy.publish()
    assert store.files.exists("news/contended/.copydesk/lock.json")  # it is not this copy's to remove
    assert store.tables("news/contended") == {}


@contextmanager
def mirror_in(cache: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPYDESK_CACHE", str(cache))
        yield


def test_what_vanishes_from_a_store_is_missed_by_every_machine(store: Store, tmp_path: Path) -> None:
    url, prefix, refused = "s3://news/vanishing", "news/vanishing", partial(pytest.raises, CorpusDamaged)

    def tried(cache: str) -> None:
        with mirror_in(tmp_path / cache), mirror.opened(url) as copy:
            publishing.write(copy.folder, 2)
            copy.publish()

    tried("one")
    whole = store.tables(prefix)
    store.files.rm_file(f"{prefix}/duplicates/part-0001.parquet")
    for cache in ("one", "two"):
        with refused(match=r"duplicates/part-0001.parquet has vanished"):
            tried(cache)
    store.files.rm(prefix, recursive=True)
    with refused(match=r"is gone; put it back from this machine's copy"):
        tried("one")
    (copied,) = (tmp_path / "one").glob("*/corpus")
    store.put(copied, prefix)
    tried("two")
    assert store.tables(prefix) == whole


def test_what_is_no_file_of_the_corpus_among_the_tables_is_refused(store: Store, tmp_path: Path) -> None:
    store.files.pipe_file("news/foreign/articles/part-mine.csv", b"a,b")
    refused = pytest.raises(CorpusDamaged, match=r"articles/part-mine.csv is not a file of the corpus")
    with mirror_in(tmp_path), refused, mirror.opened("s3://news/foreign"):
        pass


# ------------------------------------------------------------------------------------------------------- a publication


@pytest.fixture(scope="module")
def writers(store: Store) -> Iterator[mirroring.Writer]:
    with mirroring.writers() as start:
        yield start


@pytest.mark.parametrize("work", WORK)
def test_killed_publications_end_as_an_undisturbed_one_and_no_reader_is_ever_misled(
    work: str, store: Store, writers: mirroring.Writer, tmp_path: Path
) -> None:
    """In the middle the machine is lost, and another goes on from what the store holds.

    `tests.torture` kills at every step.
    """
    count, judge = WORK[work]
    url, prefix, one, two = f"s3://news/{work}", f"news/{work}", tmp_path / "one", tmp_path / "two"
    if work == "rebuild":
        publishing.write(tmp_path / "local", 4)
        publishing.write(tmp_path / "other", count)
        assert writers(url, "write", 4, 0, one) == "done"
    publishing.WORK[work](tmp_path / "local", count)
    with Witness(store, prefix, judge) as witness:
        for cache, steps in zip((one, two), KILLS[work], strict=True):
            if store.files.exists(f"{prefix}/.copydesk/lock.json"):
                assert "if that one is dead and its machine lost" in writers(url, work, count, 0, cache)
                store.files.rm_file(f"{prefix}/.copydesk/lock.json")
            for step in steps:
                assert writers(url, work, count, step, cache) == "killed"
                witness.look()
        assert writers(url, work, count, 0, two) == "done"
        witness.look()
    assert witness.wrong == []
    assert min(witness.reads[name] for name in witness.readers) > 0
    assert store.tables(prefix) == tables(tmp_path / "local")
    assert store.left_behind(prefix) == []
