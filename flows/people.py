"""Bylines → names: who wrote it, which outlet and agency the byline names, and who only contributed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flows.dates import shapes
from flows.publishers import Publisher, Registry, fold

MAX_BYLINE = 600
MAX_NAME = 60
MAX_WORDS = 6
MAX_LOWER = 4
"""Words of a name that is written without capitals: more of them are the rest of a sentence."""


@dataclass(frozen=True, slots=True)
class Byline:
    """What a raw byline says."""

    people: tuple[str, ...] = ()
    outlets: tuple[Publisher, ...] = ()
    """Registered outlets, without agencies."""
    agencies: tuple[Publisher, ...] = ()
    organisations: tuple[str, ...] = ()
    """What signs as an organisation, in its own words: outlets and agencies, desks, teams, and feed accounts."""


_FOREWORD = re.compile(
    r"^\W*(?:(?:(?:written|reported|posted|published|story|words|text|report|article|reporting|interview|analysis|opinion"
    r"|translated|submitted|compiled|edited|reviewed)\s+(?:and\s+\w+\s+)?by|by|von|par|por|di|door|av|af|przez|od|autor(?:en|es|a|e|zy)?"
    r"|auteur|author|authors|writer|verfasst von|(?:eine? )?(?:(?:gast)?beitrag|(?:gast)?kommentar|kolumne|analyse"
    r"|interview|essay|glosse|leitartikel|reportage|porträt|rezension) von"
    r"|propos recueillis par|reportage|redactor|автор|авторы|текст"
    r"|oleh|tekst|text|teksti|yazar|haber|napsal[ai]?|文|作者|撰文|著者|執筆|筆者|取材・文|文・写真|文・撮影|記者|记者|本报记者|特派記者|글|작성자"
    r"|كتب|كتبت|بقلم|إعداد|लेखक|द्वारा|نویسنده)(?:\s*[:：/／|＝=]\s*|\s+(?=\S))|(?:文|作者|记者|記者|글)\s*[:：/／])",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"<?[\w.+-]+@[\w-]+\.[\w.]+>?|@\w+|https?://[^\s()]+|\bwww\.[^\s()]+|\[|\]\([^)]*\)|\+?\d[\d ()-]{7,}\d"
)
_OTHERS_WORK = re.compile(
    r"\s+(?:edited|photos?|photographs?|photography|illustrat(?:ed|ions?)|videos?|translated|fact[- ]checked|reviewed"
    r"|medically\sreviewed|fotos?|bilder)(?:\s+by\b|\s*:).*$"
    r"|\s*(?:图|圖|摄影|攝影|摄|编辑|編輯|责编|責編|责任编辑|校对|写真|撮影|编译|编审|사진)\s*[/／:：|＝=].*$",
    re.IGNORECASE | re.DOTALL,
)
"""Where a line goes on with those who did something else: "Photos by …", "图/…", "编辑：…"."""
_SEOUL = re.compile(r"^[(\[]?[가-힣]{2,6}\s?=\s?(?P<agency>[가-힣]{2,8})[)\]]?\s+")
"""Place and agency in front of a Korean name: "서울=연합뉴스 …"."""
_PICTURE = re.compile(
    r"\W*(?:images?|photos?|pictures?|fotos?|bild(?:er)?|illustrations?|graphics?|videos?)\s*(?:by|von)?\s*:",
    re.IGNORECASE,
)
"""The credit of a picture, and no byline."""
_COUNT = re.compile(r"\s+\d{1,3}$")
_EMPTY = re.compile(r"[(\[]\s*[)\]]")
_BRACKETED = re.compile(r"\s*[(（\[【][^()（）\[\]【】]{0,80}[)）\]】]\s*")
_AFTERWORD = re.compile(
    r"\s+(?:contributed\b|is an?\b|are\b|was\b|has\b|covers\b|writes\b|reports?\b|reporting\b|for\b|at\b|of\b|from\b"
    r"|aus\b|für\b|follow\b|updated\b|published\b|posted\b|last\b|view\b|read\b|more\b|see\b|photo|video|illustration|photograph"
    r"|mis à jour|publié|aktualisiert|le\s+\d|on\s+\w+\s+\d|\d+\s?min).*$",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"(?:,\s+|\s+)(?:in|à|en|a|i|u|w|v|в|з)\s+(?P<place>[^\W\d_][\w.'’-]*(?:\s[^\W\d_][\w.'’-]*){0,2})$"
)
_DATE_REST = re.compile(
    r"[\s,|(\[–-]*\b(?:(?:posted|published|updated|last\supdated)\s)?(?:on|at|le|am|vom|el|em|il)?\s*"
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?)?[\s,.]*$",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(r"^(?:in|à|en|aus|from|at|a|w|v|в)\s+[^\W\d_]")
_SPLIT = re.compile(
    r"\s*(?:[;|•·\n、，/／]|\s[-–—]\s|,\s*(?:and|und|et)\s|,|\s&\s|\s\+\s"
    r"|\s(?:and|und|et|y|og|och|ja|ve|и|та|dan|with|mit|avec|con)\s)\s*",
    re.IGNORECASE,
)
# "e", "i" and "en" join names too, but stand in names and places; only between two full names.
_SPLIT_SHORT = re.compile(r"(?<=\w\w)\s(?:e|i|en|a|și|és|و)\s(?=[^\W\d_]\w)")
_INVERTED = re.compile(r"([^\W\d_][\w'’-]+),\s([^\W\d_][\w'’-]+)")
"""Family name first, as library metadata has it: "Roe, Ana"."""
_SENTENCE = re.compile(r"(?<!\bProf)(?<!\bSra)(?<=[^\W\d_]{3})\.\s\w+\s\w")
_PARTICLES = frozenset({"al", "ap", "bin", "bint", "d'", "da", "de", "del", "della", "den", "der", "di", "do", "dos",
                        "du", "el", "ibn", "la", "le", "ten", "ter", "van", "von", "zu", "zum"})  # fmt: skip
_CREDENTIAL = re.compile(
    r"^(?:jr|sr|ii|iii|iv|md|m\.d|phd|ph\.d|dvm|rd|rdn|r\.d|rn|mph|ms|ma|mba|cfp|cpa|esq|dds|lcsw|facp|np)\.?$",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"(?:^|\b|(?<=\s))(?:staff|writers?|reporters?|editors?|editorial|editor-in-chief|correspondents?|contributors?|columnist|journalists?"
    r"|producer|bureau|chief|desk|team|newsroom|news\s?room|newsdesk|producers?|managing|senior|associate|assistant|freelance|special|guest|author"
    r"|photographer|redaktion|redakteur(?:in)?|redakcja|redakce|redaktion|redacción|redaccion|redação|redazione|rédaction"
    r"|redactie|redaksjonen|redaktionen|toimitus|редакция|редакція|корреспондент|кореспондент|корреспондента"
    r"|admin|administrator|webmaster|webdesk|moderator|agencies|agency|agences|agenturen|agencias|agenzia|agenzie|wires?|wire\s?services?"
    r"|gastautor(?:in)?|autor(?:in)?|autorenteam|chefredakteur(?:in)?|korrespondent(?:in)?|journaliste|correspondante?|envoyée?\s?spéciale?"
    r"|submissions?|sponsored|partner|promoted|advertorial|press\srelease|pressemitteilung|anonymous|unknown|undefined|null|none|by"
    r"|follow|share|comments?|email|twitter|facebook|linkedin|instagram|bluesky|updated|published|posted|minutes?|read|views?|bio|profile|author\sbio|subscribe)(?:\b|$)",
    re.IGNORECASE,
)
_TRAILING_ROLE = re.compile(
    r"(?<!\s)(?:\s+(?:staff|senior|chief|associate|contributing|assistant|news|sports?|political|business|features?|guest"
    r"|writer|reporter|editor|correspondent|contributor|columnist|journalist|producer|redakteur(?:in)?|korrespondent(?:in)?"
    r"|ceo|cto|founder"
    r"|(?:parliamentary|foreign|diplomatic|defen[cs]e|security|education|health|science|environment|climate|economics|crime"
    r"|courts?|legal|investigat(?:ive|ions?)|technology|tech|lifestyle|entertainment|culture|arts|travel|deputy|executive"
    r"|managing|digital|data)(?=.*(?:writer|reporter|editor|correspondent|producer)$)))+$",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"\b(?:the|web|news|online|digital|sports?|our|a|an|of|and|from)\b", re.IGNORECASE)
_CJK_ORGANISATION = re.compile(
    r"編集部|デジタル|オンライン|ニュース|新聞|編輯|编辑部|记者站|통신|뉴스|기자단|デスク|取材班|本社|網|网$"
)
_CJK_REPORT = re.compile(r"(?:^|[\s／/])[\u4e00-\u9fff]{2,4}(?:综合|綜合)?(?:报道|報導|報道|电|電)$")
"""Where it was reported from: "北京报道"."""
_CJK_TRANSLATED = re.compile(r"\s(?:監訳|訳|译|翻訳|編|監修)$")
_CJK_ROLE = re.compile(
    r"\s+著$|\s*(?:記者|记者|特派員|論説委員|編集委員|기자|특파원|논설위원|報導)\s*(?:외\s?\d+명)?$|^(?:記者|记者|通讯员)\s*"
)
_ORGANISATION = re.compile(
    r"\b(?:news|times|press|media|magazine|online|digital|tv|radio|network|agency|agence|agentur|zeitung|journal|post|gazette|daily|herald"
    r"|tribune|institute|university|foundation|association|society|company|inc|ltd|llc|gmbh|corp|group|studio|studios|blog|website|group|ministry|department"
    r"|committee|council|project|center|centre|police|government|office|ajansı|agenzia|nachrichten|verlag)\b|^\S+\.[a-z]{2,6}$",
    re.IGNORECASE,
)


def read_byline(raw: str, registry: Registry, own: Sequence[str] = ()) -> Byline:
    """Split a raw byline into people, outlets and agencies.

    `own` are names of the publisher itself: a byline that repeats one is no person.  Roles, places, e-mail addresses,
    social handles and dates are left out.  An empty `Byline` means that nobody is named.
    """
    text = "" if _PICTURE.match(raw) else _prepared(raw)
    people: list[str] = []
    outlets: list[Publisher] = []
    agencies: list[Publisher] = []
    organisations: list[str] = []
    own_names = {fold(name) for name in own if name}
    if (inverted := _INVERTED.fullmatch(text)) and not any(registry.of_name(name) for name in inverted.groups()):
        text = f"{inverted[2]} {inverted[1]}"
    if (whole := registry.of_name(text)) or fold(text) in own_names:
        parts = [text]
    else:
        parts = [part for chunk in _SPLIT.split(text) for part in _SPLIT_SHORT.split(chunk)]
    for part in parts:
        name = part if whole else _cleaned(part)
        if re.match(r"in\s", part) and people + organisations:
            break  # "By Ana Roe, in Politics, World": what follows are sections
        if not name or is_generic(name) or _PREPOSITION.match(name):
            continue
        publisher = whole or registry.of_name(name)
        if publisher is None and (signed := _signed_for(name, registry)):
            name, publisher = signed
            people.append(name)
            (agencies if publisher.agency else outlets).append(publisher)
        elif publisher:
            (agencies if publisher.agency else outlets).append(publisher)
            organisations.append(name)
        elif fold(name) in own_names or is_organisation(name):
            organisations.append(name)
        elif _CREDENTIAL.match(name) and people:
            people[-1] = f"{people[-1]}, {name}"
        elif is_name(name):
            people.append(name)
    first = tuple(people[:1]) if text.startswith(tuple(people[:1])) else ()
    if any(" " in name for name in people) or (organisations and not first):
        # One word behind a full name or an agency is a place: "Ana Roe, Berlin", "AFP, Manila".
        people = [*first, *(name for name in people[len(first) :] if " " in name or not name.isascii())]
    return Byline(
        people=tuple(unique(people)),
        outlets=tuple(dict.fromkeys(outlets)),
        agencies=tuple(dict.fromkeys(agencies)),
        organisations=tuple(unique(organisations)),
    )


def _signed_for(name: str, registry: Registry) -> tuple[str, Publisher] | None:
    """A name with its agency or outlet behind it, without a mark between: "Ana Roe Associated Press"."""
    words = name.split()
    for size in (3, 2, 1):  # the longest name of an outlet: "The Associated Press"
        own, outlet = " ".join(words[:-size]), " ".join(words[-size:])
        if 2 <= len(words) - size <= 4 and (known := registry.of_name(outlet)) and not is_organisation(own):
            return (own, known) if is_name(own) else None
    return None


def is_generic(name: str) -> bool:
    """True for what names nobody in particular: "Staff", "News Desk", "Redaktion", "admin"."""
    return not re.search(r"[^\W\d_]", _NOTHING.sub("", _ROLE.sub("", name)))


def is_organisation(name: str) -> bool:
    """True for what is no person by its words: "… News", "… Team", "Redaktion", "example.com"."""
    return bool(_ORGANISATION.search(name) or _ROLE.search(name) or _CJK_ORGANISATION.search(name))


def is_name(name: str) -> bool:
    """True for what can be a person's name: a few words of letters, the first of them not a small common word."""
    tokens = name.split()
    if not tokens or len(tokens) > MAX_WORDS or len(name) > MAX_NAME or not any(c.isalpha() for c in name):
        return False
    if re.search(r"\d|[?!:=<>{}*_#]", name) or _SENTENCE.search(name) or sum(c.isalpha() for c in name) < 2:
        return False
    if len(tokens) > 1 and tokens[0].islower() and not name.islower() and tokens[0] not in _PARTICLES:
        return False  # "corrispondente da Roma"
    if len(tokens) == 1 or not all(token[0].islower() for token in tokens[1:]):
        return True
    return name.islower() and len(tokens) <= MAX_LOWER


def _prepared(raw: str) -> str:
    text = raw[:MAX_BYLINE].strip().strip("\"'")
    found = shapes.scan(text)
    if found:
        text = text[: found[0].start] if found[0].start > 0 else text[found[0].end :]
        text = _DATE_REST.sub("", text)
    text = _EMPTY.sub(" ", _CONTACT.sub(" ", text))
    text = "\n".join(" ".join(line.split()) for line in text.split("\n") if line.strip())
    text = re.sub(r"^By(?=[A-Z][a-z]+\s[A-Z])", "", text)
    text = re.sub(r"^[(（]([^()（）]+)[)）]$", r"\1", text)
    text = _SEOUL.sub(r"\g<agency>, ", text)
    before = None
    while before != text:
        before, text = text, _FOREWORD.sub("", text, count=1).strip()
    return _OTHERS_WORK.sub("", text).strip(" ,;|·•-–—:")


def _cleaned(part: str) -> str:
    name = _BRACKETED.sub(" ", part)
    name = _FOREWORD.sub("", name, count=1)
    if _CJK_TRANSLATED.search(name):
        return ""
    name = _AFTERWORD.sub("", _CJK_REPORT.sub("", name))
    name = _CJK_ROLE.sub("", name)
    bare = _TRAILING_ROLE.sub("", name)
    name = bare if len(bare.split()) >= 2 else name
    place = _PLACE.search(name)
    if place and len(name[: place.start()].split()) >= 2 and place["place"][0].isupper():
        name = name[: place.start()]
    name = re.sub(r"(?<=[^\W\d_]{3})\.$", "", re.sub(r"[()\[\]]", " ", name).rstrip())
    words = _COUNT.sub("", name).split()
    half = len(words) // 2
    name = " ".join(words[:half] if half > 1 and words[:half] == words[half:] else words)  # shown twice
    return " ".join(name.split()).strip(" ,;:&|·•-–—/\"'“”„«»✉")


def unique(names: Iterable[str]) -> list[str]:
    """The names without those that come again, in their order and as each is first spelled."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(fold(name) or name, name)
    return list(found.values())


_CONTRIBUTED = re.compile(
    r"(?:^|[(\s])(?:(?:additional\s)?(?:reporting|writing|editing|research)(?:\sand\s\w+)?\s(?:by|from)|with\s(?:additional\sreporting|assistance|files)\s(?:by|from)"
    r"|contributing|mitarbeit|unter\smitarbeit\svon)\s*:?\s*(?P<names>[^.;()]{2,200})|^(?P<before>[^.;()]{2,200}?)\s+(?:also\s)?contribut(?:ed|ing)\b",
    re.IGNORECASE,
)


_REPORTING = re.compile(r"\s*(?:reporting|written|words|text)(?:\sand\s(?:writing|reporting))?\sby\b", re.IGNORECASE)
_TITLED = re.compile(
    r"\s*(?P<outlet>[\w. ]{2,40}?\s)??(?:(?:staff|senior)\s)?"
    r"(?:writers?|reporters?|correspondents?|editors?|journalists?)\s+", re.IGNORECASE,
)  # fmt: skip


def contributors(raw: str, registry: Registry) -> Byline:
    """The people of a line that says who contributed: "NPR's Ana Roe contributed to this report", or a bare byline.

    Of a line with several parts ("Reporting by …; additional reporting by …; editing by …") the reporters are left to
    the byline; they count only where the line names nobody else.
    """
    parts = [part for part in re.split(r"[;()]", raw[:MAX_BYLINE]) if part.strip()]
    found = [(part, _contributors(part, registry)) for part in parts]
    helping = [byline for part, byline in found if not _REPORTING.match(part)]
    people = [name for byline in (helping or [byline for _, byline in found]) for name in byline.people]
    return Byline(people=tuple(unique(people)))


def _contributors(part: str, registry: Registry) -> Byline:
    match = _CONTRIBUTED.search(part)
    names = (match["names"] or match["before"]) if match else part
    possessive = re.match(r"\s*(?:The\s)?(?P<outlet>[\w. &-]{2,40}?)['’]s?\s+(?=[^\W\d_])", names)
    if possessive and (registry.of_name(possessive["outlet"]) or possessive["outlet"].isupper()):
        names = names[possessive.end() :]
    titled = _TITLED.match(names)
    if titled and (not titled["outlet"] or registry.of_name(titled["outlet"])):
        names = names[titled.end() :]
    return read_byline(names, registry)
