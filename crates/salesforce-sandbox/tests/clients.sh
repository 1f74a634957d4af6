#!/usr/bin/env bash
# Drives the sandbox with clients that know nothing of it: the SOQL cases' own runner and an
# unmodified simple-salesforce. Fails when one of them fails a check or skips one.
#
#   TRUNKLINE_CONFORMANCE  folder of the originals (default: ../shared/conformance beside the
#                          repository)
set -euo pipefail
root=$(git -C "$(dirname "$0")" rev-parse --show-toplevel)
conformance=$(realpath -m "${TRUNKLINE_CONFORMANCE:-$root/../shared/conformance}")
work="$root/target/sandbox-clients"
python="$work/venv/bin/python"
if [ ! -d "$conformance" ]; then
    echo "real Salesforce clients: skipped (no conformance folder at $conformance)"
    exit 0
fi
for program in python3 openssl; do
    command -v "$program" >/dev/null || {
        echo "$program is missing; install it with: apt-get install -y python3-venv openssl" >&2
        exit 1
    }
done

mkdir -p "$work"
[ -x "$python" ] || python3 -m venv "$work/venv"
"$python" -c 'import simple_salesforce' 2>/dev/null ||
    "$python" -m pip install --quiet simple-salesforce
[ -s "$work/key.pem" ] || openssl genrsa -out "$work/key.pem" 2048 2>/dev/null
(cd "$root" && cargo build --quiet -p trunkline-salesforce-sandbox --example sandbox)

sandbox=
finish() { [ -z "$sandbox" ] || { kill "$sandbox" 2>/dev/null || true; wait "$sandbox" || true; }; }
trap finish EXIT

# Starts a sandbox on a free port with the given options and sets BASE_URL to its address.
start() {
    finish
    : >"$work/sandbox.log"
    "$root/target/debug/examples/sandbox" --listen 127.0.0.1:0 "$@" >"$work/sandbox.log" 2>&1 &
    sandbox=$!
    local tries=0
    until grep -q '^ *address ' "$work/sandbox.log"; do
        kill -0 "$sandbox" 2>/dev/null && [ "$tries" -lt 100 ] || { cat "$work/sandbox.log"; exit 1; }
        tries=$((tries + 1))
        sleep 0.1
    done
    BASE_URL=$(sed -n 's/^ *address *//p' "$work/sandbox.log" | head -n 1)
    export BASE_URL
}

# Runs a check and insists on "N passed, 0 failed" without a word of skipped ones.
check() {
    local name=$1 output
    shift
    output=$("$@") || { printf '%s\n' "$output"; echo "$name: FAILED"; exit 1; }
    if ! printf '%s\n' "$output" | tail -n 1 | grep -Eq '^[1-9][0-9]* passed, 0 failed$'; then
        printf '%s\n' "$output"
        echo "$name: FAILED (something failed or was skipped)"
        exit 1
    fi
    echo "$name: $(printf '%s\n' "$output" | tail -n 1)"
}

export CLIENT_ID=trunkline CLIENT_SECRET=sandbox USERNAME=admin@sandbox.example PASSWORD=sandbox
unset SKIP_CLOCK SKIP_DISPUTED ONLY SF_VERSION 2>/dev/null || true

start --fixture "$conformance/soql/fixture.json" --now 2026-03-18T15:30:00Z
check "SOQL cases" "$python" "$conformance/soql/run.py"

export JWT_KEY_FILE="$work/key.pem" REQUIRE_EXT_ID=Account.External_Id__c CHECK_SOAP_LOGIN=1
simple="$conformance/salesforce-clients/simple_salesforce_check.py"
start --jwt-key "$JWT_KEY_FILE"
check "simple-salesforce, built-in objects" "$python" "$simple"
start --jwt-key "$JWT_KEY_FILE" --fixture "$conformance/soql/fixture.json"
check "simple-salesforce, the cases' fixture" "$python" "$simple"
start --jwt-key "$JWT_KEY_FILE" --db "$work/clients-$$.db"
check "simple-salesforce, a database file" "$python" "$simple"
rm -f "$work/clients-$$.db"*
