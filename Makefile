PYTHON ?= $(shell command -v python3.11 || echo python3)
BIN := .venv/bin
PORT ?= 8501
ADDRESS ?= $(or $(STREAMLIT_SERVER_ADDRESS),localhost)
DATA ?= hub
DOCS ?= .venv-docs
LANES ?= 2
RESULTS := .pytest_cache/results.xml
PYTEST := $(BIN)/python -m pytest --durations=10
# Files that hold what runs alone; to look through all others for it would take longer than it does.
QUIET = $(shell grep -rl --include='test_*.py' 'mark\.quiet' tests)
# Dealt out as tests/lanes.py says.
SIDE_BY_SIDE := -n $(LANES) --dist loadfile --no-loadscope-reorder --junitxml=$(RESULTS)

# Without bytecode that is kept, each of the many processes compiles all that it imports anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help app setup test test-fast test-long durations planted lint format train screenshot bench-browser load fault fuzz rehearse pauses memory limited docs clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:[^#]*## /\t/' | expand -t 12

app: .venv/app  ## install what the app needs and start it in the browser (ADDRESS=0.0.0.0: for others, too)
	$(BIN)/streamlit run app.py --server.port $(PORT) --server.address $(ADDRESS)

setup: .venv/dev  ## install everything: app, training, tests, checks

# Servers, browsers and trainings share the cores: a thread that waits by spinning keeps them busy,
# and so do more threads than there are cores.
test test-fast: export OMP_WAIT_POLICY ?= PASSIVE
test test-fast: export OMP_NUM_THREADS ?= 1

test: .venv/dev  ## run all tests, two at a time (LANES=1: one), and print the ten slowest
	failed=0; \
	$(PYTEST) $(SIDE_BY_SIDE) -m "not long and not quiet" || failed=1; \
	$(PYTEST) $(QUIET) -m "quiet and not long" || failed=1; \
	exit $$failed

test-fast: .venv/dev  ## run the tests that need no browser and no training
	$(PYTEST) $(SIDE_BY_SIDE) -m "not slow and not long and not quiet"

test-long: .venv/dev  ## run the tests that `make test` leaves out
	$(PYTEST) -m long

durations: .venv/dev  ## write how long each file of tests took in the last `make test`
	$(BIN)/python -m tests.lanes $(RESULTS)

planted: .venv/dev  ## plant faults in a copy, one at a time: does a test see each? minutes
	$(BIN)/python -m tests.planted

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

load: .venv/dev  ## 25 visitors at once, 10 rounds each: right answers? how long? about 10 minutes
	$(BIN)/python -m benchmarks.load

fault: .venv/dev  ## kill the server, damage its files, take away disk and network; minutes
	$(BIN)/python -m pytest tests/browser/test_faults.py -m slow

fuzz: .venv/dev  ## 21,000 hostile texts through the models, and how time grows; 10 minutes and more
	$(BIN)/python -m pytest tests/fuzz -m long
	$(BIN)/python -m benchmarks.fuzz

pauses: .venv/dev  ## print what one visitor waits for at worst, in 500 submits; 15 minutes and more
	$(BIN)/python -m benchmarks.pauses --collector

memory: .venv/dev  ## print the server's resident memory, part by part and after 200 visits; minutes
	$(BIN)/python -m benchmarks.memory

limited: .venv/dev  ## does the server live with 690 MB and not one more? As root, on Linux; minutes
	$(BIN)/python -m benchmarks.limited

rehearse: .venv/dev  ## rehearse Community Cloud: fresh install, one core, 690 MB; many minutes
	$(BIN)/python -m benchmarks.rehearse

docs: $(DOCS)/docs  ## build the documentation into site/, from an environment of its own
	NO_MKDOCS_2_WARNING=1 $(DOCS)/bin/mkdocs build --strict

clean:  ## remove the virtual environments and the site (trained models in runs/ stay)
	rm -rf .venv .venv-docs site

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/app: .venv/bin/python install.py requirements.txt
	$(BIN)/python install.py requirements.txt
	@touch $@

.venv/dev: .venv/bin/python install.py requirements.txt requirements-train.txt requirements-cluster.txt requirements-dev.txt
	$(BIN)/python install.py requirements-dev.txt
	@touch $@ .venv/app

$(DOCS)/docs: requirements-docs.txt
	$(PYTHON) -m venv $(DOCS)
	$(DOCS)/bin/pip install --quiet -r requirements-docs.txt
	@touch $@
