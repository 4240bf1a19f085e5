//! What a library must be able to do to be compared. One file for each library.

pub mod measured;
pub mod metrics;
pub mod nunchi;
pub mod prometheus;
pub mod prometheus_client;

use crate::measure::Subject;

/// A library, used the way its documentation shows, without what is slow by choice.
pub trait Library {
    const NAME: &'static str;

    type Counter: Send + Sync + 'static;
    fn counter() -> Self::Counter;
    fn inc(counter: &Self::Counter);

    type Gauge: Send + Sync + 'static;
    fn gauge() -> Self::Gauge;
    fn set(gauge: &Self::Gauge, value: f64);
    fn add(gauge: &Self::Gauge, value: f64);

    type Histogram<const N: usize>: Send + Sync + 'static;
    fn histogram<const N: usize>(bounds: [f64; N]) -> Self::Histogram<N>;
    fn observe<const N: usize>(histogram: &Self::Histogram<N>, value: f64);
    /// Work that observing left to somebody else.
    fn settle<const N: usize>(_: &Self::Histogram<N>) {}

    /// Counters with two labels whose values are known at run time only.
    type Pair: Send + Sync + 'static;
    fn pair() -> Self::Pair;
    fn inc_pair(pair: &Self::Pair, values: [&str; 2]);

    /// A page of families of counters, or of histograms with the default bounds, with three labels.
    type Page: Send + Sync + 'static;
    fn page(kind: Kind, families: usize) -> Self::Page;
    fn touch(page: &Self::Page, family: usize, values: [&'static str; 3], value: u64);
    /// Renders the page as text, into memory kept for it where the library can, and says how many
    /// bytes it has.
    fn encode(page: &mut Self::Page) -> usize;

    /// Rows that only some libraries have: `(operation, subject)`.
    fn more() -> Vec<(&'static str, Subject)> {
        Vec::new()
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Counters,
    Histograms,
}

/// The name of a family.
pub fn family_name(kind: Kind, number: usize) -> String {
    match kind {
        Kind::Counters => format!("http_server_{number:04}_requests_total"),
        Kind::Histograms => format!("http_server_{number:04}_request_duration_seconds"),
    }
}

pub const HELP: &str = "What this server was asked for.";
pub const CALL_SITE: &str = "literal call site, inc";
pub const PAIR: &str = "lookup of 2 labels, 1,000 series, + inc";
pub const SUMMARY: &str = "summary observe, clock included";
