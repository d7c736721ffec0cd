"""Boilerplate rules: what is certainly not the article's text, which kind it is, and what data it holds.

Rules that match the words of one block are data (`*.toml`, read by `catalogue`, held against blocks by `match`); rules
that compare blocks with each other or with what is known of the article are functions (`structure`).
"""

from __future__ import annotations

from flows.model import Document
from flows.rules.catalogue import load
from flows.rules.index import Catalogue
from flows.rules.marks import Mark, locate
from flows.rules.match import by_catalogue
from flows.rules.page import Known, page
from flows.rules.rule import Rule, RuleError
from flows.rules.structure import by_structure

__all__ = ["Catalogue", "Known", "Mark", "Rule", "RuleError", "load", "locate", "mark"]


def mark(document: Document, known: Known, catalogue: Catalogue) -> tuple[Mark, ...]:
    """Everything that the rules say of a document, in the order of its blocks.

    A block has at most one mark that cuts the whole of it, and then no other; pieces cut from one block do not overlap.
    """
    seen = page(document, known)
    marks = by_structure(seen, list(by_catalogue(catalogue, seen)))
    return tuple(sorted(marks, key=lambda found: (found.block, found.start, found.end, found.rule)))
