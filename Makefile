# Everything a person runs. The first target that needs it sets up .venv from the hashed lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

export OPENBLAS_NUM_THREADS ?= 1
export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false

.PHONY: help setup demo test test-fast lint fmt bench bench-faults labels false-alarms kills slack pictures clean

help:            ## what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

setup: $(VENV)/ready   ## create .venv with .venv/bin/vitals

$(VENV)/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Vitals needs Python 3.11 or newer, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: setup      ## monitor five months of real predictions, print and write one digest
	$(BIN)/vitals demo

test: setup      ## all tests: pure ones, then those with real servers and kills
	$(BIN)/python -m pytest -m "" -n 2 --dist loadfile --no-loadscope-reorder

test-fast: setup ## the pure tests only
	$(BIN)/python -m pytest

lint: setup      ## style, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: setup       ## format and fix what can be fixed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup     ## time a day of 1M rows against the bare read and sort (ratios, same run)
	$(BIN)/python -m tests.benchmarks.day

bench-faults: setup $(VENV)-evidently/ready $(VENV)-nannyml/ready ## plant faults, ask Evidently and NannyML too (an hour), write tests/worlds/FAULTS.md
	$(BIN)/python -m tests.benchmarks.faults --evidently $(VENV)-evidently/bin/python --nannyml $(VENV)-nannyml/bin/python

$(VENV)-%/ready: tests/benchmarks/faults/%.txt
	$(PYTHON) -m venv $(VENV)-$*
	$(VENV)-$*/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r $<
	@touch $@

labels: setup    ## plant faults of labels from many starts (hours), write tests/worlds/LABELS.md
	$(BIN)/python -m tests.worlds.labels

false-alarms: setup ## judge faultless worlds, write tests/worlds/FALSE_ALARMS.md
	$(BIN)/python -m tests.worlds.aa

kills: setup     ## 1,000 kills at random instants (seed printed on failure)
	VITALS_TEST_KILLS=1000 $(BIN)/python -m pytest tests/flows/test_kills.py tests/flows/test_worker_kills.py -m ""

slack: setup     ## serve a stand-in Slack with a page that shows what is sent to it
	@mkdir -p out
	$(BIN)/python -m tests.slack --port 8787 --state out/slack.json

pictures: demo   ## draw the pictures of README from the demo's store
	$(BIN)/python -m tests.slack.pictures out/demo

clean:           ## remove .venv and what the demo wrote
	rm -rf $(VENV) out .vitals
