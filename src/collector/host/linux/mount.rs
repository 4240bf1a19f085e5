//! Which mounts are told, and which may not answer.

/// Whether node_exporter leaves out what is mounted there, or of that type: the kernel's own, and
/// what containers are made of.
pub(super) fn is_left_out(point: &[u8], fs_type: &[u8]) -> bool {
    let below = |directory: &str| {
        let rest = point.strip_prefix(directory.as_bytes());
        rest.is_some_and(|rest| matches!(rest.first(), None | Some(b'/')))
    };
    let inside = |directory: &str| {
        point.strip_prefix(directory.as_bytes()).is_some_and(|rest| !rest.is_empty())
    };
    ["/dev", "/proc", "/sys"].into_iter().any(below)
        || ["/run/credentials/", "/var/lib/docker/", "/var/lib/containers/storage/"]
            .into_iter()
            .any(inside)
        || NOT_STORAGE.iter().any(|name| name.as_bytes() == fs_type)
}

static NOT_STORAGE: [&str; 25] = [
    "autofs",
    "binfmt_misc",
    "bpf",
    "cgroup",
    "cgroup2",
    "configfs",
    "debugfs",
    "devpts",
    "devtmpfs",
    "erofs",
    "fusectl",
    "hugetlbfs",
    "iso9660",
    "mqueue",
    "nsfs",
    "overlay",
    "proc",
    "procfs",
    "pstore",
    "rpc_pipefs",
    "securityfs",
    "selinuxfs",
    "squashfs",
    "sysfs",
    "tracefs",
];

/// Whether the kernel answers for file systems of this type without asking anybody.
pub(super) fn is_local(fs_type: &[u8]) -> bool {
    LOCAL.iter().any(|name| name.as_bytes() == fs_type)
}

static LOCAL: [&str; 21] = [
    "bcachefs", "btrfs", "exfat", "ext2", "ext3", "ext4", "f2fs", "hfsplus", "jffs2", "jfs",
    "msdos", "ntfs3", "ramfs", "reiserfs", "rootfs", "tmpfs", "ubifs", "udf", "vfat", "xfs", "zfs",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_kernel_and_containers_mount_is_left_out() {
        for point in ["/dev", "/dev/shm", "/sys/fs/x", "/run/credentials/a", "/var/lib/docker/x/y"]
        {
            assert!(is_left_out(point.as_bytes(), b"ext4"), "{point}");
        }
        for point in ["/", "/device", "/run", "/run/credentials/", "/var/lib/docker", "/home/proc"]
        {
            assert!(!is_left_out(point.as_bytes(), b"ext4"), "{point}");
        }
        assert!(is_left_out(b"/", b"overlay"));
    }
}
