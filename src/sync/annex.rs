//! A total in one word, which moves out when it has to make room for company.
//!
//! Imports the rest of `sync`; used by the counter, most of which never have any company and must not
//! grow for those that do. The idea to hold: a total of what is never negative does not need the sign
//! bit of a float. While the bit is clear, the word is the total. Where it is set, the word is the
//! address of an *annex*, in which the total stands beside its company. The word changes from the one
//! to the other once, by an exchange that fails if anything was added meanwhile; so no addition is
//! lost, and whoever finds the bit set adds to the total in the annex.

mod word;

use super::float::AtomicF64;
use super::needed::Needed;
use super::primitive::Ordering;
use std::fmt;
use word::{Content, Word};

/// A total, and perhaps a `T`.
pub(crate) struct Annexed<T>(Word<Annex<T>>);

struct Annex<T> {
    total: AtomicF64,
    company: T,
}

/// Pairs with [`ADDRESS`]: the annex is there.
const PUBLISH: Needed<Ordering> = Needed::ordering("annex_publish", Ordering::Release);
/// Pairs with [`PUBLISH`].
const ADDRESS: Needed<Ordering> = Needed::ordering("annex_address", Ordering::Acquire);

impl<T> Annexed<T> {
    /// Zero, without company.
    pub(crate) fn zero() -> Self {
        Self(Word::new(0.0))
    }

    /// The total.
    #[inline]
    pub(crate) fn load(&self) -> f64 {
        self.alone().unwrap_or_else(|| self.load_from_annex())
    }

    /// The total while there is no company.
    #[inline(always)]
    pub(crate) fn alone(&self) -> Option<f64> {
        match self.0.load(Ordering::Relaxed).content() {
            Content::Total(total) => Some(total),
            Content::Annex(_) => None, // The address is not followed.
        }
    }

    #[cold]
    #[inline(never)]
    fn load_from_annex(&self) -> f64 {
        self.annex().map_or(0.0, |annex| annex.total.load(Ordering::Relaxed)) // It orders nothing else.
    }

    /// Adds what is neither negative nor NaN; a total orders nothing else.
    #[inline(always)]
    pub(crate) fn add(&self, amount: f64) {
        let mut seen = self.0.load(Ordering::Relaxed); // Checked by the exchange.
        while let Content::Total(total) = seen.content() {
            match self.0.exchange_total(seen, total + amount) {
                Ok(()) => return,
                Err(now) => seen = now,
            }
        }
        self.add_in_annex(amount);
    }

    #[cold]
    #[inline(never)]
    fn add_in_annex(&self, amount: f64) {
        if let Some(annex) = self.annex() {
            annex.total.add(amount, Ordering::Relaxed); // It orders nothing else.
        }
    }

    /// The company.
    #[inline(always)]
    pub(crate) fn company(&self) -> Option<&T> {
        self.annex().map(|annex| &annex.company)
    }

    /// The company, which is made if there is none. Allocates then.
    #[inline]
    pub(crate) fn company_or_make(&self, make: impl FnOnce() -> T) -> &T {
        match self.company() {
            Some(company) => company,
            None => self.make_company(make()),
        }
    }

    #[cold]
    #[inline(never)]
    fn make_company(&self, company: T) -> &T {
        let mut made = Box::new(Annex { total: AtomicF64::zero(), company });
        loop {
            let seen = self.0.load(ADDRESS.get());
            match seen.content() {
                // SAFETY: as in `annex`.
                Content::Annex(annex) => return unsafe { &(*annex).company },
                Content::Total(total) => made.total = AtomicF64::new(total),
            }
            let annex = Box::into_raw(made);
            if self.0.exchange_annex(seen, annex, PUBLISH.get()) {
                // SAFETY: it was put there just now, and is freed by `drop` only.
                return unsafe { &(*annex).company };
            }
            // SAFETY: from `Box::into_raw` above, and not published.
            made = unsafe { Box::from_raw(annex) };
        }
    }

    #[inline(always)]
    fn annex(&self) -> Option<&Annex<T>> {
        match self.0.load(ADDRESS.get()).content() {
            Content::Total(_) => None,
            // SAFETY: put there by `make_company`, whose making of it an Acquire load of the word has
            // made visible. It is freed by `drop` only.
            Content::Annex(annex) => Some(unsafe { &*annex }),
        }
    }
}

impl<T> Drop for Annexed<T> {
    #[inline]
    fn drop(&mut self) {
        // Nobody else is left.
        if let Content::Annex(annex) = self.0.load(Ordering::Relaxed).content() {
            // SAFETY: from `Box::into_raw` in `make_company`, freed only here.
            drop(unsafe { Box::from_raw(annex) });
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
