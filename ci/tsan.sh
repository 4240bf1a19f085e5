#!/usr/bin/env bash
# Proves that the tests about threads, on real threads, run without a data race that ThreadSanitizer
# sees. By hand: it compiles a standard library of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/tsan RUSTUP_TOOLCHAIN=nightly
export RUSTFLAGS="-Zsanitizer=thread" PROPTEST_CASES=${PROPTEST_CASES:-16}
host=$(rustc -vV | sed -n 's/^host: //p')
cargo test -Zbuild-std --target "$host" -p nunchi --all-features --locked --lib --test it --test thread_cells -- "$@"
