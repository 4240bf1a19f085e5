//! Real Prometheus servers scrape a real omok server while computers play on it.
//!
//! Every installed version judges the same page: promtool reads it, and a server scrapes it until
//! it can answer what people ask. One of its jobs scrapes OpenMetrics, which it prefers, and another
//! one text 0.0.4; both have to store the same series. Without any version the test says so and passes, unless
//! `CI_REQUIRE_PROMETHEUS` is 1: then a 2.x and a 3.x must be there. Other servers are asked for aloud only.

mod child;
mod exemplars;
mod formats;
mod native;
#[cfg(target_os = "linux")] // The machine tells of itself there.
mod panels;
#[allow(dead_code, unreachable_pub)] // It is another test's too, and offers it more.
#[path = "../../../../tests/it/parser.rs"]
mod parser;
mod protobuf;
mod server;
mod utf8;
mod victoria;

use child::{poll, Child, Folder};
use server::{get, get_as, installed, serve_as_text, Installed, Prometheus};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{env, fs};

/// The first scrape comes about five seconds after the start; the rest is for slow machines.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn every_prometheus_accepts_and_stores_the_page() {
    let versions = required("every_prometheus_accepts_and_stores_the_page");
    if versions.is_empty() {
        return;
    }

    let (omok, _running) = play();
    // Every Prometheus asks for gzip, so what the first job stores has been compressed.
    let asks = "*/*\r\nAccept-Encoding: gzip";
    assert!(get_as(asks, omok, "/metrics").expect("the page").starts_with(b"\x1f\x8b"));
    let text = serve_as_text(omok).expect("a relay");
    let jobs = [(OPEN_METRICS, omok), (TEXT, text)];
    let servers: Vec<_> =
        versions.iter().map(|one| one.start(&jobs).expect("Prometheus starts")).collect();
    for server in &servers {
        say(&format!("judged by Prometheus {}", server.version));
        answers_what_people_ask(server);
    }
    // A series stays on the page once it is there, so the next scrape stores all of these.
    let page = get(omok, "/metrics").expect("the page");
    let exposed = exposed(&page);
    for (version, server) in versions.iter().zip(&servers) {
        version.promtool(&page).unwrap_or_else(|verdict| panic!("{version:?}: {verdict}"));
        for job in [OPEN_METRICS, TEXT] {
            stores_every_series(server, job, &exposed);
        }
        knows_what_only_open_metrics_tells(server);
        has_no_complaint(server);
    }
}

/// Every installed version; the test says so if there is none.
fn required(test: &str) -> Vec<Installed> {
    let versions = installed();
    let is_there = |major: &str| versions.iter().any(|one| one.version.starts_with(major));
    if env::var("CI_REQUIRE_PROMETHEUS").is_ok_and(|value| value == "1") {
        assert!(is_there("2.") && is_there("3."), "found only {versions:?}");
        // Not every archive has one.
        if !versions.iter().any(|one| one.number().0 == 2 && one.can_be_told_formats()) {
            let found: Vec<_> = versions.iter().map(|one| one.version.as_str()).collect();
            say(&format!("SKIP {test} by Prometheus 2.53: found only {found:?}"));
        }
    } else if versions.is_empty() {
        say(&format!("SKIP {test}: no prometheus found"));
    }
    versions
}

/// It needs a Python that has the module `prometheus_client`: the one that `NUNCHI_JUDGE` names, or that
/// of `ci/install.sh`.
#[test]
fn the_strict_judge_of_open_metrics_takes_the_page() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let installed = root.join("build/judge/bin/python");
    let python = env::var_os("NUNCHI_JUDGE").map_or(installed, PathBuf::from);
    if !python.exists() {
        let place = python.display();
        say(&format!("SKIP the_strict_judge_of_open_metrics_takes_the_page: no Python at {place}"));
        return;
    }
    let (omok, _running) = play();
    let folder = Folder::new("judge").expect("a folder");
    let page = after_games("application/openmetrics-text;version=1.0.0", omok);
    fs::write(folder.join("omok.page"), &page).expect("a file");
    let mut judge = Command::new(python);
    let judge = judge.arg(root.join("ci/judge.py")).arg(folder.join(""));
    let (takes, said) = child::run(judge, b"").expect("Python runs");
    assert!(takes, "{said}");
    say(&format!("judged by prometheus_client: {said}"));
}

/// The page once a game is over, for who prefers `accept`.
fn after_games(accept: &str, omok: SocketAddr) -> Vec<u8> {
    poll("games are over", PATIENCE, || {
        let page = get_as(accept, omok, "/metrics")?;
        let text = String::from_utf8_lossy(&page);
        let ended =
            |line: &str| line.starts_with("omok_games_finished_total{") && !line.ends_with(" 0");
        text.lines().any(ended).then_some(page.clone()).ok_or_else(|| text.into_owned())
    })
}

/// The jobs, by the format that they scrape.
const OPEN_METRICS: &str = "openmetrics";
const TEXT: &str = "text";

/// Starts the server, with clients that play; the time limit is for when this test is killed.
fn play() -> (SocketAddr, (Child, Folder)) {
    play_told("omok-server", &[])
}

/// The same, in a folder of this name, with more flags.
fn play_told(name: &str, flags: &[&str]) -> (SocketAddr, (Child, Folder)) {
    let folder = Folder::new(name).expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_omok-server"));
    command.args(["--listen", "127.0.0.1:0", "--demo", "20", "--run-for", "300"]).args(flags);
    let child = Child::start(&mut command, folder.join("omok.log")).expect("omok-server starts");
    let address = poll("omok-server listens", Duration::from_secs(20), || {
        let said = child.said();
        let line = said.split_once('\n').map(|(line, _)| line).ok_or("no line yet")?;
        let address = line.strip_prefix("listening on http://").ok_or(line)?;
        address.parse().map_err(|_| line.to_owned())
    });
    (address, (child, folder))
}

fn answers_what_people_ask(server: &Prometheus) {
    poll("the targets are up", PATIENCE, || {
        let targets = server.api("targets", &[("state", "active")])?;
        let targets = targets["activeTargets"].as_array().cloned().unwrap_or_default();
        let is_up = |target: &serde_json::Value| {
            (target["health"].as_str(), target["lastError"].as_str()) == (Some("up"), Some(""))
        };
        if targets.len() == 2 && targets.iter().all(is_up) {
            Ok(())
        } else {
            Err(format!("{targets:?}"))
        }
    });
    for expression in [
        "min(up) == 1",
        "sum(rate(http_requests_received_total[30s])) > 0",
        "sum(rate(omok_ws_messages_received_total[30s])) > 0",
        "sum(omok_sessions) > 0",
        "sum(omok_rooms) > 0",
        // Comparing drops NaN, which a quantile is before its first observation.
        "max(omok_matchmaking_wait_seconds{quantile=\"0.99\"}) >= 0",
        "max(omok_ws_ping_rtt_seconds{quantile=\"0.99\"}) >= 0",
        "sum(rate(omok_matchmaking_wait_seconds_sum[30s])) / sum(rate(omok_matchmaking_wait_seconds_count[30s])) >= 0",
        "histogram_quantile(0.9, sum by (le) (rate(http_request_duration_seconds_bucket[30s]))) > 0",
        "histogram_quantile(0.99, sum by (le) (rate(omok_ws_message_duration_seconds_bucket[30s]))) > 0",
        "min(process_resident_memory_bytes) > 1e6",
        "min(process_cpu_seconds_total) > 0",
        "min(process_open_fds) > 20",
        "time() - min(process_start_time_seconds) < 600",
        "min(process_threads) > 0",
    ] {
        poll(&server.version, PATIENCE, || server.query(expression));
    }
}

/// Label names and values, `__name__` among them, without those that a server adds.
type Labels = BTreeMap<String, String>;

/// Is it a label of the page, and not one that a server adds?
fn own((name, _): &(String, String)) -> bool {
    !["job", "instance"].contains(&name.as_str())
}

/// The values of a page, by the labels that a server stores.
fn exposed(page: &[u8]) -> BTreeMap<Labels, f64> {
    let page = parser::parse(page).unwrap_or_else(|error| panic!("{error}"));
    let samples = page.families.iter().flat_map(|family| &family.samples);
    let read = |sample: &parser::Sample| {
        let name = [("__name__".to_owned(), sample.name.clone())];
        let labels = sample.labels.iter().cloned().chain(name);
        (labels.filter(|(_, value)| !value.is_empty()).collect(), sample.float())
    };
    samples.map(read).collect()
}

fn stores_every_series(server: &Prometheus, job: &str, page: &BTreeMap<Labels, f64>) {
    let exposed: BTreeSet<Labels> = page.keys().cloned().map(as_numbers).collect();
    assert!(exposed.len() > 100, "{} series are no page of a game", exposed.len());
    poll(&format!("{} stores all series of the job {job}", server.version), PATIENCE, || {
        let answer = server.api("series", &[("match[]", &format!("{{job={job:?}}}"))])?;
        let series: Vec<Labels> = serde_json::from_value(answer).map_err(|e| e.to_string())?;
        let stored: BTreeSet<Labels> = series
            .into_iter()
            .map(|labels| as_numbers(labels.into_iter().filter(own).collect()))
            .collect();
        match exposed.difference(&stored).next() {
            None => Ok(()),
            Some(missing) => Err(format!("{missing:?} is missing")),
        }
    });
}

/// The unit of a family is not in text 0.0.4: who knows it was answered in OpenMetrics.
fn knows_what_only_open_metrics_tells(server: &Prometheus) {
    for (job, unit) in [(OPEN_METRICS, "seconds"), (TEXT, "")] {
        let target = format!("{{job={job:?}}}");
        let question = [("match_target", &*target), ("metric", "http_request_duration_seconds")];
        poll(&format!("{} knows the unit", server.version), PATIENCE, || {
            let told = server.api("targets/metadata", &question)?;
            let (kind, told_unit) = (&told[0]["type"], &told[0]["unit"]);
            if (kind.as_str(), told_unit.as_str()) == (Some("histogram"), Some(unit)) {
                Ok(())
            } else {
                Err(format!("of the job {job}: {told}"))
            }
        });
    }
}

/// With bounds and quantiles as numbers: Prometheus 3 stores them in a spelling of its own.
fn as_numbers(mut labels: Labels) -> Labels {
    for name in ["le", "quantile"] {
        if let Some(value) = labels.get_mut(name) {
            *value = parser::float(value).map_or(value.clone(), |number| number.to_string());
        }
    }
    labels
}

fn has_no_complaint(server: &Prometheus) {
    let own = server.own_metrics().expect("its own page");
    for counter in ["sample_duplicate_timestamp", "sample_out_of_order", "sample_out_of_bounds"] {
        let line = format!("prometheus_target_scrapes_{counter}_total 0");
        assert!(own.lines().any(|one| one == line), "{}: not {line}", server.version);
    }
    let log = server.log();
    let complaint = log.lines().find(|line| {
        let line = line.to_ascii_lowercase();
        ["level=error", "level=warn", "ingest"].iter().any(|word| line.contains(word))
    });
    assert_eq!(complaint, None, "{}", server.version);
    let failed = server.query("count(up == 0) or vector(0)");
    assert_eq!(failed, Ok(0.0), "{}", server.version);
}

/// Says it even where the output of passing tests is hidden.
fn say(line: &str) {
    // Nobody listening is no reason to fail.
    let _ = writeln!(io::stderr(), "{line}");
}
