//! What the machine allows: the same loops around the bare instruction or copy.

use crate::measure::Subject;
use crate::operation::Operation;
use crate::threads::Aligned;
use crate::workload::{self, Random};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

type Line = Aligned<AtomicU64>;

/// One series for each pair of label values.
const SERIES: usize = 1024;

thread_local! {
    static CELLS: [AtomicU64; SERIES] = const { [const { AtomicU64::new(0) }; SERIES] };
}

/// The bare work of an operation: once on cells that all threads share, once on cells of the
/// thread, to which nobody else writes. A sum of a histogram is not consistent with its buckets
/// here, and no bucket is searched.
pub fn subjects(operation: Operation) -> Vec<Subject> {
    match operation {
        Operation::Inc | Operation::Site | Operation::AddInteger => vec![
            Subject::steps("limit: shared fetch_add", Line::default(), |cell| {
                cell.0.fetch_add(1, Relaxed);
            }),
            Subject::steps("limit: load and store of a thread-local", (), |()| {
                CELLS.with(|cells| own_add(&cells[0]));
            }),
        ],
        Operation::IncFloat | Operation::AddFloat => vec![
            Subject::steps("limit: shared compare-exchange", Line::default(), |cell| {
                float_add(&cell.0, 1.5);
            }),
            Subject::steps("limit: load and store of a thread-local", (), |()| {
                CELLS.with(|cells| own_float_add(&cells[0], 1.5));
            }),
        ],
        Operation::Set => vec![Subject::values("limit: store", Line::default(), |cell, value| {
            cell.0.store(value.to_bits(), Relaxed);
        })],
        Operation::Observe11 | Operation::Observe50 | Operation::Summary => {
            let shared = (Line::default(), Line::default());
            vec![
                Subject::values("limit: shared bucket and sum", shared, |(bucket, sum), value| {
                    bucket.0.fetch_add(1, Relaxed);
                    float_add(&sum.0, value);
                }),
                Subject::values("limit: bucket and sum of a thread-local", (), |(), value| {
                    CELLS.with(|cells| {
                        own_add(&cells[0]);
                        own_float_add(&cells[1], value);
                    });
                }),
            ]
        }
        Operation::Pair | Operation::Choices => {
            let places = Box::leak(workload::places(SERIES));
            let cells: Vec<Line> = (0..SERIES).map(|_| Line::default()).collect();
            vec![
                Subject::over("limit: shared fetch_add by index", cells, places, |cells, at| {
                    cells[at].0.fetch_add(1, Relaxed);
                }),
                Subject::over("limit: thread-local by index", (), places, |(), at| {
                    CELLS.with(|cells| own_add(&cells[at]));
                }),
            ]
        }
    }
}

/// Atomic only in name: no other thread writes the cell.
fn own_add(cell: &AtomicU64) {
    cell.store(cell.load(Relaxed) + 1, Relaxed);
}

fn own_float_add(cell: &AtomicU64, value: f64) {
    cell.store((f64::from_bits(cell.load(Relaxed)) + value).to_bits(), Relaxed);
}

fn float_add(cell: &AtomicU64, value: f64) {
    let mut bits = cell.load(Relaxed);
    while let Err(now) =
        cell.compare_exchange_weak(bits, (f64::from_bits(bits) + value).to_bits(), Relaxed, Relaxed)
    {
        bits = now;
    }
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
    for (line, follower) in next.iter_mut().zip(order) {
        line[0] = follower;
    }
    Subject::new("limit: one dependent cache miss", move |start, count| {
        let mut at = start as u32 % LINES as u32;
        for _ in 0..count {
            at = next[at as usize][0];
        }
        black_box(at);
    })
}

/// Cells without names, by index: what [`crate::stall`] does with a series.
pub struct Cells(Vec<AtomicU64>);

impl Cells {
    pub fn new(count: usize) -> Self {
        Self((0..count).map(|_| AtomicU64::new(0)).collect())
    }

    pub fn inc(&self, at: usize) {
        self.0[at].fetch_add(1, Relaxed);
    }
}

/// Copies a page of so many bytes.
pub fn copy(bytes: usize) -> impl FnMut() -> usize + Send {
    let page = vec![b'x'; bytes];
    let mut copy = Vec::with_capacity(bytes);
    move || {
        copy.clear();
        copy.extend_from_slice(black_box(&page));
        black_box(&copy).len()
    }
}

/// Copies a page and formats one value for each series.
pub fn copy_and_digits(bytes: usize, series: usize) -> impl FnMut() -> usize {
    let values: Vec<u64> = (0..series).map(workload::value).collect();
    let mut copy = copy(bytes);
    move || {
        for &value in &values {
            black_box(itoa::Buffer::new().format(value));
        }
        copy()
    }
}
