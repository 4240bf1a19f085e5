//! A page in pieces of whatever size the caller has room for.

use super::text::{TextState, TextWriter};
use super::{Format, CHUNK};
use crate::model::{Gather, Member, PageFamily, Scratch};
use std::fmt;
use std::sync::Arc;

/// Puts a page together chunk by chunk, for a sink that takes a page in parts.
///
/// Making an encoder runs the collectors of the registry; from then on nothing but this crate's own
/// code runs, no lock is held, and metrics may be updated and registered while the page is taken
/// in any number of chunks over any length of time. Each value is that of the moment when its
/// series is written.
///
/// # Examples
///
/// ```
/// use nunchi::{Encoder, Format, Registry};
///
/// let registry = Registry::new();
/// registry.gauge("app_jobs", "Jobs waiting.").register()?;
/// let mut encoder = Encoder::new(&registry, Format::Text);
/// let mut chunk = Vec::with_capacity(16 * 1024);
/// loop {
///     chunk.clear();
///     let more = encoder.next_chunk(&mut chunk);
///     // … hand `chunk` to the network …
///     if !more {
///         break;
///     }
/// }
/// # Ok::<(), nunchi::RegisterError>(())
/// ```
pub struct Encoder {
    registry: Arc<dyn Gather>,
    families: Arc<Vec<PageFamily>>,
    /// `None` only while the encoder is dropped.
    buffers: Option<(Scratch, TextState)>,
    /// The family, member and series to go on with.
    at: (usize, usize, usize),
}

impl Encoder {
    pub(crate) fn over(registry: Arc<dyn Gather>, format: Format) -> Self {
        let Format::Text = format;
        let mut scratch = registry.take_scratch();
        let families = registry.gather(&mut scratch);
        let state = TextState::new(&mut scratch);
        let mut this = Self { registry, families, buffers: Some((scratch, state)), at: (0, 0, 0) };
        this.begin_family();
        this
    }

    /// Appends the next part of the page and answers whether there is more. It is at least one
    /// series (with the header of its family where that is due), and otherwise as much as fits in
    /// the capacity that `chunk` has: the vector grows only if one series does not fit in it.
    #[must_use = "the page is not whole before the answer is `false`"]
    pub fn next_chunk(&mut self, chunk: &mut Vec<u8>) -> bool {
        self.fill(chunk, chunk.capacity())
    }

    /// As [`Self::next_chunk`], up to the usual size whatever the capacity.
    pub(super) fn usual_chunk(&mut self, chunk: &mut Vec<u8>) -> bool {
        self.fill(chunk, CHUNK)
    }

    /// Appends the whole rest of the page.
    pub(super) fn append_all(&mut self, page: &mut Vec<u8>) {
        while self.fill(page, usize::MAX) {}
    }

    fn fill(&mut self, page: &mut Vec<u8>, limit: usize) -> bool {
        let start = page.len();
        while let Some(family) = self.families.get(self.at.0) {
            let Some(member) = family.members.get(self.at.1) else {
                self.at = (self.at.0 + 1, 0, 0);
                self.begin_family();
                continue;
            };
            let Some((scratch, state)) = &mut self.buffers else { return false };
            let mut writer = TextWriter { state, page, start, limit };
            let refused = match member {
                Member::Live(source) => source.visit(self.at.2, scratch, &mut writer),
                Member::Staged { descriptor, collector, family } => {
                    let staged = scratch.staged_by(*collector);
                    staged.and_then(|staged| {
                        staged.visit(*family, descriptor, self.at.2, &mut writer)
                    })
                }
            };
            if let Some(series) = refused {
                self.at.2 = series;
                return true;
            }
            self.at = (self.at.0, self.at.1 + 1, 0);
            self.begin_member();
        }
        false
    }

    fn begin_family(&mut self) {
        if let (Some(family), Some((_, state))) = (self.families.get(self.at.0), &mut self.buffers)
        {
            state.family(&family.descriptor);
        }
        self.begin_member();
    }

    fn begin_member(&mut self) {
        let family = self.families.get(self.at.0);
        if let (Some(member), Some((_, state))) =
            (family.and_then(|family| family.members.get(self.at.1)), &mut self.buffers)
        {
            state.member(member.descriptor());
        }
    }

    /// An empty buffer of the usual size, from an earlier scrape if possible.
    pub(super) fn take_chunk(&mut self) -> Vec<u8> {
        let mut chunk = match &mut self.buffers {
            Some((scratch, _)) => std::mem::take(&mut scratch.chunk),
            None => Vec::new(),
        };
        chunk.clear();
        chunk.reserve(CHUNK);
        chunk
    }

    /// Takes the buffer back for later scrapes, unless a huge series made it huge.
    pub(super) fn keep_chunk(&mut self, chunk: Vec<u8>) {
        if let Some((scratch, _)) = &mut self.buffers {
            if chunk.capacity() <= 16 * CHUNK {
                scratch.chunk = chunk;
            }
        }
    }
}

impl Drop for Encoder {
    fn drop(&mut self) {
        if let Some((mut scratch, state)) = self.buffers.take() {
            state.give_back(&mut scratch);
            self.registry.keep_scratch(scratch);
        }
    }
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoder").field("at", &self.at).finish_non_exhaustive()
    }
}
