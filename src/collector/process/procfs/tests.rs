use super::*;
use crate::collector::kernel::field;
use proptest::prelude::*;

const STAT: &[u8] = b"731 (server) S 1 731 731 0 -1 4194560 3310 0 12 0 141 32 0 0 20 0 5 0 \
    284416 146092032 1536 18446744073709551615 1 1 0 0 0 0 0 4096 1088 0 0 0 17 1 0 0 0 0 0\n";

const PARSED: Stat = Stat {
    cpu_ticks: Some(173),
    threads: Some(5),
    start_ticks: Some(284_416),
    virtual_bytes: Some(146_092_032),
    resident_pages: Some(1536),
};

fn auxv(pairs: &[(usize, usize)]) -> Vec<u8> {
    pairs
        .iter()
        .flat_map(|(key, value)| [key.to_ne_bytes(), value.to_ne_bytes()].concat())
        .collect()
}

#[test]
fn stat_fields_are_counted_from_the_last_parenthesis() {
    assert_eq!(Stat::parse(STAT), PARSED);
    for name in [&b"a b"[..], b") R 1 2 3 (", b"x\ny", b"\xff\xfe", b")))", b"", b"1 1 1 1"] {
        let (before, after) = STAT.split_at(5);
        let text = [before, name, after.strip_prefix(b"server").unwrap()].concat();
        assert_eq!(Stat::parse(&text), PARSED, "{name:?}");
    }
}

#[test]
fn a_stat_that_is_cut_short_has_whole_numbers_only() {
    for end in 0..STAT.len() {
        let stat = Stat::parse(&STAT[..end]);
        for (value, whole) in [
            (stat.cpu_ticks, PARSED.cpu_ticks),
            (stat.threads, PARSED.threads),
            (stat.start_ticks, PARSED.start_ticks),
            (stat.virtual_bytes, PARSED.virtual_bytes),
            (stat.resident_pages, PARSED.resident_pages),
        ] {
            assert!(value.is_none() || value == whole, "{stat:?}");
        }
    }
}

#[test]
fn fields_are_digits_that_fit() {
    assert_eq!(field::number(b"18446744073709551615"), Some(u64::MAX));
    for field in [&b""[..], b"18446744073709551616", b"+1", b"-1", b"1.5", b"0x1", b"\xd9\xa1"] {
        assert_eq!(field::number(field), None, "{field:?}");
    }
}

#[test]
fn limits_are_the_soft_ones() {
    let text = b"Limit                     Soft Limit           Hard Limit           Units     \n\
        Max open files            1024                 524288               files     \n\
        Max address space         unlimited            unlimited            bytes     \n";
    let limits = Limits::parse(text);
    assert_eq!(limits, Limits { open_files: Some(1024), address_space: Some(u64::MAX) });
    let cut = Limits::parse(&text[..text.len() - 60]);
    assert_eq!(cut, Limits { open_files: Some(1024), address_space: None });
    assert_eq!(Limits::parse(b"Max open filesystems 7 7 files\n"), Limits::default());
}

#[test]
fn auxv_ends_at_null_and_is_plausible() {
    let pairs = [(33, 1), (6, 65536), (17, 100), (0, 0), (6, 4096)];
    let parsed = Auxv { page_size: Some(65536), clock_ticks: Some(100) };
    assert_eq!(Auxv::parse(&auxv(&pairs)), parsed);
    assert_eq!(Auxv::parse(&auxv(&[(6, 5000), (17, 0)])), Auxv::default());
    assert_eq!(Auxv::parse(&auxv(&pairs)[..7]), Auxv::default());
}

#[test]
fn the_page_size_is_bytes_over_pages() {
    assert_eq!(statm::page_size(146_092_032, b"35667 1536 900 12 0 4000 0\n"), Some(4096));
    for (bytes, text) in
        [(4097, &b"1 "[..]), (12288, b"1 "), (4096, b"0 "), (4096, b"1"), (0, b"1 ")]
    {
        assert_eq!(statm::page_size(bytes, text), None);
    }
}

#[test]
fn the_boot_time_is_a_whole_line() {
    assert_eq!(boot::parse(b"cpu  1 2 3\nbtime 1718028360\nprocesses 9\n"), Some(1_718_028_360));
    for text in [&b"btime 17180"[..], b"btime", b"btime \n", b"btime soon\n", b"xbtime 1\n", b""] {
        assert_eq!(boot::parse(text), None, "{text:?}");
    }
}

#[test]
fn a_directory_elsewhere_is_counted_by_its_entries() {
    let root = std::env::temp_dir().join(format!("nunchi-fd-{}", std::process::id()));
    std::fs::create_dir_all(&root).unwrap();
    for name in ["0", "1", "2"] {
        std::fs::write(root.join(name), "").unwrap();
    }
    assert_eq!(fd::count(&root, &|| false), Some(3));
    assert_eq!(fd::count(&root, &|| true), Some(2));
    assert_eq!(fd::count(&root.join("0"), &|| false), None);
    std::fs::remove_dir_all(&root).unwrap();
}

#[test]
fn the_reader_knows_itself() {
    let proc = Path::new("/proc");
    assert!(Procfs::new(proc, None).is_own());
    assert!(Procfs::new(proc, Some(std::process::id())).is_own());
    assert!(!Procfs::new(proc, Some(u32::MAX)).is_own());
    assert!(!Procfs::new(Path::new("/nonexistent"), None).is_own());
}

proptest! {
    #[test]
    fn no_parser_panics(bytes in prop::collection::vec(any::<u8>(), 0..600), size in any::<u64>()) {
        let (stat, limits, auxv) = (Stat::parse(&bytes), Limits::parse(&bytes), Auxv::parse(&bytes));
        let _ = (stat, limits, auxv, statm::page_size(size, &bytes), boot::parse(&bytes));
    }

    #[test]
    fn no_parser_panics_on_what_looks_right(
        text in r"(btime |Max open files |1 \(x\) R )?([0-9]{1,24}|-1|unlimited|\)|[ \n]|\PC){0,40}",
        size in any::<u64>(),
    ) {
        let bytes = text.as_bytes();
        let (stat, limits, auxv) = (Stat::parse(bytes), Limits::parse(bytes), Auxv::parse(bytes));
        let _ = (stat, limits, auxv, statm::page_size(size, bytes), boot::parse(bytes));
    }
}
