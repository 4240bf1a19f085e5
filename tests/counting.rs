//! The allocator that counts, as the global allocator: exact, whoever allocates and whenever.
//!
//! A binary of its own without the harness, whose threads would allocate as well: what is compared are
//! the counts of the process.

use nunchi::collector::{AllocatorCollector, Counting};
use nunchi::Registry;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::RefCell;
use std::hint::black_box;
use std::thread;
use std::time::Duration;

#[global_allocator]
static ALLOCATOR: Counting<Fickle> = Counting::new(Fickle);

/// The allocator of the system, which has no block of this size.
struct Fickle;

const NEVER: usize = 77_777;

// SAFETY: passes on what it is asked, or says that there is nothing.
unsafe impl GlobalAlloc for Fickle {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() == NEVER {
            return std::ptr::null_mut();
        }
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }
}

fn main() {
    // A harness would have options; this has every test, each time.
    each_call_counts_what_it_does();
    collections_of_std_add_up();
    a_thousand_short_threads_are_exact_also_in_their_destructors();
    no_page_shows_more_freed_than_allocated();
    println!("allocations are counted: 4 tests passed");
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counts {
    allocations: i64,
    frees: i64,
    reallocations: i64,
    allocated: i64,
    freed: i64,
    live: i64,
    failures: i64,
}

/// Room for the page, so that reading the counts changes none of them from the second time on.
struct Reader {
    registry: Registry,
    page: Vec<u8>,
}

impl Reader {
    fn new() -> Self {
        let registry = Registry::new();
        registry.register(AllocatorCollector::new()).unwrap();
        let mut reader = Self { registry, page: Vec::with_capacity(1 << 16) };
        for _ in 0..3 {
            reader.read();
        }
        reader
    }

    fn read(&mut self) -> Counts {
        self.page.clear();
        nunchi::encode(&self.registry, nunchi::Format::Text, &mut self.page);
        let page = std::str::from_utf8(&self.page).unwrap();
        let value = |name: &str| {
            let mut lines = page.lines().filter_map(|line| line.strip_prefix(name));
            lines.find_map(|rest| rest.strip_prefix(' ')?.parse().ok()).unwrap()
        };
        Counts {
            allocations: value("alloc_allocations_total"),
            frees: value("alloc_deallocations_total"),
            reallocations: value("alloc_reallocations_total"),
            allocated: value("alloc_allocated_bytes_total"),
            freed: value("alloc_deallocated_bytes_total"),
            live: value("alloc_live_bytes"),
            failures: value("alloc_failures_total"),
        }
    }

    /// What was counted while `work` ran.
    fn during(&mut self, work: impl FnOnce()) -> Counts {
        let before = self.read();
        work();
        let after = self.read();
        Counts {
            allocations: after.allocations - before.allocations,
            frees: after.frees - before.frees,
            reallocations: after.reallocations - before.reallocations,
            allocated: after.allocated - before.allocated,
            freed: after.freed - before.freed,
            live: after.live - before.live,
            failures: after.failures - before.failures,
        }
    }
}

const NOTHING: Counts = Counts {
    allocations: 0,
    frees: 0,
    reallocations: 0,
    allocated: 0,
    freed: 0,
    live: 0,
    failures: 0,
};

fn each_call_counts_what_it_does() {
    let mut reader = Reader::new();
    assert_eq!(reader.during(|| ()), NOTHING);
    let counts = reader.during(|| {
        let layout = Layout::from_size_align(100, 8).unwrap();
        let larger = Layout::from_size_align(300, 8).unwrap();
        let smaller = Layout::from_size_align(40, 8).unwrap();
        let never = Layout::from_size_align(NEVER, 8).unwrap();
        let allocator = black_box(&ALLOCATOR); // Calls of the global functions may be left out.
                                               // SAFETY: no size is zero, and each block is passed on with the layout that it has.
        unsafe {
            let zeroed = allocator.alloc_zeroed(layout);
            assert!((0..100).all(|at| *zeroed.add(at) == 0));
            let block = allocator.realloc(allocator.alloc(layout), layout, 300);
            let block = allocator.realloc(block, larger, 40);
            assert!(allocator.alloc(never).is_null());
            assert!(allocator.alloc_zeroed(never).is_null());
            assert!(allocator.realloc(block, smaller, NEVER).is_null());
            allocator.dealloc(block, smaller);
            allocator.dealloc(zeroed, layout);
        }
    });
    let expected = Counts {
        allocations: 2,
        frees: 2,
        reallocations: 2,
        allocated: 100 + 100 + 200,
        freed: 260 + 40 + 100,
        live: 0,
        failures: 3,
    };
    assert_eq!(counts, expected);
}

fn collections_of_std_add_up() {
    let mut reader = Reader::new();
    let mut kept = None;
    let counts = reader.during(|| kept = Some(black_box(Vec::<u8>::with_capacity(1000))));
    assert_eq!((counts.allocations, counts.frees, counts.live), (1, 0, 1000));
    let counts = reader.during(|| {
        kept.as_mut().unwrap().resize(5000, 1);
        let text = "x".repeat(50);
        drop(text);
    });
    assert_eq!((counts.reallocations, counts.live), (1, 4000));
    let counts = reader.during(|| kept = None);
    assert_eq!((counts.allocations, counts.frees, counts.live), (0, 1, -5000));
}

/// Allocates and frees when its thread's data is destroyed, of which some is there before the thread
/// counts for the first time and some after, so that one of both runs when the page is given back.
#[allow(clippy::vec_box)] // Many blocks are what is wanted.
struct Late(Vec<Box<[u8; 24]>>);

impl Drop for Late {
    fn drop(&mut self) {
        self.0.clear();
        (0..20).for_each(|_| drop(black_box(Box::new([0_u8; 48]))));
    }
}

thread_local! {
    static EARLY: RefCell<Option<Late>> = const { RefCell::new(None) };
    static LATER: RefCell<Option<Late>> = const { RefCell::new(None) };
}

fn short_life() {
    EARLY.with(|cell| *cell.borrow_mut() = Some(Late(Vec::new())));
    let mut blocks: Vec<Box<[u8; 24]>> = (0..100).map(|_| black_box(Box::new([7; 24]))).collect();
    EARLY.with(|cell| cell.borrow_mut().as_mut().unwrap().0 = blocks.split_off(50));
    LATER.with(|cell| *cell.borrow_mut() = Some(Late(blocks)));
}

fn a_thousand_short_threads_are_exact_also_in_their_destructors() {
    let mut reader = Reader::new();
    let run = |threads: usize| {
        for _ in 0..threads / 8 {
            let started: Vec<_> = (0..8).map(|_| thread::spawn(short_life)).collect();
            started.into_iter().for_each(|thread| thread.join().unwrap());
        }
    };
    run(64); // What the first ones leave behind in `std` stays.
    thread::sleep(Duration::from_millis(50)); // Joined, a thread of the system has still to end.
    let eight = reader.during(|| {
        run(8);
        thread::sleep(Duration::from_millis(50));
    });
    assert_eq!(eight.live, 0, "{eight:?}");
    assert_eq!(eight.allocations, eight.frees);
    let counts = reader.during(|| {
        run(1000);
        thread::sleep(Duration::from_millis(100));
    });
    assert_eq!(counts.allocations, counts.frees);
    assert_eq!((counts.live, counts.allocated), (0, counts.freed));
    // Eight threads allocate what each other eight do.
    assert_eq!(counts.allocations, eight.allocations * 125, "{eight:?}");
    assert_eq!(counts.allocated, eight.allocated * 125);
}

fn no_page_shows_more_freed_than_allocated() {
    let rounds = if cfg!(debug_assertions) { 100_000 } else { 1_000_000 };
    let (blocks, freed) = std::sync::mpsc::sync_channel::<Box<[u8; 32]>>(64);
    let mut reader = Reader::new();
    thread::scope(|scope| {
        scope.spawn(move || {
            for _ in 0..rounds {
                if blocks.send(Box::new([1; 32])).is_err() {
                    return;
                }
            }
        });
        let freeing = scope.spawn(move || freed.into_iter().for_each(drop));
        let mut pages = 0;
        let mut last = reader.read();
        while !freeing.is_finished() {
            let counts = reader.read();
            assert!(counts.live > 0 && counts.frees <= counts.allocations, "{counts:?}");
            assert!(counts.allocations >= last.allocations && counts.freed >= last.freed);
            last = counts;
            pages += 1;
        }
        assert!(pages > 0);
    });
}
