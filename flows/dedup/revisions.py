"""What makes a text a revision of another, and which of the two is the newer.

A newsroom changes a story after it is out: more paragraphs, another figure, a correction.  The same address is strong
evidence for that and never enough: live pages, section fronts and addresses that are used again hold other stories
later on.  So the texts must still overlap, and figures and lengths must not speak against it.
"""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

from flows.dedup.verdict import SHORTEST, Kin, decide
from flows.dedup.verify import Reading, Scores

KEPT = 0.5
"""A text that has lost more than half of what the older one had (a page behind a paywall, a stub, a teaser) is a
shortened copy: it must not stand in the place of the fuller one."""
OUTLET_SPAN = timedelta(days=2)
_SHORT = 200
"""Shingles; in a shorter text the form is much of it."""
_NEVER = datetime.min.replace(tzinfo=UTC)


class Version(Protocol):
    """What is known of where and when a text stood; the names are those of the corpus columns."""

    @property
    def published_at(self) -> datetime | None: ...
    @property
    def modified_at(self) -> datetime | None: ...
    @property
    def ingested_at(self) -> datetime | None: ...
    @property
    def raw_path(self) -> str: ...
    @property
    def raw_locator(self) -> str | None: ...
    @property
    def canonical_url(self) -> str | None: ...
    @property
    def site(self) -> str | None: ...
    @property
    def publisher(self) -> str | None: ...


def moment(version: Version) -> datetime:
    """When the text was last changed or, where that is not known, published; before all others where neither is."""
    return version.modified_at or version.published_at or _NEVER


def newness(version: Version) -> tuple[datetime, datetime, str, int, str]:
    """Sorts versions from the oldest to the newest.

    Dates decide; between equal ones and where there are none, the run that brought the text, then the raw file's path
    and its place in the file, which is the order in which fetches are kept.
    """
    locator = version.raw_locator or ""
    line = int(locator) if locator.isdecimal() else 0
    return moment(version), version.ingested_at or _NEVER, version.raw_path, line, locator


def same_page(one: Version, other: Version) -> bool:
    """Whether both are known to have stood at one address."""
    return one.canonical_url is not None and one.canonical_url == other.canonical_url


def same_outlet(one: Version, other: Version) -> bool:
    """Whether both are known to come from one outlet, by its name or its site (of two names both must agree), and to
    have been published within two days."""
    if not one.published_at or not other.published_at or abs(one.published_at - other.published_at) > OUTLET_SPAN:
        return False
    return _one_outlet(one, other)


def _one_outlet(one: Version, other: Version) -> bool:
    if one.publisher and other.publisher and one.publisher != other.publisher:
        return False
    if one.site and other.site:
        return one.site == other.site
    return one.publisher is not None and one.publisher == other.publisher


def kin(one: Version, other: Version) -> Kin:
    """What two texts are known to have in common.

    An address under which something was published on another day may be that of a page which changes daily: then it
    says no more than the outlet does.
    """
    if same_page(one, other) and not (
        one.published_at and other.published_at and abs(one.published_at - other.published_at) >= timedelta(days=1)
    ):
        return "page"
    if not _one_outlet(one, other):
        return "strangers"
    return "outlet" if same_page(one, other) or not (one.canonical_url and other.canonical_url) else "pages"


def revises(one: Version, one_text: Reading, other: Version, other_text: Reading, scores: Scores) -> str | None:
    """The rule by which one text is a revision of the other, whichever is the newer, or None.

    - `same-url`: one address, and the texts are copies of each other by the rules for any two texts.
    - `same-url-same-day`: one address and day of publication; half of the shorter text has stayed, with the headline or
      the opening, and half of its figures, which an update within a day may correct (a toll, a magnitude).
    - `same-url-same-title`: as before without days to go by, under one headline; more must have stayed.
    - `same-outlet`: one outlet, published within two days, under like headlines; near copies by the rules for any two.
    """
    older, newer = (one_text, other_text) if newness(one) < newness(other) else (other_text, one_text)
    if scores.shingles < SHORTEST or len(newer.distinct) < KEPT * len(older.distinct):
        return None
    if _is_front_page(one) or _is_front_page(other):
        return None
    verdict = decide(scores, kin(one, other))
    if same_page(one, other):
        return "same-url" if verdict else _rule_for_one_page(scores, _changed_at_once(one, other))
    near = verdict is not None and scores.title >= 0.5
    return "same-outlet" if near and same_outlet(one, other) else None


def _is_front_page(version: Version) -> bool:
    parts = urlsplit(version.canonical_url or "/story")
    return parts.path in ("", "/") and not parts.query


def _changed_at_once(one: Version, other: Version) -> bool:
    """Whether a page still says that it was published when it was, and has changed within a day."""
    same = one.published_at is not None and one.published_at == other.published_at
    return same and abs(moment(one) - moment(other)) <= timedelta(days=1)


def _rule_for_one_page(scores: Scores, at_once: bool) -> str | None:
    if scores.days is None:
        figures = 0.9 if scores.shingles < _SHORT else 0.5
        stayed = scores.containment >= 0.6 and scores.title >= 0.5 and scores.figures >= figures
        return "same-url-same-title" if stayed else None
    stayed = scores.days <= 1 and scores.containment >= 0.5 and (at_once or scores.figures >= 0.5)
    return "same-url-same-day" if stayed and (scores.lead >= 0.3 or scores.title >= 0.5) else None


def named(scores: Scores) -> tuple[tuple[str, float], ...]:
    """The scores that could be measured, by name."""
    return tuple((name, value) for name, value in dataclasses.asdict(scores).items() if value is not None)
