"""The laws, on the samples and on mutations of them: nothing lost, everything traceable, every cut undoable."""

import contextlib
import itertools
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import pipeline, rules, sources
from flows.formats.decode import decode
from flows.model import Article, Document, Format, RawFile, Refused
from flows.settings import Settings
from tests.evidence import complaints

RAW = Path(__file__).parent.parent / "raw"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
CATALOGUE = rules.load()
WORD = re.compile(r"[^\W_]")
HIDDEN_IN_HTML = re.compile(
    r"<!--.*?(?:-->|$)|<(script|style|template|textarea|title|svg|noscript|iframe|head|select|option)\b.*?(?:</\1\s*>|$)"
    r"|<[^>]*(?:>|$)|&[#\w]+;",
    re.S | re.I,
)


def samples() -> list[RawFile]:
    found = []
    for entry in sources.discover([RAW], exclude=RAW / "none"):
        with contextlib.suppress(Refused):
            found.extend(sources.read(entry, *sources.fingerprint(entry.place, [RAW]), Settings()))
    return [piece for piece in found if isinstance(piece, RawFile)]


SAMPLES = samples()
TEXTS = [decode(raw.data).text for raw in SAMPLES if raw.form is None and not raw.path.startswith("broken/")]


def cleaned(raw: RawFile) -> Article | None:
    outcome = pipeline.clean(raw, CATALOGUE, Settings(), NOW)
    if isinstance(outcome, Article):
        return outcome
    assert outcome.reason != "crashed", outcome.detail
    return None


def raw_text(text: str) -> RawFile:
    return RawFile("generated.txt", "0" * 64, len(text), text.encode("utf-8", "replace"))


def uncovered(document: Document, spans: list[tuple[int, int]]) -> str:
    """What no span covers, with what is no text in the document's format taken out."""
    pieces, at = [], 0
    for start, end in sorted(spans):
        pieces.append(document.text[at:start])
        at = end
    rest = "\n".join([*pieces, document.text[at:]])
    return HIDDEN_IN_HTML.sub(" ", rest) if document.format is Format.HTML else rest


def check_accounting(article: Article) -> None:
    document = article.document
    kept = [(paragraph.start, paragraph.end) for paragraph in article.paragraphs]
    taken = [(cut.start, cut.end) for cut in article.cuts]
    spans = sorted(kept + taken)
    assert all(0 <= start < end <= len(document.text) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans)), "spans overlap"
    for block in document.blocks:
        inside = [span for span in spans if span[0] >= block.start and span[1] <= block.end]
        rest = uncovered(document, [(0, block.start), *inside, (block.end, len(document.text))])
        assert inside, f"block lost: {block}"
        assert not WORD.search(rest) or document.format is not Format.TEXT, rest
    if document.format is Format.TEXT:
        assert not WORD.search(uncovered(document, spans))


def check_evidence(article: Article) -> None:
    text = article.document.text
    for cut in article.cuts:
        assert text[cut.start : cut.end] == cut.text
    assert not complaints(article)


@pytest.mark.parametrize("raw", SAMPLES, ids=lambda raw: f"{raw.path}:{raw.locator or ''}")
def test_every_block_is_kept_or_cut_and_every_value_can_be_traced(raw: RawFile) -> None:
    if article := cleaned(raw):
        check_accounting(article)
        check_evidence(article)


@pytest.mark.parametrize("raw", SAMPLES, ids=lambda raw: f"{raw.path}:{raw.locator or ''}")
def test_the_same_bytes_give_the_same_article(raw: RawFile) -> None:
    assert pipeline.clean(raw, CATALOGUE, Settings(), NOW) == pipeline.clean(raw, CATALOGUE, Settings(), NOW)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A sample with lines dropped, doubled, moved or cut off, as bad dumps have them."""
    lines = draw(st.sampled_from(TEXTS)).splitlines(keepends=True)
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, max(len(lines) - 1, 0)))
        match draw(st.integers(0, 4)):
            case 0:
                del lines[at : at + draw(st.integers(1, 20))]
            case 1:
                lines[at:at] = lines[at : at + draw(st.integers(1, 5))]
            case 2:
                lines[at:at] = [draw(st.text(max_size=40)) + "\n"]
            case 3 if lines:
                lines[at] = lines[at][: draw(st.integers(0, 30))]
            case 4:
                lines = lines[at:]
    return "".join(lines)


@settings(max_examples=120)
@given(mutated())
def test_the_laws_hold_for_damaged_documents(text: str) -> None:
    if article := cleaned(raw_text(text)):
        check_accounting(article)
        check_evidence(article)


@settings(max_examples=80)
@given(st.text(max_size=400) | st.binary(max_size=400).map(lambda data: data.decode("latin-1")))
def test_no_text_crashes_the_pipeline(text: str) -> None:
    if article := cleaned(raw_text(text)):
        check_accounting(article)
        check_evidence(article)
