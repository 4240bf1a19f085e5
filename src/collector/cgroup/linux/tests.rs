//! Where groups are, by what the kernel says on machines of several kinds.

use super::group::{cpu_max, max, quota, Limit};
use super::place::{Place, Places};
use proptest::prelude::*;
use std::path::Path;

fn place(groups: &str, mounts: &str, controller: &str) -> Option<(String, usize)> {
    let rootfs = Path::new("/");
    let places = Places { groups: groups.as_bytes(), mounts: mounts.as_bytes(), rootfs };
    let Place { directory, depth } = places.of(controller)?;
    Some((directory.display().to_string(), depth))
}

const UNIFIED: &str = "29 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n";
const SEPARATE: &str = "30 23 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n\
    31 23 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n\
    32 23 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";

#[test]
fn a_service_of_a_machine_with_one_hierarchy() {
    let groups = "0::/system.slice/omok.service\n";
    let expected = ("/sys/fs/cgroup/system.slice/omok.service".to_owned(), 2);
    assert_eq!(place(groups, UNIFIED, ""), Some(expected));
    assert_eq!(place(groups, UNIFIED, "memory"), None);
}

#[test]
fn a_container_with_a_namespace_of_its_own() {
    assert_eq!(place("0::/\n", UNIFIED, ""), Some(("/sys/fs/cgroup".to_owned(), 0)));
}

#[test]
fn a_machine_with_both_versions() {
    let groups = "5:cpu,cpuacct:/a\n4:memory:/a/b\n0::/c\n";
    let at = |controller| place(groups, SEPARATE, controller);
    assert_eq!(at("memory"), Some(("/sys/fs/cgroup/memory/a/b".to_owned(), 2)));
    assert_eq!(at("cpuacct"), Some(("/sys/fs/cgroup/cpu,cpuacct/a".to_owned(), 1)));
    assert_eq!(at(""), Some(("/sys/fs/cgroup/unified/c".to_owned(), 1)));
    assert_eq!(at("pids"), None);
}

#[test]
fn a_container_that_sees_its_group_by_the_name_on_the_host() {
    let groups = "4:memory:/docker/9f2c\n";
    let mounts = "30 23 0:27 /docker/9f2c /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n";
    assert_eq!(place(groups, mounts, "memory"), Some(("/sys/fs/cgroup/memory".to_owned(), 0)));
}

#[test]
fn a_group_outside_of_what_is_visible_is_none() {
    assert_eq!(place("0::/../../other\n", UNIFIED, ""), None);
}

#[test]
fn lines_that_are_cut_short_are_none() {
    let groups = "0::/system.slice/omok.service\n";
    for end in 0..groups.len() {
        assert_eq!(place(&groups[..end], UNIFIED, ""), None, "{end}");
    }
    for end in 0..UNIFIED.len() {
        assert_eq!(place(groups, &UNIFIED[..end], ""), None, "{end}");
    }
}

#[test]
fn limits_are_numbers_or_none_or_not_understood() {
    assert_eq!(cpu_max(b"50000 100000\n"), Some(Limit::At(0.5)));
    assert_eq!(cpu_max(b"max 100000\n"), Some(Limit::Unlimited));
    for text in ["0 100000\n", "5 0\n", "50000 100000", "50000", "", "-1 5\n", "max"] {
        assert_eq!(cpu_max(text.as_bytes()), None, "{text:?}");
    }
    assert_eq!(max(b"536870912\n"), Some(Limit::At(536_870_912)));
    assert_eq!(max(b"max\n"), Some(Limit::Unlimited));
    assert_eq!(quota(b"-1\n"), Some(Limit::Unlimited));
    for text in ["ma\n", "536870912", "-2\n", "99999999999999999999\n"] {
        assert_eq!((max(text.as_bytes()), quota(text.as_bytes())), (None, None), "{text:?}");
    }
}

proptest! {
    #[test]
    fn noise_is_no_reason_to_panic(
        groups in prop::collection::vec(any::<u8>(), 0..100),
        mounts in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let rootfs = Path::new("/");
        for controller in ["", "memory"] {
            Places { groups: &groups, mounts: &mounts, rootfs }.of(controller);
        }
        Places { groups: b"0::/a\n", mounts: &[UNIFIED.as_bytes(), &mounts].concat(), rootfs }.of("");
        cpu_max(&groups);
    }
}
