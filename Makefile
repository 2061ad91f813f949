# `make` alone lists the goals. Everything lives in this folder: .venv (environment) and .data (embedded stores).
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help env demo run test check lint promtool pgbouncer chromium screenshots bench simulate chaos prove-exports prove-books prove-failover fuzz test-freeswitch prompts music clean

# The tests start hundreds of processes: compiled modules are kept, also where the environment asks for none.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3 python3.14 python3.13 python3.12 python3.11
VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.made
# Many tests wait for phones to ring rather than compute.
WORKERS ?= 5
FREESWITCH ?=

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

env: $(STAMP) ## the environment in .venv (does nothing when it is up to date)

# The first interpreter of PYTHON that is new enough and can make an environment; each refusal says what to do.
$(STAMP): setup.cfg pyproject.toml
	@found=; reasons=; \
	for python in $(PYTHON); do \
	    command -v "$$python" >/dev/null || continue; \
	    if ! "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
	        reasons+="  $$python is $$("$$python" -V 2>&1): 3.11 or later is needed"$$'\n'; \
	    elif ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
	        reasons+="  $$python has no venv module: on Debian, apt install python3-venv"$$'\n'; \
	    else found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	    printf 'make env: no usable Python found (tried: %s)\n%s' "$(PYTHON)" "$$reasons" >&2; \
	    echo '  another one is chosen by: make env PYTHON=/path/to/python3' >&2; exit 1; \
	fi; \
	[ -x $(PY) ] && $(PY) -c '' || "$$found" -m venv --clear $(VENV)
	@echo 'make env: installing into $(VENV) (about a minute)'
	@$(PY) -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: env ## place calls through every kind of forwarding and show the bill (embedded stores, simulated switch)
	@$(VENV)/bin/callcontrol demo

run: env ## the daemon alone, on the configured stores or the embedded ones
	@$(VENV)/bin/callcontrol serve --config "$${CALLCONTROL_CONFIG:-deploy/example}"

# A file's tests share their processes, so each file goes to one worker; tests/conftest.py has put the slow ones first.
test: env ## every test, on real embedded Redis and Postgres
	@$(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: lint ## the linters, and the tests of the house's own rules
	@$(PY) -m pytest -q tests/tidy

lint: env ## linters: ruff, types, floors; the alerts' own tests where there is promtool
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-logo
	@promtool=$$(command -v promtool || ls $(CURDIR)/$(VENV)/bin/promtool 2>/dev/null || true); \
	if [ -n "$$promtool" ]; then cd deploy/prometheus && "$$promtool" test rules *_test.yaml; \
	else echo 'make check: the alerts were NOT tested: no promtool (make promtool, or apt install prometheus)'; fi

promtool: env ## promtool from Debian's package into .venv/bin, without root (make check tests the alerts with it)
	@cd $$(mktemp -d) && apt-get download prometheus && dpkg-deb --fsys-tarfile prometheus_*.deb \
	    | tar --extract --to-stdout ./usr/bin/promtool > promtool && install promtool $(CURDIR)/$(VENV)/bin/promtool && rm -r "$$PWD"

# What Debian's package needs beside it comes along; the wrapper finds it there.
pgbouncer: env ## pgbouncer from Debian's package into .venv/bin, without root (a test puts it before Postgres)
	@cd $$(mktemp -d) && apt-get download pgbouncer libevent-2.1-7 libc-ares2 && mkdir -p $(CURDIR)/$(VENV)/pgbouncer && \
	for package in *.deb; do dpkg-deb -x "$$package" $(CURDIR)/$(VENV)/pgbouncer; done && rm -r "$$PWD"
	@libraries=$$(dirname $$(find $(CURDIR)/$(VENV)/pgbouncer -name 'libevent-2.1.so.7')) && \
	printf '#!/bin/sh\nexec env LD_LIBRARY_PATH=%s %s "$$@"\n' "$$libraries" $(CURDIR)/$(VENV)/pgbouncer/usr/sbin/pgbouncer \
	    > $(VENV)/bin/pgbouncer && chmod +x $(VENV)/bin/pgbouncer && $(VENV)/bin/pgbouncer --version

# What apt would install with it on this host comes along, with a font, or no page has letters; the wrapper finds it there.
chromium: env ## Chromium from Debian's packages into .venv, without root (the tests of the panel's pages use it)
	@folder=$(CURDIR)/$(VENV)/chromium-browser; rm -rf "$$folder"; mkdir -p "$$folder" && cd $$(mktemp -d) && \
	apt-get download $$( (echo chromium; echo chromium-common; echo fonts-dejavu-core; \
	    apt-get --simulate --no-install-recommends install chromium | sed -n 's/^Inst \([^ ]*\) .*/\1/p') | sort -u) && \
	for package in *.deb; do dpkg-deb -x "$$package" "$$folder"; done && rm -r "$$PWD"
	@$(PY) -m tests.web.panel.wrapper $(VENV)/chromium-browser $(VENV)/bin/chromium && $(VENV)/bin/chromium --version

screenshots: env ## the pictures of the README from the panel with sample calls (needs Chromium)
	@$(PY) -m tests.web.panel.screenshots deploy/screenshots && ls -l deploy/screenshots

bench: env ## calls per second, latency and memory (not a test)
	@$(PY) -m tests.bench $(ARGS)

simulate: env ## a call centre in virtual time in which whatever can fail does (ARGS="--seeds 1000 --profile storm")
	@$(PY) -m tests.simulation $(ARGS)

chaos: env ## real processes killed, stopped and starved under load, then the accounts (ARGS="--minutes 10 --only redis,switch")
	@$(PY) -m tests.chaos $(ARGS)

prove-exports: env ## exporter, receiver and Postgres killed while batches are delivered, then a count of every row (ARGS="--batches 1000 --seconds 150")
	@$(PY) -m tests.proof.exports $(ARGS)

prove-books: env ## a year of calls whose sums are known, against history, reports, exports, missed callers (ARGS="--calls 20000 --seed 7")
	@$(PY) -m tests.proof.years $(ARGS)

prove-failover: env ## Redis fails over while 200 live streams of the web process are open and requests are sent with keys (ARGS="--times 3")
	@$(PY) -m tests.proof.failover $(ARGS)

fuzz: env ## atheris on what reads other people's bytes (ARGS="wire --seconds 600"; finds and their replay in .data/fuzz)
	@$(PY) -c 'import atheris' 2>/dev/null || $(PY) -m pip install --quiet --disable-pip-version-check --editable '.[dev,fuzz]'
	@$(PY) -m tests.fuzz $(ARGS)

test-freeswitch: env ## the stories on a real FreeSWITCH with SIPp phones (FREESWITCH=/path/to/freeswitch ARGS="busy group")
	@FREESWITCH="$(FREESWITCH)" $(PY) -m tests.freeswitch $(ARGS)

music: env ## the piece that waiting callers hear again, from freeswitch-xml/sounds/make_music.py
	@$(PY) freeswitch-xml/sounds/make_music.py freeswitch-xml/sounds

prompts: env ## the spoken prompts again from freeswitch-xml/sounds/*_prompts.yaml (espeak-ng; ARGS="queue/pl/number-3")
	@$(PY) freeswitch-xml/sounds/speak_prompts.py freeswitch-xml/sounds $(ARGS)

clean: ## remove what the goals made: environment, embedded data, caches
	@for link in .data/*/moved; do \
	    case "$$(readlink "$$link" || true)" in /var/tmp/callcontrol-*) rm -rf "$$(readlink "$$link")";; esac; \
	done
	rm -rf $(VENV) .data build *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
