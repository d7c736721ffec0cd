"""Bytes to text: encodings people really have, and what a text is, by its content."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.formats.decode import decode, sniff
from flows.model import Format, Reason, Refused

RUSSIAN = "Городской совет Вольска в среду одобрил бюджет на будущий год. " * 6
GERMAN = "Die Bürgermeisterin von Süderstadt kündigte für Dienstag Gespräche über die Brücke an. " * 4
CHINESE = "市政府周三表示，新的轻轨线路将于明年春天通车，票价保持不变。" * 8


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        (GERMAN.encode(), GERMAN, "utf-8"),
        (b"\xef\xbb\xbf" + GERMAN.encode(), GERMAN, "utf-8-sig"),
        (GERMAN.encode("utf-16"), GERMAN, "utf-16"),
        (GERMAN.encode("utf-16-le"), GERMAN, "utf-16-le"),
        (GERMAN.encode("utf-16-be"), GERMAN, "utf-16-be"),
        (b"<meta charset=windows-1251>" + RUSSIAN.encode("cp1251"), "<meta charset=windows-1251>" + RUSSIAN, "cp1251"),
        (b'<meta charset="iso-8859-1"> \x93Quote\x94 \xfcber', '<meta charset="iso-8859-1"> “Quote” über', "cp1252"),
        (b'<meta charset=gb2312>' + CHINESE.encode("gb18030"), "<meta charset=gb2312>" + CHINESE, "gb18030"),
    ],
)  # fmt: skip
def test_encodings_are_recognised_and_recorded(data: bytes, text: str, encoding: str) -> None:
    decoded = decode(data)
    assert (decoded.text, decoded.encoding, decoded.warnings) == (text, encoding, ())


@pytest.mark.parametrize(("text", "encoding"), [(RUSSIAN, "cp1251"), (RUSSIAN, "koi8-r"), (CHINESE, "gb18030")])
def test_an_undeclared_encoding_is_detected_and_said_to_be(text: str, encoding: str) -> None:
    decoded = decode(text.encode(encoding))
    assert decoded.text == text
    assert decoded.warnings


def test_a_broken_byte_in_utf8_costs_one_character_and_a_warning() -> None:
    data = bytearray((GERMAN * 10).encode())
    data[700] = 0xFF
    decoded = decode(bytes(data))
    assert decoded.encoding == "utf-8"
    assert decoded.text.count("�") == 1
    assert decoded.warnings == ("1 undecodable places",)


def test_a_few_letters_of_another_encoding_are_letters_and_no_damage() -> None:
    text = "The council of the old harbour town met for the third time in a week. " * 40
    decoded = decode(f"{text}“We shall see,” said Zoë. {text}".encode("cp1252"))
    assert (decoded.text.count("“"), decoded.text.count("ë"), decoded.text.count("�")) == (1, 1, 0)
    assert decoded.warnings == ("encoding detected, not declared",)
    cut = decode(f"{text}Zoë".encode()[:-1])
    assert (cut.encoding, cut.text[-3:], cut.warnings) == ("utf-8", "Zo�", ("1 undecodable places",))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Reason.UNSUPPORTED),
        (b"%PDF-1.7\n1 0 obj", Reason.UNSUPPORTED),
        (b"{\\rtf1\\ansi The harbour office said on Monday", Reason.UNSUPPORTED),
        (b"PK\x03\x04\x14\0\x08\0\x08\0\xb7\xac", Reason.UNSUPPORTED),
        (bytes(range(256)) * 40, Reason.BINARY),
        (b"\0\x01\x02\x03 text \x04\x05" * 30, Reason.BINARY),
    ],
)
def test_what_is_not_text_is_refused_with_a_reason(data: bytes, reason: Reason) -> None:
    with pytest.raises(Refused) as caught:
        decode(data)
    assert caught.value.reason is reason


def test_a_text_that_begins_like_a_magic_number_is_text() -> None:
    assert decode(b"RIFF raff and other rhymes fill the new children's book.").encoding == "utf-8"


@given(st.binary(max_size=3000))
def test_any_bytes_decode_or_are_refused(data: bytes) -> None:
    try:
        decoded = decode(data)
    except Refused:
        return
    assert "\r" not in decoded.text
    assert "\0" not in decoded.text
    decoded.text.encode()


@pytest.mark.parametrize(
    ("text", "format_"),
    [
        ("<!DOCTYPE html>\n<html><body><p>News</p></body></html>", Format.HTML),
        ("\n<!-- saved page -->\n<html lang=de>", Format.HTML),
        ('<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body/></html>', Format.HTML),
        ("<style>" + "p { margin: 0 }" * 3000 + "</style><p>A fragment behind its style.</p>", Format.HTML),
        ("<Reuters> reported so.", Format.TEXT),
        ("<div><p>A fragment.</p><p>Of a page.</p></div>", Format.HTML),
        ("---\ntitle: News\n---\nText.", Format.MARKDOWN),
        ("+++\ntitle = 'News'\n+++\nText.", Format.MARKDOWN),
        ('{\n"title": "News"\n}\n\nText.', Format.MARKDOWN),
        ("# News\n\nThe **council** met.", Format.MARKDOWN),
        ("See [one](https://a.example/1) and [two](/2).", Format.MARKDOWN),
        ("News\n\nThe council met. It was * not * easy.", Format.TEXT),
        ("A < B, said the minister, and <b>bold</b> claims followed.", Format.TEXT),
        ("Rank #1\n# of votes: 300", Format.TEXT),
        ("```\nThe council met.\n```", Format.TEXT),
    ],
)
def test_a_text_is_judged_by_its_content(text: str, format_: Format) -> None:
    assert sniff(text) is format_


def test_a_feed_is_refused_and_named() -> None:
    with pytest.raises(Refused) as caught:
        sniff('<?xml version="1.0"?>\n<rss version="2.0"><channel></channel></rss>')
    assert caught.value.reason is Reason.UNSUPPORTED
