# Two commands are enough on a fresh machine: `make ingest` and `make test`.  Both set up what they need in .venv.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
RAW ?= raw
OUT ?= normalized

export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: ingest review test torture lint types schema-docs lock clean

ingest: $(VENV)/.ingest ## clean the samples in raw/ into normalized/
	$(BIN)/python -m flows.ingest $(RAW) --out $(OUT)

review: $(VENV)/.ingest ## the corpus as a page to look at: review.html beside the tables
	$(BIN)/python -m flows.review --corpus $(OUT) --raw $(RAW)

test: $(VENV)/.dev ## all tests
	$(BIN)/python -m pytest

torture: $(VENV)/.dev ## an hour of faults and hostile input; the tests have the short form
	$(BIN)/python -m tests.torture

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

schema-docs: $(VENV)/.dev ## renew schemas/README.md from schemas/corpus.toml
	$(BIN)/python -m flows.schema --write

lock: $(VENV)/bin/python ## renew constraints.txt; names versions, never hosts
	$(BIN)/python -m pip install -q uv
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --no-header --no-annotate --no-emit-index-url -q -o constraints.txt

clean:
	rm -rf $(VENV) build dist *.egg-info

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.ingest: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install -q -c constraints.txt -e .
	touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install -q -c constraints.txt -e '.[dev]'
	touch $@ $(VENV)/.ingest
