"""Stories of one form, and what one outlet puts at several addresses: told apart, though hardly a figure differs."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.dedup.types import Document
from tests.dedup_corpus import Corpus, document


def at(number: int, text: str, title: str, *, day: float = 0, site: str = "herald.test") -> Document:
    return document(f"{number:02}", text, title=title, day=day, site=site, url=f"https://{site}/story/{number}")


RECALL = """\
{brand} is recalling batches of its {product} because they may contain {danger}. The recall affects packs sold at \
supermarkets and corner shops across the country.

Customers who have bought the product should not eat it. Instead, they should return it to the store where it was \
bought for a full refund. No receipt is needed. No other {brand} products are known to be affected.

The Food Safety Office said notices would be displayed in shops, explaining to customers why the product is being \
recalled and what to do. Anyone with symptoms should see a doctor.
"""
GUIDE = """\
Looking for a good dentist in {town}? You are not alone. Every month hundreds of people in {town} search for a \
practice that is gentle, punctual and fair. We asked our readers and sorted through their answers.

A good practice explains what it does before it does it. It offers appointments outside working hours, sends \
reminders and does not sell you what you do not need. Children are greeted by name, and nobody is made to feel \
ashamed of a tooth.

Our readers in {town} like {best} best. They praise {praise}. Tell us whom you would add to the list.
"""
HEAD = """\
Good morning and welcome to the Tideline, the daily letter of the Harbour Post. I am Petra Quill, and this is what you \
need to know before your first coffee. If a friend has sent you this letter, you can subscribe on our website. It is \
free and it always will be.
"""
FOOT = """\
That is all from us for today. The Tideline is written by Petra Quill and edited by Tom Arbor. Write to us with tips, \
complaints and pictures of your dog; we read everything and answer most of it. If you enjoyed this letter, forward it \
to somebody who might like it too. See you tomorrow, same time, same tide.
"""
DAYS = (
    "The council meets tonight to vote on the parking plan, and the shopkeepers of Fish Street have "
    "promised to fill the "
    "gallery. We asked three of them what they want. All three said: a decision, whatever it is.",
    "The ferry is back. After eleven weeks in dry dock the Lady Brannoc sails again at seven, with "
    "a new engine and the "
    "old coffee. Our reporter was on the trial run and came back with wet shoes and a good story.",
    "The library has found a letter in a returned book that is older than the library. Who wrote it, and who was meant "
    "to read it? A historian thinks that she knows, and she is not saying until Thursday.",
)
CLOSED = """\
All schools in Sundale will be closed on {day} because of snow, the education department has said. Pupils should not \
travel, and work will be set online where possible.

Parents are asked to check the department's website before eight in the morning on the following day. School buses \
will not run. Emergency care for the children of key workers is available at Alder Court school; places must be booked \
by telephone.

Gritting lorries have been out since midnight, but side roads remain difficult. The forecast is for more snow in the \
evening.
"""
WALL = """\
You have reached the limit of free articles for this month. Subscribe now for unlimited access to the Ellery Ledger on \
all your devices, with the first four weeks for one crown and no commitment to stay. Already a subscriber? Sign in \
with your address and password to continue reading this article.
"""
ACCIDENT = (
    "เมื่อเวลา {hour} น. ของวันที่ 3 มีนาคม "
    "เจ้าหน้าที่ตำรวจสถานี{town}ได้รับแจ้งเหตุ{what}บนถนน{road} จึงรุดไปตรวจสอบพร้อมเจ้าหน้าที่กู้ภัย "
    "ในที่เกิดเหตุพบผู้บาดเจ็บ {hurt} ราย เจ้าหน้าที่ได้ช่วยกันนำตัวส่งโรงพยาบาล "
    "ส่วนสาเหตุของอุบัติเหตุในครั้งนี้เจ้าหน้าที่จะตรวจสอบกล้องวงจรปิด"
    "และสอบปากคำผู้เห็นเหตุการณ์อีกครั้งหนึ่ง เพื่อดำเนินการตามกฎหมายต่อไป"
)
COIN = """\
A spaniel called Biscuit has dug up a hoard of silver coins in a field near Stillmere. Its owner, retired teacher Hal \
Wendover, thought at first that they were bottle tops. The county museum says that they were struck in the reign of \
Hadrian and that the find is the largest in the valley for a century. It will be shown to the public from Easter, \
together with the dog's lead, which the museum has bought for a crown. Mr Wendover means to give his share of the \
reward to the animal shelter from which Biscuit came, a shy puppy with a torn ear, in the spring of the flood.
"""
CHOIR = """\
The Vernon Cross Choral Society is looking for tenors after three of them moved away and a fourth lost his voice. No \
audition is needed and lessons are free. The society will sing the Requiem in November with the youth orchestra, and \
its conductor, Imelda Strand, says she would rather teach beginners than ask basses to squeak. Rehearsals are held in \
the old fire station, whose pole is still in use by those who come late and by all of the sopranos after a good evening.
"""

NOT_THE_SAME = {
    "recalls": [
        at(1, RECALL.format(brand="Belmar", product="smoked ham", danger="listeria"), "Belmar recalls smoked ham"),
        at(2, RECALL.format(brand="Tansy", product="goat's cheese", danger="glass"), "Tansy recalls cheese", site="b"),
        at(3, RECALL.format(brand="Belmar", product="oat biscuits", danger="metal"), "Belmar recalls biscuits", day=1),
    ],
    "guides": [
        at(4, GUIDE.format(town="Sundale", best="Dr Marsh", praise="her calm hands"), "The best dentists in Sundale"),
        at(5, GUIDE.format(town="Brackwater", best="Dr Okafor", praise="his jokes"), "The best dentists in Brackwater",
           site="b.test"),
    ],
    "columns": [
        at(10 + day, f"{HEAD}\n{told}\n\n{FOOT}", "The Tideline: your morning letter", day=day)
        for day, told in enumerate(DAYS)
    ],
    "a day later": [
        at(20, CLOSED.format(day="Tuesday"), "Schools closed in Sundale because of snow"),
        at(21, CLOSED.format(day="Wednesday"), "Schools closed in Sundale because of snow", day=1),
    ],
    "what those who do not pay see": [
        at(30, WALL, "Harbour board split over dredging"),
        at(31, WALL, "Why the herring came back", day=1),
    ],
    "a script without spaces": [
        at(40, ACCIDENT.format(hour="04.15", town="ปากน้ำ", what="รถชนกัน", road="ท่าเรือ", hurt="2"),
           "เกิดอุบัติเหตุบนถนนท่าเรือ"),
        at(41, ACCIDENT.format(hour="22.30", town="เมืองใหม่", what="รถบรรทุกพลิกคว่ำ", road="เขาเขียว", hurt="5"),
           "เกิดอุบัติเหตุบนถนนเขาเขียว"),
    ],
    "a round-up": [
        at(50, COIN, "Dog finds Roman coins"),
        at(51, f"This was the week in the county, in brief.\n\n{CHOIR}\n{COIN}", "The week in brief", day=2),
    ],
}  # fmt: skip


@pytest.mark.parametrize("family", NOT_THE_SAME)
def test_stories_of_one_form_are_articles_of_their_own(tmp_path: Path, family: str) -> None:
    batch = NOT_THE_SAME[family]
    assert Corpus(tmp_path).grow(batch) == [None] * len(batch)


def test_what_an_outlet_has_at_two_addresses_is_one_story(tmp_path: Path) -> None:
    """A page for the printer, and a column that is printed again: told twice, but in the same words."""
    story = f"{COIN}\n{CHOIR}"
    printed_page = at(2, f"{story}\nPrinted from herald.test", "Dog and tenors", day=0.1)
    again = [printed_page, at(3, story, "From the archive", day=300)]
    _, printed, archived = Corpus(tmp_path).grow([at(1, story, "Dog and tenors"), *again])
    assert printed is not None
    assert archived is not None
    assert (printed.duplicate_of, archived.duplicate_of, archived.relation) == ("01", "01", "exact")


@pytest.mark.parametrize(
    "digits", ["\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९"]
)
def test_figures_are_the_same_in_the_digits_of_another_script(tmp_path: Path, digits: str) -> None:
    text = (
        "بلغ عدد السفن التي رست هذا العام 1240 سفينة مقابل 1105 في العام الماضي أي بزيادة قدرها 12 "
        "في المئة وقال رئيس الميناء إن "
        "الرصيف الجديد سيفتتح في 14 أبريل بكلفة 64 مليون كرون وإن 300 عامل سينضمون إلى الميناء قبل "
        "نهاية العام وإن الرافعات قادرة "
        "على تفريغ 40 حاوية في الساعة"
    )
    other = text.translate(str.maketrans("0123456789", digits))
    _, match = Corpus(tmp_path).grow([at(1, text, "الميناء ينمو"), at(2, other, "سفن أكثر", day=1, site="b.test")])
    assert match is not None
    assert dict(match.scores)["resemblance"] == 1.0


def test_a_toll_that_rises_at_one_address_is_a_revision(tmp_path: Path) -> None:
    text = (
        "{} people were hurt when a fire swept through a paper mill at Thornby in the early hours of Thursday. {} "
        "firefighters from five stations fought the flames for four hours. The mill, which employs "
        "{} people, makes egg "
        "boxes for supermarkets. Police said that the cause was not yet known and that Mill Road would stay closed."
    )
    first = document("1", text.format("Three", "Sixty", 90), title="Three hurt in mill fire", url="https://a.test/fire")
    later = document(
        *("2", text.format("Four", "Seventy", 110)),
        title="Four hurt in mill fire",
        url="https://a.test/fire",
        modified=0.1,
    )
    (match,) = [match for match in Corpus(tmp_path).grow([first, later]) if match]
    assert match.relation == "revision"


def test_a_text_that_holds_more_is_not_said_to_be_contained(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path)
    assert corpus.grow([at(1, f"{COIN}\n{CHOIR}", "Dog finds coins")]) == [None]
    longer, shorter = f"{COIN}\n{CHOIR}\n{GUIDE}", COIN
    (more,) = corpus.grow([at(2, longer, "Coins, tenors and teeth", site="b.test", day=1)])
    (less,) = corpus.grow([at(3, shorter, "Biscuit's hoard", site="c.test", day=1)])
    assert more is not None
    assert less is not None
    assert (more.relation, less.relation) == ("near", "contained")
