//! Counts of allocations: kept by each thread for itself, in memory that is there before the program
//! starts.
//!
//! Imports the rest of `sync`; used by the allocator that counts. The idea to hold: a page of counts has
//! one writer, so counting is a plain load, addition and store. A thread that ends gives its page back
//! with the counts in it, and the next thread that needs one goes on counting there: no count is ever
//! moved, so none is lost. A thread without a page counts with read-modify-writes in the page that all
//! share: while it is getting one (which may allocate), after it gave it back (destructors of its
//! thread-local data may free), and when more than [`MOST`] threads are counting at a time.
//!
//! Whoever reads never finds more freed than allocated. What is freed was allocated before, so it is
//! enough to read what was freed first: [`FREE`] pairs with [`READ`], and whatever passes a block from
//! the thread that allocated it to the one that frees it orders the rest.

#[cfg(not(nunchi_loom))]
mod process;

#[cfg(not(nunchi_loom))]
pub(crate) use process::{allocated, failed, freed, read, reallocated};

use crate::sync::needed::Needed;
use crate::sync::primitive::{AtomicU32, AtomicU64, AtomicUsize, Ordering};

/// Threads that may have a page at a time.
const MOST: usize = if cfg!(nunchi_loom) {
    1
} else if cfg!(miri) {
    16
} else {
    1024
};

/// The counts of one thread at a time, apart from those of the others by two lines of the cache, which
/// processors fetch in pairs.
#[repr(align(128))]
pub(crate) struct Page {
    allocations: AtomicU64,
    allocated_bytes: AtomicU64,
    reallocations: AtomicU64,
    frees: AtomicU64,
    freed_bytes: AtomicU64,
    /// 1 while a thread owns the page.
    owned: AtomicU32,
}

/// All pages.
struct Ledger {
    pages: [Page; MOST],
    /// How many pages were ever owned: those behind them are zero.
    used: AtomicUsize,
    /// Of threads without a page.
    shared: Page,
}

/// What a process has counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) allocations: u64,
    pub(crate) allocated_bytes: u64,
    pub(crate) reallocations: u64,
    pub(crate) frees: u64,
    pub(crate) freed_bytes: u64,
    pub(crate) failures: u64,
}

/// Hands the counts of the last owner to the next one. Pairs with [`ADOPT`].
const RELEASE: Needed<Ordering> = Needed::ordering("ledger_release", Ordering::Release);
/// Pairs with [`RELEASE`].
const ADOPT: Needed<Ordering> = Needed::ordering("ledger_adopt", Ordering::Acquire);
/// Whoever sees something freed also sees it allocated. Pairs with [`READ`].
const FREE: Needed<Ordering> = Needed::ordering("ledger_free", Ordering::Release);
/// Pairs with [`FREE`].
const READ: Needed<Ordering> = Needed::ordering("ledger_read", Ordering::Acquire);

/// How the calling thread may count in a page.
trait Pen {
    fn add(cell: &AtomicU64, amount: u64, order: Ordering);
}

/// The calling thread owns the page: one that loses a race with itself would lose a count.
struct Own;

impl Pen for Own {
    #[inline(always)]
    fn add(cell: &AtomicU64, amount: u64, order: Ordering) {
        cell.store(cell.load(Ordering::Relaxed).wrapping_add(amount), order);
    }
}

/// Others count there as well.
struct Shared;

impl Pen for Shared {
    fn add(cell: &AtomicU64, amount: u64, order: Ordering) {
        cell.fetch_add(amount, order);
    }
}

impl Page {
    #[cfg(not(nunchi_loom))]
    const fn new() -> Self {
        Self {
            allocations: AtomicU64::new(0),
            allocated_bytes: AtomicU64::new(0),
            reallocations: AtomicU64::new(0),
            frees: AtomicU64::new(0),
            freed_bytes: AtomicU64::new(0),
            owned: AtomicU32::new(0),
        }
    }

    #[cfg(nunchi_loom)]
    fn new() -> Self {
        let zero = || AtomicU64::new(0);
        Self {
            allocations: zero(),
            allocated_bytes: zero(),
            reallocations: zero(),
            frees: zero(),
            freed_bytes: zero(),
            owned: AtomicU32::new(0),
        }
    }

    // Relaxed, where nothing else is said: what was allocated is read after what was freed, which is
    // ordered, and counts order nothing else.

    #[inline(always)]
    fn allocate<P: Pen>(&self, bytes: u64) {
        P::add(&self.allocations, 1, Ordering::Relaxed);
        P::add(&self.allocated_bytes, bytes, Ordering::Relaxed);
    }

    #[inline(always)]
    fn free<P: Pen>(&self, bytes: u64) {
        P::add(&self.frees, 1, FREE.get());
        P::add(&self.freed_bytes, bytes, FREE.get());
    }

    /// A block that grew was allocated that much more, one that shrank freed that much.
    #[inline(always)]
    fn reallocate<P: Pen>(&self, from: u64, to: u64) {
        P::add(&self.reallocations, 1, Ordering::Relaxed);
        if to >= from {
            P::add(&self.allocated_bytes, to - from, Ordering::Relaxed);
        } else {
            P::add(&self.freed_bytes, from - to, FREE.get());
        }
    }

    /// Gives the page back as it is. The caller owns it, and counts no more.
    fn release(&self) {
        self.owned.store(0, RELEASE.get());
    }
}

impl Ledger {
    #[cfg(not(nunchi_loom))]
    const fn new() -> Self {
        // A constant is what an array can be filled with; each element is a page of its own.
        #[allow(clippy::declare_interior_mutable_const)]
        const EMPTY: Page = Page::new();
        Self { pages: [EMPTY; MOST], used: AtomicUsize::new(0), shared: Page::new() }
    }

    #[cfg(nunchi_loom)]
    fn new() -> Self {
        let pages = std::array::from_fn(|_| Page::new());
        Self { pages, used: AtomicUsize::new(0), shared: Page::new() }
    }

    /// A page for the calling thread, if one is free. Never waits.
    fn adopt(&self) -> Option<&Page> {
        let free = |page: &&Page| {
            page.owned.load(Ordering::Relaxed) == 0
                && page.owned.compare_exchange(0, 1, ADOPT.get(), Ordering::Relaxed).is_ok()
        };
        let (at, page) = self.pages.iter().enumerate().find(|(_, page)| free(page))?;
        // Relaxed: whoever sees what is freed of this page sees this too, as it is before it.
        self.used.fetch_max(at + 1, Ordering::Relaxed);
        Some(page)
    }

    fn sum(&self, count: fn(&Page) -> &AtomicU64, order: Ordering) -> u64 {
        let used = self.used.load(Ordering::Relaxed); // As in `adopt`.
        let pages = self.pages.iter().take(used).chain([&self.shared]);
        pages.fold(0, |sum, page| sum.wrapping_add(count(page).load(order)))
    }

    fn read(&self) -> Counts {
        // In this order, see above.
        let (frees, freed_bytes) = (
            self.sum(|page| &page.frees, READ.get()),
            self.sum(|page| &page.freed_bytes, READ.get()),
        );
        Counts {
            allocations: self.sum(|page| &page.allocations, Ordering::Relaxed),
            allocated_bytes: self.sum(|page| &page.allocated_bytes, Ordering::Relaxed),
            reallocations: self.sum(|page| &page.reallocations, Ordering::Relaxed),
            frees,
            freed_bytes,
            failures: 0,
        }
    }
}

#[cfg(all(test, nunchi_loom))]
#[path = "models.rs"]
mod loom;
