//! Eight bytes that are a float, or a pointer that stays one.
//!
//! Imports `primitive`; used by the annex. The idea to hold: a pointer is more than its address, and
//! what may be done with it is lost where it becomes a number. So the word is an atomic pointer; a
//! float is a pointer to nothing, with the bits of the float for an address. A pointer to an annex is
//! moved to an address whose sign bit is set, and back when it is followed.

use super::super::primitive::Ordering;
use std::marker::PhantomData;
use std::sync::Mutex;

use bits::{Atomic, Bits};
#[cfg(not(target_pointer_width = "64"))]
use number as bits;
#[cfg(target_pointer_width = "64")]
use pointer as bits;

/// Set where the word is an address. No total is negative.
const IS_ADDRESS: u64 = 1 << 63;

/// A total, or the pointer to an annex. An annex has an even address.
pub(super) struct Word<A> {
    bits: Atomic,
    /// Whoever shares a word may put what it has, and somebody else drops it: so that has to be `Send`,
    /// and live as long as the word says, neither of which a box asks for.
    owns: PhantomData<(Box<A>, Mutex<A>)>,
}

/// What was found in a word, which an exchange compares with.
pub(super) struct Seen<A> {
    bits: Bits,
    of: PhantomData<*mut A>,
}

/// What that is.
pub(super) enum Content<A> {
    Total(f64),
    Annex(*mut A),
}

impl<A> Word<A> {
    pub(super) fn new(total: f64) -> Self {
        Self { bits: Atomic::new(bits::of_total(total)), owns: PhantomData }
    }

    #[inline(always)]
    pub(super) fn load(&self, ordering: Ordering) -> Seen<A> {
        Seen::new(self.bits.load(ordering))
    }

    /// Puts a total if nothing has changed, or else answers what is there. It may fail for no reason, and
    /// orders nothing else.
    #[inline(always)]
    pub(super) fn exchange_total(&self, seen: Seen<A>, total: f64) -> Result<(), Seen<A>> {
        let (new, relaxed) = (bits::of_total(total), Ordering::Relaxed);
        match self.bits.compare_exchange_weak(seen.bits, new, relaxed, relaxed) {
            Ok(_) => Ok(()),
            Err(now) => Err(Seen::new(now)),
        }
    }

    /// Puts an annex if nothing has changed; answers whether it did.
    pub(super) fn exchange_annex(&self, seen: Seen<A>, annex: *mut A, publish: Ordering) -> bool {
        let new = bits::of_annex(annex);
        self.bits.compare_exchange(seen.bits, new, publish, Ordering::Relaxed).is_ok()
    }
}

impl<A> Seen<A> {
    #[inline(always)]
    fn new(bits: Bits) -> Self {
        Self { bits, of: PhantomData }
    }

    #[inline(always)]
    pub(super) fn content(&self) -> Content<A> {
        let number = self.bits as u64;
        if number < IS_ADDRESS {
            Content::Total(f64::from_bits(number))
        } else {
            Content::Annex(bits::annex(self.bits))
        }
    }
}

#[cfg(target_pointer_width = "64")]
mod pointer {
    use super::IS_ADDRESS;
    pub(super) type Atomic = crate::sync::primitive::AtomicPtr<u8>;
    pub(super) type Bits = *mut u8;

    #[inline(always)]
    pub(super) fn of_total(total: f64) -> Bits {
        std::ptr::null_mut::<u8>().wrapping_add(total.to_bits() as usize)
    }

    /// The lowest bit of an address is 0; that leaves a bit to tell addresses.
    #[inline(always)]
    pub(super) fn of_annex<A>(annex: *mut A) -> Bits {
        let address = annex as usize >> 1 | IS_ADDRESS as usize;
        annex.cast::<u8>().wrapping_add(address.wrapping_sub(annex as usize))
    }

    /// Twice its address is the annex's, as the highest bit is lost.
    #[inline(always)]
    pub(super) fn annex<A>(bits: Bits) -> *mut A {
        bits.wrapping_add(bits as usize).cast()
    }
}

/// Where pointers are shorter than floats, they have to become numbers.
#[cfg(not(target_pointer_width = "64"))]
mod number {
    use super::IS_ADDRESS;
    pub(super) type Atomic = crate::sync::primitive::AtomicU64;
    pub(super) type Bits = u64;

    pub(super) fn of_total(total: f64) -> Bits {
        total.to_bits()
    }

    pub(super) fn of_annex<A>(annex: *mut A) -> Bits {
        annex as usize as u64 | IS_ADDRESS
    }

    pub(super) fn annex<A>(bits: Bits) -> *mut A {
        (bits & !IS_ADDRESS) as usize as *mut A
    }
}

#[cfg(all(test, not(nunchi_loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_what_was_put() {
        let total = |word: &Word<u64>| match word.load(Ordering::Relaxed).content() {
            Content::Total(total) => Some(total.to_bits()),
            Content::Annex(_) => None,
        };
        let word = Word::<u64>::new(0.0);
        for float in [0.5, f64::MIN_POSITIVE, f64::MAX, f64::INFINITY, 1e-320] {
            while word.exchange_total(word.load(Ordering::Relaxed), float).is_err() {}
            assert_eq!(total(&word), Some(float.to_bits()));
        }
        let (before, mut annex) = (word.load(Ordering::Relaxed), 7_u64);
        assert!(word.exchange_annex(before, &mut annex, Ordering::Release));
        let after = word.load(Ordering::Relaxed);
        let Content::Annex(found) = after.content() else { panic!("an annex") };
        // SAFETY: a pointer to `annex`, which nothing else uses meanwhile.
        unsafe { *found += 1 };
        assert!(
            annex == 8 && word.exchange_total(Word::new(0.0).load(Ordering::Relaxed), 1.0).is_err()
        );
    }
}
