//! The files of the machine, and the memory that reading them takes.

use super::super::Roots;
use crate::collector::kernel::text::Text;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Memory that a scrape needs and the next one uses again.
#[derive(Debug, Default)]
pub(super) struct Room {
    pub(super) files: FileRoom,
    pub(super) seen: HashSet<u64>,
}

#[derive(Debug, Default)]
pub(super) struct FileRoom {
    pub(super) path: PathBuf,
    pub(super) text: Text,
    /// Names of the processors, a line each.
    pub(super) processors: String,
    /// Names of the network interfaces, a line each.
    pub(super) interfaces: String,
    /// Texts of labels, for the subject at hand.
    pub(super) labels: [String; 12],
    /// Bytes of a text that a file writes in an escaped form.
    pub(super) plain: [Vec<u8>; 3],
}

/// Reads files, one at a time.
pub(super) struct Files<'s> {
    pub(super) roots: &'s Roots,
    pub(super) room: &'s mut FileRoom,
}

impl Files<'_> {
    /// The content of a file of the proc file system.
    pub(super) fn proc(&mut self, name: &str) -> Option<&[u8]> {
        self.read(|roots| &roots.procfs, &[name])
    }

    /// The content of a file that tells each process of its own; of the first process if the proc
    /// file system is not ours.
    pub(super) fn own(&mut self, name: &str) -> Option<&[u8]> {
        if self.roots.foreign && self.proc_of("1", name).is_some() {
            return Some(self.room.text.content());
        }
        self.proc_of("self", name)
    }

    /// The content of a file of a process.
    pub(super) fn proc_of(&mut self, process: &str, name: &str) -> Option<&[u8]> {
        self.read(|roots| &roots.procfs, &[process, name])
    }

    /// The content of a file of sysfs.
    pub(super) fn sys(&mut self, parts: &[&str]) -> Option<&[u8]> {
        self.read(|roots| &roots.sysfs, parts)
    }

    /// The content of a file of the machine's own.
    pub(super) fn root(&mut self, name: &str) -> Option<&[u8]> {
        self.read(|roots| &roots.rootfs, &[name])
    }

    fn read(&mut self, root: impl Fn(&Roots) -> &PathBuf, parts: &[&str]) -> Option<&[u8]> {
        let FileRoom { path, text, .. } = &mut *self.room;
        locate(path, root(self.roots), parts);
        text.read(path)
    }
}

/// Makes `path` what `root` and the parts make together, in the memory that it has.
pub(super) fn locate<P: AsRef<Path>>(path: &mut PathBuf, root: &Path, parts: &[P]) {
    path.clear();
    path.push(root);
    path.extend(parts);
}
