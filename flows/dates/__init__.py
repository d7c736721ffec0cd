"""Dates: from a string that was located to a moment, with what is known of its precision and its time zone.

`read` reads one string; `find` tells published from modified dates in a line of text.  The only place that knows
dateparser, which reads what the shapes here do not, in the languages given.
"""

from flows.dates.locate import DateSpan, days, find, role_of_label, states_a_day, whole_dates
from flows.dates.reading import EARLIEST, read
from flows.dates.relative import find as find_ago
from flows.dates.relative import stands_alone

__all__ = [
    "EARLIEST",
    "DateSpan",
    "days",
    "find",
    "find_ago",
    "read",
    "role_of_label",
    "stands_alone",
    "states_a_day",
    "whole_dates",
]
