"""copydesk: a news-ingestion pipeline and corpus normaliser.

A raw file travels through the modules in this order: sources, formats, judges and rules (in cleaning),
metadata and dates, dedup, corpus.  Only `flows.flow` knows Prefect.
"""

__version__ = "0.1.0"
