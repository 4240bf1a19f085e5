//! The files of a process and what is worth remembering of them. Each file has a parser of its
//! own, which takes bytes and does no IO.

mod boot;
mod fd;
mod limits;
mod stat;
mod statm;

use super::family;
use super::reading::Reading;
use crate::collector::kernel::auxv::Auxv;
use crate::collector::kernel::file;
use crate::model::Number;
use limits::Limits;
use stat::Stat;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// The ticks per second of `stat` on every architecture that Linux and Rust share; of use when
/// `auxv` is unreadable, as it is for a program with file capabilities.
const USER_HZ: u64 = 100;

/// A process in a proc file system.
#[derive(Debug)]
pub(super) struct Procfs {
    /// The directory of the process, if it is not the one that reads.
    pid: Option<String>,
    /// Of each [`Entry`].
    paths: Vec<PathBuf>,
    // Facts of the machine, 0 while unknown. Each is right by itself, so relaxed will do.
    page_size: AtomicU64,
    clock_ticks: AtomicU64,
    boot_seconds: AtomicU64,
}

/// What is read, in the order of [`ENTRIES`].
#[derive(Clone, Copy)]
enum Entry {
    Stat,
    Statm,
    Limits,
    Fd,
    /// Of this process always: what is read from it is the same for all.
    Auxv,
    Machine,
    /// The link to the process that reads it.
    Own,
}

/// Whether the entry is in the directory of the process, and its name.
static ENTRIES: [(bool, &str); 7] = [
    (true, "stat"),
    (true, "statm"),
    (true, "limits"),
    (true, "fd"),
    (false, "self/auxv"),
    (false, "stat"),
    (false, "self"),
];

/// In what `stat` counts.
#[derive(Clone, Copy, Debug)]
struct Units {
    /// Bytes; wrong would be wrong by a factor of 4 or 16, so there is no default.
    page_size: Option<u64>,
    /// Per second.
    clock_ticks: u64,
}

impl Procfs {
    pub(super) fn new(root: &Path, pid: Option<u32>) -> Self {
        let pid = pid.map(|pid| pid.to_string());
        let own = pid.as_deref().unwrap_or("self");
        let of = |(of_process, name): &(bool, &str)| {
            path(root, if *of_process { own } else { "" }, name)
        };
        let paths = ENTRIES.iter().map(of).collect();
        let [page_size, clock_ticks, boot_seconds] = [0; 3].map(AtomicU64::new);
        Self { pid, paths, page_size, clock_ticks, boot_seconds }
    }

    fn path(&self, entry: Entry) -> &Path {
        &self.paths[entry as usize]
    }

    /// Reads what can be read.
    pub(super) fn read(&self) -> Reading {
        let mut buffer = file::Buffer::new();
        let stat = buffer.read(self.path(Entry::Stat)).map(Stat::parse).unwrap_or_default();
        let units = self.units(&stat, &mut buffer);
        let limits = buffer.read(self.path(Entry::Limits)).map(Limits::parse).unwrap_or_default();
        let cpu_seconds = stat.cpu_ticks.map(|ticks| ticks as f64 / units.clock_ticks as f64);
        let open_fds = fd::count(self.path(Entry::Fd), &|| self.is_own());
        let resident_bytes = units.page_size.zip(stat.resident_pages);
        let resident_bytes = resident_bytes.and_then(|(size, pages)| pages.checked_mul(size));
        let start_ticks = stat.start_ticks;
        let start_seconds = start_ticks.and_then(|ticks| self.start_time(ticks, units.clock_ticks));
        [
            (&family::CPU_SECONDS_TOTAL, cpu_seconds.map(Number::F64)),
            (&family::OPEN_FDS, open_fds.map(Number::U64)),
            (&family::MAX_FDS, limits.open_files.map(Number::U64)),
            (&family::VIRTUAL_MEMORY_BYTES, stat.virtual_bytes.map(Number::U64)),
            (&family::VIRTUAL_MEMORY_MAX_BYTES, limits.address_space.map(Number::U64)),
            (&family::RESIDENT_MEMORY_BYTES, resident_bytes.map(Number::U64)),
            (&family::START_TIME_SECONDS, start_seconds.map(Number::F64)),
            (&family::THREADS, stat.threads.map(Number::U64)),
        ]
    }

    /// The units, remembered once they are whole: descriptors may be short at the first scrape.
    fn units(&self, stat: &Stat, buffer: &mut file::Buffer) -> Units {
        let page_size = self.page_size.load(Ordering::Relaxed);
        let clock_ticks = self.clock_ticks.load(Ordering::Relaxed);
        if page_size > 0 && clock_ticks > 0 {
            return Units { page_size: Some(page_size), clock_ticks };
        }
        let auxv = buffer.read(self.path(Entry::Auxv)).map(Auxv::parse).unwrap_or_default();
        let page_size = auxv.page_size.or_else(|| {
            let bytes = stat.virtual_bytes?;
            statm::page_size(bytes, buffer.read(self.path(Entry::Statm))?)
        });
        let units = Units { page_size, clock_ticks: auxv.clock_ticks.unwrap_or(USER_HZ) };
        if let Some(page_size) = page_size {
            self.page_size.store(page_size, Ordering::Relaxed);
            self.clock_ticks.store(units.clock_ticks, Ordering::Relaxed);
        }
        units
    }

    /// One division of exact integers, so that the float is the one nearest to the truth.
    fn start_time(&self, ticks: u64, clock_ticks: u64) -> Option<f64> {
        let boot_ticks = self.boot_seconds()?.checked_mul(clock_ticks)?;
        Some(boot_ticks.checked_add(ticks)? as f64 / clock_ticks as f64)
    }

    /// Read once: setting the clock must not look like a restart.
    fn boot_seconds(&self) -> Option<u64> {
        let known = self.boot_seconds.load(Ordering::Relaxed);
        if known > 0 {
            return Some(known);
        }
        let seconds = boot::parse(&file::read_long(self.path(Entry::Machine))?)?;
        // Of two scrapes that read it at once, the first decides.
        let order = Ordering::Relaxed;
        Some(match self.boot_seconds.compare_exchange(0, seconds, order, order) {
            Ok(_) => seconds,
            Err(first) => first,
        })
    }

    /// Whether the process is the one that reads.
    fn is_own(&self) -> bool {
        let Ok(own) = std::fs::read_link(self.path(Entry::Own)) else { return false };
        self.pid.as_ref().map_or(true, |pid| own.as_os_str() == pid.as_str())
    }
}

/// As [`Path::join`] of names that are relative, which `std` would look into.
#[inline(never)]
fn path(root: &Path, directory: &str, name: &str) -> PathBuf {
    let mut path = root.as_os_str().to_owned();
    path.push(format!("/{directory}/{name}"));
    path.into()
}

#[cfg(test)]
mod tests;
