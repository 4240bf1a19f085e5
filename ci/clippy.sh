#!/usr/bin/env bash
# Proves that libraries, tests, examples and benches compile without a warning, whatever is enabled.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo clippy --workspace --all-targets --locked -- -D warnings
for features in --no-default-features --all-features; do
    cargo clippy -p nunchi --all-targets --locked $features -- -D warnings
done
