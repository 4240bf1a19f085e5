//! Real Prometheus servers store the same series and values whatever format they asked for.

use crate::child::poll;
use crate::protobuf::{registry, serve, stored};
use crate::server::{Installed, Prometheus};
use crate::{as_numbers, exposed, has_no_complaint, required, say, Labels, PATIENCE};
use nunchi::model::{Collection, Descriptor};
use nunchi::{Buckets, CollectError, Collector, Registry};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

/// A format: a job's name, what a server is told to ask for it, and how the content type of the answer
/// begins. It is also what a server that cannot be told is taken to ask for.
struct Format {
    job: &'static str,
    protocol: &'static str,
    media: &'static str,
    /// The first version that stores all of it.
    since: (u32, u32),
}

const FORMATS: [Format; 5] = [
    Format {
        job: TEXT,
        protocol: ", scrape_protocols: [PrometheusText0.0.4]",
        media: "text/plain; version=0.0.4",
        since: (2, 0),
    },
    Format {
        job: "openmetrics-1.0.0",
        protocol: ", scrape_protocols: [OpenMetricsText1.0.0]",
        media: "application/openmetrics-text; version=1.0.0",
        since: (2, 5),
    },
    Format {
        job: "openmetrics-0.0.1",
        protocol: ", scrape_protocols: [OpenMetricsText0.0.1]",
        media: "application/openmetrics-text; version=0.0.1",
        since: (2, 5),
    },
    Format {
        job: "protobuf",
        protocol: ", scrape_protocols: [PrometheusProto]",
        media: "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily",
        // 2.42 gives the samples of a gauge histogram the name of its family, without the suffixes.
        since: (2, 49),
    },
    Format {
        job: "text-1.0.0",
        protocol: ", scrape_protocols: [PrometheusText1.0.0]",
        media: "text/plain; version=1.0.0",
        since: (3, 0),
    },
];

/// The job that the others are compared with.
const TEXT: &str = "text";

/// Values of labels, of every kind that a format has to write in another way, or that a reader might take
/// for something else.
pub(crate) const HOSTILE: [&str; 16] = [
    "a\"b\\c\nd",
    "\\",
    "\\\\n",
    "\"",
    "\"} 1",
    "x=\"y\",z",
    "\n# EOF\n",
    "# HELP pb_odd \\\"",
    " both ends ",
    "\t\r\u{b}",
    "{}[]()|&;,=~!",
    "돌과 집, 오목",
    "é\u{301} \u{200d}👩\u{200d}💻",
    "\u{7f}\u{85}\u{2028}\u{feff}\u{ffff}\u{10ffff}",
    "%5C%22 &quot; \\u0041 \\x41 \\101",
    "NaN",
];

/// A registry with all types, and with values of labels that are hostile.
pub(crate) fn hostile() -> Registry {
    let registry = registry(100);
    let hostile = registry.counter("pb_hostile_total", "A \"quote\" \\ and\na line 돌.");
    let hostile = hostile.labels(["x", "y"]).expect("valid");
    for (at, value) in HOSTILE.into_iter().enumerate() {
        hostile.with_values(&[value, "돌"]).expect("two").inc_by(at as u64 + 1);
    }
    registry.register(Queue).expect("valid");
    registry
}

/// A type that only a collector has.
struct Queue;

impl Collector for Queue {
    fn describe(&self) -> Vec<Descriptor> {
        let buckets = Buckets::new([0.5, 60.0]).expect("they ascend");
        let queue = Descriptor::gauge_histogram("pb_queue_age_seconds", "Age.", buckets);
        queue.into_iter().collect()
    }

    fn collect(&self, out: &mut Collection<'_>) -> Result<(), CollectError> {
        out.histogram("pb_queue_age_seconds", &[], &[2, 0, 3], 240.5)
    }
}

#[test]
fn every_prometheus_stores_the_same_of_every_format() {
    let versions = required("every_prometheus_stores_the_same_of_every_format");
    let registry = Arc::new(hostile());
    let mut page = Vec::new();
    nunchi::encode(&registry, nunchi::Format::Text, &mut page);
    let wanted = exposed(&page).into_iter();
    let wanted = wanted.map(|(labels, value)| (as_numbers(labels), value.to_string()));
    let wanted: BTreeMap<_, _> = wanted.collect();
    let servers: Vec<_> = versions.iter().map(|version| start(version, &registry)).collect();
    for (server, jobs) in &servers {
        let text = poll(&format!("{} stores text", server.version), PATIENCE, || {
            let stored = stored(server, TEXT)?;
            if stored.is_empty() {
                Err("nothing yet".to_owned())
            } else {
                Ok(stored)
            }
        });
        let number =
            |value: &String| value.parse().map_or_else(|_| value.clone(), |n: f64| n.to_string());
        let read = text.iter().map(|(labels, value)| (as_numbers(labels.clone()), number(value)));
        assert_eq!(read.collect::<BTreeMap<_, _>>(), wanted, "{}", server.version);
        let is_stored =
            |value: &&str| text.keys().any(|labels| labels.values().any(|v| v == *value));
        assert!(HOSTILE.iter().all(is_stored), "{}", server.version);
        let open_metrics: BTreeMap<_, _> = text.iter().filter_map(in_open_metrics).collect();
        for (format, answers) in jobs {
            let wanted = if format.job.starts_with("openmetrics") { &open_metrics } else { &text };
            let what = format!("{} stores {}", server.version, format.job);
            poll(&what, PATIENCE, || same(&stored(server, format.job)?, wanted));
            let answers = answers.lock().expect("nobody panics").clone();
            let is_wanted = |answer: &String| answer.starts_with(format.media);
            assert!(answers.len() == 1 && answers.iter().all(is_wanted), "{what}: {answers:?}");
        }
        has_no_complaint(server);
        let names: Vec<_> = jobs.iter().map(|(format, _)| format.job).collect();
        let (version, series) = (&server.version, text.len());
        say(&format!("Prometheus {version} stores the same {series} series of {names:?}"));
    }
}

/// A job, and the content types that it was answered with.
type Job = (&'static Format, Arc<Mutex<BTreeSet<String>>>);

/// Starts a server that asks for every format that it knows.
fn start(version: &Installed, registry: &Arc<Registry>) -> (Prometheus, Vec<Job>) {
    let is_told = version.can_be_told_formats();
    let formats = FORMATS.iter().filter(|format| version.number() >= format.since);
    let (jobs, settings): (Vec<Job>, Vec<_>) = formats
        .map(|format| {
            let told = (!is_told).then_some(format.media);
            let (address, answers) = serve(Arc::clone(registry), told).expect("a server");
            let settings = if is_told { format.protocol } else { "" };
            ((format, answers), (format.job, address, settings))
        })
        .unzip();
    (version.start_with(&settings, "formats", &[]).expect("Prometheus starts"), jobs)
}

/// A series of text as it is in OpenMetrics, where a gauge histogram has suffixes of its own, and a
/// histogram of which a bound is negative has neither sum nor count.
fn in_open_metrics((labels, value): (&Labels, &String)) -> Option<(Labels, String)> {
    let mut labels = labels.clone();
    let name = labels.get_mut("__name__")?;
    match name.as_str() {
        "pb_queue_age_seconds_sum" => *name = "pb_queue_age_seconds_gsum".to_owned(),
        "pb_queue_age_seconds_count" => *name = "pb_queue_age_seconds_gcount".to_owned(),
        "pb_wait_seconds_sum" | "pb_wait_seconds_count" => return None,
        _ => {}
    }
    Some((labels, value.clone()))
}

/// The first difference, if there is any.
fn same(found: &BTreeMap<Labels, String>, wanted: &BTreeMap<Labels, String>) -> Result<(), String> {
    let missing = wanted.iter().find(|(labels, value)| found.get(*labels) != Some(*value));
    let odd = found.keys().find(|labels| !wanted.contains_key(*labels));
    match (missing, odd) {
        (None, None) => Ok(()),
        (missing, odd) => Err(format!("{missing:?} is wanted, and not {odd:?}")),
    }
}
