//! What is asked, and between which values an answer is one.

use std::fs;

/// One panel or expression.
pub(super) struct Question {
    pub(super) panel: &'static str,
    pub(super) expression: &'static str,
    /// Every value of the answer is from the first to the second.
    pub(super) between: (f64, f64),
    /// Where it comes from, if not every machine has it.
    pub(super) source: Source,
}

/// What the kernel has to tell for an answer; otherwise there must be none.
#[derive(Clone, Copy)]
pub(super) enum Source {
    /// Every machine has it.
    Everywhere,
    /// This file can be read, and one of its words is the name of what is asked for.
    Line { file: &'static str, word: fn(&str) -> bool },
    /// The container has a limit of memory.
    MemoryLimit,
}

impl Source {
    /// Why this machine cannot answer; `None` if it can.
    pub(super) fn lacks(self) -> Option<String> {
        match self {
            Self::Everywhere => None,
            Self::Line { file, word } => {
                let text = match fs::read_to_string(file) {
                    Ok(text) => text,
                    Err(error) => return Some(format!("{file}: {error}")),
                };
                let has = text.split_whitespace().any(word);
                (!has).then(|| format!("{file} names none of them"))
            }
            Self::MemoryLimit => {
                let none = "no memory.max or memory.limit_in_bytes on the way up is a limit";
                (!has_memory_limit()).then(|| none.to_owned())
            }
        }
    }
}

/// Whether a group above this process, the server's too, has a limit; either version of control groups.
fn has_memory_limit() -> bool {
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let paths = groups.lines().filter_map(|line| line.splitn(3, ':').nth(2));
    let files = paths.flat_map(|path| {
        let above = std::path::Path::new(path).ancestors().collect::<Vec<_>>();
        above.into_iter().flat_map(|group| {
            let group = group.display().to_string();
            let group = group.trim_end_matches('/').to_owned();
            ["", "/unified"]
                .map(|root| format!("/sys/fs/cgroup{root}{group}/memory.max"))
                .into_iter()
                .chain([format!("/sys/fs/cgroup/memory{group}/memory.limit_in_bytes")])
        })
    });
    // Version 1 spells "none" as nearly all that 63 bits can say.
    let mut limits = files.filter_map(|file| fs::read_to_string(file).ok()?.trim().parse().ok());
    limits.any(|limit: u64| limit < 1 << 62)
}

const fn row(panel: &'static str, expression: &'static str, between: (f64, f64)) -> Question {
    Question { panel, expression, between, source: Source::Everywhere }
}

const fn if_there(
    panel: &'static str,
    expression: &'static str,
    between: (f64, f64),
    source: Source,
) -> Question {
    Question { panel, expression, between, source }
}

/// A little beyond 0 and 100: the idle time of a processor is rounded to ticks.
const PERCENT: (f64, f64) = (-3.0, 103.0);
const SHARE: (f64, f64) = (0.0, 1.1);
const COUNT: (f64, f64) = (0.0, 1e15);
const SOME: (f64, f64) = (1e-9, 1e15);

const DISK: Source = Source::Line {
    file: "/proc/diskstats",
    // Neither memory nor parts of disks; the collector leaves them out, as node_exporter does.
    word: |word| {
        let whole = ["vd", "sd", "xvd", "hd"]
            .iter()
            .any(|kind| word.strip_prefix(kind).is_some_and(|rest| rest.len() == 1));
        whole || (word.starts_with("nvme") && !word.contains('p')) || word.starts_with("dm-")
    },
};
const ETH0: Source = Source::Line { file: "/proc/net/dev", word: |word| word == "eth0:" };
const PRESSURE: Source = Source::Line { file: "/proc/pressure/cpu", word: |word| word == "some" };

/// The panels of the assignment's dashboard, by row.
pub(super) const PANELS: &[Question] = &[
    row(
        "CPU: used %",
        r#"100 - (avg by (instance)(rate(node_cpu_seconds_total{mode="idle"}[5m]))*100)"#,
        PERCENT,
    ),
    row("CPU: seconds, running total", "node_cpu_seconds_total", COUNT),
    row(
        "CPU: per process",
        "avg by (instance)(irate(process_cpu_seconds_total[5m]))",
        (0.0, 1024.0),
    ),
    row(
        "CPU: per core",
        r#"100 - (avg by (cpu)(irate(node_cpu_seconds_total{mode="idle"}[5m]))*100)"#,
        PERCENT,
    ),
    row(
        "memory: used %",
        "(1 - node_memory_MemAvailable_bytes/node_memory_MemTotal_bytes)*100",
        (0.01, 100.0),
    ),
    row(
        "memory: free %",
        "(1 - node_memory_Active_bytes/node_memory_MemTotal_bytes)*100",
        (0.0, 100.0),
    ),
    row("GC: collections per second", "rate(gc_collections_total[1m])", (0.0, 1e4)),
    row("GC: collections", "gc_collections_total", COUNT),
    row(
        "HTTP: requests per second",
        r#"sum by (endpoint)(rate(http_requests_received_total[1m]))"#,
        (0.0, 1e5),
    ),
    row(
        "HTTP: requests per second, of scrapes",
        r#"sum by (endpoint)(rate(http_requests_received_total{endpoint="/metrics"}[1m]))"#,
        (0.2, 10.0),
    ),
    row(
        "HTTP: mean handling time",
        "avg by (endpoint)(rate(http_request_duration_seconds_sum[5m])/rate(http_request_duration_seconds_count[5m]))",
        (1e-9, 5.0),
    ),
    row("HTTP: logins", r#"omok_ws_messages_received_total{message="login"}"#, SOME),
    row(
        "HTTP: logins per second",
        r#"rate(omok_ws_messages_received_total{message="login"}[1m])"#,
        SOME,
    ),
    if_there(
        "net: bits sent per second",
        r#"rate(node_network_transmit_bytes_total{device="eth0"}[5m])*8"#,
        COUNT,
        ETH0,
    ),
    if_there(
        "net: bits received per second",
        r#"rate(node_network_receive_bytes_total{device="eth0"}[5m])*8"#,
        COUNT,
        ETH0,
    ),
    // The game is played over it.
    row(
        "net: bits per second, of loopback",
        r#"rate(node_network_transmit_bytes_total{device="lo"}[5m])*8"#,
        SOME,
    ),
];

/// What people write about Prometheus asks of a machine, and of a program.
pub(super) const EXPRESSIONS: &[Question] = &[
    row("memory available", "node_memory_MemAvailable_bytes", (1e6, 1e15)),
    if_there("disk: busy", "node_disk_io_time_seconds_total", COUNT, DISK),
    row("net: received", "node_network_receive_bytes_total", COUNT),
    row("CPU by mode, as a stack", "avg without (cpu)(rate(node_cpu_seconds_total[1m]))", SHARE),
    row(
        "CPU by mode, the whole stack",
        "sum without (mode)(avg without (cpu)(rate(node_cpu_seconds_total[30s])))",
        (0.85, 1.15),
    ),
    row("CPU: of the last two scrapes", "irate(node_cpu_seconds_total[1m])", (0.0, 2.0)),
    row("CPU: a range", r#"node_cpu_seconds_total{mode="user"}[10s]"#, COUNT),
    row("CPU: of the kernel", r#"rate(node_cpu_seconds_total{mode="system"}[1m])"#, SHARE),
    row("memory: total", "node_memory_MemTotal_bytes", (1e6, 1e15)),
    row("memory: free", "node_memory_MemFree_bytes", SOME),
    row("memory: cached", "node_memory_Cached_bytes", SOME),
    row("memory: buffers", "node_memory_Buffers_bytes", COUNT),
    row("file systems: available", "node_filesystem_avail_bytes", COUNT),
    row("net: received per second", "rate(node_network_receive_bytes_total[1m])", COUNT),
    row("targets", r#"up{job=~".*omok"}"#, (1.0, 1.0)),
    row(
        "heap used %",
        "sum(gc_heap_used_bytes)by(job)*100/sum(gc_heap_limit_bytes)by(job)",
        (0.0, 100.0),
    ),
    if_there(
        "memory of the container used %",
        "process_resident_memory_bytes*100/cgroup_memory_limit_bytes",
        (0.0, 100.0),
        Source::MemoryLimit,
    ),
    row(
        "CPU %: least of the cores",
        r#"100 - (max by (instance)(irate(node_cpu_seconds_total{mode="idle"}[5m]))*100)"#,
        PERCENT,
    ),
    row(
        "CPU %: most of the cores",
        r#"100 - (min by (instance)(irate(node_cpu_seconds_total{mode="idle"}[5m]))*100)"#,
        PERCENT,
    ),
    row(
        "memory %: mean of 30 days",
        "100*(1 - avg_over_time(node_memory_MemAvailable_bytes[30d])/node_memory_MemTotal_bytes)",
        (0.01, 100.0),
    ),
    row(
        "memory %: most of 30 days",
        "100*(1 - min_over_time(node_memory_MemAvailable_bytes[30d])/node_memory_MemTotal_bytes)",
        (0.01, 100.0),
    ),
    row(
        "memory %: least of 30 days",
        "100*(1 - max_over_time(node_memory_MemAvailable_bytes[30d])/node_memory_MemTotal_bytes)",
        (0.01, 100.0),
    ),
    if_there(
        "pressure on processors",
        "rate(node_pressure_cpu_waiting_seconds_total[1m])",
        SHARE,
        PRESSURE,
    ),
];

/// What every set of alerts begins with: only answered when the server has gone.
pub(super) const DOWN: Question = row("targets that are down", "up == 0", (0.0, 0.0));

/// What the collectors of the program have to say.
pub(super) const PROGRAM: &[Question] = &[
    row(
        "moves leave garbage",
        r#"sum(increase(gc_collections_total{collector="omok_tree",generation="0"}[1m]))"#,
        (2.0, 1e6),
    ),
    row(
        "rooms are looked at each second",
        r#"sum(rate(gc_collections_total{collector="rooms",generation="0"}[1m]))"#,
        (0.3, 3.0),
    ),
    row(
        "time paused",
        "sum by (collector)(rate(gc_pause_seconds_sum[1m]))",
        (1e-9, 1.0),
    ),
    row("live bytes", "alloc_live_bytes", (1e4, 1e9)),
    // What is live is resident, but for the part of large blocks that was never written.
    row(
        "live bytes of resident memory",
        "alloc_live_bytes/process_resident_memory_bytes",
        (1e-3, 1.2),
    ),
    row("requests", "sum(rate(http_requests_received_total[1m])) + sum(rate(omok_ws_messages_received_total[1m]))", (1.0, 1e6)),
    row(
        "workers busy",
        "rate(tokio_worker_busy_seconds_total[1m])",
        (0.0, 1.2),
    ),
    row(
        "CPU: of all cores",
        r#"irate(process_cpu_seconds_total[5m])/scalar(count(node_cpu_seconds_total{mode="idle"}))"#,
        (0.0, 1.1),
    ),
    row("tasks", "tokio_tasks_alive", (5.0, 1e4)),
    row(
        "CPU time is that of user and kernel",
        "(process_cpu_user_seconds_total + process_cpu_system_seconds_total)/process_cpu_seconds_total",
        (0.8, 1.2),
    ),
];
