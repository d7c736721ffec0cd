"""Addresses: one canonical form for each page, and the site it belongs to.

Tracking parameters and normalisation are courlan's (https://github.com/adbar/courlan); what it leaves alone (fragments,
AMP and mobile forms) is folded here.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from courlan import clean_url, extract_domain

MAX_LENGTH = 2048
_MOBILE_HOST = re.compile(r"^(?:www\.)?(?:m|mobile|amp)\.(?=[^.]+\.[^.]+)")
_AMP_PATH = re.compile(r"(?:/amp(?:\.html)?/?$|^/amp(?=/)|\.amp(?=\.html?$|$))")
_AMP_QUERY = {"amp", "outputType"}


def is_url(text: str) -> bool:
    """True for an absolute web address."""
    if len(text) > MAX_LENGTH or any(character.isspace() for character in text):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme.lower() in ("http", "https") and "." in (parts.hostname or "")


def absolute(url: str, base: str | None) -> str | None:
    """`url`, resolved against the page's address `base` where it is relative; None if no web address comes of it."""
    url = url.strip()
    if url.startswith("//"):
        url = "https:" + url
    if not is_url(url) and base and url and len(url) <= MAX_LENGTH:
        try:
            url = urljoin(base, url)
        except ValueError:
            return None
    return url if is_url(url) else None


def canonical(url: str) -> str | None:
    """The address without tracking, fragment, and AMP or mobile form; None if it is no web address."""
    if not is_url(url):
        return None
    cleaned = clean_url(url)
    if not cleaned or not is_url(cleaned):
        return None
    parts = urlsplit(cleaned)
    host = _MOBILE_HOST.sub("", parts.netloc)
    path = _AMP_PATH.sub("", parts.path) or "/"
    query = urlencode([(key, value) for key, value in parse_qsl(parts.query) if key not in _AMP_QUERY])
    return urlunsplit((parts.scheme, host, path, query, ""))


@lru_cache(maxsize=4096)
def site(url: str) -> str | None:
    """The registered domain of an address: `news.example.co.uk` belongs to `example.co.uk`."""
    if not is_url(url):
        return None
    if domain := extract_domain(url):
        return str(domain).lower()
    labels = host(url).split(".")  # a top-level domain that the public suffix list lacks
    return ".".join(labels[-2:]) if labels[-1].isalpha() else None


def host(url: str) -> str:
    """The host name of an address, in lower case and without `www.`; empty if there is none."""
    try:
        name = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return name.lower().removeprefix("www.")
