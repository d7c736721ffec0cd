"""What the block judge learns from beside real pages: which blocks of a made page are its article."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
import pytest

from benchmarks import align
from benchmarks.transplants import KINDS, READERS, transplants
from flows.judges.features import Array
from flows.model import Document

HOST = [
    "The harbour board of Niewport said on Tuesday that the old crane would be repaired before the winter.",
    "“We have waited for nine years,” said Marta Example, who runs Quay Market next to Fishers Row.",
    "Critics from Upper Niewport say that Olaf Sample and Petra Muster should have asked Kingsferry County first.",
    "A decision of the Saltmarsh Council is expected when Joris Proefman comes back from Westerlund in June.",
]
GUEST = [
    "在灯台町，图书馆的旧屋顶将在秋天以前换新，镇长星期三对居民说。",
    "工程由三家公司投标，费用不到两百万，居民表示欢迎。",
    "孩子们希望阅览室在假期里也能开放，馆员正在考虑这件事。",
]


@dataclass(frozen=True)
class Page:
    form: str
    body: str
    document: Document
    truth: Array


def page(form: str, body: list[str], menu: list[str], foot: list[str]) -> Page:
    document = READERS[form]("\n\n".join([*menu, *body, *foot]), "utf-8")
    return Page(form, "\n".join(body), document, np.array([block.text in body for block in document.blocks], float))


def made(form: str, kind: str, seed: int) -> tuple[list[str], list[str]]:
    """The blocks of a transplant that are its article, and the others."""
    menu, foot = [f"Menu {n}" for n in "abcdefg"], ["Terms of use", "© Niewport Courier"]
    host, guest = page(form, HOST, menu, foot), page(form, GUEST, [f"栏目{n}" for n in "甲乙丙丁戊己庚"], ["版权"])
    [(name, document, truth)] = transplants(host, [guest], [kind], random.Random(seed))
    assert name == kind and len(truth) == len(document.blocks)
    pairs = list(zip((block.text for block in document.blocks), truth, strict=True))
    assert pairs[0] == (menu[0], 0.0) and pairs[-1] == (foot[-1], 0.0)
    return [text for text, inside in pairs if inside], [text for text, inside in pairs if not inside]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("form", READERS)
def test_a_transplant_knows_its_article(form: str, seed: int) -> None:
    inside, outside = made(form, "whole", seed)
    assert inside == GUEST
    assert not {*HOST} & {*outside}
    inside, outside = made(form, "brief", seed)
    assert inside == HOST[: len(inside)] and len(inside) >= 1
    assert not {*GUEST} & {*inside} and len(outside) >= 3 + 3
    inside, outside = made(form, "rows", seed)
    assert not {*HOST} & {*outside}
    rows = [text for text in inside if text not in HOST]
    assert rows and all(any(sign.isdigit() for sign in row) for row in rows)


def test_the_same_seed_makes_the_same_page() -> None:
    assert all(made("text", kind, 5) == made("text", kind, 5) for kind in KINDS)


def test_pieces_of_a_broken_line_are_of_the_article() -> None:
    pieces = ["Critics from Upper Niewport say that", "Olaf Sample", "and", "Petra Muster", "should have asked first."]
    page = ["Olaf Sample", "Menu", HOST[0], *pieces, "Share", HOST[1], "Petra Muster", "and"]
    inside = [HOST[0], *pieces, HOST[1]]
    labels = align.label(page, "\n".join([HOST[0], " ".join(pieces), HOST[1]]))
    assert [text for text, article in zip(page, labels, strict=True) if article] == inside
