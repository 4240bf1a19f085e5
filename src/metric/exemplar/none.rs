//! In a build without a format that shows exemplars none is kept, nor is there room for one.

use crate::model::Exemplar;
use crate::sync::float::AtomicF64;
use crate::sync::primitive::Ordering;

/// What a counter has added in fractions.
#[derive(Debug)]
pub(super) struct Fraction(AtomicF64);

impl Fraction {
    #[inline(always)]
    pub(super) fn zero() -> Self {
        Self(AtomicF64::zero())
    }

    #[inline(always)]
    pub(super) fn load(&self) -> f64 {
        self.0.load(Ordering::Relaxed) // A total orders nothing else.
    }

    #[inline(always)]
    pub(super) fn add(&self, amount: f64) {
        self.0.add(amount, Ordering::Relaxed); // A total orders nothing else.
    }

    #[inline(always)]
    pub(super) fn is_due(&self) -> bool {
        false
    }

    #[inline(always)]
    pub(super) fn keep(&self, _: f64, _: Exemplar<'_>) {}
}

/// The places of a histogram's exemplars.
#[derive(Debug)]
pub(super) struct Places;

impl Places {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Self
    }

    #[inline(always)]
    pub(super) fn is_due(&self, _: usize) -> bool {
        false
    }

    #[inline(always)]
    pub(super) fn keep(&self, _: usize, _: usize, _: f64, _: Exemplar<'_>) {}
}
