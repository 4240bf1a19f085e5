#!/usr/bin/env bash
# Proves that the tests pass: as the README says, with fewest and most features, and those of the
# library once more compiled for use, where threads meet more often and debug checks are off. What the
# programs in the documentation need beyond the default features, ci/docs.sh gives them.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo test --workspace
cargo test -p nunchi --locked --no-default-features --lib --test it
# What Python judges has a job of its own.
cargo test -p nunchi --locked --all-features --lib --tests --examples -- --skip judge::
# With the profile of the benches, so that what they depend on is compiled once.
cargo test -p nunchi --locked --all-features --profile bench --lib --test it --test alloc_free --test thread_cells -- --skip judge::
