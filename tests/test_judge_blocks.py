from __future__ import annotations

import json
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.formats import markdown, text
from flows.judges import blocks
from flows.judges.features import NAMES, features
from flows.judges.lexis import NAMES as WORDS
from flows.judges.lexis import lexis
from flows.model import Document

PARAGRAPHS = [
    "The harbour board of Niewport said on Tuesday that the old crane would be repaired before the winter, although "
    "nobody had yet said who was going to pay for the work.",
    "“We have waited for nine years,” said Marta Example, who runs the fish market next to the quay. “One more winter "
    "will not kill us, but the crane might.”",
    "The board has asked three firms for an estimate. The cheapest of them, from a yard in the next county, came to "
    "just under two million crowns, which is more than the town spends on its roads in a year.",
    "Critics say that the money would be better spent on a new ferry.",
    "A decision is expected at the end of the month, when the council meets for the last time before the elections.",
]
MENU = ["Home", "News", "Local", "Sport", "Weather", "Video", "Subscribe", "Log in", "Newsletters", "Contact us"]
FOOTER = ["About us", "Terms of use", "Privacy policy", "Cookie settings", "© 2026 Niewport Courier", "Jobs"]


def kept(document: Document) -> list[str]:
    verdicts = blocks.judge(document)
    assert len(verdicts) == len(document.blocks)
    return [block.text for block, verdict in zip(document.blocks, verdicts, strict=True) if verdict.keep]


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_an_article_is_kept_whole(gap: str) -> None:
    assert kept(text.read(gap.join(PARAGRAPHS), "utf-8")) == PARAGRAPHS
    with_heading = [*PARAGRAPHS[:3], "What it would cost", *PARAGRAPHS[3:]]
    assert kept(text.read(gap.join(with_heading), "utf-8")) == with_heading


@pytest.mark.parametrize("count", [1, 2])
def test_a_brief_is_kept(count: int) -> None:
    for start in range(len(PARAGRAPHS) - count + 1):
        brief = PARAGRAPHS[start : start + count]
        assert kept(text.read("\n\n".join(brief), "utf-8")) == brief
        assert kept(markdown.read("\n\n".join(brief), "utf-8")) == brief


@pytest.mark.parametrize(
    "prose",
    [
        "港湾委员会星期二表示，旧起重机将在冬天之前修好，但是还没有人说明由谁来支付这笔费用，镇长也没有回答记者的问题。",
        "항만위원회는 화요일에 낡은 기중기를 겨울 전에 수리할 것이라고 밝혔지만 비용을 누가 낼지는 말하지 않았다.",
        "قال مجلس الميناء يوم الثلاثاء إن الرافعة القديمة سيتم إصلاحها قبل الشتاء رغم أن أحدا لم يقل بعد من سيدفع.",
        "बंदरगाह बोर्ड ने मंगलवार को कहा कि पुरानी क्रेन की मरम्मत सर्दियों से पहले कर दी जाएगी और खर्च नगर उठाएगा।",
        "Совет порта сообщил во вторник, что старый кран починят до зимы, хотя никто не сказал, кто за это заплатит.",
    ],
)
def test_articles_in_other_scripts_are_kept(prose: str) -> None:
    assert len(kept(text.read("\n".join([prose] * 3), "utf-8"))) == 3


def test_menu_and_footer_of_a_text_dump_go() -> None:
    menu = "\n".join(f"      * {entry}" for entry in MENU * 2)
    body = "\n\n".join(f"    {paragraph}" for paragraph in PARAGRAPHS)
    footer = "\n".join(f"      * {entry}" for entry in FOOTER)
    assert kept(text.read(f"{menu}\n\n{body}\n\n{footer}\n", "utf-8")) == PARAGRAPHS


def test_menu_and_footer_of_a_markdown_dump_go() -> None:
    menu = "\n".join(f"* [{entry}](/{number})" for number, entry in enumerate(MENU * 2))
    footer = "\n".join(f"* [{entry}](/f{number})" for number, entry in enumerate(FOOTER))
    body = "\n\n".join(PARAGRAPHS)
    assert kept(markdown.read(f"{menu}\n\n{body}\n\n{footer}\n", "utf-8")) == PARAGRAPHS


def test_what_follows_the_foot_of_an_article_needs_more_to_be_kept() -> None:
    scores, words = np.array([0.9, 0.9, 0.1, 0.7, 0.95, 0.1]), np.array([50.0, 50.0, 5.0, 30.0, 30.0, 200.0])
    assert blocks.decide(scores, words).tolist() == [True, True, False, True, True, False]
    assert blocks.decide(scores, words, [2]).tolist() == [True, True, False, False, True, False]
    # A foot with hardly anything above it is none: there the article is still to come.
    assert blocks.decide(scores, words, [0]).tolist() == [True, True, False, True, True, False]


def test_less_is_asked_of_a_standfirst_between_the_head_and_the_body() -> None:
    #                 menu  head  standfirst  caption  body  body  other stories
    scores = np.array([0.1, 0.2, 0.35, 0.2, 0.9, 0.9, 0.1])
    words = np.array([3.0, 9.0, 14.0, 8.0, 50.0, 60.0, 300.0])
    body, standfirst = [False, False, False, False, True, True, False], [False, False, True, False, True, True, False]
    assert blocks.decide(scores, words, taken=[1, 3]).tolist() == standfirst
    # What no head stands above may be anything, as may a few words, or what is hardly probable.
    assert blocks.decide(scores, words, taken=[3]).tolist() == body
    assert blocks.decide(scores, np.where(words == 14, 4, words), taken=[1, 3]).tolist() == body
    assert blocks.decide(np.where(scores == 0.35, 0.25, scores), words, taken=[1, 3]).tolist() == body


def test_an_article_in_chinese_knows_its_own_words() -> None:
    prose = [
        "港湾委员会星期二表示，旧起重机将在冬天之前修好，但是还没有人说明由谁来支付这笔费用。",
        "委员会说，起重机由三家公司估价，费用不到两百万，镇长没有回答记者的问题。",
    ]
    words = lexis([*prose, "公司估价", "足球联赛积分榜"], np.array([True, True, False, False]))
    assert words[:, WORDS.index("known_words")].tolist()[2:] == [1.0, 0.0]


def test_verdicts_carry_rule_and_probability() -> None:
    verdict = blocks.judge(text.read(PARAGRAPHS[0], "utf-8"))[0]
    assert verdict.rule == blocks.RULE == json.loads(blocks.MODEL.read_text())["rule"]
    assert verdict.score is not None and 0 <= verdict.score <= 1


def test_the_model_says_what_it_was_made_of() -> None:
    model = json.loads(blocks.MODEL.read_text())
    assert tuple(model["features"]) == NAMES
    assert len(model["data_sha256"]) == 64
    assert model["cross_validated"]["articles text, words kept"] >= 0.995
    assert all(len(tree["leaves"]) == len(tree["columns"]) + 1 <= 16 for tree in model["trees"])


def test_trees_are_evaluated_as_written() -> None:
    # First figure at most 1: the first leaf; else second figure at most 5: the second; else the third.
    tree = {"columns": [0, 1], "thresholds": [1.0, 5.0], "masks": [0xFFFE, 0xFFFD], "leaves": [-2.0, 0.0, 2.0]}
    rows = np.array([[1.0, 9.0], [2.0, 5.0], [2.0, 6.0]])
    odds = np.array([-2.0, 0.0, 2.0])
    assert np.allclose(blocks.probabilities(rows, blocks.as_arrays([tree])), 1 / (1 + np.exp(-odds)))


def test_an_empty_document_has_no_verdicts() -> None:
    assert blocks.judge(text.read("", "utf-8")) == ()


def test_a_large_document_is_judged_quickly() -> None:
    document = text.read("\n".join(PARAGRAPHS * 1000), "utf-8")
    start = time.process_time()
    assert len(blocks.judge(document)) == 5000
    assert time.process_time() - start < 10


@settings(max_examples=60)
@given(st.lists(st.text(max_size=60), max_size=15))
def test_any_text_is_judged_and_never_emptied(lines: list[str]) -> None:
    for reader in (text.read, markdown.read):
        document = reader("\n".join(lines), "utf-8")
        verdicts = blocks.judge(document)
        assert verdicts == blocks.judge(document)
        assert len(verdicts) == len(document.blocks)
        assert not document.blocks or any(verdict.keep for verdict in verdicts)
        if document.blocks:
            assert features(document).shape == (len(document.blocks), len(NAMES))
