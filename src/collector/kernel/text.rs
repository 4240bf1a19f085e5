//! Reading files of any length, again and again, without allocating.

use super::file::{fill, LONG, SIZE};
use std::fs::File;
use std::path::Path;

/// Room for files of any sensible length, kept for the next one.
#[derive(Debug, Default)]
pub(in crate::collector) struct Text {
    /// Never shrinks, so that it is seldom filled with zeros.
    room: Vec<u8>,
    len: usize,
}

impl Text {
    /// The content of a file, cut short where it is longer than any is. `None` if any of it cannot
    /// be read.
    pub(in crate::collector) fn read(&mut self, path: &Path) -> Option<&[u8]> {
        self.len = 0;
        let mut file = File::open(path).ok()?;
        let mut len = 0;
        loop {
            if self.room.len() - len < SIZE {
                self.room.resize(len + 4 * SIZE, 0);
            }
            let read = fill(&mut file, self.room.get_mut(len..)?)?;
            len += read;
            if len < self.room.len() || len >= LONG {
                self.len = len;
                return Some(self.content());
            }
        }
    }

    /// What was read last; nothing if that failed.
    pub(in crate::collector) fn content(&self) -> &[u8] {
        self.room.get(..self.len).unwrap_or_default()
    }
}
