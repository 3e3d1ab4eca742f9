# Every target first runs ./setup, which does what is missing and else nothing.
# Recipes source .setup/env: it puts the cargo that ./setup chose on the path.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-rust test-ui test-browser test-python test-full bench verify lint format generate generate-check wheel clean

PYTHON_TOOLS := .venv/bin/python -m
CARGO := . .setup/env && cargo
# The extension module has no libpython to link a test with; its tests are in Python.
TESTED := --workspace --exclude spinloom-python

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup:  ## Install and build what is missing
	@./setup

demo: setup  ## Train a grid of models on the digits data set, live
	@SPINLOOM_USER=$${SPINLOOM_USER:-demo} .venv/bin/spinloom run examples/digits/flow.py
	@echo "to look at it in a browser: .venv/bin/spinloom ui (or .venv/bin/spinloom server, which says where)"

test:  ## Run the tests (of those that compare with Metaflow, a sample)
	@./setup --metaflow --servers
	@$(MAKE) --no-print-directory test-rust layers
	@$(MAKE) --no-print-directory test-python
	@$(MAKE) --no-print-directory test-ui
	@CI=1 $(MAKE) --no-print-directory test-browser

test-rust:  ## Run the Rust tests
	@./setup --servers
	@. .setup/env; \
	if cargo nextest --version >/dev/null 2>&1; then cargo nextest run $(TESTED) --no-fail-fast; \
	else cargo test $(TESTED) --no-fail-fast; fi

test-ui: setup  ## Run the tests of the pages: types, style, logic, size
	@. .setup/env && cd ui && for what in check test size; do npm run --silent $$what || exit; done

# With CI=1 two at once, and what fails is tried again: a browser on a busy machine is not always in time.
test-browser:  ## Run the tests of the pages in a browser, with real runs and a real server
	@./setup --servers
	@. .setup/env && cd ui && npm run --silent e2e

test-python: setup  ## Run the Python tests and the flow suites, two files at a time
	$(PYTHON_TOOLS) pytest -n 2 --dist loadfile

test-full: test  ## Run every test, all that compare with Metaflow, and the flow suites once more in fresh interpreters
	SPINLOOM_TEST_FULL=1 $(PYTHON_TOOLS) pytest tests/differential tests/wire tests/s3
	SPINLOOM_TEST_ISOLATION=spawn $(PYTHON_TOOLS) pytest tests/flows docs/guide docs/agents.md

bench:  ## Measure against Metaflow
	@./setup --bench
	.venv/bin/python benches/bench.py $(ARGS)

verify: lint generate-check test  ## Say whether this is ready: format, lint, layers, generated files, tests

lint: setup layers  ## Check format, lints and layers
	@$(CARGO) fmt --all --check
	@$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	$(PYTHON_TOOLS) ruff format --check
	$(PYTHON_TOOLS) ruff check

.PHONY: layers
layers: setup  ## Check which crate uses which, file lengths and links
	@$(CARGO) xtask layers
	@$(CARGO) xtask limits
	@$(CARGO) xtask links

format: setup  ## Format everything
	@$(CARGO) fmt --all
	$(PYTHON_TOOLS) ruff format
	$(PYTHON_TOOLS) ruff check --fix

generate: setup  ## Write the generated pages
	@$(CARGO) xtask generate

generate-check: setup  ## Check that the generated pages are up to date
	@$(CARGO) xtask generate --check

wheel: setup  ## Build a release wheel into dist/
	@. .setup/env && PATH="$(CURDIR)/.venv/bin:$$PATH" $(PYTHON_TOOLS) pip wheel --no-deps --no-build-isolation --wheel-dir dist .

clean:  ## Remove what was built and installed here
	rm -rf target dist .venv .venv-metaflow .venv-bench .venv-servers .boot .setup packaging/data/scripts python/spinloom/_native*.so ui/node_modules ui/dist
