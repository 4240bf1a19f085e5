#!/usr/bin/env bash
# As miri.sh, for all unit tests, little-endian and big-endian. Hours; by hand.
set -euo pipefail
cd "$(dirname "$0")/.."
ci/miri.sh ""
MIRI_TARGET=s390x-unknown-linux-gnu ci/miri.sh sync:: encode:: label::
