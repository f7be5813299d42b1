# Two commands do everything on a fresh Debian machine with root and Python 3.11: `make demo` and `make test`.
# Both set up what they need first (apt packages, virtualenv, host image) and say how far they are.

SITE ?= examples/blog.yaml
SUITE ?= testing
NINES := .venv/bin/nines

.DEFAULT_GOAL := help
.PHONY: help demo canary test test-fast test-programs test-lab test-full check setup system venv clean

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## the whole story on lab hosts: build, verify, break seven ways, report (root)
	@scripts/demo $(SITE)

test: ## all three rings of tests (root)
	@scripts/test

test-fast: venv ## the first ring: style, types, layers, pure tests (no root, no hosts)
	@scripts/check

test-programs: setup ## the second ring: what we write, read by the real programs
	scripts/test-hosts -m programs

test-lab: setup ## the third ring: real hosts (root)
	scripts/test-hosts -m lab

canary: setup ## what the next Debian (SUITE=testing) would break: packages asked, infrastructure deployed (root)
	.venv/bin/python bench/canary.py $(SITE) $(SUITE)

check: test-fast

setup: system venv ## apt packages and virtualenv

system: ## the apt packages that lab hosts need on this machine (root)
	@scripts/system

venv: .venv/.ready ## the virtualenv, as locked

.venv/.ready: pyproject.toml uv.lock
	@scripts/venv
	@touch $@

test-full: test ## `make test`, and what takes many minutes of two processors more: a pair of virtual machines (root)
	NINES_LONG=1 scripts/test-hosts -k test_volumes

clean: ## remove what can be made again (not the cached images, not a running lab)
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
