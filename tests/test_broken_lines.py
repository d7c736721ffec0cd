"""Lines that a dump has broken at every tag of a page."""

import pytest
from bs4 import BeautifulSoup

from flows.formats import text

PARAGRAPHS = (
    "The board of Skarvik,\nMarta Lund\n, said on Tuesday that the\nold crane\nwould be repaired (\nour report\n).",
    "According to the\nEvening Ledger\n, nobody had yet said who was\ngoing to pay\nfor it.",
    "The mayor’s\noffice\n’s reply was short: “Read the\nminutes\n.”",
)
WHOLE = (
    "The board of Skarvik, Marta Lund, said on Tuesday that the old crane would be repaired (our report).",
    "According to the Evening Ledger, nobody had yet said who was going to pay for it.",
    "The mayor’s office’s reply was short: “Read the minutes.”",
)


def texts(raw: str) -> list[str]:
    return [block.text for block in text.read(raw, "utf-8").blocks]


def test_sentences_broken_at_links_are_whole_paragraphs_again() -> None:
    assert texts("\n".join(PARAGRAPHS)) == list(WHOLE)


def test_what_beautiful_soup_writes_is_read_as_the_page_was() -> None:
    page = """<nav><a href="/">Home</a><a href="/sport">Sport</a></nav><h1>Crane of Skarvik to be mended</h1>
    <div>by <a href="/lund">Marta Lund</a></div><div><span>share</span><span>tweet</span></div>
    <p>The board <a href="/1">met on Tuesday</a> and said that <b>Skarvik</b> could wait no longer.</p>
    <p>It was <em>the third</em> meeting; the <a href="/2">first</a>, in May, had <i>ended early</i>.</p>
    <p>Ships are <a href="/3">sent elsewhere</a> until then.</p><div><a href="/4">more stories</a></div>"""
    assert texts(BeautifulSoup(page, "lxml").get_text("\n", strip=True)) == [
        "Home",
        "Sport",
        "Crane of Skarvik to be mended",
        "by Marta Lund",
        "share",
        "tweet",
        "The board met on Tuesday and said that Skarvik could wait no longer.",
        "It was the third meeting; the first, in May, had ended early.",
        "Ships are sent elsewhere until then.",
        "more stories",
    ]


@pytest.mark.parametrize(
    "kept",
    [
        "Crane of Skarvik to be mended\nby Marta Lund\n3 May 2026",
        "Board of the harbour falls out\nshare\ntweet\nsave",
        "Start with the smallest boat\nBoats that are small need\nless water.",
        "Pictures by the harbour office\n»Wir warten«, sagte sie.",
        "The board met in the morning.\nand nobody came",
        "Ships and boats of the town\n... and what becomes of them.",
        "What ships carry:\ncoal and iron.",
        "Boats of the town in a row\n\nsmall ones first.",
    ],
)
def test_headlines_labels_and_paragraphs_beside_them_stay_apart(kept: str) -> None:
    # The third ends in a sentence that is broken itself.
    apart = kept.replace("need\nless", "need less").split("\n")
    assert texts("\n".join([*PARAGRAPHS, kept]))[3:] == [line for line in apart if line]


@pytest.mark.parametrize("broken", ["“\nBerg\n” she said", "in\n三月\n、四月", "see\n[\n3\n]\n."])
def test_brackets_and_marks_close_up(broken: str) -> None:
    assert "\n" not in (whole := texts("\n".join([*PARAGRAPHS, f"The board wrote it all down {broken}."]))[3])
    assert " ]" not in whole and "[ " not in whole and " 、" not in whole


def test_lines_that_were_wrapped_keep_their_spaces() -> None:
    starts = ("Nämnden sade att", "”Lampan” skrev", "... och att", "kranen är", "’Lampan’ igen", "till slut")
    lines = [f"{start} {'kajen ' * 9}".strip() for start in starts]
    assert texts("\n".join(lines)) == [" ".join(lines)]


@pytest.mark.parametrize(
    ("lines", "credit"),
    [
        ("By\nAda Lane\n3 May 2026", "By Ada Lane"),
        ("Von\nJan Meer\nund\nEva Au-Lund\n,\nRolf von Au\nHeute", "Von Jan Meer und Eva Au-Lund, Rolf von Au"),
        ("Written by\nADA LANE, Staff Writer\n| The Lamp", "Written by ADA LANE, Staff Writer"),
        ("By\nRoland Lane\n, harbour editor", "By Roland Lane, harbour editor"),
    ],
)  # fmt: skip
def test_names_below_a_lone_by_are_its_credit(lines: str, credit: str) -> None:
    assert texts(f"Crane of Skarvik to be mended\n{lines}\n{WHOLE[0]}")[1] == credit


@pytest.mark.parametrize("lines", ["By\nthe river", "By\n3 May", "By\n\nAda Lane", "Boats by\nthe sea", "Von\nhier an"])
def test_what_stands_below_a_lone_by_may_be_something_else(lines: str) -> None:
    assert texts(f"{lines}\n{WHOLE[0]}")[:2] == [line for line in lines.split("\n") if line]


def test_one_line_that_begins_small_breaks_no_text() -> None:
    lines = ["Prices of phones rise again", "iPhone makers say nothing.", "The board met. It was cold.", "end"]
    assert texts("\n".join(lines)) == lines


def test_capitals_alone_join_nothing() -> None:
    lines = ["Crane to be mended", "Boats wait in the bay", "Marta Lund speaks"] * 5
    assert texts("\n".join(lines)) == lines
