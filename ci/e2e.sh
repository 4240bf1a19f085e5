#!/usr/bin/env bash
# Proves that real Prometheus servers, an old and a new major and one between, accept and store every
# family that a playing omok server exposes, and the same of every format they can ask for, and that
# promtool finds nothing to say about the page; that VictoriaMetrics stores every value of it; that the
# newest Prometheus answers the panels of a dashboard from a minute of play; that on many other pages
# promtool finds what the lint of the feature testing finds; and that node_exporter tells of this machine
# what the machine collector tells.
set -euo pipefail
cd "$(dirname "$0")/.."
CI_REQUIRE_PROMETHEUS=1 cargo test -p omok-server --locked --test prometheus -- --nocapture
CI_REQUIRE_PROMETHEUS=1 cargo test -p nunchi --locked --all-features --test it -- promtool node_exporter --nocapture
