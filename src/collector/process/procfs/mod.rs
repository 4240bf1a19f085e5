//! The files of a process and what is worth remembering of them. Each file has a parser of its
//! own, which takes bytes and does no IO.

mod auxv;
mod boot;
mod fd;
mod field;
mod file;
mod limits;
mod stat;
mod statm;

use super::reading::Reading;
use auxv::Auxv;
use limits::Limits;
use stat::Stat;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The ticks per second of `stat` on every architecture that Linux and Rust share; of use when
/// `auxv` is unreadable, as it is for a program with file capabilities.
const USER_HZ: u64 = 100;

/// A process in a proc file system.
#[derive(Debug)]
pub(super) struct Procfs {
    stat: PathBuf,
    statm: PathBuf,
    limits: PathBuf,
    fd: PathBuf,
    /// Of this process always: what is read from it is the same for all.
    auxv: PathBuf,
    machine: PathBuf,
    /// The link to the process that reads it.
    own: PathBuf,
    pid: Option<u32>,
    units: OnceLock<Units>,
    boot_seconds: OnceLock<u64>,
}

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
        let own = root.join("self");
        let process = pid.map_or_else(|| own.clone(), |pid| root.join(pid.to_string()));
        Self {
            stat: process.join("stat"),
            statm: process.join("statm"),
            limits: process.join("limits"),
            fd: process.join("fd"),
            auxv: own.join("auxv"),
            machine: root.join("stat"),
            own,
            pid,
            units: OnceLock::new(),
            boot_seconds: OnceLock::new(),
        }
    }

    /// Reads what can be read.
    pub(super) fn read(&self) -> Reading {
        let mut buffer = file::Buffer::new();
        let stat = buffer.read(&self.stat).map(Stat::parse).unwrap_or_default();
        let units = self.units(&stat, &mut buffer);
        let limits = buffer.read(&self.limits).map(Limits::parse).unwrap_or_default();
        Reading {
            cpu_seconds: stat.cpu_ticks.map(|ticks| ticks as f64 / units.clock_ticks as f64),
            open_fds: fd::count(&self.fd, || self.is_own()),
            max_fds: limits.open_files,
            virtual_bytes: stat.virtual_bytes,
            virtual_max_bytes: limits.address_space,
            resident_bytes: units
                .page_size
                .zip(stat.resident_pages)
                .and_then(|(page_size, pages)| pages.checked_mul(page_size)),
            start_time_seconds: stat
                .start_ticks
                .and_then(|ticks| self.start_time(ticks, units.clock_ticks)),
            threads: stat.threads,
        }
    }

    /// The units, remembered once they are whole: descriptors may be short at the first scrape.
    fn units(&self, stat: &Stat, buffer: &mut file::Buffer) -> Units {
        if let Some(units) = self.units.get() {
            return *units;
        }
        let auxv = buffer.read(&self.auxv).map(Auxv::parse).unwrap_or_default();
        let page_size = auxv.page_size.or_else(|| {
            let bytes = stat.virtual_bytes?;
            statm::page_size(bytes, buffer.read(&self.statm)?)
        });
        let units = Units { page_size, clock_ticks: auxv.clock_ticks.unwrap_or(USER_HZ) };
        if page_size.is_some() {
            return *self.units.get_or_init(|| units);
        }
        units
    }

    /// One division of exact integers, so that the float is the one nearest to the truth.
    fn start_time(&self, ticks: u64, clock_ticks: u64) -> Option<f64> {
        let boot_ticks = self.boot_seconds()?.checked_mul(clock_ticks)?;
        Some(boot_ticks.checked_add(ticks)? as f64 / clock_ticks as f64)
    }

    fn boot_seconds(&self) -> Option<u64> {
        if let Some(seconds) = self.boot_seconds.get() {
            return Some(*seconds);
        }
        let seconds = boot::parse(&file::read_long(&self.machine)?)?;
        Some(*self.boot_seconds.get_or_init(|| seconds))
    }

    /// Whether the process is the one that reads.
    fn is_own(&self) -> bool {
        let Ok(own) = std::fs::read_link(&self.own) else { return false };
        self.pid.map_or(true, |pid| own.as_os_str() == pid.to_string().as_str())
    }
}

#[cfg(test)]
mod tests;
