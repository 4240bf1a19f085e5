//! What the mounted file systems hold.

use super::family::gauge;
use super::files::locate;
use super::mount::{is_left_out, is_local};
use super::page::Page;
use super::remote::{ask, Answer, Question};
use super::subject::{Families, Outcome, Subject};
use super::Scrape;
use crate::collector::kernel::mount::{parse, unescape};
use crate::model::Fact;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

pub(super) static SUBJECT: Subject = Subject {
    name: "filesystem",
    source: "`/proc/1/mountinfo`, else `/proc/self/mountinfo`; statfs(2); the kernel's own file systems and those of containers are left out",
    absent: "the file system does not answer; then only `node_filesystem_device_error` and `node_filesystem_readonly` are there, with the label `device_error`",
    families: Families::Facts(&FACTS),
    collect,
};

static FACTS: [Fact; 7] = [
    gauge("node_filesystem_size_bytes", "Filesystem size in bytes.", LABELS),
    gauge("node_filesystem_free_bytes", "Filesystem free space in bytes.", LABELS),
    gauge(
        "node_filesystem_avail_bytes",
        "Filesystem space available to non-root users in bytes.",
        LABELS,
    ),
    gauge("node_filesystem_files", "Filesystem total file nodes.", LABELS),
    gauge("node_filesystem_files_free", "Filesystem total free file nodes.", LABELS),
    gauge("node_filesystem_readonly", "Filesystem read-only status.", LABELS),
    gauge(
        "node_filesystem_device_error",
        "Whether an error occurred while getting statistics for the given device.",
        LABELS,
    ),
];

/// The last one is empty, and so not on the page, where there is no error.
const LABELS: &[&str] = &["device", "mountpoint", "fstype", "device_error"];

/// A file system that has not answered yet.
struct Asked {
    labels: [String; 3],
    is_read_only: bool,
    question: Arc<Question>,
}

fn collect(scrape: &mut Scrape<'_, '_>) -> Option<Outcome> {
    let read = scrape.files.proc_of("1", "mountinfo").is_some()
        || scrape.files.proc_of("self", "mountinfo").is_some();
    if !read {
        return Some(Outcome::Unreadable);
    }
    let root: &Path = &scrape.files.roots.rootfs;
    let room = &mut *scrape.files.room;
    let [device, point, fs_type] = &mut room.plain;
    let mut asked: Vec<Asked> = Vec::new();
    for mount in parse(room.text.content()) {
        unescape(mount.device, device);
        unescape(mount.point, point);
        unescape(mount.fs_type, fs_type);
        let point = below(root, point);
        if is_left_out(point, fs_type) {
            continue;
        }
        let path = &mut room.path;
        locate(path, root, &[OsStr::from_bytes(point.strip_prefix(b"/").unwrap_or(point))]);
        let labels = [device, point, fs_type].map(String::from_utf8_lossy);
        let [device, point, name] = &labels;
        if is_local(fs_type) {
            tell([device, point, name], mount.is_read_only, &ask(path), &mut scrape.page);
        } else if let Some(question) = scrape.machine.remote.ask(path, ask) {
            let labels = labels.map(String::from);
            asked.push(Asked { labels, is_read_only: mount.is_read_only, question });
        }
    }
    let until = Instant::now() + scrape.patience;
    for Asked { labels: [device, point, fs_type], is_read_only, question } in &asked {
        let answer = question.wait(until);
        tell([device, point, fs_type], *is_read_only, &answer, &mut scrape.page);
    }
    Some(Outcome::Read)
}

/// The mount point as the machine calls it: without the root below which its file systems are.
fn below<'p>(root: &Path, point: &'p [u8]) -> &'p [u8] {
    let root = root.as_os_str().as_bytes();
    let root = root.strip_suffix(b"/").unwrap_or(root);
    match point.strip_prefix(root) {
        Some([]) => b"/",
        Some(rest @ [b'/', ..]) => rest,
        _ => point,
    }
}

fn tell(
    [device, point, fs_type]: [&str; 3],
    is_read_only: bool,
    answer: &Answer,
    page: &mut Page<'_, '_>,
) {
    let [size, free, available, files, files_free, read_only, error] = &FACTS;
    let (usage, fault) = match answer {
        Ok(usage) => (Some(usage), String::new()),
        Err(fault) => (None, fault.to_string()),
    };
    let labels = [device, point, fs_type, &fault];
    page.put(size, &labels, usage.and_then(|usage| usage.size));
    page.put(free, &labels, usage.and_then(|usage| usage.free));
    page.put(available, &labels, usage.and_then(|usage| usage.available));
    page.put(files, &labels, usage.map(|usage| usage.files));
    page.put(files_free, &labels, usage.map(|usage| usage.files_free));
    page.put(read_only, &labels, Some(is_read_only));
    page.put(error, &labels, Some(usage.is_none()));
}
