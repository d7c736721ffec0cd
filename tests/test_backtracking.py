"""No regular expression of the package tries again and again; `python -m tests.torture` looks at how they grow."""

from __future__ import annotations

import re

from flows.limits import TooSlow, cpu_limit
from tests import backtracking
from tests.backtracking import Found, attacks, gathered

ENOUGH = 20.0
"""CPU seconds for lines of a few dozen characters: what does not end by then takes powers of two of steps."""
LENGTH = 48


def never_ending(found: Found) -> bool:
    try:
        with cpu_limit(ENOUGH):
            for line in attacks(found.regex, LENGTH):
                for way in found.ways:
                    getattr(found.regex, way)(line)
    except TooSlow:
        return True
    return False


def test_no_regular_expression_takes_powers_of_the_length() -> None:
    """Decided by whether a line of 48 characters ever ends, not by how long it takes."""
    found = gathered()
    assert len({each.place for each in found}) > 50
    assert [str(each) for each in found if never_ending(each)] == []


def test_the_attacks_find_what_backtracks() -> None:
    lines = {
        pattern: list(attacks(re.compile(pattern), LENGTH)) for pattern in (r"x(a+)+$", r"(\w|\d)*;", r"a(?:b|b)*c")
    }
    for pattern, made in lines.items():
        assert any(len(set(line[2:40])) <= 2 for line in made), pattern
    backtracks = Found(re.compile(r"x(?:a+)+y"), "here", ("search",))
    assert backtracking.seconds(backtracks, max(attacks(backtracks.regex, LENGTH), key=len), limit=0.3) >= 0.3
