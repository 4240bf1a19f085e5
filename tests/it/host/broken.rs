//! Machines that are broken in every way: a value is right or absent, and the rest is there.

use super::machines::{collector_of, lines_of, tree};
use super::registry_of;
use crate::support::parsed;
use nunchi::Registry;
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// A copy of a fixture, which goes away with the test, and its page.
struct Copy(PathBuf, Registry);

impl Copy {
    fn of(name: &str, purpose: &str) -> Self {
        let root = std::env::temp_dir().join(format!("nunchi-{purpose}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        copy(&tree(name), &root);
        let registry = registry_of(collector_of(&root));
        Self(root, registry)
    }

    /// The files, without those that hold words for labels.
    fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        list(&self.0, &mut files);
        let of_words =
            ["ifalias", "address", "broadcast", "duplex", "operstate", "os-release", "auxv"];
        files.retain(|file| {
            file.file_name().is_some_and(|name| !of_words.iter().any(|word| name == *word))
                && !file.ends_with("page.txt")
                && !file.ends_with(".keep")
        });
        files
    }

    fn lines(&self) -> BTreeSet<String> {
        let lines = lines_of(&self.1).into_iter();
        lines.filter(|line| !line.starts_with("node_scrape_collector_success")).collect()
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a temporary directory");
    for entry in fs::read_dir(from).expect("a directory").flatten() {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).expect("a copy");
        }
    }
}

fn list(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a directory").flatten() {
        match entry.path() {
            path if path.is_dir() => list(&path, into),
            path => into.push(path),
        }
    }
}

/// Cuts every file at some places; the parsers by themselves are cut at every byte elsewhere.
#[test]
fn files_that_are_cut_short_cost_what_they_would_have_said() {
    let machine = Copy::of("server-6.8", "cut");
    let whole = machine.lines();
    for file in machine.files() {
        let text = fs::read(&file).expect("a file");
        let step = (text.len() / 6).max(1);
        for end in (0..text.len()).step_by(step) {
            fs::write(&file, &text[..end]).expect("writable");
            let told = machine.lines();
            // Whether somebody wants an interface to be up, `flags` would have said.
            let told =
                told.into_iter().map(|line| line.replace("\"unknown\",ifalias", "\"up\",ifalias"));
            let other = told
                .into_iter()
                .find(|line| !whole.contains(line) && !line.starts_with("node_network_info"));
            assert_eq!(other, None, "{} up to {end}", file.display());
        }
        fs::write(&file, &text).expect("writable");
    }
    assert_eq!(machine.lines(), whole);
}

#[test]
fn each_file_that_is_missing_costs_its_own_families() {
    let machine = Copy::of("server-6.8", "missing");
    let whole = machine.lines();
    for file in machine.files() {
        let text = fs::read(&file).expect("a file");
        fs::remove_file(&file).expect("removable");
        let told = machine.lines();
        let new: Vec<_> = told.difference(&whole).collect();
        let is_info = |line: &&&String| line.starts_with("node_network_info");
        assert!(new.iter().all(|line| is_info(&line)), "{}: {new:?}", file.display());
        let lost = whole.len() - told.len();
        let most = if file.ends_with("proc/stat") { 200 } else { 130 };
        assert!(lost <= most, "{}: {lost} of {}", file.display(), whole.len());

        fs::create_dir(&file).expect("a directory"); // Opens, and cannot be read.
        assert_eq!(machine.lines(), told, "{}", file.display());
        fs::remove_dir(&file).expect("removable");
        fs::write(&file, &text).expect("writable");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).expect("ours");
        if fs::read(&file).is_err() {
            assert_eq!(machine.lines(), told, "{}", file.display()); // But root may read all.
        }
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("ours");
    }
}

#[test]
fn nothing_at_all_is_told_as_such() {
    let page = parsed(&registry_of(collector_of(Path::new("/no/such/directory"))));
    for subject in ["cpu", "meminfo", "filesystem", "netdev", "os"] {
        let labels = [("collector", subject)];
        assert_eq!(page.value("node_scrape_collector_success", &labels), Some("0"), "{subject}");
    }
    let names = page.families.iter().map(|family| family.name.as_str());
    assert_eq!(
        names.collect::<Vec<_>>(),
        [
            "node_scrape_collector_duration_seconds",
            "node_scrape_collector_success",
            "node_time_seconds",
            "node_uname_info"
        ]
    );
}

#[test]
fn what_is_said_twice_counts_once() {
    let machine = Copy::of("server-6.8", "twice");
    let whole = machine.lines();
    for file in machine.files() {
        let text = fs::read(&file).expect("a file");
        fs::write(&file, [&text[..], b"\n", &text].concat()).expect("writable");
        assert_eq!(machine.lines(), whole, "{}", file.display());
        fs::write(&file, &text).expect("writable");
    }
}

#[test]
fn names_that_are_not_utf_8_are_told_as_well_as_can_be() {
    let machine = Copy::of("sandbox", "names");
    let mounts = b"1 0 0:1 / /mnt/a\\040b rw - ext4 /dev/\xff\\377 rw\n\
        2 0 0:1 / /mnt/\xfe rw - ext4 x\\012y ro\n\
        3 0 0:1 / /mnt/\"\\134 rw - tmpfs  rw\n\
        4 0 0:1 / relative rw - tmpfs a rw\n\
        5 0 0:1 /  rw - tmpfs b rw\n";
    fs::write(machine.0.join("proc/self/mountinfo"), mounts).expect("writable");
    let page = parsed(&machine.1);
    let family = page.family("node_filesystem_readonly").expect("mounts");
    let labels: Vec<Vec<&str>> = family
        .samples
        .iter()
        .map(|sample| {
            let known = sample.labels.iter().filter(|(name, _)| name != "device_error");
            known.map(|(_, value)| value.as_str()).collect()
        })
        .collect();
    assert_eq!(
        labels,
        [
            vec!["/dev/\u{fffd}\u{fffd}", "/mnt/a b", "ext4"],
            vec!["x\ny", "/mnt/\u{fffd}", "ext4"],
            vec!["/mnt/\"\\", "tmpfs"],
            vec!["a", "relative", "tmpfs"],
            vec!["b", "tmpfs"],
        ]
    );
    let values: Vec<_> = family.samples.iter().map(|sample| sample.value.as_str()).collect();
    assert_eq!(values, ["0", "1", "0", "0", "0"]);
}
