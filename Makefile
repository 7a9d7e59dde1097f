# The commands of daily work. `make` lists them.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-builtin-rules

# Seeds that `make sim` plays on SQLite, and on PostgreSQL.
SEEDS ?= 1000
SEEDS_POSTGRES ?= 100
# Cases of every property in `make fuzz`, and how long it sends random requests, in seconds.
CASES ?= 100000
FUZZ_SECONDS ?= 600
# What chooses the random requests of Schemathesis.
SEED ?= 1
# Which tests `make stress-browser` runs, a pattern of their titles, and how often each.
GREP ?= .
TIMES ?= 10

with_server := DWELL_BIN=$(CURDIR)/target/debug/dwell sdk-tests/with-server
schemathesis := SEED=$(SEED) $(with_server) sdk-tests/schemathesis/run

##@ Run

# What the console is built from; a change of any of it builds it anew.
console_sources := $(shell find console -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -name '*.md')

.PHONY: run build console
run: console ## Build for release and start a development server on http://localhost:8080
	cargo run --release --bin dwell -- serve --dev

build: console ## Build the server for release: target/release/dwell
	cargo build --release --bin dwell

console: console/dist/index.html ## Build the web console when it changed: console/dist

console/dist/index.html: console/node_modules/installed.json $(console_sources)
	npm --prefix console run build

console/node_modules/installed.json: console/package-lock.json
	npm --prefix console ci --no-audit --no-fund
	cp $< $@

##@ Test

.PHONY: setup check test test-rust test-console test-sdk test-schemathesis test-quickstart test-docs test-browser stress-browser test-mcp sim fuzz pictures
setup: ## Install what building and testing need (once; quick when nothing is missing)
	scripts/setup

check: ## What every change must pass: format, lints, dependencies, Rust tests, the console's
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	$(MAKE) deny
	cargo nextest run --workspace
	$(MAKE) test-console

test: setup test-console test-rust test-sdk test-schemathesis test-quickstart test-docs test-browser test-mcp sim ## Everything, from a fresh clone

test-rust: ## Rust tests and the examples in the documentation
	cargo nextest run --locked --workspace --profile ci
	cargo test --workspace --doc

test-console: console ## The console: format, lints, types, pure functions, what the desk loads first
	npm --prefix console run check
	npm --prefix console test
	npm --prefix console run size

test-sdk: ## The official SDKs against a real server
	cargo build --bin dwell
	$(with_server) .venv/bin/pytest sdk-tests/python
	$(with_server) .venv-twilio8/bin/pytest sdk-tests/python
	$(with_server) npm --prefix sdk-tests/node test

test-schemathesis: ## A real server against the contract: examples, edges, some random requests
	cargo build --bin dwell
	$(schemathesis)

test-quickstart: ## The programs in the README and the guides, as printed
	scripts/test-quickstart

test-docs: ## Every example of the documentation portal, as it stands on its page
	cargo build --bin dwell
	$(with_server) .venv/bin/python sdk-tests/docs/run

test-browser: console ## Portal and console in Chromium: main paths, keyboard, phone, dark, accessibility
	cargo build --bin dwell
	$(with_server) npm --prefix sdk-tests/browser test

stress-browser: console ## The tests in Chromium that match GREP, TIMES over, two at once and alone: finds races
	cargo build --bin dwell
	$(with_server) npm --prefix sdk-tests/browser test -- --grep '$(GREP)' --repeat-each $(TIMES)
	$(with_server) npm --prefix sdk-tests/browser test -- --grep '$(GREP)' --repeat-each $(TIMES) --workers 1

pictures: console ## Take the pictures of the guides anew: docs/pictures
	cargo build --bin dwell
	$(with_server) npm --prefix sdk-tests/browser run pictures

test-mcp: ## The MCP server: the official clients and the inspector, over HTTP and as a program
	cargo build --bin dwell
	$(with_server) .venv-mcp/bin/pytest sdk-tests/mcp
	$(with_server) npm --prefix sdk-tests/mcp test

sim: ## Play SEEDS seeded histories against the reference model
	cargo run --release --package dwell-sim -- --seeds $(SEEDS)
	cargo run --release --package dwell-sim -- --seeds $(SEEDS_POSTGRES) --database postgres

fuzz: ## The properties of dwell-core with CASES random cases each, then random requests for FUZZ_SECONDS
	PROPTEST_CASES=$(CASES) cargo nextest run --package dwell-core --cargo-profile release --profile fuzz
	cargo build --bin dwell
	$(schemathesis) --max-examples 200 --max-time $(FUZZ_SECONDS)

##@ Measure

.PHONY: bench
bench: build ## Measure, print a table, write bench/results/latest.json
	cargo run --release --package dwell-bench

##@ Dependencies

.PHONY: deny advisories cargo-deny
deny: cargo-deny ## Licences, bans and sources; needs no network
	cargo deny check bans licenses sources

advisories: cargo-deny ## Known vulnerabilities; fetches the RustSec database
	cargo deny check advisories

cargo-deny:
	command -v cargo-deny >/dev/null || cargo install --quiet --locked cargo-deny@0.20.2

##@ Help

.PHONY: help
help: ## This list
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
