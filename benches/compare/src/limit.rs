//! What the machine allows: the same loops around the bare instruction or copy.

use crate::measure::Subject;
use crate::workload::Random;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

const NAME: &str = "limit: ";

/// A cell on a cache line of its own.
#[repr(align(128))]
struct Line(AtomicU64);

fn line() -> &'static Line {
    Box::leak(Box::new(Line(AtomicU64::new(0))))
}

pub fn fetch_add() -> Subject {
    let cell = line();
    Subject::new(concat_name("bare fetch_add"), move |_, count| {
        let cell = black_box(cell); // Not in the loop: its store would stand in front of the lock.
        for _ in 0..count {
            cell.0.fetch_add(1, Relaxed);
        }
    })
}

pub fn store() -> Subject {
    let cell = line();
    Subject::new(concat_name("bare store"), move |_, count| {
        let cell = black_box(cell);
        for at in 0..count {
            cell.0.store((at as f64).to_bits(), Relaxed); // The value is made as for the gauges.
        }
    })
}

fn float_add(cell: &AtomicU64, value: f64) {
    let mut bits = cell.load(Relaxed);
    while let Err(now) =
        cell.compare_exchange_weak(bits, (f64::from_bits(bits) + value).to_bits(), Relaxed, Relaxed)
    {
        bits = now;
    }
}

pub fn float_sum() -> Subject {
    let cell = line();
    Subject::new(concat_name("bare compare-exchange sum"), move |_, count| {
        let cell = black_box(cell);
        for _ in 0..count {
            float_add(&cell.0, 1.0);
        }
    })
}

/// A bucket and a sum, without finding the bucket and without a consistent reading.
pub fn bucket_and_sum() -> Subject {
    let (bucket, sum) = (line(), line());
    Subject::new(concat_name("fetch_add + compare-exchange sum"), move |_, count| {
        let (bucket, sum) = black_box((bucket, sum));
        for at in 0..count {
            bucket.0.fetch_add(1, Relaxed);
            float_add(&sum.0, at as f64);
        }
    })
}

/// The same with a second count: what a reading of one consistent set takes.
pub fn bucket_sum_and_count() -> Subject {
    let (bucket, sum, total) = (line(), line(), line());
    Subject::new(concat_name("that + fetch_add, for a consistent reading"), move |_, count| {
        let (bucket, sum, total) = black_box((bucket, sum, total));
        for at in 0..count {
            bucket.0.fetch_add(1, Relaxed);
            float_add(&sum.0, at as f64);
            total.0.fetch_add(1, Relaxed);
        }
    })
}

/// One line of a 16 MiB array after the other, each known only when the one before was read.
pub fn cache_miss() -> Subject {
    const LINES: usize = 1 << 18;
    let mut order: Vec<u32> = (0..LINES as u32).collect();
    let mut random = Random(3);
    for at in (1..LINES).rev() {
        order.swap(at, random.below(at)); // Sattolo: one cycle through all lines.
    }
    let mut next = vec![[0_u32; 16]; LINES];
    for pair in 0..LINES {
        next[pair][0] = order[pair];
    }
    Subject::new(concat_name("one dependent cache miss"), move |start, count| {
        let mut at = start as u32 % LINES as u32;
        for _ in 0..count {
            at = next[at as usize][0];
        }
        black_box(at);
    })
}

/// Copies a page of so many bytes.
pub fn copy(bytes: usize) -> impl FnMut() {
    let page = vec![b'x'; bytes];
    let mut copy = Vec::with_capacity(bytes);
    move || {
        copy.clear();
        copy.extend_from_slice(black_box(&page));
        black_box(&copy);
    }
}

/// Formats one value for each series.
pub fn digits(series: usize) -> impl FnMut() {
    let values: Vec<u64> = (0..series).map(crate::workload::value).collect();
    move || {
        for &value in &values {
            black_box(itoa::Buffer::new().format(value));
        }
    }
}

fn concat_name(what: &str) -> &'static str {
    format!("{NAME}{what}").leak()
}
