"""The resolver: one value a field, the order of trust, and what disagrees is kept."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from flows.metadata import Resolved, resolve
from flows.model import Format, Found
from flows.settings import Settings

NOW = datetime(2026, 11, 21, tzinfo=UTC)
TEXT = "The harbour was quiet on Monday morning, and the ferries stayed at their moorings until noon, the office said."


def found(field: str, raw: str, origin: str) -> Found:
    return Found(field, " ".join(raw.split()), raw, origin)


def decide(*claims: Found, text: str = TEXT, path: str = "a.txt", format: Format = Format.HTML) -> Resolved:
    return resolve(claims, text=text, path=path, format=format, now=NOW, settings=Settings())


def fields(*claims: Found, **rest: Any) -> dict[str, object]:
    return decide(*claims, **rest).fields


def test_nothing_claimed_nothing_filled() -> None:
    resolved = decide()
    assert resolved.fields == {"language": "en"}
    assert resolved.unfollowed == ()


def test_an_event_in_the_body_is_no_date_of_publication() -> None:
    values = fields(text="On Friday, February 27th, 2026, the council met. " + TEXT)
    assert "published_at" not in values


def test_an_update_alone_is_a_modification() -> None:
    values = fields(found("modified", "February 27, 2026 at 7:03 PM MST", "text.pubdate.updated"))
    assert values["modified_at"] == datetime(2026, 2, 28, 2, 3, tzinfo=UTC)
    assert values["modified_zone"] == "written"
    assert "published_at" not in values


def test_the_outlet_a_text_names_as_itself_gives_the_zone() -> None:
    text = TEXT + " It was “useful”, Li told the Global Times. Wu told the Global Times the same on Saturday."
    values = fields(found("published", "Feb 28, 2026 07:44 PM", "text.pubdate.published"), text=text)
    assert values["publisher"] == "Global Times"
    assert values["published_at"] == datetime(2026, 2, 28, 11, 44, tzinfo=UTC)
    assert values["published_local"] == "2026-02-28T19:44+08:00"
    assert (values["published_precision"], values["published_zone"]) == ("minute", "publisher")
    assert (values["published_raw"], values["published_origin"]) == ("Feb 28, 2026 07:44 PM", "text.pubdate.published")


def test_without_an_outlet_the_zone_is_assumed_and_says_so() -> None:
    values = fields(found("published", "Feb 28, 2026 07:44 PM", "text.pubdate.published"))
    assert (values["published_local"], values["published_zone"]) == ("2026-02-28T19:44+00:00", "assumed-utc")


def test_the_country_of_the_address_gives_zone_and_order() -> None:
    values = fields(
        found("canonical_url", "https://www.lantern-example.co.uk/a", "link.canonical"),
        found("published", "02/03/2026 10:00", "html.time"),
    )
    assert (values["published_local"], values["published_ambiguous"]) == ("2026-03-02T10:00+00:00", False)
    assert values["site"] == "lantern-example.co.uk"


def test_front_matter_with_a_byline_of_another_outlet() -> None:
    values = fields(
        found("title", "Harbour reopens", "front-matter.title"),
        found("author", "\n                Ana Roe, WIRED.com\n            ", "front-matter.source"),
        found("url", "https://arstechnica.com/tech-policy/2026/02/harbour/?utm_source=feed", "front-matter.url"),
        found("published", "2026-02-28T20:00:26.000Z", "front-matter.published"),
        found("section", "tech", "front-matter.category"),
        found("contributor", "Ben Okoro contributed to this report.", "text.contributor"),
        found("comment_count", "70 Comments", "text.comments"),
        format=Format.MARKDOWN,
    )
    assert values["authors"] == ["Ana Roe"]
    assert values["syndicated_from"] == "WIRED"
    assert values["publisher"] == "Ars Technica"
    assert values["published_at"] == datetime(2026, 2, 28, 20, 0, 26, tzinfo=UTC)
    assert values["published_precision"] == "second"
    assert values["canonical_url"] == "https://arstechnica.com/tech-policy/2026/02/harbour/"
    assert (values["section"], values["contributors"], values["comment_count"]) == ("tech", ["Ben Okoro"], 70)


def test_sources_that_disagree_are_kept_and_warned_of() -> None:
    resolved = decide(
        found("published", "2026-02-28T10:00:00Z", "json-ld.datePublished"),
        found("published", "2026-02-20T10:00:00Z", "meta.article:published_time"),
        found("published", "2026-02-28", "html.time"),
    )
    assert resolved.fields["published_local"] == "2026-02-28T10:00:00+00:00"
    differing = [claim.origin for claim in resolved.unfollowed if claim.field == "published_at"]
    assert differing == ["meta.article:published_time", "html.time"]
    assert any("published" in warning for warning in resolved.warnings)


def test_a_bare_day_gives_way_to_the_hour_of_the_same_day() -> None:
    values = fields(
        found("published", "2026-02-28", "json-ld.datePublished"),
        found("published", "2026-02-28T10:00:00+01:00", "html.time"),
    )
    assert (values["published_local"], values["published_origin"]) == ("2026-02-28T10:00:00+01:00", "html.time")


def test_a_doubtful_day_is_settled_by_one_that_is_sure() -> None:
    doubtful = found("published", "03/02/2026", "meta.date")
    sure = found("published", "3 February 2026", "html.visible-date")
    values = fields(doubtful, sure)
    assert values["published_local"] == "2026-02-03"


def test_a_date_to_come_is_not_believed() -> None:
    resolved = decide(found("published", "2031-01-01", "meta.date"))
    assert "published_at" not in resolved.fields
    assert resolved.warnings


@pytest.mark.parametrize(
    ("path", "format", "local"),
    [
        ("posts/2026-02-28-harbour.md", Format.MARKDOWN, "2026-02-28"),
        ("posts/2026-02-28-harbour.html", Format.HTML, None),
        ("posts/2026-02-28.md", Format.MARKDOWN, None),
    ],
)
def test_the_name_of_a_markdown_post(path: str, format: Format, local: str | None) -> None:
    assert fields(path=path, format=format).get("published_local") == local


def test_the_address_is_the_last_resort_for_the_day() -> None:
    address = found("canonical_url", "https://lantern.example.com/2026/02/28/harbour", "link.canonical")
    assert fields(address)["published_origin"] == "url.path"
    other = found("published", "27 February 2026", "html.visible-date")
    assert fields(address, other)["published_origin"] == "html.visible-date"


def test_a_title_without_the_site() -> None:
    site = found("publisher", "The Harbour Lantern", "meta.og:site_name")
    for stated in ("Ferries stay moored | The Harbour Lantern", "The Harbour Lantern - Ferries stay moored"):
        assert fields(site, found("title", stated, "html.title"))["title"] == "Ferries stay moored"
    values = fields(
        found("title", "Ferries stay moored – Port news from the coast", "meta.og:title"),
        found("title", "Ferries stay moored", "html.h1"),
    )
    assert values["title"] == "Ferries stay moored"


def test_a_heading_about_something_else_is_no_title() -> None:
    values = fields(found("title", "Ferries stay moored", "html.title"), found("title", "Navigation", "html.h1"))
    assert values["title"] == "Ferries stay moored"


def test_people_come_before_organisations() -> None:
    values = fields(found("author", "Reuters", "json-ld.author"), found("author", "By Ana Roe", "html.byline"))
    assert (values["authors"], values["agency"]) == (["Ana Roe"], "Reuters")


def test_desks_and_accounts_are_no_authors() -> None:
    for raw in ("Staff", "Redaktion", "admin", "News Desk"):
        assert "authors" not in fields(found("author", raw, "meta.author"))
    assert "authors" not in fields(found("author", "Reuters", "text.byline"), format=Format.TEXT)


def test_an_agency_or_desk_that_data_lists_beside_a_person_is_an_author_too() -> None:
    site = found("publisher", "Harbour.com", "meta.og:site_name")
    listed = [found("author", name, "json-ld.author") for name in ("Ana Roe", "AP", "Ferry Desk", "Harbour", "Staff")]
    values = fields(site, *listed)
    assert (values["authors"], values["agency"]) == (["Ana Roe", "AP", "Ferry Desk"], "Associated Press")
    shown = found("author", "By Ana Roe, AP", "html.byline")
    assert fields(shown)["authors"] == ["Ana Roe"]


def test_the_by_line_outvotes_what_the_style_calls_bylines() -> None:
    styled = [found("author", name, "html.byline") for name in ("Ana Roe", "Ben Okoro")]
    assert fields(*styled)["authors"] == ["Ana Roe", "Ben Okoro"]
    assert fields(*styled, found("author", "By Ana Roe", "html.byline-text"))["authors"] == ["Ana Roe"]


@pytest.mark.parametrize(
    ("signature", "agency"),
    [
        ("mae/dpa/AFP", "dpa/Agence France-Presse"),
        ("picture alliance/dpa", "dpa"),
        ("NNA", "NNA"),
        ("Harbour News Agency", "Harbour News Agency"),
        ("Getty Images", None),
        ("Page Facebook de la Ville", None),
        ("KXYZ", None),
        ("Berlin", None),
        ("Lantern", None),
    ],
)
def test_a_signature_in_the_text_is_an_agency_only_if_it_names_one(signature: str, agency: str | None) -> None:
    site = found("publisher", "Lantern", "meta.og:site_name")
    resolved = decide(site, found("agency", signature, "text.agency.signature"))
    assert resolved.fields.get("agency") == agency
    assert agency or signature in [claim.raw for claim in resolved.unfollowed if claim.field == "agency"]


def test_captions_keep_their_credits() -> None:
    values = fields(
        found("caption", "Ferries", "text.caption"), found("credit", "Ana Roe", "text.credit"),
        found("caption", "Ferries", "text.caption"), found("credit", "Ana Roe", "text.credit"),
        found("credit", "Agency", "text.credit"),
    )  # fmt: skip
    assert values["captions"] == [{"text": "Ferries", "credit": "Ana Roe"}, {"text": None, "credit": "Agency"}]


def test_every_value_has_its_source() -> None:
    claims = [
        found("title", "Ferries stay moored", "meta.og:title"), found("author", "Ana Roe", "meta.author"),
        found("published", "2026-02-28", "meta.date"), found("section", "Port", "meta.section"),
        found("tag", "ferries", "meta.keywords"), found("tag", "harbour", "meta.keywords"),
        found("license", "https://creativecommons.org/licenses/by/4.0/", "link.license"),
        found("robots", "noarchive", "meta.robots"), found("robots", "tdm-reservation: 1", "meta.tdm-reservation"),
    ]  # fmt: skip
    resolved = decide(*claims)
    assert resolved.fields["tags"] == ["ferries", "harbour"]
    assert resolved.fields["robots"] == "noarchive; tdm-reservation: 1"
    stated = {source.field for source in resolved.sources}
    assert {"title", "authors", "published_at", "section", "tags", "license", "robots", "language"} <= stated


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("The Harbour Lantern", {"publisher": "The Harbour Lantern"}),
        ("WIRED.com", {"publisher": "WIRED"}),
        ("Ana Roe, Highland Monitor", {"authors": ["Ana Roe"], "syndicated_from": "Highland Monitor"}),
        ("Ana Roe, WIRED.com", {"authors": ["Ana Roe"], "syndicated_from": "WIRED"}),
        ("https://lantern.example.com/a", {"url": "https://lantern.example.com/a"}),
    ],
)
def test_a_source_is_an_outlet_an_address_or_a_person(source: str, expected: dict[str, object]) -> None:
    values = fields(found("source", source, "record.source"), format=Format.RECORD)
    assert {key: values.get(key) for key in expected} == expected
    assert {"publisher", "authors"} & values.keys() == {"publisher", "authors"} & expected.keys()


def test_two_kinds_of_source_outvote_one_that_stands_alone() -> None:
    card = found("published", "2026-03-13T16:44:22+00:00", "microdata.datePublished")
    head = found("published", "March 27, 2025", "meta.date")
    path = found("url", "https://lantern.example/2025/03/27/ferries", "meta.og:url")
    resolved = decide(card, head, path)
    assert resolved.fields["published_local"] == "2025-03-27"
    assert card._replace(field="published_at") in resolved.unfollowed


def test_the_printed_edition_of_the_day_after_does_not_outvote_the_clock() -> None:
    values = fields(
        found("published", "2026-05-17T19:30:02+02:00", "json-ld.datePublished"),
        found("published", "2026-05-18", "meta.date"),
        found("published", "18 May 2026", "html.visible-date"),
    )
    assert values["published_local"] == "2026-05-17T19:30:02+02:00"


def test_front_matter_is_not_outvoted() -> None:
    values = fields(
        found("published", "2026-02-01", "front-matter.date"),
        found("published", "2026-02-28", "meta.date"),
        found("published", "28 February 2026", "html.visible-date"),
    )
    assert values["published_local"] == "2026-02-01"


def test_the_clock_that_a_page_shows_gives_the_offset_of_its_utc() -> None:
    values = fields(
        found("published", "2026-11-09T01:49:09Z", "json-ld.datePublished"),
        found("published", "November 8, 2026 at 5:49 p.m.", "html.visible-date"),
    )
    assert values["published_local"] == "2026-11-08T17:49:09-08:00"
    assert values["published_at"] == datetime(2026, 11, 9, 1, 49, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("shown", "local"),
    [("", "2026-11-02T00:01:00+01:00"), ("1 novembre 2026", "2026-11-01T23:01:00+00:00")],
)
def test_utc_becomes_the_time_of_the_outlet_unless_the_page_shows_another_day(shown: str, local: str) -> None:
    values = fields(
        found("published", "2026-11-01T23:01:00Z", "json-ld.datePublished"),
        found("published", shown, "html.visible-date"),
        found("url", "https://faro.example.it/porto", "meta.og:url"),
    )
    assert values["published_local"] == local


def test_a_slashed_day_of_a_server_gives_way_to_what_the_page_writes_out() -> None:
    values = fields(
        found("published", "11/01/2026 12:43:42", "meta.date"),
        found("published", "01.11.2026", "html.visible-date"),
        found("url", "https://bote.example.ch/wasser", "meta.og:url"),
    )
    assert str(values["published_local"]).startswith("2026-11-01")


def test_a_language_of_one_country_gives_the_zone() -> None:
    text = "月曜日の朝、港は静かで、フェリーは正午まで岸壁にとどまっていた。" * 3
    values = fields(found("published", "2026年2月28日", "html.visible-date"), text=text)
    assert values["published_at"] == datetime(2026, 2, 27, 15, tzinfo=UTC)
    assert values["published_zone"] == "publisher"


def test_an_author_is_no_contributor() -> None:
    values = fields(
        found("author", "By Ana Roe", "text.byline"),
        found("contributor", "(Reporting by Ana Roe; Editing by Ben Okoro)", "text.agency-tail"),
    )
    assert (values["authors"], values["contributors"]) == (["Ana Roe"], ["Ben Okoro"])
    alone = fields(
        found("author", "By Ana Roe", "text.byline"), found("contributor", "(Reporting by Ana Roe)", "text.agency-tail")
    )
    assert "contributors" not in alone


def test_an_agency_signs_before_the_outlet_itself() -> None:
    values = fields(
        found("publisher", "Harbour Lantern", "meta.og:site_name"),
        found("author", "Harbour Lantern", "json-ld.author"),
        found("author", "Reuters", "meta.articleauthor"),
    )
    assert values["authors"] == ["Reuters"]


def test_the_shown_headline_and_the_articles_data_outvote_what_is_written_for_sharing() -> None:
    news = Found("type", "NewsArticle", "", "json-ld.@type")
    shared = found("title", "You will not believe what the ferries did", "meta.og:title")
    data = found("title", "Ferries stay moored for a ninth day", "json-ld.headline")
    shown = found("title", "Ferries stay moored for a ninth day", "html.h1")
    searched = found("title", "Ferries: all news and times | Harbour Lantern", "html.title")
    assert fields(news, shared, data, shown, searched)["title"] == "Ferries stay moored for a ninth day"
    assert fields(news, shared, data, searched)["title"] == "You will not believe what the ferries did"
    shorter = found("title", "Ferries stay moored", "meta.og:title")
    assert fields(news, shorter, data, shown, searched)["title"] == "Ferries stay moored"
    everywhere = found("title", "Ferries stay moored", "html.title")
    assert fields(news, shorter, data, shown, everywhere)["title"] == "Ferries stay moored for a ninth day"


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Ferries stay moored and", 'Ferries stay moored and "nobody sails"'),
        ("Ferries stay moored and…", "Ferries stay moored and nobody sails"),
    ],
)
def test_a_title_that_was_cut_off_gives_way_to_the_whole(title: str, shown: str) -> None:
    assert fields(found("title", title, "meta.og:title"), found("title", shown, "html.h1"))["title"] == shown


def test_all_linked_authors_where_the_data_has_one_of_them() -> None:
    one = found("author", "Ana Roe", "json-ld.author")
    linked = [found("author", name, "html.rel-author") for name in ("Ben Okoro", "Ana Roe")]
    assert fields(one, *linked)["authors"] == ["Ben Okoro", "Ana Roe"]
    assert fields(one, linked[0])["authors"] == ["Ana Roe"]


def test_a_bare_day_has_the_offset_of_a_known_zone_only() -> None:
    day = found("published", "2026-02-28", "meta.date")
    japanese = fields(day, found("url", "https://lantern.example.jp/a", "meta.og:url"))
    assert japanese["published_local"] == "2026-02-28T00:00+09:00"
    assert japanese["published_at"] == datetime.fromisoformat(str(japanese["published_local"]))
    assert japanese["published_precision"] == "day"
    assert fields(day)["published_local"] == "2026-02-28"


def test_a_tag_that_was_filled_anew_gives_way_to_the_earlier_day_shown() -> None:
    tag = found("published", "2026-02-20T09:49:32+0000", "meta.article:published_time")
    change = found("modified", "2026-02-20T09:49:32+0000", "meta.article:modified_time")
    shown = found("published", "February 19, 2026 12:25 PM", "html.visible-date")
    assert fields(tag, change, shown)["published_local"] == "2026-02-19T12:25+00:00"
    assert fields(tag, shown)["published_local"] == "2026-02-20T09:49:32+00:00"


@pytest.mark.parametrize(
    ("raw", "local", "precision"),
    [
        ("2 hours ago", "2026-02-28T19:00+09:00", "hour"),
        ("il y a 35 minutes", "2026-02-28T21:15+09:00", "minute"),
        ("3日前", "2026-02-25T00:00+09:00", "day"),
        ("2 weeks ago", None, None),
    ],
)
def test_a_relative_time_counts_back_from_the_fetch_and_from_nothing_else(
    raw: str, local: str | None, precision: str | None
) -> None:
    ago = found("published", raw, "html.relative")
    address = found("url", "https://lantern.example.jp/a", "meta.og:url")
    fetched = Found("fetched_at", "2026-02-28T12:50:00+00:00", "2026-02-28T12:50:00Z", "warc.WARC-Date")
    values = fields(ago, address, fetched)
    assert (values.get("published_local"), values.get("published_precision")) == (local, precision)
    assert values.get("published_zone") == ("fetched" if local else None)
    alone = decide(ago, address)
    assert "published_at" not in alone.fields
    assert alone.warnings == (f"no published date could be read from {raw!r}",)


@pytest.mark.parametrize(
    ("raw", "origin", "local"),
    [
        ("2026-02-28 12:50:00", "record.date_download", "2026-02-28T19:00+09:00"),
        ("2026-02-28T21:50:00+09:00", "front-matter.scraped_at", "2026-02-28T19:00+09:00"),
        ("1772283000", "record.crawl_timestamp", "2026-02-28T19:00+09:00"),
        ("2026-02-28", "record.crawl_date", None),
        ("Sat, 28 Feb 2026 12:50:00 GMT", "eml.Date", None),
        ("2027-02-28 12:50:00", "record.date_download", None),
    ],
)
def test_a_relative_time_counts_back_from_what_a_record_says_of_its_fetch(
    raw: str, origin: str, local: str | None
) -> None:
    address = found("url", "https://lantern.example.jp/a", "record.url")
    resolved = decide(address, found("published", "2 hours ago", "html.relative"), found("fetched_at", raw, origin))
    assert resolved.fields.get("published_local") == local
    assert resolved.fields.get("fetched_at") == (datetime(2026, 2, 28, 12, 50, tzinfo=UTC) if local else None)
    assert raw in [claim.raw for claim in (*resolved.sources, *resolved.unfollowed) if claim.field == "fetched_at"]
    assert any("no zone" in warning for warning in resolved.warnings) == (raw == "2026-02-28 12:50:00")


def test_a_zone_out_of_season_is_warned_of() -> None:
    resolved = decide(found("published", "July 4, 2026 7:05 PM EST", "text.pubdate.published"))
    assert resolved.fields["published_local"] == "2026-07-04T19:05-04:00"
    assert resolved.fields["published_zone"] == "written-season"
    assert "zone out of season" in resolved.warnings[0]
