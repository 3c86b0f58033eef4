# Every target works in a fresh clone: Python >= 3.11, make and a package index are enough.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement
# One process more than there are cores: many tests wait for processes of their own.
PYTEST := $(BIN)/python -m pytest --dist=worksteal --numprocesses=$$($(BIN)/python -c 'import os; print(1 + os.cpu_count())')

.PHONY: help demo run test check check-postgresql format bench chaos soak audit lock messages clean

help:  ## this list
	@awk -F':.*## ' '/^[.a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv: .venv/.complete  ## the virtual environment, everything pinned and hashed
.venv/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, for instance: make PYTHON=python3.12 demo")'
	$(PYTHON) -m venv .venv
	@touch $@
.venv/.running: .venv/.python requirements.txt  # what the bot needs: all that `demo` and `run` wait for
	@echo "installing, about a minute"
	$(PIP) requirements.txt
	@touch $@
.venv/.complete: .venv/.running requirements-dev.txt
	@echo "installing the tools of the tests"
	$(PIP) requirements-dev.txt
	@touch $@

demo: .venv/.running  ## the whole bot over a made-up X and Telegram, in the browser (DEMO_PORT=8080)
	@$(BIN)/python bot.py demo

run: .venv/.running  ## the bot on the real Telegram and X (settings: .env.example)
	@$(BIN)/python bot.py run

test: .venv/.complete  ## the tests
	@$(PYTEST)

check: .venv/.complete  ## format, lint, types, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy
	@$(MAKE) --no-print-directory audit
	$(PYTEST)

check-postgresql: .venv/.complete  ## the tests that use a database, on PostgreSQL (started here, on a port of its own)
	@$(BIN)/python -m tests.postgresql $(PYTEST) -m database

audit: .venv/.complete  ## known vulnerabilities among the dependencies, where an advisory source can be reached
	@$(BIN)/python -m operations.audit requirements-dev.txt

format: .venv/.complete  ## rewrite the code in the house style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/.complete  ## speed and memory, as ratios against a baseline of the same run
	@$(BIN)/python -m benchmarks

chaos: .venv/.complete  ## digests and questions while processes are killed, stopped, left hanging (half an hour)
	@$(BIN)/python -m benchmarks.chaos
	@$(BIN)/python -m benchmarks.storm

soak: .venv/.complete  ## a simulated day of everything at once, with faults (some minutes)
	@$(BIN)/python -m benchmarks.soak

messages: .venv/.complete  ## bring the bot's catalogues up to date (the page's are kept by hand)
	$(BIN)/pybabel --quiet extract --no-wrap --no-location --omit-header --keyword=count:1,2 --output=locales/klout.pot handlers
	$(BIN)/pybabel --quiet update --no-wrap --ignore-pot-creation-date --no-fuzzy-matching --ignore-obsolete --domain=klout --input-file=locales/klout.pot --output-dir=locales

lock: .venv/.complete  ## resolve the dependencies again, for every supported Python
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --upgrade requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url -c requirements.txt requirements-dev.in -o requirements-dev.txt

clean:  ## forget the environment and every cache
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
