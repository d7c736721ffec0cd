"""Folded words, the hash of a text, and its sketch."""

from __future__ import annotations

import hashlib
import pickle
import unicodedata

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from flows.dedup.normal import words
from flows.dedup.sketch import BOUND, SMALLEST, Sketch, shingles, sketch, text_sha256
from tests.dedup_corpus import made_up


@given(st.text())
def test_text_hash_is_the_contracts_formula(text: str) -> None:
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(character for character in folded if character.isalnum())
    assert text_sha256(text) == hashlib.sha256(kept.encode()).hexdigest()


def test_same_text_in_other_type_has_the_same_hash() -> None:
    plain = "The mayor's office: 'No comment', it said. Efficient staff met at 9."
    typeset = (
        "THE MAYOR\u2019S OF\ufb01CE: \u2018No com\u00adment\u2019, it said.\n\nEf\ufb01cient\u00a0staff met at \uff19."
    )
    assert text_sha256(plain) == text_sha256(typeset)


def test_words_keep_what_an_invisible_character_splits() -> None:
    assert words("com\u00admittee zero\u200bwidth don\u2019t R2-D2") == [
        "committee",
        "zerowidth",
        "don",
        "t",
        "r2",
        "d2",
    ]


def test_scripts_without_spaces_are_cut_into_overlapping_words() -> None:
    assert words("東京スカイ2031年Tokyo。年") == ["東京", "京ス", "スカ", "カイ", "2031", "年", "tokyo", "年"]
    assert words("ท่าเรือใหม่ ปิด") == ["ท่าเ", "่าเร", "าเรื", "เรือ", "รือใ", "ือให", "อใหม", "ใหม่", "ปิด"]


def test_vowel_signs_and_accents_stay_in_their_words() -> None:
    assert words("बंदरगाह फिर खुला") == ["बंदरगाह", "फिर", "खुला"]
    assert words("항만은 다시 열렸다.") == ["항만은", "다시", "열렸다"]


def test_sketch_hash_is_stable() -> None:
    # Written down once: a change here means another VERSION, and every index made again.
    (first, *_) = shingles(["harbour", "council", "weighs", "ferry", "plan"])
    assert int(first) == 0xE3EC93C19F321ED0


def test_short_text_keeps_all_it_has_and_long_text_an_eighth() -> None:
    assert sketch("").hashes == b""
    assert sketch("four words are few").hashes == b""
    assert len(sketch("seven words give three runs of five").array()) == 3
    long = made_up(1, 8000)
    kept = sketch(long).array()
    assert len(kept) > SMALLEST
    assert np.all(kept <= BOUND)
    assert 0.10 < len(kept) / sketch(long).shingles < 0.15


def test_sketches_estimate_containment() -> None:
    text = made_up(2, 4000)
    half = text[: len(text) // 2]
    inner, outer = sketch(half).array(), sketch(text).array()
    assert len(np.intersect1d(inner, outer)) / len(inner) > 0.95


@given(st.text(max_size=400))
def test_sketch_is_sorted_distinct_and_survives_pickling(text: str) -> None:
    made = sketch(text)
    assert np.all(np.diff(made.array().astype(object)) > 0)
    assert pickle.loads(pickle.dumps(made)) == made == Sketch(made.hashes, made.shingles)
