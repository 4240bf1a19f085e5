//! Reading small files without allocating.

use std::fs::File;
use std::io::Read;

/// Larger than any of the small files gets: `stat` and `limits` stay below 1.5 kB.
pub(super) const SIZE: usize = 4096;

/// Beyond what `/proc/stat` takes with thousands of processors and interrupts.
pub(super) const LONG: usize = 16 << 20;

/// On every architecture of Linux. By number, because the kinds of errors that `std` knows would be
/// half a KiB of every program.
const EINTR: i32 = 4;

/// Room for one small file, on the stack: scrapes that overlap share nothing.
#[cfg(feature = "process")]
pub(in crate::collector) struct Buffer([u8; SIZE]);

#[cfg(feature = "process")]
impl Buffer {
    pub(in crate::collector) fn new() -> Self {
        Self([0; SIZE])
    }

    /// The content of a file, cut short where the room ends. `None` if any of it cannot be read.
    pub(in crate::collector) fn read(&mut self, path: &std::path::Path) -> Option<&[u8]> {
        let len = fill(&mut File::open(path).ok()?, &mut self.0)?;
        self.0.get(..len)
    }
}

/// The content of a file of any sensible length, cut short where it is longer.
#[cfg(feature = "process")]
pub(in crate::collector) fn read_long(path: &std::path::Path) -> Option<Vec<u8>> {
    let mut file = File::open(path).ok()?;
    let (mut content, mut len) = (Vec::new(), 0);
    while len == content.len() && len < LONG {
        content.resize(len + SIZE, 0);
        len += fill(&mut file, content.get_mut(len..)?)?;
    }
    content.truncate(len);
    Some(content)
}

/// Reads until the room is full or the file ends; answers how much was read.
#[inline(never)]
pub(super) fn fill(file: &mut File, room: &mut [u8]) -> Option<usize> {
    let mut len = 0;
    while let Some(rest) = room.get_mut(len..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(more) => len += more,
            Err(error) if error.raw_os_error() == Some(EINTR) => {}
            Err(_) => return None,
        }
    }
    Some(len)
}
