"""Structured data of pages: what is claimed, from where, and where it stands."""

from __future__ import annotations

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.formats.structured import claims
from flows.model import Found


def read(page: str) -> tuple[Found, ...]:
    return claims(lxml.html.document_fromstring(page), page)


def values(found: tuple[Found, ...], field: str, origin: str = "") -> list[str]:
    return [claim.value for claim in found if claim.field == field and claim.origin.startswith(origin)]


PAGE = """<html lang="en-GB"><head><title>Ferries stay moored | Harbour Lantern</title>
<meta property="og:title" content="Ferries stay moored &amp; quiet">
<meta property="article:published_time" content="2026-02-28T10:00:00Z">
<meta property="og:updated_time" content="2026-03-01T10:00:00Z">
<meta name="keywords" content="ferries, harbour"><meta name="robots" content="noarchive">
<meta name="tdm-reservation" content="1"><meta property="article:author" content="https://lantern.example/ana">
<link rel="canonical" href="https://lantern.example/ferries">
<link rel="license" href="https://creativecommons.org/licenses/by/4.0/"></head>
<body><nav><time datetime="2026-01-01">1 January</time></nav>
<h1>Ferries stay moored</h1><p class="byline">By <a>Ana Roe</a> and <a>Ben Okoro</a></p>
<p>Published: 28 February 2026 10:00 GMT | Updated: 1 March 2026</p>
<p>The council met on 12 January 2026, and nothing came of it until the harbour master, Chi Tran, called again.</p>
<aside class="related"><span class="date">2 February 2026</span></aside></body></html>"""


def test_the_head_of_a_page() -> None:
    found = read(PAGE)
    assert values(found, "title", "meta.og:title") == ["Ferries stay moored & quiet"]
    assert values(found, "title", "html.title") == ["Ferries stay moored | Harbour Lantern"]
    assert values(found, "title", "html.h1") == ["Ferries stay moored"]
    assert values(found, "published", "meta.") == ["2026-02-28T10:00:00Z"]
    assert values(found, "modified", "meta.og:updated_time") == ["2026-03-01T10:00:00Z"]
    assert values(found, "tag") == ["ferries", "harbour"]
    assert values(found, "robots") == ["noarchive", "tdm-reservation: 1"]
    assert values(found, "language") == ["en-GB"]
    assert values(found, "canonical_url") == ["https://lantern.example/ferries"]
    assert values(found, "license") == ["https://creativecommons.org/licenses/by/4.0/"]
    assert values(found, "author", "meta.") == []


def test_what_is_visible_near_the_headline() -> None:
    found = read(PAGE)
    assert values(found, "author", "html.byline") == ["Ana Roe", "Ben Okoro", "By Ana Roe and Ben Okoro"]
    assert values(found, "published", "html.") == ["28 February 2026 10:00 GMT"]
    assert values(found, "modified", "html.") == ["1 March 2026"]


def test_a_raw_string_stands_where_it_says() -> None:
    located = [claim for claim in read(PAGE) if claim.start is not None]
    assert located
    assert all(PAGE[claim.start : claim.end] == claim.raw for claim in located)


def ld(script: str) -> tuple[Found, ...]:
    return read(f'<html><head><script type="application/ld+json">{script}</script></head><body><p>x</p></body></html>')


ARTICLE = '"@type": "NewsArticle", "headline": "Ferries stay moored", "datePublished": "2026-02-28"'


@pytest.mark.parametrize(
    "script",
    [
        "{%s}",
        "[{%s}]",
        '{"@context": "https://schema.org", "@graph": [{"@type": "Organization", "name": "x"}, {%s}]}',
        '{"@type": "WebPage", "mainEntity": {%s}}',
        "{%s,}",
        "<!-- {%s} -->",
        "{%s};",
        '{%s, "description": "two\nlines"}',
        '{%s,\n"description": "the "best" port",\n"x": 1}',
        '{"@type": ["Article", "NewsArticle"], "headline": "Ferries stay moored", "datePublished": "2026-02-28"}',
    ],
)
def test_json_ld_in_its_forms_and_repaired(script: str) -> None:
    found = ld(script.replace("%s", ARTICLE))
    assert values(found, "title", "json-ld.") == ["Ferries stay moored"]
    assert values(found, "published", "json-ld.datePublished") == ["2026-02-28"]


@pytest.mark.parametrize(
    "script",
    ["", "{", "nothing", '{"@type": 3}', "[[[[[[[[[[]]]]]]]]]]", '{"@type": "NewsArticle", "author": [null, 3]}'],
)
def test_json_ld_beyond_repair_is_skipped(script: str) -> None:
    assert values(ld(script), "title", "json-ld.") == []


def test_json_ld_people_by_name_list_and_reference() -> None:
    found = ld(
        '{"@graph": [{%s, "author": [{"@id": "#ana"}, {"@type": "Person", "name": "Ben Okoro"}, "Chi Tran"],'
        ' "publisher": {"@type": "Organization", "name": "Harbour Lantern"}},'
        ' {"@id": "#ana", "@type": "Person", "name": "Ana Roe"}]}'.replace("%s", ARTICLE)
    )
    assert values(found, "author") == ["Ana Roe", "Ben Okoro", "Chi Tran"]
    assert values(found, "publisher") == ["Harbour Lantern"]


def test_of_several_articles_the_one_of_this_page() -> None:
    other = '{"@type": "NewsArticle", "headline": "Another story", "datePublished": "2026-01-01"}'
    page = PAGE.replace("</head>", f'<script type="application/ld+json">[{other}, {{{ARTICLE}}}]</script></head>')
    assert values(read(page), "published", "json-ld.") == ["2026-02-28"]


def test_microdata_and_time() -> None:
    found = read(
        """<html><body><article itemscope itemtype="https://schema.org/Article"><h1 itemprop="headline">Ferries</h1>
        <span itemprop="author" itemscope><a itemprop="name">Ana Roe</a></span>
        <meta itemprop="dateModified" content="2026-03-01"><time datetime="2026-02-28T10:00">Saturday</time>
        <figure itemscope itemtype="https://schema.org/ImageObject"><b itemprop="author">Chi Tran</b></figure>
        </article></body></html>"""
    )
    assert values(found, "author", "microdata.") == ["Ana Roe"]
    assert values(found, "published", "html.time") == ["2026-02-28T10:00"]
    assert "2026-03-01" in values(found, "modified")


@given(st.text(alphabet=st.sampled_from("<>/=\"' abh1timeclassdatemetascript2026-02"), max_size=200))
def test_any_page_is_read(soup: str) -> None:
    read(f"<html><body><h1>x</h1>{soup}</body></html>")


def on_page(body: str, script: str = "") -> tuple[Found, ...]:
    head = f"<title>Ferries stay moored</title><script>{script}</script>"
    return read(f"<html><head>{head}</head><body><h1>Ferries stay moored</h1>{body}</body></html>")


@pytest.mark.parametrize(
    ("line", "origin", "expected"),
    [
        ("Written by Ana Roe in Harbours on 1 June 2026 at 8:34 PM", "html.date-beside", ["1 June 2026 at 8:34 PM"]),
        ("31.01.2026 2. Liga Handball", "html.date-beside", ["31.01.2026"]),
        ("Stand: 31.01.2026 11:05 Uhr", "html.as-of", ["31.01.2026 11:05 Uhr"]),
        ("This story is from 9 October 2026", "html.visible-date", ["9 October 2026"]),
        ("Report 14. - 20. Januar 2026", "html.", []),
        ("2 hours ago", "html.relative", ["2 hours ago"]),
        ("By Ana Roe | vor 3 Stunden | 2 Min.", "html.relative", ["vor 3 Stunden"]),
        ("The ferries stopped 2 hours ago and nobody knew why", "html.", []),
        ("The mayor said on 1 June 2026 that the ferries would sail", "html.", []),
    ],
)
def test_date_lines_beside_the_headline(line: str, origin: str, expected: list[str]) -> None:
    assert values(on_page(f"<p>{line}</p>"), "published", origin) == expected


def test_the_data_of_scripts_is_the_last_resort_and_must_agree() -> None:
    one = '{"post": {"published_at": "2026-02-28T06:22:28+01:00"}}'
    assert values(on_page("<p>Quiet.</p>", one), "published") == ["2026-02-28T06:22:28+01:00"]
    two = one + ';{"post": {"publishedAt": "2026-02-27"}}'
    assert values(on_page("<p>Quiet.</p>", two), "published") == []
    assert not values(on_page("<time>2026-02-20</time>", one), "published", "script.")


def test_what_stands_aside_is_not_looked_at_but_never_the_article() -> None:
    dated = "<p class=byline>By Ana Roe</p><p>Published: 28 February 2026</p>"
    assert values(on_page(f"<div class=related>{dated}</div>"), "published") == []
    assert values(on_page(f"<div class=related><main>{dated}</main></div>"), "published") == ["28 February 2026"]
    inside = f"<div class='latest'><h1>Ferries stay moored</h1>{dated}</div>"
    page = f"<html><head><title>Ferries stay moored</title></head><body>{inside}</body></html>"
    assert "By Ana Roe" in values(read(page), "author")


def test_the_day_in_a_site_header_gives_way_to_what_the_head_says() -> None:
    head = "<title>Ferries stay moored</title><meta name=date content=2026-02-28>"
    menu = "<div>" + "Harbour, ferries and trams every day of the week. " * 3 + "</div>"
    page = (
        f"<html><head>{head}</head><body><p>Tuesday, 3 March 2026</p>{menu}<h1>Ferries stay moored</h1></body></html>"
    )
    assert values(read(page), "published", "html.date-above") == ["3 March 2026"]
    assert values(read(page), "published", "html.visible-date") == []


@pytest.mark.parametrize(
    ("aside", "day"),
    [
        ("<aside class=meta><time datetime=2026-02-28>28 February 2026</time></aside>", ["2026-02-28"]),
        ("<div class=sidebar-left>Ana Roe <span class=date>28 February 2026</span></div>", ["28 February 2026"]),
        ("<aside><a href=/x>A mill that burnt down again</a> 28 February 2026</aside>", []),
        (f"<aside>28 February 2026 {'Quiet days. ' * 20}</aside>", []),
    ],
)
def test_what_stands_aside_is_read_if_it_is_no_more_than_a_date_behind_the_headline(aside: str, day: list[str]) -> None:
    def page(before: str, after: str) -> str:
        return f"<html><body><div>{before}</div><h1>Ferries stay moored</h1><div>{after}</div></body></html>"

    assert values(read(page("", aside)), "published")[:1] == day
    assert values(read(page(aside, "")), "published") == []


@pytest.mark.parametrize(
    ("line", "dates"),
    [
        ("28.02.2026 - 19:44 Uhr Lesedauer: 2 Min.", ["28.02.2026 - 19:44 Uhr"]),
        ("28. Februar 2026 @ 19:44 // Autor: Ana Roe // 1 Minute", ["28. Februar 2026 @ 19:44"]),
        ("28.02.26 - Die Fähren liegen still, und niemand fährt hinaus. " + "Es ist ruhig am Kai. " * 6, ["28.02.26"]),
        ("27. Februar 2026 - 1. März 2026", []),
    ],
)
def test_dates_of_lines_with_more_than_a_date(line: str, dates: list[str]) -> None:
    assert (
        values(read(f"<html><body><h1>Die Fähren liegen still</h1><p>{line}</p></body></html>"), "published") == dates
    )


@pytest.mark.parametrize(
    ("below", "names"),
    [
        ("<div>By</div><div>Ana Roe</div>", ["Ana Roe"]),
        ("<p>Autorin/Autor</p><p>Ana Roe</p>", ["Ana Roe"]),
        ("<p><strong>Ana Roe</strong></p><p>The quay was empty.</p>", ["Ana Roe"]),
        ("<p><strong>Ana Roe/Ben Okoro</strong></p><p>The quay was empty.</p>", ["Ana Roe/Ben Okoro"]),
        ("<p><strong>Ana Roe</strong></p><p>Roe is the mayor, and she spoke.</p>", []),
        ("<p><strong>What happens next?</strong></p><p>The quay was empty.</p>", []),
        ("<p><strong>Ana Roe</strong> left the quay.</p>", []),
        (f"<p>{'The quay was empty. ' * 10}</p><p><strong>Ana Roe</strong></p>", []),
    ],
)
def test_a_name_below_a_label_or_alone_in_bold_is_an_author(below: str, names: list[str]) -> None:
    page = (
        f"<html><head><title>Ferries stay moored</title></head><body><h1>Ferries stay moored</h1>{below}</body></html>"
    )
    assert values(read(page), "author", "html.b") == names


def test_authors_in_microdata_far_from_the_headline_are_of_other_articles() -> None:
    other = "<span itemprop=author>Ben Okoro</span>"
    page = f"<html><body><h1>Ferries stay moored</h1>{{}}<p>{'Quiet. ' * 400}</p>{other}</body></html>"
    assert values(read(page.format("<i itemprop=author>Ana Roe</i>")), "author", "microdata.") == ["Ana Roe"]
    assert values(read(page.format("")), "author", "microdata.") == ["Ben Okoro"]


def test_a_byline_in_the_articles_own_aside_is_seen() -> None:
    aside = "<aside><a rel=author href=/ana>Ana Roe</a></aside>"
    page = "<html><head><title>Ferries stay moored</title></head><body><article><h1>Ferries stay moored</h1>"
    assert values(read(f"{page}{aside}</article></body></html>"), "author") == ["Ana Roe"]
    assert values(read(f"{page}</article>{aside}</body></html>"), "author") == []


def test_the_headline_is_not_the_name_of_the_site() -> None:
    body = "<h1>Lantern Contact us</h1><h1>Ferries stay moored in the old harbour</h1>"
    found = values(read(f"<html><head><title>LANTERN</title></head><body>{body}</body></html>"), "title", "html.h1")
    assert found[0] == "Ferries stay moored in the old harbour"
    long = "<meta name=application-name content='Ferries stay moored in the old harbour for a ninth day'>"
    assert values(read(f"<html><head>{long}</head><body></body></html>"), "publisher") == []


def test_names_side_by_side_are_names_of_their_own() -> None:
    page = on_page("<div class='byline'><span>Ana Roe</span><span>Ben Okoro</span><span>Chi Anna Tran</span></div>")
    assert values(page, "author", "html.byline") == ["Ana Roe", "Ben Okoro", "Chi Anna Tran"]


def test_the_only_day_of_a_page_is_its_date_and_one_of_several_is_not() -> None:
    prose = "<p>" + "The ferries stayed at their moorings until noon, the harbour office said. " * 40 + "</p>"
    assert values(on_page(f"{prose}<div>April 8, 2026</div>"), "published") == ["April 8, 2026"]
    assert values(on_page(f"{prose}<div>April 8, 2026</div><div>May 1, 2026</div>"), "published") == []
