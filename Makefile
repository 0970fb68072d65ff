# Everything lives in .venv; nothing outside this folder is written but pip's and uv's own caches.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help install demo test matrix check docs studio bench

# The first Python on the PATH that the project supports.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo "$$python" && break; \
	done)
# The stamp names this folder: a copied or moved .venv is made anew, because its scripts point to the old place.
STAMP := .venv/.installed-$(shell printf %s '$(CURDIR)' | cksum | cut -d ' ' -f 1)

export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv
# As pip does: trust what the system trusts, so that both work behind the same proxy.
export UV_SYSTEM_CERTS ?= 1
unexport VIRTUAL_ENV

help:
	@echo 'make demo     the main job on an embedded store: two changes wait for your decision'
	@echo 'make test     the whole test suite; ARGS="-m \"not slow\"" chooses tests'
	@echo 'make matrix   every write in every situation through every way in; rewrites docs/matrix.md'
	@echo 'make check    lint, format, types and layers'
	@echo 'make docs     rewrite what is generated of README.md and docs/, and build the site into build/docs'
	@echo 'make studio   LangGraph Studio on the store of CENTRA_URL (in .env or exported), else on an invented one'
	@echo 'make bench    what imports, tools, answers and reports cost, against bars; some minutes'

install: $(STAMP)

$(STAMP): pyproject.toml uv.lock
	@test -n '$(PYTHON)' || { \
		echo 'This needs Python 3.11, 3.12 or 3.13. Install one of them, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3.'; \
		exit 1; }
	@test -e $@ || { echo 'Installing into .venv with' "$$($(PYTHON) --version)"; rm -rf .venv; \
		$(PYTHON) -m venv .venv && .venv/bin/python -m pip install --quiet --disable-pip-version-check uv; }
	@.venv/bin/uv sync --quiet --frozen --all-extras --python .venv/bin/python
	@touch $@

demo: install
	@.venv/bin/centra-agent demo

test: install
	.venv/bin/pytest -n auto --dist worksteal $(ARGS)

matrix: install
	.venv/bin/pytest -q -n auto --matrix tests/matrix $(ARGS)

check: install
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/pyright
	.venv/bin/lint-imports

docs: install
	@.venv/bin/python docs/generate.py
	@.venv/bin/sphinx-build --quiet --fail-on-warning --keep-going docs build/docs
	@echo 'The site is in build/docs/index.html.'

SANDBOX_PORT := 8787
SANDBOX_WRITES := orders,shipments,stock,prices,discounts,products,customers,categories,attributes

# The sandbox is a process of its own, so that it outlives the server's restarts after a change of code.
studio: install
	@if [ -n "$$CENTRA_URL" ] || grep -qs '^CENTRA_URL=.' .env; then exec .venv/bin/langgraph dev; fi; \
	.venv/bin/python -c 'import socket; socket.create_server(("127.0.0.1", $(SANDBOX_PORT)))' 2>/dev/null || { \
		echo 'Port $(SANDBOX_PORT) is in use, perhaps by another sandbox. End what uses it, then call make studio again.'; exit 1; }; \
	.venv/bin/centra-agent sandbox --port $(SANDBOX_PORT) & trap "kill $$! 2>/dev/null" EXIT INT TERM; \
	CENTRA_URL=http://127.0.0.1:$(SANDBOX_PORT) CENTRA_TOKEN=sandbox-token CENTRA_WRITES=$(SANDBOX_WRITES) \
	CENTRA_JOURNAL=sqlite:///.langgraph_api/approvals.sqlite3 .venv/bin/langgraph dev

bench: install
	@failed=0; for file in imports tokens answers overhead scale; do \
		echo "$$file:"; .venv/bin/python benchmarks/$$file.py || failed=1; done; exit $$failed
