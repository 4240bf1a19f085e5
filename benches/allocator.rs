//! What counting costs an allocator.
//!
//! `cargo bench --bench allocator --features allocator`. The allocators are called directly, so that
//! neither is the global one.

use criterion::{criterion_group, criterion_main, Criterion};
use nunchi::collector::Counting;
use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

static COUNTING: Counting<System> = Counting::new(System);
static COUNTING_NOTHING: Counting<Nothing> = Counting::new(Nothing);
static BLOCK: [u64; 8] = [0; 8];

/// Gives everybody the same block: what is left is the counting.
struct Nothing;

// SAFETY: nobody uses the block.
unsafe impl GlobalAlloc for Nothing {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        black_box(BLOCK.as_ptr().cast_mut().cast())
    }

    unsafe fn dealloc(&self, block: *mut u8, _: Layout) {
        black_box(block);
    }
}

#[inline]
fn pair(allocator: &impl GlobalAlloc) {
    let layout = Layout::new::<[u8; 64]>();
    // SAFETY: the size is not zero, and the block is freed as it was allocated.
    unsafe { allocator.dealloc(black_box(allocator.alloc(layout)), layout) };
}

fn counting(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("allocator/64 bytes, and back");
    group.bench_function("bare", |bencher| bencher.iter(|| pair(&System)));
    group.bench_function("counting", |bencher| bencher.iter(|| pair(&COUNTING)));
    group.bench_function("bare, two threads", |bencher| {
        bencher.iter_custom(|iterations| two_threads(iterations, || pair(&System)));
    });
    group.bench_function("counting, two threads", |bencher| {
        bencher.iter_custom(|iterations| two_threads(iterations, || pair(&COUNTING)));
    });
    group.bench_function("no allocator", |bencher| bencher.iter(|| pair(&Nothing)));
    group.bench_function("no allocator, counting", |bencher| {
        bencher.iter(|| pair(&COUNTING_NOTHING));
    });
    group.bench_function("no allocator, counting, two threads", |bencher| {
        bencher.iter_custom(|iterations| two_threads(iterations, || pair(&COUNTING_NOTHING)));
    });
    group.finish();
}

/// The time that `iterations` rounds take in each of two threads that start together.
fn two_threads(iterations: u64, work: impl Fn() + Sync) -> Duration {
    let ready = AtomicU32::new(0);
    let run = || {
        ready.fetch_add(1, Ordering::SeqCst);
        while ready.load(Ordering::SeqCst) < 2 {
            std::hint::spin_loop();
        }
        let start = Instant::now();
        (0..iterations).for_each(|_| work());
        start.elapsed()
    };
    thread::scope(|scope| {
        let other = scope.spawn(run);
        run().max(other.join().expect("the other thread works"))
    })
}

criterion_group!(benches, counting);
criterion_main!(benches);
