//! Messages of the delimited protobuf format on their way into chunks.
//!
//! A message is put together as a whole, since its length stands before it, and the chunks of a page
//! take it in parts of any length. So a page has the same bytes whatever the size of the chunks. A page
//! that is not wanted in chunks gets its messages where they are to be.

use super::protobuf::{self, Birth, MetricWriter, MESSAGE};
use super::{Encoder, CHUNK};
use crate::model::Buffers;

/// What a chunk gets in any case.
const LEAST: usize = 64;

/// The length of a message of 16 KiB and more. Shorter ones are moved to where theirs ends.
const PREFIX: usize = 3;

impl Encoder {
    /// As `fill` does for lines.
    pub(super) fn fill_with_messages(&mut self, page: &mut Vec<u8>, limit: usize) -> bool {
        let start = page.len();
        loop {
            let Some(buffers) = &mut self.buffers else { return false };
            let rest = buffers.message.get(self.sent..).unwrap_or_default();
            if !rest.is_empty() {
                let least = if page.len() == start { LEAST } else { 0 };
                let room = limit.saturating_sub(page.len()).max(least);
                let part = rest.get(..room).unwrap_or(rest);
                let is_all = part.len() == rest.len();
                page.extend_from_slice(part);
                self.sent += part.len();
                if !is_all {
                    return true;
                }
            }
            if self.at.0 >= self.page.len() {
                return false;
            }
            if limit == usize::MAX {
                self.put_message(page);
                continue;
            }
            let mut message = std::mem::take(&mut buffers.message);
            self.sent = 0;
            message.clear();
            message.reserve(CHUNK); // Which doubles to no more than a message may take.
            self.put_message(&mut message);
            if let Some(buffers) = &mut self.buffers {
                buffers.message = message;
            }
        }
    }

    /// Forgets the message at hand.
    pub(super) fn drop_message(&mut self) {
        self.sent = 0;
        if let Some(buffers) = &mut self.buffers {
            buffers.message.clear();
        }
    }

    /// Appends the next message of the page. There is none if no family that is left has series.
    fn put_message(&mut self, page: &mut Vec<u8>) {
        let start = page.len();
        page.extend_from_slice(&[0; PREFIX]);
        let mut is_empty = true;
        while let (Some(source), Some(buffers)) = (self.page.get(self.at.0), &mut self.buffers) {
            let outline = &buffers.outline;
            let mut writer =
                MetricWriter { outline, page, start, is_empty, birth: Birth::default() };
            #[cfg(feature = "utf8")]
            let stopped = super::spelling::visit_if_due(
                self.escaping,
                &**source,
                self.at.1,
                (&mut buffers.scratch, &mut buffers.spelling),
                &mut writer,
            );
            #[cfg(not(feature = "utf8"))]
            let stopped = source.visit(self.at.1, &mut buffers.scratch, &mut writer);
            is_empty = writer.is_empty;
            if let Some(series) = stopped {
                self.at.1 = series;
                break;
            }
            self.next_source();
            if !is_empty && self.begins_family() {
                break;
            }
        }
        if is_empty {
            page.truncate(start);
        } else {
            protobuf::put_length(page, start, PREFIX);
        }
    }
}

/// The buffers for later scrapes: without what was not taken, and without a message that a huge series
/// made huge.
pub(super) fn without_message(mut buffers: Box<Buffers>) -> Box<Buffers> {
    buffers.message.clear();
    if buffers.message.capacity() > MESSAGE {
        buffers.message = Vec::new();
    }
    buffers
}
