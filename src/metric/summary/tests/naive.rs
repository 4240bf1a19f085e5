//! The obvious way to do it: keep every observation.

use super::super::window::PANES;

/// Observations with the millisecond they were made at, in panes of the same rule.
pub(super) struct Naive {
    window: u64,
    panes: Vec<Pane>,
}

struct Pane {
    start: u64,
    end: u64,
    values: Vec<(u64, f64)>,
}

impl Naive {
    pub(super) fn new(window: u64) -> Self {
        Self { window, panes: Vec::new() }
    }

    pub(super) fn put(&mut self, value: f64, now: u64) {
        self.turn(now);
        if let Some(pane) = self.panes.last_mut() {
            pane.values.push((now, value));
        }
    }

    /// A pane lasts a sixteenth of the window from the first call after the one before it ended.
    pub(super) fn turn(&mut self, now: u64) {
        if self.panes.last().map_or(true, |pane| now >= pane.end) {
            let end = now + self.window / PANES;
            self.panes.push(Pane { start: now, end, values: Vec::new() });
        }
    }

    /// The observation at the rank of each quantile, the oldest pane weighted by its overlap.
    pub(super) fn weighted(&self, quantiles: &[f64], now: u64) -> Vec<f64> {
        let edge = now.saturating_sub(self.window);
        let mut values = Vec::new();
        for pane in self.panes.iter().filter(|pane| pane.end > edge) {
            let inside = pane.end - edge.max(pane.start);
            let weight = inside as f64 / (pane.end - pane.start) as f64;
            values.extend(pane.values.iter().map(|&(_, value)| (value, weight)));
        }
        values.sort_by(|a, b| a.0.total_cmp(&b.0));
        let total: f64 = values.iter().map(|value| value.1).sum();
        let at = |quantile: f64| {
            let mut passed = 0.0;
            let reached = values.iter().find(|value| {
                passed += value.1;
                passed >= quantile * total * (1.0 - 1e-12)
            });
            reached.or(values.last()).map_or(f64::NAN, |value| value.0)
        };
        quantiles.iter().map(|&quantile| at(quantile)).collect()
    }

    /// The quantiles of exactly the observations younger than the window.
    pub(super) fn exact(&self, quantiles: &[f64], now: u64) -> Vec<f64> {
        let edge = now.saturating_sub(self.window);
        let panes = self.panes.iter().filter(|pane| pane.end > edge);
        let all = panes.flat_map(|pane| &pane.values);
        let inside = all.filter(|value| value.0 > edge).map(|value| value.1);
        exact(&mut inside.collect::<Vec<_>>(), quantiles)
    }

    /// Forgets what no later question can reach.
    pub(super) fn forget(&mut self, now: u64) {
        self.panes.retain(|pane| pane.end + self.window > now);
    }
}

/// The values of rank max(1, ceil(q n)).
pub(super) fn exact(values: &mut [f64], quantiles: &[f64]) -> Vec<f64> {
    let at = |quantile: &f64| {
        let rank = (quantile * values.len() as f64 * (1.0 - 1e-12)).ceil() as usize;
        *values.select_nth_unstable_by(rank.max(1) - 1, f64::total_cmp).1
    };
    quantiles.iter().map(at).collect()
}
