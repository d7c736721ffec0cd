"""The samples in `raw/` that are containers: what stands in each, and how the binary ones were made.

`python -m tests.containers --write` makes the binary ones anew, byte for byte; a test holds that they are the same.
"""

# ruff: noqa: E501
from __future__ import annotations

import gzip
import io
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

RAW = Path(__file__).resolve().parent.parent / "raw"

INSIDE = {
    "crawl/valley.warc.gz": [
        "urn:uuid:00000000-0000-4000-8000-000000000002",
        "urn:uuid:00000000-0000-4000-8000-000000000005",
        "urn:uuid:00000000-0000-4000-8000-000000000006",
        "urn:uuid:00000000-0000-4000-8000-000000000007",
    ],
    "crawl/drawer.zip": [
        "stories/mill.txt",
        "older.tar.gz!/2019/clock.md",
        "older.tar.gz!/2019/passwd",
        "../../escape\\u001b[31m.txt",
    ],
    "feeds/harbour.rss": ["skp-20260504-11", "https://skarvikpost.example/2026/05/cod-quota",
                          "https://skarvikpost.example/2026/05/fog"],
    "feeds/observatory.atom": ["tag:sternwarte-aubach.example,2026:news/41",
                               "tag:sternwarte-aubach.example,2026:news/40"],
    "feeds/notebook-feed.json": ["https://inlandnotebook.example/canal-cat", "https://inlandnotebook.example/dredger"],
    "agency/orchard.xml": ["urn:newsml:northwire.example:20260820:orchard-frost;version=2",
                           "urn:newsml:northwire.example:20260820:orchard-picture;version=1"],
    "mail/friday-letter.eml": [None, "timetable.txt"],
    "broken/feed-cut.rss": ["mlg-1", "mlg-2"],
}  # fmt: skip
"""Container → locators of the documents and rejects in it, counted without the pipeline."""

PASSED_OVER = {
    "mail.image": 1,
    "newsml.other-item": 1,
    "tar.folder": 1,
    "warc.image": 1,
    "warc.request": 1,
    "warc.status-4xx": 1,
    "warc.warcinfo": 1,
    "zip.folder": 1,
    "zip.hidden": 2,
}
"""The records of all containers in `raw/` that are no documents."""

MILL = """Flour mill to run on rain for a day

By Josefa Lindgren

Published: 21 June 2026 07:30

The old mill at Sandby will grind for one day in July as it did in 1880, with nothing but rain, its owners said on Sunday.

The pond above it has been filling since March. If the summer stays as wet as the spring, it will hold enough water for seven hours.

“We shall get four hundred kilos of flour and a great many visitors,” said the miller, Aksel Broe. “I would rather have it the other way round.”
"""
CLOCK = """---
title: Town clock stopped to save the marriage of two storks
author: Noor Haddad
date: 2019-05-17T12:00:00+02:00
publisher: Oberried Anzeiger
---

The town clock of Oberried has been stopped at ten past four because its minute hand kept pushing a stork off her nest.

The pair had built on the tower in April, on the side that the minute hand sweeps from quarter past to half past. Each hour the female stood up, waited, and sat down again. On Tuesday she stopped standing up.

The bells go on ringing. “We still know what time it is,” said the mayor, Lorenz Abt. “We only pretend not to.”
"""
PAGE = """<!DOCTYPE html><html lang="fr"><head><title>Le fromage du val d'Ombre retrouve sa cave</title></head><body>
<nav><a href="/">Accueil</a> <a href="/val">Le val</a> <a href="/sport">Sport</a></nav>
<article><h1>Le fromage du val d'Ombre retrouve sa cave</h1>
<p class="byline">Par Amélie Grosjean</p>
<p>Après trois hivers passés dans un entrepôt de la plaine, le fromage du val d'Ombre est redescendu mardi dans la cave où il mûrissait depuis deux siècles.</p>
<p>La voûte s'était fissurée en 2023, au passage d'un convoi de bûcherons. Sa réparation a coûté 340 000 euros, dont un tiers a été payé par les mangeurs eux-mêmes.</p>
<p>« Là-bas, il s'ennuyait », a expliqué le fromager, Bastien Clavel. « Un fromage, ça écoute la montagne. »</p>
<p>Les premières meules seront goûtées en décembre.</p></article>
<footer><p>© L'Écho du val d'Ombre</p></footer></body></html>"""
BRIEF = """<!DOCTYPE html><html lang="en"><head><title>Signal box sold to a choir | Upper Line News</title>
<meta property="og:site_name" content="Upper Line News">
<meta property="article:published_time" content="2026-09-30T16:45:00+01:00"></head><body>
<article><h1>Signal box sold to a choir</h1>
<p>The signal box at Harrow Moss, shut since the line was electrified, has been sold to a women's choir for 61,000 pounds.</p>
<p>It has forty levers, no lavatory and, the choir found on its first visit, an echo of two and a half seconds. “We had only gone to look at the view,” said its conductor, Bridie Salter.</p>
<p>The railway keeps the right to ring the bell.</p></article></body></html>"""


def warc_record(
    kind: str, number: int, address: str, content_type: str, block: bytes, date: str = "2026-10-02T04:05:06Z"
) -> bytes:
    """A WARC record with its id made of `number`."""
    header = [
        "WARC/1.1",
        f"WARC-Type: {kind}",
        f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012}>",
        f"WARC-Date: {date}",
        *([f"WARC-Target-URI: {address}"] if address else []),
        f"Content-Type: {content_type}",
        f"Content-Length: {len(block)}",
    ]
    return "\r\n".join(header).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def http(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """An HTTP response."""
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode() + body


def chunked(body: bytes, size: int = 500) -> bytes:
    """A body in chunks."""
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def packed(data: bytes) -> bytes:
    """gzip without a clock."""
    return gzip.compress(data, mtime=0)


RESPONSE = "application/http; msgtype=response"


def valley() -> bytes:
    """A crawl, each record a gzip member: two pages, one that its server and one that the disk broke, a cut end."""
    page, brief = PAGE.encode("cp1252"), BRIEF.encode()
    records = [
        warc_record("warcinfo", 1, "", "application/warc-fields", b"software: handcart/0.3\r\n"),
        warc_record(
            "response", 2, "https://echo-ombre.example/val/fromage-cave", RESPONSE,
            http(chunked(packed(page)), "Content-Type: text/html; charset=windows-1252", "Transfer-Encoding: chunked",
                 "Content-Encoding: gzip", "Date: Fri, 02 Oct 2026 04:05:05 GMT",
                 "Last-Modified: Thu, 01 Oct 2026 18:00:00 GMT", "Server: oven/1.0"),
        ),
        warc_record("request", 3, "https://echo-ombre.example/val/fromage-cave", "application/http; msgtype=request",
                    b"GET /val/fromage-cave HTTP/1.1\r\nHost: echo-ombre.example\r\n\r\n"),
        warc_record("response", 4, "https://echo-ombre.example/logo.png", RESPONSE,
                    http(b"\x89PNG\r\n\x1a\n", "Content-Type: image/png")),
        warc_record("response", 5, "https://upperline.example/2026/09/30/signal-box-choir", RESPONSE,
                    http(brief, "Content-Type: text/html", "Date: Fri, 02 Oct 2026 04:05:07 GMT")),
        warc_record("response", 8, "https://upperline.example/gone", RESPONSE,
                    http(b"<h1>Not found</h1>", "Content-Type: text/html", status="404 Not Found")),
        warc_record("response", 6, "https://upperline.example/broken", RESPONSE,
                    http(chunked(packed(brief))[:-300], "Content-Type: text/html", "Transfer-Encoding: chunked",
                         "Content-Encoding: gzip")),
        warc_record("response", 7, "https://upperline.example/cut", RESPONSE, http(brief, "Content-Type: text/html")),
    ]  # fmt: skip
    return b"".join(packed(record) for record in [*records[:-1], records[-1][:-350]])


def zipped(members: list[tuple[str, bytes]]) -> bytes:
    """A zip archive without a clock; a name that ends in a slash is a folder."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name)
            info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 3
            archive.writestr(info, data)
    return file.getvalue()


def tarred(members: list[tuple[str, bytes | str | None]]) -> bytes:
    """A tar archive without a clock: bytes are a file's, a text is where a link leads, None is a folder."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            if data is None:
                info.type = tarfile.DIRTYPE
            elif isinstance(data, str):
                info.type, info.linkname = tarfile.SYMTYPE, data
            else:
                info.size = len(data)
            archive.addfile(info, io.BytesIO(data) if isinstance(data, bytes) else None)
    return file.getvalue()


def drawer() -> bytes:
    """A zip with a story, an older tar in it, a link and a name that would leave the folder, and rubbish."""
    older = tarred([("2019", None), ("2019/clock.md", CLOCK.encode()), ("2019/passwd", "../../../etc/passwd")])
    return zipped(
        [
            ("stories/", b""),
            ("stories/mill.txt", MILL.encode()),
            ("stories/.DS_Store", b"\0\0\0\1Bud1"),
            ("__MACOSX/stories/._mill.txt", b"\0\5\x16\7"),
            ("older.tar.gz", packed(older)),
            ("../../escape\x1b[31m.txt", b"Too short."),
        ]
    )


BUILT = {"crawl/valley.warc.gz": valley, "crawl/drawer.zip": drawer}


def main(arguments: list[str]) -> Iterator[str]:
    """Write the binary samples, or say which differ."""
    for name, build in BUILT.items():
        if "--write" in arguments:
            (RAW / name).write_bytes(build())
        elif (RAW / name).read_bytes() != build():
            yield name


if __name__ == "__main__":
    print(*main(sys.argv[1:]), sep="\n", end="")
