//! Reading small files without allocating.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

/// Larger than any of the small files gets: `stat` and `limits` stay below 1.5 kB.
const SIZE: usize = 4096;

/// Beyond what `/proc/stat` takes with thousands of processors and interrupts.
const LONG: usize = 16 << 20;

/// Room for one small file, on the stack: scrapes that overlap share nothing.
pub(super) struct Buffer([u8; SIZE]);

impl Buffer {
    pub(super) fn new() -> Self {
        Self([0; SIZE])
    }

    /// The content of a file, cut short where the room ends. `None` if any of it cannot be read.
    pub(super) fn read(&mut self, path: &Path) -> Option<&[u8]> {
        let mut file = File::open(path).ok()?;
        let mut len = 0;
        while let Some(room) = self.0.get_mut(len..).filter(|room| !room.is_empty()) {
            match read_some(&mut file, room)? {
                0 => break,
                more => len += more,
            }
        }
        self.0.get(..len)
    }
}

/// The content of a file of any sensible length, cut short where it is longer.
pub(super) fn read_long(path: &Path) -> Option<Vec<u8>> {
    let mut file = File::open(path).ok()?;
    let mut content = Vec::new();
    let mut part = [0; SIZE];
    while content.len() < LONG {
        match read_some(&mut file, &mut part)? {
            0 => break,
            more => content.extend_from_slice(part.get(..more)?),
        }
    }
    Some(content)
}

fn read_some(file: &mut File, room: &mut [u8]) -> Option<usize> {
    loop {
        match file.read(room) {
            Ok(more) => return Some(more),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
}
