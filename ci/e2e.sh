#!/usr/bin/env bash
# Proves that real Prometheus servers, an old and a new major, accept and store every family that a
# playing omok server exposes, and the same of a page in protobuf as in text, and that promtool finds
# nothing to say about the page; and that on many other pages it finds what the lint of the feature
# testing finds; and that node_exporter tells of this machine what the machine collector tells.
set -euo pipefail
cd "$(dirname "$0")/.."
CI_REQUIRE_PROMETHEUS=1 cargo test -p omok-server --locked --test prometheus -- --nocapture
CI_REQUIRE_PROMETHEUS=1 cargo test -p nunchi --locked --all-features --test it -- promtool node_exporter --nocapture
