"""The attributes of an HTML tag, as they stand in the source: one by name, and what they say of the element's place."""

from __future__ import annotations

import functools
import re
from html import unescape

from flows.formats.html_elements import ROLES

ATTRIBUTE = re.compile(r"""([^\s=/]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'][^\s]*+)))?""")
_NAMED = r"""(?:[\s=/]++|(?!{name}(?:[\s=/]|\Z))[^\s=/]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'][^\s]*+))?+)*+
    {name}(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'][^\s]*+)))?"""
"""The first attribute of a name, as `ATTRIBUTE` would come to it."""
_INVISIBLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CAPTION = re.compile(
    r"(?:[\w-]*[-_])?(?:wp|image|img|photo|picture|figure|media)[-_]{0,2}captions?(?:[-_](?:text|content|container|wrap|wrapper))?"
)
"""Classes that say of an element what `figcaption` says: WordPress writes the first, others name what is captioned."""
_REMEMBERED = 300
"""Characters of attributes that are worth remembering."""


def attribute(attributes: str, name: str) -> str:
    """The value of the first attribute of this name, empty if there is none."""
    if name not in attributes and name.upper() not in attributes:
        return ""
    match = _named(name).match(attributes)
    return unescape(match[1] or match[2] or match[3] or "") if match else ""


@functools.cache
def _named(name: str) -> re.Pattern[str]:
    return re.compile(_NAMED.format(name=name), re.IGNORECASE | re.VERBOSE)


def hints_of(attributes: str) -> frozenset[str]:
    """What an element's attributes say of its place: `.` with each class, what its role or being hidden means, and
    `figcaption` where a class says that it holds a caption."""
    return (_short_hints if len(attributes) <= _REMEMBERED else _hints)(attributes)


def _hints(attributes: str) -> frozenset[str]:
    attributes = attributes.lower()
    hints = {f".{name}" for name in attribute(attributes, "class").split()[:8]}
    if (role := ROLES.get(attribute(attributes, "role"))) is not None:
        hints.add(role)
    if "caption" in attributes and any(_CAPTION.fullmatch(hint, 1) for hint in hints):
        hints.add("figcaption")
    if "hidden" in attributes or "none" in attributes:
        found = {match[1]: match[2] or match[3] or match[4] or "" for match in ATTRIBUTE.finditer(attributes)}
        if "hidden" in found or found.get("aria-hidden") == "true" or _INVISIBLE.search(found.get("style", "")):
            hints.add("hidden")
    return frozenset(hints)


_short_hints = functools.lru_cache(maxsize=10_000)(_hints)
"""The same, remembered: a site's pages are built of the same elements."""
