//! Prometheus servers: where they are, starting one, asking it.

use crate::child::{self, poll, Child, Folder};
use serde_json::Value;
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{env, fs, thread};

/// An installed Prometheus.
#[derive(Debug)]
pub(crate) struct Installed {
    pub(crate) version: String,
    program: PathBuf,
}

/// The installed versions, each once: in the places that `NUNCHI_PROMETHEUS` lists (separated as in
/// `PATH`) if it is set, or else in those of `PATH` and where `ci/install-prometheus.sh` puts them.
pub(crate) fn installed() -> Vec<Installed> {
    let mut found: Vec<Installed> = Vec::new();
    for place in places() {
        let program = if place.is_dir() { place.join("prometheus") } else { place };
        let answer = child::run(Command::new(&program).arg("--version"), b"");
        let Ok((true, said)) = answer else { continue };
        let version =
            said.strip_prefix("prometheus, version ").and_then(|rest| rest.split(' ').next());
        let Some(version) = version.map(str::to_owned) else { continue };
        if found.iter().all(|other| other.version != version) {
            found.push(Installed { version, program });
        }
    }
    found
}

/// Where servers may be.
pub(crate) fn places() -> Vec<PathBuf> {
    let list = |name| env::split_paths(&env::var_os(name).unwrap_or_default()).collect::<Vec<_>>();
    if env::var_os("NUNCHI_PROMETHEUS").is_some() {
        return list("NUNCHI_PROMETHEUS");
    }
    let build = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../build/prometheus");
    let suites = fs::read_dir(build).into_iter().flatten().flatten();
    list("PATH").into_iter().chain(suites.map(|suite| suite.path())).collect()
}

impl Installed {
    /// The verdict of its promtool on a page: nothing if it has nothing to say.
    pub(crate) fn promtool(&self, page: &[u8]) -> Result<(), String> {
        let promtool = self.program.with_file_name("promtool");
        let answer = child::run(Command::new(promtool).args(["check", "metrics"]), page);
        match answer.map_err(|error| format!("promtool: {error}"))? {
            (true, said) if said.is_empty() => Ok(()),
            (_, said) => Err(said),
        }
    }

    /// Starts a server that scrapes every second, with one job for each name and target.
    pub(crate) fn start(&self, jobs: &[(&str, SocketAddr)]) -> io::Result<Prometheus> {
        self.start_told(jobs, "prometheus", "")
    }

    /// The same, in a folder of this name, with these settings for each job, each with `, ` before it.
    pub(crate) fn start_told(
        &self,
        jobs: &[(&str, SocketAddr)],
        name: &str,
        settings: &str,
    ) -> io::Result<Prometheus> {
        self.start_with(&alike(jobs, settings), name, &[])
    }

    /// The same of one that asks for protobuf first.
    pub(crate) fn start_for_protobuf(&self, jobs: &[(&str, SocketAddr)]) -> io::Result<Prometheus> {
        let (features, settings) = self.protobuf();
        self.start_with(&alike(jobs, settings), "protobuf", features)
    }

    /// Two that store exemplars, which none does unless it is told: of OpenMetrics, and of protobuf.
    pub(crate) fn start_for_exemplars(
        &self,
        jobs: &[(&str, SocketAddr)],
    ) -> io::Result<[Prometheus; 2]> {
        let storage = ["exemplar-storage"];
        let (features, settings) = self.protobuf();
        let both = [&storage, features].concat();
        Ok([
            self.start_with(&alike(jobs, ""), "exemplars", &storage)?,
            self.start_with(&alike(jobs, settings), "exemplars-protobuf", &both)?,
        ])
    }

    /// The features and the settings of a job by which it asks for protobuf first.
    fn protobuf(&self) -> (&[&str], &str) {
        if self.can_be_told_formats() {
            (&[], ", scrape_protocols: [PrometheusProto]")
        } else {
            (&["native-histograms"], "")
        }
    }

    /// Does the setting `scrape_protocols` exist?
    pub(crate) fn can_be_told_formats(&self) -> bool {
        self.number() >= (2, 49)
    }

    /// Major and minor version.
    pub(crate) fn number(&self) -> (u32, u32) {
        let mut numbers = self.version.split('.').map_while(|number| number.parse().ok());
        (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default())
    }

    /// The same of one that stores native histograms, and exemplars.
    pub(crate) fn start_for_native(&self, jobs: &[(&str, SocketAddr)]) -> io::Result<Prometheus> {
        // Told by a flag of the program at first, and by a setting from 3.8 on.
        let is_setting = self.number() >= (3, 8);
        let settings = if is_setting { ", scrape_native_histograms: true" } else { "" };
        self.start_with(
            &alike(jobs, settings),
            "native",
            &["native-histograms", "exemplar-storage"],
        )
    }

    /// Starts a server with these jobs: name, target, and settings as those of [`Self::start_told`].
    pub(crate) fn start_with(
        &self,
        jobs: &[(&str, SocketAddr, &str)],
        name: &str,
        features: &[&str],
    ) -> io::Result<Prometheus> {
        let folder = Folder::new(&format!("{name}-{}", self.version))?;
        let features = format!("--enable-feature={}", features.join(","));
        let flags = (!features.ends_with('=')).then_some(features);
        let config = folder.join("prometheus.yml");
        fs::write(&config, scrape_config("{scrape_interval: 1s, scrape_timeout: 900ms}", jobs))?;
        let log = folder.join("prometheus.log");
        let (address, child) = start_listening(&self.version, &log, "/-/ready", |address| {
            let mut command = Command::new(&self.program);
            command
                .args(&flags)
                .arg(flag("--config.file=", &config))
                .arg(flag("--storage.tsdb.path=", &folder.join("data")))
                .arg(format!("--web.listen-address={address}"));
            command
        })?;
        Ok(Prometheus { version: self.version.clone(), address, child, _folder: folder })
    }
}

/// Jobs that differ in name and target only.
fn alike<'a>(
    jobs: &[(&'a str, SocketAddr)],
    settings: &'a str,
) -> Vec<(&'a str, SocketAddr, &'a str)> {
    jobs.iter().map(|&(name, target)| (name, target, settings)).collect()
}

/// What tells a server to scrape these jobs.
pub(crate) fn scrape_config(global: &str, jobs: &[(&str, SocketAddr, &str)]) -> String {
    let mut text = format!("global: {global}\nscrape_configs:\n");
    for (job, target, settings) in jobs {
        let targets = format!("[{{targets: [\"{target}\"]}}]");
        text.push_str(&format!("- {{job_name: {job}, static_configs: {targets}{settings}}}\n"));
    }
    text
}

/// A flag whose value is a path.
pub(crate) fn flag(name: &str, value: &Path) -> OsString {
    let mut flag = OsString::from(name);
    flag.push(value);
    flag
}

/// Starts what `command` makes of an address to listen at, and waits until it answers `ready`.
pub(crate) fn start_listening(
    what: &str,
    log: &Path,
    ready: &str,
    command: impl Fn(SocketAddr) -> Command,
) -> io::Result<(SocketAddr, Child)> {
    for attempt in 0.. {
        let address = free_address()?;
        let mut child = Child::start(&mut command(address), log.to_owned())?;
        let is_ready = poll("ready", Duration::from_secs(20), || {
            // Another program may have taken the port meanwhile.
            if child.has_ended() {
                Ok(false)
            } else {
                get(address, ready).map(|_| true)
            }
        });
        if is_ready {
            return Ok((address, child));
        }
        assert!(attempt < 3, "{what} ends: {}", child.said());
    }
    unreachable!("the loop has no other end")
}

/// An address that was free a moment ago.
fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

/// A running server.
pub(crate) struct Prometheus {
    pub(crate) version: String,
    address: SocketAddr,
    child: Child,
    // After the child, so that it is removed when nobody writes there.
    _folder: Folder,
}

impl Prometheus {
    /// The `data` of an answer of its API.
    pub(crate) fn api(&self, path: &str, parameters: &[(&str, &str)]) -> Result<Value, String> {
        let body = get(self.address, &question(&format!("/api/v1/{path}"), parameters))?;
        let mut answer: Value = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
        Ok(answer.get_mut("data").map(Value::take).unwrap_or_default())
    }

    /// The one value of a PromQL expression.
    pub(crate) fn query(&self, expression: &str) -> Result<f64, String> {
        let data = self.api("query", &[("query", expression)])?;
        match data["result"].as_array().map(Vec::as_slice) {
            Some([one]) => {
                let value = one["value"][1].as_str().and_then(|value| value.parse().ok());
                value.ok_or_else(|| format!("{expression}: {one}"))
            }
            _ => Err(format!("{expression}: not one value: {data}")),
        }
    }

    /// Its own page.
    pub(crate) fn own_metrics(&self) -> Result<String, String> {
        get(self.address, "/metrics").map(|page| String::from_utf8_lossy(&page).into_owned())
    }

    /// Its log.
    pub(crate) fn log(&self) -> String {
        self.child.said()
    }
}

/// The body of the answer to a `GET`, which must be 200. HTTP/1.0, so that the body ends with the
/// connection.
pub(crate) fn get(address: SocketAddr, target: &str) -> Result<Vec<u8>, String> {
    get_as("*/*", address, target)
}

/// The same, from who prefers `accept`.
pub(crate) fn get_as(accept: &str, address: SocketAddr, target: &str) -> Result<Vec<u8>, String> {
    let answer = exchange(accept, address, target).map_err(|error| format!("{target}: {error}"))?;
    let (head, body) = halves(&answer);
    match head.split(' ').nth(1) {
        Some("200") => Ok(body.to_vec()),
        _ => Err(format!("{target}: {head}{}", String::from_utf8_lossy(body))),
    }
}

/// The whole answer to a `GET` from who prefers `accept`.
pub(crate) fn exchange(accept: &str, address: SocketAddr, target: &str) -> io::Result<Vec<u8>> {
    let limit = Duration::from_secs(5);
    let mut stream = TcpStream::connect_timeout(&address, limit)?;
    stream.set_read_timeout(Some(limit))?;
    let head = format!("GET {target} HTTP/1.0\r\nHost: {address}\r\nAccept: {accept}\r\n\r\n");
    stream.write_all(head.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}

/// The head and the body of an answer.
pub(crate) fn halves(answer: &[u8]) -> (String, &[u8]) {
    let blank = answer.windows(4).position(|window| window == b"\r\n\r\n");
    let (head, body) = answer.split_at(blank.map_or(answer.len(), |at| at + 4));
    (String::from_utf8_lossy(head).into_owned(), body)
}

/// Answers every scrape with the page that `target` gives to who asks for no format. Servers of before
/// 2.49 cannot be told to prefer text.
pub(crate) fn serve_as_text(target: SocketAddr) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let answer = move |mut stream: TcpStream| -> io::Result<()> {
        let mut request = [0; 4096];
        let _ = stream.read(&mut request)?; // The head of a scrape comes in one piece.
        let page = get(target, "/metrics").map_err(io::Error::other)?;
        let head = "HTTP/1.0 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\n\r\n";
        stream.write_all(&[head.as_bytes(), &page].concat())
    };
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A scrape that fails is seen by the server.
            let _ = answer(stream);
        }
    });
    Ok(address)
}

/// A target with a query.
pub(crate) fn question(path: &str, parameters: &[(&str, &str)]) -> String {
    let pairs = parameters.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
    format!("{path}?{}", pairs.collect::<Vec<_>>().join("&"))
}

/// A value as a query carries it.
fn encoded(value: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    value.bytes().map(byte).collect()
}
