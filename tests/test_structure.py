"""Rules that compare blocks with each other and with what is known: what each takes, and what it leaves."""

from __future__ import annotations

import pytest

from flows import rules
from flows.formats import html
from flows.model import Block, Document, Format, Found, Kind, Link
from flows.rules import Known, Mark
from tests import test_rules

CATALOGUE = rules.load()
PROSE = test_rules.PROSE[:5]
TITLE = "Harbour board votes to open the eastern quay again in spring"

Item = str | Block


def build(*items: Item, form: Format = Format.TEXT) -> Document:
    """A document of paragraphs; a `Block` gives the rest of its properties, its offsets are set here."""
    blocks, at = [], 0
    for item in items:
        given = Block(0, 0, Kind.PARAGRAPH, item) if isinstance(item, str) else item
        end = at + len(given.text)
        blocks.append(Block(at, end, given.kind, given.text, given.links, given.link_share, given.hints, given.level))
        at = end + 2
    return Document(form, "\n\n".join(block.text for block in blocks), "utf-8", tuple(blocks))


def link(text: str, url: str = "https://quay.example/other", hints: frozenset[str] = frozenset()) -> Block:
    return Block(0, 0, Kind.LIST_ITEM, text, (Link(text, url),), 1.0, hints)


def image(text: str, url: str | None = None) -> Block:
    links = (Link(text, url),) if url else ()
    return Block(0, 0, Kind.PARAGRAPH, text, links, 1.0 if url else 0.0, frozenset({"image"}))


def heading(text: str, level: int) -> Block:
    return Block(0, 0, Kind.HEADING, text, level=level)


def marked(doc: Document, known: Known | None = None) -> dict[int, Mark]:
    return {mark.block: mark for mark in rules.mark(doc, known or Known(), CATALOGUE)}


def names(doc: Document, known: Known | None = None) -> dict[int, str]:
    return {index: mark.rule for index, mark in marked(doc, known).items()}


def claims(doc: Document, field: str, known: Known | None = None) -> list[str]:
    found: list[Found] = [claim for mark in rules.mark(doc, known or Known(), CATALOGUE) for claim in mark.found]
    return [claim.value for claim in found if claim.field == field]


def test_the_known_headline_is_cut_at_the_head_and_only_there() -> None:
    doc = build(TITLE, *PROSE, TITLE)
    assert names(doc, Known(title=TITLE + " | Quay Press")) == {0: "headline.title"}
    assert not names(build(*PROSE, "Eastern quay"), Known(title="Eastern quay"))


def test_the_first_heading_of_a_page_is_its_title_when_nothing_else_says_it() -> None:
    doc = build(heading(TITLE, 1), *PROSE[:3], heading("What happens next on the quay", 1), *PROSE[3:])
    assert names(doc) == {0: "headline.first"} and claims(doc, "title") == [TITLE]


def test_a_line_printed_twice_before_the_prose_is_the_title() -> None:
    doc = build(TITLE, TITLE, *PROSE)
    assert names(doc) == {0: "headline.repeated", 1: "headline.repeated"}
    assert claims(doc, "title") == [TITLE]


@pytest.mark.parametrize(
    "around",
    [
        (TITLE, "Published: May 3, 2024 10:12 AM"),
        (TITLE, "By Ada Lane"),
        ("NEWS / HARBOUR", TITLE),
        ("NEWS / HARBOUR", TITLE, "3 May 2024"),
    ],
)
def test_a_line_next_to_a_date_byline_or_kicker_is_the_title(around: tuple[str, ...]) -> None:
    assert claims(build(*around, *PROSE), "title") == [TITLE]


def test_a_line_between_the_title_and_the_byline_is_the_standfirst() -> None:
    doc = build(TITLE, "Boats may come back, but the fishermen want the old market too", "By Ada Lane", *PROSE)
    marks = marked(doc)
    assert claims(doc, "title") == [TITLE]
    assert marks[1].kind is Kind.STANDFIRST and marks[1].start == marks[1].end


def test_a_breadcrumb_on_lines_of_its_own_gives_the_section() -> None:
    doc = build("Home", "> Harbour life", "> Quays and cranes", TITLE, *PROSE)
    assert claims(doc, "section") == ["Harbour life"]
    assert [names(doc)[i] for i in (1, 2)] == ["skip_nav.crumb", "skip_nav.crumb"]


@pytest.mark.parametrize(
    "texts",
    [
        PROSE,
        ("The chair is content", *PROSE),
        ("Updated March 3, 2026 at 7:03 PM MST", *PROSE),
        (*PROSE[:2], "By Ada Lane", *PROSE[2:]),
    ],
)
def test_no_title_is_guessed_without_certain_evidence(texts: tuple[str, ...]) -> None:
    assert claims(build(*texts), "title") == []


def test_a_trail_of_capitals_gives_the_section() -> None:
    doc = build("SOURCE / COMPANIES", TITLE, *PROSE)
    assert claims(doc, "section") == ["COMPANIES"]
    (found,) = (claim for claim in marked(doc)[0].found)
    assert doc.text[found.start : found.end] == found.raw == "COMPANIES"


def test_subheads_in_capitals_are_not_kickers() -> None:
    assert not names(build(*PROSE[:3], "WHAT HAPPENED NEXT", *PROSE[3:]))


def test_a_short_line_on_the_standfirst_is_a_kicker_and_the_standfirst_stays() -> None:
    summary = "The eastern quay of the harbour will open again in spring."
    doc = build("under the crane", summary, *PROSE)
    marks = marked(doc, Known(summary=summary))
    assert marks[0].rule == "kicker.above" and marks[0].found[0].value == "under the crane"
    assert marks[1].kind is Kind.STANDFIRST and marks[1].start == marks[1].end


def test_a_section_label_that_metadata_knows_is_cut() -> None:
    assert names(build("Harbour", *PROSE), Known(section="harbour")) == {0: "kicker.section"}
    assert not names(build("Harbour", *PROSE))


def test_a_caption_is_claimed_once_and_its_copy_is_a_duplicate() -> None:
    line = "Drawing of a crane at night Photo: Quayside"
    doc = build(TITLE, "3 May 2024", line, line, *PROSE)
    assert names(doc)[2] == "photo.caption_credit"
    assert names(doc)[3] == "duplicate.caption"
    assert claims(doc, "caption") == ["Drawing of a crane at night"] and claims(doc, "credit") == ["Quayside"]


def test_captions_are_known_from_claims_or_from_the_image_beside_them() -> None:
    caption = "Boats wait in front of the eastern quay"
    assert names(build(*PROSE[:3], caption, *PROSE[3:]), Known(captions=(caption,))) == {3: "photo.known"}
    beside = build(*PROSE[:3], image(caption), caption, *PROSE[3:], form=Format.MARKDOWN)
    assert names(beside) == {3: "photo.image", 4: "photo.beside"}
    shown = build(*PROSE[:3], heading(caption, 2), image(caption), *PROSE[3:], form=Format.MARKDOWN)
    assert names(shown) == {4: "photo.image"}
    assert not names(build(*PROSE[:3], caption, *PROSE[3:]))


def test_a_paragraph_that_comes_again_is_cut_the_second_time() -> None:
    assert names(build(*PROSE, PROSE[1])) == {5: "duplicate.block"}


def test_of_a_paragraph_and_its_copy_set_apart_on_a_page_the_copy_is_cut() -> None:
    body = [Block(0, 0, Kind.PARAGRAPH, text, hints=frozenset({"article", "p"})) for text in PROSE]
    quote = Block(0, 0, Kind.PARAGRAPH, PROSE[3], hints=frozenset({"article", ".highlight"}))
    assert names(build(*body[:2], quote, *body[2:], form=Format.HTML)) == {2: "duplicate.block"}
    assert names(build(*body[:4], quote, *body[4:], form=Format.HTML)) == {4: "duplicate.block"}


def test_questions_and_short_lines_may_come_again() -> None:
    question = "What would you change about the way in which the harbour of this town is run today?"
    assert not names(build(PROSE[0], question, PROSE[1], question, PROSE[2], "Never again.", PROSE[3], "Never again."))


def test_a_menu_before_the_prose_is_cut_and_short_lines_after_it_stay() -> None:
    doc = build("Harbour", "Market", "Sea weather", *PROSE, "Two cranes", "One quay", "No boats")
    assert names(doc) == {0: "skip_nav.run", 1: "skip_nav.run", 2: "skip_nav.run"}


def test_a_list_that_an_article_of_html_begins_with_is_no_menu() -> None:
    lines = [
        Block(0, 0, Kind.LIST_ITEM, text, hints=frozenset({"article", "li"}))
        for text in ("Two cranes", "One quay", "No boats")
    ]
    assert not names(build(*lines, *PROSE, form=Format.HTML))
    menu = [link(text) for text in ("Harbour", "Market", "Sea weather")]
    assert names(build(*menu, *lines, *PROSE, form=Format.HTML)) == dict.fromkeys(range(3), "skip_nav.run")


def test_links_within_the_page_are_cut() -> None:
    assert names(build(link("On to the main part", "#main"), *PROSE)) == {0: "skip_nav.fragment"}


def test_what_a_pointer_shows_is_cut_out_of_a_sentence() -> None:
    def pieces(source: str) -> list[str]:
        doc = html.read(source, "utf-8")
        return [
            doc.text[mark.start : mark.end] for mark in rules.mark(doc, Known(), CATALOGUE) if ".popover" in mark.rule
        ]

    shown = ["Board to vote on fees", "Crane falls over in a storm", "Herring is back"]
    links = [f'<a href="/{number}">{text}</a>' for number, text in enumerate(shown)]
    card = (
        f'<span class="card"><a href="/brandt">Odile M. Brandt</a>{" ".join(links)} <a href="/brandt">More</a></span>'
    )
    said = f'<p>The plan of <a href="/ob">Odile Brandt</a>{card} (Harbour List) was read out on Monday.</p>'
    (piece,) = pieces(said)
    assert piece.startswith('Odile M. Brandt</a><a href="/0">Board to vote') and piece.endswith("More")
    assert not pieces(f"<p>The plan of {', '.join(links)}, {links[0]} and others was read out on Monday.</p>")
    assert not pieces(f"<p>The plan of {' '.join(links)} was read out on Monday.</p>")
    assert not pieces(f"<p>All on the plan that was read out on Monday: {' '.join(links + links)}</p>")


def test_a_list_under_a_heading_for_related_stories_goes_with_it() -> None:
    doc = build(*PROSE, "Most read", link("Crane falls over in a storm"), link("Herring is back"), form=Format.MARKDOWN)
    assert names(doc) == {5: "related.heading", 6: "related.list", 7: "related.list"}


def test_a_heading_of_the_article_ends_such_a_list() -> None:
    list_of_others = (heading("Related stories", 3), link("A bridge is painted red"))
    doc = build(*PROSE, *list_of_others, heading("What it costs", 2), form=Format.HTML)
    assert names(doc) == {5: "related.heading", 6: "related.list"}


def test_prose_under_such_a_heading_stays() -> None:
    doc = build(*PROSE[:3], heading("See also", 2), *PROSE[3:])
    assert set(names(doc)) <= {3}


def test_linked_pictures_after_the_prose_are_teasers() -> None:
    doc = build(*PROSE, image("A crane", "https://quay.example/crane"), form=Format.MARKDOWN)
    assert names(doc)[5] in ("photo.image", "related.images")


def test_the_author_box_after_the_end_marks_is_cut_and_a_last_paragraph_is_not() -> None:
    box = "Quay Press is your daily guide to all that floats, written by people who know the sea by heart."
    portrait = image("Photo of Ada", "https://quay.example/author/ada")
    doc = build(*PROSE, "This story originally appeared at Quay.example", portrait, box, form=Format.MARKDOWN)
    assert names(doc)[7] == "byline.box"
    assert 6 not in names(build(*PROSE, portrait, box, form=Format.MARKDOWN))


@pytest.mark.parametrize("line", ["```", "* * *", "———", "■"])
def test_lines_without_a_word_are_artefacts(line: str) -> None:
    assert names(build(*PROSE[:3], line, *PROSE[3:])) == {3: "artefact.symbols"}


def test_code_is_not_an_artefact() -> None:
    assert not names(build(*PROSE[:3], Block(0, 0, Kind.CODE, "{}"), *PROSE[3:]))
    assert names(build(*PROSE[:3], Block(0, 0, Kind.CODE, "```"), *PROSE[3:])) == {3: "artefact.symbols"}


def test_a_bare_date_far_above_the_article_is_not_its_date() -> None:
    menu = [f"Page {i} of the harbour directory" for i in range(12)]
    assert claims(build("Monday, May 6, 2024", *menu, *PROSE), "published") == []
    assert claims(build(TITLE, "Monday, May 6, 2024", *PROSE), "published") == ["Monday, May 6, 2024"]


def test_an_empty_document_has_no_marks() -> None:
    assert rules.mark(build(), Known(title="A", summary="B" * 30), CATALOGUE) == ()
