"""Each sample of `raw/` through the real command, against what must come of it (see `tests/golden.py`)."""

import json

import pytest

from tests import golden

FOLDERS = sorted(path.name for path in golden.GOLDEN.iterdir() if path.is_dir())
NAMES = sorted({*golden.documents(), *FOLDERS})


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    corpus = tmp_path_factory.mktemp("golden") / "corpus"
    golden.ingest("raw", corpus)
    return golden.by_slug(corpus)


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_comes_out_as_stated(found, name):
    assert name in golden.documents(), "a golden folder without a raw document: delete it"
    assert name in found, "a raw document that is in no table"
    file = golden.GOLDEN / name / "must.toml"
    assert file.exists(), f"a raw document without a statement by hand: write {file.relative_to(golden.ROOT)}"
    assert golden.complaints(found[name], golden.must(name), golden.article_paths(found)) == []
    file = file.with_name("expected.json")
    assert file.exists(), f"a raw document without a golden: `python -m tests.golden --write {name}`, then read it"
    assert golden.readable(found[name]) == json.loads(file.read_text(encoding="utf-8"))


def test_every_raw_document_is_in_one_table(found):
    assert sorted(found) == sorted(golden.documents())


def test_a_text_is_its_paragraphs(found):
    for row in found.values():
        if row["table"] != "rejects":
            assert row["text"] == "\n\n".join(paragraph["text"] for paragraph in row["paragraphs"])


ROW = {
    "table": "articles",
    "article_id": "a1",
    "title": "Ice breaks",
    "authors": ["Ada Quill"],
    "section": None,
    "captions": [{"text": "The bay", "credit": None}],
    "text": "Kept words.\n\nA heading",
    "paragraphs": [{"text": "Kept words.", "kind": "paragraph"}, {"text": "A heading", "kind": "heading"}],
    "cuts": [{"rule": "share.follow", "text": "Follow us"}],
    "duplicate_of": "b2",
}


@pytest.mark.parametrize(
    ("holds", "broken"),
    [
        ({"is": {"captions": [{"text": "The bay"}]}}, {"is": {"title": "Ice"}}),
        ({"one_of": {"title": ["Ice breaks"]}}, {"one_of": {"title": ["Ice"]}}),
        ({"has": {"title": "ICE", "authors": ["Ada Quill"]}}, {"has": {"authors": ["Bo"]}}),
        ({"null": ["section"]}, {"null": ["authors"]}),
        ({"starts": "Kept", "ends": "heading"}, {"starts": "words"}),
        ({"keeps": ["words"], "lacks": ["Follow"]}, {"lacks": ["words"]}),
        ({"paragraphs": 2, "kinds": {"heading": ["A heading"]}}, {"kinds": {"heading": []}}),
        ({"cuts": ["share"]}, {"uncut": True}),
        ({"duplicate_of": "b.txt"}, {"duplicate_of": "a.txt"}),
        ({}, {"table": "rejects"}),
    ],
)
def test_a_statement_is_held_against_the_row(holds, broken):
    paths = {"a1": "a.txt", "b2": "b.txt"}
    assert golden.complaints(ROW, {"table": "articles", **holds}, paths) == []
    assert len(golden.complaints(ROW, {"table": "articles", **broken}, paths)) == 1
