# `make` lists the targets. The virtual environment is .venv; every target makes it as it needs it.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c

VENV := .venv
BIN := $(VENV)/bin
PROJECTS := $(sort $(wildcard libs/*/pyproject.toml services/*/pyproject.toml))
EDITABLE := $(addprefix --editable ,$(patsubst %/pyproject.toml,./%,$(PROJECTS)))
CODE := libs services tests tools conftest.py $(wildcard benchmarks docs/examples)

# The first Python that is recent enough; PYTHON=/some/python3 decides otherwise.
RECENT := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(firstword $(foreach python,python3 python3.13 python3.12 python3.11 python3.14,\
	$(shell $(python) -c '$(RECENT)' 2>/dev/null && echo $(python))))

# Hashes are required and nothing is compiled: what is installed is what was locked.
INSTALL := PYTHONUNBUFFERED=1 $(BIN)/python -m pip install --disable-pip-version-check
LOCKED := $(INSTALL) --progress-bar off --require-hashes --only-binary :all: --requirement
OURS := $(INSTALL) --quiet --no-deps --no-build-isolation $(EDITABLE)
FETCHED := | awk '/Downloading/ {print " ", $$2, $$3, $$4; fflush()} /^Installing/ {print "  unpacking"}'

# Without their compiled files, the processes of a hub compile 200 modules at each of their starts.
unexport PYTHONDONTWRITEBYTECODE

# Tests wait more than they work: two processes of them keep two cores busy.
WORKERS ?= 2

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup fmt check test unit integration cover chaos drills demo up down status schemas docs bench evaluate lock clean

help: ## list the targets
	@echo 'Usage: make TARGET. Needs Python 3.11 or newer; everything else is fetched into $(VENV).'
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 15

setup: $(VENV)/.dev ## make .venv with all that checks and tests need

fmt: $(VENV)/.dev ## format the code, and mend what ruff can mend safely
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

check: $(VENV)/.dev ## format, lint, types, imports, tidiness, generated files, locks
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/basedpyright
	$(BIN)/lint-imports --no-cache
	$(BIN)/python tools/tidy.py
	$(BIN)/python tools/generate.py --check
	$(BIN)/python tools/lock.py --check

test: $(VENV)/.dev ## every test, on a real Kafka and a real PostgreSQL; says what it skipped and why
	@echo 'All tests, on addresses from the environment, else Docker, else an embedded Kafka and PostgreSQL.'
	$(BIN)/pytest -rs --durations=10 --numprocesses=$(WORKERS) --no-loadscope-reorder $(ARGS)

unit: $(VENV)/.dev ## only the tests that need no Kafka and no PostgreSQL
	$(BIN)/pytest -rs -m 'not integration' $(ARGS)

integration: $(VENV)/.dev ## only the tests on a real Kafka or a real PostgreSQL
	$(BIN)/pytest -rs -m integration $(ARGS)

cover: $(VENV)/.dev ## every test, and which lines of rules, use cases and contracts none of them runs
	$(BIN)/pytest -q --cov --cov-report= $(ARGS)
	$(BIN)/coverage report --fail-under=100 --include='*/domain/*,*/usecases/*,libs/contracts/src/*'
	$(BIN)/coverage report --fail-under=90 | tail -n 1

chaos: $(VENV)/.dev ## break a hub at random while many write to it; DURATION=seconds SEED=number JSON=FILE
	$(BIN)/python -m maillage_hub.chaos $(addprefix --duration=,$(DURATION)) \
		$(addprefix --seed=,$(SEED)) $(addprefix --json=,$(JSON)) $(ARGS)

drills: $(VENV)/.dev ## sabotage a copy of the kernel, in each of some ways: the tests must turn red
	$(BIN)/python tools/drills.py $(ARGS)

demo: $(VENV)/.runtime ## three stories of two territories, from flow to impact; ONCE=1 stops the hub afterwards
	@echo 'Starting two hubs (Kafka, PostgreSQL, five services each) on this machine, and playing three stories on them.'
	$(BIN)/maillage demo $(if $(ONCE),--once) $(ARGS)

up: $(VENV)/.runtime ## start a hub on this machine; ARGS are those of `maillage up`
	$(BIN)/maillage up $(ARGS)

down: $(VENV)/.runtime ## stop it; its data stays in .maillage
	$(BIN)/maillage down $(ARGS)

status: $(VENV)/.runtime ## say what runs, and where
	$(BIN)/maillage status $(ARGS)

schemas: $(VENV)/.dev ## write the JSON Schemas and the AsyncAPI document from the contracts
	$(BIN)/python tools/generate.py

docs: $(VENV)/.dev ## write the generated pages of docs/
	$(BIN)/python tools/generate.py

bench: $(VENV)/.dev ## run every benchmark; ONLY=name for one, JSON=FILE keeps the figures
	$(BIN)/python benchmarks/run.py $(addprefix --only ,$(ONLY)) $(addprefix --json ,$(JSON)) $(ARGS)

EXCHANGES ?= ../shared/data/symbiosis/maestri_exchanges_dev.csv
evaluate: $(VENV)/.dev ## how well matching ranks documented exchanges; EXCHANGES=FILE, TRAIN=FILE, JSON=FILE
	$(BIN)/python -m maillage_matching evaluate --exchanges $(EXCHANGES) \
		$(addprefix --train ,$(TRAIN)) $(addprefix --json ,$(JSON)) $(ARGS)

lock: $(VENV)/.dev ## resolve the requirements again; ARGS=--upgrade takes the newest versions
	$(BIN)/python tools/lock.py $(ARGS)

clean: ## remove .venv and the caches; the hub's data in .maillage is kept
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis .coverage htmlcov
	find libs services tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.made:
	@test -n '$(PYTHON)' || { echo 'maillage needs Python 3.11 or newer: none of python3, python3.11 to' \
		'python3.14 is. Install one, or name it: make PYTHON=/path/to/python3' >&2; exit 1; }
	@$(PYTHON) -c '$(RECENT)' || { echo '$(PYTHON) is not Python 3.11 or newer' >&2; exit 1; }
	@echo 'Making $(VENV) with $(PYTHON) ...'
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo 'This Python cannot make a virtual environment:' \
		'on Debian and Ubuntu, install python3-venv.' >&2; exit 1; }
	@touch $@

$(VENV)/.runtime: $(VENV)/.made requirements/runtime.txt $(PROJECTS)
	@echo 'Fetching what a hub needs, at locked versions (some 120 MB the first time, Java and PostgreSQL among it) ...'
	@$(LOCKED) requirements/runtime.txt $(FETCHED)
	@$(OURS)
	@touch $@

$(VENV)/.dev: $(VENV)/.made requirements/dev.txt requirements/runtime.txt $(PROJECTS)
	@echo 'Fetching what a hub and its tests need, at locked versions (some 290 MB the first time) ...'
	@$(LOCKED) requirements/dev.txt $(FETCHED)
	@$(OURS)
	@touch $@ $(VENV)/.runtime
