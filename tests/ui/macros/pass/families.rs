//! `family!` as a static, a constant, an item of a function, and with borrowed labels.

use nunchi::{family, Counter, Family, Gauge, Histogram, Labels, Summary};

struct Route<'a> {
    path: &'a str,
}

impl Labels for Route<'_> {
    type Borrowed<'b> = Route<'b>;
    const NAMES: &'static [&'static str] = &["path"];
    fn with_values<R>(&self, f: impl FnOnce(&[&str]) -> R) -> R {
        f(&[self.path])
    }
}

pub static HITS: Family<Counter, Route<'static>> =
    family!("ui_hits_total", "Hits.", max_series = 100,);
static WAIT: Family<Histogram> = family!("ui_wait_seconds", "Wait.", buckets = [0.1, 1.0]);
static TOOK: Family<Summary> = family!("ui_took_seconds", "Took.", quantiles = [0.5], window = 60);

fn main() {
    static DEPTH: Family<Gauge<i64>, ()> = family!("ui_depth", "Depth.");
    let path = String::from("/a");
    HITS.with(&Route { path: &path }).inc();
    WAIT.with(&()).observe(0.5);
    TOOK.with(&()).observe(0.5);
    DEPTH.with(&()).set(3);
    let clone = HITS.clone();
    assert_eq!(clone.with(&Route { path: "/a" }).get(), 1.0);
    assert_eq!((HITS.cardinality(), HITS.descriptor().name()), (1, "ui_hits_total"));
}
