# `make` sets up .venv and runs the default study. `make test` runs the tests of the
# library, of the style and of one whole study; `make test-all` also those that take
# long: kills, full disks, Slurm and other schedulers, conda, downloads, more studies.
# `make simulate` simulates studies with a known truth: 45 minutes on two idle cores
# (docs/simulations.md). `make plan` says what a study will take, and runs nothing; with
# STUDY=studies/NAME.yaml, and ARGS="--config KEY=VALUE", it plans another one. `make
# architectures` runs one study with each architecture, and compares their claims.
PYTHON ?= python3
# Extra packages to install: `test`, and `browser` for the tests of pages in a browser.
# To add some later, remove .venv/installed.
EXTRAS ?= test
VENV := .venv
PYTEST := $(VENV)/bin/python -m pytest -n auto --maxprocesses 4 --dist loadgroup

study: $(VENV)/installed
	$(VENV)/bin/snakemake --cores all

plan: $(VENV)/installed
	@$(VENV)/bin/python workflow/plan.py $(addprefix --configfile ,$(STUDY)) $(ARGS)

test: $(VENV)/installed
	$(PYTEST) -m "not full"

test-all: $(VENV)/installed
	$(PYTEST)

ARCHITECTURES := kim2024 cnn10 ast_small
STUDIES := $(ARCHITECTURES:%=architectures_%)

# One study after the other, because each uses all cores.
architectures: $(VENV)/installed
	for name in $(ARCHITECTURES); do \
	    $(VENV)/bin/snakemake --cores all --configfile studies/architectures.yaml \
	        --config architecture=$$name study=architectures_$$name || exit; \
	done
	$(VENV)/bin/python workflow/compare.py $(STUDIES:%=results/%) \
	    --output results/architectures

simulate: $(VENV)/installed
	$(VENV)/bin/python benchmarks/simulate.py

# Installed again whenever a pin changes. Python compiles modules when it first imports
# them, and keeps the result; pip would compile all, of which most are never imported.
unexport PYTHONDONTWRITEBYTECODE
$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --no-compile --editable '.[$(EXTRAS)]'
	touch $@

.PHONY: study plan test test-all architectures simulate
