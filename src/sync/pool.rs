//! The texts of a table's columns, each kept once as far as that pays.
//!
//! A column of few values is stored once a value. A column whose texts are new every time would
//! only fill the search among them, at a dozen bytes a text and a cache miss or two: after
//! [`UNIQUE_AFTER`] new ones in a row its texts are stored without looking, all but one in
//! [`SAMPLE`]. That one is chosen by its hash, so that it is the same whenever it comes again; as
//! soon as one is found the column is searched again. So a wrong guess costs a second copy of some
//! texts, and no more.

use super::arena::{Place, Text, Texts};
use super::index::Index;

/// Knows which texts were stored. Used under the lock of its table.
pub(crate) struct Pool {
    index: Index,
    columns: Vec<Column>,
    /// Where a text is written before it is stored.
    draft: String,
}

#[derive(Clone, Copy)]
struct Column {
    last: Option<Place>,
    /// So many of the last texts were new.
    fresh: u32,
}

const UNIQUE_AFTER: u32 = 64;
const SAMPLE: u32 = 16;

impl Pool {
    pub(crate) fn new(columns: usize) -> Self {
        let columns = vec![Column { last: None, fresh: 0 }; columns];
        Self { index: Index::new(), columns, draft: String::new() }
    }

    /// The place of a column's text, which has this hash: stored before if it is known to be, or
    /// stored now. `is` says whether a text that was stored in the column is the one, `is_of` whether
    /// a text was stored in the column, `write` writes the text and returns its mark.
    ///
    /// # Safety
    ///
    /// Calls for the same `texts` do not overlap, and come from this pool only.
    pub(crate) unsafe fn store(
        &mut self,
        texts: &Texts,
        column: usize,
        hash: u32,
        is: impl Fn(Text<'_>) -> bool,
        is_of: impl Fn(&str) -> bool,
        write: impl FnOnce(&mut String) -> bool,
    ) -> Place {
        let mut unknown = Column { last: None, fresh: 0 };
        let column = self.columns.get_mut(column).unwrap_or(&mut unknown);
        if let Some(last) = column.last {
            // SAFETY: stored by this side.
            if is(unsafe { texts.read().get(last) }) {
                column.fresh = 0;
                return last;
            }
        }
        // By turn, so that a few texts that begin to repeat are noticed, and by hash, so that many
        // are. The hash's low bits choose the line of the index and its highest ones the cell.
        let sampled = column.fresh % SAMPLE == 0 || (hash >> 24) % SAMPLE == 0;
        let search = column.fresh < UNIQUE_AFTER || sampled;
        let known = if search {
            self.index.find(hash, |place| {
                // SAFETY: the index has places of these texts only.
                let known = unsafe { texts.read().get(place) };
                (is(known) && is_of(known.as_str())).then_some(place)
            })
        } else {
            None
        };
        let place = known.unwrap_or_else(|| {
            self.draft.clear();
            let mark = write(&mut self.draft);
            // SAFETY: the caller keeps calls apart.
            let place = unsafe { texts.store(&self.draft, mark) };
            if search {
                // SAFETY: as above.
                unsafe { self.index.insert(hash, place) };
            }
            self.draft.shrink_to(4096); // A single huge value must not keep its draft for ever.
            place
        });
        column.fresh = if known.is_some() { 0 } else { column.fresh.saturating_add(1) };
        column.last = Some(place);
        place
    }
}

#[cfg(all(test, not(nunchi_loom)))]
mod tests {
    use super::*;
    use crate::sync::hash::hash_text;
    use std::collections::HashSet;

    /// Stores the texts in one column and returns how many places they have.
    fn places(pool: &mut Pool, texts: &Texts, all: impl Iterator<Item = u32>) -> usize {
        places_with(7, pool, texts, all)
    }

    fn places_with(
        seed: u64,
        pool: &mut Pool,
        texts: &Texts,
        all: impl Iterator<Item = u32>,
    ) -> usize {
        let mut places = HashSet::new();
        for n in all {
            let text = n.to_string();
            let write = |draft: &mut String| {
                draft.push_str(&text);
                n % 2 == 0
            };
            let hash = hash_text(seed, &text);
            let is = |known: Text<'_>| known.as_str() == text;
            // SAFETY: one thread, one pool.
            let place = unsafe { pool.store(texts, 0, hash, is, |_| true, write) };
            // SAFETY: stored above.
            let stored = unsafe { texts.read().get(place) };
            assert_eq!((stored.as_str(), stored.mark()), (text.as_str(), n % 2 == 0));
            places.insert(place);
        }
        places.len()
    }

    #[test]
    fn a_column_of_few_texts_keeps_each_once() {
        let (mut pool, texts) = (Pool::new(1), Texts::new());
        let count = if cfg!(miri) { 90 } else { 600 };
        assert_eq!(places(&mut pool, &texts, (0..count).map(|n| n * 7 % 30)), 30);
    }

    #[test]
    fn texts_that_differ_in_their_mark_are_two() {
        let (mut pool, texts) = (Pool::new(2), Texts::new());
        // SAFETY: one thread, one pool.
        let mut store = |mark| unsafe {
            let is = |known: Text<'_>| known.mark() == mark;
            let write = |draft: &mut String| {
                draft.push('a');
                mark
            };
            pool.store(&texts, 0, 1, is, |_| true, write)
        };
        let (one, two) = (store(true), store(false));
        assert_ne!(one, two);
        assert_eq!((store(true), store(false)), (one, two));
    }

    #[test]
    fn a_column_of_unique_texts_is_hardly_indexed() {
        let (mut pool, texts) = (Pool::new(1), Texts::new());
        let count = if cfg!(miri) { 200 } else { 16_000 };
        assert_eq!(places(&mut pool, &texts, 0..count), count as usize);
        assert!(pool.index.len() <= 64 + count as usize / 7, "{}", pool.index.len());
    }

    #[test]
    fn a_column_that_turns_out_to_repeat_is_stored_twice_at_most() {
        let (mut pool, texts) = (Pool::new(1), Texts::new());
        let (count, rounds) = if cfg!(miri) { (100, 2) } else { (1000, 30) };
        let places = places(&mut pool, &texts, (0..count * rounds).map(|n| n % count));
        assert!(places < count as usize * 5 / 2, "{places}");
    }

    #[test]
    fn a_column_that_turns_out_to_have_few_texts_is_noticed() {
        // The seeds only vary which texts are sampled.
        let (count, seeds) = if cfg!(miri) { (60, 1) } else { (20_000, 8) };
        for seed in 1..=seeds {
            let (mut pool, texts) = (Pool::new(1), Texts::new());
            let unique_then_few = (0..64).chain((0..count).map(|n| 100 + n % 5));
            let seed = seed * 0x123_4567;
            let places = places_with(seed, &mut pool, &texts, unique_then_few);
            assert!(places <= 160, "{places} copies of 69 texts");
        }
    }

    /// As loops over tenants make it, and for each of them over something else.
    #[test]
    fn a_column_of_long_runs_keeps_each_text_once() {
        let (mut pool, texts) = (Pool::new(1), Texts::new());
        let (runs, long) = if cfg!(miri) { (80, 4) } else { (300, 50) };
        assert_eq!(places(&mut pool, &texts, (0..runs * long).map(|n| n / long)), runs as usize);
    }
}
