//! A total in one word, which moves out when it has to make room for company.
//!
//! Imports the rest of `sync`; used by the counter, most of which never have any company and must not
//! grow for those that do. The idea to hold: a total of what is never negative does not need the sign
//! bit of a float. While the bit is clear, the word is the total. Where it is set, the word is the
//! address of an *annex*, in which the total stands beside its company. The word changes from the one
//! to the other once, by an exchange that fails if anything was added meanwhile; so no addition is
//! lost, and whoever finds the bit set adds to the total in the annex.

use super::float::AtomicF64;
use super::needed::Needed;
use super::primitive::{AtomicU64, Ordering};
use std::fmt;
use std::marker::PhantomData;

/// A total, and perhaps a `T`.
pub(crate) struct Annexed<T> {
    word: AtomicU64,
    owns: PhantomData<Box<Annex<T>>>,
}

struct Annex<T> {
    total: AtomicF64,
    company: T,
}

/// Set where the word is an address.
const IS_ADDRESS: u64 = 1 << 63;

/// Pairs with [`ADDRESS`]: the annex is there.
const PUBLISH: Needed<Ordering> = Needed::ordering("annex_publish", Ordering::Release);
/// Pairs with [`PUBLISH`].
const ADDRESS: Needed<Ordering> = Needed::ordering("annex_address", Ordering::Acquire);

impl<T> Annexed<T> {
    /// Zero, without company.
    pub(crate) fn zero() -> Self {
        Self { word: AtomicU64::new(0), owns: PhantomData }
    }

    /// The total.
    #[inline]
    pub(crate) fn load(&self) -> f64 {
        self.alone().unwrap_or_else(|| self.load_from_annex())
    }

    /// The total while there is no company.
    #[inline(always)]
    pub(crate) fn alone(&self) -> Option<f64> {
        let word = self.word.load(Ordering::Relaxed); // No address is followed.
        (word < IS_ADDRESS).then(|| f64::from_bits(word))
    }

    #[cold]
    #[inline(never)]
    fn load_from_annex(&self) -> f64 {
        let annex = self.annex(self.word.load(ADDRESS.get()));
        annex.map_or(0.0, |annex| annex.total.load(Ordering::Relaxed)) // It orders nothing else.
    }

    /// Adds what is neither negative nor NaN; a total orders nothing else.
    #[inline(always)]
    pub(crate) fn add(&self, amount: f64) {
        let mut word = self.word.load(Ordering::Relaxed); // Checked by the exchange.
        while word < IS_ADDRESS {
            let sum = (f64::from_bits(word) + amount).to_bits();
            let exchange =
                self.word.compare_exchange_weak(word, sum, Ordering::Relaxed, Ordering::Relaxed);
            match exchange {
                Ok(_) => return,
                Err(now) => word = now,
            }
        }
        self.add_in_annex(amount);
    }

    #[cold]
    #[inline(never)]
    fn add_in_annex(&self, amount: f64) {
        if let Some(annex) = self.annex(self.word.load(ADDRESS.get())) {
            annex.total.add(amount, Ordering::Relaxed); // It orders nothing else.
        }
    }

    /// The company.
    #[inline(always)]
    pub(crate) fn company(&self) -> Option<&T> {
        self.annex(self.word.load(ADDRESS.get())).map(|annex| &annex.company)
    }

    /// The company, which is made if there is none. Allocates then.
    #[cold]
    pub(crate) fn company_or_make(&self, make: impl FnOnce() -> T) -> &T {
        let mut word = self.word.load(ADDRESS.get());
        if let Some(annex) = self.annex(word) {
            return &annex.company;
        }
        let total = AtomicF64::new(f64::from_bits(word));
        let mut made = Box::new(Annex { total, company: make() });
        loop {
            let address = Box::into_raw(made);
            // The lowest bit of an address is 0; that leaves a bit to tell addresses.
            let as_word = address as usize as u64 >> 1 | IS_ADDRESS;
            match self.word.compare_exchange(word, as_word, PUBLISH.get(), ADDRESS.get()) {
                // SAFETY: it was put there just now, and is freed by `drop` only.
                Ok(_) => return unsafe { &(*address).company },
                // SAFETY: from `Box::into_raw` above, and not published.
                Err(now) => (word, made) = (now, unsafe { Box::from_raw(address) }),
            }
            if let Some(annex) = self.annex(word) {
                return &annex.company;
            }
            made.total = AtomicF64::new(f64::from_bits(word));
        }
    }

    #[inline(always)]
    fn annex(&self, word: u64) -> Option<&Annex<T>> {
        if word < IS_ADDRESS {
            return None;
        }
        // SAFETY: the address of an annex, whose making an Acquire load of the word has made visible.
        // It is freed by `drop` only.
        Some(unsafe { &*Self::address(word) })
    }

    /// The address that a word is.
    #[inline(always)]
    fn address(word: u64) -> *mut Annex<T> {
        (word << 1) as usize as *mut Annex<T>
    }
}

impl<T> Drop for Annexed<T> {
    #[inline]
    fn drop(&mut self) {
        let word = self.word.load(Ordering::Relaxed); // Nobody else is left.
        if word >= IS_ADDRESS {
            // SAFETY: from `Box::into_raw` in `company_or_make`, freed only here.
            drop(unsafe { Box::from_raw(Self::address(word)) });
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Annexed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let company = self.company();
        f.debug_struct("Annexed").field("total", &self.load()).field("company", &company).finish()
    }
}

#[cfg(all(test, not(nunchi_loom)))]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn the_total_moves_with_what_was_added() {
        let total = Annexed::<String>::zero();
        assert!(total.load() == 0.0 && total.company().is_none());
        total.add(0.25);
        let company = total.company_or_make(|| "here".to_owned());
        assert_eq!((company.as_str(), total.load()), ("here", 0.25));
        total.add(f64::MAX);
        total.add(f64::MAX);
        let same = total.company_or_make(|| unreachable!("it is there"));
        assert!(total.load() == f64::INFINITY && std::ptr::eq(same, company));
    }

    #[test]
    fn no_addition_is_lost_and_all_meet_the_same_company() {
        let (rounds, additions) = if cfg!(miri) { (2, 20) } else { (200, 500) };
        for _ in 0..rounds {
            let made = Arc::new(());
            let total = Annexed::<Arc<()>>::zero();
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        for addition in 0..additions {
                            total.add(0.5);
                            if addition == additions / 2 {
                                total.company_or_make(|| Arc::clone(&made));
                            }
                        }
                    });
                }
            });
            assert_eq!(total.load(), 4.0 * 0.5 * f64::from(additions));
            assert_eq!(Arc::strong_count(&made), 2);
            drop(total);
            assert_eq!(Arc::strong_count(&made), 1);
        }
    }
}

#[cfg(all(test, nunchi_loom))]
#[path = "annex_loom.rs"]
mod loom_model;
