"""Records of JSONL: the usual field names, what is kept of the others, and what is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.formats import record
from flows.formats.parse import parse
from flows.model import Format, RawFile, Reason, Refused

BODY = "The ferry to Nordholm will run twice a day from June, the harbour office said on Monday."


def raw(value: object) -> RawFile:
    return RawFile("x.jsonl", "0" * 64, 1, json.dumps(value).encode(), "1", form=Format.RECORD)


@pytest.mark.parametrize("key", ["text", "body", "content", "articleBody", "Full Text", "maintext", "body-html"])
def test_the_usual_names_of_the_text_are_known(key: str) -> None:
    body, _, extra = record.read(json.dumps({key: BODY}))
    assert (body, extra) == (BODY, ())


def test_fields_become_claims_that_name_their_key() -> None:
    _, claims, extra = record.read(
        json.dumps(
            {
                "id": 17,
                "headline": "Ferry to run twice",
                "authors": [{"name": "Ada Brook"}, "Jon Reed"],
                "pub_date": "2026-05-04",
                "text": BODY,
                "mood": {"score": 0.5},
                "empty": None,
            }
        )
    )
    assert {(claim.field, claim.value, claim.origin) for claim in claims} == {
        ("source_id", "17", "record.id"),
        ("title", "Ferry to run twice", "record.headline"),
        ("author", "Ada Brook", "record.authors"),
        ("author", "Jon Reed", "record.authors"),
        ("published", "2026-05-04", "record.pub_date"),
    }
    assert extra == (("mood", '{"score": 0.5}'),)


def test_keys_may_be_spelled_as_programs_spell_them() -> None:
    _, claims, extra = record.read(
        json.dumps({"text": BODY, "publishedDate": "2026-05-04", "last-modified": "2026-05-05", "Author Name": "Ada"})
    )
    assert {(claim.field, claim.value) for claim in claims} == {
        ("published", "2026-05-04"),
        ("modified", "2026-05-05"),
        ("author", "Ada"),
    }
    assert extra == ()


def test_a_text_may_be_a_list_of_its_paragraphs() -> None:
    document = parse(raw({"paragraphs": [BODY, "The fare stays.", "So does the quay."]}))
    assert [block.text for block in document.blocks] == [BODY, "The fare stays.", "So does the quay."]
    with pytest.raises(Refused):
        record.read(json.dumps({"text": [{"type": "image"}, BODY]}))


def test_a_post_as_wordpress_gives_it_is_a_record() -> None:
    post = {
        "id": 7,
        "link": "https://weir.example/7",
        "title": {"rendered": "The weir &#8217;s <em>new</em> gate"},
        "content": {"rendered": f"<p>{BODY}</p>", "protected": False},
        "author": 12,
        "tags": [3, 4],
    }
    body, claims, extra = record.read(json.dumps(post))
    assert body == f"<p>{BODY}</p>"
    assert extra == (("author", "12"), ("tags", "[3, 4]"))
    assert ("title", "The weir ’s new gate") in {(claim.field, claim.value) for claim in claims}


def test_what_a_program_writes_for_no_value_is_no_value() -> None:
    line = json.dumps({"text": BODY, "title": float("nan"), "author": "nan", "date": "NaT", "section": "None"})
    _, claims, extra = record.read(line)
    assert claims == ()
    assert extra == (("author", "nan"), ("date", "NaT"), ("section", "None"))


def test_keywords_in_one_string_are_several() -> None:
    _, claims, _ = record.read(json.dumps({"text": BODY, "keywords": "ferry, harbour; Old Quay"}))
    assert [(claim.field, claim.value) for claim in claims] == [
        ("tag", "ferry"),
        ("tag", "harbour"),
        ("tag", "Old Quay"),
    ]


def test_a_second_text_field_is_kept_and_not_lost() -> None:
    body, _, extra = record.read(json.dumps({"html": f"<p>{BODY}</p>", "text": BODY}))
    assert body == BODY
    assert extra == (("html", f"<p>{BODY}</p>"),)


def test_the_text_of_a_record_may_be_html_or_markdown() -> None:
    page = "<html><body><article><p>" + BODY + "</p></article></body></html>"
    assert parse(raw({"content": page})).format is Format.HTML
    assert parse(raw({"content": f"# Ferry\n\nThe **harbour** office.\n\n{BODY}"})).format is Format.MARKDOWN


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"text": "The ferry', Reason.TRUNCATED),
        ('{"text": "The ferry",', Reason.TRUNCATED),
        ('{"text": The ferry}', Reason.MALFORMED),
        ("[1, 2]", Reason.MALFORMED),
        ('{"a":' * 20_000, Reason.MALFORMED),
        ('{"title": "No text"}', Reason.NO_ARTICLE),
        ('{"text": "  "}', Reason.NO_ARTICLE),
    ],
)
def test_what_is_no_record_is_refused_with_a_reason(line: str, reason: Reason) -> None:
    with pytest.raises(Refused) as caught:
        record.read(line)
    assert caught.value.reason is reason


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from(["title", "date", "tags", "mood", "html"]) | st.text(max_size=5), JSON, max_size=6)
)
def test_no_value_of_a_record_is_lost(fields: dict[str, object]) -> None:
    _, claims, extra = record.read(json.dumps(fields | {"text": BODY}))
    said = {claim.origin.removeprefix("record.") for claim in claims} | {key for key, _ in extra}
    given_keys = {key.translate(record.SURROGATES) for key, value in fields.items() if value not in (None, "", [], {})}
    assert given_keys - {"text"} <= said
