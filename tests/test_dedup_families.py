"""Families of stories that look alike and are not, and reprints that look unlike and are.  All of it is invented."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.dedup.types import Document
from tests.dedup_corpus import Corpus, document


def filled(form: str, *rows: dict[str, object], days: float = 1, site: str = "herald.test") -> list[Document]:
    """One document of the form for each row, so many days apart; the form's first line is the headline."""
    out = []
    for number, row in enumerate(rows):
        title, text = form.format(**row).split("\n", 1)
        out.append(document(str(number), text.strip(), title=title, day=days * number, site=site))
    return out


EARNINGS = filled(
    """\
Norvik Cable profit {moves} in {quarter} quarter

LINDHAVEN — Norvik Cable on Thursday reported {quarter}-quarter net profit of {profit} million crowns, compared with \
{before} million crowns in the same period a year earlier, as demand from wind farms along the northern coast \
continued to shape its order book.

Revenue came to {revenue} million crowns. The company, which makes undersea cables at a plant outside Lindhaven, said \
orders at the end of the period stood at {orders} million crowns.

"We are on course and we keep to our plan for the year," chief executive Solveig Marrane said in a statement.

Norvik Cable, which employs about 2,300 people and was founded in 1921, confirmed its forecast for the full year. Its \
shares were up {rise} percent in morning trading in Lindhaven.

The company will hold its annual meeting in Lindhaven. Analysts polled before the report had expected net profit of \
{expected} million crowns.
""",
    {"moves": "rises", "quarter": "second", "profit": 212, "before": 188, "revenue": "1,904", "orders": "6,120"}
    | {"rise": 3.1, "expected": 205},
    {"moves": "rises", "quarter": "third", "profit": 231, "before": 197, "revenue": "2,011", "orders": "6,480"}
    | {"rise": 1.4, "expected": 226},
    days=92,
)

OBITUARIES = filled(
    """\
{first} {last}, {age}

{first} {last}, {age}, of {town}, died {day} at St. Brannoc Hospital after a short illness.

{last} was born on {born} in {place} to {father} and {mother} {last}. {last} worked for {years} years at the \
{work} and was a member of the First Harbor Church, where {last} sang in the choir and helped with the summer fair.

Survivors include {kin}.

Visitation will be held from 4 to 7 p.m. {when} at the Hollis Funeral Home in {town}. A service will follow at 11 a.m. \
the next day at the First Harbor Church, with burial in Lakeview Cemetery. In lieu of flowers, the family asks that \
donations be made to the St. Brannoc Hospice. Condolences may be left at the funeral home.
""",
    {"first": "Harlan", "last": "Quimby", "age": 81, "town": "Port Ellery", "day": "Monday", "born": "March 3, 1950"}
    | {"place": "Greywater", "father": "Amos", "mother": "Ruth", "years": 34, "work": "Ellery Cannery"}
    | {"kin": "his wife, Dolores; two sons, Peter and Wayne; and five grandchildren", "when": "Thursday"},
    {"first": "Maribel", "last": "Tostig", "age": 77, "town": "Port Ellery", "day": "Tuesday", "born": "July 19, 1954"}
    | {"place": "Skerrin", "father": "Olaf", "mother": "Jenny", "years": 22, "work": "Ellery Library"}
    | {"kin": "a daughter, Anne Lund of Harrowmouth; and a brother, Nils Tostig", "when": "Friday"},
)

WEATHER = filled(
    """\
Weather for Harrowmouth and the coast

{sky} over Harrowmouth and the coast today, with winds from the {wind} at {speed} kilometres an hour and gusts of \
{gust} on the headlands. The high will be {high} degrees at the harbour and {inland} inland.

Tonight: {night}, with a low of {low}. Ferries to the Skerrin islands are expected to sail to their timetable. The \
coast guard reminds sailors that the northern channel is closed for dredging until the end of the month.

Sunrise tomorrow at {rise}, sunset at {set}. Tides at Harrowmouth pier: high water at {tide}. The pollen count is \
{pollen}. The next bulletin will be issued at five in the afternoon by the regional weather office in Lindhaven.
""",
    {"sky": "Cloudy skies", "wind": "west", "speed": 25, "gust": 55, "high": 14, "inland": 17, "night": "light rain"}
    | {"low": 8, "rise": "5:41", "set": "20:12", "tide": "9:20", "pollen": "low"},
    {"sky": "Sunny skies", "wind": "south", "speed": 15, "gust": 30, "high": 18, "inland": 22, "night": "clear"}
    | {"low": 10, "rise": "5:39", "set": "20:14", "tide": "10:05", "pollen": "high"},
)

MATCHES = filled(
    """\
{home} {score} {away}

{home} beat {away} {score} in the Coastal League on Saturday in front of {crowd} spectators.

{scorer} scored after {minute} minutes and {second} made it safe late on. {home} now have {points} points and stand \
{place} in the table; {away} have lost {lost} of their last ten.

"We were patient and we took our chances," {home} coach {coach} said. "The lads deserve all of this."

The Coastal League is played by sixteen clubs between August and May. The first two go up to the national league, the \
last three go down. All matches can be heard on Harbour Radio, and highlights are shown on Sunday evening at ten. \
Tickets for the next round are on sale at the clubs' offices and at tobacconists along the coast.
""",
    {"home": "Skerrin", "away": "Ellery", "score": "2-0", "crowd": "1,204", "scorer": "Odd Harran", "minute": 12}
    | {"second": "Per Vinge", "points": 31, "place": "fourth", "lost": 6, "coach": "Tor Aske"},
    {"home": "Ellery", "away": "Skerrin", "score": "3-1", "crowd": "2,860", "scorer": "Lou Benning", "minute": 44}
    | {"second": "Jack Orme", "points": 19, "place": "eleventh", "lost": 5, "coach": "Sam Pryde"},
    days=112,
)

DEVELOPING = filled(
    """\
{toll} dead in Valdria rail crash

VALDRIA — At least {toll} people were killed and {hurt} injured when a commuter train left the rails near Valdria on \
Wednesday, {source} said.

{news}

The cause was not known. The line between Valdria and the coast was closed in both directions, and the operator, \
Northern Rail, asked people to stay away from stations.

{more}
""",
    {"toll": 3, "hurt": 20, "source": "a fire brigade officer", "news": "Two carriages lay on their side in a field."}
    | {"more": "The train had left Lindhaven at 7:02 with about 150 people on board."},
    {"toll": 11, "hurt": 74, "source": "the interior ministry", "news": "Soldiers were helping to lift a carriage."}
    | {
        "more": "The transport minister, who broke off a visit abroad, said the driver had been found alive. "
        "Hospitals in three towns were treating 74 people, nine of them children. "
        "Flags will fly at half mast until Friday."
    },
    days=0.1,
)

RELEASES = filled(
    """\
{town} wins grant for new playground

{town} will receive 250,000 crowns from the Green Spaces Fund to build a new playground, the fund said on Monday.

The money will pay for swings, a climbing wall and a water garden. Work in {town} is to begin in spring and to be done \
before the summer holidays. "The children of {town} have waited long enough for a place of their own," said Mayor \
{mayor}. "We thank the fund, and we thank everyone in {town} who wrote a letter."

{mayor} said that neighbours would be asked what they want at a meeting in the town hall.

The Green Spaces Fund was set up in 2019 and has paid for more than 300 parks, gardens and playgrounds in all parts of \
the country. Applications for the next round can be handed in until the end of October. The fund is paid for by the \
national lottery. People in {town} can follow the work on the fund's site.
""",
    {"town": "Greywater", "mayor": "Ilse Tarrant"},
    {"town": "Tilbrook", "mayor": "Bernard Oyle"},
    {"town": "Lindhaven", "mayor": "Katrin Moos"},
    days=0,
)

DIVIDENDS = filled(
    """\
{name} SETS QUARTERLY

Qtly div {amount} cts vs {amount} cts prior
Pay April 30
Record April 10
Details are given in the company's report
""",
    {"name": "HARROW COPPER CO", "amount": 35},
    {"name": "SKERRIN LINES INC", "amount": 45},
    {"name": "TIDEWATER POWER", "amount": 22},
    days=0.01,
)

NOT_THE_SAME = {
    "earnings": EARNINGS,
    "obituaries": OBITUARIES,
    "weather": WEATHER,
    "matches": MATCHES,
    "developing": DEVELOPING,
    "releases": RELEASES,
    "dividends": DIVIDENDS,
}


@pytest.mark.parametrize("family", NOT_THE_SAME)
def test_stories_of_one_form_are_articles_of_their_own(tmp_path: Path, family: str) -> None:
    batch = NOT_THE_SAME[family]
    assert Corpus(tmp_path).grow(batch) == [None] * len(batch)


AMERICAN = """\
The city council of Harrowmouth voted on Tuesday to honor its theater with a new center for dance, ending a debate \
that had divided neighbors along Harbor Street for the better part of a decade.

"We recognize how much this program means to people who labor all week and want some color in their evenings," said \
council member Oda Brennerhall, who organized the vote. "Nobody who has seen the plans could fail to favor them."

The gray building beside the theater, once a tire dealer's, will be remodeled with 4.2 million crowns from the state. \
The architects apologized for a delay of 14 months and said that they had analyzed the load of every beam.

Critics called the neighboring parking lot the real prize. They said the council's behavior had been anything but \
transparent and that the defense of the project by the mayor, Wim Castor, had been skeptical of every question.

The center is to open in the fall of next year with a festival of 30 companies. A catalog of the plans can be seen at \
the library until the end of May, and a dialog with neighbors will take place on the first Monday of each month.
"""
BRITISH = AMERICAN
for american, british in {
    "honor": "honour", "theater": "theatre", "center": "centre", "neighbor": "neighbour", "Harbor": "Harbour",
    "recognize": "recognise", "program": "programme", "labor": "labour", "color": "colour", "organized": "organised",
    "favor": "favour", "gray": "grey", "tire": "tyre", "remodeled": "remodelled", "apologized": "apologised",
    "analyzed": "analysed", "behavior": "behaviour", "defense": "defence", "skeptical": "sceptical",
    "catalog": "catalogue", "dialog": "dialogue",
}.items():  # fmt: skip
    BRITISH = BRITISH.replace(american, british)


def test_another_spelling_is_a_reprint(tmp_path: Path) -> None:
    one = document("one", AMERICAN, title="Harrowmouth council backs dance center")
    other = document("other", BRITISH, title="Harrowmouth council backs dance centre", day=1)
    assert Corpus(tmp_path).grow([one, other])[1] is not None


EDITED = AMERICAN
for before, after in {
    "voted on Tuesday to honor": "on Tuesday voted to honor", "the better part of a decade": "almost ten years",
    "who organized the vote": "who brought the motion", "once a tire dealer's": "a former tire shop",
    "apologized for a delay": "regretted a delay", "Critics called": "Opponents described",
    "can be seen at": "is on show at",
}.items():  # fmt: skip
    assert before in EDITED
    EDITED = EDITED.replace(before, after)


def test_a_copy_edited_sentence_by_sentence_is_a_reprint(tmp_path: Path) -> None:
    one = document("one", AMERICAN, title="Harrowmouth council backs dance center")
    other = document("other", EDITED, title="Dance center for Harrowmouth wins council vote", day=1)
    assert Corpus(tmp_path).grow([one, other])[1] is not None


def test_standing_text_under_other_headlines_months_apart_makes_no_duplicate(tmp_path: Path) -> None:
    """Before enough articles have shown that it is standing text, it is most of two short ones."""
    notice = AMERICAN.replace("\n", " ")
    brief = document("a", f"The quay is closed. {notice}", title="Quay closed", day=0, site="mail.test")
    text = f"{notice[: len(notice) * 4 // 5]}\n{EARNINGS[0].text}\n{OBITUARIES[0].text}"
    longer = document("b", text, title="Norvik and dance", day=80, site="mail.test")
    assert Corpus(tmp_path).grow([brief, longer]) == [None, None]


JAPANESE = (
    "ハローマス港の夜行フェリーが六月から再開する。地方議会は火曜日、二組目の乗組員の費用を負担する三年契約を27対14で承認した。"
    "契約額は620万クローネで、夏の間は毎晩、冬は週に四晩の運航が義務づけられる。航路は昨年11月、機関士が足りないとして"
    "運航会社が休止を発表していた。島の議長イルセ・タラントさんは「朝五時に羊を桟橋まで運ぶ生活が七か月続いた」と話した。"
    "反対した議員らは、嵐で18メートルが崩れた防波堤の修理を優先すべきだと主張した。往復料金は島民が22クローネ、"
    "観光客が58クローネで、以前と変わらない。議会は来年春に利用者数を見直す。"
)
JAPANESE_OTHER = (
    "ハローマス港の夜行フェリー再開を受けて、島の商店街では喜びの声が広がっている。パン屋の店主は、船がなくなってから客が三分の一"
    "減ったと振り返り、午前四時の開店を決めた。宿の予約も増え始めた。地方議会が火曜日に契約を承認した直後から、電話が鳴りやまない"
    "という。一方で、トラック運転手の一人は、防波堤が閉鎖されたままでは荷物を下ろす場所がないと不満を漏らした。小学校では、"
    "本土の病院に通う子どもの家族が拍手で決定を迎えた。"
)
KOREAN = (
    "해로머스와 스케린 제도를 잇는 야간 여객선이 6월부터 다시 운항한다. 지역 의회는 화요일 두 번째 승무원의 "
    "비용을 대는 3년 계약을 찬성 27표, 반대 14표로 통과시켰다. 계약 금액은 620만 크로네이며 회사는 여름에는 매일 "
    "밤, 겨울에는 일주일에 네 번 배를 띄워야 한다. 이 항로는 지난해 11월 기관사가 부족하다는 이유로 중단됐다. 섬 "
    "의회 의장 일세 타란트는 주민들이 일곱 달 동안 새벽 다섯 시에 양을 부두로 몰고 나갔다고 말했다. 반대한 "
    "의원들은 겨울 폭풍에 18미터가 무너진 방파제를 먼저 고쳐야 한다고 주장했다. 왕복 요금은 주민 22크로네, "
    "관광객 58크로네로 예전과 같다. 의회는 내년 봄 승객 수를 다시 살펴볼 예정이다."
)
KOREAN_OTHER = (
    "야간 여객선이 돌아온다는 소식에 스케린 섬의 상인들은 반가움을 감추지 못했다. 빵집 주인은 배가 끊긴 뒤 "
    "손님이 삼분의 일이나 줄었다며 새벽 네 시에 문을 열겠다고 했다. 지역 의회가 화요일 계약을 통과시키자 "
    "여관에는 예약 전화가 이어졌다. 그러나 화물차 기사들은 방파제가 닫혀 있는 한 짐을 내릴 곳이 없다고 불평했다. "
    "본토 병원에 다니는 아이의 부모는 결정이 내려지자 박수를 쳤다."
)
THAI = (
    "เรือข้ามฟากกลางคืนระหว่างท่าเรือแฮร์โรว์เมาท์กับหมู่เกาะสเกอรินจะกลับมาให้บริการในเดือนมิถุนายน หลังสภาท้องถิ่นลงมติเมื่อวันอังคารด้วยคะแนน "
    "27 ต่อ 14 เสียงอนุมัติสัญญาสามปีมูลค่า 6.2 ล้านโครน บริษัทต้องเดินเรือทุกคืนในฤดูร้อนและสัปดาห์ละสี่คืนในฤดูหนาว เส้นทางนี้หยุดไปเมื่อเดือน"
    "พฤศจิกายนเพราะขาดช่างเครื่อง ประธานสภาเกาะกล่าวว่าชาวบ้านต้องต้อนแกะไปที่ท่าเรือตั้งแต่ตีห้ามานานเจ็ดเดือน ฝ่ายคัดค้านเห็นว่าควรนำเงินไปซ่อม"
    "เขื่อนกันคลื่นที่พังไป 18 เมตรจากพายุเมื่อปีที่แล้ว ค่าโดยสารไปกลับสำหรับชาวเกาะ 22 โครนและนักท่องเที่ยว 58 โครนเท่าเดิม"
)
THAI_OTHER = (
    "ร้านค้าบนเกาะสเกอรินดีใจหลังทราบข่าวว่าเรือข้ามฟากกลางคืนจะกลับมา เจ้าของร้านขนมปังเล่าว่าลูกค้าหายไปหนึ่งในสามตั้งแต่ไม่มีเรือ และจะเปิดร้าน"
    "ตั้งแต่ตีสี่ โรงแรมมีคนโทรมาจองห้องไม่หยุดนับแต่สภาท้องถิ่นลงมติเมื่อวันอังคาร แต่คนขับรถบรรทุกบ่นว่าตราบใดที่เขื่อนกันคลื่นยังปิดอยู่ก็ไม่มี"
    "ที่ลงของ ครอบครัวของเด็กที่ต้องไปโรงพยาบาลบนฝั่งปรบมือเมื่อได้ยินผลการลงคะแนน"
)


@pytest.mark.parametrize(
    ("text", "other", "opening", "tail"),
    [
        (JAPANESE, JAPANESE_OTHER, "【ハローマス共同】", "（関連記事を三面に掲載）"),
        (KOREAN, KOREAN_OTHER, "[연합특약] 해로머스 발.", "무단 전재와 재배포를 금합니다."),
        (THAI, THAI_OTHER, "สำนักข่าวชายฝั่งรายงานว่า ", " ติดตามข่าวอื่นได้ที่หน้าแรก"),
    ],
    ids=["japanese", "korean", "thai"],
)
def test_reprints_are_found_in_scripts_of_their_own(
    tmp_path: Path, text: str, other: str, opening: str, tail: str
) -> None:
    first = document("first", text, day=0)
    reprint = document("reprint", f"{opening}{text[: len(text) * 9 // 10]}{tail}", day=1)
    another = document("another", other, day=0.5)
    matches = Corpus(tmp_path).grow([first, reprint, another])
    assert matches[0] is None
    assert matches[1] is not None
    assert matches[2] is None


def test_a_line_that_two_funds_share_does_not_make_them_one_story(tmp_path: Path) -> None:
    line = "Record date March 16, payable March 31, in crowns."
    batch = [
        document("0", line, title="Norvik Bond Fund sets distribution", day=0),
        document("1", line, title="Lindhaven Equity Trust declares dividend", day=1),
        document("2", line, title="Norvik Bond Fund sets distribution", day=2),
    ]
    matches = Corpus(tmp_path).grow(batch)
    assert matches[:2] == [None, None]
    assert matches[2] is not None
    assert matches[2].relation == "exact"
