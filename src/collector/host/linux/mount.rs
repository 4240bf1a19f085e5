//! `/proc/<pid>/mountinfo`: which file systems are mounted where.

/// A line. The texts are as the file writes them: with some bytes as octal numbers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mount<'t> {
    pub(super) device: &'t [u8],
    pub(super) point: &'t [u8],
    pub(super) fs_type: &'t [u8],
    pub(super) is_read_only: bool,
}

/// Lines that are whole.
pub(super) fn parse(text: &[u8]) -> impl Iterator<Item = Mount<'_>> {
    text.split_inclusive(|&byte| byte == b'\n').filter_map(|line| {
        // Of fields that may be empty, so that each space counts.
        let mut fields = line.strip_suffix(b"\n")?.split(|&byte| byte == b' ');
        let point = fields.nth(4)?;
        let options = fields.next()?;
        fields.find(|field| field == b"-")?; // Behind optional fields.
        let (fs_type, device) = (fields.next()?, fields.next()?);
        let is_read_only = is_read_only(options) || is_read_only(fields.next()?);
        Some(Mount { device, point, fs_type, is_read_only })
    })
}

fn is_read_only(options: &[u8]) -> bool {
    options.split(|&byte| byte == b',').any(|option| option == b"ro")
}

/// Replaces what `into` holds by the text with its octal numbers, `\040` for a space, as bytes.
pub(super) fn unescape(mut text: &[u8], into: &mut Vec<u8>) {
    into.clear();
    while let [first, rest @ ..] = text {
        let byte = if *first == b'\\' { octal(rest) } else { None };
        into.push(byte.unwrap_or(*first));
        text = rest.get(if byte.is_some() { 3 } else { 0 }..).unwrap_or_default();
    }
}

fn octal(text: &[u8]) -> Option<u8> {
    let mut value = 0_u8;
    for digit in text.get(..3)? {
        let digit = (b'0'..=b'7').contains(digit).then_some(digit & 7)?;
        value = value.checked_mul(8)?.checked_add(digit)?;
    }
    Some(value)
}

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

static LOCAL: [&str; 20] = [
    "bcachefs", "btrfs", "exfat", "ext2", "ext3", "ext4", "f2fs", "hfsplus", "jffs2", "jfs",
    "msdos", "ntfs3", "ramfs", "reiserfs", "rootfs", "tmpfs", "ubifs", "udf", "vfat", "xfs",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octal_numbers_are_bytes() {
        let cases: [(&[u8], &[u8]); 8] = [
            (br"/mnt/my\040disk", b"/mnt/my disk"),
            (br"\011\012\134040", b"\t\n\\040"),
            (br"\377", b"\xff"),
            (br"\400", br"\400"),
            (br"\08x\04", br"\08x\04"),
            (br"\", br"\"),
            (br"\\040", br"\ "),
            (b"", b""),
        ];
        let mut plain = b"left over".to_vec();
        for (text, expected) in cases {
            unescape(text, &mut plain);
            assert_eq!(plain, expected, "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn a_line_that_is_not_whole_is_none() {
        let line = b"36 35 98:0 /sub /mnt rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue\n";
        for end in 0..line.len() {
            assert_eq!(parse(&line[..end]).next(), None, "{end}");
        }
        let device = &b"/dev/root"[..];
        let mount = Mount { device, point: b"/mnt", fs_type: b"ext3", is_read_only: false };
        assert_eq!(parse(line).collect::<Vec<_>>(), [mount]);
    }

    #[test]
    fn a_mount_without_a_device_keeps_its_type() {
        let line = b"36 35 98:0 / /mnt ro - tmpfs  rw\n";
        let mount = Mount { device: b"", point: b"/mnt", fs_type: b"tmpfs", is_read_only: true };
        assert_eq!(parse(line).collect::<Vec<_>>(), [mount]);
    }

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
