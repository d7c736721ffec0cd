"""Pages whose article stands only in a script: it is found, and its offsets lead back to the escaped source."""

from __future__ import annotations

import json
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.formats import html
from flows.judges.html import judge
from flows.model import Kind

BODY = [
    "The harbour of Ferndale froze on Sunday for the first time in thirty years, and the ferries stayed at the quay.",
    "“We have no icebreaker,” said Odile Brandt, the harbour master. “We sold it in the spring, for scrap, at a loss.”",
    "Fishing boats are to be towed out on Tuesday; the crews want the county to pay for the days that they have lost.",
    "Kim Sorel, who has fished here since 1979, said the ice would be gone in a week & that he would be out in two.",
    "The 港 authority – as it is called on the boats – has ordered coal, salt and 😀 two hundred pairs of warm boots.",
]
MARKUP = "<h2>Cold quay</h2>" + "".join(f'<p class="text">{each.replace("&", "&amp;")}</p>' for each in BODY)
SHELL = '<html><head><title>Ice</title></head><body><nav><a href="/">Home</a></nav><div id="root"></div>{}</body>'


def page(script: str, kind: str = "application/json", visible: str = "") -> str:
    return SHELL.format(f'{visible}<script type="{kind}">{script}</script><footer>© The Ferndale Post</footer>')


def scripted(source: str) -> list[str]:
    document = html.read(source, "utf-8")
    for before, after in zip(document.blocks, document.blocks[1:], strict=False):
        assert before.end <= after.start
    return [block.text for block in document.blocks if "script" in block.hints]


def test_a_body_in_a_state_object_becomes_blocks() -> None:
    state = json.dumps({"props": {"story": {"id": 7, "title": "Ice", "body": MARKUP}}}).replace("<", "\\u003c")
    source = page(state)
    assert scripted(source) == ["Cold quay", *BODY]
    blocks = html.read(source, "utf-8").blocks
    assert blocks[0].text == "Home" and blocks[-1].text == "© The Ferndale Post"
    first, last = blocks[2], blocks[-2]
    assert source[first.start : first.end] == BODY[0]
    assert json.loads(f'"{source[last.start : last.end]}"') == BODY[-1]
    assert blocks[1].kind is Kind.HEADING


def test_plain_text_in_json_ld_is_split_at_its_lines() -> None:
    source = page(json.dumps({"@type": "NewsArticle", "articleBody": "\n\n".join(BODY)}), "application/ld+json")
    assert scripted(source) == BODY


def test_a_streamed_chunk_and_json_in_a_string_are_read() -> None:
    chunk = f"self.__next_f.push([1,{json.dumps(MARKUP)}])"
    assert scripted(page(chunk, "text/javascript")) == ["Cold quay", *BODY]
    nested = f"self.__next_f.push([1,{json.dumps('5:' + json.dumps({'content': MARKUP}))}])"
    assert scripted(page(nested, "text/javascript")) == ["Cold quay", *BODY]


def test_paragraphs_that_are_stored_one_by_one_stay_together() -> None:
    elements = [{"type": "text", "content": each} for each in BODY]
    source = page(json.dumps({"summary": "Ice in the harbour.", "content_elements": elements}))
    assert scripted(source) == BODY


def test_the_judge_keeps_what_a_script_holds() -> None:
    document = html.read(page(json.dumps({"articleBody": MARKUP})), "utf-8")
    kept = [block.text for block, verdict in zip(document.blocks, judge(document), strict=True) if verdict.keep]
    assert set(BODY) <= set(kept) and "Home" not in kept


def test_a_page_that_shows_its_article_is_left_alone() -> None:
    visible = "".join(f"<p>{each}</p>" for each in BODY)
    assert scripted(page(json.dumps({"articleBody": "\n".join(BODY)}), visible=visible)) == []
    assert scripted(page(json.dumps({"settings": {"html": "<p>Loading.</p>", "label": " ".join(BODY)}}))) == []


def test_hostile_scripts_take_linear_time() -> None:
    start = time.process_time()
    for unit in ('"body":"', '"body":"\\', '[1,"', '{"text" ', "\\u003c", '"body":"x"', '[1,"[1,\\"', '"html":"<p>\\n'):
        html.read(f"<script>{unit * 20_000}</script>", "utf-8")
        html.read(f'<script>"body":"{unit * 20_000}"</script>', "utf-8")
        html.read("<script>" * 2_000 + unit * 2_000, "utf-8")
    assert time.process_time() - start < 12


_WORDS = st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Z"]), min_size=1, max_size=9))


@given(_WORDS, st.booleans())
@settings(max_examples=100, deadline=None)
def test_any_string_comes_out_as_it_was_written(words: list[str], escaped: bool) -> None:
    text = " ".join([*BODY[:4], *words, *BODY[:4]]).replace("<", "").replace("&", "and")
    value = json.dumps({"articleBody": text}, ensure_ascii=escaped)
    source = page(value)
    for block in html.read(source, "utf-8").blocks:
        if "script" in block.hints:
            raw = json.loads(f'"{source[block.start : block.end]}"')
            assert "".join(filter(str.isalnum, raw)) == "".join(filter(str.isalnum, text))
