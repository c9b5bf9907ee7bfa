# `make` sets up .venv and runs the default study; `make test` sets up and tests.
PYTHON ?= python3
VENV := .venv

study: $(VENV)/installed
	$(VENV)/bin/snakemake --cores all

test: $(VENV)/installed
	$(VENV)/bin/python -m pytest -n auto --maxprocesses 4 --dist loadgroup

# Installed anew whenever a pin changes.
$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --editable '.[test]'
	touch $@

.PHONY: study test
