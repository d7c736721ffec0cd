"""The corpus documents itself: `croissant.json`, the data card `README.md` and `SHA256SUMS`, beside the tables."""

from flows.card.renew import renew

__all__ = ["renew"]
