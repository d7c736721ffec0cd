"""The headline, of several titles, and without the site's name."""

from __future__ import annotations

import re
from collections.abc import Sequence

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
_GENRE = re.compile(r"\s[|｜]\s(?:opinions?|analysis|commentary|editorial|column|reviews?)$", re.IGNORECASE)
_SOURCE = re.compile(r"\s\((?:[\w-]+\.)+[a-z]{2,6}\)(?:\s\d+)?$")
"""The site that a page which only points to others names behind a headline, and comments counted."""
_SHOWN = ("html.h", "microdata.", "text.")
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
        if not (claim.origin.startswith("html.h") and _is_first_word(value, head))
    ]
    if not values:
        return
    claim, value = _agreed(values) or values[0]
    claim, value = next(((other, said) for other, said in values if _cut_short(value, said)), (claim, value))
    if claim.origin.startswith(_HEAD):
        for other, said in values:
            if other.origin.startswith(("html.h", "microdata.", "meta.headline")) and _is_headline_of(said, value):
                claim, value = other, said
                break
    others = [other for other, said in values if letters(said) != letters(value)]
    draft.settle("title", value, [claim], others)


def _agreed(values: Sequence[tuple[Found, str]]) -> tuple[Found, str] | None:
    """The headline that readers see, where the article's own data has it too and the page's title another: then both
    are the desk's, and what is written for sharing and searching gives way.

    Where the page's title agrees as well, all three are filled from one field, and the title for sharing may be the
    desk's own; a shorter form of the headline is.
    """
    first = values[0]
    if not first[0].origin.startswith(_HEAD):
        return None
    stated = {letters(value) for claim, value in values if claim.origin.startswith("json-ld.")}
    shown = {letters(value) for claim, value in values if claim.origin.startswith(_SHOWN)}
    titled = {letters(value) for claim, value in values if claim.origin == "html.title"}
    agreed = next((each for each in values if letters(each[1]) in (stated & shown) - titled), None)
    if agreed and _words(first[1]) <= _words(agreed[1]) and letters(first[1]) not in titled:
        return None
    return agreed


def _cut_short(title: str, other: str) -> bool:
    """True where a title ends where `other` goes on with a quotation mark, which broke its attribute, or at an
    ellipsis."""
    bare = title.rstrip(". …")
    if len(bare.split()) < 3 or not other.startswith(bare) or len(other) <= len(title):
        return False
    return title.endswith(("…", "...")) or (other[len(bare) :].lstrip()[:1] in ('"', "'") and title == bare)


def _is_first_word(shown: str, head: Sequence[str]) -> bool:
    """True where a heading is one word that every title of the page's head goes on from: a name, and no headline."""
    own = letters(shown)
    return (
        len(shown.split()) == 1
        and bool(head)
        and shown.isascii()
        and all(letters(each).startswith(own) and len(each.split()) > 3 for each in head)
    )


def _akin(shown: str, stated: str) -> bool:
    """True where a heading and a title of the page's head share words enough to be of the same article."""
    one, other = _words(shown), _words(stated)
    return (len(one & other) >= 2 and 4 * len(one & other) >= len(one)) or letters(shown) in letters(stated)


def _words(text: str) -> set[str]:
    return set(re.findall(r"[\u3040-\u9fff]|[^\W_]+", text.casefold()))


def _is_headline_of(shown: str, stated: str) -> bool:
    """True where the stated title is the shown headline and a few words more behind a dash or bar."""
    rest = stated.removeprefix(shown)
    if rest == stated or len(shown.split()) < 2 or len(rest.split()) > 7:
        return False
    return re.match(r"\s*[-|–—•·:｜]", rest) is not None


def bare_title(title: str, names: frozenset[str]) -> str:
    """A title without the site's name before or behind it; `names` are the site's names as bare letters."""
    title = _SOURCE.sub("", _GENRE.sub("", " ".join(title.split())))
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
