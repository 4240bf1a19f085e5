//! The file of a run: on which machine, when, of which commit, and how to read it.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What stands below the tables.
pub const FOOT: &str = "\
`-`: the library has no such operation, or the figure is not measured. \"no rival\": shown, but kept
out of the ratios, because part of the operation is left out: copies of each thread are not yet
flushed or merged, the histograms of `metriken` have no sum. `prometheus` runs with its default
features. `metrics` stores observations until its upkeep sorts them in, which is not in the row.
`prometric` has no held handles; its summaries are left out because they bring an HTTP and a TLS
stack. `contatori` and `metriken` find no series by label values at run time, and `metriken` renders
no page for Prometheus. The two exporters of `opentelemetry` share one row where no page is rendered;
its limit of series is raised to what a table asks for, and scope and target labels are off. The
structures for quantiles (`hdrhistogram`, `sketches-ddsketch`, `metriken`) keep no window of time.
";

const READING: &str = "\
How to read it. Compare within one table only: the libraries take turns within it. The ratios are of
the minima with one thread and of the medians with two. Of two threads, each runs on a processor of
its own on the same metrics, timed only while the other runs too; the figure is for one operation of
one thread. Every loop ran 200,000 operations and 50 ms on each thread before. The longest creation
and the longest update include what else the machine did; the calmest of several rounds is there for
that reason.
";

/// What a run depends on besides the code.
pub struct Machine {
    begun: std::time::Instant,
    load: String,
}

impl Machine {
    /// To be called before the run.
    pub fn now() -> Self {
        Self { begun: std::time::Instant::now(), load: load() }
    }
}

fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().filter(|load| !load.is_empty()).unwrap_or("unknown").to_owned()
}

/// The first line that a command prints; empty if it cannot be run.
fn line_of(program: &str, arguments: &[&str]) -> String {
    let output =
        Command::new(program).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    text.unwrap_or_default().lines().next().unwrap_or_default().to_owned()
}

/// The first value of a `key : value` file of the kernel.
fn field(path: &str, key: &str) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let value = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        (name.trim() == key).then(|| value.trim().to_owned())
    });
    value.unwrap_or_else(|| "unknown".into())
}

/// Direct dependencies and the versions in the lock file.
fn versions() -> String {
    let (manifest, lock) = (include_str!("../Cargo.toml"), include_str!("../Cargo.lock"));
    let (_, dependencies) = manifest.split_once("[dependencies]\n").unwrap_or_default();
    let names = dependencies.lines().take_while(|line| !line.is_empty());
    let mut text = String::new();
    for name in names.filter_map(|line| line.split(' ').next()).filter(|name| *name != "nunchi") {
        // The last of several versions is the newest.
        let package = format!("name = \"{name}\"\nversion = \"");
        if let Some((_, version)) = lock.rsplit_once(&package) {
            let comma = if text.is_empty() { "" } else { ", " };
            let version = version.split('"').next().unwrap_or_default();
            let _ = write!(text, "{comma}{name} {version}");
        }
    }
    text
}

/// Writes the record of a run into `benches/record`, beside those of the same day.
pub fn write(machine: &Machine, tables: &str) {
    let date = line_of("date", &["-u", "+%F"]);
    let commit = line_of("git", &["rev-parse", "--short", "HEAD"]);
    let is_changed = !line_of("git", &["status", "--porcelain", "--untracked-files=no"]).is_empty();
    let cpus = std::thread::available_parallelism().map_or(0, usize::from);
    let kibibytes = field("/proc/meminfo", "MemTotal");
    let kibibytes: f64 = kibibytes.split(' ').next().unwrap_or_default().parse().unwrap_or(0.0);
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arch = std::env::consts::ARCH;

    let text = format!(
        "# {date}, {arch}\n\n\
         | | |\n|---|---|\n\
         | machine | {cpus} processors, {}, model {}, {:.0} GiB |\n\
         | load | {} before, {} after |\n\
         | compiler | {}, release, fat LTO, one codegen unit, system allocator |\n\
         | commit | {commit}{} |\n\
         | command | `cargo run --release -- {}` in `benches/compare`, {:.0} min |\n\
         | crates | {} |\n\n\
         {READING}\n{tables}",
        field("/proc/cpuinfo", "model name"),
        field("/proc/cpuinfo", "model"),
        kibibytes / f64::from(1 << 20),
        machine.load,
        load(),
        line_of("rustc", &["--version"]),
        if is_changed { " with changes" } else { "" },
        arguments.join(" "),
        machine.begun.elapsed().as_secs_f64() / 60.0,
        versions(),
    );
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../record").join(arch);
    let path = free_path(&folder, &date);
    let written = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, text));
    match written {
        Ok(()) => eprintln!("wrote {}", path.display()),
        Err(error) => eprintln!("cannot write {}: {error}", path.display()),
    }
}

/// A file of the day that is not there yet.
fn free_path(folder: &Path, date: &str) -> PathBuf {
    let names =
        std::iter::once(format!("{date}.md")).chain((2..).map(|n| format!("{date}-{n}.md")));
    let mut paths = names.map(|name| folder.join(name));
    paths.find(|path| !path.exists()).expect("there is always another number")
}
