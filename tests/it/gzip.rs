//! Compressed pages, as others read them.

use crate::support::{collector, page};
use nunchi::http::{respond, Request, Response};
use nunchi::Registry;
use proptest::prelude::*;
use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::thread;
use zlib_rs::crc32::crc32;
use zlib_rs::{Inflate, InflateFlush, Status};

fn ask(registry: &Registry) -> Response {
    respond(registry, &Request::get().accept_encoding("gzip"))
}

/// A page of at least `bytes`.
fn registry(bytes: usize) -> Registry {
    let registry = Registry::new();
    let family = registry.counter("gzip_test_total", "돌.").labels(["n"]).expect("valid");
    for n in 0..=bytes / 40 {
        family.with_values(&[&format!("{n:020}")]).expect("one").inc_by(n as u64);
    }
    registry
}

/// What is inside, if all of it is as RFC 1952 has it.
pub(crate) fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let (header, rest) = bytes.split_at(10);
    assert_eq!(header, [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255]);
    let (deflated, trailer) = rest.split_at(rest.len() - 8);
    let [checksum, length] = [&trailer[..4], &trailer[4..]]
        .map(|word| u32::from_le_bytes(word.try_into().expect("four bytes")));
    let mut text = vec![0; length as usize];
    let mut inflate = Inflate::new(false, 15);
    let status = inflate.decompress(deflated, &mut text, InflateFlush::Finish);
    assert_eq!(status, Ok(Status::StreamEnd));
    assert_eq!(inflate.total_in(), deflated.len() as u64);
    assert_eq!((inflate.total_out(), crc32(0, &text)), (u64::from(length), checksum));
    text
}

#[test]
fn c7_a_page_is_compressed_for_those_who_ask() {
    let registry = registry(200_000);
    let plain = respond(&registry, &Request::get());
    assert_eq!(plain.header("content-encoding"), None);
    let packed = ask(&registry);
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert_eq!(packed.header("content-type"), plain.header("content-type"));
    assert_eq!(packed.header("vary"), Some("Accept, Accept-Encoding"));
    assert_eq!(packed.header("content-length"), Some(&*packed.body.len().to_string()));
    assert!(packed.body.len() < plain.body.len() / 4, "{}", packed.body.len());
    assert_eq!(unpacked(&packed.body), plain.body);
}

#[test]
fn c7_head_describes_the_compressed_page() {
    let registry = registry(10_000);
    let head = respond(&registry, &Request::get().method("HEAD").accept_encoding("gzip"));
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.headers, ask(&registry).headers);
}

#[test]
fn c7_a_page_that_would_grow_or_is_small_stays_as_it_is() {
    let same = |registry: &Registry| {
        let answer = ask(registry);
        assert_eq!(answer.header("content-encoding"), None);
        assert_eq!(answer.body, page(registry).into_bytes());
        assert_eq!(answer.header("vary"), Some("Accept, Accept-Encoding"));
    };
    same(&Registry::new());
    same(&registry(100));
    // Characters of four bytes by chance: nothing repeats, and there is no room for fewer bits.
    let mut random = 1_u64;
    let mut text = |chars| {
        (0..chars)
            .map(|_| loop {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                if let Some(char) = char::from_u32((random >> 40) as u32 & 0x1f_ffff) {
                    return char;
                }
            })
            .collect::<String>()
    };
    let noise = Registry::new();
    let family = noise.gauge("gzip_noise", "Noise.").labels(["n"]).expect("valid");
    family.with_values(&[&text(50_000)]).expect("one").set(1);
    family.with_values(&[&text(50_000)]).expect("one").set(1);
    assert!(page(&noise).len() > 300_000);
    same(&noise);
}

#[test]
fn the_size_of_a_compressed_page_is_that_of_its_text() {
    let registry = registry(100_000);
    registry.register_self_metrics().expect("once");
    let text = unpacked(&ask(&registry).body);
    assert!(page(&registry).contains(&format!("\nnunchi_scrape_size_bytes {}\n", text.len())));
}

#[test]
fn collectors_run_once_for_a_page_that_is_encoded_twice() {
    let registry = Registry::new();
    let runs = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
    let counted = std::sync::Arc::clone(&runs);
    let gauge = collector("gzip_runs", move |out| {
        let runs = counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1;
        out.number("gzip_runs", &[], runs)
    });
    registry.register(gauge).expect("valid");
    let answer = ask(&registry);
    assert_eq!(answer.header("content-encoding"), None);
    assert!(answer.body.ends_with(b"\ngzip_runs 1\n"));
    assert_eq!(runs.load(std::sync::atomic::Ordering::SeqCst), 1);
}

#[test]
fn many_scrapers_at_once_get_the_same() {
    let registry = registry(300_000);
    let plain = page(&registry).into_bytes();
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| (0..5).for_each(|_| assert_eq!(unpacked(&ask(&registry).body), plain)));
        }
    });
}

/// Runs a program that unpacks what it is given, if there is one.
fn unpacked_by(program: &str, arguments: &[&str], packed: &[u8]) -> Option<Vec<u8>> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
    let Ok(mut child) = command.spawn() else {
        let skip = "SKIP other_implementations_unpack_the_same: there is no";
        // Nobody listening is no reason to fail.
        let _ = writeln!(io::stderr(), "{skip} {program}");
        return None;
    };
    let mut input = child.stdin.take().expect("a pipe");
    let packed = packed.to_vec();
    let feeder = thread::spawn(move || input.write_all(&packed));
    let output = child.wait_with_output().expect("it runs");
    feeder.join().expect("no panic").expect("it takes everything");
    assert!(output.status.success(), "{program}");
    Some(output.stdout)
}

#[test]
fn other_implementations_unpack_the_same() {
    const PYTHON: &str = "import gzip, sys\n\
        sys.stdout.buffer.write(gzip.decompress(sys.stdin.buffer.read()))";
    // Around the sizes of a chunk, and many of them.
    for bytes in [2_000, 65_000, 66_000, 131_000, 3_000_000] {
        let registry = registry(bytes);
        let (packed, plain) = (ask(&registry).body, page(&registry).into_bytes());
        for (program, arguments) in
            [("gzip", &["-d", "-c"][..]), ("python3", &["-c", PYTHON]), ("zstd", &["-d", "-c"])]
        {
            if let Some(unpacked) = unpacked_by(program, arguments, &packed) {
                assert!(unpacked == plain, "{program}, {bytes} bytes");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_page_comes_out_as_it_went_in(
        values in prop::collection::vec("[a-e]{0,300}|\\PC{0,300}", 1..200),
        number: f64,
    ) {
        let registry = Registry::new();
        let family = registry.gauge("gzip_any", "Any.").labels(["value"]).expect("valid");
        for value in &values {
            family.with_values(&[value]).expect("one").set(number);
        }
        let answer = ask(&registry);
        let text = match answer.header("content-encoding") {
            Some(_) => unpacked(&answer.body),
            None => answer.body,
        };
        prop_assert_eq!(text, page(&registry).into_bytes());
    }
}
