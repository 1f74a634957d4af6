# Trunkline's errands. `make` prints them.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo clean-demo test tidy fmt clippy deny fuzz bench needs-cargo needs-cc

# Where the demo keeps its files.
DEMO_DIR ?= target/demo

# Passed on to the program: make demo ARGS="--once".
ARGS ?=

help: ## Print this list
	@echo "make TARGET [ARGS=...]"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | \
	    while IFS='|' read -r name text; do printf '  %-12s %s\n' $$name "$$text"; done

demo: needs-cargo needs-cc ## Run the demo: a call, a dip into the CRM, a queue, an agent
	cargo run --bin trunkline -- demo $(ARGS)

clean-demo: ## Remove what the demo has left behind
	rm -rf -- "$(DEMO_DIR)"

test: needs-cargo needs-cc ## Run all checks and tests, as CI does
	@.ci/test

tidy: needs-cargo needs-cc ## Check the rules of the house
	cargo xtask tidy

fmt: needs-cargo ## Format the code
	cargo fmt --all

clippy: needs-cargo needs-cc ## Run the linter; warnings are errors
	cargo clippy --workspace --all-targets -- -D warnings

deny: needs-cargo ## Check licences, banned crates and sources of the dependencies
	@command -v cargo-deny >/dev/null || { \
	    echo "cargo-deny is missing; install it with: cargo install --locked cargo-deny"; exit 1; }
	cargo deny check licenses bans sources

# How long each fuzzer runs, in seconds.
FUZZ_SECONDS ?= 600

fuzz: needs-cargo needs-cc ## Fuzz the readers: FUZZ_SECONDS=600 for each, ARGS="expr flow" for some
	@command -v cargo-fuzz >/dev/null || { \
	    echo "cargo-fuzz is missing; install it with: cargo install --locked cargo-fuzz"; exit 1; }
	FUZZ_SECONDS=$(FUZZ_SECONDS) fuzz/run $(ARGS)

bench: needs-cargo needs-cc ## Run the benchmarks
	cargo bench --workspace --benches $(ARGS)

needs-cargo:
	@command -v cargo >/dev/null || { \
	    echo "cargo is missing; install it with: curl -sSf https://sh.rustup.rs | sh -s -- -y"; exit 1; }

needs-cc:
	@command -v cc >/dev/null || { \
	    echo "cc is missing; install it with: apt-get install -y build-essential"; exit 1; }
