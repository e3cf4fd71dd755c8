# `make` alone lists what there is to make. Each target brings its own virtual environment up to date first.
SHELL := /bin/bash
PYTHON ?= python3.11
BIN := .venv/bin
export RAY_USAGE_STATS_ENABLED := 0
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help

help:  ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "no $(PYTHON) on this machine: install it, or say make PYTHON=..."; exit 1; }
	$(PYTHON) -m venv .venv

.venv/run.stamp: requirements/run.txt | .venv/bin/python
	$(BIN)/pip install -q --require-hashes -r requirements/run.txt
	$(BIN)/pip install -q --no-deps --no-build-isolation -e . 
	@touch $@

.venv/dev.stamp: requirements/dev.txt .venv/run.stamp
	$(BIN)/pip install -q --require-hashes -r requirements/dev.txt
	@touch $@

check: .venv/dev.stamp  ## lint, types, floors and the fast tests, under 2 minutes
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/pyright
	$(BIN)/pytest -m "not ray and not slow"

test: .venv/dev.stamp  ## every test but the slow suite, under 15 minutes
	$(BIN)/pytest -m "not slow"

.PHONY: help check test
