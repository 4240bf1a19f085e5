#!/usr/bin/env bash
# Proves that the unit tests of the unsafe parts run without undefined behaviour, data races among
# it, as far as an interpreter can tell.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/miri RUSTUP_TOOLCHAIN=nightly
# Clocks are read; nothing else of the machine.
export MIRIFLAGS="-Zmiri-disable-isolation" PROPTEST_CASES=${PROPTEST_CASES:-4}
if ! cargo miri --version 2>/dev/null; then
    echo "SKIP miri: it is not to be had for the nightly toolchain"
    exit 77
fi
target=${MIRI_TARGET:-$(rustc -vV | sed -n "s/^host: //p")}
cargo miri setup --target "$target"
[ $# -gt 0 ] || set -- sync:: encode::buffer metric::family
cargo miri test --target "$target" -p nunchi --features allocator,protobuf --lib --locked -- "$@"
