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
_AMP_CACHE = re.compile(
    r"^https?://(?:[\w-]+\.cdn\.ampproject\.org/[a-z]/|(?:www\.)?google\.[a-z.]{2,6}/amp/)(?P<secure>s/)?(?P<page>[^/]+\..+)$"
)
"""Copies of AMP pages on other hosts, which have the page's own address in their path."""
_DROPPED = {"amp", "outputType", "cmpid", "icid", "ncid", "ocid", "smid"}
"""Parameters that name the form of a page or a campaign, beside those that courlan knows."""


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
    if cached := _AMP_CACHE.match(url):
        url = f"http{'s' if cached['secure'] else ''}://{cached['page']}"
    cleaned = clean_url(url)
    if not cleaned or not is_url(cleaned):
        return None
    parts = urlsplit(cleaned)
    host = _MOBILE_HOST.sub("", parts.netloc)
    path = _AMP_PATH.sub("", parts.path) or "/"
    query = urlencode([(key, value) for key, value in parse_qsl(parts.query) if key not in _DROPPED])
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
