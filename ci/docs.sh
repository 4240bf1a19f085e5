#!/usr/bin/env bash
# Proves that the documentation builds without a warning and that every
# program in it runs.
set -euo pipefail
cd "$(dirname "$0")/.."
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --all-features --locked
cargo test --workspace --doc --all-features --locked
