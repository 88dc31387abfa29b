# make map   writes maps/mali.html from the bundled data
# make test  runs every check and test, and builds the documentation
# make test-oldest  runs the fast part of the suite with the oldest versions that are allowed
# make attack  holds all products of 500 random worlds against one another
# make plugin  writes build/maligeo_plugin-*.zip, which QGIS installs
# make qgis-test  tries that plugin in the QGIS that is installed
# make docs  writes build/docs/index.html, which opens without a network
# make locked  installs what requirements/ci.txt pins, which the others then use
# make lock    renews requirements/ci.txt
# make dist-check  builds wheel and sdist, and tries both in empty environments of $(PYTHONS)
# Each of the suite's many processes would compile the same modules again.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

PYTHONS ?= $(PYTHON)

.PHONY: map test suite test-oldest attack check check-scripts format bench docs plugin qgis-test \
  lock locked dist-check clean

map: $(VENV)/.run
	$(BIN)/maligeo map -o maps/mali.html

# With -j the suite begins as soon as one of the others is done.
test: check docs suite

# In the order of the folders, where long files stand first: the last ones are short, so that
# no process waits for another at the end.
suite: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

# Not the attacks, and not what is drawn in a browser, which take long and use no other parts.
OLDEST := .venv-oldest
test-oldest: $(OLDEST)/.dev
	for line in 'map -o build/oldest.html' density gaps 'report --region Mopti -o build/oldest.pdf' \
	  'tiles vector -o build/oldest.pmtiles'; do $(OLDEST)/bin/maligeo $$line >/dev/null || exit 1; done
	$(OLDEST)/bin/python -m pytest -q -n auto --dist loadfile -m 'not browser' \
	  --ignore tests/attacks --ignore tests/docs --ignore tests/maps tests

$(OLDEST)/.dev: pyproject.toml | $(BIN)/python
	$(PIP_INSTALL) --upgrade uv
	$(BIN)/python -m uv venv --quiet --clear --python $(BIN)/python $(OLDEST)
	$(BIN)/python -m uv pip install --quiet --python $(OLDEST)/bin/python \
	  --resolution lowest-direct --editable '.[dev]'
	@touch $@

attack: $(VENV)/.dev
	MALIGEO_ATTACK_WORLDS=500 $(BIN)/python -m pytest -q -n auto tests/attacks/everything

check: $(VENV)/.dev check-scripts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_architecture.py

# Node.js serves these checks alone: without it everything else is made and tested.
ifeq ($(shell command -v node && command -v npm),)
check-scripts:
	@echo "Node.js or npm is missing: eslint and tsc did not check the page's scripts (Debian: apt-get install nodejs npm)" >&2; \
	  [ "$$MALIGEO_REQUIRE_NODE" != 1 ]
else
check-scripts: node_modules/.installed
	npm run --silent check

node_modules/.installed: package.json package-lock.json
	npm ci --silent
	@touch $@
endif

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks

docs: $(VENV)/.docs
	$(BIN)/python -W error scripts/make_gallery.py
	$(BIN)/python -m sphinx -q -W --keep-going -d build/doctrees docs build/docs
	@echo build/docs/index.html

plugin: | $(BIN)/python
	$(BIN)/python scripts/build_plugin.py build

# Debian: apt-get install --no-install-recommends qgis qgis-providers python3-qgis
qgis-test: $(VENV)/.dev
	MALIGEO_QGIS=1 $(BIN)/python -m pytest tests/qgis

dist-check: | $(BIN)/python
	$(PIP_INSTALL) --upgrade build
	rm -rf dist
	$(BIN)/python -m build
	$(PYTHON) scripts/try_distributions.py $(PYTHONS:%=--python %) dist/*

clean:
	rm -rf $(VENV) $(OLDEST) node_modules build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find maps -mindepth 1 ! -name README.md -delete

# hatchling and editables build the package itself. No address of an index goes into the file.
lock: | $(BIN)/python
	$(PIP_INSTALL) --upgrade uv
	printf 'hatchling\neditables\n' | $(BIN)/python -m uv pip compile --quiet --upgrade --universal \
	  --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --custom-compile-command 'make lock' --extra dev --extra docs \
	  --output-file requirements/ci.txt pyproject.toml -

# What no test imports need not be compiled.
locked: | $(BIN)/python
	$(PIP_INSTALL) --no-compile --require-hashes --requirement requirements/ci.txt
	$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $(VENV)/.run $(VENV)/.dev $(VENV)/.docs

# Debian ships Python without its venv module; root can have it installed on the spot.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "maligeo needs Python 3.11 or newer: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq python3-venv; } || \
	  { echo "Python's venv module is missing: sudo apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

$(VENV)/.run: pyproject.toml | $(BIN)/python
	$(PIP_INSTALL) --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	$(PIP_INSTALL) --editable '.[dev]'
	@touch $@ $(VENV)/.run

$(VENV)/.bench: pyproject.toml | $(BIN)/python
	$(PIP_INSTALL) --editable '.[bench]'
	@touch $@ $(VENV)/.run $(VENV)/.dev

$(VENV)/.docs: pyproject.toml | $(BIN)/python
	$(PIP_INSTALL) --editable '.[docs]'
	@touch $@ $(VENV)/.run
