# `make` alone lists what there is to make. Each target brings its own virtual environment up to date first.
SHELL := /bin/bash
PYTHON ?= python3.11
BIN := .venv/bin
PYTEST := $(BIN)/pytest -n $(shell nproc) --dist loadscope --no-loadscope-reorder
RAY_TESTS := $(BIN)/pytest -n 2 --dist loadscope --no-loadscope-reorder # each process has a Ray of its own
export RAY_USAGE_STATS_ENABLED := 0
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Where this is set, every process of every test compiles all modules anew.
export PYTHONDONTWRITEBYTECODE :=
# Uses of kernels (pipeline/stages/kernel_uses.py) of the demo's job; a test compares them with it.
DEMO_KERNELS := readers.warc readers.wet readers.jsonl extract.main_text rewrite.unicode signals.language \
	signals.counts decide.bounds keys tokens-best_fit dedup-text

.DEFAULT_GOAL := help

help:  ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "no $(PYTHON) on this machine: install it, or say make PYTHON=..."; exit 1; }
	$(PYTHON) -m venv .venv

.venv/kernels.stamp: requirements/kernels.txt | .venv/bin/python
	$(BIN)/pip install -q --require-hashes -r requirements/kernels.txt
	$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	@touch $@

.venv/run.stamp: requirements/run.txt .venv/kernels.stamp
	$(BIN)/pip install -q --require-hashes -r requirements/run.txt
	@touch $@

.venv/dev.stamp: requirements/dev.txt .venv/run.stamp
	$(BIN)/pip install -q --require-hashes -r requirements/dev.txt
	@touch $@

.venv-peers/stamp .venv-torch/stamp .venv-train/stamp .venv-docs/stamp: .venv-%/stamp: requirements/%.txt
	@command -v $(PYTHON) >/dev/null || { echo "no $(PYTHON) on this machine: install it, or say make PYTHON=..."; exit 1; }
	$(PYTHON) -m venv .venv-$*
	.venv-$*/bin/pip install -q --require-hashes -r requirements/$*.txt
	@touch $@

demo: .venv/kernels.stamp  ## a real crawl excerpt to packed token shards, under 3 minutes
	@$(BIN)/python -m corpusmill.pipeline.kernels.ahead $(DEMO_KERNELS) >/dev/null 2>&1 & # while the rest is installed
	@$(MAKE) --no-print-directory .venv/run.stamp
	$(BIN)/corpusmill demo demo-output

kernel-table: .venv/dev.stamp  ## write the table of kernels, which says what to compile ahead of a job
	$(BIN)/python -m corpusmill.pipeline.commands.kernel_table

wheel: .venv/run.stamp  ## a wheel for this platform in dist/, with all kernels compiled
	$(BIN)/corpusmill kernels build
	$(BIN)/pip wheel -q --no-deps --no-build-isolation -w dist .

check: lint  ## lint, types, floors and the fast tests, under 2 minutes
	$(MAKE) --no-print-directory -j2 types fast

lint: .venv/dev.stamp  ## style and floors, seconds
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: .venv/dev.stamp  ## types
	NODE_OPTIONS=--max-semi-space-size=64 $(BIN)/pyright  # young objects in larger rooms: 7 % less CPU

fast: .venv/dev.stamp  ## the tests that need no Ray and take no seconds
	$(PYTEST) -m "not ray and not slow and not thorough"

test: .venv/dev.stamp  ## every test but the slow suite, about 20 minutes on two cores
	$(PYTEST) -m "not ray and not slow"
	$(RAY_TESTS) -m "ray and not slow"

test-full: .venv/dev.stamp .venv-peers/stamp .venv-torch/stamp  ## every test, also those that take minutes or need the peers
	$(PYTEST) -m "not ray"
	$(BIN)/pytest -m ray

faults: .venv/dev.stamp  ## break machines, disks, keys and the store under a run: the table in build/faults.md, an hour
	$(BIN)/pytest tests/faults/cluster
	@cat build/faults.md

soak: .venv/dev.stamp  ## small jobs back to back, which must not grow: half an hour, or MINUTES=10
	CORPUSMILL_SOAK_MINUTES=$(or $(MINUTES),30) $(BIN)/pytest -s tests/faults/test_soak.py

bench: .venv/dev.stamp .venv-peers/stamp  ## speed against the peers, with the answers pinned; QUICK=1 for twenty minutes
	$(BIN)/python -m benchmarks $(if $(QUICK),--quick)

golden: .venv/dev.stamp  ## rewrite the golden files; review the diff
	CORPUSMILL_REWRITE_GOLDEN=1 $(BIN)/pytest tests/golden

docs: .venv/dev.stamp  ## write docs/reference and docs/pictures from the code
	$(BIN)/python -m docs.generator

site: .venv/run.stamp .venv-docs/stamp  ## the documentation as a site, in build/site; a broken link ends it
	$(BIN)/python -m docs.site
	cd build && ../.venv-docs/bin/zensical build --strict --clean

lock: .venv/bin/python  ## compile the locked requirements from the .in files
	$(BIN)/pip install -q uv==0.13.9
	cd requirements && for name in kernels run dev peers train torch docs; do ../$(BIN)/uv pip compile -q --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --no-annotate $$name.in -o $$name.txt || exit 1; done

.PHONY: help demo check lint types fast test test-full faults soak bench golden docs site lock kernel-table wheel
