#!/usr/bin/env bash
# Proves that the strictest public parser of OpenMetrics, that of Prometheus's Python client, takes the
# pages of thousands of registries and of a playing omok server, and reads what was put on them; and
# that the library of protobuf reads those of the registries.
set -euo pipefail
cd "$(dirname "$0")/.."
export NUNCHI_JUDGE=$PWD/build/judge/bin/python
if ! "$NUNCHI_JUDGE" -c 'import prometheus_client.openmetrics.parser, google.protobuf' 2>/dev/null; then
    echo "SKIP judging: no Python with prometheus_client and protobuf, which ci/install.sh could not get"
    exit 77
fi
cargo test -p nunchi --locked --all-features --test it judge -- --nocapture
cargo test -p omok-server --locked --test prometheus judge -- --nocapture
