"""The data contract as package data: `corpus.toml` is the schema's only source (read by `flows.schema`)."""
