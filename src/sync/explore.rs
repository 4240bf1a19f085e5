//! Runs a model, and refuses one that proves nothing.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

/// Explores `check` over every interleaving with at most so many preemptions; fails if there are no
/// more than `least`: a model whose threads do not meet passes whatever the orderings are.
pub(crate) fn explore(preemptions: usize, least: usize, check: impl Fn() + Send + Sync + 'static) {
    let explored = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&explored);
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(preemptions);
    model.check(move || {
        counter.fetch_add(1, Ordering::Relaxed);
        check();
    });
    let explored = explored.load(Ordering::Relaxed);
    assert!(explored > least, "only {explored} executions: the model proves nothing");
}
