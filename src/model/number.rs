//! A sample value that keeps integers exact.

/// The value of one sample. Integers stay integers on the page, whatever their size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// An unsigned integer.
    U64(u64),
    /// A signed integer.
    I64(i64),
    /// A float; NaN and the infinities are valid sample values.
    F64(f64),
}

impl Number {
    /// The value as a float, rounded above 2^53.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        match self {
            Self::U64(value) => value as f64,
            Self::I64(value) => value as f64,
            Self::F64(value) => value,
        }
    }
}

macro_rules! from {
    ($($from:ty => $variant:ident)*) => {$(
        impl From<$from> for Number {
            #[inline]
            fn from(value: $from) -> Self {
                Self::$variant(value.into())
            }
        }
    )*};
}

from! { u8 => U64 u16 => U64 u32 => U64 u64 => U64 i8 => I64 i16 => I64 i32 => I64 i64 => I64 f32 => F64 f64 => F64 bool => U64 }

impl From<usize> for Number {
    #[inline]
    fn from(value: usize) -> Self {
        Self::U64(value as u64)
    }
}
