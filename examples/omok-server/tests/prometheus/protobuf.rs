//! Real Prometheus servers store the same of a page in protobuf as of the page in text.

use crate::child::poll;
use crate::server::{installed, Prometheus};
use crate::{has_no_complaint, own, say, Labels, PATIENCE};
use nunchi::http::{respond, Request};
use nunchi::model::{Collection, Descriptor};
use nunchi::{CollectError, Collector, Registry};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

const PROTOBUF: &str = "protobuf";
const TEXT: &str = "text";

#[test]
fn every_prometheus_stores_the_same_of_protobuf_and_text() {
    let versions = installed();
    if versions.is_empty() {
        say("SKIP every_prometheus_stores_the_same_of_protobuf_and_text: no prometheus found");
        return;
    }
    let registry = Arc::new(registry(SERIES));
    let (protobuf, answers) = serve(Arc::clone(&registry), None).expect("a server");
    let (text, _) = serve(registry, Some("text/plain")).expect("a server");
    let jobs = [(PROTOBUF, protobuf), (TEXT, text)];
    let start = versions.iter().map(|one| one.start_for_protobuf(&jobs));
    let servers: Vec<_> = start.map(|server| server.expect("Prometheus starts")).collect();
    for server in &servers {
        let stored = poll(&format!("{} stores both pages", server.version), PATIENCE, || {
            let (of_protobuf, of_text) = (stored(server, PROTOBUF)?, stored(server, TEXT)?);
            if of_text.len() < SERIES || of_protobuf.len() < SERIES {
                return Err(format!("{} of {} series", of_protobuf.len(), of_text.len()));
            }
            let difference = of_text.iter().zip(&of_protobuf).find(|(text, other)| text != other);
            match difference {
                None if of_text.len() == of_protobuf.len() => Ok(of_text),
                other => Err(format!("{other:?}")),
            }
        });
        let is_not_a_number = |(labels, value): (&Labels, &String)| {
            labels.get("__name__").is_some_and(|name| name == "pb_odd") && value == "NaN"
        };
        assert!(stored.iter().any(is_not_a_number), "it is stored, and not the end of a series");
        has_no_complaint(server);
        let (version, series) = (&server.version, stored.len());
        say(&format!("Prometheus {version} stores the same {series} series of protobuf and text"));
    }
    let answers = answers.lock().expect("nobody panics").clone();
    let wanted = nunchi::Format::Protobuf.content_type();
    assert_eq!(answers.iter().map(String::as_str).collect::<Vec<_>>(), [wanted]);
}

/// How many series there are at least: more of one family than a message has.
const SERIES: usize = 15_000;

/// Families of every type, of series with odd values and labels, and one of this many series.
pub(crate) fn registry(series: usize) -> Registry {
    let registry = Registry::new();
    let scope = registry.scope("pb_", [("zone", "a\"\\\n돌")]).expect("valid");
    let many = scope.counter("many_total", "Many.").max_series(series).labels(["x", "y"]);
    let many = many.expect("valid");
    for n in 0..series as u64 {
        many.with_values(&[&format!("{n:050}"), "돌"]).expect("two").inc_by(n * n + n % 2);
    }
    let odd = scope.gauge("odd", "Odd \"help\"\\\nof two lines.").labels(["x"]).expect("valid");
    for value in [f64::NAN, f64::INFINITY, -0.0, 5e-324, -f64::MAX, 0.1, 9.3e15] {
        odd.with_values(&[&format!("\"{value}\\\n")]).expect("one").set(value);
    }
    let waits = scope.histogram("wait_seconds", "Wait.").buckets([-0.5, 1.0, 1e7]);
    let waits = waits.labels(["x"]).expect("valid");
    let sizes = scope.summary("size_bytes", "Sizes.").quantiles([0.0, 0.5, 0.999, 1.0]);
    let sizes = sizes.labels(["x"]).expect("valid");
    for n in 0..1000 {
        let x = if n % 2 == 0 { "" } else { "odd" };
        waits.with_values(&[x]).expect("one").observe(f64::from(n) - 1.5);
        sizes.with_values(&[x]).expect("one").observe(f64::from(n) * 0.1);
    }
    scope.summary("empty", "Empty.").quantiles([0.5]).register().expect("valid");
    scope.histogram("unused", "Unused.").register().expect("valid");
    scope.info("build_info", "Build.", [("version", "1")]).expect("valid");
    scope.state_set("phase", "Phase.", ["up", "d\"n"]).register().expect("valid").set("up");
    scope.register(Unknown).expect("valid");
    registry
}

struct Unknown;

impl Collector for Unknown {
    fn describe(&self) -> Vec<Descriptor> {
        Descriptor::unknown("unknown", "Unknown.").into_iter().collect()
    }

    fn collect(&self, out: &mut Collection<'_>) -> Result<(), CollectError> {
        out.number("unknown", &[], -3_i64)
    }
}

/// Answers every scrape: as it prefers, or as if it preferred `told`. Remembers the content types of
/// the answers.
pub(crate) fn serve(
    registry: Arc<Registry>,
    told: Option<&'static str>,
) -> io::Result<(SocketAddr, Arc<Mutex<BTreeSet<String>>>)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let answers = Arc::new(Mutex::new(BTreeSet::new()));
    let remember = Arc::clone(&answers);
    let answer = move |mut stream: TcpStream| -> io::Result<()> {
        let mut head = [0; 4096];
        let length = stream.read(&mut head)?; // The head of a scrape comes in one piece.
        let head = String::from_utf8_lossy(&head[..length]).into_owned();
        let accept = head.lines().find_map(|line| line.strip_prefix("Accept: "));
        let response = respond(&registry, &Request::get().accept(told.or(accept)));
        let content_type = response.header("content-type").unwrap_or_default().to_owned();
        let head = format!("HTTP/1.0 200 OK\r\nContent-Type: {content_type}\r\n\r\n");
        remember.lock().expect("nobody panics").insert(content_type);
        stream.write_all(&[head.as_bytes(), &response.body].concat())
    };
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A scrape that fails is seen by the server.
            let _ = answer(stream);
        }
    });
    Ok((address, answers))
}

/// What the server has of a job, by labels, with the values as it spells them.
pub(crate) fn stored(server: &Prometheus, job: &str) -> Result<BTreeMap<Labels, String>, String> {
    let expression = format!("{{job={job:?},__name__=~\"pb_.*\"}}");
    let data = server.api("query", &[("query", &expression)])?;
    let series = data["result"].as_array().ok_or("no result")?;
    let read = |one: &serde_json::Value| {
        let labels: Labels = serde_json::from_value(one["metric"].clone()).ok()?;
        let value = one["value"][1].as_str()?.to_owned();
        Some((labels.into_iter().filter(own).collect(), value))
    };
    series.iter().map(|one| read(one).ok_or_else(|| one.to_string())).collect()
}
