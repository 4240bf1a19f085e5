//! Stands in for Linux where there is none: no families, nothing to read.

use super::Roots;
use crate::error::CollectError;
use crate::model::{Collection, Descriptor};
use std::time::Duration;

#[derive(Debug, Default)]
pub(super) struct Machine;

impl Machine {
    pub(super) fn describe() -> Vec<Descriptor> {
        Vec::new()
    }

    pub(super) fn collect(
        &self,
        _roots: &Roots,
        _patience: Duration,
        _out: &mut Collection<'_>,
    ) -> Result<(), CollectError> {
        Ok(())
    }
}
