# make demo        install and train two U-Nets that differ in one line, then compare
# make test        install and run the tests;  make test-slow  the long ones
# make compare     a photograph halved and restored by every upsampler
# make environments  a core subset on other Pythons, Paddles and NumPys: a table
# make lint        format, lint and check types
# make messages    bring the catalogue of Chinese messages up to date
# make docs        write the operators' pages and pictures anew, and the site (site/)
# make notebooks   run docs/notebooks anew and store what they put out
#
# PYTHON=python3.11 chooses the Python, PADDLE=3.3.1 VENV=.venv-3.3.1 another Paddle.

PYTHON ?= python3
VENV ?= .venv
# 3.2.2 is the newest release whose CPU inference engine runs interpolation as it is.
PADDLE ?= 3.2.2
RUN := $(VENV)/bin/python

.PHONY: demo messages test test-slow compare lint docs notebooks environments install clean

install: $(VENV)/installed

$(VENV)/installed: setup.py pyproject.toml
	$(PYTHON) -m venv $(VENV)
	@echo "installing paddle_resample with paddlepaddle $(PADDLE) into $(VENV) (a few minutes) ..."
	$(RUN) -m pip install --quiet --disable-pip-version-check "paddlepaddle==$(PADDLE)" --editable ".[dev]"
	@touch $@

demo: install
	$(RUN) -m paddle_resample demo

test: install
	$(RUN) -m pytest -n 2 -m "not slow"

test-slow: install
	$(RUN) -m pytest -n 2 -m slow

compare: install
	$(RUN) tools/compare.py

lint: install
	$(RUN) -m ruff format .
	$(RUN) -m ruff check .
	$(RUN) -m mypy

messages: install
	$(RUN) -m tests.language.update_messages

environments: install
	$(RUN) tests/environments.py

docs: install
	$(RUN) docs/generate_operators.py
	NO_MKDOCS_2_WARNING=1 $(RUN) -m mkdocs build --strict

notebooks: install
	$(RUN) docs/run_notebooks.py

clean:
	rm -rf $(VENV) output build site *.egg-info
