PYTHON ?= $(shell command -v python3.11 || echo python3)
BIN := .venv/bin
PORT ?= 8501
DATA ?= hub

.DEFAULT_GOAL := help
.PHONY: help app setup test test-fast lint format train screenshot bench-browser clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:[^#]*## /\t/' | expand -t 12

app: .venv/app  ## install what the app needs and start it in the browser
	$(BIN)/streamlit run app.py --server.port $(PORT)

setup: .venv/dev  ## install everything: app, training, tests, checks

test: .venv/dev  ## run all tests
	$(BIN)/python -m pytest

test-fast: .venv/dev  ## run the tests that need no browser and no training
	$(BIN)/python -m pytest -m "not slow"

lint: .venv/dev  ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/dev  ## rewrite the code in the project's style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

train: .venv/dev  ## train all four anew into runs/models (DATA=folder, or the Hub)
	for name in lstm bilstm bert distilbert; do \
	  $(BIN)/python -m model_zoo train $$name --data $(DATA) || exit; done

screenshot: .venv/dev  ## make the README's picture from the running app
	$(BIN)/python -m tests.browser.screenshot

bench-browser: .venv/dev  ## print how long a visitor waits, from Enter to four answers
	$(BIN)/python -m tests.browser.bench

clean:  ## remove the virtual environment (trained models in runs/ stay)
	rm -rf .venv

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/app: .venv/bin/python requirements.txt
	$(BIN)/pip install --quiet -r requirements.txt
	@touch $@

.venv/dev: .venv/bin/python requirements.txt requirements-train.txt requirements-dev.txt
	$(BIN)/pip install --quiet -r requirements-dev.txt
	@touch $@ .venv/app
