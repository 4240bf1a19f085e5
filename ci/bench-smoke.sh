#!/usr/bin/env bash
# Proves that every bench still compiles, runs once, and finds what it asserts.
set -euo pipefail
cd "$(dirname "$0")/.."
benches=()
for file in benches/*.rs; do benches+=(--bench "$(basename "$file" .rs)"); done
cargo bench -p nunchi --all-features --locked "${benches[@]}" -- --test
