#!/bin/sh
# What depending on each library costs: crates in the tree, a clean release build with two jobs, and
# the stripped binary beyond one that does nothing. Prints a Markdown table. Needs the crates in the
# local registry cache; run it on a quiet machine.
set -eu

here=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CARGO_BUILD_JOBS=2
unset CARGO_TARGET_DIR

# project NAME DEPENDENCIES MAIN
project() {
    mkdir -p "$work/$1/src"
    printf '[package]\nname = "footprint"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n[dependencies]\n%s\n' "$2" >"$work/$1/Cargo.toml"
    printf '%s\n' "$3" >"$work/$1/src/main.rs"
    (cd "$work/$1" && cargo fetch --quiet 2>/dev/null || cargo generate-lockfile --quiet)
}

# measure NAME: the best of three clean builds
measure() {
    cd "$work/$1"
    crates=$(cargo tree --edges normal --prefix none --no-dedupe | sed 's/ (.*//' | sort -u | grep -vc '^footprint ' || true)
    best=999999
    for _ in 1 2 3; do
        rm -rf target
        begun=$(date +%s%N)
        cargo build --release --offline --quiet
        took=$((($(date +%s%N) - begun) / 1000000))
        [ "$took" -ge "$best" ] || best=$took
    done
    cp target/release/footprint stripped && strip stripped
    bytes=$(wc -c <stripped)
    [ -n "${empty:-}" ] || empty=$bytes
    echo "| $1 | $crates | $((best / 1000)).$((best % 1000 / 100)) | $(((bytes - empty) / 1024)) |"
}

project nothing '' 'fn main() {}'
project nunchi "nunchi = { path = \"$here\" }" 'fn main() {
    nunchi::counter!("app_requests_total", "Requests.", "method" => "GET").inc();
    let mut page = Vec::new();
    nunchi::encode(nunchi::global(), nunchi::Format::Text, &mut page);
    std::io::Write::write_all(&mut std::io::stdout(), &page).unwrap();
}'
project nunchi-served "nunchi = { path = \"$here\" }" 'fn main() {
    nunchi::counter!("app_requests_total", "Requests.", "method" => "GET").inc();
    nunchi::histogram!("app_seconds", "Seconds.").observe(0.5);
    nunchi::server::serve("127.0.0.1:0", nunchi::global().clone()).unwrap().shutdown();
}'
project prometheus 'prometheus = { version = "0.14", default-features = false }' 'use prometheus::{Encoder, IntCounterVec, Opts, TextEncoder};
fn main() {
    let family = IntCounterVec::new(Opts::new("app_requests_total", "Requests."), &["method"]).unwrap();
    prometheus::register(Box::new(family.clone())).unwrap();
    family.with_label_values(&["GET"]).inc();
    let mut page = Vec::new();
    TextEncoder::new().encode(&prometheus::gather(), &mut page).unwrap();
    std::io::Write::write_all(&mut std::io::stdout(), &page).unwrap();
}'
project prometheus-client 'prometheus-client = "0.25"' 'use prometheus_client::{encoding::text::encode, metrics::{counter::Counter, family::Family}, registry::Registry};
fn main() {
    let mut registry = Registry::default();
    let family = Family::<Vec<(String, String)>, Counter>::default();
    registry.register("app_requests", "Requests.", family.clone());
    family.get_or_create(&vec![("method".to_owned(), "GET".to_owned())]).inc();
    let mut page = String::new();
    encode(&mut page, &registry).unwrap();
    std::io::Write::write_all(&mut std::io::stdout(), page.as_bytes()).unwrap();
}'
project metrics 'metrics = "0.24"
metrics-exporter-prometheus = { version = "0.18", default-features = false }' 'fn main() {
    let handle = metrics_exporter_prometheus::PrometheusBuilder::new().install_recorder().unwrap();
    metrics::counter!("app_requests_total", "method" => "GET").increment(1);
    std::io::Write::write_all(&mut std::io::stdout(), handle.render().as_bytes()).unwrap();
}'
project measured 'measured = "=0.0.25"' 'use measured::{metric::{name::MetricName, MetricFamilyEncoding}, text::BufferedTextEncoder, Counter};
fn main() {
    let counter = Counter::new();
    counter.inc();
    let mut encoder = BufferedTextEncoder::new();
    counter.collect_family_into(MetricName::from_str("app_requests_total"), &mut encoder).unwrap();
    std::io::Write::write_all(&mut std::io::stdout(), &encoder.finish()).unwrap();
}'
project fastmetrics 'fastmetrics = "0.7"' 'use fastmetrics::{format::text::{encode, TextProfile}, metrics::counter::Counter, registry::Registry};
fn main() {
    let mut registry = Registry::default();
    let counter = <Counter>::default();
    registry.register("app_requests_total", "Requests.", counter.clone()).unwrap();
    counter.inc();
    let mut page = String::new();
    encode(&mut page, &registry, TextProfile::PrometheusV0_0_4).unwrap();
    std::io::Write::write_all(&mut std::io::stdout(), page.as_bytes()).unwrap();
}'
# counted NAME DEPENDENCIES READER RENDER: one counter of opentelemetry, with either exporter
counted() {
    project "$1" "opentelemetry = { version = \"0.33\", default-features = false, features = [\"metrics\"] }
opentelemetry_sdk = { version = \"0.33\", default-features = false, features = [\"metrics\"] }
$2" "use opentelemetry::{metrics::MeterProvider, KeyValue};
fn main() {
    $3
    let provider = opentelemetry_sdk::metrics::SdkMeterProvider::builder().with_reader(reader).build();
    let counter = provider.meter(\"app\").u64_counter(\"app_requests\").build();
    counter.add(1, &[KeyValue::new(\"method\", \"GET\")]);
    let mut page = Vec::new();
    $4
    std::io::Write::write_all(&mut std::io::stdout(), &page).unwrap();
}"
}
counted opentelemetry-text 'opentelemetry-prometheus-text-exporter = "0.4"' \
    'let exporter = opentelemetry_prometheus_text_exporter::PrometheusExporter::new(); let reader = exporter.clone();' \
    'exporter.export(&mut page).unwrap();'
counted opentelemetry-prometheus 'opentelemetry-prometheus = { version = "0.33", default-features = false }
prometheus = { version = "0.14", default-features = false }' \
    'let registry = prometheus::Registry::new(); let reader = opentelemetry_prometheus::exporter().with_registry(registry.clone()).build().unwrap();' \
    'prometheus::Encoder::encode(&prometheus::TextEncoder::new(), &registry.gather(), &mut page).unwrap();'

echo '| | crates | clean release build, s | binary, KiB more |'
echo '|---|--:|--:|--:|'
for name in nothing nunchi nunchi-served prometheus prometheus-client metrics measured fastmetrics \
    opentelemetry-text opentelemetry-prometheus; do
    measure "$name"
done
