# Every target that needs the virtual environment makes it first: a fresh clone needs only
# Python 3.10 or newer, make, git, and a package index that pip can reach.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
PYTHON ?= $(shell for python in python3.11 python3 python3.14 python3.13 python3.12 python3.10; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null \
	&& echo $$python && break; done)
JOBS ?= 2
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help install demo test check format soak bench docs clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(VENV)/.dev ## set up .venv with memos (editable) and every development tool

demo: $(VENV)/.memos ## show memos at work, in a few seconds and without a model
	$(BIN)/memos demo $(ARGS)

test: $(VENV)/.dev $(VENV)/.redis ## run the tests, in JOBS=2 processes
	$(BIN)/pytest -n $(JOBS) -q $(ARGS)

check: $(VENV)/.dev ## lint, formatting, types, floors and sizes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/check_sizes.py

format: $(VENV)/.dev ## format the code and fix what ruff can fix
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

soak: $(VENV)/.dev $(VENV)/.redis ## run the long tests, one after another
	$(BIN)/pytest -m soak --timeout 3600 -v $(ARGS)

bench: $(VENV)/.memos ## run the benchmarks; ARGS="--help" lists them
	$(BIN)/memos bench $(ARGS)

docs: $(VENV)/.dev ## run every example in the documentation
	$(BIN)/pytest -m docs -q $(ARGS)

clean: ## remove .venv, caches and build outputs
	rm -rf $(VENV) build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find src tests tools benchmarks -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

# Stamps: both are stale as soon as pyproject.toml changes.
$(VENV)/.memos: pyproject.toml src/memos/providers/embedding/minilm.sha256 | $(BIN)/python
	@echo 'installing memos into $(VENV)'
	@$(PIP) -e .
	@touch $@

$(VENV)/.dev: pyproject.toml src/memos/providers/embedding/minilm.sha256 | $(BIN)/python
	@echo 'installing memos and its development tools into $(VENV)'
	@$(PIP) -e '.[dev]'
	@touch $@ $(VENV)/.memos

# The tests of the run-queue start servers of their own.
$(VENV)/.redis: | $(BIN)/python
	@set -eu; if ! command -v redis-server >/dev/null && command -v apt-get >/dev/null; then \
		sudo=; [ "$$(id -u)" = 0 ] || sudo="sudo -n"; \
		echo "no redis-server here: trying $${sudo:+$$sudo }apt-get install redis-server"; \
		{ $$sudo apt-get update -qq && $$sudo env DEBIAN_FRONTEND=noninteractive \
			apt-get install -y -qq --no-install-recommends redis-server >/dev/null; } || true; \
	fi; \
	command -v redis-server >/dev/null || { \
		echo "the tests need redis-server: sudo apt-get install redis-server, or put one on PATH, then try again" >&2; exit 1; }
	@touch $@

# Debian and Ubuntu ship python3 without ensurepip. Root, or sudo that asks no password, fetches it
# from apt; anyone else with pip gets by with virtualenv, thrown away after use.
$(BIN)/python:
	@set -eu; python="$(PYTHON)"; \
	[ -n "$$python" ] || { echo "memos needs Python 3.10 or newer: install it, or name it: make PYTHON=..." >&2; exit 1; }; \
	package="$$($$python -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"; \
	if ! $$python -c 'import ensurepip, venv' 2>/dev/null && command -v apt-get >/dev/null; then \
		sudo=; [ "$$(id -u)" = 0 ] || sudo="sudo -n"; \
		echo "$$python lacks ensurepip: trying $${sudo:+$$sudo }apt-get install $$package"; \
		{ $$sudo apt-get update -qq && $$sudo env DEBIAN_FRONTEND=noninteractive \
			apt-get install -y -qq --no-install-recommends "$$package" >/dev/null; } || true; \
	fi; \
	scratch="$$(mktemp -d)"; trap 'rm -rf "$$scratch"' EXIT; \
	$$python -m venv --clear $(VENV) >"$$scratch/log" 2>&1 \
	|| { $$python -m pip install --quiet --target "$$scratch" virtualenv >>"$$scratch/log" 2>&1 \
		&& PYTHONPATH="$$scratch" $$python -m virtualenv --clear --quiet $(VENV) >>"$$scratch/log" 2>&1; } \
	|| { cat "$$scratch/log" >&2; rm -rf $(VENV); \
		echo "cannot create $(VENV): sudo apt-get install $$package, then try again" >&2; exit 1; }
