//! Label values of which there are only so many: each has a position, and so has each label set
//! that is made of them.
//!
//! A label set counts like the digits of a number: its first label is the most significant one, so
//! positions are in the order in which nested loops would go through the values.

use super::{LabelText, LabelValue};
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

/// A label value whose possible values are all known: `bool`, enums that derive
/// [`LabelValue`](trait@LabelValue), `Option` and pointers of these.
///
/// A label set of such values alone has a [`CARDINALITY`](super::Labels::CARDINALITY), and its
/// families find their series by [`position`](Self::position), without a hash.
///
/// An implementation that contradicts itself costs nothing but the right series: a position that is
/// out of range is looked up by its text, and of two texts with one position the first one counts
/// for both.
pub trait ClosedSet: LabelValue {
    /// How many values there are. 0 means that this is not known after all, as for a newtype of a
    /// `u16`.
    const CARDINALITY: usize;

    /// Which of the values this is, counted from 0.
    fn position(&self) -> usize;

    /// The text of the value at this position, if there is one.
    fn text_at(position: usize) -> Option<LabelText<'static>>;
}

impl ClosedSet for bool {
    const CARDINALITY: usize = 2;

    #[inline]
    fn position(&self) -> usize {
        usize::from(*self)
    }

    fn text_at(position: usize) -> Option<LabelText<'static>> {
        [LabelText::borrowed("false"), LabelText::borrowed("true")].get(position).cloned()
    }
}

/// `None`, then the values of `T`.
impl<T: ClosedSet> ClosedSet for Option<T> {
    const CARDINALITY: usize = match T::CARDINALITY {
        0 => 0,
        some => some.saturating_add(1),
    };

    #[inline]
    fn position(&self) -> usize {
        self.as_ref().map_or(0, |value| value.position().saturating_add(1))
    }

    fn text_at(position: usize) -> Option<LabelText<'static>> {
        match position.checked_sub(1) {
            None => Some(LabelText::borrowed("")),
            Some(position) => T::text_at(position),
        }
    }
}

macro_rules! pointers {
    ($($pointer:ty)*) => {$(
        impl<T: ClosedSet + ?Sized> ClosedSet for $pointer {
            const CARDINALITY: usize = T::CARDINALITY;

            #[inline]
            fn position(&self) -> usize {
                (**self).position()
            }

            fn text_at(position: usize) -> Option<LabelText<'static>> {
                T::text_at(position)
            }
        }
    )*};
}

pointers! { &T Box<T> Rc<T> Arc<T> }

/// A field of a derived label set: that of a [`ClosedSet`], or else of an [`OpenSet`]. The compiler
/// takes an item of the type itself before one of a trait, where the bound of the former holds.
#[doc(hidden)]
#[allow(missing_debug_implementations)] // There are no values.
pub struct Field<T: ?Sized>(PhantomData<T>);

#[allow(missing_docs)]
impl<T: ClosedSet + ?Sized> Field<T> {
    pub const CARDINALITY: usize = T::CARDINALITY;

    #[inline]
    pub fn position(value: &T) -> usize {
        value.position()
    }

    pub fn text_at(position: usize) -> Option<LabelText<'static>> {
        T::text_at(position)
    }
}

/// What [`Field`] says of a type that is no [`ClosedSet`].
#[doc(hidden)]
#[allow(missing_docs)]
pub trait OpenSet {
    type Value: ?Sized;

    const CARDINALITY: usize = 0;

    #[inline]
    fn position(_: &Self::Value) -> usize {
        usize::MAX
    }

    fn text_at(_: usize) -> Option<LabelText<'static>> {
        None
    }
}

impl<T: ?Sized> OpenSet for Field<T> {
    type Value = T;
}

/// How many label sets there are, given how many values each label has; 0 if one of those is 0, or
/// if there are more than can be counted.
#[doc(hidden)]
#[must_use]
pub const fn cardinality(values: &[usize]) -> usize {
    let mut sets = 1_usize;
    let mut at = 0;
    while at < values.len() {
        sets = match sets.checked_mul(values[at]) {
            Some(sets) => sets,
            None => return 0,
        };
        at += 1;
    }
    sets
}

/// The position of a label set of one more label, from that of the labels before it. A label that
/// is out of range puts the whole set out of range.
#[doc(hidden)]
#[inline]
#[must_use]
pub const fn position(before: usize, cardinality: usize, position: usize) -> usize {
    if position < cardinality {
        before.saturating_mul(cardinality).saturating_add(position)
    } else {
        usize::MAX
    }
}

/// The positions of the labels of the label set at this position, given how many values each has;
/// `None` if there is no such set.
#[doc(hidden)]
#[must_use]
pub fn positions<const N: usize>(mut rest: usize, values: [usize; N]) -> Option<[usize; N]> {
    if rest >= cardinality(&values) {
        return None;
    }
    let mut positions = [0; N];
    for (position, count) in positions.iter_mut().zip(values).rev() {
        *position = rest.checked_rem(count)?;
        rest = rest.checked_div(count)?;
    }
    Some(positions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_of_a_closed_set_has_its_own_text() {
        fn texts<T: ClosedSet>() -> Vec<String> {
            assert!(T::text_at(T::CARDINALITY).is_none() && T::text_at(usize::MAX).is_none());
            (0..T::CARDINALITY).map(|at| T::text_at(at).unwrap().as_str().to_owned()).collect()
        }
        assert_eq!(texts::<bool>(), ["false", "true"]);
        assert_eq!(texts::<Option<&bool>>(), ["", "false", "true"]);
        assert_eq!(texts::<Box<Option<Rc<Arc<bool>>>>>(), ["", "false", "true"]);
        for value in [None, Some(false), Some(true)] {
            let text = Option::<bool>::text_at(value.position());
            assert_eq!(text.unwrap().as_str(), value.text().as_str());
        }
    }

    #[test]
    fn an_open_field_makes_an_open_set() {
        use OpenSet as _;
        assert_eq!((Field::<bool>::CARDINALITY, Field::<bool>::position(&true)), (2, 1));
        assert_eq!((Field::<str>::CARDINALITY, Field::<str>::position("a")), (0, usize::MAX));
        assert!(Field::<bool>::text_at(0).is_some() && Field::<Option<u8>>::text_at(0).is_none());
        assert_eq!(cardinality(&[2, 0, 3]), 0);
    }

    #[test]
    fn positions_are_those_of_nested_loops() {
        let values = [2, 1, 3];
        let mut expected = 0;
        for first in 0..2 {
            for last in 0..3 {
                let one = position(position(position(0, 2, first), 1, 0), 3, last);
                assert_eq!(one, expected);
                assert_eq!(positions(one, values), Some([first, 0, last]));
                expected += 1;
            }
        }
        assert_eq!((cardinality(&values), positions(expected, values)), (expected, None));
        assert_eq!((cardinality(&[]), positions(0, []), positions(1, [])), (1, Some([]), None));
    }

    #[test]
    fn what_cannot_be_counted_is_out_of_range() {
        assert_eq!(cardinality(&[usize::MAX, 2]), 0);
        assert_eq!(positions(0, [usize::MAX, 2]), None);
        assert_eq!(positions(0, [0, 2]), None);
        for wrong in [position(0, 2, 2), position(usize::MAX, 1, 0), position(usize::MAX, 2, 1)] {
            assert_eq!(wrong, usize::MAX);
        }
        assert_eq!(Some(Some(LyingAbout(usize::MAX))).position(), usize::MAX);
    }

    struct LyingAbout(usize);

    impl LabelValue for LyingAbout {
        fn text(&self) -> LabelText<'_> {
            LabelText::borrowed("a")
        }
    }

    impl ClosedSet for LyingAbout {
        const CARDINALITY: usize = 1;

        fn position(&self) -> usize {
            self.0
        }

        fn text_at(_: usize) -> Option<LabelText<'static>> {
            None
        }
    }
}
