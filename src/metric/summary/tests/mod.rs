//! The summary against exact twins, with a clock under control.

mod accuracy;
mod concurrency;
mod naive;
mod unusual;
mod windowed;

use super::*;
use crate::model::Quantiles;

/// What the documentation promises, with room for the rounding of the answer itself.
const ALPHA: f64 = 0.002_708 + 1e-12;

/// A summary over `window` milliseconds that answers `quantiles`.
fn summary(window: u64, quantiles: &[f64]) -> Summary {
    let quantiles = Quantiles::new(quantiles.iter().copied()).unwrap();
    Summary::with_shape(SummaryShape::new(quantiles, Duration::from_millis(window)))
}

/// Records and reads at a given millisecond.
impl Summary {
    fn put(&self, value: f64, now: u64) {
        self.observe_at(value, || now);
    }

    fn answers(&self, now: u64) -> Vec<f64> {
        let mut scratch = Scratch::default();
        self.snapshot_at(now, &mut scratch);
        scratch.values
    }
}

/// The relative distance of an answer from the truth.
fn error(answer: f64, exact: f64) -> f64 {
    ((answer - exact) / exact).abs()
}

/// A small generator of uniform and normal numbers; tests must not depend on chance.
struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f64 {
        // xorshift64*; Vigna, "An experimental exploration of Marsaglia's xorshift generators".
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11;
        (bits as f64 + 0.5) / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
}
