# Trunkline's errands. `make` prints them.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo clean-demo test pages tidy fmt clippy deny fuzz simulate bench bench-telephony kill-loop desks mutate needs-cargo needs-sqlite needs-cc needs-speech needs-chromium

# Who is not root installs with sudo.
SUDO := $(shell [ $$(id -u) = 0 ] || echo sudo)

# Where the demo keeps its files.
DEMO_DIR ?= target/demo

# Passed on to the program: make demo ARGS="--once".
ARGS ?=

help: ## Print this list
	@echo "make TARGET [ARGS=...]"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | \
	    while IFS='|' read -r name text; do printf '  %-15s %s\n' $$name "$$text"; done

demo: needs-cargo needs-cc needs-speech pages-if-possible ## Run the demo: a real call by SIP, a dip into the CRM, a queue, an agent
	cargo run --bin trunkline -- demo --dir "$(DEMO_DIR)" $(ARGS)

clean-demo: ## Remove what the demo has left behind
	rm -rf -- "$(DEMO_DIR)"

test: needs-cargo needs-cc needs-speech needs-chromium ## Run all checks and tests, as CI does
	@.ci/test

pages: ## Build the pages that the program serves
	@web/make

e2e: needs-cargo needs-cc needs-speech needs-chromium pages ## Test the pages in a browser, with calls
	cargo build --bin trunkline
	npm --prefix web run e2e

e2e-long: needs-cargo needs-cc needs-speech needs-chromium pages ## Those of these tests that take minutes
	cargo build --bin trunkline
	E2E_LONG=1 npm --prefix web run e2e

.PHONY: e2e e2e-long pages-if-possible
pages-if-possible:
	@web/make --or-without

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

# The seed of the large simulation is the test's, unless ACD_SEED names another.
simulate: needs-cargo needs-cc ## Compare routing with its model: 1,000 agents, 100,000 contacts; break each of its rules
	ACD_FULL=1 cargo test --release -p trunkline-acd --test routing agreement -- --nocapture
	cargo test --release -p trunkline-acd --lib proof

bench: needs-cargo needs-cc ## Run the benchmarks
	cargo bench --workspace --benches $(ARGS)

# The load tools are a workspace of their own; what they measure is the release build.
LOAD := bench/telephony
LOAD_RUN = cd $(LOAD) && cargo run --release --quiet --bin

.PHONY: release-builds
release-builds: needs-cargo needs-cc
	cargo build --release -p trunkline-cli
	cd $(LOAD) && cargo build --release

bench-telephony: release-builds ## Measure calls against floors: ARGS="a c" for some targets
	$(LOAD_RUN) runner -- $(ARGS)

# How many kills, and how many broken datagrams.
KILLS ?= 300
DATAGRAMS ?= 1000000

kill-loop: release-builds needs-sqlite ## Kill a server under calls: KILLS=300
	$(LOAD_RUN) kill_loop -- --kills $(KILLS) $(ARGS)

desks: release-builds ## Measure how soon offers reach 200 desktops: ARGS="--agents 400"
	$(LOAD_RUN) desks -- $(ARGS)

mutate: release-builds ## Send broken SIP while calls go on: DATAGRAMS=1000000
	$(LOAD_RUN) mutate -- --datagrams $(DATAGRAMS) $(ARGS)

needs-sqlite:
	@command -v sqlite3 >/dev/null || { \
	    echo "sqlite3 is missing; install it with: apt-get install -y sqlite3"; exit 1; }

needs-cargo:
	@command -v cargo >/dev/null || { \
	    echo "cargo is missing; install it with: curl -sSf https://sh.rustup.rs | sh -s -- -y"; exit 1; }

needs-cc:
	@command -v cc >/dev/null || { \
	    echo "cc is missing; install it with: apt-get install -y build-essential"; exit 1; }

# The pages are tested in it.
needs-chromium:
	@command -v chromium >/dev/null || { \
	    echo "chromium is missing: installing it with apt-get"; \
	    $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq chromium; }

# eSpeak NG speaks to the demo's caller and in the tests.
needs-speech:
	@command -v espeak-ng >/dev/null || { \
	    echo "espeak-ng is missing: installing it with apt-get"; \
	    $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq espeak-ng; }
