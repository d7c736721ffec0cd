"""Every rule proves itself: what it says it drops is dropped, what any rule says must stay stays with all of them."""

from __future__ import annotations

import itertools
import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import rules
from flows.model import Block, Document, Format, Kind, Link
from flows.rules import Catalogue, Known, Mark, Rule, locate
from flows.rules.catalogue import compile_all
from flows.rules.fold import fold, key, letters, size
from flows.rules.index import indexed
from flows.rules.match import by_catalogue
from flows.rules.opening import beginnings, openings
from flows.rules.page import LONGEST_LINE, page

CATALOGUE = rules.load()
PROSE = (
    "The harbour board met for six hours on Monday and in the end it agreed to open the eastern quay again in spring.",
    "Its chair said that the repairs had cost twice as much as planned, and that nobody could have known it before.",
    "Fishermen who had waited for the news outside the hall went home late, some of them visibly content with it.",
    "The quay was closed three years ago after a storm had washed out its foundations in the course of one night.",
    "Since then the boats have had to land their catch at a village that lies an hour to the north of the town.",
    "What the new rules for the market will look like is to be decided by the council before the end of the month.",
)


def document(*texts: str, form: Format = Format.TEXT) -> Document:
    """A plain document, one paragraph a text."""
    blocks, at = [], 0
    for text in texts:
        blocks.append(Block(at, at + len(text), Kind.PARAGRAPH, text))
        at += len(text) + 2
    return Document(form, "\n\n".join(texts), "utf-8", tuple(blocks))


def placed(line: str, where: str) -> tuple[Document, int]:
    """The line at the head, at the tail or in the middle of prose, and its index."""
    texts = {
        "head": (line, *PROSE),
        "tail": (*PROSE, line),
        "edge": (*PROSE, line),
        "anywhere": (*PROSE, line, *PROSE),
    }[where]
    return document(*texts), texts.index(line)


def marks_on(line: str, where: str, language: str | None = None) -> list[Mark]:
    doc, index = placed(line, where)
    return [mark for mark in by_catalogue(CATALOGUE, page(doc, Known(language=language))) if mark.block == index]


def test_every_pattern_is_well_formed() -> None:
    compile_all(CATALOGUE.rules)


def proofs() -> list[object]:
    return [pytest.param(rule, id=rule.id) for rule in CATALOGUE.rules]


@pytest.mark.parametrize("rule", proofs())
def test_a_rule_drops_what_it_says_and_no_other_rule_is_needed_for_it(rule: Rule) -> None:
    alone = indexed((rule,))
    for line in rule.drops:
        doc, index = placed(line, rule.where)
        doc = replace(doc, format=Format(rule.formats[0])) if rule.formats else doc
        known = Known(language=rule.languages[0] if rule.languages else None)
        found = [mark for mark in by_catalogue(alone, page(doc, known)) if mark.block == index]
        assert found, line
        assert (found[0].end > found[0].start) is rule.cut, line
        if rule.part == "whole":
            assert (found[0].start, found[0].end) in ((doc.blocks[index].start,) * 2, _extent(doc, index)), line


@pytest.mark.parametrize("rule", proofs())
def test_a_rule_spares_its_near_misses_wherever_it_applies(rule: Rule) -> None:
    alone = indexed((rule,))
    for line in rule.keeps:
        doc, index = placed(line, rule.where)
        known = Known(language=rule.languages[0] if rule.languages else None)
        assert not [mark for mark in by_catalogue(alone, page(doc, known)) if mark.block == index], line


@pytest.mark.parametrize("language", ["en", "de", None])
def test_no_rule_touches_any_near_miss_in_the_middle_of_prose(language: str | None) -> None:
    for line in (line for rule in CATALOGUE.rules for line in rule.keeps):
        cuts = [mark.rule for mark in marks_on(line, "anywhere", language) if mark.end > mark.start]
        assert not cuts, line


KEEP = """\
Back to top-flight football after ten years away, the club lost at home.
Home prices rose 3% in May.
WHAT HAPPENED NEXT
Share of renewables reached 54% last year.
Follow-up talks are planned for June.
Subscribers can cancel at any time, the regulator ruled.
The party's newsletter called the plan 'reckless'.
Comments by the minister drew criticism.
More than 128 comments were filed with the agency.
The five-minute read-out of charges shocked the court.
Publicité : le marché recule de 4 %
Anzeige gegen den Bürgermeister erstattet
She continued reading the document aloud.
The most-read author of the decade died on Monday.
Read more into his silence than he meant
Getty Images sued the start-up on Monday.
Foto: ein neues Museum eröffnet
By Tuesday the river had fallen.
Von Berlin nach Paris in acht Stunden
Published in 1962, the novel sold two million copies.
Updated figures are due on Friday.
Artists say all rights reserved labels no longer protect them.
The judge said past performance is not evidence of intent.
Investors lost capital at risk in the fund.
A market correction: shares fell 11%.
The filing was made after editing by the White House.
To continue reading classes, the library needs 2m euros.
The court ruled that cookie banners must offer a refuse button.
Why we use cookies in pastry: a recipe
The bill was originally published in draft form in 2019.
The video is said to show the minister.
A Markdown code block inside a tech story is content
""".splitlines()


@pytest.mark.parametrize("where", ["head", "anywhere", "tail"])
def test_ordinary_sentences_that_look_like_noise_stay_anywhere(where: str) -> None:
    for line in KEEP:
        for language in ("en", "de", "fr", None):
            cuts = [mark.rule for mark in marks_on(line, where, language) if mark.end > mark.start]
            assert not cuts, line


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        ("(?:back|go) to top", ["back to top", "go to top"]),
        (r"\(?(?P<author>by|von) .+", ["(by A", "von A"]),
        (r"\d{1,3} ?(?:min|分)", ["5 min", "12分", "٣ min"]),
        (r"(?=.*\d)[^.]{2,9}", ["on 3 May"]),
        (r"[a-c]{0,2}x+", ["x", "abx", "cxxx"]),
        (r"(?:a|bc)*!?", ["", "abc!", "!"]),
    ],
)
def test_a_pattern_is_tried_on_whatever_it_matches(pattern: str, texts: list[str]) -> None:
    known = openings(pattern)
    for text in texts:
        assert re.fullmatch(pattern, text)
        assert not known.isdisjoint(beginnings(text)), text
    assert "" in known or known.isdisjoint(beginnings("~"))


def test_prose_alone_is_never_touched() -> None:
    assert rules.mark(document(*PROSE), Known(), CATALOGUE) == ()


@pytest.mark.parametrize(
    ("line", "where", "field", "value"),
    [
        ("Published: Feb 28, 2026 07:44 PM", "head", "published", "Feb 28, 2026 07:44 PM"),
        ("Updated March 3, 2026 at 7:03 PM MST", "head", "modified", "March 3, 2026 at 7:03 PM MST"),
        ("Veröffentlicht am 3. Mai 2024, 10:12 Uhr", "head", "published", "3. Mai 2024, 10:12 Uhr"),
        ("By Ada Lane and Tom Reed", "head", "author", "Ada Lane and Tom Reed"),
        ("Drawing of a crane at night Photo: Quayside", "anywhere", "caption", "Drawing of a crane at night"),
        ("Drawing of a crane at night Photo: Quayside", "anywhere", "credit", "Quayside"),
        (
            "Jo Mill / Associated Press / Associated Press A 2024 file photo of the crane.",
            "anywhere",
            "credit",
            "Jo Mill / Associated Press",
        ),
        ("NPR's Ada Lane contributed to this report.", "tail", "contributor", "Ada Lane"),
        ("Additional reporting by Ada Lane.", "tail", "contributor", "Ada Lane"),
        ("This story originally appeared at Quay.example", "tail", "syndicated_from", "Quay.example"),
        ("70 Comments", "tail", "comment_count", "70"),
        (
            "OSLO (Reuters) - The quay will open again, the board said on Monday after its meeting.",
            "head",
            "agency",
            "Reuters",
        ),
        (
            "Correction: The quay has two cranes, not three.",
            "tail",
            "correction",
            "Correction: The quay has two cranes, not three.",
        ),
        ("Copyright 2026 Quay Press", "tail", "rights", "Copyright 2026 Quay Press"),
        ("来源：新华社", "tail", "agency", "新华社"),
    ],
)
def test_data_goes_to_its_field_with_the_place_where_it_stands(line: str, where: str, field: str, value: str) -> None:
    doc, index = placed(line, where)
    claims = [found for mark in rules.mark(doc, Known(), CATALOGUE) if mark.block == index for found in mark.found]
    values = [found.value for found in claims if found.field == field]
    assert values and values[0].startswith(value), claims
    assert all(found.raw == doc.text[found.start : found.end] for found in claims)


def test_a_credit_comes_directly_after_its_caption() -> None:
    (mark,) = marks_on("Jo Mill / Associated Press / Associated Press A 2024 file photo of the crane.", "anywhere")
    assert [found.field for found in mark.found] == ["caption", "credit"]


def test_only_the_tail_of_a_paragraph_is_cut_where_noise_is_glued_to_it() -> None:
    line = "The quay will open again on Monday. (Reporting by Ada Lane; Editing by Tom Reed)"
    doc, index = placed(line, "tail")
    (mark,) = (mark for mark in rules.mark(doc, Known(), CATALOGUE) if mark.block == index)
    assert doc.text[mark.start : mark.end].strip() == "(Reporting by Ada Lane; Editing by Tom Reed)"
    assert line[: mark.span[0]].strip() == "The quay will open again on Monday."


@pytest.mark.parametrize(
    ("line", "authors", "contributors"),
    [
        ("(Reporting by Ada Lane in Oslo; Editing by Tom Reed)", ["Ada Lane in Oslo"], ["Tom Reed"]),
        (
            "(Reporting by Ada Lane, Writing by Jan Meer; Additional reporting by Ann Lac. Editing by Tom Reed)",
            ["Ada Lane", "Jan Meer"],
            ["Ann Lac", "Tom Reed"],
        ),
        ("Additional reporting by Ada Lane.", [], ["Ada Lane"]),
        ("Written by Ada Lane", ["Ada Lane"], []),
        ("With reporting by Ada Lane and Tom Reed", [], ["Ada Lane and Tom Reed"]),
        ("Ada Lane contributed reporting from Oslo.", [], ["Ada Lane"]),
    ],
)
def test_who_reported_is_an_author_and_who_helped_is_not(
    line: str, authors: list[str], contributors: list[str]
) -> None:
    found = [claim for mark in marks_on(line, "tail") for claim in mark.found]
    assert [claim.value for claim in found if claim.field == "author"] == authors
    assert [claim.value for claim in found if claim.field == "contributor"] == contributors


def test_a_dateline_is_read_and_stays() -> None:
    doc, _index = placed("OSLO (AP) — The quay will open again, the board said on Monday after a long meeting.", "head")
    (mark,) = rules.mark(doc, Known(), CATALOGUE)
    assert mark.start == mark.end
    assert [(found.field, found.value) for found in mark.found] == [("dateline", "OSLO"), ("agency", "AP")]


def test_ambiguous_words_need_their_language() -> None:
    assert marks_on("Anzeige", "anywhere", "de") and not marks_on("Anzeige", "anywhere", "en")


def test_case_accents_quotes_and_width_do_not_matter() -> None:
    for line in (
        "LIRE AUSSI :",
        "Lire aussi",
        "À lire aussi\u202f:",
        "Don’t miss",
        "相关阅读：",
        "اقرأ أيضًا",
        "» Read more «",
    ):
        assert marks_on(line, "anywhere"), line


@given(st.text(max_size=80))
def test_folding_keeps_every_character_in_its_place(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


def test_size_counts_words_and_two_ideographs_as_one() -> None:
    assert size("three small words") == 3
    assert size("港口将重新开放") == 3.5
    assert key("  • Lire aussi :") == key("lire aussi") and letters("A-b, C!") == "abc"


@pytest.mark.parametrize(
    ("raw", "text", "piece"),
    [
        ("told [Quay](https://quay.example/a_b) on *Monday*", "told Quay on Monday", "Quay on Monday"),
        ("R&amp;D is <b>the</b>\n  key", "R&D is the key", "R&D is the key"),
        ("a b a b a c", "a b a b a c", "a"),
        ("price 5\\_000 now", "price 5_000 now", "5_000"),
    ],
)
def test_a_piece_is_found_in_marked_up_source(raw: str, text: str, piece: str) -> None:
    doc = Document(Format.MARKDOWN, "> " + raw, "utf-8", (Block(2, 2 + len(raw), Kind.PARAGRAPH, text),))
    low = text.rindex(piece)
    start, end = locate(doc, doc.blocks[0], low, low + len(piece))
    assert 2 <= start < end <= len(doc.text)
    assert doc.text[start:end].startswith(piece[0]) and doc.text[start:end].endswith(piece[-1])


def test_a_piece_that_cannot_be_found_is_given_as_the_whole_block() -> None:
    doc = Document(Format.TEXT, "cafÃ© opens", "utf-8", (Block(0, 11, Kind.PARAGRAPH, "café opens"),))
    assert locate(doc, doc.blocks[0], 0, 4) == (0, 11)


LINES = st.sampled_from([line for rule in CATALOGUE.rules for line in (*rule.drops, *rule.keeps)] + list(PROSE))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(LINES, st.text(min_size=1, max_size=60).filter(str.strip)), max_size=14))
def test_marks_never_overlap_and_claims_stand_where_they_say(texts: list[str]) -> None:
    doc = document(*texts)
    marks = rules.mark(doc, Known(title=texts[0] if texts else None), CATALOGUE)
    assert marks == rules.mark(doc, Known(title=texts[0] if texts else None), CATALOGUE)
    cuts = sorted((mark.start, mark.end) for mark in marks if mark.end > mark.start)
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(cuts))
    for mark in marks:
        block = doc.blocks[mark.block]
        assert block.start <= mark.start <= mark.end <= block.end
        assert doc.text[mark.start : mark.end] in ("", block.text[mark.span[0] : mark.span[1]])
        assert all(found.raw == doc.text[found.start : found.end] for found in mark.found)


@pytest.mark.parametrize("unit", [" ", "a", "a.", "A ", "Ab ", "a, ", "1 ", "1:", "a (", "/", "Photo: A ", "的"])
def test_no_pattern_is_slow_on_a_long_line(unit: str) -> None:
    text = (unit * 20_000)[:20_000]
    doc = document(text[:LONGEST_LINE], text[:700], text[:120], text)
    started = time.process_time()
    rules.mark(doc, Known(), CATALOGUE)
    assert time.process_time() - started < 0.5


def test_a_long_document_is_marked_quickly() -> None:
    doc = document(*(PROSE[i % 6] + f" {i}" if i % 3 else f"Short line {i}" for i in range(300)))
    rules.mark(doc, Known(), CATALOGUE)
    started = time.process_time()
    rules.mark(doc, Known(), CATALOGUE)
    assert time.process_time() - started < 0.1


GOOD = """
[[rule]]
id = "share.one"
where = "anywhere"
lines = ["Pass it on"]
drops = ["Pass it on"]
keeps = ["Pass it on to her, he said."]
"""


def load(folder: Path, text: str, name: str = "share.toml") -> Catalogue:
    (folder / name).write_text(text, "utf-8")
    return rules.load(folder)


def test_a_new_rule_is_one_entry(tmp_path: Path) -> None:
    catalogue = load(tmp_path, GOOD)
    doc = document("Pass it on!", *PROSE)
    assert [mark.rule for mark in rules.mark(doc, Known(), catalogue)] == ["share.one"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("where", "wher"), "unknown key wher"),
        (('"anywhere"', '"somewhere"'), "where must be one of"),
        (("share.one", "ad.one"), "with the kind of the file's name"),
        (('lines = ["Pass it on"]', "pattern = '(pass'"), "bad pattern"),
        (('lines = ["Pass it on"]', "pattern = '(?P<colour>pass) it on'"), "no such field: colour"),
        (('lines = ["Pass it on"]', "pattern = '{colour} it on'"), "no such fragment: 'colour'"),
        (('lines = ["Pass it on"]', ""), "either lines or a pattern"),
        (('keeps = ["Pass it on to her, he said."]', ""), "at least one example"),
        (("[[rule]]", "[[rules]]"), r"only \[\[rule\]\] tables"),
        (("[[rule]]", "[[rule"), "not TOML"),
    ],
)
def test_a_faulty_rule_is_named_with_its_fault(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    with pytest.raises(rules.RuleError, match=said):
        compile_all(load(tmp_path, GOOD.replace(*change)).rules)


def test_an_id_is_used_once(tmp_path: Path) -> None:
    with pytest.raises(rules.RuleError, match=r"share\.one is there twice"):
        load(tmp_path, GOOD + GOOD)


def test_links_do_not_hide_a_comment_count() -> None:
    raw = "[70 Comments](https://quay.example/story/#comments)"
    prose = "\n\n".join(PROSE)
    blocks = [*document(*PROSE).blocks]
    at = len(prose) + 2
    blocks.append(Block(at, at + len(raw), Kind.PARAGRAPH, "70 Comments", (Link("70 Comments", "https://q"),), 1.0))
    doc = Document(Format.MARKDOWN, f"{prose}\n\n{raw}", "utf-8", tuple(blocks))
    (mark,) = rules.mark(doc, Known(), CATALOGUE)
    assert (mark.found[0].value, mark.found[0].raw) == ("70", "70")


def _extent(doc: Document, index: int) -> tuple[int, int]:
    return doc.blocks[index].start, doc.blocks[index].end
