use super::*;
use proptest::prelude::*;

/// The boundaries in `[0.5, 1)`, made with float arithmetic the way Prometheus made its table.
fn naive_bounds(schema: u32) -> Vec<f64> {
    let mut bounds = vec![0.5];
    let mut root = 2_f64;
    for schema in 1..=schema {
        root = root.sqrt();
        let factor = f64::from_bits(root.to_bits() - u64::from(schema == 1));
        bounds = bounds.iter().flat_map(|&bound| [bound, bound * factor]).collect();
    }
    bounds
}

/// Splits a number into a fraction in `[0.5, 1)` and an exponent.
fn split(mut value: f64) -> (f64, i32) {
    let mut exponent = 0;
    while value >= 1.0 {
        value /= 2.0;
        exponent += 1;
    }
    while value < 0.5 {
        value *= 2.0;
        exponent -= 1;
    }
    (value, exponent)
}

/// The bucket by binary search.
fn naive_index(bounds: &[f64], value: f64) -> i32 {
    let (fraction, exponent) = split(value.abs());
    let within = bounds.partition_point(|&bound| bound < fraction);
    within as i32 + (exponent - 1) * bounds.len() as i32
}

fn check<const BOUNDS: usize, const CELLS: usize>(values: &[f64]) {
    let grid = Grid::<BOUNDS, CELLS>::new();
    let bounds = naive_bounds(BOUNDS.trailing_zeros());
    for &value in values {
        assert_eq!(grid.index(value), naive_index(&bounds, value), "{value:e} at {BOUNDS}");
        assert_eq!(grid.index(-value), grid.index(value));
    }
}

fn check_all(values: &[f64]) {
    check::<1, 2>(values);
    check::<2, 4>(values);
    check::<4, 8>(values);
    check::<8, 16>(values);
    check::<16, 32>(values);
    check::<32, 64>(values);
    check::<64, 128>(values);
    check::<128, 256>(values);
    check::<256, 512>(values);
}

fn neighbours(value: f64) -> [f64; 3] {
    [-1, 0, 1].map(|step| f64::from_bits(value.to_bits().wrapping_add_signed(step)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 64 } else { 4_096 }))]

    #[test]
    fn the_table_agrees_with_a_search(bits in prop::collection::vec(1..f64::MAX.to_bits(), 64)) {
        check_all(&bits.into_iter().map(f64::from_bits).collect::<Vec<_>>());
    }

    #[test]
    fn the_table_agrees_with_a_search_among_subnormals(bits in 1_u64..1 << 52) {
        check_all(&[f64::from_bits(bits)]);
    }
}

#[test]
fn edges_agree_with_a_search() {
    let powers = (-1022..=1023).map(|exponent| f64::from_bits(((exponent + BIAS) as u64) << 52));
    let values: Vec<_> = powers.step_by(31).flat_map(neighbours).collect();
    check_all(&values);
    check_all(&[5e-324, f64::MIN_POSITIVE, f64::MAX, 1.0, 2.0, 0.1]);
    check_all(&neighbours(f64::MIN_POSITIVE));
    check_all(&neighbours(1.0));
}

#[test]
fn every_boundary_closes_its_bucket() {
    for index in (-1022 << 7)..(1024 << 7) {
        let [below, bound, above] = neighbours(SCHEMA_7.bound(index));
        assert_eq!(SCHEMA_7.index(below), index);
        assert_eq!(SCHEMA_7.index(bound), index);
        assert_eq!(SCHEMA_7.index(above), index + 1);
    }
}

#[test]
fn coarser_buckets_are_pairs_of_finer_ones() {
    let (fine, coarse) = (Grid::<256, 512>::new(), &SCHEMA_7);
    for index in -700..700 {
        let bound = fine.bound(index);
        assert_eq!(coarse.index(bound), (fine.index(bound) + 1) >> 1);
    }
}

#[test]
fn numbers_without_a_bucket_are_above_all_others() {
    let last = SCHEMA_7.index(f64::MAX);
    assert_eq!(last, 1024 << 7);
    assert_eq!(SCHEMA_7.index(f64::INFINITY), last);
    for none in [0.0, -0.0, f64::NAN, -f64::NAN] {
        assert!(SCHEMA_7.index(none) > last);
    }
}

/// The table of schema 3 as client_golang publishes it, and a digest (64-bit FNV-1a over the bit
/// patterns) of the one of schema 8, of which all others are part.
#[test]
fn boundaries_are_those_of_prometheus() {
    let published = [
        0.5,
        0.5452538663326288,
        0.5946035575013605,
        0.6484197773255048,
        0.7071067811865475,
        0.7711054127039704,
        0.8408964152537144,
        0.9170040432046711,
    ];
    let grid = Grid::<8, 16>::new();
    assert_eq!([0, 1, 2, 3, 4, 5, 6, 7].map(|index| grid.bound(index - 8)), published);

    let finest = Grid::<256, 512>::new();
    let digest = (-256..0).fold(0xcbf2_9ce4_8422_2325, |digest: u64, index| {
        (digest ^ finest.bound(index).to_bits()).wrapping_mul(0x100_0000_01b3)
    });
    assert_eq!(digest, 0x3a54_89a2_c419_aae6);
}
