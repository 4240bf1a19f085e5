//! Memory that stays within its bounds, and is given back.

use super::*;

#[test]
fn observations_that_nobody_scrapes_take_no_more_memory() {
    let observations = if cfg!(debug_assertions) { 1_000_000 } else { 10_000_000 };
    let registry = Registry::new();
    let histogram = registry.histogram("a", "A.").register().expect("valid");
    let summary = registry.summary("b", "B.").quantiles([0.5, 0.999]).register().expect("valid");
    let plain = registry.summary("c", "C.").register().expect("valid");
    let observe = || {
        bytes(|| {
            for n in 0..observations {
                let value = f64::from(n % 9973 + 1) * 1e-4;
                histogram.observe(value);
                summary.observe(value);
                plain.observe(value);
            }
        })
    };
    let (left, most) = observe();
    assert!(left <= most && most < 64 * 1024, "{most} bytes");
    let (left, most) = observe();
    assert!(left <= most && most < 16 * 1024, "{most} bytes more");
}

#[test]
fn label_values_without_end_stay_bounded_and_are_counted() {
    let values = if cfg!(debug_assertions) { 200_000_u64 } else { 10_000_000 };
    let registry = Registry::new();
    registry.register_self_metrics().expect("valid");
    let family = registry.counter("a_total", "A.").labels(["path"]).expect("valid");
    let mut path = String::with_capacity(64);
    let (left, most) = bytes(|| {
        for n in 0..values {
            use std::fmt::Write;
            path.clear();
            write!(path, "/scan/{n}").expect("a string takes all");
            family.with_values(&[&path]).expect("one").inc();
        }
    });
    assert_eq!(family.cardinality(), 10_001);
    assert!(left <= most && most < 4 << 20, "{most} bytes");
    let mut page = Vec::new();
    nunchi::encode(&registry, Format::Text, &mut page);
    let page = String::from_utf8(page).expect("text");
    let folded = values - 10_000;
    assert!(page.contains(&format!("a_total{{path=\"__overflow__\"}} {folded}\n")));
    assert!(page.contains(&format!("nunchi_series_folded_total{{family=\"a_total\"}} {folded}\n")));
}

#[test]
fn a_dropped_registry_gives_everything_back() {
    let (left, _) = bytes(|| {
        for (_, registry) in registries() {
            let mut page = Vec::new();
            nunchi::encode(&registry, Format::Text, &mut page);
        }
    });
    assert_eq!(left, 0);
}

#[test]
fn a_dropped_registry_frees_what_its_handles_do_not_hold() {
    let registry = Registry::new();
    let counter = registry.counter("a_total", "A.").register().expect("valid");
    let gauge: nunchi::Series<Gauge> = registry.gauge("b", "B.").register().expect("valid");
    let summary: nunchi::Series<Summary> = registry.summary("c", "C.").register().expect("valid");
    drop(registry);
    counter.inc();
    gauge.set(1.0);
    summary.observe(1.0);
    assert_eq!((counter.get(), gauge.get(), summary.count()), (1.0, 1.0, 1));
}
