"""Credit lines: who wrote it and when, in one line with whatever else a desk sets there.

    By Ada Lane | Harbour Times | 3 May 2024, 10:12 | 4 min read
    Published 3 May 2024 by Ada Lane, staff writer
    2024年5月3日 10:12 来源：港口日报 记者 王小明

Such a line is read from its start, piece by piece.  It is a credit line if it consists of known pieces and at most two
short ones that are not known (an outlet, a place, a name without a word before it), and names a day or an author.
Unknown pieces are no claims: a name beside a date may be a person, a town or a newspaper.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from flows.model import Found, Kind
from flows.rules.catalogue import expression
from flows.rules.marks import Mark, Marks, claim, whole_mark
from flows.rules.page import Page, View

RULE = "byline.line"
_LONGEST = 200
_MOST_WORDS = 32
_FREE_PIECES = 2
_FREE_WORDS = 6
_ROLE_WORDS = 8
_GAP = re.compile(r"(?:\s|[|•·/;,()~]|-+(?=\s|$)|\.$)*")
_BREAK = re.compile(r"\s[|•·/~-]+\s|[|•·;]|\s{2,}|\s\(")
_SENTENCE_END = re.compile(r"[.!?。！？।]$")
_ABBREVIATED = re.compile(r"(?:\b\w|\b[A-Z]\w{1,4})\.$")
_DIGIT = re.compile(r"\d")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\d{1,2}[./-]\d{1,2}[./-]\d\d(?!\d)")
_TRAILING = re.compile(
    r"(?:[\s,|•·/@-]+(?:di|do|da|de|del|a|o|el|le|den|der|vom|om|op|the|at|on|em|il))?[\s,./:·|•@-]*$"
)
_CJK_NAME = re.compile(r"[\u3040-\u30ff\u3400-\u9fff々ー·]{2,12}(?: [\u3040-\u30ff\u3400-\u9fff]{1,4})?")

# What a line may consist of, in the order in which it is tried: in lower case, and as written.
_GLUE = r"(?: on| at| am| le| el| il| em| op| den| dne| v| vom| in)?\s*[:.|=-]{0,2}\s*"
_LOWER = (
    rf"{{updated}}{_GLUE}\[?(?P<modified>{{date}}|{{clock}})\]?",
    rf"{{published}}{_GLUE}\[?(?P<published>{{date}})\]?",
    rf"(?:(?:{{published}}|{{updated}}){_GLUE})?(?P<ago>(?:{{ago}}|\d{{1,2}} ?[hmd])(?!\w))",
    r"{reading}(?!\w)",
    r"(?P<published>{date})",
    r"\d{1,5} (?:comments?|kommentare?|commentaires?|comentarios?|comentários?|комментари\w+|views?|shares?)(?!\w)",
    r"[\w.+-]{2,40}@[\w-]{2,30}(?:\.[\w-]{2,12}){1,3}|@\w{2,30}",
)
_WRITTEN = (
    r"{by}(?::? |(?<=:))(?P<author>{names})",
    r"(?:[Ee]dited|[Tt]ranslated|[Pp]roduced|[Pp]hotos?|[Ff]otos?) (?:[Bb]y|[Vv]on)?:? ?(?P<contributor>{names})",
    r"{cjk_by} ?[:/=]? ?(?P<author>{cjk_names})",
    r"(?P<author>[\uac00-\ud7a3]{2,4}) ?(?:기자|특파원|논설위원)",
    r"{cjk_source} ?: ?(?P<publisher>[^\s。:|]{2,20})",
    r"{caseless_by} ?[-:]? ?(?P<author>[^\s.:|،।,-]{2,20}(?: [^\s.:|،।,-]{2,20}){1,2})",
)
_CAPITALISED = r"\(?{cap}(?:[ ,/&(]{1,3}(?:{particle} ){0,2}{cap}\)?){0,5}"
_STARTS = (
    r"(?<!\w)(?:(?:{weekday},? )?(?:{month}\.? \d|\d{1,2}\.? (?:de )?{month}|\d{1,2}[./-]\d{1,2}[./-]\d"
    r"|\d{4}(?:[-/.]\d|年))"
    r"|(?:{published}|{updated})(?: on| am| le| el| il)?[:\s]+\d)|(?<=\s)(?:(?:by|von|par|por) |{cjk_by}|{cjk_source})"
)
"""Where a date, a label or a name begins inside a line."""

_BEHIND_NAME = rf"{_STARTS}|(?:{{published}}|{{updated}}) ?:"
"""The same, also where it is set without a space: `By Ada LanePublished: 3 May 2024`."""


@dataclass(slots=True)
class _Read:
    """What has been read of a line so far."""

    pieces: list[tuple[str, int, int]] = field(default_factory=list)
    """Field, and where its value stands in `View.text`."""
    known: int = 0
    free: int = 0
    dated: bool = False

    @property
    def signed(self) -> bool:
        return any(name == "author" for name, *_ in self.pieces)

    @property
    def labelled(self) -> bool:
        return self.signed or any(name == "modified" for name, *_ in self.pieces)


def credit_lines(page: Page, taken: Marks) -> Iterator[Mark]:
    """The credit lines at the head.  One with unknown pieces and neither author nor label is taken only if it is the
    only one and stands between a headline and the prose: else it may be an entry of a list, or of another story."""
    lines: list[tuple[int, _Read]] = []
    for index, seen in enumerate(page.views[: page.head]):
        if len(seen.text) <= _LONGEST and seen.size <= _MOST_WORDS and _DIGIT.search(seen.text):
            read = _line(seen)
            if read:
                lines.append((index, read))
    loose = [index for index, read in lines if read.free and not read.labelled]
    for index, read in lines:
        if index not in loose or (len(loose) == 1 and _between(page, index)):
            yield whole_mark(page, index, RULE, tuple(_claims(page, index, read)))


def _between(page: Page, index: int) -> bool:
    """Whether a block stands before the prose, and the headline can be another one."""
    titled = bool(page.known.title) or any(seen.size >= 3 for seen in page.views[:index])
    return titled and index < page.first and page.views[index].block.kind is not Kind.LIST_ITEM


def _claims(page: Page, index: int, read: _Read) -> Iterator[Found]:
    offset = page.views[index].offset
    for name, start, end in read.pieces:
        kind = "pubdate" if name in ("published", "modified") else "byline"
        yield claim(page, index, name, f"text.{kind}.line", (offset + start, end - start))


def _line(seen: View) -> _Read | None:
    """The pieces of a credit line; None for any other line."""
    text, lower = seen.text, seen.lower
    if len(text) != len(lower) or (_SENTENCE_END.search(text) and not _ABBREVIATED.search(text)):
        return None
    read, at = _Read(), 0
    while at < len(text):
        at = _GAP.match(text, at).end()  # type: ignore[union-attr]
        if at >= len(text):
            break
        end = _known(text, lower, at, read) or _free(text, lower, at, read)
        if end is None:
            return None
        at = end
    whole = read.known >= 2 or (read.known and read.free)
    return read if whole and (read.dated or read.signed) and read.free <= _FREE_PIECES else None


def _known(text: str, lower: str, at: int, read: _Read) -> int | None:
    """The end of the known piece at this place, which is noted."""
    for line, sources, case in ((lower, _LOWER, False), (text, _WRITTEN, True)):
        for source in sources:
            match = expression(source, case).match(line, at)
            if match and match.end() > at and not _splits_word(line, match.end()):
                return _noted(text, lower, match, read)
    return None


def _splits_word(line: str, at: int) -> bool:
    return at < len(line) and line[at - 1].isalnum() and line[at].isalnum() and line[at - 1 : at + 1].isascii()


def _noted(text: str, lower: str, match: re.Match[str], read: _Read) -> int:
    read.known += 1
    end = match.end()
    for name, value in match.groupdict().items():
        if not value:
            continue
        start, stop = match.span(name)
        if name == "author" and (cut := expression(_BEHIND_NAME, False).search(lower, start + 1, stop + 4)):
            stop = end = len(text[: cut.start()].rstrip(" ,"))
        if name in ("published", "modified"):
            stop = start + _TRAILING.search(value).start()  # type: ignore[union-attr]
            end = stop
            read.dated |= bool(_YEAR.search(value))
            if name == "published" and any(told == name for told, *_ in read.pieces):
                continue  # the day of the visit, or a clock time apart
        name = "published" if name == "ago" else name
        read.pieces.append((name, start, stop))
    return _role_end(text, lower, end) if match.groupdict().get("author") else end


def _role_end(text: str, lower: str, at: int) -> int:
    """The end of what belongs to a name: ", staff writer", " for the Harbour Times"."""
    end = _stop(text, lower, at)
    return end if len(text[at:end].split()) <= _ROLE_WORDS else at


def _free(text: str, lower: str, at: int, read: _Read) -> int | None:
    """The end of a short unknown piece.  Between separators it may be anything; directly before a date, a name."""
    end = _stop(text, lower, at)
    words = text[at:end].strip(" ,")
    if not words or len(words.split()) > _FREE_WORDS or len(words) > 50:
        return None
    before = at and not _BREAK.search(text[max(0, at - 3) : at])
    after = end < len(text) and not _BREAK.match(text, end)
    name = _CJK_NAME.fullmatch(words) or (not before and expression(_CAPITALISED, True).fullmatch(words))
    if (before or after) and not name:
        return None
    read.free += 1
    return end


def _stop(text: str, lower: str, at: int) -> int:
    """Where the next separator, date or label stands; else the end of the line."""
    first = (_BREAK.search(text, at), expression(_STARTS, False).search(lower, at + 1))
    return min((match.start() for match in first if match), default=len(text))
