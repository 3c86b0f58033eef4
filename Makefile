# Every target works in a fresh clone: Python >= 3.11, make and a package index are enough.
PYTHON ?= python3
# What is tried before a release. Others are given as in: make PYTHONS="/opt/a/bin/python" test-all-pythons
PYTHONS ?= python3.11 python3.12 python3.13 python3.14
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement
# Processes that the tests start would compile everything again, where a machine forbids to keep it.
export PYTHONDONTWRITEBYTECODE :=
# More processes than there are cores: many tests wait.
PYTEST := $(BIN)/python -m pytest --dist=worksteal --numprocesses=$$($(BIN)/python -c 'import os; print(2 + os.cpu_count())')

.PHONY: help demo run test test-processes test-all-pythons check coverage properties check-postgresql format bench chaos soak audit lock messages clean

help:  ## this list
	@awk -F':.*## ' '/^[$$().A-Za-z-]+:.*## / {sub(/^\$$\(VENV\)/, ".venv", $$1); printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV): $(VENV)/.complete  ## the virtual environment, everything pinned and hashed
$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, for instance: make PYTHON=python3.12 demo")'
	$(PYTHON) -m venv $(VENV)
	@touch $@
$(VENV)/.running: $(VENV)/.python requirements.txt  # what the bot needs: all that `demo` and `run` wait for
	@echo "installing, about a minute"
	$(PIP) requirements.txt
	@touch $@
$(VENV)/.complete: $(VENV)/.running requirements-dev.txt
	@echo "installing the tools of the tests"
	$(PIP) requirements-dev.txt
	@touch $@

demo: $(VENV)/.running  ## the whole bot over a made-up X and Telegram, in the browser (DEMO_PORT=8080)
	@$(BIN)/python bot.py demo

run: $(VENV)/.running  ## the bot on the real Telegram and X (settings: .env.example)
	@$(BIN)/python bot.py run

test: $(VENV)/.complete  ## the tests, but for those of whole processes
	@$(PYTEST) -m "not processes"

test-processes: $(VENV)/.complete  ## the tests that kill the bot as a process, or look at its page in a browser
	@$(PYTEST) -m processes

test-all-pythons:  ## the tests on every supported Python that is here, before a release
	@tried=; missing=; failed=; for python in $(PYTHONS); do \
	  if ! version=$$($$python -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null); then \
	    missing="$$missing $$python"; continue; \
	  fi; \
	  echo "== Python $$version"; tried="$$tried $$version"; \
	  $(MAKE) --no-print-directory PYTHON=$$python VENV=.venvs/$$version test test-processes || failed="$$failed $$version"; \
	done; \
	echo "tried:$${tried:- none}"; \
	[ -z "$$missing" ] || echo "not on this machine, hence not tried:$$missing"; \
	[ -z "$$failed" ] || echo "failed on:$$failed"; \
	[ -n "$$tried" ] && [ -z "$$failed" ]

check: $(VENV)/.complete  ## format, lint, types, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy
	@$(MAKE) --no-print-directory audit
	@$(MAKE) --no-print-directory test
	@$(MAKE) --no-print-directory test-processes

coverage: $(VENV)/.complete  ## the tests, and which lines they run (takes half as long again)
	$(PYTEST) --cov --cov-report=term

properties: $(VENV)/.complete  ## the properties on thousands of random examples each (an hour)
	@PROPERTY_EXAMPLES=2000 $(PYTEST) -m hypothesis --timeout=3600

check-postgresql: $(VENV)/.complete  ## the tests that use a database, on PostgreSQL (started here, on a port of its own)
	@$(BIN)/python -m tests.support.postgresql $(PYTEST) -m database

audit: $(VENV)/.complete  ## known vulnerabilities among the dependencies, where an advisory source can be reached
	@$(BIN)/python -m operations.maintenance.audit requirements-dev.txt

format: $(VENV)/.complete  ## rewrite the code in the house style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.complete  ## speed and memory, as ratios against a baseline of the same run
	@$(BIN)/python -m benchmarks

chaos: $(VENV)/.complete  ## digests and questions while processes are killed, stopped, left hanging (half an hour)
	@$(BIN)/python -m benchmarks.chaos
	@$(BIN)/python -m benchmarks.storm
	@$(BIN)/python -m benchmarks.duel_rush
	@$(BIN)/python -m benchmarks.duel_rush --processes 2

soak: $(VENV)/.complete  ## a simulated day of everything at once, with faults (some minutes)
	@$(BIN)/python -m benchmarks.soak

messages: $(VENV)/.complete  ## bring the bot's catalogues up to date (the page's are kept by hand)
	$(BIN)/pybabel --quiet extract --no-wrap --no-location --omit-header --keyword=count:1,2 --keyword=for_points:1,2 --output=locales/klout.pot handlers views
	$(BIN)/pybabel --quiet update --no-wrap --ignore-pot-creation-date --no-fuzzy-matching --ignore-obsolete --domain=klout --input-file=locales/klout.pot --output-dir=locales
	@for po in locales/*/LC_MESSAGES/klout.po; do \
	  grep -vE '^"(Project-Id-Version|Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By):' $$po | sed '1{/^$$/d;}' >$$po.new && mv $$po.new $$po; \
	done

lock: $(VENV)/.complete  ## resolve the dependencies again, for every supported Python
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --upgrade pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url -c requirements.txt pyproject.toml requirements-dev.in -o requirements-dev.txt

clean:  ## forget the environment and every cache
	rm -rf .venv .venvs .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*
