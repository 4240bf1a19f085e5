//! What is wrong with what a descriptor says, beyond the characters of its names.

use super::{Facts, MetricType, Shape};
use crate::error::NameError;
use crate::name::{is_blank, label_name_fault, page_label};

impl Facts {
    /// Fails if something is wrong beyond the characters of the name and the labels.
    #[inline(never)]
    pub(super) fn check(&self) -> Result<(), NameError> {
        let why = if let Some(why) = self.metric_type.suffix_fault(&self.name) {
            why
        } else if let Shape::States(_) = &self.shape {
            if label_name_fault(&self.page_name).is_some() {
                "a state set shows its states in a label of its own name, which this cannot be"
            } else if self.has_label(&self.page_name) {
                "its states need the label of this name"
            } else if self.has_label_escaped_as_its_name() {
                "its states need a label that is of this name in some escaping scheme"
            } else {
                return self.check_help();
            }
        } else {
            return self.check_help();
        };
        Err(NameError::new("metric name", &self.name, why))
    }

    /// Without other schemes, the names on the page are all there are.
    #[cfg(not(feature = "utf8"))]
    #[inline(always)]
    fn has_label_escaped_as_its_name(&self) -> bool {
        false
    }

    fn check_help(&self) -> Result<(), NameError> {
        if is_blank(&self.help) {
            let why = "say in a sentence what the family counts or measures";
            return Err(NameError::new("help of", &self.name, why));
        }
        Ok(())
    }

    /// Whether there is a label that has this name on the page.
    pub(super) fn has_label(&self, page_name: &str) -> bool {
        self.page_labels.iter().any(|label| label == page_name)
            || self.const_labels.chunks_exact(2).any(|pair| page_label(&pair[0]) == page_name)
    }

    /// Why there cannot be a label that has this name on the page.
    pub(super) fn label_fault(&self, page_name: &str) -> Option<&'static str> {
        if page_name.starts_with('_') {
            return Some("names that start with `_` on the page are reserved");
        }
        self.metric_type.label_fault(page_name).or_else(|| {
            if self.metric_type == MetricType::StateSet && page_name == self.page_name {
                Some("a state set shows its states in this label")
            } else if self.has_label(page_name) {
                Some("the family has a label of this name")
            } else {
                None
            }
        })
    }
}

#[cold]
pub(super) fn check_states(states: &[String]) -> Result<(), NameError> {
    let mut numbered = states.iter().enumerate();
    let repeated =
        numbered.any(|(at, state)| states.iter().take(at).any(|earlier| earlier == state));
    if repeated || !(1..=64).contains(&states.len()) || states.iter().any(String::is_empty) {
        let why = "a state set has 1 to 64 distinct, non-empty states";
        // `join` would be 1 KiB of every program.
        let mut list = String::new();
        for state in states {
            list.push_str(if list.is_empty() { "" } else { "," });
            list.push_str(state);
        }
        return Err(NameError::new("states", list, why));
    }
    Ok(())
}
