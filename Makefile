# Every command of the project, defined once: `make help` lists them.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

# The case that `make demo` explains, or CASE=path.
CASE ?= knowledge/cases/disc_centralises_on_extension.yaml

# What `make demo` writes.
TRIAL := build/demo

define DEMO
$(BIN)/lumbar decide $(CASE)
$(BIN)/lumbar why $(CASE) "working pattern"
rm -rf $(TRIAL) && mkdir -p $(TRIAL)
$(BIN)/lumbar why $(CASE) --html $(TRIAL)/why.html
$(BIN)/lumbar decide knowledge/cases --brief > $(TRIAL)/saved_cases.txt
@tail -n 1 $(TRIAL)/saved_cases.txt
$(BIN)/lumbar make-cases 1000 --out $(TRIAL)/cases.csv
$(BIN)/lumbar batch $(TRIAL)/cases.csv --out $(TRIAL)/answers
$(BIN)/lumbar report $(TRIAL)/answers --output $(TRIAL)/report.html
@echo 'The last step tries every example and proves the laws; it takes the longest.'
$(BIN)/lumbar check
@echo 'Done. Open $(TRIAL)/why.html and $(TRIAL)/report.html. $(BIN)/lumbar serve --open shows the page in the browser; docs/first_case.md says how to go on.'
endef

PIP := $(BIN)/python -m pip install -qq
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# What is compiled is kept, whatever the machine says: the tests start a hundred processes.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-all test-browser test-pages lint types arrows format docs picture bench clean duration

help:  ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1@\2/p' Makefile | awk -F@ '{printf "%-16s %s\n", $$1, $$2}'
	@echo 'PYTHON=python3.12 chooses the Python (3.10 to 3.13), VENV=folder where things are installed ($(VENV)).'

demo: $(VENV)/.installed  ## install everything except the tests, explain a case, run a batch, check the rules; about a minute
	$(DEMO)

test: duration lint types arrows  ## run the checks: lint, types, imports, and the tests but for the slow ones
	$(BIN)/pytest --numprocesses 2 --dist loadfile

test-browser: $(VENV)/.installed-test  ## try the page in Chromium, where there is one
	$(BIN)/pytest -m web

test-pages: $(VENV)/.installed-test  ## run all the pages, and all that holds of the knowledge: the slow tests of both
	$(BIN)/pytest --whole --numprocesses 2 --dist worksteal tests/test_docs.py tests/test_knowledge.py

test-all: lint types arrows  ## everything: the slow tests, ten times the random examples, Chromium, and branch coverage
	@echo 'This takes about half an hour on two quiet cores.'
	$(BIN)/pytest -m "not bench" --whole --cov --cov-fail-under=95 --numprocesses 2 --dist loadfile

# README.md says so too.
duration:
	@echo 'The checks take about two minutes on two quiet cores, and longer on busy ones.'

lint: $(VENV)/.installed-test  ## check the style and the format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/.installed-test  ## check the types
	$(BIN)/mypy

arrows: $(VENV)/.installed-test  ## check that imports only point down, and that one module imports each heavy library
	$(BIN)/lint-imports --no-logo

format: $(VENV)/.installed-test  ## fix what a machine can fix
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: $(VENV)/.installed-docs  ## build the documentation site: build/docs/index.html
	$(BIN)/sphinx-build -W --keep-going -n -q -d build/.doctrees docs build/docs

picture: $(VENV)/.installed  ## draw the picture of the README again
	$(BIN)/lumbar why $(CASE) --svg docs/static/why.svg

bench: $(VENV)/.installed-test  ## measure: the tests marked bench
	@$(BIN)/pytest -s -m bench || { code=$$?; [ $$code -eq 5 ] && echo 'No test is marked bench.' || exit $$code; }

clean:  ## remove what was installed and built
	rm -rf $(VENV) build dist *.egg-info .coverage .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find engine knowledge tests cli.py -name __pycache__ -prune -exec rm -rf {} +

# Older pips cannot install a project in place, so the one in the environment is brought up to date.
$(VENV)/.python:
	@command -v $(PYTHON) >/dev/null || { echo 'There is no "$(PYTHON)" here. Name a Python 3.10 to 3.13: make PYTHON=python3.12' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 10) <= v <= (3, 13) else "%s is Python %d.%d; lumbar needs 3.10 to 3.13. Name another: make PYTHON=python3.12" % (("$(PYTHON)",) + v))'
	$(PYTHON) -m venv --clear $(VENV)
	$(PIP) --upgrade pip
	@touch $@

$(VENV)/.installed: $(VENV)/.python setup.cfg pyproject.toml
	@echo 'Installing lumbar and its libraries in $(VENV); pip says nothing until it is done.'
	$(PIP) --editable '.[author,batch,formats,web]'
	@touch $@

$(VENV)/.installed-test: $(VENV)/.python setup.cfg pyproject.toml
	$(PIP) --editable '.[test]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-docs: $(VENV)/.python setup.cfg pyproject.toml
	$(PIP) --editable '.[docs]'
	@touch $@
