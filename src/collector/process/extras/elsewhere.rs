//! Stands in for the proc file system where there is none: there is nothing to read.

use crate::error::CollectError;
use crate::model::Collection;
use std::path::PathBuf;

#[derive(Debug)]
pub(super) struct Process;

impl Process {
    pub(super) fn new(_directory: PathBuf) -> Self {
        Self
    }

    pub(super) fn collect(&self, _out: &mut Collection<'_>) -> Result<(), CollectError> {
        Ok(())
    }
}
