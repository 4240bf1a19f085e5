//! Where instruments keep exemplars.
//!
//! The idea to hold: an instrument without one has nothing but room for an address. Its places are
//! made when the first exemplar comes, and live as long as the instrument. A place keeps an exemplar
//! until a page has shown it; the next one that comes after that takes its place. So a page has the
//! first of each bucket since the page before, and one that comes when none is due costs two loads
//! and asks no clock.

use crate::model::{Exemplar, Kept, Time, Visitor};
use crate::sync::annex::Annexed;
use crate::sync::clock;
use crate::sync::showcase::Showcase;
use once_cell::race::OnceBox;

/// Keeps one exemplar until a page has shown it.
type Place = Showcase<Kept>;

/// What a counter has added in fractions, with the place of its exemplar, once there was one.
#[derive(Debug)]
pub(super) struct Fraction(Annexed<Place>);

impl Fraction {
    pub(super) fn zero() -> Self {
        Self(Annexed::zero())
    }

    #[inline]
    pub(super) fn load(&self) -> f64 {
        self.0.load()
    }

    /// The total, if there was no exemplar.
    #[inline(always)]
    pub(super) fn alone(&self) -> Option<f64> {
        self.0.alone()
    }

    #[inline(always)]
    pub(super) fn add(&self, amount: f64) {
        self.0.add(amount);
    }

    #[inline(always)]
    pub(super) fn is_due(&self) -> bool {
        self.0.company().map_or(true, Place::has_room)
    }

    /// Keeps the exemplar of an addition, if it was one.
    #[inline(never)]
    pub(super) fn keep(&self, amount: f64, exemplar: Exemplar<'_>) {
        if amount >= 0.0 && amount.is_finite() {
            let place = || Some(self.0.company_or_make(Place::default));
            keep(exemplar, amount + 0.0, place); // Not -0.0.
        }
    }

    /// Copies the exemplar, if there is one and the page shows it.
    pub(super) fn show<'s>(
        &self,
        visitor: &dyn Visitor,
        into: &'s mut Vec<Kept>,
    ) -> Option<&'s Kept> {
        let place = self.0.company().filter(|_| visitor.shows_exemplars())?;
        show(std::slice::from_ref(place), into).first()
    }
}

/// One place for each bucket of a histogram, once there was an exemplar.
#[derive(Debug)]
pub(super) struct Places(OnceBox<Box<[Place]>>);

impl Places {
    pub(super) fn new() -> Self {
        Self(OnceBox::new())
    }

    #[inline(always)]
    pub(super) fn is_due(&self, bucket: usize) -> bool {
        let place = self.0.get().and_then(|places| places.get(bucket));
        place.map_or(true, Place::has_room)
    }

    /// Keeps the exemplar of a value in one of so many buckets, unless it is NaN.
    #[inline(never)]
    pub(super) fn keep(&self, buckets: usize, bucket: usize, value: f64, exemplar: Exemplar<'_>) {
        if !value.is_nan() {
            let make = || Box::new((0..buckets).map(|_| Place::default()).collect());
            keep(exemplar, value, || self.0.get_or_init(make).get(bucket));
        }
    }

    /// Copies the exemplars, if there are some and the page shows them: as many places as buckets, or
    /// none.
    #[inline]
    pub(super) fn show<'s>(&self, visitor: &dyn Visitor, into: &'s mut Vec<Kept>) -> &'s [Kept] {
        match self.0.get() {
            Some(places) if visitor.shows_exemplars() => show(places, into),
            _ => &[],
        }
    }
}

/// Keeps the exemplar of a value, if it is valid, where `place` says.
#[inline]
fn keep<'p>(exemplar: Exemplar<'_>, value: f64, place: impl Fn() -> Option<&'p Place>) {
    // Code of the user runs here, and not while the place is taken.
    exemplar.resolve(|exemplar| {
        let Some(labels) = exemplar.judged() else { return };
        let Some(place) = place() else { return };
        let time_ms = match exemplar.time {
            Time::Now => clock::coarse_time_of_day_ms(),
            Time::At(time) => clock::since_epoch_ms(time),
            Time::Unknown => 0,
        };
        place.put(|kept| kept.fill(labels, value, time_ms));
    });
}

/// Copies what places keep; all of them, if one is there.
#[cold]
#[inline(never)]
fn show<'s>(places: &[Place], into: &'s mut Vec<Kept>) -> &'s [Kept] {
    let mut is_any = false;
    into.resize_with(places.len().max(into.len()), Kept::default);
    for (place, kept) in places.iter().zip(into.iter_mut()) {
        kept.is_there = false;
        is_any |= place.look(|own| kept.spell(own));
    }
    into.get(..places.len()).filter(|_| is_any).unwrap_or_default()
}
