//! The files of a process that the standard families do not need.

mod lines;
mod stat;
mod tasks;

use super::family as f;
use crate::collector::kernel::text::Text;
use crate::error::CollectError;
use crate::model::{Collection, Fact, Number};
use parking_lot::Mutex;
use stat::Stat;
use std::path::PathBuf;
use tasks::Tasks;

/// A process, and what was seen of its threads.
#[derive(Debug)]
pub(super) struct Process {
    stat: PathBuf,
    status: PathBuf,
    io: PathBuf,
    tasks: PathBuf,
    seen: Mutex<Tasks>,
}

/// Lines of `status`, and their families.
static STATUS: [(&str, &Fact); 5] = [
    ("RssAnon:", &f::RESIDENT_MEMORY_ANON_BYTES),
    ("RssFile:", &f::RESIDENT_MEMORY_FILE_BYTES),
    ("RssShmem:", &f::RESIDENT_MEMORY_SHARED_BYTES),
    ("VmHWM:", &f::RESIDENT_MEMORY_PEAK_BYTES),
    ("VmPeak:", &f::VIRTUAL_MEMORY_PEAK_BYTES),
];

/// Lines of `io`, and their families.
static IO: [(&str, &Fact); 6] = [
    ("rchar: ", &f::IO_READ_BYTES_TOTAL),
    ("wchar: ", &f::IO_WRITTEN_BYTES_TOTAL),
    ("syscr: ", &f::IO_READ_SYSCALLS_TOTAL),
    ("syscw: ", &f::IO_WRITE_SYSCALLS_TOTAL),
    ("read_bytes: ", &f::IO_STORAGE_READ_BYTES_TOTAL),
    ("write_bytes: ", &f::IO_STORAGE_WRITTEN_BYTES_TOTAL),
];

impl Process {
    pub(super) fn new(directory: PathBuf) -> Self {
        let [stat, status, io, tasks] =
            ["stat", "status", "io", "task"].map(|name| directory.join(name));
        Self { stat, status, io, tasks, seen: Mutex::default() }
    }

    pub(super) fn collect(&self, out: &mut Collection<'_>) -> Result<(), CollectError> {
        let mut text = Text::default();
        let stat = text.read(&self.stat).map(Stat::parse).unwrap_or_default();
        let values = [
            (&f::CPU_USER_SECONDS_TOTAL, stat.user_seconds.map(Number::F64)),
            (&f::CPU_SYSTEM_SECONDS_TOTAL, stat.system_seconds.map(Number::F64)),
            (&f::MINOR_PAGEFAULTS_TOTAL, stat.minor_faults.map(Number::U64)),
            (&f::MAJOR_PAGEFAULTS_TOTAL, stat.major_faults.map(Number::U64)),
        ];
        Fact::offer(&values, out)?;
        let status = text.read(&self.status).unwrap_or_default();
        Fact::offer(&STATUS.map(|(name, fact)| (fact, lines::bytes(name, status))), out)?;
        let io = text.read(&self.io).unwrap_or_default();
        Fact::offer(&IO.map(|(name, fact)| (fact, lines::number(name, io))), out)?;

        let switches = self.seen.lock().read(&self.tasks, &mut text);
        if let Some([voluntary, involuntary]) = switches {
            let family = f::CONTEXT_SWITCHES_TOTAL.name;
            out.number(family, &["voluntary"], voluntary)?;
            out.number(family, &["involuntary"], involuntary)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
