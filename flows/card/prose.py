"""What is true of every copydesk corpus, in sentences that the data card and `croissant.json` share."""

from __future__ import annotations

from flows.card.facts import Facts

UNKNOWN_LICENSE = (
    "Unknown. Nobody has stated a licence for this collection. The articles belong to their publishers; what the raw "
    "files say of rights is in the columns license, rights and robots of each row."
)
COLLECTION = (
    "Raw news files were handed to copydesk as files. How they were gathered, by whom and with what consent is not "
    "known to it; each row names its raw file by path, place in the file and SHA-256."
)
MISSING = (
    "What a raw file does not say is null. A time zone or an order of day and "
    "month that had to be assumed is named in published_zone and published_ambiguous."
)
STEPS = (
    "Raw files are recognised by their content, decoded and parsed; what cannot be used is in the table rejects, with "
    "a reason.",
    "Rules and judges take boilerplate out of the text. Every cut is recorded in the column cuts with its place, its "
    "rule and its words, and can be put back.",
    "Fields and dates are read from the document; field_sources says where each was found, also where sources "
    "disagreed and one was not followed.",
    "Copies, reprints and shortened forms are in the table duplicates with what they repeat and the scores that "
    "decided. The union of articles and duplicates is every document that holds an article.",
)
LIMITS = (
    "Cleaning is done by rules and small models; some boilerplate stays in, and some text is cut that a person would "
    "have kept. The column cuts lets you check.",
    "Where only a day is known, published_at is the first instant of that day in the zone named in published_zone; "
    "published_precision says so.",
    "Two articles on one event that share long quotations are kept apart; a rewritten story may be, too.",
    "Names of publishers and languages are as found; they are not checked against any register outside copydesk.",
)
BIASES = (
    "The corpus holds what was put into the raw folder: no claim is made that outlets, languages, places or dates are "
    "represented evenly. The counts of the data card show what there is.",
)
PERSONAL = (
    "News names people: those written about, authors, at times private persons. Nothing is removed or pseudonymised.",
)
MAINTENANCE = (
    "Each run of copydesk adds what is new in the raw folder and renews this description. SHA256SUMS names the files "
    "that the description speaks of."
)


def about(facts: Facts) -> str:
    """One sentence that says what this corpus holds."""
    rows = facts.rows()
    articles = _count(rows["articles"], "distinct news article")
    duplicates = _count(rows["duplicates"], "reprint or copy", "reprints and copies")
    rejects = _count(rows["rejects"], "rejected raw document")
    return (
        f"{articles}, {duplicates} and {rejects}, with the origin of every field and a record of everything that was "
        "cut."
    )


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
