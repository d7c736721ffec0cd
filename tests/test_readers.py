"""Containers: what is found in them, what is refused, and that damage in one place stays there."""

import bz2
import csv
import gzip
import io
import json
import lzma
import tracemalloc
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from flows import pipeline, rows, rules
from flows.formats.parse import parse
from flows.model import Article, Format, PassedOver, Piece, RawFile, Reason, Refused, Reject
from flows.readers.streams import Stream, chunks_of
from flows.readers.walk import Walker, pieces
from flows.settings import Settings
from tests import containers
from tests.containers import RESPONSE, http, packed, tarred, warc_record, zipped

NOW = datetime(2026, 11, 1, tzinfo=UTC)
STORY = (
    "The weir at {} was opened by hand on Monday because nobody could find the key to the motor, its keeper said, and "
    "the river fell by a metre before the evening. The key turned up on Tuesday in the pocket of a raincoat that he "
    "had lent to the mayor, who had worn it to the opening of another weir and had not thought of it since."
)
STORIES = [STORY.format(place) for place in ("Alder", "Birch", "Cedar", "Dogwood", "Elm")]
PAGES = [
    f"<html><head><title>Key</title></head><body><article><p>{story}</p></article></body></html>" for story in STORIES
]


def apart(data: bytes, limits: Settings | None = None) -> tuple[list[RawFile], list[Reason]]:
    """The documents of a raw file, and the reasons of its rejects, the file's own last."""
    found, pending = walked(data, limits)
    documents = [piece for piece in found if isinstance(piece, RawFile)]
    reasons = [piece.reason for piece in found if isinstance(piece, Reject)]
    return documents, reasons + ([pending.reason] if pending else [])


def walked(data: bytes, limits: Settings | None = None) -> tuple[list[Piece], Refused | None]:
    """The pieces of a raw file, and why it gave no more."""
    found: list[Piece] = []
    walker = Walker("raw", "0" * 64, len(data), limits or Settings())
    try:
        for piece in pieces(Stream(chunks_of(io.BytesIO(data))), walker):
            found.append(piece)  # noqa: PERF402 - what came before a refusal is kept
    except Refused as refused:
        return found, refused
    return found, None


def cleaned(raw: RawFile) -> Article | Reject:
    return pipeline.clean(raw, rules.load(), Settings(), NOW)


# ------------------------------------------------------------------------------------ one of each, five documents


def page_record(number: int, page: str) -> bytes:
    return warc_record(
        "response", number, f"https://weir.example/{number}", RESPONSE, http(page.encode(), "Content-Type: text/html")
    )


def rss(items: list[str]) -> bytes:
    entries = "".join(
        f"<item><title>Weir {n}</title><guid>w{n}</guid><description>{text}</description></item>\n"
        for n, text in enumerate(items)
    )
    return f'<?xml version="1.0"?>\n<rss version="2.0"><channel><title>Weirs</title>{entries}</channel></rss>'.encode()


def news_message(items: list[str]) -> bytes:
    inner = "".join(
        f'<newsItem guid="w{n}"><itemMeta><versionCreated>2026-05-04T00:00:00Z</versionCreated></itemMeta><contentSet>'
        f"<inlineXML><html><body><p>{text}</p></body></html></inlineXML></contentSet></newsItem>"
        for n, text in enumerate(items)
    )
    return f"<newsMessage xmlns='http://iptc.org/std/nar/2006-10-01/'><itemSet>{inner}</itemSet></newsMessage>".encode()


def letter(number: int, text: str) -> bytes:
    return (
        f"From: Weir News <news@weir.example>\nSubject: Weir {number}\nDate: Mon, 04 May 2026 08:00:00 +0000\n"
        f"Message-ID: <w{number}@weir.example>\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n"
        f"{text}\n\n"
    ).encode()


def files(suffix: str = "txt") -> list[tuple[str, bytes]]:
    return [(f"weirs/{n}.{suffix}", text.encode()) for n, text in enumerate(STORIES)]


RECORDS = [page_record(number, page) for number, page in enumerate(PAGES)]
LINES = b"".join(json.dumps({"text": text}).encode() + b"\n" for text in STORIES)
ZSTD = zstandard.ZstdCompressor(write_checksum=True)
BUILT: dict[str, bytes] = {
    "warc": b"".join(RECORDS),
    "warc.gz": b"".join(packed(record) for record in RECORDS),
    "warc.zst": b"".join(ZSTD.compress(record) for record in RECORDS),
    "zip": zipped(files()),
    "tar": tarred([*files()]),
    "tar.gz": packed(tarred([*files()])),
    "tar.zst": ZSTD.compress(tarred([*files()])),
    "tar.xz": lzma.compress(tarred([*files()])),
    "tar.bz2": bz2.compress(tarred([*files()])),
    "jsonl.gz": packed(LINES),
    "json": json.dumps([{"text": text} for text in STORIES]).encode(),
    "answer": json.dumps({"status": "ok", "articles": [{"content": text} for text in STORIES]}, indent=1).encode(),
    "json feed": json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Weirs", "items": [
        {"id": f"w{n}", "content_text": text} for n, text in enumerate(STORIES)]}).encode(),
    "rss": rss(STORIES),
    "utf-16 rss": rss(STORIES).decode().encode("utf-16"),
    "newsml": news_message(STORIES),
    "mbox": b"".join(b"From weir Mon May  4 08:00:00 2026\n" + letter(n, text) for n, text in enumerate(STORIES)),
    "zip in tar in gz": packed(tarred([("inner.zip", zipped(files()))])),
}  # fmt: skip
NO_END_MARK = ("warc", "mbox", "jsonl")
"""Of these a file that is cut between two documents is a file with fewer documents."""


@pytest.mark.parametrize("kind", BUILT)
def test_every_document_is_found_and_becomes_an_article(kind: str) -> None:
    documents, reasons = apart(BUILT[kind])
    assert reasons == []
    articles = [cleaned(document) for document in documents]
    assert [article.paragraphs[0].text for article in articles if isinstance(article, Article)] == STORIES
    assert len({document.locator for document in documents}) == len(STORIES)


@settings(max_examples=200)
@given(st.sampled_from(sorted(BUILT)), st.floats(0, 1))
def test_a_cut_off_container_gives_what_stands_before_the_cut_and_one_reject(kind: str, share: float) -> None:
    data = BUILT[kind]
    whole, _ = apart(data)
    cut = data[: int(len(data) * share)]
    documents, reasons = apart(cut)
    ours = [document for document in documents if document.locator is not None]
    assert [document.data for document in ours if document.form is not Format.MAIL] == [
        document.data for document in whole[: len(ours)] if document.form is not Format.MAIL
    ]
    if len(ours) < len(whole) and not (kind.startswith(NO_END_MARK) and ours):
        assert len(reasons) + len(documents) - len(ours) == 1


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A container with bytes flipped, dropped, doubled or put in."""
    data = bytearray(BUILT[draw(st.sampled_from(sorted(BUILT)))])
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        piece = draw(st.binary(max_size=8))
        match draw(st.integers(0, 3)):
            case 0:
                data[at : at + len(piece)] = piece
            case 1:
                del data[at : at + draw(st.integers(1, 600))]
            case 2:
                data[at:at] = data[at : at + draw(st.integers(1, 600))]
            case 3:
                data[at:at] = piece
    return bytes(data)


@settings(max_examples=150)
@given(damaged())
def test_no_damage_crashes_a_reader_and_something_is_always_said(data: bytes) -> None:
    documents, reasons = apart(data)
    assert documents or reasons
    places = [document.locator for document in documents]
    assert len(set(places)) == len(places)
    for document in documents[-1:]:
        outcome = cleaned(document)
        assert isinstance(outcome, Article) or outcome.reason is not Reason.CRASHED, outcome


@settings(max_examples=150)
@given(st.sampled_from(["warc", "warc.gz", "warc.zst"]), st.integers(1, 4), st.data())
def test_a_damaged_record_leaves_its_neighbours_alone(kind: str, which: int, data: st.DataObject) -> None:
    """Any but the first, whose first bytes say that the file is a WARC."""
    pack = {"warc": bytes, "warc.gz": packed, "warc.zst": ZSTD.compress}[kind]
    members = [bytearray(pack(record)) for record in RECORDS]
    at = data.draw(st.integers(0, len(members[which]) - 1))
    match data.draw(st.sampled_from(["flip", "drop", "insert"])):
        case "flip":
            members[which][at] ^= data.draw(st.integers(1, 255))
        case "drop":
            del members[which][at : at + data.draw(st.integers(1, 50))]
        case "insert":
            members[which][at:at] = data.draw(st.binary(min_size=1, max_size=50))
    told, pending = walked(b"".join(members))
    found = [piece.data for piece in told if isinstance(piece, RawFile)]
    neighbours = [page.encode() for number, page in enumerate(PAGES) if number != which]
    assert [page for page in found if page in neighbours] == neighbours
    assert len(told) + (pending is not None) >= len(RECORDS)


# ----------------------------------------------------------------------------------------------------------------- WARC


BODIES = st.binary(min_size=1, max_size=400)


@pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning")  # of warcio's writer
@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from(["text/html", "text/plain; charset=x", "image/png"]), BODIES), max_size=6),
    st.booleans(),
)
def test_what_warcio_writes_is_read_as_warcio_reads_it(bodies: list[tuple[str, bytes]], gzipped: bool) -> None:
    file = io.BytesIO()
    writer = WARCWriter(file, gzip=gzipped)
    writer.write_record(writer.create_warcinfo_record("x.warc", {"software": "test"}))
    for number, (kind, body) in enumerate(bodies):
        headers = StatusAndHeaders("200 OK", [("Content-Type", kind)], protocol="HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(f"http://x.example/{number}", "response", io.BytesIO(body), http_headers=headers)
        )
    theirs = [
        (record.rec_headers.get_header("WARC-Record-ID").strip("<>"), record.content_stream().read())
        for record in ArchiveIterator(io.BytesIO(file.getvalue()))
        if record.rec_type == "response" and not record.http_headers.get_header("Content-Type").startswith("image/")
    ]
    found, pending = walked(file.getvalue())
    ours = {each.locator.partition("!/")[0]: each for each in found if isinstance(each, RawFile | Reject)}
    assert list(ours) == [name for name, _ in theirs]
    for name, body in theirs:
        if isinstance(each := ours[name], RawFile) and each.locator == name and each.form is None:
            assert each.data == body
    assert (pending is None) == bool(theirs)


@pytest.mark.parametrize(
    ("coding", "pack"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress), ("zstd", ZSTD.compress)],
)
def test_bodies_lose_their_codings_but_no_bomb_goes_off(coding: str, pack: Callable[[bytes], bytes]) -> None:
    def crawl(body: bytes) -> bytes:
        return warc_record("response", 1, "http://x.example", RESPONSE,
                           http(body, "Content-Type: text/html", f"Content-Encoding: {coding}"))  # fmt: skip

    (document,), _ = apart(crawl(pack(PAGES[0].encode())))
    assert document.data == PAGES[0].encode()
    assert apart(crawl(pack(PAGES[0].encode())[:-8]))[1] in ([Reason.TRUNCATED], [Reason.MALFORMED])
    assert apart(crawl(pack(b"\0" * (64 << 20)))) == ([], [Reason.TOO_LARGE])


def test_a_decoded_body_whose_header_was_kept_is_read_as_it_is() -> None:
    for coding in ("Content-Encoding: gzip", "Content-Encoding: br", "Transfer-Encoding: chunked"):
        data = warc_record("response", 1, "http://x.example", RESPONSE,
                           http(PAGES[0].encode(), "Content-Type: text/html", coding))  # fmt: skip
        assert [document.data for document in apart(data)[0]] == [PAGES[0].encode()]


def test_the_identity_of_a_record_does_not_hang_on_its_place() -> None:
    def ids(records: list[bytes]) -> set[str]:
        return {rows.article_id(document) for document in apart(b"".join(records))[0]}

    extra = warc_record("request", 77, "http://x.example", "application/http", b"GET / HTTP/1.1\r\n\r\n")
    assert ids(RECORDS) == ids([extra, *reversed(RECORDS)]) == ids([packed(record) for record in RECORDS])


def test_a_warc_zst_may_carry_its_dictionary() -> None:
    dictionary = zstandard.ZstdCompressionDict(b"".join(RECORDS)[:2000])
    pack = zstandard.ZstdCompressor(dict_data=dictionary).compress
    raw = dictionary.as_bytes()
    data = b"\x5d\x2a\x4d\x18" + len(raw).to_bytes(4, "little") + raw + b"".join(pack(record) for record in RECORDS)
    assert [document.data for document in apart(data)[0]] == [page.encode() for page in PAGES]


def test_text_that_a_lab_extracted_is_a_document_too() -> None:
    wet = warc_record("conversion", 1, "https://weir.example/1", "text/plain", STORIES[0].encode())
    (document,), reasons = apart(wet)
    assert (document.data, reasons) == (STORIES[0].encode(), [])


def test_a_crawl_without_a_page_is_one_reject_that_says_what_is_in_it() -> None:
    found, refused = walked(warc_record("warcinfo", 1, "", "application/warc-fields", b"x: y\r\n"))
    assert found == [PassedOver("warc.warcinfo")]
    assert refused is not None
    assert refused.detail == "no documents in it: 1 warc.warcinfo"


def test_a_large_crawl_is_not_held_in_memory() -> None:
    record = packed(page_record(1, PAGES[0] + "x" * (1 << 20)))
    data = record * 120
    tracemalloc.start()
    try:
        number = sum(1 for _ in pieces(Stream(chunks_of(io.BytesIO(data))), Walker("raw", "0", 10 << 20, Settings())))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert number == 120
    assert peak < 64 << 20


# ------------------------------------------------------------------------------------------------------------- archives


def test_a_broken_member_of_a_zip_is_one_reject_with_its_place() -> None:
    data = bytearray(zipped(files()))
    at = data.index(b"weirs/2.txt") + 15
    data[at : at + 20] = b"\xff" * 20
    found, refused = walked(bytes(data))
    assert refused is None
    assert [piece.locator for piece in found if isinstance(piece, Reject)] == ["weirs/2.txt"]
    assert [piece.data.decode() for piece in found if isinstance(piece, RawFile)] == STORIES[:2] + STORIES[3:]


def test_a_broken_header_in_a_tar_is_told_and_passed_over() -> None:
    data = bytearray(tarred([*files()]))
    data[2 * 1024 : 2 * 1024 + 8] = b"\xff" * 8  # header and data of a member are 512 bytes each
    documents, reasons = apart(bytes(data))
    assert [document.data.decode() for document in documents] == STORIES[:2] + STORIES[3:]
    assert reasons == [Reason.MALFORMED]


def test_names_are_names_and_nothing_else(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = [
        "../../up.txt",
        "/etc/down.txt",
        "line\nend.txt",
        "\x1b[31mred.txt",
        "\u202egpj.txt",
        "same.txt",
        "same.txt",
    ]
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = zipped([(name, story.encode()) for name, story in zip(names, STORIES * 2, strict=False)])
    documents, reasons = apart(data)
    assert reasons == []
    assert [document.locator for document in documents] == [
        "../../up.txt", "/etc/down.txt", "line\\u000aend.txt", "\\u001b[31mred.txt", "\\u202egpj.txt", "same.txt",
        "same.txt#2",
    ]  # fmt: skip
    assert list(tmp_path.iterdir()) == []


def test_links_devices_and_encrypted_members_are_rejects() -> None:
    assert apart(tarred([("a", "/etc/passwd"), ("b.txt", STORIES[0].encode())]))[1] == [Reason.UNSUPPORTED]
    data = bytearray(zipped(files()[:1]))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    assert apart(bytes(data)) == ([], [Reason.UNSUPPORTED])


def test_an_office_document_is_no_archive_of_news() -> None:
    assert apart(zipped([("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>")])) == (
        [], [Reason.UNSUPPORTED],
    )  # fmt: skip


@pytest.mark.parametrize(
    "wrap", [packed, lambda data: zipped([("a", data)]), lambda data: tarred([("a", data)]), lzma.compress]
)
def test_boxes_in_boxes_come_to_an_end(wrap: Callable[[bytes], bytes]) -> None:
    data = STORIES[0].encode()
    for _ in range(4):
        data = wrap(data)
    assert len(apart(data)[0]) == 1
    for _ in range(4):
        data = wrap(data)
    assert apart(data) == ([], [Reason.TOO_LARGE])


def test_bombs_do_not_go_off() -> None:
    limits = Settings(max_unpacked_bytes=8 << 20, max_document_bytes=1 << 20, max_members=100)
    zeros = zipped([(str(n), b"\0" * (4 << 20)) for n in range(20)])
    assert apart(zeros, limits)[1][-1] is Reason.TOO_LARGE
    assert apart(zipped([(f"{n}.zip", zeros) for n in range(5)]), limits)[1][-1] is Reason.TOO_LARGE
    many = packed(tarred([(f"{n}.txt", STORIES[0].encode()) for n in range(200)]))
    documents, reasons = apart(many, limits)
    assert (len(documents), reasons) == (100, [Reason.TOO_LARGE])


# ------------------------------------------------------------------------------------------------------------------ XML

ENTITIES = """<!DOCTYPE x [<!ENTITY a "ha ha ha ha ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">
<!ENTITY file SYSTEM "file://SECRET"><!ENTITY % more SYSTEM "file://SECRET"> %more;]>"""


def nitf(texts: list[str]) -> bytes:
    return f"<nitf><body><body.content><p>{texts[0]}</p></body.content></body></nitf>".encode()


@pytest.mark.parametrize("build", [rss, news_message, nitf])
def test_no_entity_is_expanded_or_fetched(build, tmp_path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the code of the safe")
    text = STORIES[0] + " &c; and &file; but caf&eacute; &amp; co, R&D"
    data = ENTITIES.replace("SECRET", str(secret)).encode() + build([text]).replace(b'<?xml version="1.0"?>', b"")
    (document,), reasons = apart(data)
    assert reasons == []
    shown = cleaned(document).paragraphs[0].text  # type: ignore[union-attr]
    assert shown.endswith("&c; and &file; but café & co, R&D")


def test_a_deeply_nested_document_is_refused_and_does_not_overflow() -> None:
    for data in (b'[{"a":' * 100_000, b"<nitf>" + b"<p>" * 200_000 + b"</nitf>", rss(["<p>" * 100_000])):
        documents, _ = apart(data)
        for document in documents:
            outcome = cleaned(document)
            assert isinstance(outcome, Article) or outcome.reason is not Reason.CRASHED, outcome


NEST = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2000))


@pytest.mark.parametrize(
    "data",
    [
        b"<nitf>" + b"<!DOCTYPE[" * 200_000 + b"</nitf>",
        b"<nitf>" + b"<![CDATA[" * 200_000 + b"</nitf>",
        b"<rss><item " + b"<item " * 300_000,
        b"WARC/1.0\r\nContent-Length: 33000000\r\n\r\n" * 100_000,
        packed(RECORDS[0]) + b"\x1f\x8b\x08" * 200_000,
        b"From weir Mon May  4 08:00:00 2026\nFrom: a\n" + NEST + b"\n" + BUILT["mbox"],
    ],
    ids=["doctypes", "cdata", "items", "lengths", "magic", "parts"],
)
def test_what_is_made_to_take_for_ever_comes_to_an_end(data: bytes) -> None:
    """Each of these would take hours, or the stack, of a reader that starts over at every opening mark."""
    documents, reasons = apart(data)
    assert documents or reasons
    for document in documents[:1]:
        outcome = cleaned(document)
        assert isinstance(outcome, Article) or outcome.reason is not Reason.CRASHED, outcome


def test_the_body_of_an_item_keeps_its_tails_and_its_tables() -> None:
    body = (
        "<p>" + STORIES[0] + "</p><block><p>" + STORIES[1] + "</p></block><table><tr><td>1</td><td>2</td></tr></table>"
    )
    data = f"<nitf><body><body.content>{body}tail</body.content></body></nitf>".encode()
    document = parse(apart(data)[0][0])
    assert [block.text for block in document.blocks][:2] == STORIES[:2]
    assert "tail" in [block.text for block in document.blocks][-1]


@pytest.mark.parametrize("author", ["desk@weir.media (Ada Brook)", "Ada Brook &lt;desk@weir.example&gt;", "Ada Brook"])
def test_the_author_of_an_entry_is_a_name_whatever_the_address_ends_in(author: str) -> None:
    data = rss([f"<item><title>Weir</title><author>{author}</author><description>{STORIES[0]}</description></item>"])
    claims = parse(apart(data)[0][0]).claims
    assert [claim.value for claim in claims if claim.field == "author"] == ["Ada Brook"]


# ----------------------------------------------------------------------------------------------------------------- mail


def test_a_mailbox_gives_its_messages_under_their_ids() -> None:
    documents, _ = apart(BUILT["mbox"])
    assert [document.locator for document in documents] == [f"w{n}@weir.example" for n in range(5)]
    claims = {(claim.field, claim.value) for claim in parse(documents[0]).claims}
    assert {("title", "Weir 0"), ("source", "Weir News"), ("fetched_at", "2026-05-04T08:00:00+00:00")} <= claims


def test_a_page_that_a_browser_saved_is_dated_by_the_page_and_not_by_the_day_it_was_saved() -> None:
    page = f"<html><head><title>Weir | Weir News</title></head><body><p>{STORIES[0]}</p></body></html>"
    data = (
        "From: <Saved by Blink>\nSnapshot-Content-Location: https://weir.example/0\nSubject: Weir | Weir News\n"
        "Date: Mon, 4 May 2026 08:00:00 -0000\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n"
        f"--b\nContent-Type: text/html\n\n{page}\n--b\nContent-Type: text/css\n\np {{ margin: 0 }}\n--b--\n"
    )
    article = cleaned(apart(data.encode())[0][0])
    assert isinstance(article, Article)
    assert article.fields["url"] == "https://weir.example/0"
    assert article.fields["fetched_at"] == datetime(2026, 5, 4, 8, tzinfo=UTC)
    assert article.fields.get("published_at") is article.fields.get("publisher") is None
    assert "margin" not in str(article.document.extra)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_header_that_is_not_encoded_is_read_all_the_same(encoding: str) -> None:
    data = letter(0, STORIES[0]).replace(
        b"Weir 0", "=?utf-8?q?Gr=C3?=\n =?utf-8?q?=BC=C3=9Fe?= über Köln".encode(encoding)
    )
    assert ("title", "Grüße über Köln") in {(claim.field, claim.value) for claim in parse(apart(data)[0][0]).claims}


def test_front_matter_is_no_mail() -> None:
    data = f"Title: Weir\nDate: 2026-05-04\nAuthor: Ada Brook\nFrom: the archive\n\n{STORIES[0]}".encode()
    assert apart(data)[0][0].form is None


# ----------------------------------------------------------------------------------------------------------------- JSON

OBJECTS = [{"title": f"Weir {number}", "text": story} for number, story in enumerate(STORIES)]
PRETTY = "\n".join(json.dumps(record, indent=2) for record in OBJECTS)


@pytest.mark.parametrize(
    "data",
    [
        json.dumps({"status": "ok", "articles": OBJECTS}),
        json.dumps({"status": "ok", "articles": OBJECTS}, indent=1),
        json.dumps({"articles": OBJECTS, "padding": "x" * (5 << 20)}),
        json.dumps({"articles": OBJECTS, "padding": "x" * (5 << 20)}, indent=1),
        PRETTY,
        PRETTY.replace("\n}\n{", "\n}{"),
        PRETTY.encode("utf-16"),
        "\n".join(map(json.dumps, OBJECTS)).encode("utf-16"),
        json.dumps(OBJECTS).encode("utf-16"),
        "\n".join(json.dumps(record | {"by": "Zoë"}, ensure_ascii=False) for record in OBJECTS).encode("cp1252"),
    ],
    ids=[
        "answer on one line", "answer", "large answer on one line", "large answer", "records on many lines",
        "records run together", "records in UTF-16", "lines in UTF-16", "array in UTF-16", "lines in cp1252",
    ],
)  # fmt: skip
def test_json_is_read_record_by_record_however_it_is_laid_out(data: str | bytes) -> None:
    documents, reasons = apart(data if isinstance(data, bytes) else data.encode())
    assert [document.locator for document in documents] == [str(n + 1) for n in range(len(STORIES))]
    assert [parse(document).text for document in documents] == STORIES
    assert reasons == []


@pytest.mark.parametrize(
    ("data", "reasons"),
    [
        (json.dumps(OBJECTS[0])[:-40], {Reason.TRUNCATED}),
        (json.dumps(OBJECTS[0], indent=1)[:-40], {Reason.TRUNCATED}),
        (json.dumps(OBJECTS[0], indent=1).replace('"\n}', '",\n}'), {Reason.MALFORMED}),
        ("\n".join(map(repr, OBJECTS)), {Reason.MALFORMED}),
        (json.dumps(STORIES), {Reason.MALFORMED}),
    ],
    ids=["cut off line", "cut off", "a comma too many", "as Python prints it", "bare strings"],
)
def test_broken_json_is_a_reject_and_never_an_article_of_its_braces(data: str, reasons: set[Reason]) -> None:
    found, refused = walked(data.encode())
    outcomes = [cleaned(piece) for piece in found if isinstance(piece, RawFile)]
    assert not any(isinstance(outcome, Article) for outcome in outcomes)
    said = {outcome.reason for outcome in outcomes if isinstance(outcome, Reject)}
    assert said | ({refused.reason} if refused else set()) == reasons


def test_front_matter_in_json_stays_with_its_article() -> None:
    for front in (json.dumps({"title": "Weir"}, indent=1), '{\n "title": "Weir"\n "by": "a comma too few"\n}'):
        (document,), _ = apart(f"{front}\n\n{STORIES[0]}".encode())
        assert (document.form, parse(document).format) == (None, Format.MARKDOWN)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_of_articles_is_not_read_as_one_article(delimiter: str) -> None:
    lines = [
        ["", "title", "text", "date"],
        *([str(n), f"Weir {n}", story, "2026-05-04"] for n, story in enumerate(STORIES)),
    ]
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter).writerows(lines)
    outcome = cleaned(apart(written.getvalue().encode())[0][0])
    assert isinstance(outcome, Reject)
    assert outcome.reason is Reason.UNSUPPORTED
    assert "title, text, date" in outcome.detail


# -------------------------------------------------------------------------------------------------------------- samples


def test_the_binary_samples_are_what_their_builders_make() -> None:
    assert list(containers.main([])) == []


def test_what_is_no_document_is_counted() -> None:
    passed: Counter[str] = Counter()
    for name in containers.INSIDE:
        found, _ = walked((containers.RAW / name).read_bytes())
        passed.update(piece.kind for piece in found if isinstance(piece, PassedOver))
        places = [piece.locator for piece in found if isinstance(piece, RawFile | Reject)]
        assert places == containers.INSIDE[name]
    assert passed == containers.PASSED_OVER


def test_zip_directories_may_be_lost(tmp_path) -> None:
    data = zipped(files())
    documents, reasons = apart(data[: data.index(b"PK\x01\x02") + 10])
    assert [document.data.decode() for document in documents] == STORIES
    assert reasons == [Reason.TRUNCATED]
    streamed = io.BytesIO()
    with zipfile.ZipFile(_Unseekable(streamed), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    data = streamed.getvalue()
    documents, _ = apart(data[: data.index(b"PK\x01\x02") + 10])
    assert [document.data.decode() for document in documents] == STORIES


class _Unseekable(io.RawIOBase):
    """Makes `zipfile` write sizes behind the members, as it does to a pipe."""

    def __init__(self, file: io.BytesIO) -> None:
        self._file = file

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:  # type: ignore[no-untyped-def]
        return self._file.write(data)
