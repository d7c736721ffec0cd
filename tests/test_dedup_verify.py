"""What is a duplicate and what is not, on texts like those that newsrooms publish."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.dedup.types import Document, Match
from tests.dedup_corpus import Corpus, document

FERRY = """\
HARROWMOUTH — The night ferry between Harrowmouth and the Skerrin islands will run again from June after the regional \
assembly voted on Tuesday to pay for a second crew.

The crossing was stopped in November, when the operator, Northsound Lines, said it could no longer find enough \
engineers to sail the 41-year-old Marrow Queen after dark.

Members voted 27 to 14 in favour of a three-year contract worth 6.2 million crowns. It obliges the company to sail \
every night of the week between June and September and on four nights a week in winter.

"People here have been driving their sheep to the pier at five in the morning to make the only boat," said Ilse \
Tarrant, who chairs the island council. "Nobody in the capital would put up with that for a single week, and we have \
put up with it for seven months."

Opponents argued that the money would be better spent on the breakwater at Skerrin, which lost 18 metres of its outer \
wall in a storm last winter and has been closed to lorries ever since.

Northsound said it had hired nine engineers and would begin training them in April. A return ticket will cost 22 \
crowns for islanders and 58 for visitors, the same as before.

The assembly will look at the figures again next spring. If fewer than 30 passengers travel on an average night, the \
winter sailings may be dropped, according to a paper that was circulated before the vote.
"""
TITLE = "Night ferry to the Skerrin islands to return in June"
PARAGRAPHS = FERRY.strip().split("\n\n")

MARKETS = """\
The Valdria share index closed {move} on {day}, {sense} {points} points, or {percent} percent, at {close}.

Turnover on the exchange came to {turnover} million marks, against {before} million in the session before. Advancing \
shares outnumbered declining ones by {ups} to {downs}, with {flat} unchanged.

Among the most active issues, Orlen Shipping ended at {a} marks, Castellan Bank at {b} marks and Dunmore Mills at {c} \
marks. The bank sub-index stood at {banks} at the close and the industrial sub-index at {industry}.

In the currency market the mark was fixed at {fix} to the crown, compared with {fixed} at the previous fixing. Gold \
was quoted at {gold} crowns an ounce in late trading.

Dealers said trading was driven mainly by domestic institutions and that foreign investors had stayed on the \
sidelines ahead of the central bank's monthly report. The exchange opens at nine local time tomorrow.
"""
MARKET_NAMES = [
    *("points", "percent", "close", "turnover", "before", "ups", "downs", "flat"),
    *("a", "b", "c", "banks", "industry", "fix", "fixed", "gold"),
]


def market(day: str, first: int) -> str:
    figures = {name: f"{first + 37 * n}.{(first * 7 + n) % 90 + 10}" for n, name in enumerate(MARKET_NAMES)}
    return MARKETS.format(day=day, move="higher", sense="adding", **figures)


def second(tmp_path: Path, one: Document, other: Document) -> Match | None:
    """What `other` is found to repeat when `one` is in the corpus."""
    corpus = Corpus(tmp_path)
    assert corpus.grow([one]) == [None]
    return corpus.grow([other])[0]


FIRST = document("first", FERRY, title=TITLE, site="herald.test")

NEW_LEDE = "Sleepless crossings are coming back: islanders cheered in the gallery as lawmakers put the late boat back."
LOCAL = (
    "In Port Ellan, where 40 people met in the school hall to watch the vote, the bakery said it would open at four "
    'again. "We lost a third of our custom when the boat stopped," said Brannock Oyle, its owner.'
)
DISCLAIMER = (
    "This report was supplied by a partner agency and has not been edited by our newsroom. The Tidewater Mail is a "
    "member of the Coastal Press Council. Readers who want to complain may write to the ombudsman at the usual address."
)

REPRINTS = {
    "other headline": (FERRY, "Assembly votes 27 to 14 for late boat"),
    "other lede": ("\n\n".join([NEW_LEDE, *PARAGRAPHS[1:]]), "Late boat is back"),
    "other tail": ("\n\n".join([*PARAGRAPHS[:-1], "Sailings can be booked from 1 April."]), TITLE),
    "disclaimer": (f"{FERRY}\n{DISCLAIMER}", "Night ferry returns"),
    "local paragraph": ("\n\n".join([*PARAGRAPHS[:3], LOCAL, *PARAGRAPHS[3:]]), "Port Ellan cheers night ferry"),
    "light edit": (FERRY.replace("said", "says").replace("will", "is to").replace("Tuesday", "Tuesday night"), TITLE),
}


@pytest.mark.parametrize("edit", REPRINTS)
def test_a_reprint_is_found(tmp_path: Path, edit: str) -> None:
    text, title = REPRINTS[edit]
    match = second(tmp_path, FIRST, document("second", text, title=title, day=1, site="mail.test"))
    assert match is not None
    assert match.duplicate_of == "first"
    assert match.relation == ("exact" if text == FERRY else "near")


@pytest.mark.parametrize("day", [0, 40, None])
def test_a_cut_copy_is_contained(tmp_path: Path, day: float | None) -> None:
    short = "\n\n".join(PARAGRAPHS[:4])
    match = second(tmp_path, FIRST, document("second", short, title=TITLE, day=day))
    assert match is not None
    assert match.relation == "contained"
    assert dict(match.scores)["containment"] == 1.0


def test_the_fuller_text_of_the_same_minute_is_the_article(tmp_path: Path) -> None:
    short = document("a", "\n\n".join(PARAGRAPHS[:4]), title=TITLE)
    match, full = Corpus(tmp_path).grow([short, FIRST])
    assert full is None
    assert match is not None
    assert match.duplicate_of == "first"


def test_a_copy_of_a_copy_belongs_to_the_article_on_the_evidence_of_the_copy(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path)
    middle = document("middle", "\n\n".join([LOCAL, *PARAGRAPHS[:6], DISCLAIMER]), title=TITLE, day=0.5)
    last = document("last", "\n\n".join([LOCAL, PARAGRAPHS[0], DISCLAIMER]), title=TITLE, day=0.7)
    corpus.grow([FIRST])
    (found,) = corpus.grow([middle])
    assert found is not None
    (match,) = corpus.grow([last])
    assert match is not None
    assert match.duplicate_of == "first"
    assert match.rule.endswith(".via-copy")


def test_market_reports_that_differ_in_their_figures_are_articles(tmp_path: Path) -> None:
    reports = [
        document(str(n), market(day, 310 + 53 * n), title="Valdria shares close higher", day=n, site="w.test")
        for n, day in enumerate(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"])
    ]
    assert Corpus(tmp_path).grow(reports) == [None] * 5


def test_the_same_market_report_twice_is_a_duplicate(tmp_path: Path) -> None:
    report = market("Monday", 310)
    copy = report.replace("Dealers said", "Traders said")
    match = second(tmp_path, document("a", report, title="Shares up"), document("b", copy, title="Index rises"))
    assert match is not None


@pytest.mark.parametrize(("day", "found"), [(0.2, True), (12, False), (None, False)])
def test_a_few_lines_repeat_only_within_days_and_with_all_figures(
    tmp_path: Path, day: float | None, found: bool
) -> None:
    text = (
        "The Valdrian central bank entered the money market to supply 1.5 billion marks of overnight funds, a "
        "spokesman for the bank said. Dealers said the overnight rate stood at six percent when the bank began its "
        "operation shortly before noon local time."
    )
    copy = text.replace("a spokesman for the bank said", "the bank said")
    first = document("first", text, title="Central bank adds reserves")
    assert bool(second(tmp_path / "a", first, document("b", copy, title=first.title, day=day))) is found
    other = copy.replace("1.5 billion", "2.5 billion")
    assert second(tmp_path / "b", first, document("b", other, title=first.title, day=day)) is None


SPEECH = (
    '"I took this office to open the archive, and the archive is open. I did not take it to decide who may read what '
    "is in there, and whoever asks me to do that should look for another minister, because I will not be the one who "
    'puts the locks back on the doors that so many families have waited for sixty years to walk through," {name} said.'
)
ARCHIVE_ONE = f"""\
The minister of culture resigned on Friday hours after the cabinet ordered part of the state archive to be closed again.

Oda Brennerhall told reporters outside the ministry that she had learned of the order from the radio.

{SPEECH.format(name="Brennerhall")}

The order withdraws some 12,000 files of the former harbour police from the reading room until a commission has gone \
through them. Historians who were working there on Friday morning were asked to hand back their boxes at once.

The prime minister thanked her for her work and said a successor would be named within days. Two smaller parties of \
the coalition want the order to be put before parliament, and one of them threatened to leave the government over it.
"""
ARCHIVE_TWO = f"""\
For Wim Castor, 81, the morning ended at the door of reading room four. He had come with a magnifying glass and the \
number of a file that he believes says what became of his brother.

Instead he heard a guard read out a piece of paper. By noon the woman who had let him in for the first time last \
spring was out of office.

{SPEECH.format(name="Oda Brennerhall")}

Families' groups called for a silent march on Sunday. "She kept her word, and now it is our turn," said their speaker, \
Jorun Veit, handing out candles in front of the locked gate.

Castor says he will be back on Monday. The guard, he says, told him quietly that the box is still on its shelf.
"""


def test_two_reports_of_one_event_with_the_same_long_quotation_are_two_articles(tmp_path: Path) -> None:
    one = document("one", ARCHIVE_ONE, title="Culture minister resigns over archive order", site="a.test")
    two = document("two", ARCHIVE_TWO, title="At the archive door", day=0.2, site="b.test")
    assert second(tmp_path, one, two) is None


HAN = (
    "港务局星期二宣布，连接哈罗茅斯与斯凯林群岛的夜间渡轮将于六月恢复航行。议会以二十七票对十四票通过了一份为期三年的合同，"
    "总额六百二十万克朗。岛上的居民已经等待了七个月。负责人说，公司新聘了九名工程师，四月开始培训。"
    "反对者认为这笔钱应当用来修复去年冬天被风暴冲毁的防波堤。往返票价对岛民为二十二克朗，对游客为五十八克朗，与从前相同。"
    "明年春天议会将重新审查客流数字，如果平均每晚乘客不足三十人，冬季航班可能会被取消。"
)


def test_chinese_reprint_is_found_and_another_story_is_not(tmp_path: Path) -> None:
    first = document("first", HAN, title="夜间渡轮六月恢复")
    reprint = "【本报讯】" + HAN.replace("星期二", "周二") + "编辑：林一。"
    assert second(tmp_path / "a", first, document("second", reprint, title="渡轮将恢复夜航", day=1)) is not None
    other = "港务局星期二宣布，新的防波堤将于明年动工。工程预计需要三年，费用由中央政府与群岛议会共同承担。" * 2
    assert second(tmp_path / "b", first, document("second", other, title="防波堤明年动工", day=1)) is None


def test_a_translation_is_another_article(tmp_path: Path) -> None:
    first = document("first", HAN, title=TITLE)
    assert second(tmp_path, first, document("second", FERRY, title=TITLE)) is None


def test_the_evidence_names_its_measures(tmp_path: Path) -> None:
    text, title = REPRINTS["local paragraph"]
    match = second(tmp_path, FIRST, document("second", text, title=title, day=1))
    assert match is not None
    scores = dict(match.scores)
    assert scores["days"] == 1.0
    assert scores["figures"] == 1.0
    assert 0.9 < scores["containment"] <= 1.0
    assert match.rule == "text"


def test_the_same_text_as_a_copy_has_the_copys_relation(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path)
    corpus.grow([FIRST])
    text, title = REPRINTS["local paragraph"]
    (found,) = corpus.grow([document("second", text, title=title, day=1)])
    assert found is not None
    for name in ("third", "fourth"):
        (match,) = corpus.grow([document(name, text.upper(), day=2)])
        assert match == Match("first", found.relation, "same-text.via-copy", ())
