//! A seeded hash over a few short strings.
//!
//! Label values may come from the network, hence the seed. The function is
//! a length-aware 64×64→128 bit multiply-fold (the construction of wyhash): one multiplication for
//! a value of up to 16 bytes and two for one of up to 32, where a byte-wise hash spends one per byte.

use super::words::{self, MOST};

/// 2^64 divided by the golden ratio.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
/// Constants with well-mixed bits: the fractional parts of √2 and √3.
const MIX: [u64; 2] = [0x6a09_e667_f3bc_c909, 0xbb67_ae85_84ca_a73b];

/// Hashes the values in order; `["ab", "c"]` and `["a", "bc"]` differ because every length takes
/// part.
#[inline(always)] // Into the search of a table.
pub(crate) fn hash_values(seed: u64, values: &[&str]) -> u32 {
    let key = Key::of(seed);
    // The hashes of the values do not wait for each other. What there is keeps their order by being
    // multiplied; if it were only turned, values that are the same 64 labels later would cancel out.
    let mut state = 0_u64;
    for value in values {
        state = state.wrapping_mul(SPREAD) ^ key.hash(value.as_bytes());
    }
    (state >> 32) as u32
}

/// Hashes one text.
pub(crate) fn hash_text(seed: u64, text: &str) -> u32 {
    hash_values(seed, &[text])
}

/// What becomes of a seed: what each word is mixed with, and what a length is multiplied by.
#[derive(Clone, Copy)]
struct Key {
    left: u64,
    right: u64,
    length: u64,
}

impl Key {
    /// The second factor gets the seed turned: with the same in both, two words that are exchanged,
    /// but for the difference of the constants, would give the same product whatever the seed.
    #[inline(always)]
    fn of(seed: u64) -> Self {
        Self {
            left: MIX[0] ^ seed,
            right: MIX[1] ^ seed.rotate_left(23),
            length: seed.rotate_left(41) | 1,
        }
    }

    #[inline(always)]
    fn hash(self, bytes: &[u8]) -> u64 {
        let len = bytes.len();
        if len <= 16 {
            self.block(self.mixed(len), words::two(bytes))
        } else if len <= MOST {
            // The first half does not wait for the second.
            let [first, last] = words::twice_two(bytes);
            self.block(0, first).rotate_left(29) ^ self.block(self.mixed(len), last)
        } else {
            self.hash_long(bytes)
        }
    }

    #[inline(never)]
    fn hash_long(self, bytes: &[u8]) -> u64 {
        let len = bytes.len();
        let mut state = 0;
        for bytes in bytes[..len - 1].chunks_exact(16) {
            state = self.block(state, words::two(bytes));
        }
        self.block(state ^ self.mixed(len), words::two(&bytes[len - 16..]))
    }

    /// Who does not know the seed cannot make up for another length by other bytes.
    #[inline(always)]
    fn mixed(self, len: usize) -> u64 {
        self.length.wrapping_mul(len as u64)
    }

    /// Folds two words and what came before them.
    #[inline(always)]
    fn block(self, state: u64, [left, right]: [u64; 2]) -> u64 {
        fold(left ^ self.left ^ state, right ^ self.right)
    }
}

#[inline]
fn fold(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_boundary_between_values_takes_part() {
        assert_ne!(hash_values(1, &["ab", "c"]), hash_values(1, &["a", "bc"]));
        assert_ne!(hash_values(1, &["", "a"]), hash_values(1, &["a", ""]));
    }

    #[test]
    fn every_byte_and_every_length_takes_part() {
        // What is read depends on the length alone.
        let step = if cfg!(miri) { 31 } else { 1 };
        for len in 0..70_usize {
            let text = "x".repeat(len);
            let mut seen = HashSet::from([hash_text(7, &text)]);
            for at in (0..len).step_by(step) {
                let mut other = text.clone().into_bytes();
                other[at] = b'y';
                let other = String::from_utf8(other).unwrap();
                assert!(seen.insert(hash_text(7, &other)), "byte {at} of {len}");
            }
            assert!(seen.insert(hash_text(7, &format!("{text}x"))), "length {len}");
        }
    }

    #[test]
    fn similar_values_spread_over_the_low_bits() {
        let bins = if cfg!(miri) { 64 } else { 4096 };
        let filled: HashSet<u32> =
            (0..bins).map(|n| hash_values(3, &["GET", &n.to_string()]) & (bins - 1)).collect();
        // As many balls as bins fill 63 % of them when the hash is uniform.
        assert!(filled.len() > bins as usize * 598 / 1000, "{} of {bins}", filled.len());
    }

    /// Whoever chooses the values of many labels knows where what they add would be turned back.
    #[test]
    fn equal_values_of_many_labels_do_not_cancel_out() {
        const SEED: u64 = 0x1234_5678_9abc_def1;
        let count = if cfg!(miri) { 8 } else { 1000 };
        for (labels, apart) in [(65, 64), (80, 64), (64, 1), (128, 1), (128, 32)] {
            let filled: HashSet<u32> = (0..count)
                .map(|n| {
                    let value = n.to_string();
                    let is_chosen = |label| label % apart == 0;
                    let value_of = |label| if is_chosen(label) { value.as_str() } else { "x" };
                    hash_values(SEED, &(0..labels).map(value_of).collect::<Vec<_>>())
                })
                .collect();
            assert_eq!(filled.len(), count as usize, "{labels} labels, {apart} apart");
        }
    }

    /// Blocks of 16 bytes whose halves are exchanged, with the constants' difference on both: whoever
    /// knows this file can make them, but not make them collide.
    #[test]
    fn collisions_cannot_be_made_without_the_seed() {
        let difference = MIX[0] ^ MIX[1];
        let half = |text: &[u8; 8]| u64::from_le_bytes(*text);
        let second = half(&[b'm', b'n', b'o', b'p', 0xc4, 0x82, 0xc5, 0xa8]);
        let text = |bits: u32| {
            let mut bytes = Vec::new();
            for block in 0..12 {
                let first = half(&[b'a' + block, b'b', b'c', b'd', 0xc3, 0x81, 0xc3, 0xa9]);
                let halves = match bits >> block & 1 {
                    0 => [first, second],
                    _ => [second ^ difference, first ^ difference],
                };
                halves.iter().for_each(|half| bytes.extend(half.to_le_bytes()));
            }
            bytes.extend(b"tailtailtailtail!");
            bytes
        };
        let bits = if cfg!(miri) { 8 } else { 4096 };
        for seed in [1, 0x1234_5678_9abc_def1, crate::sync::seed::process_seed()] {
            let hash = |bytes: &[u8]| Key::of(seed).hash(bytes);
            let long: std::collections::HashSet<_> = (0..bits).map(|n| hash(&text(n))).collect();
            assert_eq!(long.len(), bits as usize, "long values, seed {seed:x}");
            for len in [16, 32] {
                let few = if len == 16 { 2 } else { 4 };
                let short: std::collections::HashSet<_> =
                    (0..few).map(|n| hash(&text(n)[..len])).collect();
                assert_eq!(short.len(), few as usize, "values of {len} bytes, seed {seed:x}");
            }
        }
    }
}
