//! `/proc/self/cgroup` and `/proc/self/mountinfo`: where the files of a control group are.

use crate::collector::kernel::mount::{self, has, unescape};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

/// What the two files say.
#[derive(Clone, Copy)]
pub(super) struct Places<'t> {
    pub(super) groups: &'t [u8],
    pub(super) mounts: &'t [u8],
    /// Below which the mounts are found.
    pub(super) rootfs: &'t Path,
}

/// A directory of a group, and how many groups above it are mounted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) directory: PathBuf,
    pub(super) depth: usize,
}

impl Places<'_> {
    /// Of the controller with this name, by itself (v1), or of the hierarchy of all others (v2) if
    /// the name is empty.
    pub(super) fn of(&self, controller: &str) -> Option<Place> {
        let controller = controller.as_bytes();
        let group = groups(self.groups).find(|(names, _)| has(names, controller))?.1;
        let fs_type: &[u8] = if controller.is_empty() { b"cgroup2" } else { b"cgroup" };
        let mut mounts = mount::parse(self.mounts).filter(|mount| mount.fs_type == fs_type);
        let mount = mounts.find(|mount| controller.is_empty() || has(mount.options, controller))?;
        let [mut root, mut point] = [Vec::new(), Vec::new()];
        unescape(mount.root, &mut root);
        unescape(mount.point, &mut point);

        let mut directory = self.rootfs.to_owned();
        directory.push(OsStr::from_bytes(point.strip_prefix(b"/").unwrap_or(&point)));
        // What is mounted may be the group itself, whose full path is then not to be found below it.
        let inside = Path::new(OsStr::from_bytes(group)).strip_prefix(OsStr::from_bytes(&root));
        let inside = inside.unwrap_or(Path::new(""));
        if inside.components().any(|part| part == Component::ParentDir) {
            return None; // It is above what the process may see.
        }
        directory.extend(inside);
        Some(Place { directory, depth: inside.components().count() })
    }
}

/// The names of controllers and the path of each line.
fn groups(text: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    text.split_inclusive(|&byte| byte == b'\n').filter_map(|line| {
        let mut fields = line.strip_suffix(b"\n")?.splitn(3, |&byte| byte == b':');
        fields.next()?;
        Some((fields.next()?, fields.next()?))
    })
}
