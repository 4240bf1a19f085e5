//! A page in pieces of whatever size the caller has room for.

#[cfg(feature = "openmetrics2")]
use super::composite::{OpenMetrics2, PointWriter};
#[cfg(feature = "openmetrics")]
use super::created::CreatedWriter;
#[cfg(feature = "openmetrics")]
use super::openmetrics::OpenMetrics;
#[cfg(feature = "utf8")]
use super::spelling;
use super::text::{LineWriter, Text};
use super::{Format, CHUNK};
use crate::model::{Buffers, CollectorId, Descriptor, Gather, Page, Source, Visitor};
#[cfg(feature = "utf8")]
use crate::name::Escaping;
use std::fmt;
use std::marker::PhantomData;
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
    format: Format,
    #[cfg(feature = "utf8")]
    pub(super) escaping: Escaping,
    pub(super) page: Page,
    /// `None` only while the encoder is dropped.
    pub(super) buffers: Option<Box<Buffers>>,
    /// The source and the series to go on with. The end of the page counts as one more source.
    pub(super) at: (usize, usize),
    /// How much of the message at hand was taken.
    #[cfg(feature = "protobuf")]
    pub(super) sent: usize,
}

impl Encoder {
    /// Begins a page with what the collectors yield that `runs` says to run.
    pub(crate) fn over(
        registry: Arc<dyn Gather>,
        format: Format,
        runs: &dyn Fn(CollectorId) -> bool,
    ) -> Self {
        let mut buffers = registry.take_buffers();
        let page = registry.gather(&mut buffers.scratch, runs);
        let mut this = Self {
            registry,
            format,
            #[cfg(feature = "utf8")]
            escaping: Escaping::default(),
            page,
            buffers: Some(buffers),
            at: (0, 0),
            #[cfg(feature = "protobuf")]
            sent: 0,
        };
        this.begin_source();
        this
    }

    /// The same page from its beginning, with names outside the legacy set escaped in this way. Its
    /// media type is [`Format::content_type_with`].
    ///
    /// # Performance
    ///
    /// Names are escaped into buffers that are used again. Families whose names are all of the legacy set
    /// are written as ever.
    ///
    /// # Examples
    ///
    /// ```
    /// use nunchi::{Encoder, Escaping, Format, Registry};
    ///
    /// let registry = Registry::new();
    /// let encoder = Encoder::new(&registry, Format::Text).escaping(Escaping::AllowUtf8);
    /// # drop(encoder);
    /// ```
    #[cfg(feature = "utf8")]
    #[must_use]
    pub fn escaping(mut self, escaping: Escaping) -> Self {
        self.escaping = escaping;
        self.rewind();
        self
    }

    /// Appends the next part of the page and answers whether there is more. It is at least one
    /// series (with the header of its family where that is due), and otherwise as much as fits in
    /// the capacity that `chunk` has: the vector grows only if one series does not fit in it. The
    /// line that ends a page of OpenMetrics may have a chunk to itself.
    ///
    /// A page of protobuf is cut wherever the capacity ends; a chunk of less grows to 64 bytes.
    #[must_use = "the page is not whole before the answer is `false`"]
    pub fn next_chunk(&mut self, chunk: &mut Vec<u8>) -> bool {
        self.fill(chunk, chunk.capacity())
    }

    /// As [`Self::next_chunk`], up to the usual size more, whatever the capacity.
    pub(crate) fn usual_chunk(&mut self, chunk: &mut Vec<u8>) -> bool {
        self.fill(chunk, chunk.len() + CHUNK)
    }

    /// Appends the whole rest of the page.
    pub(super) fn append_all(&mut self, page: &mut Vec<u8>) {
        while self.fill(page, usize::MAX) {}
    }

    /// Leaves families out. To be called before anything is taken.
    pub(crate) fn retain(&mut self, is_wanted: &dyn Fn(&Descriptor) -> bool) {
        let is_wanted = |source: &&Arc<dyn Source>| is_wanted(source.descriptor());
        self.page = Arc::new(self.page.iter().filter(is_wanted).cloned().collect());
        self.rewind();
    }

    /// Goes back to the start of the page, without asking the collectors again.
    pub(crate) fn rewind(&mut self) {
        self.at = (0, 0);
        #[cfg(feature = "protobuf")]
        self.drop_message();
        self.begin_source();
    }

    fn fill(&mut self, page: &mut Vec<u8>, limit: usize) -> bool {
        #[cfg(feature = "protobuf")]
        if self.format == Format::Protobuf {
            return self.fill_with_messages(page, limit);
        }
        let start = page.len();
        while let (Some(source), Some(buffers)) = (self.page.get(self.at.0), &mut self.buffers) {
            let chunk = Chunk { page, start, limit };
            let stopped = match self.format {
                #[cfg(feature = "utf8")]
                format if spelling::is_due(self.escaping, source.descriptor()) => {
                    spelling::take(format, chunk, &**source, self.at.1, buffers)
                }
                Format::Text => chunk.take::<Text>(&**source, self.at.1, buffers),
                #[cfg(feature = "openmetrics")]
                Format::OpenMetrics if buffers.prepared.tells_births => {
                    chunk.take_with_births(&**source, self.at.1, buffers)
                }
                #[cfg(feature = "openmetrics")]
                Format::OpenMetrics => chunk.take::<OpenMetrics>(&**source, self.at.1, buffers),
                #[cfg(feature = "openmetrics2")]
                Format::OpenMetrics2 => chunk.take_points(&**source, self.at.1, buffers),
                #[cfg(feature = "protobuf")]
                Format::Protobuf => None, // Not in this way.
            };
            if let Some(series) = stopped {
                self.at.1 = series;
                return true;
            }
            self.at = (self.at.0 + 1, 0);
            self.begin_source();
        }
        let end = self.format.end();
        if !end.is_empty() && self.at.0 == self.page.len() {
            if page.len() > start && page.len() + end.len() > limit {
                return true;
            }
            page.extend_from_slice(end.as_bytes());
            self.at.0 += 1;
        }
        false
    }

    fn begin_source(&mut self) {
        let is_new = self.begins_family();
        let (Some(source), Some(buffers)) = (self.page.get(self.at.0), &mut self.buffers) else {
            return;
        };
        let descriptor = source.descriptor();
        #[cfg(feature = "utf8")]
        if spelling::is_due(self.escaping, descriptor) {
            return spelling::begin(self.format, self.escaping, is_new, descriptor, buffers);
        }
        if is_new {
            match self.format {
                Format::Text => buffers.prepared.family::<Text>(descriptor),
                #[cfg(feature = "openmetrics")]
                Format::OpenMetrics => buffers.prepared.family::<OpenMetrics>(descriptor),
                #[cfg(feature = "openmetrics2")]
                Format::OpenMetrics2 => buffers.prepared.family::<OpenMetrics2>(descriptor),
                #[cfg(feature = "protobuf")]
                Format::Protobuf => buffers.outline.family(descriptor, descriptor.page_name()),
            }
        }
        #[cfg(feature = "protobuf")]
        if self.format == Format::Protobuf {
            return buffers.outline.member(descriptor.const_pieces());
        }
        buffers.prepared.member(descriptor);
    }

    /// Whether the source at hand is the first of its family.
    pub(super) fn begins_family(&self) -> bool {
        let name = |at: usize| self.page.get(at).map(|source| source.descriptor().page_name());
        let before = self.at.0.checked_sub(1).and_then(name);
        before.is_none() || before != name(self.at.0)
    }

    /// Goes on with the next source.
    #[cfg(feature = "protobuf")]
    pub(super) fn next_source(&mut self) {
        self.at = (self.at.0 + 1, 0);
        self.begin_source();
    }

    /// An empty buffer of the usual size, from an earlier scrape if possible.
    pub(crate) fn take_chunk(&mut self) -> Vec<u8> {
        let mut chunk = match &mut self.buffers {
            Some(buffers) => std::mem::take(&mut buffers.chunk),
            None => Vec::new(),
        };
        chunk.clear();
        chunk.reserve(CHUNK);
        chunk
    }

    /// Takes the buffer back for later scrapes, unless a huge series made it huge.
    pub(crate) fn keep_chunk(&mut self, chunk: Vec<u8>) {
        if let Some(buffers) = &mut self.buffers {
            if chunk.capacity() <= 16 * CHUNK {
                buffers.chunk = chunk;
            }
        }
    }
}

/// The chunk at hand.
pub(super) struct Chunk<'p> {
    pub(super) page: &'p mut Vec<u8>,
    pub(super) start: usize,
    pub(super) limit: usize,
}

impl Chunk<'_> {
    /// Takes the series of a source, beginning with number `from`. Answers with which to go on in
    /// the next chunk.
    #[inline]
    fn take<D>(self, source: &dyn Source, from: usize, buffers: &mut Buffers) -> Option<usize>
    where
        for<'p> LineWriter<'p, D>: Visitor,
    {
        let Self { page, start, limit } = self;
        let (state, dialect) = (&mut buffers.prepared, PhantomData::<D>);
        let mut writer = LineWriter { dialect, state, page, start, limit };
        source.visit(from, &mut buffers.scratch, &mut writer)
    }
}

#[cfg(feature = "openmetrics")]
impl Chunk<'_> {
    /// The same of OpenMetrics, each series with the line of its creation.
    fn take_with_births(
        self,
        source: &dyn Source,
        from: usize,
        buffers: &mut Buffers,
    ) -> Option<usize> {
        let Self { page, start, limit } = self;
        let (state, dialect) = (&mut buffers.prepared, PhantomData::<OpenMetrics>);
        let lines = LineWriter { dialect, state, page, start, limit };
        source.visit(from, &mut buffers.scratch, &mut CreatedWriter::over(lines))
    }
}

#[cfg(feature = "openmetrics2")]
impl Chunk<'_> {
    /// The same of OpenMetrics 2.0.
    fn take_points(self, source: &dyn Source, from: usize, buffers: &mut Buffers) -> Option<usize> {
        let Self { page, start, limit } = self;
        let (state, dialect) = (&mut buffers.prepared, PhantomData::<OpenMetrics2>);
        let lines = LineWriter { dialect, state, page, start, limit };
        source.visit(from, &mut buffers.scratch, &mut PointWriter::over(lines))
    }
}

impl Drop for Encoder {
    fn drop(&mut self) {
        if let Some(buffers) = self.buffers.take() {
            #[cfg(feature = "protobuf")]
            let buffers = super::delimited::without_message(buffers);
            self.registry.keep_buffers(buffers);
        }
    }
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoder").field("at", &self.at).finish_non_exhaustive()
    }
}
