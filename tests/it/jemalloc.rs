//! What a reader of jemalloc's numbers says, and what it does not.

use crate::support::{page, parsed};
use nunchi::collector::{JemallocCollector, JemallocReader};
use nunchi::Registry;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

/// Knows every number, each its length and how often it was refreshed, but for one.
struct Fake(Arc<AtomicU64>);

impl JemallocReader for Fake {
    fn refresh(&self) {
        self.0.fetch_add(1000, Ordering::Relaxed);
    }

    fn read(&self, name: &str) -> Option<u64> {
        let is_known = !name.ends_with("num_threads");
        is_known.then(|| name.len() as u64 + self.0.load(Ordering::Relaxed))
    }
}

#[test]
fn numbers_are_read_once_they_are_refreshed_and_unknown_ones_left_out() {
    let registry = Registry::new();
    let refreshed = Arc::new(AtomicU64::new(0));
    registry.register(JemallocCollector::new(Fake(Arc::clone(&refreshed)))).unwrap();
    let families = parsed(&registry).families;
    assert!(families.iter().all(|family| family.help.ends_with('.')));
    let page = page(&registry);
    for line in [
        format!("jemalloc_allocated_bytes {}", 2000 + "stats.allocated".len()),
        format!("jemalloc_purges_total{{state=\"muzzy\"}} {}", 2000 + 30),
        format!("jemalloc_background_thread_runs_total {}", 2000 + 32),
    ] {
        assert!(page.lines().any(|found| found == line), "{line}\n{page}");
    }
    assert!(!page.contains("jemalloc_background_threads"));
    assert_eq!(page.lines().filter(|line| !line.starts_with('#')).count(), 13);
    assert_eq!(refreshed.load(Ordering::Relaxed), 2000);
}
