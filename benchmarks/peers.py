"""The peers that `benchmarks.cleaning` measures, each on the three forms of a page.

All but the last two want HTML, so text is wrapped line by line in `<p>` and Markdown is rendered (markdown-it-py);
C4's line rules and no cleaning at all look at lines of text: of the dump itself, of the rendered Markdown's blocks, of
the page's own text.  Third-party packages are imported where they are used: each is optional.
"""

from __future__ import annotations

import html as entities
import logging
from collections.abc import Callable

from lxml import etree
from lxml import html as lxml_html
from markdown_it import MarkdownIt

PACKAGES = {"trafilatura": "trafilatura", "boilerpy3": "boilerpy3", "jusText": "justext"}
"""Engine → the package that it needs."""
MIN_WORDS = 5
END_MARKS = (".", "?", "!", '"', "”", "»", "。", "？", "！", "」", "।", "؟")
POLICY = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")
INLINE = {
    "a",
    "abbr",
    "b",
    "cite",
    "code",
    "em",
    "font",
    "i",
    "q",
    "s",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "time",
    "u",
}
# jusText's stop-word lists, by ISO 639-1 code.
STOP_LISTS = {
    "ar": "Arabic", "bg": "Bulgarian", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English",
    "es": "Spanish", "et": "Estonian", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian",
    "hu": "Hungarian", "id": "Indonesian", "it": "Italian", "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian",
    "ms": "Malay", "nb": "Norwegian_Bokmal", "nl": "Dutch", "nn": "Norwegian_Nynorsk", "no": "Norwegian_Bokmal",
    "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovenian",
    "sq": "Albanian", "sr": "Serbian", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "te": "Telugu",
    "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese",
}  # fmt: skip
MARKDOWN = MarkdownIt("commonmark").enable("table")


def extract(engine: str, data: bytes, form: str, language: str) -> str:
    """The article that `engine` finds in a page; `form` is `text`, `markdown` or `html`.

    `language` is the ISO 639-1 code of the article: only jusText asks for it, and here it is told the truth.
    """
    if engine in LINES:
        return LINES[engine](lines(data, form))
    return EXTRACTORS[engine](as_html(data, form), language)


def as_html(data: bytes, form: str) -> str:
    """A page as HTML."""
    if form == "html":
        from trafilatura.utils import decode_file

        return decode_file(data)
    text = data.decode("utf-8", "replace")
    if form == "markdown":
        return f"<html><body>{MARKDOWN.render(text)}</body></html>"
    paragraphs = (f"<p>{entities.escape(line.strip())}</p>" for line in text.splitlines() if line.strip())
    return f"<html><body>{chr(10).join(paragraphs)}</body></html>"


def lines(data: bytes, form: str) -> list[str]:
    """A page as lines of text, without markup."""
    if form == "text":
        return data.decode("utf-8", "replace").splitlines()
    if form == "markdown":
        inline = (token for token in MARKDOWN.parse(data.decode("utf-8", "replace")) if token.type == "inline")
        return ["".join(_plain(child.type, child.content) for child in token.children or ()) for token in inline]
    root = lxml_html.fromstring(as_html(data, form).encode(), parser=lxml_html.HTMLParser(encoding="utf-8"))
    etree.strip_elements(root, "script", "style", "noscript", "head", etree.Comment, with_tail=False)
    for element in root.iter(etree.Element):
        if element.tag not in INLINE:
            element.text, element.tail = f"\n{element.text or ''}", f"\n{element.tail or ''}"
    return root.text_content().splitlines()


def _plain(kind: str, content: str) -> str:
    if kind in ("softbreak", "hardbreak"):
        return " "
    return content if kind in ("text", "code_inline") else ""


def trafilatura(page: str, language: str) -> str:
    """trafilatura with its default settings."""
    from trafilatura import extract as find

    return find(page) or ""


def boilerpy3(page: str, language: str) -> str:
    """boilerpy3's ArticleExtractor."""
    from boilerpy3.extractors import ArticleExtractor

    logging.getLogger("boilerpy3").setLevel(logging.ERROR)  # it warns of each nested link
    content: str = ArticleExtractor(raise_on_failure=False).get_content(page)
    return content


def justext(page: str, language: str) -> str:
    """jusText with its stop words of the language; without any, as its documentation says, by length and links."""
    from justext import get_stoplist
    from justext import justext as find
    from justext.core import JustextError

    name = STOP_LISTS.get(language)
    try:
        if name:
            paragraphs = find(page, get_stoplist(name))
        else:
            paragraphs = find(page, frozenset(), stopwords_low=0, stopwords_high=0)
    except (JustextError, etree.ParserError):
        return ""
    return "\n".join(paragraph.text for paragraph in paragraphs if not paragraph.is_boilerplate)


def c4(found: list[str]) -> str:
    """C4's rules for lines (Raffel et al. 2020): five words, an end mark, no script, no policy; more scripts' marks."""
    return "\n".join(line for line in map(str.strip, found) if _is_prose(line))


def _is_prose(line: str) -> bool:
    small = line.lower()
    return (
        line.endswith(END_MARKS)
        and not line.endswith("...")
        and (len(line.split()) >= MIN_WORDS or line.endswith("。"))
        and "javascript" not in small
        and not any(words in small for words in POLICY)
    )


EXTRACTORS: dict[str, Callable[[str, str], str]] = {
    "trafilatura": trafilatura,
    "boilerpy3": boilerpy3,
    "jusText": justext,
}
LINES: dict[str, Callable[[list[str]], str]] = {"C4 line rules": c4, "no cleaning": "\n".join}
ENGINES = (*EXTRACTORS, *LINES)
