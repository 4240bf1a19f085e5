//! The lint rules beside promtool itself, of every installed version.
//!
//! Without any version the test says so and passes, unless `CI_REQUIRE_PROMETHEUS` is 1: then one of
//! Prometheus 2 and one of 3 must be there.

use nunchi::testing::{lint, page, parse_text, Finding, LintRule, Page};
use nunchi::{Counter, Registry};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, thread};

const PAGES: u64 = 250;

/// A metric, what is wrong with it, and in which words if that makes a difference.
type Verdict = (String, LintRule, Vec<String>);

#[test]
fn promtool_finds_the_same() {
    let versions = installed();
    if env::var("CI_REQUIRE_PROMETHEUS").is_ok_and(|value| value == "1") {
        let is_there = |major: &str| versions.keys().any(|version| version.starts_with(major));
        assert!(is_there("2.") && is_there("3."), "found only {versions:?}");
    } else if versions.is_empty() {
        say("SKIP promtool_finds_the_same: no promtool found");
        return;
    }
    let pages: Vec<String> = (0..PAGES).map(made_up).chain([of_this_crate()]).collect();
    let parsed: Vec<Page> = pages
        .iter()
        .map(|page| parse_text(page.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{page}")))
        .collect();
    let own: Vec<BTreeSet<Verdict>> = parsed.iter().map(own_verdicts).collect();
    let rules: BTreeSet<LintRule> = own.iter().flatten().map(|(_, rule, _)| *rule).collect();
    assert_eq!(rules.len(), 9, "the pages break only {rules:?}");
    assert_eq!(own.last(), Some(&BTreeSet::new()));

    thread::scope(|scope| {
        for (version, promtool) in &versions {
            let (pages, parsed, own) = (&pages, &parsed, &own);
            scope.spawn(move || {
                for ((page, parsed), own) in pages.iter().zip(parsed).zip(own) {
                    let found = verdicts_of(version, &ask(promtool, page), parsed);
                    let (only_its, only_ours): (Vec<_>, Vec<_>) =
                        (found.difference(own).collect(), own.difference(&found).collect());
                    assert!(
                        only_its.is_empty() && only_ours.is_empty(),
                        "only promtool {version} finds {only_its:?}, only nunchi {only_ours:?} on\n{page}"
                    );
                }
                let (pages, findings) = (own.len(), own.iter().map(BTreeSet::len).sum::<usize>());
                say(&format!("promtool {version} finds the same {findings} on {pages} pages"));
            });
        }
    });
}

fn own_verdicts(page: &Page) -> BTreeSet<Verdict> {
    let findings = lint(page);
    let shared = findings.iter().filter(|finding| !finding.rule().is_extra());
    let verdict = |finding: &Finding| {
        let (rule, text) = (finding.rule(), finding.text());
        (finding.metric().to_owned(), rule, words(rule, text, '`'))
    };
    shared.map(verdict).collect()
}

/// What makes one finding of a rule about a metric another than the next.
fn words(rule: LintRule, text: &str, quote: char) -> Vec<String> {
    match rule {
        LintRule::BaseUnit => {
            let mut words: Vec<_> =
                text.split(quote).skip(1).step_by(2).map(str::to_owned).collect();
            words.sort();
            words
        }
        LintRule::CamelCase => vec![text.contains("label").to_string()],
        _ => Vec::new(),
    }
}

fn verdicts_of(version: &str, said: &str, page: &Page) -> BTreeSet<Verdict> {
    let mut verdicts = BTreeSet::new();
    for line in said.lines() {
        let (metric, text) = line.split_once(' ').unwrap_or((line, ""));
        let says = |part: &str| text.contains(part);
        let rule = match text {
            "no help text" => LintRule::HelpMissing,
            _ if says("\"_total\" suffix") => LintRule::TotalSuffix,
            _ if says("\" suffix") => LintRule::ReservedSuffix,
            _ if says("\" label") => LintRule::ReservedLabel,
            _ if says("base unit") => LintRule::BaseUnit,
            _ if says("include type") => LintRule::TypeInName,
            _ if says("':'") => LintRule::Colon,
            _ if says("camelCase") => LintRule::CamelCase,
            _ if says("abbreviated units") => LintRule::UnitAbbreviation,
            _ => panic!("promtool {version} has another rule: {line}"),
        };
        // Prometheus 2 looked for the names of all types in the names of all metrics.
        let own_type = page.family(metric).map(|family| format!("'{}'", family.metric_type()));
        let is_own_type = own_type.is_some_and(|own| says(&own));
        if rule == LintRule::TypeInName && version.starts_with("2.") && !is_own_type {
            continue;
        }
        verdicts.insert((metric.to_owned(), rule, words(rule, text, '"')));
    }
    verdicts
}

/// A page of a dozen families, with names, types, labels and helps as they come. Not more than one
/// part of a name is a unit: promtool of Prometheus 2 takes any one of several.
fn made_up(seed: u64) -> String {
    let mut state = (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut below = |n: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % n as u64) as usize
    };
    let mut page = String::new();
    for number in 0..12 {
        let mut name = format!("{}_f{number}", FIRST[below(FIRST.len())]);
        for parts in [MIDDLE, UNITS, MIDDLE, LAST] {
            // Half of the places stay empty.
            if let Some(part) = parts.get(below(2 * parts.len())) {
                let _infallible = write!(name, "_{part}");
            }
        }
        let kind = ["", "untyped", "counter", "gauge", "histogram", "summary"][below(6)];
        match ["", " ", " \t ", " Says something."].get(below(8)) {
            Some(help) => page += &format!("# HELP {name}{help}\n"),
            None if below(2) == 0 => page += &format!("# HELP {name} Says more.\n"),
            None => {}
        }
        if !kind.is_empty() {
            page += &format!("# TYPE {name} {kind}\n");
        }
        let labels: Vec<&str> = LABELS
            .iter()
            .filter(|label| {
                below(6) == 0
                    && ![("histogram", "le"), ("summary", "quantile")].contains(&(kind, label))
            })
            .copied()
            .collect();
        let series = if labels.is_empty() { 1 } else { below(4) };
        for n in 0..series {
            let labels: String = labels.iter().map(|label| format!("{label}=\"{n}\",")).collect();
            let lines: &[(&str, &str)] = match kind {
                "histogram" => &[
                    ("_bucket", "le=\"1\""),
                    ("_bucket", "le=\"+Inf\""),
                    ("_sum", ""),
                    ("_count", ""),
                ],
                "summary" => &[("", "quantile=\"0.5\""), ("_sum", ""), ("_count", "")],
                _ => &[("", "")],
            };
            for (suffix, own) in lines {
                page += &format!("{name}{suffix}{{{labels}{own}}} {number}\n");
            }
        }
    }
    page
}

const FIRST: &[&str] = &["app", "App", "appServer", "gauge", "ms", "a:b", "count"];
const MIDDLE: &[&str] = &[
    "counter",
    "gauge",
    "gauges",
    "histogram",
    "summary",
    "Summary",
    "untyped",
    "jobs",
    "roomSize",
    "HTTP",
    "thermometers",
    "kibi",
    "s",
    "ms",
    "us",
    "ns",
    "sec",
    "b",
    "kb",
    "mb",
    "gb",
    "tb",
    "pb",
    "m",
    "h",
    "d",
    "MS",
    "total",
    "sum",
    "bucket",
    "x:y",
    "ratio",
    "percent",
    "",
];
const UNITS: &[&str] = &[
    "amperes",
    "bytes",
    "celsius",
    "grams",
    "joules",
    "kelvin",
    "meters",
    "metres",
    "seconds",
    "volts",
    "minutes",
    "hours",
    "days",
    "weeks",
    "kelvins",
    "fahrenheit",
    "rankine",
    "inches",
    "yards",
    "miles",
    "bits",
    "calories",
    "pounds",
    "ounces",
    "milliseconds",
    "microseconds",
    "nanoseconds",
    "kilobytes",
    "kibibytes",
    "mibibytes",
    "mebibytes",
    "gibibytes",
    "pebibytes",
    "megabits",
    "centimeters",
    "decimetres",
    "hectograms",
    "decagrams",
    "picovolts",
    "terabytes",
    "petabytes",
    "kilokilobytes",
    "exabytes",
    "gigajoules",
    "tebibits",
    "Seconds",
    "second",
];
const LAST: &[&str] = &["total", "Total", "sum", "count", "bucket", "info", "created", "buckets"];
const LABELS: &[&str] = &["le", "quantile", "code", "httpCode", "HTTPCode", "job", "_a"];

/// What this crate itself exposes, and a metric of each type as its documentation names them.
fn of_this_crate() -> String {
    let registry = Registry::new();
    registry.register_self_metrics().expect("once");
    #[cfg(feature = "process")]
    registry.register(nunchi::collector::ProcessCollector::new()).expect("once");
    let made: Result<nunchi::Series<Counter>, _> =
        registry.counter("app_requests_total", "Requests served.").register();
    made.expect("a valid family").inc();
    let wait = registry.summary("app_wait_seconds", "Time in queue.").quantiles([0.5]);
    wait.register().expect("a valid family").observe(0.5);
    let took = registry.histogram("app_request_duration_seconds", "Time to answer.");
    took.register().expect("a valid family").observe(0.5);
    assert_eq!(lint(&page(&registry)), [], "rules beyond promtool count here");
    let mut text = Vec::new();
    nunchi::encode(&registry, nunchi::Format::Text, &mut text);
    String::from_utf8(text).expect("a page is UTF-8")
}

/// The installed versions, in the places that `NUNCHI_PROMETHEUS` lists (separated as in `PATH`) if it
/// is set, or else in those of `PATH` and where `ci/install-prometheus.sh` puts them.
fn installed() -> BTreeMap<String, PathBuf> {
    let list = |name| env::split_paths(&env::var_os(name).unwrap_or_default()).collect::<Vec<_>>();
    let mut places = list("NUNCHI_PROMETHEUS");
    if env::var_os("NUNCHI_PROMETHEUS").is_none() {
        let build = Path::new(env!("CARGO_MANIFEST_DIR")).join("build/prometheus");
        let suites = fs::read_dir(build).into_iter().flatten().flatten();
        places = list("PATH").into_iter().chain(suites.map(|suite| suite.path())).collect();
    }
    let mut found = BTreeMap::new();
    for place in places {
        // The list may name the server.
        let folder = if place.is_dir() { &place } else { place.parent().unwrap_or(&place) };
        let program = folder.join("promtool");
        let Ok(answer) = Command::new(&program).arg("--version").output() else { continue };
        let said = String::from_utf8_lossy(&[answer.stdout, answer.stderr].concat()).into_owned();
        let version =
            said.strip_prefix("promtool, version ").and_then(|rest| rest.split(' ').next());
        if let Some(version) = version {
            found.entry(version.to_owned()).or_insert(program);
        }
    }
    found
}

/// What promtool says of a page.
fn ask(promtool: &Path, page: &str) -> String {
    let mut command = Command::new(promtool);
    command.args(["check", "metrics"]).stdin(Stdio::piped());
    let mut process =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
    // It reads all of it before it says anything.
    let stdin = process.stdin.take().map(|mut stdin| stdin.write_all(page.as_bytes()));
    stdin.expect("a pipe").expect("it reads");
    let answer = process.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&[answer.stdout, answer.stderr].concat()).into_owned();
    // 3 is that it found something; 1, that it cannot read the page.
    assert!(matches!(answer.status.code(), Some(0 | 3)), "{said}\n{page}");
    said
}

/// Says it even where the output of passing tests is hidden.
fn say(line: &str) {
    // Nobody listening is no reason to fail.
    let _ = writeln!(io::stderr(), "{line}");
}
