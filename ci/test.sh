#!/usr/bin/env bash
# Proves that the tests pass: as the README says, with fewest and most features, and those of the
# library once more compiled for use, where threads meet more often and debug checks are off.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo test --workspace
cargo test -p nunchi --locked --no-default-features --lib --test it
cargo test -p nunchi --locked --all-features
cargo test -p nunchi --locked --all-features --release --lib --test it --test alloc_free --test thread_cells
