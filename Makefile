# Two commands: `make demo` and `make test`. Both call `make setup`, which may be run at any time.
SHELL := /bin/sh
PYTHON := .venv/bin/python
# What the program would keep in the user's home (compiled kernels, settings) stays in this folder.
export XDG_CACHE_HOME := $(CURDIR)/.cache
export XDG_CONFIG_HOME := $(CURDIR)/.cache/config
# Compiled modules too, whatever the shell says: each of the many processes then starts in half the time.
export PYTHONDONTWRITEBYTECODE :=
export PYTHONPYCACHEPREFIX := $(CURDIR)/.cache/pycache
export XDG_DATA_HOME := $(CURDIR)/.cache/data
# With a screen the window is shown; without one the same program runs under a virtual screen.
SCREEN := $(if $(DISPLAY)$(WAYLAND_DISPLAY),,env CARDIOTWIN_VIRTUAL_SCREEN=1 xvfb-run -a -s "-screen 0 1920x1200x24")
VIRTUAL := env CARDIOTWIN_VIRTUAL_SCREEN=1 xvfb-run -a -s "-screen 0 1920x1200x24"

.PHONY: setup demo test check verify benchmark lock clean

setup:
	@scripts/setup

demo: setup
	@$(SCREEN) $(PYTHON) -m app demo --out out/demo

test: setup check
	@$(VIRTUAL) $(PYTHON) -m pytest -n 2 --dist loadfile --max-worker-restart 0

check:
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

verify: setup
	@$(PYTHON) -m app verify

benchmark: setup
	@$(PYTHON) -m app benchmark

lock: setup
	@$(PYTHON) -m uv pip compile pyproject.toml --group dev -o requirements.lock --generate-hashes --universal \
		--python-version 3.12 --no-annotate --quiet --custom-compile-command "make lock"

clean:
	rm -rf .venv .cache out build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
