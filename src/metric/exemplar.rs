//! Where instruments keep exemplars.
//!
//! The idea to hold: an instrument without one has nothing but room for an address. Its places are
//! made when the first exemplar comes, and live as long as the instrument. A place keeps an exemplar
//! until a page has shown it; the next one that comes after that takes its place. So a page has the
//! first of each bucket since the page before, and one that comes when none is due costs two loads
//! and asks no clock.

use crate::model::{Exemplar, Kept, Time};
use crate::sync::clock;
use crate::sync::showcase::Showcase;

/// Keeps one exemplar until a page has shown it.
pub(super) type Place = Showcase<Kept>;

/// Keeps the exemplar of a value, if it is valid, where `place` says.
pub(super) fn keep<'p>(
    exemplar: Exemplar<'_>,
    value: f64,
    place: impl FnOnce() -> Option<&'p Place>,
) {
    // Code of the user runs here, and not while the place is taken.
    let Some(exemplar) = exemplar.resolved() else { return };
    exemplar.with_labels(|labels| {
        let Some(place) = place() else { return };
        let time_ms = match exemplar.time {
            Time::Now => clock::coarse_time_of_day_ms(),
            Time::At(time) => clock::since_epoch_ms(time),
            Time::Unknown => 0,
        };
        place.put(|kept| kept.fill(labels, value, time_ms));
    });
}

/// Copies what places keep, for a page that shows it; answers whether there is something.
#[cold]
#[inline(never)]
pub(super) fn show(places: &[Place], into: &mut Vec<Kept>) -> bool {
    let mut is_any = false;
    into.resize_with(places.len().max(into.len()), Kept::default);
    for (place, kept) in places.iter().zip(into) {
        kept.is_there = false;
        is_any |= place.look(|own| kept.copy_from(own));
    }
    is_any
}
