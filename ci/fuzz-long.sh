#!/usr/bin/env bash
# As fuzz.sh, for an hour, or as many seconds as the argument says. By hand.
set -euo pipefail
exec "$(dirname "$0")/fuzz.sh" "${1:-3600}"
