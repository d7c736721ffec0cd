"""Forms of news beside the plain report: what an analyst who reads the tables by eye would miss or distrust."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from flows.model import Article, Format, Kind, RawFile
from flows.pipeline import clean
from flows.rules import load
from flows.settings import Settings

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def article(text: str, name: str = "raw/piece.txt", form: Format | None = None) -> Article:
    data = text.encode()
    found = clean(RawFile(name, "0" * 64, len(data), data, form=form), load(), Settings(), NOW)
    assert isinstance(found, Article), found
    return found


def texts(found: Article) -> list[str]:
    return [paragraph.text for paragraph in found.paragraphs]


def page(body: str, head: str = "<title>The pier clock stops at noon again</title>") -> str:
    body = f"<nav><a href='/'>All news</a></nav><article>{body}</article>"
    return f"<html lang='en'><head>{head}</head><body>{body}</body></html>"


PROSE = [
    "The clock on the pier of Port Sable stopped at noon on Tuesday for the third time since it was mended in March.",
    "“It is not the clock,” said the keeper, Ada Brennan, who has wound it for twenty years. “It is the salt.”",
    "The harbour office will now ask a workshop in the capital to look at it, and has put up a sundial meanwhile.",
]


def paragraphs(*words: str) -> str:
    return "".join(f"<p>{each}</p>" for each in words)


@pytest.mark.parametrize(
    "block",
    [
        "<pre class='verse'>The tide has had the railings,\nthe wind has had the paint</pre>",
        "<pre>Novr 3d. Wind NE, heavy sea.\nCook has lost the kettle.</pre>",
        "<pre><code>$ clockctl --wind monday\nwound: 12 turns</code></pre>",
    ],
    ids=["verse", "log", "code"],
)
@pytest.mark.parametrize("last", [False, True], ids=["between", "at the end"])
def test_what_a_page_sets_as_it_is_stays_in_the_article(block: str, last: bool) -> None:
    parts = [paragraphs(*PROSE), block] if last else [paragraphs(PROSE[0]), block, paragraphs(*PROSE[1:])]
    found = article(page("<h1>The pier clock stops at noon again</h1>" + "".join(parts)), "raw/piece.html")
    kept = texts(found)
    assert [words for words in kept if words in PROSE] == PROSE
    assert len(kept) == len(PROSE) + 1


def test_a_table_in_a_report_is_whole_and_its_heading_stays() -> None:
    rows = [("61%", "Possession", "39%"), ("14", "Shots", "6"), ("5", "Corners", "9")]
    table = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    body = (
        f"<h1>Sable 2-1 Brack</h1>{paragraphs(*PROSE)}<h3>In figures</h3><table>{table}</table><p>Attendance: 6,310</p>"
    )
    kept = texts(article(page(body, "<title>Sable 2-1 Brack</title>"), "raw/piece.html"))
    assert kept == [*PROSE, "In figures", *(cell for row in rows for cell in row), "Attendance: 6,310"]


def test_a_brief_that_stands_only_in_the_pages_data_is_an_article() -> None:
    words = "An elk on the line stopped trains between Holmen and Rud for two hours on Thursday. It left by itself."
    data = f'{{"@context":"https://schema.org","@type":"NewsArticle","articleBody":"{words}","datePublished":"2026-10-08"}}'
    head = f"<title>Elk stops trains</title><script type='application/ld+json'>{data}</script>"
    found = article(f"<html><head>{head}</head><body><div id='root'></div></body></html>", "raw/piece.html")
    assert texts(found) == [words]
    assert found.fields["published_local"] == "2026-10-08"


@pytest.mark.parametrize(
    "sentence",
    [
        "By the next morning three hundred people had copied the poem and posted it through the door of the town hall.",
        "By Friday the pump had failed and the mayor slept in the hall.",
        "Von Anfang an war klar, dass Petra Klein und Hans Meier gewinnen würden.",
        "Par ailleurs, Paul Roux et Marie Caron ont promis un banc à la ville.",
    ],
)
def test_a_sentence_that_begins_like_a_byline_names_no_author(sentence: str) -> None:
    body = f"<h1>The pier clock stops at noon again</h1>{paragraphs(sentence, *PROSE)}"
    found = article(page(body), "raw/piece.html")
    assert "authors" not in found.fields
    assert texts(found)[0] == sentence


def test_words_divided_at_line_ends_are_whole_again() -> None:
    printed = (
        "The operator of the ferry between Sule and Tarnmouth knew that the\n"
        "hull of its largest ferry was cracked for at least two years be-\n"
        "fore it was withdrawn, and so did the long-serving harbour master,\n"
        "known to the pilots of the port as a man of few words and of even\n"
        "fewer letters, who wrote three of them in March, April and Novem-\n"
        "ber.\n"
    )
    kept = texts(article(printed))
    assert "two years before it was withdrawn" in kept[0]
    assert "March, April and November." in kept[0]
    assert "long-serving harbour master" in kept[0]


def test_the_column_of_a_newspaper_is_read_as_paragraphs() -> None:
    column = (
        "Die Stadt verzichtet nach Protesten\nvon Anwohnern darauf, die etwa hun-\n"
        "dertjährige Kastanie am Wall zu fäl-\n"
        "len. Das teilte das Grünflächenamt\nam Dienstag mit. Die Nord- und Süd-\nseite bleiben gesperrt.\n\n"
        "In den vergangenen Wochen hatten\nsich jeden Abend bis zu vierzig Men-\nschen unter dem Baum versammelt.\n"
    )
    assert texts(article(column)) == [
        "Die Stadt verzichtet nach Protesten von Anwohnern darauf, die etwa hundertjährige Kastanie am Wall zu fällen. "
        "Das teilte das Grünflächenamt am Dienstag mit. Die Nord- und Südseite bleiben gesperrt.",
        "In den vergangenen Wochen hatten sich jeden Abend bis zu vierzig Menschen unter dem Baum versammelt.",
    ]


def test_compounds_broken_by_a_mail_program_keep_their_hyphens() -> None:
    mailed = (
        "The well-known and much-loved clock of the old-fashioned customs-\n"
        "house will no longer be wound by hand. Its long-serving keeper was\n"
        "offered part-time work in the archive on Monday, where the twenty-\n"
        "one clocks of the county are kept, most of them in half-open boxes\n"
        "and none of them at the same time of day, and he accepted at once.\n"
    )
    kept = " ".join(texts(article(mailed)))
    assert "customs-house" in kept
    assert "twenty-one clocks" in kept


SHORT_LINES = {
    "interview": [
        "Why now?",
        "Because I can still hear it.",
        "That sounds bitter.",
        "Does it? I am not.",
        "And the salt?",
        "No.",
    ]
    * 2,
    "verse": [
        "The tide has had the railings,",
        "the gulls have had the paint,",
        "the wind has had the music",
        "all day;",
    ]
    * 3,
    "transcript": ["BRENNAN: Thank you.", "(LAUGHTER)", "MARSH: Who is against clocks?", "BRENNAN: Nobody is."] * 3,
    "results": ["Marion Keel (Green) 4,118", "Peter Osgood (Union) 4,077", "Sanjay Rao (Labour) 3,902", "Turnout 48%"]
    * 3,
}


@pytest.mark.parametrize("form", SHORT_LINES)
def test_short_lines_do_not_hide_the_head_of_an_article(form: str) -> None:
    short = [f"{line}" for line in dict.fromkeys(SHORT_LINES[form])]
    lines = [
        "The pier clock stops at noon again",
        "3 May 2026",
        PROSE[0],
        *short,
        *short[::-1],
        PROSE[1] + " " + PROSE[2],
    ]
    found = article("\n\n".join(lines))
    assert found.fields["published_local"] == "2026-05-03"
    assert found.fields["title"] == "The pier clock stops at noon again"
    assert set(short) <= set(texts(found))


def test_the_title_is_the_line_above_the_standfirst_not_the_standfirst() -> None:
    standfirst = "Nobody in town knows what to do about it any more"
    lines = ["The pier clock stops at noon again", standfirst, "Ada Lane", "21/04/2026 - 09:14", *PROSE]
    found = article("\n".join(lines))
    assert found.fields["title"] == "The pier clock stops at noon again"
    assert found.paragraphs[0][:2] == (standfirst, Kind.STANDFIRST)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (("titel", "autor", "datum"), ("Die Uhr steht still", "Karin Oetl", "30.08.2026")),
        (("titulo", "autora", "data"), ("O relógio parou outra vez", "Joana Meireles", "30/08/2026")),
        (("título", "autor", "fecha"), ("El reloj se ha parado", "Lucía Berrocal", "30 de agosto de 2026")),
        (("标题", "作者", "发布时间"), ("港口的钟又停了", "周一帆", "2026-08-30")),
    ],
    ids=["de", "pt", "es", "zh"],
)
def test_front_matter_and_records_in_other_languages(keys: tuple[str, ...], words: tuple[str, ...]) -> None:
    front = "\n".join(f"{key}: {value}" for key, value in zip(keys, words, strict=True))
    found = article(f"---\n{front}\n---\n\n" + "\n\n".join(PROSE), "raw/piece.md")
    assert found.fields["title"] == words[0]
    assert found.fields["authors"] == [words[1]]
    assert found.fields["published_local"] == "2026-08-30"
    record = dict(zip((*keys, "texto"), (*words, "\n\n".join(PROSE)), strict=True))
    told = article(json.dumps(record, ensure_ascii=False), "raw/piece.jsonl", Format.RECORD)
    assert (told.fields["title"], told.fields["authors"]) == (words[0], [words[1]])
    assert told.fields["published_local"] == "2026-08-30"
    assert texts(told) == PROSE


TITLE = "The pier clock stops at noon again"
NO_DAY_OF_PUBLICATION = {
    "a life": ["July 2, 1934 – March 30, 2026", *PROSE],
    "a letter": ["The letter, which was found in a drawer of the harbour office, reads:", "3 May 2025", *PROSE],
    "a diary": ["Monday, 4 May 2026", *PROSE, "Tuesday, 5 May 2026", PROSE[2], PROSE[0]],
}


@pytest.mark.parametrize("form", NO_DAY_OF_PUBLICATION)
@pytest.mark.parametrize("suffix", ["txt", "md", "html"])
def test_days_that_an_article_is_about_are_not_its_day_of_publication(form: str, suffix: str) -> None:
    lines = NO_DAY_OF_PUBLICATION[form]
    if suffix == "html":
        days = [
            f"<h2>{line}</h2>" if line.endswith("2026") and form == "a diary" else f"<p>{line}</p>" for line in lines
        ]
        text = page(f"<h1>{TITLE}</h1>{''.join(days)}")
    else:
        text = "\n\n".join([f"# {TITLE}" if suffix == "md" else TITLE, *lines])
    found = article(text, f"raw/piece.{suffix}")
    assert "published_at" not in found.fields
    assert suffix == "html" or next(line for line in lines if line[-1].isdigit()) in texts(found)


@pytest.mark.parametrize(
    "beside",
    [
        "<aside><h3>Related</h3><a href='/tide'>The tide</a> <time datetime='2026-05-05'>5 May 2026</time></aside>",
        '<script type=\'application/ld+json\'>{"@type":"VideoObject","name":"Bell","uploadDate":"2019-05-01"}</script>',
        '<script type=\'application/ld+json\'>{"@type":"WebSite","name":"Sun","datePublished":"2011-05-01"}</script>',
    ],
    ids=["related", "video", "site"],
)
def test_days_of_what_stands_beside_an_article_are_not_its_own(beside: str) -> None:
    found = article(page(f"<h1>{TITLE}</h1>{paragraphs(*PROSE)}{beside}"), "raw/piece.html")
    assert "published_at" not in found.fields


@pytest.mark.parametrize(
    "opening",
    [
        "PORT SABLE, May 4, 2026 — ",
        "PORT SABLE, Lyne, May 4, 2026 (Newsline) -- ",
        "Port Sable, 4 May 2026 /NEWSLINE/ -- ",
    ],
)
@pytest.mark.parametrize("suffix", ["txt", "md"])
def test_the_day_that_opens_a_press_release_is_its_day(opening: str, suffix: str) -> None:
    found = article("\n\n".join([f"# {TITLE}", opening + PROSE[0], *PROSE[1:]]), f"raw/piece.{suffix}")
    assert found.fields["published_local"] == "2026-05-04"
    assert texts(found)[0] == opening + PROSE[0] or texts(found)[1] == opening + PROSE[0]


def test_an_export_of_a_press_database_is_read_by_its_labels() -> None:
    head = "The Sable Courier|January 30, 2026 Friday|Copyright 2026 Sable Courier Ltd|Section: NEWS; Pg. 4"
    labels = "Length: 98 words|Byline: Tessa Rowan|Body"
    foot = "Load-Date: January 31, 2026|End of Document"
    lines = [TITLE, *head.split("|"), *labels.split("|"), *PROSE, *foot.split("|")]
    found = article("\n\n".join(lines))
    assert texts(found) == PROSE
    assert found.fields["authors"] == ["Tessa Rowan"]
    assert found.fields["published_local"] == "2026-01-30"
    assert found.fields["section"] == "NEWS"


def test_a_table_of_facts_stays_and_its_days_are_facts() -> None:
    facts = [("Born", "July 2, 1934"), ("Died", "March 30, 2026"), ("Known for", "Being on time")]
    rows = "".join(f"<tr><td>{name}</td><td>{value}</td></tr>" for name, value in facts)
    found = article(page(f"<h1>{TITLE}</h1><table>{rows}</table>{paragraphs(*PROSE)}"), "raw/piece.html")
    assert "published_at" not in found.fields
    assert texts(found) == [*(cell for fact in facts for cell in fact), *PROSE]
    rows += "<tr><td>Published</td><td>March 31, 2026</td></tr>"
    told = article(page(f"<h1>{TITLE}</h1><table>{rows}</table>{paragraphs(*PROSE)}"), "raw/piece.html")
    assert told.fields["published_local"] == "2026-03-31"


def test_the_entries_of_a_live_blog_keep_their_times() -> None:
    times = ["22:10", "21:47", "19:00"]
    entries = "".join(f"<div class='entry'><time>{time}</time><h3>At {time}</h3><p>{words}</p></div>"
                      for time, words in zip(times, PROSE, strict=True))  # fmt: skip
    found = article(page(f"<h1>{TITLE}</h1>{entries}"), "raw/piece.html")
    assert texts(found) == [
        each for time, words in zip(times, PROSE, strict=True) for each in (time, f"At {time}", words)
    ]


@pytest.mark.parametrize("author", ["Ruth Dormer <ruth@dormer.example>", "Ruth Dormer &lt;ruth@dormer.example&gt;"])
def test_an_author_with_a_mail_address_is_the_name(author: str) -> None:
    found = article(f"---\ntitle: {TITLE}\nauthor: {author}\n---\n\n" + "\n\n".join(PROSE), "raw/piece.md")
    assert found.fields["authors"] == ["Ruth Dormer"]
