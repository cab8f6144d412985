# Every target does its own set-up; the second time it is quick.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
export PREFECT_SERVER_ANALYTICS_ENABLED = false
export DO_NOT_TRACK = 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test check lock bench clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(VENV)/.installed: requirements-dev.lock pyproject.toml
	@test -x $(BIN)/python || $(if $(UV),$(UV) venv --quiet --allow-existing --python $(PYTHON) $(VENV),$(PYTHON) -m venv $(VENV))
	@echo "Installing the packages of requirements-dev.lock into $(VENV) …"
	@$(if $(UV),$(UV) pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r requirements-dev.lock,$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock)
	@$(if $(UV),$(UV) pip install --quiet --python $(BIN)/python --no-deps -e .,$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .)
	@touch $@

setup: $(VENV)/.installed ## Install everything into .venv

demo: setup ## Run the whole product on made-up bills; prints the address to open
	@exec $(BIN)/python -m demo

test: setup ## Run all tests
	@$(BIN)/python -m pytest -q -n 4 --dist loadfile

check: setup ## Lint, types, import rules, deployment files, docs
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/hadolint Dockerfile

lock: setup ## Resolve the dependencies anew into the two lock files
	@$(BIN)/python -m pip show -q uv >/dev/null 2>&1 || $(BIN)/python -m pip install --quiet uv
	@$(BIN)/python -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 pyproject.toml -o requirements.lock
	@$(BIN)/python -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

bench: setup ## Print the benchmarks' ratios (minutes)
	@for name in guard anomalies forecasts ingest; do echo "== $$name"; $(BIN)/python -m benchmarks.$$name; done

clean: ## Stop the embedded server and remove the environment and local state
	@test ! -x $(BIN)/finops || $(BIN)/finops db stop || true
	@rm -rf $(VENV) .finops
