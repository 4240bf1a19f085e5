//! What a scrape of the machine collector costs: a machine of 16 processors from fixtures, and this
//! one.
//!
//! `cargo bench --features host --bench host`.

use criterion::{criterion_group, criterion_main, Criterion};
use nunchi::collector::HostCollector;
use nunchi::{encode, Format, Registry};
use std::path::Path;

fn scrape(criterion: &mut Criterion) {
    let tree = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/host/server-6.8");
    let fixture = HostCollector::new()
        .procfs(tree.join("proc"))
        .sysfs(tree.join("sys"))
        .rootfs(tree.join("root"));
    let mut group = criterion.benchmark_group("host");
    for (name, collector) in
        [("fixture of 16 processors", fixture), ("this machine", HostCollector::new())]
    {
        let registry = Registry::new();
        registry.register(collector).expect("the families are valid");
        let mut page = Vec::new();
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                page.clear();
                encode(&registry, Format::Text, &mut page);
            });
        });
        #[cfg(target_os = "linux")]
        assert!(page.len() > 10_000, "{name}: {} bytes", page.len());
    }
    group.finish();
}

criterion_group!(benches, scrape);
criterion_main!(benches);
