//! The strictest public parser of OpenMetrics, that of Prometheus's Python client, reads what ours
//! reads; so does the library of protobuf.
//!
//! They need a Python that has the modules `prometheus_client` and `google.protobuf`: the one that `NUNCHI_JUDGE` names, or that
//! of `ci/install.sh`. Without one the test says so and passes.

use crate::conformance::everything;
use crate::exemplars;
use crate::props::spec;
use nunchi::testing::{Exemplar, Native, Page, Sample};
use nunchi::Registry;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::{env, fs, io};

const PAGES: usize = 3000;

#[test]
fn the_strictest_public_parser_reads_the_same() {
    let test = "the_strictest_public_parser_reads_the_same";
    judge(test, "judge.py", "prometheus_client", |place, registry| {
        let (text, page) = crate::support::open_metrics(registry);
        fs::write(place.with_extension("page"), text).expect("a file");
        told(&page, [&page, &Page::default()])
    });
}

/// The same of names in quotes.
#[cfg(all(feature = "openmetrics", feature = "utf8"))]
#[test]
fn the_strictest_public_parser_reads_the_same_names_in_quotes() {
    use crate::support::escaped;
    use nunchi::{Escaping, Format};
    let test = "the_strictest_public_parser_reads_the_same_names_in_quotes";
    judge(test, "judge.py", "prometheus_client-quoted", |place, registry| {
        let text = escaped(registry, (Format::OpenMetrics, Escaping::AllowUtf8), 1 << 16);
        let page = nunchi::testing::parse_open_metrics(&text);
        fs::write(place.with_extension("page"), text).expect("a file");
        let page = page.expect("a valid page");
        told(&page, [&page, &Page::default()])
    });
}

/// What the library of protobuf reads is compared with the page as text, and with the exemplars of
/// that of OpenMetrics.
#[cfg(feature = "protobuf")]
#[test]
fn the_library_of_protobuf_reads_the_same() {
    let test = "the_library_of_protobuf_reads_the_same";
    judge(test, "judge_protobuf.py", "protobuf", |place, registry| {
        let (bytes, page) = crate::support::protobuf(registry);
        fs::write(place.with_extension("delimited"), bytes).expect("a file");
        let text = crate::support::page(registry);
        let text = nunchi::testing::parse_text(text.as_bytes()).expect("a valid page");
        told(&text, [&crate::support::open_metrics(registry).1, &page])
    });
}

/// Has the script judge many pages, each of which `put` writes to a file, answering what has to be
/// found in it.
fn judge(test: &str, script: &str, judge: &str, put: impl Fn(&Path, &Registry) -> String) {
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("build/judge/bin/python");
    let python = env::var_os("NUNCHI_JUDGE").map_or(installed, PathBuf::from);
    if !python.exists() {
        // Nobody listening is no reason to fail.
        let _ = writeln!(io::stderr(), "SKIP {test}: no Python at {}", python.display());
        return;
    }
    let folder = format!("{judge}-{}", process::id());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
    fs::create_dir_all(&folder).expect("a folder");
    let put = |name: &str, registry: &Registry| {
        let place = folder.join(name);
        let told = put(&place, registry);
        fs::write(place.with_extension("read"), told).expect("a file");
    };
    put("everything", &everything());
    let dated = everything();
    #[cfg(feature = "openmetrics")]
    dated.show_created(true);
    put("dated", &dated);
    let mut runner = TestRunner::deterministic();
    for number in 0..PAGES / 10 {
        let mut events = exemplars::events().new_tree(&mut runner).expect("events").current();
        // It takes a quote in an exemplar for the end of the text, escaped or not.
        for (_, value) in events.iter_mut().flat_map(|(_, labels, _)| labels) {
            *value = value.replace('"', "'");
        }
        let registry = Registry::new();
        exemplars::play(&registry, &events);
        put(&format!("exemplars-{number:04}"), &registry);
    }
    let specs = prop::collection::vec(spec(), 0..8);
    for number in 0..PAGES {
        let registry = Registry::new();
        for spec in specs.new_tree(&mut runner).expect("specs").current() {
            if spec.is_of_the_standard() {
                spec.register(&registry);
            }
        }
        #[cfg(feature = "protobuf")]
        observe_natives(&registry, &mut runner);
        put(&format!("{number:04}"), &registry);
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("ci").join(script);
    let verdict = Command::new(python).arg(script).arg(&folder).output().expect("Python runs");
    let said =
        [verdict.stdout, verdict.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
    assert!(verdict.status.success(), "{}", said.concat());
    let _ = writeln!(io::stderr(), "judged by {judge}: {}", said[0].trim());
    // What was judged can be looked at only where it failed.
    let _ = fs::remove_dir_all(&folder);
}

/// What a page says, in the form of `ci/judge.py`, with the exemplars of one page and the native
/// histograms of another.
fn told(page: &Page, [exemplars, natives]: [&Page; 2]) -> String {
    let mut told = String::new();
    for family in page.families() {
        let (name, help) = (hex(family.name()), hex(family.help()));
        let unit = if family.unit().is_empty() { "-" } else { family.unit() };
        let _ = writeln!(told, "{name} {} {unit} {help}", family.metric_type());
        for sample in family.samples() {
            tell(sample, exemplars, &mut told);
            if sample.name().strip_suffix("_count") == Some(family.name()) {
                let labels: Vec<_> = sample.labels().collect();
                let found = natives.distribution(family.name(), &labels);
                found.iter().filter_map(|found| found.native()).for_each(|native| {
                    tell_native(native, &mut told);
                });
            }
        }
    }
    told
}

fn tell_native(native: &Native, told: &mut String) {
    let side = |buckets: &[(i32, u64)]| {
        let texts: Vec<_> = buckets.iter().map(|(at, count)| format!("{at}:{count}")).collect();
        if texts.is_empty() {
            "-".to_owned()
        } else {
            texts.join(",")
        }
    };
    let (schema, zeros) = (native.schema(), native.zero_count());
    let threshold = native.zero_threshold().to_bits();
    let (negative, positive) = (side(native.negative()), side(native.positive()));
    let _ = writeln!(told, "n {schema} {threshold:016x} {zeros} {negative} {positive}");
    native.exemplars().iter().for_each(|exemplar| tell_exemplar(exemplar, told));
}

/// Some native histograms, with classic buckets or without.
#[cfg(feature = "protobuf")]
fn observe_natives(registry: &Registry, runner: &mut TestRunner) {
    let values = prop_oneof![prop::num::f64::NORMAL, -9.0..9.0_f64, Just(0.0), Just(f64::NAN)];
    let values = (-4..=8, any::<bool>(), prop::collection::vec(values, 0..40));
    let (schema, is_both, values) = values.new_tree(runner).expect("values").current();
    let mut builder = registry.native_histogram("judged_native", "Native.").schema(schema);
    if is_both {
        builder = builder.classic_buckets([-1.0, 2.5]);
    }
    let Ok(family) = builder.labels(["x"]) else { return }; // One of the others has the name.
    for (n, value) in values.iter().enumerate() {
        let histogram = family.with_values(&[["", "b"][n % 2]]).expect("one");
        match n % 3 {
            0 => histogram.observe(*value),
            n => histogram.observe_with_exemplar(*value, nunchi::Exemplar::trace(7, n as u64)),
        }
    }
}

fn tell(sample: &Sample, of: &Page, told: &mut String) {
    let _ = write!(told, "  {} {}", hex(sample.name()), bits(sample.value()));
    tell_labels(sample.labels(), told);
    let labels: Vec<_> = sample.labels().collect();
    if let Some(exemplar) = of.sample(sample.name(), &labels).and_then(Sample::exemplar) {
        tell_exemplar(exemplar, told);
    }
}

fn tell_exemplar(exemplar: &Exemplar, told: &mut String) {
    let time = exemplar.timestamp().map_or("-".to_owned(), bits);
    let _ = write!(told, "  # {} {time}", bits(exemplar.value()));
    tell_labels(exemplar.labels(), told);
}

fn tell_labels<'s>(labels: impl Iterator<Item = (&'s str, &'s str)>, told: &mut String) {
    let mut labels: Vec<_> = labels.collect();
    labels.sort_unstable();
    for (name, value) in labels {
        let _ = write!(told, " {}={}", hex(name), hex(value));
    }
    told.push('\n');
}

fn bits(value: f64) -> String {
    if value.is_nan() {
        return "nan".into();
    }
    format!("{:016x}", value.to_bits())
}

fn hex(text: &str) -> String {
    if text.is_empty() {
        return "-".into();
    }
    text.bytes().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
