"""Texts as people paste them: a headline, a line that says who wrote it and when, and the article.

No names of authors are guessed from names that stand beside a date: None stands for "none, or as the line has them".
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from flows.model import Article, RawFile
from flows.pipeline import clean
from flows.rules import load
from flows.settings import Settings

NOW = datetime(2026, 11, 25, tzinfo=UTC)
MENU = "News Sport Opinion Weather"
BODY = {
    "en": [
        "The eastern pier of Port Sable will be rebuilt for $14.2 million, the city council decided on Tuesday night.",
        '"We owe it to the fishermen," said Mayor Ada Brennan, who had asked for the vote.',
        "Work starts in March and should be finished by the end of 2028, the harbour master told reporters.",
    ],
    "de": [
        "Die Fähre zwischen Nordhafen und Süderland fährt ab Montag wieder, teilte die Reederei am Sonntag mit.",
        "„Wir sind froh“, sagte Kapitän Uwe Brandt, der seit zwanzig Jahren auf der Linie fährt.",
        "Die Reparatur hatte drei Wochen gedauert und nach Angaben der Reederei 400.000 Euro gekostet.",
    ],
    "fr": [
        "Après dix-huit mois de travaux, le marché couvert de Valbrune a rouvert lundi devant une foule de curieux.",
        "« C’est un beau jour », a dit la maire, Hélène Garnier, en coupant le ruban devant les habitants.",
        "Le coût des travaux s’élève à 3,4 millions d’euros, financés pour moitié par la région.",
    ],
    "es": [
        "El puerto de Santa Brisa recibirá en marzo su primer transbordador eléctrico, anunció el alcalde Julio Prado.",
        "«Es un paso enorme para la ciudad», dijo Prado durante la presentación en el muelle norte.",
        "El barco tiene capacidad para 300 pasajeros y costó doce millones de euros, según la naviera.",
    ],
    "zh": [
        "本报讯（记者 林晓）海港大桥将于明年三月动工，市交通局昨日宣布，工程将分三个阶段进行。",
        "大桥全长4.2公里，预计投资36亿元，工期三年，建成后将成为全省最长的跨海大桥。",
        "“这座桥将把两岸的通勤时间缩短一半。”交通局局长周立在新闻发布会上说。",
    ],
    "ja": [
        "港町の新しい橋の工事が来年3月に始まると、市が3日に発表した。工期は3年を予定している。",
        "橋の長さは4.2キロで、総工費は約360億円。完成すれば県内で最も長い橋になるという。",
        "市長は会見で「通勤時間が半分になる」と述べ、市民の理解を求めた。",
    ],
    "ru": [
        "Строительство нового моста через гавань начнётся в марте следующего года, сообщили в мэрии во вторник.",
        "«Этот мост сократит дорогу вдвое», — сказал мэр Иван Орлов на встрече с журналистами.",
        "Длина моста составит 4,2 километра, а его стоимость оценивается в 36 миллиардов рублей.",
    ],
}
HEADLINE = {
    "en": "Council votes to rebuild eastern pier after storm",
    "de": "Fähre nach Süderland fährt wieder",
    "fr": "Le marché couvert rouvre ses portes",
    "es": "El primer transbordador eléctrico llega en marzo",
    "zh": "海港大桥明年动工",
    "ja": "港町の新しい橋、来年3月に着工",
    "ru": "Новый мост начнут строить в марте",
}
DAY = "2026-11-12"
INES = ["Ines Calloway"]
CASES = [
    ("en", ["By Ines Calloway and Tomas Reyes | Nov 12, 2026 at 7:45 p.m. ET"], ["Ines Calloway",
     "Tomas Reyes"], DAY),
    ("en", ["By Ines Calloway", "Published Nov 12, 2026 7:45 PM EST"], INES, DAY),
    ("en", ["By Ines Calloway, Staff Writer | November 12, 2026"], INES, DAY),
    ("en", ["Ines Calloway | Harbour Ledger | 12 November 2026, 19:45"], None, DAY),
    ("en", ["By INES CALLOWAY • Harbour Ledger • Nov. 12, 2026"], ["INES CALLOWAY"], DAY),
    ("en", ["Ines Calloway, Tomas Reyes", "November 12, 2026 · 4 min read"], None, DAY),
    ("en", ["Thursday, November 12, 2026 | By Ines Calloway"], INES, DAY),
    ("en", ["By Ines Calloway November 12, 2026"], INES, DAY),
    ("en", ["By Ines Calloway - November 12, 2026 - Updated 8:10 a.m."], INES, DAY),
    ("en", ["12 Nov 2026 — Ines Calloway — Local news"], None, DAY),
    ("en", ["Posted on November 12, 2026 by Ines Calloway"], INES, DAY),
    ("en", ["Published: 12 Nov 2026, 07:45 PM IST | By: Ines Calloway | Edited by: Tomas Reyes"], INES, DAY),
    ("en", ["By Ines Calloway for the Harbour Ledger", "Nov 12, 2026 | Updated Nov 13, 2026",
     "2 comments"], INES, DAY),
    ("en", ["Story by Ines Calloway • 3h • 2 min read"], INES, None),
    ("en", ["By Ines Calloway, Tomas Reyes and Dana Whitlock, Harbour Ledger staff",
     "Updated: 7:45 PM ET, Thu November 12, 2026"], ["Ines Calloway", "Tomas Reyes", "Dana Whitlock"], None),
    ("en", ["Author: Ines Calloway", "Date: 2026-11-12"], INES, DAY),
    ("en", ["Ines Calloway | 2026-11-12 19:45"], None, DAY),
    ("en", ["by ines calloway", "nov 12 2026"], None, DAY),
    ("en", ["By Ines Calloway | icalloway@harbourledger.example | Nov 12, 2026"], INES, DAY),
    ("en", ["By Ines Calloway / Harbour Ledger / November 12, 2026 / 7:45 PM"], INES, DAY),
    ("en", ["Harbour Ledger (Port Sable) 12 November 2026"], None, DAY),
    ("de", ["Von Mila Oster | 12.11.2026, 07:45 Uhr"], ["Mila Oster"], DAY),
    ("de", ["12. November 2026 um 7:45 Uhr | Lesedauer: 3 Min. | Von Mila Oster"], ["Mila Oster"], DAY),
    ("de", ["Stand: 12.11.2026 07:45 Uhr", "Von Mila Oster, Nordhafen"], ["Mila Oster"], None),
    ("de", ["Mila Oster - 12.11.2026 - 07:45"], None, DAY),
    ("de", ["Veröffentlicht: 12.11.2026 / Aktualisiert: 13.11.2026 / Von: Mila Oster"], ["Mila Oster"], DAY),
    ("fr",
     ["Par Claire Dumont avec AFP — Publié le 12 novembre 2026 à 18h00, mis à jour le 13 novembre 2026 à 8h12"],
     ["Claire Dumont"], DAY),
    ("fr", ["Publié le 12/11/2026 à 18:00 par Claire Dumont"], ["Claire Dumont"], DAY),
    ("fr", ["Claire Dumont | Publié le 12.11.2026 à 18h00"], None, DAY),
    ("es", ["Por Lucía Robles | 12 de noviembre de 2026 - 07:45"], ["Lucía Robles"], DAY),
    ("es", ["LUCÍA ROBLES | Santa Brisa | 12/11/2026 07:45"], None, DAY),
    ("es", ["Redacción", "12 nov 2026 - 07:45 CET", "Actualizado: 13 nov 2026 - 09:00 CET"], None, DAY),
    ("zh", ["2026年11月12日 09:15 来源：海港日报 记者 林晓"], ["林晓"], DAY),
    ("zh", ["来源：海港日报 | 作者：林晓 | 2026-11-12 09:15:00"], ["林晓"], DAY),
    ("zh", ["2026-11-12 09:15 海港日报"], None, DAY),
    ("ja", ["2026年11月12日 9時15分　山田太郎"], None, DAY),
    ("ja", ["公開日：2026/11/12 09:15　更新日：2026/11/13 10:00"], None, DAY),
    ("ru", ["12 ноября 2026, 09:15 | Автор: Анна Лескова"], ["Анна Лескова"], DAY),
    ("ru", ["Анна Лескова, 12.11.2026 09:15"], None, DAY),
]  # fmt: skip


def ingested(*lines: str, name: str = "pasted.txt") -> Article:
    data = "\n".join(lines).encode()
    result = clean(RawFile(name, "0" * 64, len(data), data), load(), Settings(), NOW)
    assert isinstance(result, Article)
    return result


@pytest.mark.parametrize("form", ["alone", "under a menu", "Markdown"])
@pytest.mark.parametrize(("language", "credit", "authors", "day"), CASES)
def test_headline_authors_and_day_are_read_and_the_prose_is_what_is_left(
    language: str, credit: list[str], authors: list[str] | None, day: str | None, form: str
) -> None:
    headline, body = HEADLINE[language], BODY[language]
    if form == "Markdown":
        marked = (f"# {headline}", *(f"*{line}*" for line in credit), *body)
        article = ingested("\n\n".join(marked), name="pasted.md")
    else:
        article = ingested(*([MENU] if form == "under a menu" else []), headline, *credit, *body)
    assert article.fields["title"] == headline
    assert [paragraph.text for paragraph in article.paragraphs] == body
    assert str(article.fields.get("published_local") or "")[:10] == (day or "")
    found = list(article.fields.get("authors") or ())
    assert found == authors if authors is not None else set(" ".join(found).split()) <= set(" ".join(credit).split())


@pytest.mark.parametrize(
    ("before", "line"),
    [
        ((), "Morning Briefing | Nov. 12, 2026"),
        ((), "Crossword, 12 November 2026"),
        (("head",), "By Tuesday 12 November 2026 the river had fallen below two metres"),
        (("head",), "Port Sable | 4 rooms | 1,200 a month"),
        (("first",), "12 November 2026 – Book fair in Port Sable"),
        (("first",), "On November 12, 2026, Ines Calloway resigned"),
        (("first",), "Ines Calloway, 45, of Port Sable"),
        (("first",), "By Ines Calloway's count, 12 boats were lost in 2026"),
        (("first",), "Updated 2024 forecasts show a fall of 3 percent in May"),
    ],
)
def test_a_line_of_the_article_is_no_credit_line(before: tuple[str, ...], line: str) -> None:
    first, *rest = BODY["en"]
    above = {(): (), ("head",): (HEADLINE["en"],), ("first",): (first,)}[before]
    article = ingested(*above, line, *([first] if before != ("first",) else []), *rest)
    assert not [cut for cut in article.cuts if line in cut.text]
    assert not article.fields.get("published_at") and not article.fields.get("authors")


def test_dates_beside_several_titles_are_not_the_day_of_the_article() -> None:
    teasers = (
        "Storm hits Port Sable",
        "Harbour Ledger | 3 November 2026",
        "Ferry is late",
        "Harbour Ledger | 4 May 2026",
    )
    assert not ingested(*teasers, HEADLINE["en"], *BODY["en"]).fields.get("published_at")


def test_a_text_that_begins_with_its_headline_has_it_as_its_title() -> None:
    article = ingested("Port Sable council votes to rebuild eastern pier", "", *BODY["en"])
    assert article.fields["title"] == "Port Sable council votes to rebuild eastern pier"
    assert [paragraph.text for paragraph in article.paragraphs] == BODY["en"]


def test_a_heading_with_hashes_is_the_title_of_a_plain_text_too() -> None:
    article = ingested("# " + HEADLINE["en"], "", *BODY["en"])
    assert article.fields["title"] == HEADLINE["en"]
    assert [paragraph.text for paragraph in article.paragraphs] == BODY["en"]


def test_an_article_with_little_around_it_loses_no_sentence() -> None:
    prose = [
        "Nordhafen (dpa) – Die Fähre nach Süderland fährt ab Montag wieder. Das teilte die Reederei mit.",
        "„Wir sind froh“, sagte Kapitän Uwe Brandt.",
    ]
    article = ingested(
        "---\ntitle: Die Fähre fährt wieder\n---\n\n# Die Fähre fährt wieder\n",
        "*Von Mila Oster, dpa*\n",
        prose[0] + "\n",
        "[Lesen Sie auch: Sturm reißt Boje los](https://kuestenblatt.example/2)\n",
        prose[1] + "\n",
        "## Mehr zum Thema\n\n- [Hafen wird ausgebaut](https://kuestenblatt.example/3)",
        name="faehre.md",
    )
    assert [paragraph.text for paragraph in article.paragraphs] == prose


def test_lines_that_say_what_they_are_become_fields() -> None:
    article = ingested(
        "Title: " + HEADLINE["en"],
        "Author: Ines Calloway",
        "Date: 2026-11-12",
        "Category: News",
        "URL: https://harbourledger.example/pier",
        "",
        *BODY["en"],
    )
    assert article.fields["title"] == HEADLINE["en"]
    assert article.fields["authors"] == INES
    assert article.fields["section"] == "News"
    assert article.fields["url"] == "https://harbourledger.example/pier"
    assert str(article.fields["published_local"])[:10] == DAY
    assert [paragraph.text for paragraph in article.paragraphs] == BODY["en"]
