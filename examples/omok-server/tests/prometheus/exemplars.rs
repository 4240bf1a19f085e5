//! Real servers store the exemplars that they are shown, in either format.

use crate::child::poll;
use crate::server::Prometheus;
use crate::{required, say, PATIENCE};
use nunchi::{Exemplar, Registry};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const HOSTILE: &str = "a\"b\\c\nd # {} 돌";

#[test]
fn every_prometheus_stores_exemplars() {
    let versions = required("every_prometheus_stores_exemplars");
    if versions.is_empty() {
        return;
    }
    let registry = Registry::new();
    let jobs = registry.counter("jobs_total", "Jobs.").labels(["kind"]).expect("valid");
    let jobs = jobs.with_values(&["a"]).expect("one");
    let wait = registry.histogram("wait_seconds", "Wait.").buckets([1.0, 5.0]).register();
    let wait = wait.expect("valid");
    let server = nunchi::server::serve("127.0.0.1:0", registry.clone()).expect("a free port");
    let target = [("exemplars", server.local_addr())];

    let begun = SystemTime::now();
    jobs.inc_by_with_exemplar(0.5, &[("id", HOSTILE), ("long", "x".repeat(110).as_str())]);
    wait.observe_with_exemplar(f64::INFINITY, Exemplar::new(&[]).without_time());
    let start = versions.iter().map(|one| one.start_for_exemplars(&target).expect("they start"));
    let servers: Vec<_> = start.flatten().collect();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for number in 1_u64.. {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                wait.observe_with_exemplar(number as f64 % 3.0, Exemplar::trace(7, number));
                jobs.inc_with_exemplar(Exemplar::trace(8, number));
                thread::sleep(Duration::from_millis(10));
            }
        });
        for server in &servers {
            stores(server, begun);
            say(&format!("Prometheus {} stores exemplars", server.version));
        }
        done.store(true, Ordering::Relaxed);
    });
}

fn stores(server: &Prometheus, begun: SystemTime) {
    let seconds =
        |time: SystemTime| time.duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64());
    let found = poll("exemplars are stored", PATIENCE, || {
        let end = (seconds(SystemTime::now()) + 60.0).to_string();
        let query = "{job=\"exemplars\",__name__=~\"jobs_total|wait_seconds_bucket\"}";
        let asked = [("query", query), ("start", "0"), ("end", &end)];
        let answer = server.api("query_exemplars", &asked)?;
        let mut found: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for series in answer.as_array().into_iter().flatten() {
            let labels = &series["seriesLabels"];
            let name = labels["le"].as_str().or(labels["__name__"].as_str()).unwrap_or_default();
            let exemplars = series["exemplars"].as_array().cloned().unwrap_or_default();
            found.entry(name.to_owned()).or_default().extend(exemplars);
        }
        let count = |name: &str| found.get(name).map_or(0, Vec::len);
        // A page a second, each with others.
        if count("jobs_total") >= 4 && count("1.0") >= 4 && count("5.0") >= 4 {
            Ok(found)
        } else {
            Err(format!("{found:?}"))
        }
    });
    let ids = |name: &str, label: &str| -> Vec<String> {
        let of = |one: &Value| one["labels"][label].as_str().map(str::to_owned);
        found[name].iter().filter_map(of).collect()
    };
    let (trace, other) = (format!("{:032x}", 7), format!("{:032x}", 8));
    assert!(ids("1.0", "trace_id").iter().all(|id| *id == trace));
    assert!(ids("jobs_total", "trace_id").iter().all(|id| *id == other));
    let mut spans = ids("jobs_total", "span_id");
    spans.sort();
    let all = spans.len();
    spans.dedup();
    assert!(spans.len() == all && all >= 3, "each once: {spans:?}");
    for (name, exemplars) in &found {
        for exemplar in exemplars {
            let value: f64 =
                exemplar["value"].as_str().and_then(|value| value.parse().ok()).expect("a value");
            let is_right = match name.as_str() {
                "jobs_total" => [0.5, 1.0].contains(&value),
                "1.0" => value <= 1.0,
                "5.0" => value > 1.0 && value <= 5.0,
                _ => value == f64::INFINITY,
            };
            let time = exemplar["timestamp"].as_f64().expect("a time");
            assert!(is_right && time >= seconds(begun) - 1.0, "{name}: {exemplar}");
        }
    }
    let own = server.own_metrics().expect("its own page");
    let disorder = "prometheus_tsdb_exemplar_out_of_order_exemplars_total 0";
    assert!(own.lines().any(|line| line == disorder), "{}", server.version);
    assert_eq!(server.query("min(up)"), Ok(1.0), "{}", server.version);
    let hostile = ids("jobs_total", "id");
    assert!(hostile.iter().all(|id| id == HOSTILE), "{hostile:?}");
}
