# Two commands matter: `make demo` shows it, `make test` proves it. Both set up what they need.
.POSIX:
SHELL = /bin/sh
BIN = .venv/bin
DEMO_ARGS =
PYTEST_ARGS =
export PYTHON

.PHONY: help demo test lint types pytest check generate clean prometheus alertmanager postgresql victoriametrics

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

# A development installation is good enough for the demonstration.
.venv/.installed: pyproject.toml scripts/virtualenv
	@[ -e .venv/.installed-dev ] && [ ! pyproject.toml -nt .venv/.installed-dev ] || scripts/virtualenv .
	@touch $@

.venv/.installed-dev: pyproject.toml scripts/virtualenv
	@scripts/virtualenv '.[dev,postgres]'
	@touch $@

prometheus:
	@scripts/prometheus

alertmanager:
	@scripts/alertmanager

postgresql:
	@scripts/postgresql

victoriametrics:
	@scripts/victoriametrics

demo: .venv/.installed prometheus ## break a service and see the page: Prometheus, workload, daemon, receivers (DEMO_ARGS=--once: unattended)
	@$(BIN)/sloguard demo $(DEMO_ARGS)

test: lint types pytest ## everything that CI checks (about 11 minutes: the demonstration runs in real time)

lint: .venv/.installed-dev ## style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.installed-dev ## mypy --strict
	$(BIN)/mypy

# Three workers on two cores: one of them mostly waits for the demonstration.
pytest: .venv/.installed-dev prometheus alertmanager postgresql victoriametrics ## the tests alone (PYTEST_ARGS='-m "not slow"': without the demonstration)
	$(BIN)/pytest -n 3 --dist worksteal $(PYTEST_ARGS)

check: test generated ## test, and that the generated files are up to date

.PHONY: generated
generated: .venv/.installed
	$(BIN)/sloguard generate --check

generate: .venv/.installed ## write what is generated: rules, their tests, dashboards, reference pages, the schema
	$(BIN)/sloguard generate
	$(BIN)/python -m sloguard.config.documents docs

clean: ## remove what was installed and cached
	rm -rf .venv .demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
