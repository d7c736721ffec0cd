"""The headline, of several titles, and without the site's name."""

from __future__ import annotations

import re

from flows import urls
from flows.metadata.draft import RECORDS, Draft, ranked
from flows.model import Found
from flows.publishers import Publisher
from flows.words import letters

# Of a news article og:title is the headline as the desk wrote it, where the visible one often carries a kicker or a
# search phrase; of other articles og:title is written for sharing and the visible headline is the title.  Right on 127
# news pages of 41 countries: 0.87 with the news order, 0.81 with the other; on 77 pages of other sites: 0.91 with the
# order by type, 0.77 with the news order for all.
_NEWS_TITLE = ("front-matter.", RECORDS, "meta.og:title", "json-ld.headline", "html.h", "microdata.", "meta.",
               "html.title", "text.")  # fmt: skip
_PAGE_TITLE = ("front-matter.", RECORDS, "json-ld.headline", "html.h", "microdata.", "meta.og:title", "meta.",
               "html.title", "text.")  # fmt: skip
_SEPARATOR = re.compile(r"\s+[|–—•·»«:~│-]+\s+|\s*[|｜│ㅣ]\s*|\s+::\s+|[:：](?=\S)|\s[-–—]\s")
_HEAD = ("json-ld.", "meta.", "html.title")


def title(by_field: dict[str, list[Found]], publisher: Publisher | None, address: str | None, draft: Draft) -> None:
    news = any(re.search("News|LiveBlog", claim.value) for claim in by_field.get("type", ()))
    stated = ranked(by_field.get("title", ()), _NEWS_TITLE if news else _PAGE_TITLE)
    names = _site_names(by_field, publisher, address)
    values = [(claim, bare_title(claim.value, names)) for claim in stated]
    values = [(claim, value) for claim, value in values if value and not _is_site(value, names)]
    head = [value for claim, value in values if claim.origin.startswith(_HEAD)]
    values = [
        (claim, value)
        for claim, value in values
        if not claim.origin.startswith("html.h") or not head or any(_akin(value, each) for each in head)
    ]
    if not values:
        return
    claim, value = values[0]
    if claim.origin.startswith(_HEAD):
        for other, said in values:
            if other.origin.startswith(("html.h", "microdata.", "meta.headline")) and _is_headline_of(said, value):
                claim, value = other, said
                break
    others = [other for other, said in values if letters(said) != letters(value)]
    draft.settle("title", value, [claim], others)


def _akin(shown: str, stated: str) -> bool:
    """True where a heading and a title of the page's head share words enough to be of the same article."""
    one, other = (set(re.findall(r"[\u3040-\u9fff]|[^\W_]+", text.casefold())) for text in (shown, stated))
    return (len(one & other) >= 2 and 4 * len(one & other) >= len(one)) or letters(shown) in letters(stated)


def _is_headline_of(shown: str, stated: str) -> bool:
    """True where the stated title is the shown headline and a few words more behind a dash or bar."""
    rest = stated.removeprefix(shown)
    if rest == stated or len(shown.split()) < 2 or len(rest.split()) > 7:
        return False
    return re.match(r"\s*[-|–—•·:｜]", rest) is not None


def bare_title(title: str, names: frozenset[str]) -> str:
    """A title without the site's name before or behind it; `names` are the site's names as bare letters."""
    title = " ".join(title.split())
    changed = True
    while changed:
        changed = False
        separators = list(_SEPARATOR.finditer(title))
        for separator in (*separators[-1:], *separators[:1]):
            front, back = title[: separator.start()], title[separator.end() :]
            if _is_site(back, names) and front:
                title, changed = front, True
                break
            if _is_site(front, names) and back and separator[0].strip() not in (":", "："):
                title, changed = back, True
                break
    return title


def _is_site(words: str, names: frozenset[str]) -> bool:
    """True for a name of the site, or a few words that begin with one: "Mirror Online"."""
    own = letters(words)
    if own in names:
        return True
    return len(words.split()) <= 3 and any(len(name) >= 5 and own.startswith(name) for name in names)


def _site_names(by_field: dict[str, list[Found]], publisher: Publisher | None, address: str | None) -> frozenset[str]:
    names = {claim.value for claim in by_field.get("publisher", ())}
    if publisher:
        names |= {publisher.name, *publisher.aliases, *publisher.domains}
    if address:
        site = urls.site(address) or ""
        names |= {site, site.partition(".")[0], urls.host(address)}
    return frozenset(own for name in names if (own := letters(name)))
