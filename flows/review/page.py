"""The HTML page: the template with its style, its scripts and its data in it.

Nothing of a raw file is ever markup here.  What is known of all documents is JSON in a data block, with every
character escaped that HTML could take for its own; each document is deflated and in base64.  The page's scripts make
text nodes of it, never markup, and its content security policy lets no script run but these, and nothing be loaded.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Sequence
from importlib import resources
from typing import Any

from flows import __version__

SCRIPTS = (
    "dom.js",
    "desk.js",
    "document.js",
    "evidence.js",
    "comparison.js",
    "cards.js",
    "charts.js",
    "fields.js",
    "drift.js",
    "main.js",
)
"""The page's own scripts, in the order in which they are joined."""
STYLES = ("base.css", "desk.css", "document.css", "charts.css")

_SLOT = re.compile(r"\{\{(\w+)\}\}")
_ESCAPED = {ord(char): f"\\u{ord(char):04x}" for char in "<>&'\u2028\u2029"}
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, and those that turn the direction of what follows: shown as U+FFFD."""


def page(data: dict[str, Any], documents: Sequence[dict[str, Any]]) -> str:
    """The page as one HTML text; `data` is what is known at once, `documents` what is shown of each when opened."""
    style, vendor, script = (
        _read(STYLES),
        _part("vendor/plot.js"),
        f'"use strict";\n(() => {{\n{_read(SCRIPTS)}}})();\n',
    )
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; "
        f"script-src {_hash(vendor)} {_hash(script)}; style-src {_hash(style)}; require-trusted-types-for 'script'"
    )
    return _filled(
        _part("template/page.html"),
        {
            "policy": policy,
            "version": __version__,
            "style": style,
            "vendor": vendor,
            "script": script,
            "data": _json(data).translate(_ESCAPED),
            "documents": "\n".join(
                f'<script type="text/plain" id="document-{number}">{_packed(document)}</script>'
                for number, document in enumerate(documents)
            ),
        },
    )


def _filled(template: str, values: dict[str, str]) -> str:
    """The template with its slots filled, in one pass: what is put in is not looked at again."""
    return _SLOT.sub(lambda slot: values[slot[1]], template)


def _read(names: Sequence[str]) -> str:
    return "".join(_part(f"template/{name}") for name in names)


def _part(name: str) -> str:
    return (resources.files("flows.review") / name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def _json(value: Any) -> str:
    return json.dumps(_visible(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _packed(value: Any) -> str:
    return base64.b64encode(zlib.compress(_json(value).encode(), 9)).decode()


def _visible(value: Any) -> Any:
    if isinstance(value, str):
        return _INVISIBLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {key: _visible(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_visible(each) for each in value]
    return value
