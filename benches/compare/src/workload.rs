//! What is asked of every library: label values, in the order in which they come.

use std::sync::LazyLock;

/// The finite bounds of the histograms.
pub const DEFAULT_BOUNDS: [f64; 11] =
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Fifty bounds from 1 ms that grow by a fifth.
pub fn fifty_bounds() -> [f64; 50] {
    let mut bound = 0.001 / 1.2;
    std::array::from_fn(|_| {
        bound *= 1.2;
        bound
    })
}

pub const LABELS: [&str; 3] = ["method", "path", "instance"];

/// Which series there are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    pub families: usize,
    /// In each family.
    pub series: usize,
    /// Whether one label is different in every series, instead of taken from a few.
    pub unique: bool,
}

impl Shape {
    /// 100,000 series, all values taken from a few.
    pub const POOLED: Self = Self { families: 100, series: 1000, unique: false };
    /// As many with one value of their own.
    pub const UNIQUE: Self = Self { families: 1, series: 100_000, unique: true };

    pub fn total(self) -> usize {
        self.families * self.series
    }
}

/// One series to be found: its family and its label values.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    pub family: usize,
    pub values: [&'static str; 3],
}

/// Requests for every series of a shape, in creation order or shuffled. The texts stand one after
/// the other as they are asked for, so that reading them costs every library alike and little.
/// Lives until the process ends.
pub fn requests(shape: Shape, shuffle: bool) -> &'static [Request] {
    let mut order: Vec<usize> = (0..shape.total()).collect();
    if shuffle {
        let mut random = Random(42);
        for at in (1..order.len()).rev() {
            order.swap(at, random.below(at + 1));
        }
    }
    let mut texts = String::new();
    let mut ends = Vec::new();
    for &series in &order {
        let within = series % shape.series;
        let [method, path, instance] = if shape.unique {
            [within % 5, within / 5 % 200, within]
        } else {
            [within % 5, within / 5 % 20, within / 100]
        };
        texts.push_str(["GET", "POST", "PUT", "DELETE", "PATCH"][method]);
        ends.push(texts.len());
        texts.push_str(&format!("/api/v1/rooms/{path:03}/messages"));
        ends.push(texts.len());
        texts.push_str(&format!("server-{instance:07}.example"));
        ends.push(texts.len());
    }
    let texts: &'static str = texts.leak();
    let mut start = 0;
    let mut ends = ends.into_iter();
    let mut text = || {
        let end = ends.next().expect("three ends a series");
        &texts[std::mem::replace(&mut start, end)..end]
    };
    let requests: Vec<Request> = order
        .iter()
        .map(|series| Request { family: series / shape.series, values: [text(), text(), text()] })
        .collect();
    requests.leak()
}

/// Pairs of label values, of a thousand different ones, in an order that no predictor learns.
pub fn pairs() -> &'static [[&'static str; 2]; 1 << 14] {
    static PAIRS: LazyLock<Box<[[&str; 2]; 1 << 14]>> = LazyLock::new(|| {
        let shape = Shape { families: 1, series: 1000, unique: true };
        let known: Vec<_> =
            requests(shape, false).iter().map(|r| [r.values[0], r.values[2]]).collect();
        let mut random = Random(11);
        Box::new(std::array::from_fn(|_| known[random.below(known.len())]))
    });
    &PAIRS
}

/// Indexes below a bound, in an order that no predictor learns.
pub fn places(bound: usize) -> Box<[usize; 1 << 14]> {
    let mut random = Random(17);
    Box::new(std::array::from_fn(|_| random.below(bound)))
}

/// How many values the two enums of the libraries have.
pub const CHOICES: [usize; 2] = [5, 6];

/// Numbers of enum values, in an order that no predictor learns.
pub fn choices() -> &'static [[usize; 2]; 1 << 14] {
    static CHOSEN: LazyLock<Box<[[usize; 2]; 1 << 14]>> = LazyLock::new(|| {
        let mut random = Random(13);
        Box::new(std::array::from_fn(|_| CHOICES.map(|count| random.below(count))))
    });
    &CHOSEN
}

/// Durations around seven milliseconds that spread over four powers of ten, in seconds.
pub fn values() -> &'static [f64; 1 << 12] {
    static VALUES: LazyLock<Box<[f64; 1 << 12]>> = LazyLock::new(|| {
        let mut random = Random(7);
        let mut uniform = move || (random.next() >> 11) as f64 / (1_u64 << 53) as f64 + 1e-17;
        let mut normal =
            move || (-2.0 * uniform().ln()).sqrt() * (std::f64::consts::TAU * uniform()).cos();
        Box::new(std::array::from_fn(|_| (normal() - 5.0).exp()))
    });
    &VALUES
}

/// The value of a counter: one to nine digits.
pub fn value(series: usize) -> u64 {
    let mut random = Random(series as u64 + 1);
    let digits = random.below(9) as u32 + 1;
    random.next() % 10_u64.pow(digits)
}

/// Numbers that look random and are the same in every run (splitmix64).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}
