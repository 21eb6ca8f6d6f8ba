# Each target sets up .venv by itself; a second run finds it ready.
# People without make find the same commands in the README.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CLASSROOM ?= classroom
export PATH := $(CURDIR)/$(BIN):$(PATH)

# The commands in .venv name the folder in which it was made, so where the folder was moved, .venv is made again.
MOVED := $(shell test ! -e $(VENV)/ready || { \
	python=$$(sed -n "1,2s/^[^/]*\(\/[^\"']*python[^\"' ]*\).*/\1/p" $(BIN)/weightlab) 2>/dev/null \
	&& { test -z "$$python" || test -x "$$python"; }; } || echo moved)

.PHONY: study test grade release update site bench lint pins clean moved

study: $(VENV)/ready
	@$(BIN)/weightlab study $(ARGS)

test: $(VENV)/ready
	@$(BIN)/python -m pytest -n auto --dist loadgroup --no-loadscope-reorder $(ARGS)

grade: $(VENV)/ready
	@$(BIN)/weightlab grade --classroom "$(CLASSROOM)" $(ARGS)

release: $(VENV)/ready
	@$(BIN)/weightlab release

update: $(VENV)/ready
	@$(BIN)/weightlab update $(ARGS)

# The pair of versions with which the site is published; continuous integration tests an older one, see pyproject.toml.
LITE := jupyterlite-core==0.8.6 jupyterlite-pyodide-kernel==0.8.6

site: $(VENV)/ready
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[site]" $(LITE)
	@rm -rf build/site
	@$(BIN)/python -m web build/site $(ARGS)

bench: $(VENV)/ready
	@$(BIN)/python -m benchmarks $(ARGS)

lint: $(VENV)/ready
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/lint-imports

$(VENV)/ready: requirements.txt pyproject.toml $(MOVED)
	@$(PYTHON) -c 'import sys; sys.exit("Weightlab needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another with: make study PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	@echo "Setting up .venv, once: some 500 MB of packages. Each download is shown."
	@$(PYTHON) -m venv $(VENV)
	@# uv installs in a third of pip's time; where it cannot reach what pip can, pip does it.
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv \
	&& $(BIN)/uv pip install --python $(BIN)/python --compile-bytecode -r requirements.txt \
	|| $(BIN)/python -m pip install --disable-pip-version-check -r requirements.txt
	@$(BIN)/python -m pip uninstall --quiet --yes uv
	@touch $@

moved:
	@echo "This folder was moved or renamed, or its Python is gone: .venv is set up again."
	@rm -rf $(VENV)

# Write both requirements files anew from the ranges in pyproject.toml.
pins:
	@$(PYTHON) -m pip install --quiet uv
	$(PYTHON) -m benchmarks.pins

clean:
	rm -rf $(VENV) build *.egg-info src/*.egg-info
