"""Finding and reading raw files: what is found, what is refused and why, and that content decides, not the name."""

import bz2
import gzip
import io
import lzma
import os
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from flows import sources
from flows.model import Format, RawFile, Reason, Refused
from flows.readers.kinds import Kind, kind
from flows.readers.streams import Budget, Stream, chunks_of, unpacked
from flows.settings import Settings

LIMIT = 1 << 20


def read(path: Path, settings: Settings | None = None) -> list[RawFile]:
    sha256, size = sources.fingerprint(path, [path.parent])
    return list(sources.read(sources.Entry(path.name, path), sha256, size, settings or Settings()))


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def refusal(path: Path, settings: Settings | None = None) -> Reason:
    with pytest.raises(Refused) as caught:
        read(path, settings)
    return caught.value.reason


def test_files_are_found_in_sub_folders_in_the_order_of_their_paths(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("b/2.txt", "a.txt", "b/1.html"):
        write(tmp_path / name, b"x")
    found = sources.discover([tmp_path], exclude=tmp_path / "out")
    assert [entry.path for entry in found] == ["a.txt", "b/1.html", "b/2.txt"]


def test_hidden_files_and_the_output_folder_are_not_raw_files(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / ".git").mkdir()
    for name in ("out/part.parquet", ".git/config", ".DS_Store", "story.txt"):
        write(tmp_path / name, b"x")
    assert [entry.path for entry in sources.discover([tmp_path], exclude=tmp_path / "out")] == ["story.txt"]


def test_a_file_named_twice_on_the_command_line_is_found_once(tmp_path: Path) -> None:
    file = write(tmp_path / "story.txt", b"x")
    assert len(list(sources.discover([tmp_path, file], exclude=tmp_path / "out"))) == 1


def test_a_link_that_leaves_the_raw_folder_is_refused(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret", b"keep out")
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "link.txt").symlink_to(secret)
    with pytest.raises(Refused) as caught:
        sources.fingerprint(raw / "link.txt", [raw])
    assert caught.value.reason is Reason.UNREADABLE


def test_a_link_to_a_folder_is_listed_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path)
    entry = next(sources.discover([tmp_path], exclude=tmp_path / "out"))
    with pytest.raises(Refused) as caught:
        sources.fingerprint(entry.place, [tmp_path])
    assert caught.value.reason is Reason.UNREADABLE


def test_a_folder_that_cannot_be_listed_is_said_to_be_unreadable(tmp_path: Path) -> None:
    """Too deep for the system to name, which binds root as well; its neighbours are found."""
    write(tmp_path / "a.txt", b"x")
    here = Path.cwd()
    try:
        os.chdir(tmp_path)
        for _ in range(40):
            Path("d" * 120).mkdir()
            os.chdir("d" * 120)
    finally:
        os.chdir(here)
    file, folder = sources.discover([tmp_path], exclude=tmp_path / "out")
    assert file.path == "a.txt"
    assert folder.path.startswith("ddd")
    with pytest.raises(Refused) as caught:
        sources.fingerprint(folder.place, [tmp_path])
    assert (caught.value.reason, caught.value.detail) == (Reason.UNREADABLE, "File name too long")


def test_a_fifo_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Refused) as caught:
        sources.fingerprint(tmp_path / "pipe", [tmp_path])
    assert caught.value.reason is Reason.UNREADABLE


PACKERS = [gzip.compress, zstandard.ZstdCompressor().compress, bz2.compress, lzma.compress]


@given(st.binary(max_size=2000))
def test_compression_changes_nothing(data: bytes) -> None:
    for pack in PACKERS:
        for packed, plain in ((pack(data), data), (pack(data) + pack(data), data + data)):
            inner = unpacked(Stream(chunks_of(io.BytesIO(packed))), Budget(LIMIT, 1))
            assert inner is not None
            assert inner.read() == plain


@pytest.mark.parametrize("compress", PACKERS)
@pytest.mark.parametrize("kept", [0.3, 0.9])
def test_cut_off_compression_is_truncated(compress, kept: float, tmp_path: Path) -> None:
    whole = compress(os.urandom(4000))
    assert refusal(write(tmp_path / "x", whole[: int(len(whole) * kept)])) is Reason.TRUNCATED


@pytest.mark.parametrize("compress", PACKERS)
def test_a_bomb_is_refused_before_it_unpacks(compress, tmp_path: Path) -> None:
    bomb = write(tmp_path / "bomb", compress(b"\0" * (50 << 20)))
    assert refusal(bomb, Settings(max_unpacked_bytes=LIMIT)) is Reason.TOO_LARGE
    assert refusal(write(tmp_path / "twice", compress(bomb.read_bytes()))) is Reason.TOO_LARGE


def test_broken_compression_is_malformed(tmp_path: Path) -> None:
    data = bytearray(gzip.compress(b"news " * 500))
    data[len(data) // 2] ^= 0xFF
    assert refusal(write(tmp_path / "x.gz", bytes(data))) is Reason.MALFORMED


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n ", gzip.compress(b"")])
def test_a_file_with_nothing_in_it_is_empty(data: bytes, tmp_path: Path) -> None:
    assert refusal(write(tmp_path / "x", data)) is Reason.EMPTY


def test_a_file_above_the_limit_is_refused_by_its_size(tmp_path: Path) -> None:
    assert refusal(write(tmp_path / "x", b"x" * 101), Settings(max_file_bytes=100)) is Reason.TOO_LARGE


def test_json_lines_give_a_document_a_line_with_line_numbers_from_one(tmp_path: Path) -> None:
    data = b'{"text": "one"}\n\n{"text": "two"}\n{broken\n'
    records = read(write(tmp_path / "x.txt", gzip.compress(data)))
    assert [(record.locator, record.data, record.form) for record in records] == [
        ("1", b'{"text": "one"}', Format.RECORD),
        ("3", b'{"text": "two"}', Format.RECORD),
        ("4", b"{broken", Format.RECORD),
    ]


def test_a_text_that_opens_with_a_brace_is_not_json_lines() -> None:
    assert kind(b"{Reuters} The ministers met on Monday.\nThey agreed on nothing.\n") is Kind.DOCUMENT
    assert kind(b'{\n  "title": "Front matter"\n}\n\nText.') is Kind.DOCUMENT
    assert kind(b'\xef\xbb\xbf{"text": "with a byte-order mark"}') is Kind.LINES


def test_a_file_that_changes_between_hashing_and_reading_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "x.txt", b"first")
    sha256, size = sources.fingerprint(path, [tmp_path])
    write(path, b"other")
    with pytest.raises(Refused) as caught:
        list(sources.read(sources.Entry("x.txt", path), sha256, size, Settings()))
    assert caught.value.reason is Reason.UNREADABLE
