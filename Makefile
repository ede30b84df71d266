# Needs Python >= 3.11 and make, nothing else: the first target makes an environment in .venv.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
STARS ?= 100000
DEMO ?= demo
CLUSTER ?= laptop

.PHONY: help environment demo examples test test-system test-long bench lint types clean

help:
	@echo "make demo         mock release, ingest, the two-disks pipeline, report (STARS=$(STARS))"
	@echo "make examples     real stars, five pipelines, their reports (FROM=folder of the tables)"
	@echo "make test         all tests"
	@echo "make test-system  tests that need installed services; those of the extra hats"
	@echo "make test-long    calibration, fuzz and kills; writes its tables to benchmarks/"
	@echo "make bench        speed and memory against the peers; writes benchmarks/RESULTS.md"
	@echo "make lint types   ruff and mypy"

environment: $(READY)

$(READY): pyproject.toml constraints.txt setup.py
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "galdask needs Python >= 3.11; say make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[test]"
	@touch $(READY)

demo: $(READY)
	$(BIN)/galdask mock dr17 --stars $(STARS) --seed 1 --to $(DEMO)/release --layout lite
	$(BIN)/galdask ingest dr17 --from $(DEMO)/release --store $(DEMO)/store --cluster $(CLUSTER)
	$(BIN)/galdask run two_disks --store $(DEMO)/store --out $(DEMO)/out --cluster $(CLUSTER)
	@echo
	@echo "Open $(DEMO)/out/report/index.html in a browser; the pictures are in $(DEMO)/out/figures."

# Real stars: the tables that pipelines/examples/README.md names lie in the folder FROM.
examples: $(READY)
	@test -d "$(FROM)" || { echo "say where the tables of real stars are: make examples FROM=DIR"; exit 2; }
	for release in occam apo_k2 inner_galaxy dr17_layout dr12_hipparcos; do \
	  $(BIN)/galdask ingest pipelines/examples/$${release}_release.yaml --from "$(FROM)" \
	    --store $(DEMO)/stores/$$release --cluster inline || exit; \
	done
	for pipeline in apo_k2 apo_k2_ages inner_galaxy dr17_layout dr12_hipparcos; do \
	  $(BIN)/galdask run pipelines/examples/$$pipeline.yaml --store $(DEMO)/stores/$${pipeline%_ages} \
	    --out $(DEMO)/$$pipeline --cluster $(CLUSTER) || exit; \
	done

test: $(READY)
	$(BIN)/python -m pytest -q -n logical --dist loadfile -m "not system and not long"

test-system: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[test,hats]"
	$(BIN)/python -m pytest -q -m system
	$(BIN)/python -m pytest -q tests/exports/test_hats.py

test-long: $(READY)
	$(BIN)/python -m pytest -q -m long --timeout 7200

bench: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[test,bench]"
	$(BIN)/python -m benchmarks

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

clean:
	rm -rf $(VENV) $(DEMO) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
