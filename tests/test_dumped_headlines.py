"""Pages dumped as text with all that stands around the article: which line is its title, and which credits are its own.

The outlets, people and stories are invented.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from flows.model import Article, RawFile
from flows.pipeline import clean
from flows.rules import load
from flows.settings import Settings

NOW = datetime(2026, 11, 25, tzinfo=UTC)
HEADLINE = "Glass eels return to the Osk after the mill weir falls"
STANDFIRST = "Anglers in Lower Teasel had waited eleven years for the river to run freely past the old mill"
MENU = ["Skip to content", "Home", "News", "Rivers", "Markets", "Obituaries", "Sign in", "The paper of the Osk valley"]
TEASERS = [
    "Teasel bakery burns down on the night before its anniversary",
    "By Rufus Ambler",
    "11 March 2024",
    "Why the county wants to sell the lido, and who would buy it",
    "Bus drivers in Kelling vote for a longer lunch",
]
CREDITS = ["By Petra Holloway", "7 May 2026"]
BUTTONS = [
    "Share",
    "Print",
    "Listen to this article",
    "Send us a picture of your river",
    "Text size",
    "A",
    "A",
    "Save for later",
    "Comments",
    "12",
    "A volunteer counts eels below the remains of the weir",
]
PROSE = [
    "Glass eels have been seen in the upper Osk for the first time since 2015, three weeks after the county took down "
    "the weir at the old mill, the river trust said on Thursday.",
    "Volunteers counted more than four hundred eels in two nights below the remains of the weir, and another sixty "
    "above it, where nobody had expected any before next spring.",
    '"We hoped for a dozen," said Nell Varga, who leads the count. "When the nets came up I thought that somebody had '
    'emptied a bucket into them."',
    "The weir had stood since 1871 and had lost its use when the mill closed. The county paid 310,000 crowns for its "
    "removal, against the will of the anglers' club, which has since asked for the dates of the next count.",
]
RELATED = ["Read more", "Lido sale: the council answers your questions", "Kelling market moves to the station yard"]


def dumped(*lines: str) -> Article:
    data = "\n".join(lines).encode()
    result = clean(RawFile("page.txt", "0" * 64, len(data), data), load(), Settings(), NOW)
    assert isinstance(result, Article)
    return result


def text(article: Article) -> list[str]:
    return [paragraph.text for paragraph in article.paragraphs]


@pytest.mark.parametrize("standfirst", [[], [STANDFIRST]], ids=["", "standfirst"])
@pytest.mark.parametrize("buttons", [[], BUTTONS], ids=["", "buttons"])
@pytest.mark.parametrize("teasers", [[], TEASERS], ids=["", "teasers"])
@pytest.mark.parametrize("above", [["News", "Rivers"], ["Rivers"], [f"{HEADLINE} | Osk Courier"]])
def test_the_title_is_the_headline_or_null(
    standfirst: list[str], buttons: list[str], teasers: list[str], above: list[str]
) -> None:
    article = dumped(*MENU, *teasers, *above, HEADLINE, *standfirst, *CREDITS, *buttons, *PROSE, *RELATED)
    assert article.fields.get("title") in (HEADLINE, None)
    assert [line for line in text(article) if line in PROSE] == PROSE


@pytest.mark.parametrize("standfirst", [[], [STANDFIRST]], ids=["", "standfirst"])
@pytest.mark.parametrize("buttons", [[], BUTTONS], ids=["", "buttons"])
def test_a_headline_that_is_printed_as_the_title_of_the_page_is_found_and_its_credits_with_it(
    standfirst: list[str], buttons: list[str]
) -> None:
    head = [f"{HEADLINE} | Osk Courier", *MENU, *TEASERS, "News", "Rivers"]
    article = dumped(*head, HEADLINE, *standfirst, *CREDITS, *buttons, *PROSE, *RELATED)
    assert article.fields["title"] == HEADLINE
    assert article.fields["authors"] == ["Petra Holloway"]
    assert article.fields["published_local"] == "2026-05-07"


def test_a_standfirst_between_headline_and_byline_is_not_the_title_but_stays_in_the_text() -> None:
    article = dumped(*MENU, "Rivers", HEADLINE, STANDFIRST, *CREDITS, *BUTTONS, *PROSE)
    assert article.fields["title"] == HEADLINE
    assert [each.text for each in article.paragraphs if each.kind == "standfirst"] == [STANDFIRST]


@pytest.mark.parametrize("lines", [TEASERS, MENU, ["Osk Courier", *TEASERS, "Rivers"], [*TEASERS, *BUTTONS]])
def test_a_page_without_its_headline_has_no_title(lines: list[str]) -> None:
    assert "title" not in dumped(*MENU, *lines, *PROSE, *RELATED).fields


def test_two_lines_that_can_be_the_headline_are_none() -> None:
    """Glued together from two pages, say: nothing tells which of them is meant."""
    other = "Volunteers count four hundred glass eels below the weir"
    article = dumped(*MENU, HEADLINE, *CREDITS, "Rivers", other, *CREDITS, *PROSE)
    assert "title" not in article.fields


def test_a_day_in_the_header_of_the_site_is_not_that_of_the_article() -> None:
    header = ["Monday, 23 November 2026", *MENU]
    article = dumped(*header, "Rivers", HEADLINE, STANDFIRST, "By Petra Holloway", *BUTTONS, *PROSE)
    assert article.fields["title"] == HEADLINE
    assert "published_at" not in article.fields
