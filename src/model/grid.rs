//! The exponential grid: which bucket of a Prometheus native histogram a number falls in.
//!
//! Imports nothing; used by the metrics that keep exponential buckets. Bucket `i` of schema `s`
//! holds the magnitudes in `(2^((i-1)/2^s), 2^(i/2^s)]`. The boundaries are those of the Prometheus
//! servers and clients bit for bit, so a store kept on this grid can be exposed as a native
//! histogram without moving a single observation.
//!
//! The idea to hold: between two powers of two there are `2^s` boundaries, and the mantissa axis
//! cut into `2^(s+1)` equal cells has at most one boundary inside each cell, because the narrowest
//! bucket, `ln 2 / 2^s`, is wider than a cell. So a cell number, one table entry and one comparison
//! give the bucket exactly; no logarithm, no search, no rounding.

/// The boundaries of one schema and the tables that find a bucket in them.
///
/// `BOUNDS` is `2^schema` and `CELLS` twice that; [`Grid::new`] refuses anything else.
#[derive(Debug)]
pub(crate) struct Grid<const BOUNDS: usize, const CELLS: usize> {
    /// Mantissas of the boundaries in `[1, 2)`, ascending; the first is 0.
    bounds: [u64; BOUNDS],
    /// How many boundaries are at or below the lower end of a cell.
    base: [u16; CELLS],
    /// Mantissa of the boundary inside a cell, or `u64::MAX` where there is none.
    threshold: [u64; CELLS],
}

impl<const BOUNDS: usize, const CELLS: usize> Grid<BOUNDS, CELLS> {
    /// The number of buckets between two powers of two, as a power of two.
    const SCHEMA: u32 = BOUNDS.trailing_zeros();

    /// What turns a mantissa into the number of its cell.
    const CELL_SHIFT: u32 = MANTISSA_BITS - CELLS.trailing_zeros();

    /// Builds the tables.
    ///
    /// # Panics
    ///
    /// When `BOUNDS` is not a power of two up to `2^8`, or `CELLS` is not its double; in a static,
    /// that is a compile error.
    pub(crate) const fn new() -> Self {
        assert!(BOUNDS.is_power_of_two() && BOUNDS < 1 << ROOTS.len(), "unknown schema");
        assert!(CELLS == 2 * BOUNDS, "two cells for each boundary");
        let bounds = bounds();
        let mut base = [0; CELLS];
        let mut threshold = [u64::MAX; CELLS];
        let mut passed = 0;
        let mut cell = 0;
        while cell < CELLS {
            let start = (cell as u64) << Self::CELL_SHIFT;
            let end = start + (1 << Self::CELL_SHIFT);
            while passed < BOUNDS && bounds[passed] <= start {
                passed += 1;
            }
            base[cell] = passed as u16;
            if passed < BOUNDS && bounds[passed] < end {
                threshold[cell] = bounds[passed];
            }
            cell += 1;
        }
        Self { bounds, base, threshold }
    }

    /// Finds the bucket of a magnitude; the sign of `value` is ignored.
    ///
    /// Zero and NaN have no bucket: they get a number above those of all others, which a caller
    /// with a bounded range refuses along with the rest. An infinity shares the bucket of the
    /// greatest finite numbers, whose upper bound it is; Prometheus gives it the next one.
    #[inline(always)]
    pub(crate) fn index(&self, value: f64) -> i32 {
        let magnitude = value.to_bits() & !SIGN;
        if magnitude.wrapping_sub(1) >> MANTISSA_BITS == 0 {
            return self.subnormal_index(magnitude);
        }
        self.index_of_normal(value)
    }

    /// As [`index`](Self::index), for normal numbers. Of a subnormal one, the answer is less than
    /// that of any normal number, and of anything else it is greater.
    #[inline]
    pub(crate) fn index_of_normal(&self, value: f64) -> i32 {
        // One unit less makes a boundary the last of its own bucket rather than the first of the
        // next one: (lo, hi] becomes [lo, hi) and the comparisons below come out right.
        let below = (value.to_bits() & !SIGN).wrapping_sub(1);
        let exponent = (below >> MANTISSA_BITS) as i32;
        let mantissa = below & MANTISSA;
        let cell = (mantissa >> Self::CELL_SHIFT) as usize;
        ((exponent - BIAS) << Self::SCHEMA)
            + i32::from(self.base[cell])
            + i32::from(mantissa >= self.threshold[cell])
    }

    /// Finds the bucket of a magnitude no greater than the smallest normal number.
    #[cold]
    fn subnormal_index(&self, magnitude: u64) -> i32 {
        const SHIFT: i32 = 64;
        // A power of two scales a subnormal number without rounding.
        let scaled = f64::from_bits(magnitude) * 18_446_744_073_709_551_616.0;
        self.index(scaled) - (SHIFT << Self::SCHEMA)
    }

    /// The greatest magnitude in a bucket, which is the power `2^(index/2^schema)` as Prometheus
    /// rounds it. The bucket must lie among the normal numbers.
    #[inline]
    pub(crate) fn bound(&self, index: i32) -> f64 {
        let exponent = (index >> Self::SCHEMA) + BIAS;
        debug_assert!((1..2 * BIAS + 1).contains(&exponent), "bucket {index} is out of range");
        let mantissa = self.bounds[index as usize & (BOUNDS - 1)];
        f64::from_bits(((exponent as u64) << MANTISSA_BITS) | mantissa)
    }
}

/// 128 buckets for each power of two: neighbouring boundaries are 0.543 % apart.
pub(crate) static SCHEMA_7: Grid<128, 256> = Grid::new();

/// 256 buckets for each power of two. The buckets of every other schema are unions of these.
#[cfg(feature = "protobuf")]
pub(crate) static SCHEMA_8: Grid<256, 512> = Grid::new();

/// Computes the mantissas of `2^(n/BOUNDS)`.
///
/// Prometheus made its table schema by schema: a boundary that the coarser schema has is taken
/// over, and each new one is its lower neighbour times `2^(2^-schema)`, rounded to the nearest
/// double. The products stray up to three units from the exact powers, so an independent
/// computation, however careful, would put some observations in another bucket.
/// Source: the boundaries published in client_golang, `prometheus/histogram.go`.
const fn bounds<const BOUNDS: usize>() -> [u64; BOUNDS] {
    let mut scaled = [IMPLICIT; BOUNDS];
    let mut schema = 1;
    while 1 << schema <= BOUNDS {
        let step = BOUNDS >> schema;
        let mut n = step;
        while n < BOUNDS {
            scaled[n] = product(scaled[n - step], ROOTS[schema]);
            n += 2 * step;
        }
        schema += 1;
    }
    let mut n = 0;
    while n < BOUNDS {
        scaled[n] &= MANTISSA;
        n += 1;
    }
    scaled
}

/// Multiplies two significands of 53 bits whose product stays below the next power of two, and
/// rounds to the nearest, as the hardware does. (Float arithmetic and `to_bits` are not available
/// to constant functions in the oldest supported toolchain.)
const fn product(a: u64, b: u64) -> u64 {
    let exact = a as u128 * b as u128;
    let rest = exact as u64 & MANTISSA;
    let half = IMPLICIT >> 1;
    assert!(rest != half, "no product of the table is a tie");
    (exact >> MANTISSA_BITS) as u64 + (rest > half) as u64
}

const SIGN: u64 = 1 << 63;
const MANTISSA_BITS: u32 = 52;
const MANTISSA: u64 = IMPLICIT - 1;
const IMPLICIT: u64 = 1 << MANTISSA_BITS;
const BIAS: i32 = 1023;

/// `2^(2^-schema)` as significands of 53 bits, by schema: the nearest doubles, except that the
/// square root of two is one unit low, as it is in the table of Prometheus.
const ROOTS: [u64; 9] = [
    0, // No boundary lies inside a power of two at schema 0.
    0x0016_a09e_667f_3bcc,
    0x0013_06fe_0a31_b715,
    0x0011_72b8_3c7d_517b,
    0x0010_b558_6cf9_890f,
    0x0010_59b0_d315_8574,
    0x0010_2c9a_3e77_8061,
    0x0010_163d_a9fb_3335,
    0x0010_0b1a_fa5a_bcbf,
];

#[cfg(test)]
mod tests;
