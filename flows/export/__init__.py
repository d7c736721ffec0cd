"""`python -m flows.export`: the corpus for tools that want something else than plain Parquet."""
