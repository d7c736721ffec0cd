"""The elements of HTML by what they mean for the block parse (`flows.formats.html`)."""

from __future__ import annotations

import re

RAW = frozenset(
    "script style textarea title noscript template svg math iframe noembed noframes xmp plaintext datalist".split()
)
"""Elements whose content is not read as text of the page."""
RAW_END = {name: re.compile(rf"</{name}(?=[\s/>])[^>]*+>?", re.IGNORECASE) for name in RAW}
SEPARATORS = frozenset("p br hr body html head frameset center summary caption legend optgroup option".split())
CONTAINERS = frozenset(
    "address article aside blockquote button dd details dialog dir div dl dt fieldset figcaption figure footer form"
    " h1 h2 h3 h4 h5 h6 header hgroup label li main menu nav ol pre search section select table tbody td tfoot th thead"
    " tr ul video audio canvas object".split()
)
ANONYMOUS = frozenset("div dl dd dt dir menu ol ul tbody thead tfoot hgroup section".split())
"""Containers whose name says nothing of what they hold."""
INLINE_HINTS = frozenset("a b strong i em time cite small code".split())
CLOSED_BY = {
    "li": frozenset({"li"}),
    "dt": frozenset({"dt", "dd"}),
    "dd": frozenset({"dt", "dd"}),
    "td": frozenset({"td", "th"}),
    "th": frozenset({"td", "th"}),
    "tr": frozenset({"td", "th", "tr"}),
    "tbody": frozenset({"td", "th", "tr", "tbody", "thead", "tfoot"}),
    "tfoot": frozenset({"td", "th", "tr", "tbody", "thead", "tfoot"}),
}
"""A start tag → the open elements it closes, if they stand at the top of the stack."""
SCOPES = frozenset({"table", "td", "th"})
"""An end tag of an element that is not one of `TABLE` does not reach out of these."""
TABLE = SCOPES | {"tr", "tbody", "thead", "tfoot"}
ROLES = {
    "navigation": "nav",
    "complementary": "aside",
    "banner": "header",
    "contentinfo": "footer",
    "search": "form",
    "dialog": "dialog",
    "alertdialog": "dialog",
    "button": "button",
    "main": "main",
}
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
SUBHEADINGS = HEADINGS - {"h1"}
TOLD = frozenset({"br"}) | RAW | SEPARATORS | CONTAINERS | INLINE_HINTS
"""Elements that the parse takes notice of, with those that have a hyphen in their name."""
