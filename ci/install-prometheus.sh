#!/usr/bin/env bash
# Gets Prometheus 2.42 and the newest 3.x, both with promtool, from Debian's packages, with the older
# one node_exporter, and if they are to be had, Prometheus 2.53 and VictoriaMetrics: unpacked under
# build/prometheus, so that they stand side by side and the system is left as it is. What is there and
# runs is kept.
set -euo pipefail
cd "$(dirname "$0")/.."
top=$PWD
. /etc/os-release

# The mirror that the system itself uses.
mirror() {
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $VERSION_CODENAME" |
        sort -u | head -1
}

# have SUITE PATTERN: prints the version; fails unless the programs run and the version matches.
have() {
    local bin=build/prometheus/$1 found
    found=$("$bin/prometheus" --version 2>&1 | head -1) && "$bin/promtool" --version &>/dev/null &&
        { [ "$1" != bookworm ] || "$bin/prometheus-node-exporter" --version &>/dev/null; } &&
        grep -qE "version $2" <<<"$found" && echo "$1: ${found%% (*}"
}

# has_victoria_metrics SUITE: fails unless it runs. Debian's does not know its version, its package does.
has_victoria_metrics() {
    local bin=build/prometheus/$1
    "$bin/victoria-metrics" -version &>/dev/null &&
        echo "$1: VictoriaMetrics $(cat "$bin/victoria-metrics.version")"
}

# fetch SUITE PACKAGE...: the programs of those that the suite has, into build/prometheus/SUITE.
fetch() {
    local suite=$1 work=$top/build/apt/$1 deb package
    shift
    [ -n "$(mirror)" ] || apt-get -qq update
    rm -rf "$work"
    mkdir -p "$work"/{lists,cache/archives}/partial build/prometheus
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(mirror) $suite main" \
        >"$work/sources.list"
    # A mirror may lag behind; its index of a testing suite is then signed but past its date.
    cat >"$work/apt.conf" <<CONF
Dir::Etc { SourceList "$work/sources.list"; SourceParts "/dev/null"; Preferences "/dev/null"; PreferencesParts "/dev/null"; };
Dir::State { Lists "$work/lists"; Status "/dev/null"; }; Dir::Cache "$work/cache"; APT::Sandbox::User "root";
Acquire { Languages "none"; Check-Valid-Until "false"; Retries "3"; };
CONF
    (
        cd "$work" && export APT_CONFIG=$work/apt.conf && apt-get -qq update &&
            for package in "$@"; do apt-get -qq download "$package" || true; done &&
            for deb in *.deb; do
                dpkg -x "$deb" unpacked && package=$(dpkg-deb -f "$deb" Package) &&
                    dpkg-deb -f "$deb" Version >"unpacked/usr/bin/$package.version" || exit
            done
    ) && rm -rf "build/prometheus/$suite" &&
        mv "$work/unpacked/usr/bin" "build/prometheus/$suite" && rm -r "$work"
}

# newest PATTERN SUITES PACKAGE...: from the first of the suites that has a matching version.
newest() {
    local pattern=$1 suites suite try
    read -ra suites <<<"$2"
    shift 2
    for suite in "${suites[@]}"; do have "$suite" "$pattern" && return; done
    for try in 1 2 3; do
        for suite in "${suites[@]}"; do
            fetch "$suite" "$@" && have "$suite" "$pattern" && return
        done
        echo "try $try failed" && sleep $((try * 5))
    done
    echo "no Prometheus like $pattern in: ${suites[*]}" >&2 && return 1
}

newest '2\.' bookworm prometheus prometheus-node-exporter
# From trixie on, promtool is a package of its own.
newest '3\.' 'forky sid' prometheus promtool

# More servers, which an archive may lack: whoever misses one says so, and nothing fails.
has_all() { have trixie '2\.' && has_victoria_metrics trixie; }
for try in 1 2; do
    has_all &>/dev/null || fetch trixie prometheus promtool victoria-metrics || true
done
have trixie '2\.' || echo "SKIP Prometheus 2.53: it could not be had from trixie"
has_victoria_metrics trixie || echo "SKIP VictoriaMetrics: it could not be had from trixie"
