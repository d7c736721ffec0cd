"""Who wrote it, who helped, which agency and which other outlet it came from."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flows import people as bylines
from flows import publishers, urls
from flows.metadata.draft import RECORDS, TRUST, Draft, ranked
from flows.model import Found
from flows.publishers import Publisher, Registry
from flows.words import letters

_PERSON_OUTLET = re.compile(r"(?P<name>[^,;|]{3,60}),\s*(?P<outlet>[^,;|]{2,60})")
_TOP_LEVEL = re.compile(r"\.(?:com|org|net|co\.uk)$", re.IGNORECASE)


def understood(claim: Found, registry: Registry) -> Sequence[Found]:
    """The claim; a `source` becomes what it is: an address, a person and the outlet they wrote for, or a publisher."""
    if claim.field != "source" and not (claim.field == "publisher" and claim.origin.endswith(".source")):
        return (claim,)
    if urls.is_url(claim.value):
        return (claim._replace(field="url"),)
    match = _PERSON_OUTLET.fullmatch(claim.value)
    if match and " " in match["name"] and not registry.of_name(claim.value):
        byline = bylines.read_byline(match["name"], registry)
        if byline.people and not byline.organisations:
            known = registry.of_name(match["outlet"])
            outlet = known.name if known else _TOP_LEVEL.sub("", match["outlet"])
            return (
                claim._replace(field="author", value=match["name"]),
                claim._replace(field="syndicated_from", value=outlet),
            )
    return (claim._replace(field="publisher"),)


# Where structured data states an organisation as the author, and nobody is named anywhere, it is the author.
MOST_AUTHORS = 6
"""More links than this to authors beside a headline are of other articles."""

Signed = list[tuple[Found, bylines.Byline]]
"""The claims of one origin, each with what it says."""

_LISTED = ("front-matter.", *RECORDS, "json-ld.author", "json-ld.creator")
"""Sources that list their authors one by one: there an agency or a desk beside a person is named on purpose."""

_JOINT = re.compile(r"\s*(?:[/,;&+]|\s-\s|\s(?:and|und|et|y|e|og|och|en)\s)\s*")
_ACRONYM = re.compile(r"(?![KW][A-Z]{3}$)[^\W\d_]{2,6}")  # KXYZ is a station
_SAYS_AGENCY = re.compile(
    r"\bagenc[eyi]|agentur|agenzia|agência|ajans|agentstvo|агентство|news\s?wire|通信|通讯社|통신", re.IGNORECASE
)
_PICTURES = re.compile(
    r"getty|shutterstock|i-?stock|alamy|unsplash|pexels|pixabay|adobe|depositphotos|imago|picture|ullstein|\bzuma|\bsipa"
    r"|nurphoto|magnum|polaris|wireimage|filmmagic|corbis|\brex\b|handout|\bpool\b|facebook|twitter|instagram|youtube"
    r"|photo|foto|bild|\bnasa\b|\besa\b|\bvcg\b|\bcfp\b|\bic\b",
    re.IGNORECASE,
)
"""Where pictures come from; with a news agency beside it ("picture alliance/dpa") the agency still counts."""

_CORPORATE = ("json-ld.author", "json-ld.creator", "meta.", "microdata.", "html.")


def people(
    by_field: dict[str, list[Found]], publisher: Publisher | None, address: str | None, registry: Registry, draft: Draft
) -> None:
    own = _own_names(by_field, publisher, address)
    groups: list[Signed] = []
    for claim in ranked(by_field.get("author", ()), TRUST["author"]):
        byline = bylines.read_byline(claim.value, registry, own)
        if groups and groups[-1][0][0].origin == claim.origin:
            groups[-1].append((claim, byline))
        else:
            groups.append([(claim, byline)])
    chosen = next((group for group in groups if any(byline.people for _, byline in group)), None)
    chosen = _said_in_words(_more_linked(chosen, groups), groups) if chosen else None
    corporate = [group for group in groups if group[0][0].origin.startswith(_CORPORATE)]
    if chosen:
        names = bylines.unique(name for signed in chosen for name in _signing(*signed, own))
        names = [_spelled_out(name, groups) for name in names]
        if chosen[0][0].origin.startswith("html.") and any(" " in name for name in names):
            # Single words beside full names are what stands around a byline on a page: sections, buttons.
            names = [name for name in names if " " in name or not name.isascii()]
    elif chosen := _organisation(corporate, own):
        names = bylines.unique(name for _, byline in chosen for name in byline.organisations)
    if chosen:
        told = {publishers.fold(name) for name in names}
        others = [
            claim
            for group in groups
            for claim, byline in group
            if byline.people and not {publishers.fold(name) for name in byline.people} <= told
        ]
        draft.settle("authors", names, [claim for claim, _ in chosen], others)
    _agencies(by_field, groups, publisher, own, registry, draft)
    helpers = [(claim, bylines.contributors(claim.value, registry).people) for claim in by_field.get("contributor", ())]
    written = {publishers.fold(name) for name in names} if chosen else set()
    helping = [(claim, name) for claim, found in helpers for name in found if publishers.fold(name) not in written]
    if helping:
        sources = dict.fromkeys(claim for claim, _ in helping)
        draft.settle("contributors", bylines.unique(name for _, name in helping), list(sources))


def _own_names(by_field: dict[str, list[Found]], publisher: Publisher | None, address: str | None) -> list[str]:
    """What the outlet goes by: as the page and the registry name it, with and without a domain's end, and its site."""
    names = [claim.value for claim in by_field.get("publisher", ())]
    names += [_TOP_LEVEL.sub("", name) for name in names]
    if publisher:
        names += [publisher.name, *publisher.aliases]
    if site := urls.site(address) if address else None:
        names.append(site.partition(".")[0])
    return names


def _signing(claim: Found, byline: bylines.Byline, own: Sequence[str]) -> Sequence[str]:
    """The people of a claim; of an entry of its own in a list of authors the organisation too, unless it is the outlet
    itself, whose name beside a person says nothing."""
    if byline.people or not claim.origin.startswith(_LISTED) or len(claim.value.split()) > bylines.MAX_WORDS:
        return byline.people
    known = {publishers.fold(name) for name in own}
    return [name for name in byline.organisations if publishers.fold(name) not in known]


def _more_linked(chosen: Signed, groups: Sequence[Signed]) -> Signed:
    """The authors that the page links beside its headline where they are those chosen and more: data often has room
    for one name only."""
    named = _folded(chosen)
    linked = [group for group in groups if group[0][0].origin == "html.rel-author" and _folded(group) > named]
    stated = chosen[0][0].origin.startswith(("json-ld.", "meta."))
    return linked[0] if linked and stated and len(_folded(linked[0])) <= MOST_AUTHORS else chosen


def _said_in_words(chosen: Signed, groups: Sequence[Signed]) -> Signed:
    """The line that begins with "By", where what a page's style calls bylines names others too: of other articles, of
    pictures, of those who checked it."""
    if chosen[0][0].origin != "html.byline" or len(chosen) < 2:
        return chosen
    said = (group for group in groups if group[0][0].origin == "html.byline-text" and _folded(group))
    return next((group for group in said if _folded(group) < _folded(chosen)), chosen)


def _folded(group: Signed) -> set[str]:
    return {publishers.fold(name) for _, byline in group for name in byline.people}


def _organisation(groups: Sequence[Signed], own: Sequence[str]) -> Signed | None:
    """The first group that an organisation signs, rather another one than the outlet itself."""
    known = {publishers.fold(name) for name in own}
    signed = [group for group in groups if any(byline.organisations for _, byline in group)]
    for group in signed:
        if any(publishers.fold(name) not in known for _, byline in group for name in byline.organisations):
            return group
    return signed[0] if signed else None


def _spelled_out(name: str, groups: Sequence[Signed]) -> str:
    """The full name that another source has for an account such as `anaroe`; otherwise the name itself."""
    if " " in name or not name.isascii():
        return name
    others = (other for group in groups for _, byline in group for other in byline.people if " " in other)
    return next((other for other in others if letters(other) == letters(name)), name)


def _agencies(
    by_field: dict[str, list[Found]],
    groups: Sequence[Signed],
    publisher: Publisher | None,
    own: Sequence[str],
    registry: Registry,
    draft: Draft,
) -> None:
    """Agency and first outlet: as stated, or as the byline names them."""
    for column in ("agency", "syndicated_from"):
        for claim in by_field.get(column, []):
            in_text = column == "agency" and claim.origin.startswith("text.")
            known = registry.of_name(claim.value)
            name = _agency_named(claim.value, own, registry) if in_text else known.name if known else claim.value
            if name:
                draft.settle(column, name, [claim])
                break
    for claim, byline in (entry for group in groups for entry in group):
        for agency in byline.agencies:
            if "agency" not in draft.fields and agency != publisher:
                draft.settle("agency", agency.name, [claim._replace(value=agency.name)])
        for outlet in byline.outlets:
            if "syndicated_from" not in draft.fields and publisher and outlet != publisher:
                draft.settle("syndicated_from", outlet.name, [claim._replace(value=outlet.name)])


def _agency_named(signature: str, own: Sequence[str], registry: Registry) -> str | None:
    """The agencies of a signature in the text ("mae/dpa/AFP"), as the registry calls them; of what it does not know, an
    acronym or a name that says agency.  Sources of pictures, places and the outlet itself are none."""
    parts = [part for part in _JOINT.split(signature) if part]
    known = [agency.name for part in parts if (agency := registry.of_name(part)) and agency.agency]
    if known:
        return "/".join(dict.fromkeys(known))
    told = {publishers.fold(name) for name in own}
    if publishers.fold(signature) in told or registry.of_name(signature) or _PICTURES.search(signature):
        return None
    return (
        signature if (signature.isupper() and _ACRONYM.fullmatch(signature)) or _SAYS_AGENCY.search(signature) else None
    )
