from __future__ import annotations

import re
import textwrap

from hypothesis import given
from hypothesis import strategies as st

from flows.formats import text
from flows.model import Document, Format, Kind

WORD = re.compile(r"[^\W_]")

PROSE = (
    "The harbour board of the small town said on Tuesday that the old crane would be repaired before the winter, "
    "although nobody had yet said who was going to pay for it. "
)


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks]


def kinds(document: Document) -> list[Kind]:
    return [block.kind for block in document.blocks]


def read(raw: str) -> Document:
    return text.read(raw, "utf-8")


def test_paragraphs_between_blank_lines_and_lines_of_no_break_spaces() -> None:
    document = read("One.\n\n\u00a0 \n\nTwo\u00a0words.\r\n\r\nThree.")
    assert texts(document) == ["One.", "Two words.", "Three."]
    assert document.format is Format.TEXT


def test_each_line_is_a_paragraph_where_lines_are_not_wrapped() -> None:
    lines = [PROSE.strip(), PROSE.strip() + " More.", "A short one."]
    assert texts(read("\n".join(lines))) == lines


def test_hard_wrapped_paragraphs_are_joined() -> None:
    one, two = (PROSE * 3).strip(), (PROSE * 2 + "The end.").strip()
    for width in (60, 72, 80):
        raw = textwrap.fill(one, width) + "\n\n" + textwrap.fill(two, width) + "\n"
        assert texts(read(raw)) == [one, two]


def test_hard_wrapped_paragraphs_may_be_told_by_indent_alone() -> None:
    raw = "\n".join(textwrap.fill((PROSE * 3).strip(), 72, initial_indent="    ") for _ in range(3))
    assert texts(read(raw)) == [(PROSE * 3).strip()] * 3


def test_list_items_of_wrapped_text_stay_apart() -> None:
    raw = textwrap.fill((PROSE * 3).strip(), 72) + "\n\n* first point\n* second point\n"
    assert texts(read(raw))[1:] == ["first point", "second point"]


def test_dump_of_a_page() -> None:
    raw = "      * Home\n      * News\n        + Local\n          o Harbour\n\n    Sign in\n  A  B\tC\tD\n    " + PROSE
    document = read(raw)
    assert texts(document) == ["Home", "News", "Local", "Harbour", "Sign in", "A B C D", PROSE.strip()]
    assert kinds(document) == [Kind.LIST_ITEM] * 4 + [Kind.PARAGRAPH, Kind.TABLE, Kind.PARAGRAPH]


def test_o_is_a_word_elsewhere() -> None:
    assert texts(read("o presidente falou\n\no ministro também")) == ["o presidente falou", "o ministro também"]


def test_numbers_stay_in_the_text() -> None:
    document = read("1. Stay calm\n2. Carry on")
    assert texts(document) == ["1. Stay calm", "2. Carry on"]
    assert kinds(document) == [Kind.LIST_ITEM] * 2


def test_a_fence_is_a_block_of_its_own_also_where_it_is_glued() -> None:
    document = read(f"```\n\n{PROSE}\n\nThe last sentence of the text. ```")
    assert texts(document) == ["```", PROSE.strip(), "The last sentence of the text.", "```"]
    assert kinds(document) == [Kind.CODE, Kind.PARAGRAPH, Kind.PARAGRAPH, Kind.CODE]


def test_rules_are_markup() -> None:
    assert texts(read(f"{PROSE}\n\n-----\n\n* * *\n\n{PROSE}")) == [PROSE.strip()] * 2


def test_headings_stand_between_prose() -> None:
    cjk = "港湾委员会星期二表示，旧起重机将在冬天之前修好，但是还没有人说明由谁来支付这笔费用，镇长也没有回答。"
    hindi = "बंदरगाह बोर्ड ने मंगलवार को कहा कि पुरानी क्रेन की मरम्मत सर्दियों से पहले कर दी जाएगी और खर्च नगर उठाएगा।"
    for prose, heading in ((PROSE, "What the crane costs"), (cjk, "谁来付钱"), (hindi, "खर्च कौन उठाएगा")):
        for gap in ("\n", "\n\n"):
            document = read(gap.join([prose, heading, prose, prose]))
            assert kinds(document) == [Kind.PARAGRAPH, Kind.HEADING, Kind.PARAGRAPH, Kind.PARAGRAPH]


def test_what_is_no_heading() -> None:
    for line in ("He did not say.", "Photo: A. Example", "“We wait”", "lower case words", "Read: what comes", "2026"):
        assert Kind.HEADING not in kinds(read(f"{PROSE}\n\n{line}\n\n{PROSE}"))


LINES = st.lists(
    st.one_of(
        st.sampled_from(["", " ", "\u00a0", "```", "---", "* item", "  + inner", "    o deep", "1. one", PROSE, "Hm"]),
        st.text(max_size=40),
    ),
    max_size=12,
)


@given(LINES, st.sampled_from(["\n", "\r\n"]))
def test_blocks_are_in_order_and_hold_every_word(lines: list[str], ending: str) -> None:
    raw = ending.join(lines)
    at = 0
    for block in read(raw).blocks:
        assert at <= block.start < block.end <= len(raw)
        assert not WORD.search(raw, at, block.start)
        assert block.text
        at = block.end
    assert not WORD.search(raw, at)
