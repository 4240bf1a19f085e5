#!/usr/bin/env bash
# Gets what the other jobs need. Only a missing Prometheus fails here; a job whose toolchain or tool
# could not be had says so itself, and is skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

ci/install-prometheus.sh

# toolchain NAME: installs it unless some version of it is there.
toolchain() {
    rustup toolchain list | grep -q "^$1" || rustup toolchain install "$1" --profile minimal
}
if command -v rustup >/dev/null; then
    rustup component add rustfmt clippy || true
    toolchain nightly && rustup component add --toolchain nightly miri rust-src || true
    toolchain "$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)" || true
fi
if ! command -v valgrind >/dev/null; then
    get=(apt-get -qq install -y --no-install-recommends valgrind)
    "${get[@]}" || { apt-get -qq update && "${get[@]}"; } || true
fi
[ -x build/judge/bin/python ] &&
    build/judge/bin/python -c 'import prometheus_client, google.protobuf' 2>/dev/null ||
    { python3 -m venv build/judge &&
        build/judge/bin/python -m pip install --quiet prometheus_client==0.26.0 protobuf==7.36.2; } || true
[ -x build/tools/bin/cargo-fuzz ] ||
    cargo install --quiet --locked --root build/tools cargo-fuzz || true
