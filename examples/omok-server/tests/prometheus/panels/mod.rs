//! The newest Prometheus answers the panels of a dashboard, and what else people ask, from a minute of
//! play; and what the page says of garbage adds up.

mod table;

use crate::child::poll;
use crate::server::{get, get_as, Installed, Prometheus};
use crate::{has_no_complaint, parser, play_told, required, say};
use nunchi::testing::{self, LintRule, Page};
use std::fs;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};
use table::{Question, DOWN, EXPRESSIONS, PANELS, PROGRAM};

/// A scrape comes every second, so this fills most of a window of a minute.
const PLAYED: Duration = Duration::from_secs(52);

/// For an answer after that.
const A_MOMENT: Duration = Duration::from_secs(10);

#[test]
fn the_newest_prometheus_answers_the_panels() {
    let versions = required("the_newest_prometheus_answers_the_panels");
    let Some(newest) = versions.iter().max_by_key(|one| one.number()) else { return };
    let before = Instant::now();
    let (omok, running) = play_told("panels-omok", &["--host-metrics"]);
    let first = get(omok, "/metrics").expect("the page");
    has_every_series_of_collectors(&testing::parse_text(&first).expect("a page"));
    let server = newest.start_told(&[("omok", omok)], "panels", "").expect("Prometheus starts");
    thread::sleep(PLAYED);
    for question in PANELS.iter().chain(EXPRESSIONS).chain(PROGRAM) {
        is_answered(&server, question);
    }
    agrees_with_the_kernel(&server);
    what_is_allocated_is_freed_or_there(omok, before);
    finds_nothing_wrong(newest, omok);
    has_no_complaint(&server);
    drop(running);
    is_answered(&server, &DOWN);
}

fn is_answered(server: &Prometheus, question: &Question) {
    let Question { panel, expression, between: (least, most), source } = question;
    if let Some(reason) = source.lacks() {
        let values = values(server, expression).unwrap_or_else(|error| panic!("{panel}: {error}"));
        assert!(values.is_empty(), "{panel}: {expression} is answered although {reason}");
        say(&format!("{panel}: not here, {reason}"));
        return;
    }
    let (count, from, to) = poll(panel, A_MOMENT, || {
        let mut values = values(server, expression)?;
        // A mean of nothing, as of requests that nobody made.
        values.retain(|value| !value.is_nan());
        let from = values.iter().copied().fold(f64::INFINITY, f64::min);
        let to = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        match values.len() {
            0 => Err(format!("no answer to {expression}")),
            count if *least <= from && to <= *most => Ok((count, from, to)),
            _ => Err(format!("{expression} is from {from} to {to}, not {least} to {most}")),
        }
    });
    say(&format!("{panel}: {count} values from {from} to {to}"));
}

/// All values of an answer, those of a range too.
fn values(server: &Prometheus, expression: &str) -> Result<Vec<f64>, String> {
    let data = server.api("query", &[("query", expression)])?;
    let series = data["result"].as_array().ok_or_else(|| format!("{expression}: {data}"))?;
    let points = series.iter().flat_map(|one| {
        let range = one["values"].as_array().map(Vec::as_slice).unwrap_or_default();
        range.iter().chain(one.get("value"))
    });
    points
        .map(|point| {
            let value = point[1].as_str().and_then(|value| value.parse().ok());
            value.ok_or_else(|| format!("{expression}: {point}"))
        })
        .collect()
}

/// What is used of the memory, within a point of what the kernel says now.
fn agrees_with_the_kernel(server: &Prometheus) {
    let used = "(1 - node_memory_MemAvailable_bytes/node_memory_MemTotal_bytes)*100";
    poll("the memory of /proc/meminfo", A_MOMENT, || {
        let stored = server.query(used)?;
        let text = fs::read_to_string("/proc/meminfo").map_err(|error| error.to_string())?;
        let field = |name: &str| {
            let rest = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            let number = rest.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
            number.ok_or_else(|| format!("no {name}"))
        };
        let told = (1.0 - field("MemAvailable")? / field("MemTotal")?) * 100.0;
        let is_near = (stored - told).abs() <= 1.0;
        is_near.then_some(()).ok_or_else(|| format!("{stored} % stored, {told} % told"))
    });
}

/// A collector, and the causes of its collections; each has generations 0 and 1.
const COLLECTORS: [(&str, &[&str]); 2] =
    [("omok_tree", &["reroot", "pressure", "game_over"]), ("rooms", &["timer"])];

/// Nothing appears with the first event, which `rate` would not see.
fn has_every_series_of_collectors(page: &Page) {
    for (collector, causes) in COLLECTORS {
        for generation in ["0", "1"] {
            let labels = [("collector", collector), ("generation", generation)];
            for cause in causes {
                let labels = [labels[0], labels[1], ("cause", cause)];
                let value = page.value("gc_collections_total", &labels);
                assert!(value.is_some(), "no gc_collections_total of {labels:?}");
            }
            for name in ["gc_freed_objects_total", "gc_pause_seconds_sum", "gc_pause_seconds_count"]
            {
                assert!(page.value(name, &labels).is_some(), "no {name} of {labels:?}");
            }
        }
    }
}

/// The books of the collectors balance, but for a cycle that is under way while they are read.
fn what_is_allocated_is_freed_or_there(omok: SocketAddr, started: Instant) {
    poll("the books of the collectors", A_MOMENT, || {
        let page = testing::parse_text(&get(omok, "/metrics")?).map_err(|e| e.to_string())?;
        let of = |name: &str, collector| {
            let value = page.value(name, &[("collector", collector)]);
            value.ok_or_else(|| format!("no {name} of {collector}"))
        };
        let sum = |name: &str, collector| {
            let generation = |n| page.value(name, &[("collector", collector), ("generation", n)]);
            let both = generation("0").zip(generation("1")).map(|(young, old)| young + old);
            both.ok_or_else(|| format!("no {name} of {collector}"))
        };
        for (collector, _) in COLLECTORS {
            let (paused, passed) =
                (sum("gc_pause_seconds_sum", collector)?, started.elapsed().as_secs_f64());
            assert!(paused <= passed, "{collector} paused for {paused} of {passed} seconds");
        }
        let tree = "omok_tree";
        let allocated = of("gc_allocated_bytes_total", tree)?;
        let (freed, used) = (sum("gc_freed_bytes_total", tree)?, of("gc_heap_used_bytes", tree)?);
        if allocated == 0.0 || freed + used != allocated {
            return Err(format!("{allocated} bytes allocated, {freed} freed, {used} there"));
        }
        // What is live is as of the last collection; what came since is in use.
        let objects = of("gc_allocated_objects_total", tree)?;
        let since = (used - of("gc_heap_live_bytes", tree)?) / (allocated / objects);
        let freed = sum("gc_freed_objects_total", tree)?;
        let live = of("gc_heap_live_objects", tree)?;
        if since < 0.0 || freed + live + since != objects {
            return Err(format!("{objects} nodes, {freed} freed, {live} live, {since} since"));
        }
        let objects = of("gc_allocated_objects_total", "rooms")?;
        let freed = sum("gc_freed_objects_total", "rooms")?;
        let live = of("gc_heap_live_objects", "rooms")?;
        let since = objects - freed - live;
        if !(0.0..40.0).contains(&since) {
            return Err(format!("{objects} rooms and players, {freed} freed, {live} live"));
        }
        Ok(())
    });
}

/// In every format the page is one, with the same families, and no linter has something to say.
fn finds_nothing_wrong(newest: &Installed, omok: SocketAddr) {
    let text = get(omok, "/metrics").expect("the page");
    let prefers = |accept| get_as(accept, omok, "/metrics").expect("the page");
    let open = prefers("application/openmetrics-text;version=1.0.0");
    let protobuf = prefers(nunchi::Format::Protobuf.content_type());
    parser::parse(&text).unwrap_or_else(|error| panic!("{error}"));
    let page = testing::parse_text(&text).unwrap_or_else(|error| panic!("{error}"));
    let open = testing::parse_open_metrics(&open).unwrap_or_else(|error| panic!("{error}"));
    let protobuf = testing::parse_protobuf(&protobuf).unwrap_or_else(|error| panic!("{error}"));
    let count = page.families().len();
    assert_eq!((open.families().len(), protobuf.families().len()), (count, count));
    // The names of the machine are those of node_exporter, camelCase and all: dashboards ask for them.
    let is_foreign = |name: &str| name.starts_with("node_");
    if let Err(verdict) = newest.promtool(&text) {
        let own: Vec<_> = verdict.lines().filter(|line| !is_foreign(line)).collect();
        assert_eq!(own, [""; 0], "promtool {}", newest.version);
    }
    let mut findings = testing::lint(&page);
    findings.retain(|finding| {
        // These are of the process, if more than every client has.
        let is_extra =
            finding.rule() == LintRule::ReservedPrefix && finding.metric().starts_with("process_");
        !is_extra && !is_foreign(finding.metric())
    });
    assert_eq!(findings, []);
}
