//! States of which each is on or off.

use super::instrument::{Instrument, Metric};
use crate::model::{LabelPieces, MetricType, Scratch, Shape, StateSetPoint, Visitor};
use crate::sync::primitive::{AtomicU64, Ordering};
use std::sync::Arc;

/// Up to 64 named states, each on or off: one sample per state with the value 1 or 0, in a label
/// named like the family.
///
/// # Performance
///
/// A search among the names and one atomic operation. Never allocates, locks, panics or fails.
///
/// # Consistency
///
/// All samples of a scrape are of one moment: the states are bits of one word, so after
/// [`set`](Self::set) a scrape never sees two states on or none.
///
/// # Examples
///
/// ```
/// let registry = nunchi::Registry::new();
/// let phase = registry
///     .state_set("app_phase", "Phase of the application.", ["starting", "running"])
///     .register()?;
/// assert!(phase.set("running"));
/// assert!(!phase.set("dancing")); // Not a state: nothing changes.
/// # Ok::<(), nunchi::RegisterError>(())
/// ```
#[derive(Debug)]
pub struct StateSet {
    on: AtomicU64,
    states: Arc<[String]>,
}

impl StateSet {
    /// Switches this state on and all others off. Answers whether there is such a state; if not,
    /// nothing changes.
    pub fn set(&self, state: &str) -> bool {
        self.bit(state).map(|bit| self.on.store(bit, Ordering::Relaxed)).is_some()
    }

    /// Switches one state on or off and leaves the others. Answers whether there is such a state.
    pub fn switch(&self, state: &str, on: bool) -> bool {
        let Some(bit) = self.bit(state) else { return false };
        if on {
            self.on.fetch_or(bit, Ordering::Relaxed); // Orders nothing else.
        } else {
            self.on.fetch_and(!bit, Ordering::Relaxed); // Orders nothing else.
        }
        true
    }

    /// Whether the state is on.
    #[must_use]
    pub fn is_on(&self, state: &str) -> bool {
        self.bit(state).is_some_and(|bit| self.on.load(Ordering::Relaxed) & bit != 0)
    }

    fn bit(&self, state: &str) -> Option<u64> {
        self.states.iter().position(|known| known == state).map(|at| 1 << at)
    }
}

impl Metric for StateSet {
    const TYPE: MetricType = MetricType::StateSet;
}

impl Instrument for StateSet {
    fn create(shape: &Shape) -> Self {
        let states = match shape {
            Shape::States(states) => Arc::clone(states),
            _ => Arc::new([]),
        };
        Self { on: AtomicU64::new(0), states }
    }

    fn offer(
        &self,
        _: &Shape,
        labels: LabelPieces<'_>,
        _: &mut Scratch,
        visitor: &mut dyn Visitor,
    ) -> bool {
        let on = self.on.load(Ordering::Relaxed); // One word: one moment.
        visitor.state_set(labels, StateSetPoint { states: self.states.len(), on })
    }
}
