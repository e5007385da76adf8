# Two commands to know: `make run` and `make test`. `make help` lists the rest.
PORT ?= 8501
ZONE ?= zone
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: help setup run test check format lint types imports lock bench clean
.DEFAULT_GOAL := help

help: ## This list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

# The stamp is newer than the lock file when the environment matches it; an interrupted install leaves no stamp.
$(STAMP): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Varde needs Python 3.11 or newer: make PYTHON=python3.12 setup"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

setup: $(STAMP) ## Make the environment in .venv from the hashed lock file

run: setup ## Start custodian and app on http://localhost:PORT, with a demo zone if there is none (PORT=8501 ZONE=zone)
	@test -e $(ZONE)/zone.json || $(BIN)/varde demo $(ZONE)
	@exec $(BIN)/varde run --zone $(ZONE) --port $(PORT)

# One thread each for linear algebra: two test processes on two cores would otherwise wait for each other's threads.
test: export OMP_NUM_THREADS = 1
test: export OPENBLAS_NUM_THREADS = 1
test: setup ## All tests
	$(BIN)/pytest -n 2 --dist worksteal -m "not slow"

format: setup ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: setup
	$(BIN)/mypy

imports: setup
	$(BIN)/lint-imports

check: lint types imports test ## Format, lint, types, import contracts, tests: what must pass before a change lands

lock: setup ## Write requirements.lock anew from pyproject.toml
	UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--all-extras --upgrade pyproject.toml -o requirements.lock

bench: setup ## Measure against the peers (in .bench-venv and R) and write docs/benchmarks.md and docs/validation.md
	$(BIN)/python -m benchmarks

clean: ## Remove the environment and caches; never a zone
	rm -rf .venv .bench-venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
