# Two commands for a newcomer: `make run` starts everything, `make test` proves it. Each installs what it needs first.
# All paths are relative: a folder name may contain spaces.

PYTHON ?= python3
JOBS ?= auto# test processes, each with servers of its own; 0 runs all in one, as a debugger needs it
BIN := .venv/bin
STAMP := .venv/.installed
DEV_STAMP := .venv/.installed-dev

# An environment that was moved with its folder knows the wrong paths: build it anew.
ifneq ("$(shell cat .venv/.folder 2>/dev/null)","$(CURDIR)")
MOVED := moved
endif

.PHONY: help install run demo test lint bench clean moved

help:
	@echo "make run      start Flux with everything it needs; prints where the simulator is"
	@echo "make demo     one whole life in simulated time, in this terminal"
	@echo "make test     every test, against real servers"
	@echo "make lint     style, types and the rooms' arrows"
	@echo "make bench    every figure, with its target; ARGS=--quick for smaller sizes"
	@echo "make install  only build .venv"
	@echo "make clean    remove .venv"

install: $(STAMP)

run: $(STAMP)
	@$(BIN)/python -m bot up

demo: $(STAMP)
	@$(BIN)/python -m bot demo

test: $(DEV_STAMP)
	@$(BIN)/python -m pytest -n $(JOBS) --maxprocesses 4 --dist loadfile $(ARGS)

lint: $(DEV_STAMP)
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports

# Celery runs beside Flux in the spike; it is no part of Flux and in no lock file. Without it the figure says so.
bench: $(DEV_STAMP)
	@$(BIN)/python -c "import celery" 2>/dev/null || $(BIN)/python -m pip install --quiet -e ".[bench]" || true
	@$(BIN)/python -m bench $(ARGS)

clean:
	rm -rf .venv

$(STAMP): requirements.lock pyproject.toml $(MOVED)
	@sh .ci/install requirements.lock "$(PYTHON)"
	@touch $(STAMP)

$(DEV_STAMP): requirements-dev.lock pyproject.toml $(MOVED)
	@sh .ci/install requirements-dev.lock "$(PYTHON)"
	@touch $(STAMP) $(DEV_STAMP)

moved:
	@rm -rf .venv
