"""Claims → one value a field, with its evidence: the order of trust is data, disagreement is kept."""

from flows.metadata.draft import Resolved
from flows.metadata.resolver import resolve

__all__ = ["Resolved", "resolve"]
