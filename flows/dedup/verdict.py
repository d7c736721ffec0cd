"""The verdict on two compared texts: whether one repeats the other, by which rule.

Market, weather and result stories share their sentences and differ in their figures; columns share head and foot,
notices all but a name.  So what must agree depends on how long the texts are, how far apart in time, and whether one
outlet has brought both.
"""

from __future__ import annotations

import math
from typing import Literal

from flows.dedup.verify import LEAST_CONTAINED, Scores

SHORT = 60
"""A text of fewer shingles is short: rules for long texts do not hold for it."""
FORM = 30
"""A text of fewer shingles may be nothing but form: the headline alone says what it is about."""
SHORTEST = 8
"""A text of fewer shingles repeats another only if it is the same text."""
TELLING = 100
"""A text of fewer shingles that an outlet put under unlike headlines is a notice rather than a story told twice."""
BRIEF = 200
"""Of texts of fewer shingles, two of one outlet on two days, with words of their own, are two stories of one form."""
MIDDLING = 300
"""In a text of fewer shingles, a twentieth of the words may be all that is not form."""
LONG = 500
"""In a text of more shingles, two editors may well have put different words of it in their headlines."""

Kin = Literal["strangers", "page", "outlet", "pages"]
"""What two texts are known to have in common: nothing; an address, on one day; an outlet, which may have told one story
twice or another story in the same form; an outlet, and that it put them at two addresses."""


def decide(scores: Scores, kin: Kin = "strangers") -> tuple[str, str] | None:
    """The relation (`near`, or `contained` of the shorter) and the rule by which one text repeats the other, or None.

    The limits were set on 179 labelled pairs of real news and on made-up edits of 10,000 articles.  Where a date is
    not known, no rule that needs texts to be close in time applies.
    """
    if scores.renamed >= 3 or (kin != "page" and _on_two_subjects(scores)):
        return None
    if kin in ("outlet", "pages") and _of_one_form(scores, kin):
        return None
    rule = _rule_for_short(scores) if scores.shingles < SHORT else _rule_for_long(scores)
    if rule is None:
        return None
    contained = scores.containment >= 0.9 and scores.length < 0.8
    return ("contained" if contained else "near"), rule


def _on_two_subjects(scores: Scores) -> bool:
    """Whether each headline names what only its own text tells of: reports in the same sentences on two firms, say.

    One word for another (a first name, a title before it) is an editor's in a longer text, or where all else agrees.
    """
    if scores.title >= 0.8 or scores.size >= LONG:
        return False
    return scores.exchanged >= 2 or (scores.exchanged == 1 and scores.size < BRIEF and scores.slots >= 0.03)


def _of_one_form(scores: Scores, kin: Kin) -> bool:
    """Whether two texts of one outlet are rather two pieces of one series, or a piece and the round-up that has it.

    An outlet puts the same head and foot around each day's column, and one notice under many headlines; what it tells
    twice it tells in the same words.
    """
    later = scores.days is None or scores.days >= 1
    if not later and scores.numbers == 1.0 and scores.numbers_shared >= 2:
        return False  # one day's agency report and its rewording
    if scores.own >= 0.25 or scores.containment < 0.5:
        return True
    by_itself = scores.own if later or scores.size < TELLING else scores.slots
    if scores.size < MIDDLING and by_itself >= 0.05:
        return True
    if kin != "pages":
        return False
    if scores.size < BRIEF and later and scores.own > 0:
        return True
    if scores.size < TELLING and scores.title < 0.5:
        return True
    return scores.title < 0.2 and scores.length < 0.8 and scores.opening < 0.3


def _rule_for_long(scores: Scores) -> str | None:
    days = math.inf if scores.days is None else scores.days
    if scores.figures < (0.9 if scores.size < 200 else 0.3):
        return None
    if scores.containment >= 0.7:
        # Far apart in time, texts under unlike titles of which only a part agrees share a site's standing text.
        by_chance = days > 31 and scores.title < 0.2 and scores.containment < 0.9
        if not by_chance and (scores.lead >= 0.5 or scores.cover_least >= 0.75):
            return "text"
        # Round-ups and live pages repeat most of the day before under another opening and another headline.
        same_start = scores.lead >= 0.05 or scores.title >= 0.3
        if days <= 7 and same_start and (scores.lead >= 0.4 or scores.cover_least >= 0.6):
            return "text-same-week"
    same_story = scores.containment >= LEAST_CONTAINED and scores.title >= 0.3 and days <= 7
    if same_story and (scores.lead >= 0.3 or scores.cover_most >= 0.65):
        return "story-same-week"
    same_story = scores.containment >= 0.5 and scores.title >= 0.5 and scores.figures >= 0.9
    if same_story and (scores.lead >= 0.5 or scores.cover_most >= 0.75):
        return "story"
    return None


def _rule_for_short(scores: Scores) -> str | None:
    """A few lines are mostly form: all figures must agree, and the days be close."""
    if scores.shingles < SHORTEST or scores.figures < 1.0 or scores.days is None:
        return None
    same_subject = scores.title >= 0.4 or scores.subject >= 0.5
    if scores.shingles < FORM and not same_subject:
        return None
    if scores.resemblance >= 0.8 and scores.numbers >= 0.8 and scores.days <= 7:
        return "short-text"
    if not same_subject or scores.numbers_least < 1.0 or scores.days > 2:
        return None
    if scores.containment >= 0.9 and scores.shingles >= 15:
        return "short-contained"
    if scores.vocabulary >= 0.65 and scores.numbers == 1.0 and scores.numbers_shared >= 2:
        return "short-reworded"
    return None
