//! A stretch of the window that is over.
//!
//! Imports the places; used by the window only. A pane is written once and read at each scrape, so
//! its counts are packed: for every occupied place the distance to the previous one and the count,
//! each as a little-endian base-128 number. Two bytes a place are usual.

use super::place;

/// The observations between two moments.
#[derive(Debug)]
pub(super) struct Pane {
    /// When the pane began and when it ended, in clock milliseconds; whole even if it was sealed
    /// late.
    pub(super) start: u64,
    pub(super) end: u64,
    /// How many observations there are.
    pub(super) total: u64,
    /// The least and the greatest observation.
    pub(super) least: f64,
    pub(super) greatest: f64,
    /// The lowest and the highest occupied place.
    pub(super) first: i32,
    pub(super) last: i32,
    pub(super) packed: Vec<u8>,
}

impl Pane {
    pub(super) fn new() -> Self {
        Self {
            start: 0,
            end: 0,
            total: 0,
            least: f64::NAN,
            greatest: f64::NAN,
            first: 0,
            last: 0,
            packed: Vec::new(),
        }
    }

    /// Empties the pane for another use and keeps its memory.
    pub(super) fn reset(&mut self, start: u64, end: u64) {
        let mut packed = std::mem::take(&mut self.packed);
        packed.clear();
        *self = Self { start, end, packed, ..Self::new() };
    }

    /// Appends the count of a place; places come in ascending order, and may repeat.
    pub(super) fn push(&mut self, place: i32, count: u32) {
        if self.total == 0 {
            self.first = place;
            self.last = place;
        }
        // A vector doubles; panes are kept for long and of like size, so a sixteenth is enough.
        if self.packed.capacity() - self.packed.len() < ROOM {
            self.packed.reserve_exact(ROOM.max(self.packed.len() / 16));
        }
        pack(&mut self.packed, place.wrapping_sub(self.last) as u32);
        pack(&mut self.packed, count);
        self.last = place;
        self.total += u64::from(count);
    }

    /// Sets the extremes, which may be those of a neighbouring pane by a hair, and confines them
    /// to the occupied places.
    pub(super) fn close(&mut self, (least, greatest): (f64, f64)) {
        self.least = place::confine(least, self.first);
        self.greatest = place::confine(greatest, self.last);
    }

    /// Calls `f` with each occupied place, ascending, and its count.
    pub(super) fn read(&self, mut f: impl FnMut(i32, u32)) {
        let mut place = self.first;
        let mut rest = self.packed.as_slice();
        while let (Some(distance), Some(count)) = (unpack(&mut rest), unpack(&mut rest)) {
            place = place.wrapping_add(distance as i32);
            f(place, count);
        }
    }
}

fn pack(bytes: &mut Vec<u8>, mut number: u32) {
    while number > LOW {
        bytes.push((number & LOW) as u8 | MORE);
        number >>= 7;
    }
    bytes.push(number as u8);
}

#[inline]
fn unpack(bytes: &mut &[u8]) -> Option<u32> {
    let mut number = 0;
    let mut shift = 0;
    loop {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= (u32::from(byte) & LOW) << (shift & 31);
        if byte & MORE == 0 {
            return Some(number);
        }
        shift += 7;
    }
}

const LOW: u32 = 0x7f;
const MORE: u8 = 0x80;

/// At least the bytes of the longest distance and the longest count.
const ROOM: usize = 48;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(pane: &Pane) -> Vec<(i32, u32)> {
        let mut pairs = Vec::new();
        pane.read(|place, count| pairs.push((place, count)));
        pairs
    }

    proptest! {
        #[test]
        fn what_is_pushed_is_read(
            counts in prop::collection::btree_map(-10_242..=10_242_i32, 1..=u32::MAX, 1..80)
        ) {
            let mut pane = Pane::new();
            for again in 0..2 {
                pane.reset(again, again + 1);
                counts.iter().for_each(|(&place, &count)| pane.push(place, count));
                prop_assert_eq!(read(&pane), counts.clone().into_iter().collect::<Vec<_>>());
                prop_assert_eq!(pane.total, counts.values().map(|&count| u64::from(count)).sum());
                prop_assert_eq!(Some(&pane.first), counts.keys().next());
                prop_assert_eq!(Some(&pane.last), counts.keys().next_back());
            }
        }
    }

    #[test]
    fn an_empty_pane_has_nothing() {
        let mut pane = Pane::new();
        assert_eq!(read(&pane), []);
        pane.reset(3, 4);
        assert_eq!((read(&pane), pane.total, pane.start, pane.end), (vec![], 0, 3, 4));
    }

    #[test]
    fn extremes_of_another_pane_are_confined_to_the_places() {
        let mut pane = Pane::new();
        pane.reset(0, 1);
        pane.push(-500, 1);
        pane.push(500, 1);
        let middle = place::value(500);
        pane.close((-middle, middle));
        assert_eq!((pane.least, pane.greatest), (-middle, middle));
        pane.close((f64::INFINITY, 1e9));
        assert!(pane.least > -middle && pane.least < -middle * 0.997);
        assert!(pane.greatest > middle && pane.greatest < middle * 1.003);
    }

    #[test]
    fn usual_places_take_two_bytes() {
        let mut pane = Pane::new();
        (1..=100).for_each(|place| pane.push(place * 3, 90));
        assert_eq!(pane.packed.len(), 200);
    }
}
