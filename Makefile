# Everything a developer does; each target sets up what it needs, on a fresh machine too, and does nothing twice.
PYTHON ?= python3
BIN := .venv/bin
# Node, npm and the CDK's command line: from the locked packages, whatever the machine has.
NODE = $$($(BIN)/python -c 'from infra import NODE; print(NODE)')
NPM = node=$(NODE) && PATH="$${node%/node}:$$PATH" node "$${node%/bin/node}/lib/node_modules/npm/bin/npm-cli.js"
CDK = node=$(NODE) && PATH="$${node%/node}:$$PATH" node node_modules/aws-cdk/bin/cdk
LOCAL := $(BIN)/python -m infra.local

BENCH_CLOUD := ARMARIUM_LOCAL_DIR=.local/bench ARMARIUM_LOCAL_PORT=18081 ARMARIUM_LOCAL_CLOUD_PORT=14567
TEST_CLOUD := ARMARIUM_LOCAL_DIR=.local/test ARMARIUM_LOCAL_PORT=18080 ARMARIUM_LOCAL_CLOUD_PORT=14566 ARMARIUM_LOCAL_AUTH=true

.PHONY: help run up down status test check bench fmt deploy synth openapi lock setup chromium almaapitk clean

help:
	@echo "make run      the local cloud, in the foreground      make check    style, types, layers, fast tests (3 minutes)"
	@echo "make up       the same, in the background             make test     all tests, also on a local cloud of their own"
	@echo "make down     stops it; the data stays                make bench    measures bulk ingest on the local cloud"
	@echo "make deploy   to your AWS account                     make synth     writes the CloudFormation template"
	@echo "make fmt      formats the sources                     make openapi  writes docs/openapi.json"
	@echo "make lock     resolves the lock files anew            make status   what runs"

setup: .venv/.installed node_modules/.installed

.venv/.installed: requirements/uv.lock requirements/dev.lock requirements/build.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; name it: make PYTHON=python3.13")'
	@echo "installing the Python packages"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/uv.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes \
	  --build-constraints requirements/build.lock -r requirements/dev.lock
	@touch $@

node_modules/.installed: package.json package-lock.json .venv/.installed
	@echo "installing the npm packages"
	@$(NPM) ci --silent --ignore-scripts --no-audit --no-fund
	@touch $@

chromium:
	@command -v chromium chromium-browser google-chrome >/dev/null 2>&1 || { \
	  echo "installing Chromium for the browser tests"; SUDO=$$(test "$$(id -u)" = 0 || echo sudo); \
	  $$SUDO apt-get update -qq && $$SUDO apt-get install -y -qq --no-install-recommends chromium; }

# A client of Alma's API that wants a later Python than the project does: tried where there is one.
almaapitk: .venv/.installed
	@test .local/almaapitk/.installed -nt requirements/almaapitk.lock && exit; \
	for python in python3.14 python3.13 python3.12 $${PYENV_ROOT:-$$HOME/.pyenv}/versions/3.1[2-9]*/bin/python3; do \
	  $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))' 2>/dev/null || continue; \
	  echo "installing almaapitk beside the project"; \
	  $$python -m venv .local/almaapitk && .local/almaapitk/bin/python -m pip install --quiet \
	    --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/almaapitk.lock && \
	  touch .local/almaapitk/.installed; exit; \
	done; echo "no Python 3.12 or later at hand: almaapitk is not tried"

run: setup
	@$(LOCAL) run

up: setup
	@$(LOCAL) up

down: .venv/.installed
	@$(LOCAL) down

status: .venv/.installed
	@$(LOCAL) status

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=layers/core $(BIN)/lint-imports
	$(BIN)/pytest -n 2 --dist loadfile -m "not slow" tests/unit tests/service

test: check chromium almaapitk
	$(BIN)/pytest -m slow tests/unit tests/service
	@$(TEST_CLOUD) $(LOCAL) down
	@rm -rf .local/test
	$(TEST_CLOUD) $(LOCAL) during -- $(BIN)/pytest tests/cloud tests/browser tests/conformance

bench: setup
	@$(BENCH_CLOUD) $(LOCAL) down
	@rm -rf .local/bench
	$(BENCH_CLOUD) PYTHONPATH=layers/core $(LOCAL) during -- $(BIN)/python -m benchmarks $(BENCH)

fmt: .venv/.installed
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

synth: setup
	@$(CDK) synth --quiet

deploy: setup
	@$(CDK) deploy $(CDK_ARGUMENTS)

openapi: .venv/.installed
	$(BIN)/python -m infra.openapi

# The lock files: one for everything that developers install, one for each layer, agreeing with it.
UV_COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes
lock: .venv/.installed
	$(UV_COMPILE) --group runtime --group media --group video --group infra --group local --group test -o requirements/dev.lock
	for group in runtime media video; do \
	  $(UV_COMPILE) --no-annotate --no-header --group $$group -c requirements/dev.lock -o requirements/$$group.lock || exit 1; done
	echo almaapitk==0.5.1 | $(BIN)/uv pip compile --quiet --universal --python-version 3.12 --generate-hashes \
	  --no-annotate --no-header -o requirements/almaapitk.lock -
	for lock in "uv:uv" "build:setuptools wheel pkgconfig cffi"; do \
	  printf '%s\n' $${lock#*:} | $(UV_COMPILE) --no-annotate --no-header -c requirements/dev.lock -o requirements/$${lock%%:*}.lock - || exit 1; done

clean: down
	rm -rf build .local/test
