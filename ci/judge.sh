#!/usr/bin/env bash
# Proves that the strictest public parser of OpenMetrics, that of Prometheus's Python client, takes the
# pages of thousands of registries and of a playing omok server, and reads what was put on them.
set -euo pipefail
cd "$(dirname "$0")/.."
export NUNCHI_JUDGE=$PWD/build/judge/bin/python
if ! "$NUNCHI_JUDGE" -c 'import prometheus_client.openmetrics.parser' 2>/dev/null; then
    echo "SKIP judging OpenMetrics: no Python with prometheus_client, which ci/install.sh could not get"
    exit 77
fi
cargo test -p nunchi --locked --all-features --test it judge -- --nocapture
cargo test -p omok-server --locked --test prometheus judge -- --nocapture
