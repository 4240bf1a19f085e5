//! A real VictoriaMetrics stores every series of the page with its value, and finds no line of it wrong.
//!
//! Its scraper is vmagent's too, and asks for text 0.0.4 only.

use crate::child::{self, poll, Child, Folder};
use crate::formats::hostile;
use crate::server::{
    exchange, flag, get, halves, places, question, scrape_config, start_listening,
};
use crate::{after_games, exposed, own, play, say, Labels, PATIENCE};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::{fs, thread};

/// The jobs, by what they scrape; the page of the game twice, once by the parser for huge pages.
const GAME: &str = "game";
const STREAMED: &str = "streamed";
const ODD: &str = "odd";

#[test]
fn victoria_metrics_stores_every_series_with_its_value() {
    let Some(installed) = installed() else {
        say("SKIP victoria_metrics_stores_every_series_with_its_value: no victoria-metrics found");
        return;
    };
    let (omok, _running) = play();
    after_games("text/plain", omok);
    let (game, recording) = record(omok).expect("a relay");
    let registry = hostile();
    let mut page = Vec::new();
    nunchi::encode(&registry, nunchi::Format::Text, &mut page);
    let odd = nunchi::server::serve("127.0.0.1:0", registry).expect("a free port");

    let jobs =
        [(GAME, game, ""), (STREAMED, game, ", stream_parse: true"), (ODD, odd.local_addr(), "")];
    let server = installed.start(&jobs).expect("VictoriaMetrics starts");
    let version = &installed.version;
    let recorded = poll(&format!("{version} scrapes"), PATIENCE, || {
        recording.get().ok_or_else(|| server.child.said())
    });
    let (head, body) = halves(&recorded.answer);
    let head = head.to_ascii_lowercase();
    assert!(head.contains("content-type: text/plain; version=0.0.4"), "{head}");
    assert!(head.contains("content-encoding: gzip"), "{head}");
    let (is_whole, game) = child::run(Command::new("gzip").arg("-dc"), body).expect("gzip runs");
    assert!(is_whole, "{game}");

    for (job, page) in [(GAME, game.as_bytes()), (STREAMED, game.as_bytes()), (ODD, &page)] {
        let mut wanted = exposed(page);
        let samples = wanted.len();
        // It has no place for what is not a number.
        wanted.retain(|_, value| !value.is_nan());
        assert!(wanted.len() > 100, "{samples} samples are no such page");
        let what = format!("VictoriaMetrics {version} stores {samples} samples of the page {job}");
        poll(&what, PATIENCE, || server.has(job, samples, &wanted));
        say(&format!("{what}, {} of them numbers", wanted.len()));
    }
    server.has_no_complaint();
    say(&format!("VictoriaMetrics {version} asked for {:?}", recorded.accept));
}

/// An installed VictoriaMetrics.
struct Installed {
    version: String,
    program: PathBuf,
}

/// The first one where servers may be.
fn installed() -> Option<Installed> {
    places().into_iter().find_map(|place| {
        let program = place.join("victoria-metrics");
        let (runs, said) = child::run(Command::new(&program).arg("-version"), b"").ok()?;
        // A distribution's may not know its version, but its package does.
        let package = fs::read_to_string(place.join("victoria-metrics.version"));
        let version = package.unwrap_or(said).trim().to_owned();
        runs.then_some(Installed { version, program })
    })
}

impl Installed {
    fn start(&self, jobs: &[(&str, SocketAddr, &str)]) -> io::Result<Server> {
        let folder = Folder::new("victoria-metrics")?;
        let config = folder.join("scrape.yml");
        fs::write(&config, scrape_config("{scrape_interval: 3s, scrape_timeout: 3s}", jobs))?;
        let log = folder.join("victoria-metrics.log");
        let (address, child) = start_listening("VictoriaMetrics", &log, "/health", |address| {
            let mut command = Command::new(&self.program);
            command
                .arg(flag("-promscrape.config=", &config))
                .arg(flag("-storageDataPath=", &folder.join("data")))
                .arg(format!("-httpListenAddr={address}"));
            command
        })?;
        Ok(Server { address, child, _folder: folder })
    }
}

/// A running VictoriaMetrics.
struct Server {
    address: SocketAddr,
    child: Child,
    // After the child, so that it is removed when nobody writes there.
    _folder: Folder,
}

impl Server {
    /// Has it scraped so many samples of a job, and stored exactly these series, always with this value?
    fn has(&self, job: &str, samples: usize, wanted: &BTreeMap<Labels, f64>) -> Result<(), String> {
        let mut stored = self.stored(job)?;
        for (name, wanted) in [("up", 1.0), ("scrape_samples_scraped", samples as f64)] {
            let labels = Labels::from([("__name__".to_owned(), name.to_owned())]);
            let values = stored.remove(&labels).unwrap_or_default();
            if values.is_empty() || values.iter().any(|value| *value != wanted) {
                return Err(format!("{name} of {job} is {values:?}"));
            }
        }
        stored.retain(|labels, _| !labels["__name__"].starts_with("scrape_"));
        for (labels, wanted) in wanted {
            let values = stored.remove(labels).unwrap_or_default();
            if values.is_empty() || values.iter().any(|value| !is_stored_as(*wanted, *value)) {
                return Err(format!("{labels:?} is {values:?} and not {wanted}"));
            }
        }
        stored.pop_first().map_or(Ok(()), |odd| Err(format!("{odd:?} is not on the page")))
    }

    /// All values of each series of a job.
    fn stored(&self, job: &str) -> Result<BTreeMap<Labels, Vec<f64>>, String> {
        let matches = format!("{{job={job:?}}}");
        let lines = get(self.address, &question("/api/v1/export", &[("match[]", &matches)]))?;
        let read = |line: &[u8]| {
            let line: Value = serde_json::from_slice(line).ok()?;
            let labels: Labels = serde_json::from_value(line["metric"].clone()).ok()?;
            let number = |value: &Value| match value {
                Value::String(text) => text.parse().ok(),
                other => other.as_f64(),
            };
            let values: Option<Vec<_>> = line["values"].as_array()?.iter().map(number).collect();
            Some((labels.into_iter().filter(own).collect(), values?))
        };
        let lines = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let unread = |line| format!("not read: {}", String::from_utf8_lossy(line));
        lines.map(|line| read(line).ok_or_else(|| unread(line))).collect()
    }

    /// It tells what it skipped, dropped and warned of on a page of its own.
    fn has_no_complaint(&self) {
        let page = get(self.address, "/metrics").expect("its own page");
        let page = String::from_utf8_lossy(&page);
        let found = |start: &str| {
            let lines: Vec<_> = page.lines().filter(|line| line.starts_with(start)).collect();
            assert!(!lines.is_empty(), "{start} is not on its page");
            lines
        };
        for start in [
            "vm_rows_invalid_total{",
            "vm_rows_ignored_total{",
            "vm_promscrape_scrapes_failed_total ",
            "vm_promscrape_scrapes_timed_out_total ",
            "vm_promscrape_scrapes_skipped_by_sample_limit_total ",
            "vm_promscrape_max_scrape_size_exceeded_errors_total ",
        ] {
            let complaint = found(start).into_iter().find(|line| !line.ends_with(" 0"));
            assert_eq!(complaint, None);
        }
        let scrapes = found("vm_promscrape_scrapes_total{");
        let all_good = scrapes.iter().all(|line| line.contains("{status_code=\"200\"} "));
        assert!(all_good, "{scrapes:?}");
        let warning = found("vm_log_messages_total{").into_iter();
        let warning = warning.filter(|line| !line.contains(", level=\"info\","));
        assert_eq!(warning.collect::<Vec<_>>(), Vec::<&str>::new());
        for part in ["sum", "count"] {
            found(&format!("vm_promscrape_scrape_response_size_bytes_{part} "));
        }
    }
}

/// It keeps 12 digits at least, and none of the smallest numbers.
fn is_stored_as(value: f64, stored: f64) -> bool {
    value == stored || (value - stored).abs() <= value.abs() * 1e-11 + 1e-300
}

/// What a scraper asked for, and how it was answered.
struct Recording {
    accept: String,
    answer: Vec<u8>,
}

/// Answers every scrape as `target` answered the first one, to the same preferences: a page with values that
/// stay.
fn record(target: SocketAddr) -> io::Result<(SocketAddr, Arc<OnceLock<Recording>>)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let recording = Arc::new(OnceLock::new());
    let shared = Arc::clone(&recording);
    let answer = move |mut stream: TcpStream| -> io::Result<()> {
        let mut head = [0; 4096];
        let length = stream.read(&mut head)?; // The head of a scrape comes in one piece.
        let head = String::from_utf8_lossy(&head[..length]).into_owned();
        let of = |name: &str| head.lines().find_map(|line| line.strip_prefix(name));
        let accept = of("Accept: ").unwrap_or("*/*").to_owned();
        let encoding = of("Accept-Encoding: ").unwrap_or("identity");
        if shared.get().is_none() {
            let asked = format!("{accept}\r\nAccept-Encoding: {encoding}");
            let answer = exchange(&asked, target, "/metrics")?;
            // Nobody else sets it.
            let _ = shared.set(Recording { accept, answer });
        }
        stream.write_all(shared.get().map_or(&[][..], |recording| &recording.answer))
    };
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A scrape that fails is seen by the server.
            let _ = answer(stream);
        }
    });
    Ok((address, recording))
}
