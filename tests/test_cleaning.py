"""Cleaning as a whole: what rules and judges decide together."""

from datetime import UTC, datetime

import pytest

from flows import pipeline, rules
from flows.model import Article, RawFile
from flows.settings import Settings

CATALOGUE = rules.load()
LEDE = "The ferry to Nordholm will run twice a day from June, the harbour office announced on Monday morning."
MORE = (
    "Islanders had asked for a second crossing for eleven years and collected four thousand signatures last winter.",
    "“Now we can see a doctor and be home for supper,” said Berit Aas, who keeps the island's only shop with her son.",
    "The second boat was bought from a bankrupt company in the south for less than the price of its two engines.",
    "It carries sixty passengers and nine cars, and it will leave the mainland at half past two in the afternoon.",
)


def article(text: str, path: str = "x") -> Article:
    outcome = pipeline.clean(
        RawFile(path, "0" * 64, len(text), text.encode()), CATALOGUE, Settings(), datetime(2026, 11, 1, tzinfo=UTC)
    )
    assert isinstance(outcome, Article)
    return outcome


def body(text: str, path: str = "x") -> str:
    return "\n\n".join(paragraph.text for paragraph in article(text, path).paragraphs)


@pytest.mark.parametrize(
    "wrapping", ["<aside><p>{}</p></aside>", "<footer><p>{}</p></footer>", "<nav><a href='/1'>{}</a></nav>"]
)
def test_of_a_paragraph_that_stands_twice_one_copy_is_kept(wrapping: str) -> None:
    paragraphs = "".join(f"<p>{each}</p>" for each in (LEDE, *MORE))
    for page in (
        wrapping.format(LEDE) + f"<article>{paragraphs}</article>",
        f"<article>{paragraphs}</article>" + wrapping.format(LEDE),
    ):
        text = body(f"<!doctype html><html><body>{page}</body></html>")
        assert text.count(LEDE) == 1
        assert all(each in text for each in MORE)


def test_a_tail_glued_to_a_paragraph_is_cut_and_the_paragraph_kept() -> None:
    last = f"{MORE[3]} (Reporting by Ada Brook; Editing by Jon Reed)"
    cleaned = article("\n\n".join((LEDE, *MORE[:3], last)))
    assert cleaned.paragraphs[-1].text == MORE[3]
    assert [cut.text.strip() for cut in cleaned.cuts] == ["(Reporting by Ada Brook; Editing by Jon Reed)"]
    assert (cleaned.fields["authors"], cleaned.fields["contributors"]) == (["Ada Brook"], ["Jon Reed"])


def test_a_brief_of_one_paragraph_is_an_article() -> None:
    assert body(LEDE) == LEDE


def test_links_of_what_was_cut_are_not_links_of_the_article() -> None:
    text = f"# Ferry\n\n{LEDE} See the [timetable](https://ferry.example/t).\n\n" + "\n\n".join(MORE)
    cleaned = article(text + "\n\n[Share on Facebook](https://share.example/f)\n")
    assert [link.url for link in cleaned.links] == ["https://ferry.example/t"]
