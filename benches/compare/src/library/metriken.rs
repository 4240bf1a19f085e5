use super::Updates;
use crate::measure::Subject;
use crate::operation::Operation;
use metriken::{metric, AtomicCounterHistogram, Counter, Gauge, ShardedCounterHistogram};

/// It renders no page in a format that Prometheus reads, and finds no series by label values.
pub struct Metriken;

const NAME: &str = "metriken";
/// A relative error of 1/64 up to 2^40 ns.
const GRID: (u8, u8) = (6, 40);

#[metric(name = "site_total")]
static SITE: Counter = Counter::new();

impl Updates for Metriken {
    const NAME: &'static str = NAME;

    fn subjects(operation: Operation) -> Vec<Subject> {
        let subject = match operation {
            Operation::Inc => Subject::steps(NAME, Counter::new(), |counter| {
                counter.increment();
            }),
            Operation::Site => Subject::steps(NAME, (), |()| {
                SITE.increment();
            }),
            Operation::AddInteger => Subject::steps(NAME, Gauge::new(), |gauge| {
                gauge.add(3);
            }),
            Operation::Summary => return summaries(),
            _ => return Vec::new(),
        };
        vec![subject]
    }
}

/// Base-two histograms of whole nanoseconds, since the start of the program and without a sum.
fn summaries() -> Vec<Subject> {
    let shared = AtomicCounterHistogram::new(GRID.0, GRID.1);
    let sharded = ShardedCounterHistogram::new(GRID.0, GRID.1);
    let shared = Subject::values("metriken `AtomicCounterHistogram`", shared, |shared, value| {
        shared.increment((value * 1e9) as u64).expect("below the greatest value");
    });
    let sharded =
        Subject::values("metriken `ShardedCounterHistogram`", sharded, |sharded, value| {
            sharded.increment((value * 1e9) as u64).expect("below the greatest value");
        });
    vec![shared.apart(), sharded.apart()]
}
