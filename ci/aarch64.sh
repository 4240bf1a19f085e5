#!/usr/bin/env bash
# Proves that the tests about threads, atomics and bits pass on AArch64, whose processors reorder
# loads and stores that x86 does not; emulated, which shows wrong code but not every reordering. By
# hand: it installs a cross compiler and an emulator.
set -euo pipefail
cd "$(dirname "$0")/.."
target=aarch64-unknown-linux-gnu
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/aarch64 PROPTEST_CASES=${PROPTEST_CASES:-16}
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="qemu-aarch64 -L /usr/aarch64-linux-gnu"
if ! command -v aarch64-linux-gnu-gcc qemu-aarch64 >/dev/null; then
    apt-get install -qq -y gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user >/dev/null || {
        echo "SKIP aarch64: neither a cross compiler nor an emulator is to be had"
        exit 77
    }
fi
rustup target add $target
cargo test --target $target -p nunchi --locked --lib -- sync:: metric:: model::grid \
    --skip processes_have_seeds "$@" # What is emulated starts no other program.
cargo test --target $target -p nunchi --locked --test thread_cells -- "$@"
