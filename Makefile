# Two commands on a bare machine with Python 3.11+: `make demo` writes the atlas, `make test` runs everything.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
# Workers of the test run; 2 is right for CI, where a third takes as long: its two cores are full with their browsers.
JOBS   ?= 2
# Where the test run leaves screenshots, for people to look at.
export KORTRIJK_GEO_ARTEFACTS ?= test-artifacts

.PHONY: demo desk test check compiled bench pictures browser qgis clean

demo: $(VENV)/.demo
	$(BIN)/kortrijk-geo demo --out maps

# The desk with the demo city, on http://127.0.0.1:8765/.
desk: $(VENV)/.desk
	$(BIN)/kortrijk-geo desk

# Bytecode of project and tests is kept, whatever the shell says: without it every worker rewrites every assertion anew.
test: export PYTHONDONTWRITEBYTECODE =
test: $(VENV)/.test browser
	$(MAKE) --no-print-directory --jobs 2 check compiled
	$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup

check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Machine code of the searches and rasters, made once before the workers of the test run would each make it.
compiled: $(VENV)/.test
	$(BIN)/python tests/helpers/compiled_town.py

# Measures beside peers in the same run, in a worker of its own, so that a benchmark that dies is a row that says so. The
# last thing it prints is the table of docs/bench.md, which also stands in test-artifacts/bench.md.
bench: $(VENV)/.test browser
	$(PIP) -e '.[bench]'
	$(PIP) -e '.[pandana]' || echo "pandana cannot be installed here: it is not compared"
	KORTRIJK_GEO_BENCHMARKS=1 $(BIN)/python -m pytest tests/benchmarks -v -n 1 -p no:cacheprovider

# The pictures of the README, from the demo city.
pictures: demo browser
	$(BIN)/python tests/helpers/readme_pictures.py maps docs

# Debian splits venv from Python; where it is absent, virtualenv from a folder of our own does the same.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "kortrijk_geo needs Python 3.11 or newer"; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV) && \
	  $(PYTHON) -m pip install --quiet --target build/virtualenv virtualenv && \
	  PYTHONPATH=build/virtualenv $(PYTHON) -m virtualenv --quiet $(VENV); }

$(VENV)/.demo: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) -e .
	@touch $@

$(VENV)/.test: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) -e '.[test]'
	@touch $@ $(VENV)/.demo $(VENV)/.desk

$(VENV)/.desk: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) -e '.[desk]'
	@touch $@ $(VENV)/.demo

browser:
	@for name in chromium chromium-browser google-chrome google-chrome-stable chrome; do \
	  command -v $$name >/dev/null && exit 0; done; \
	[ -n "$$KORTRIJK_GEO_BROWSER" ] && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	else echo "the browser tests need Chromium or Chrome: install one, or name it in KORTRIJK_GEO_BROWSER"; exit 1; fi

# QGIS, by which the tests open the project of an atlas (231 MB to fetch, 1.1 GB installed); without it they say so.
qgis:
	@/usr/bin/python3 -c 'import qgis.core' 2>/dev/null && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-qgis qgis-providers >/dev/null; \
	else echo "the tests by QGIS need python3-qgis and qgis-providers of Debian or Ubuntu: install them as root"; exit 1; fi

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
