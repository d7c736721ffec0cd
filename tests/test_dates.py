"""Dates: what a located string says, and what it does not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import dates
from flows.dates import shapes, words
from flows.model import Moment

NOW = datetime(2026, 11, 21, tzinfo=UTC)
GRACE = timedelta(days=1)


def read(
    raw: str, languages: tuple[str, ...] = (), order: str | None = None, zone: str | None = None, now: datetime = NOW
) -> Moment | None:
    home = ZoneInfo(zone) if zone else None
    return dates.read(raw, languages=languages, order=order, zone=home, now=now, grace=GRACE)


def test_a_label_is_no_part_of_the_date_and_the_publisher_gives_the_zone() -> None:
    moment = read("Published: Feb 28, 2026 07:44 PM", zone="Asia/Shanghai")
    assert moment == Moment(
        local="2026-02-28T19:44+08:00",
        instant=datetime(2026, 2, 28, 11, 44, tzinfo=UTC),
        precision="minute",
        zone="publisher",
    )


@pytest.mark.parametrize(
    ("raw", "instant"),
    [
        ("Updated February 27, 2026 at 7:03 PM MST", "2026-02-28T02:03:00+00:00"),
        ("May 4, 2026, 10:05 a.m. ET", "2026-05-04T14:05:00+00:00"),
        ("Jan. 4, 2026, 10:05 a.m. ET", "2026-01-04T15:05:00+00:00"),
        ("10:05 BST, Monday 4 May 2026", "2026-05-04T09:05:00+00:00"),
        ("28 февраля 2026, 19:44 мск", "2026-02-28T16:44:00+00:00"),
        ("2026-02-28T20:00:26.000Z", "2026-02-28T20:00:26+00:00"),
        ("2026-02-28 20:00:26+0100", "2026-02-28T19:00:26+00:00"),
        ("Sat, 28 Feb 2026 19:44:00 +0100", "2026-02-28T18:44:00+00:00"),
        ("Sat Feb 28 19:44:00 CET 2026", "2026-02-28T18:44:00+00:00"),
        ("1772300000", "2026-02-28T17:33:20+00:00"),
        ("1772300000000", "2026-02-28T17:33:20+00:00"),
        ("20260228T194400Z", "2026-02-28T19:44:00+00:00"),
    ],
)
def test_a_written_zone_is_followed_through_daylight_time(raw: str, instant: str) -> None:
    moment = read(raw)
    assert moment is not None
    assert moment.instant is not None
    assert (moment.instant.isoformat(), moment.zone) == (instant, "written")


@pytest.mark.parametrize(
    ("raw", "zone", "languages", "offset"),
    [
        ("3 May 2026 10:00 IST", "Asia/Kolkata", (), "+05:30"),
        ("3 May 2026 10:00 IST", "Europe/Dublin", (), "+01:00"),
        ("3 January 2026 10:00 IST", "Asia/Jerusalem", (), "+02:00"),
        ("3 May 2026 10:00 IST", None, (), "+05:30"),
        ("3 May 2026 10:00 CST", "Asia/Shanghai", (), "+08:00"),
        ("3 May 2026 10:00 CST", None, ("zh",), "+08:00"),
        ("3 January 2026 10:00 CST", "America/Chicago", (), "-06:00"),
        ("3 May 2026 10:00 MST", "America/New_York", (), "-07:00"),
        ("3 May 2026 10:00 JST", None, (), "+09:00"),
        ("3 May 2026 10:00 BST", "Asia/Dhaka", (), "+06:00"),
        ("3 May 2026 10:00 EST", "Australia/Sydney", (), "+10:00"),
        ("3 May 2026 10:00 ET", "Asia/Kolkata", (), "-04:00"),
    ],
)
def test_an_abbreviation_is_read_as_the_publisher_means_it(
    raw: str, zone: str | None, languages: tuple[str, ...], offset: str
) -> None:
    moment = read(raw, languages, zone=zone)
    assert moment is not None
    assert moment.local.endswith(offset)


@pytest.mark.parametrize(
    ("raw", "zone", "offset", "origin"),
    [
        ("July 4, 2026 7:05 PM EST", None, "-04:00", "written-season"),
        ("July 4, 2026 7:05 PM EST", "America/New_York", "-04:00", "written-season"),
        ("July 4, 2026 7:05 PM CST", "America/Chicago", "-05:00", "written-season"),
        ("January 4, 2026 7:05 PM PDT", None, "-08:00", "written-season"),
        ("July 4, 2026 7:05 PM IST", "Asia/Jerusalem", "+03:00", "written-season"),
        ("4. Juli 2026, 19:05 CET", "Europe/Berlin", "+02:00", "written-season"),
        ("July 4, 2026 7:05 PM EDT", None, "-04:00", "written"),
        ("January 4, 2026 7:05 PM EST", None, "-05:00", "written"),
        ("July 4, 2026 7:05 PM EST", "America/Jamaica", "-05:00", "written"),
        ("July 4, 2026 7:05 PM MST", None, "-07:00", "written"),
        ("July 4, 2026 7:05 PM MST", "America/Denver", "-06:00", "written-season"),
        ("July 4, 2026 7:05 PM CST", "Asia/Shanghai", "+08:00", "written"),
        ("4 July 2026 19:05 GMT", "Europe/London", "+00:00", "written"),
        ("Sat, 04 Jul 2026 19:05:00 EST", None, "-05:00", "written"),
        ("4 July 2026 7:05 PM -0500", "America/New_York", "-05:00", "written"),
    ],
)
def test_an_abbreviation_out_of_season_means_the_time_on_the_clock_and_says_so(
    raw: str, zone: str | None, offset: str, origin: str
) -> None:
    moment = read(raw, zone=zone)
    assert moment is not None
    assert (moment.local[-6:], moment.zone) == (offset, origin)


@pytest.mark.parametrize(
    ("raw", "languages"),
    [
        ("28. Februar 2026 um 19.44 Uhr", ("de",)),
        ("Samedi 28 février 2026 à 19h44", ("fr",)),
        ("28 de febrero de 2026 a las 19:44", ("es",)),
        ("28 febbraio 2026 alle 19:44", ("it",)),
        ("Sábado, 28 de fevereiro de 2026, 19h44", ("pt",)),
        ("lördag 28 februari 2026 kl. 19:44", ("sv",)),
        ("28 lutego 2026, 19:44", ("pl",)),
        ("28. února 2026 19:44", ("cs",)),
        ("2026. február 28. 19:44", ("hu",)),
        ("28 Şubat 2026 - 19:44", ("tr",)),
        ("28 Φεβρουαρίου 2026, 19:44", ("el",)),
        ("2026 m. vasario 28 d. 19:44", ("lt",)),
        ("28 Februari 2026, 19:44 ", ("id",)),
        ("2026年2月28日 19:44", ("zh",)),
        ("2026年2月28日下午7时44分", ("zh",)),
        ("令和8年2月28日 午後7時44分", ("ja",)),
        ("2026/02/28(土) 19:44", ("ja",)),
        ("2026년 2월 28일 오후 7:44", ("ko",)),
        ("2026. 2. 28. 19:44", ("ko",)),
        ("٢٨ فبراير ٢٠٢٦ - ١٩:٤٤", ("ar",)),
        ("28 فبراير/شباط 2026، 19:44", ("ar",)),
        ("28 फरवरी 2026, 07:44 PM", ("hi",)),
        ("28 февраля 2026, 19:44", ("ru",)),
        ("19:44, 28 лютого 2026", ("uk",)),
        ("۹ اسفند ۱۴۰۴، ۱۹:۴۴", ("fa",)),
        ("28 กุมภาพันธ์ 2569 19:44 น.", ("th",)),
    ],
)
def test_dates_of_many_languages(raw: str, languages: tuple[str, ...]) -> None:
    for known in (languages, ()):
        moment = read(raw, known)
        assert moment is not None, known
        assert (moment.local[:16], moment.precision) == ("2026-02-28T19:44", "minute")


@pytest.mark.parametrize("raw", ["28 Feb 2026", "28.02.2026", "20260228", "2026/2/28", "Feb. 28th, 2026", "28.02.26"])
def test_a_bare_day_begins_at_midnight_where_the_publisher_is(raw: str) -> None:
    moment = read(raw, zone="Asia/Tokyo")
    assert moment == Moment("2026-02-28", datetime(2026, 2, 27, 15, tzinfo=UTC), "day", "publisher")


@pytest.mark.parametrize(
    ("languages", "order", "local", "ambiguous"),
    [
        (("en",), "DMY", "2026-03-02", False),
        (("en",), "MDY", "2026-02-03", False),
        (("fr",), None, "2026-03-02", False),
        (("en",), None, "2026-02-03", True),
        ((), None, "2026-02-03", True),
    ],
)
def test_day_and_month_by_locale(languages: tuple[str, ...], order: str | None, local: str, ambiguous: bool) -> None:
    moment = read("02/03/2026", languages, order)
    assert moment is not None
    assert (moment.local, moment.ambiguous) == (local, ambiguous)


@pytest.mark.parametrize(
    ("raw", "local"),
    [
        ("06/01/2026 - 13:55 GMT+1", "2026-01-06"),
        ("06/01/2026 13:55 CET", "2026-01-06"),
        ("06/01/2026 13:55 BST", "2026-01-06"),
        ("06/01/2026 13:55 EST", "2026-06-01"),
        ("06/01/2026 13:55", "2026-06-01"),
    ],
)
def test_a_clock_east_of_greenwich_says_that_the_day_comes_first(raw: str, local: str) -> None:
    moment = read(raw, languages=("en",))
    assert moment is not None
    assert (moment.local[:10], moment.ambiguous) == (local, True)


def test_a_day_above_twelve_settles_the_order() -> None:
    moment = read("13/03/2026", ("en",), "MDY")
    assert moment is not None
    assert (moment.local, moment.ambiguous) == ("2026-03-13", False)


@pytest.mark.parametrize(
    "raw",
    [
        "", "2 hours ago", "vor 3 Stunden", "yesterday", "MST", "Friday, February 27th", "3 May", "May 2026", "2026",
        "31 February 2026", "2026-13-40", "30/02/2026", "1 January 1500", "2027-01-01", "23 November 2026", "7:03 PM",
        "a" * 5000, "1" * 400,
    ],
)  # fmt: skip
def test_what_states_no_believable_day_is_none(raw: str) -> None:
    assert read(raw, ("en",)) is None


def test_dateparser_reads_what_the_shapes_do_not() -> None:
    moment = read("28 Chwefror 2026", ("cy",))
    assert moment is not None
    assert moment.local == "2026-02-28"


@given(st.dates(date(1600, 1, 1), date(2026, 11, 20)), st.sampled_from(["DMY", "MDY"]))
def test_a_day_is_read_back_from_the_shape_it_was_written_in(day: date, order: str) -> None:
    numeric = f"{day:%d/%m}/{day.year:04}" if order == "DMY" else f"{day:%m/%d}/{day.year:04}"
    written = [numeric, day.isoformat(), f"{day.day} {day:%B} {day.year:04}", f"{day:%b} {day.day}, {day.year:04}"]
    for raw in written:
        moment = read(raw, ("en",), order)
        assert moment is not None, raw
        assert (moment.local, moment.ambiguous) == (day.isoformat(), False)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_and_nothing_is_later_than_the_clock(raw: str) -> None:
    moment = read(raw)
    if moment is not None:
        assert moment.instant is not None
        assert moment.instant <= NOW + GRACE
    for span in dates.find(raw):
        assert raw[span.start : span.end] == span.raw


def test_every_month_has_a_name_in_every_language() -> None:
    for number, table in ((12, words.months()), (12, words.persian_months())):
        named: dict[str, set[int]] = {}
        for meanings in table.values():
            for language, month in meanings:
                named.setdefault(language, set()).add(month)
        assert all(months == set(range(1, number + 1)) for months in named.values())


def test_persian_new_year() -> None:
    for written, expected in (("1403/01/01", date(2024, 3, 20)), ("1404/01/01", date(2025, 3, 21))):
        assert [shape.day for shape in shapes.scan(written)] == [expected]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "Published: 3 May 2026 | Updated: 4 May 2026 10:05 BST",
            [("published", "3 May 2026"), ("modified", "4 May 2026 10:05 BST")],
        ),
        ("Updated February 27, 2026 at 7:03 PM MST", [("modified", "February 27, 2026 at 7:03 PM MST")]),
        ("3 May 2026, updated 4 May 2026", [("published", "3 May 2026"), ("modified", "4 May 2026")]),
        ("Stand: 28.02.2026 19:44 Uhr", [("modified", "28.02.2026 19:44 Uhr")]),
        (
            "Publié le 28 février 2026 à 19h44, mis à jour le 1 mars 2026 à 8h00",
            [("published", "28 février 2026 à 19h44"), ("modified", "1 mars 2026 à 8h00")],
        ),
        ("发布时间：2026-02-28 19:44", [("published", "2026-02-28 19:44")]),
        (
            "입력 2026.02.28 19:44 수정 2026.02.28 20:00",
            [("published", "2026.02.28 19:44"), ("modified", "2026.02.28 20:00")],
        ),
        (
            "Published: 3 May 2026 10:00 GMT | Updated: 4 May 2026",
            [("published", "3 May 2026 10:00 GMT"), ("modified", "4 May 2026")],
        ),
        ("Friday, 27 February 2026, 10:05", [("bare", "27 February 2026, 10:05")]),
        ("Published in 1962, the novel sold two million copies.", []),
        ("Updated figures are due on Friday.", []),
        ("On Friday, February 27th, 2026, the council met.", []),
        ("Event date: 3 May 2026", []),
        ("Ana Roe was born on 3 May 1962 in a small town.", []),
    ],
)  # fmt: skip
def test_lines_tell_publication_from_change_and_events(line: str, expected: list[tuple[str, str]]) -> None:
    assert [(span.role, span.raw) for span in dates.find(line)] == expected
