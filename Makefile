# `make run` and `make test` set everything up by themselves; `make help` lists the rest.

SHELL := /bin/bash
VENV_PYTHON := .venv/bin/python
export PYTHON

.PHONY: help run test lint format slow bench screenshots clean setup
.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' Makefile

run: setup ## open the window on the demo; without a display, run the same loop as commands
	@$(VENV_PYTHON) -m app.cli.start

test: setup ## run the test suite offscreen (ARGS="-k name" for a part of it)
	@$(VENV_PYTHON) -m pytest -n auto --maxprocesses 4 --dist loadfile -m "not slow and not benchmark" $(ARGS)

lint: setup ## ruff, mypy and the import rules
	$(VENV_PYTHON) -m ruff check .
	$(VENV_PYTHON) -m ruff format --check .
	$(VENV_PYTHON) -m mypy
	.venv/bin/lint-imports

format: setup ## let ruff put the code in order
	$(VENV_PYTHON) -m ruff check --fix .
	$(VENV_PYTHON) -m ruff format .

slow: setup ## the proofs that take minutes: training on real data
	@$(VENV_PYTHON) -m pytest -m slow $(ARGS)

bench: setup ## measure
	@$(VENV_PYTHON) -m pytest -m benchmark -s $(ARGS)

screenshots: setup ## render every page with the demo into OUT (default: screenshots)
	@$(VENV_PYTHON) -m app.screenshots $(or $(OUT),screenshots)

clean: ## remove .venv and the caches; data and runs stay
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

setup:
	@bash .ci/setup.sh
