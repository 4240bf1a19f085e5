//! Exemplars of the span of `tracing` that a thread is in.
//!
//! Imports `model`. The idea to hold: `tracing` itself knows spans by numbers that mean nothing
//! outside of the process, so what leads to a trace is what a program has recorded on them. The layer
//! writes that down beside the span, once; an update that keeps an exemplar walks from the span of its
//! thread outwards.

use crate::model::{set_calling_source, Exemplar};
use std::fmt::{self, Write};
use tracing_core::field::{Field, Visit};
use tracing_core::span::{Attributes, Id, Record};
use tracing_core::{dispatcher, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::{LookupSpan, Registry};

/// A layer of a `tracing_subscriber` that lets [`Exemplar::current`] answer with the fields
/// `trace_id` and `span_id` of the current span.
///
/// Texts and what is recorded with `%` or `?` are taken as they are, unsigned integers in lowercase
/// hexadecimal, of 32 digits for a trace and 16 for a span. A text of more than 48 bytes, an empty one
/// and one of zeros are as if they were not there. The fields may be recorded later than the span was
/// made. A span without a `trace_id` is in the trace of the one around it; the innermost `span_id`
/// within the trace is taken, if there is any. Without a `trace_id` there is no exemplar.
///
/// The layer has to be in a subscriber that is built on `tracing_subscriber::Registry`, and see the
/// spans: a filter that hides them from it hides their ids.
///
/// # Performance
///
/// A span with one of the fields carries 128 bytes more; others cost a look at the names of their
/// fields. An exemplar that is not kept costs nothing more. One that is kept looks at the current span
/// and those around it up to the `trace_id`, for each of which it takes the lock of the span's
/// extensions, as layers do: so none may be asked for while the same thread holds these extensions, be it
/// for reading. A destructor of thread-local data may ask where the crate `thread_local` is as new as
/// 1.1.10; with 1.1.4 it would abort the program.
///
/// # Examples
///
/// ```
/// use nunchi::{counter, Exemplar};
/// use tracing_subscriber::layer::SubscriberExt;
///
/// let subscriber = tracing_subscriber::registry().with(nunchi::tracing::ExemplarLayer::new());
/// tracing::subscriber::with_default(subscriber, || {
///     let _in = tracing::info_span!("request", trace_id = "0af7651916cd43dd8448eb211c80319c").entered();
///     counter!("app_orders_total", "Orders.").inc_with_exemplar(Exemplar::current());
/// });
/// ```
#[derive(Debug)]
pub struct ExemplarLayer(());

impl ExemplarLayer {
    /// A layer. From now on [`Exemplar::current`] asks such layers, unless
    /// [`Exemplar::set_source`] was called before.
    #[must_use]
    pub fn new() -> Self {
        set_calling_source(current);
        Self(())
    }
}

impl Default for ExemplarLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Subscriber + for<'s> LookupSpan<'s>> Layer<S> for ExemplarLayer {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut ids = Ids::default();
        attributes.record(&mut ids);
        if let (true, Some(span)) = (ids.is_any(), context.span(id)) {
            span.extensions_mut().replace(ids);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let mut ids = Ids::default();
        values.record(&mut ids);
        if let (true, Some(span)) = (ids.is_any(), context.span(id)) {
            let mut extensions = span.extensions_mut();
            let before = extensions.get_mut::<Ids>().copied().unwrap_or_default();
            extensions.replace(ids.or(before));
        }
    }
}

/// Calls `take` with the exemplar of the current span.
fn current(take: &mut dyn FnMut(Exemplar<'_>)) {
    dispatcher::get_default(|dispatch| {
        let Some(registry) = dispatch.downcast_ref::<Registry>() else { return };
        let current = registry.current_span();
        let Some(span) = current.id().and_then(|id| registry.span(id)) else { return };
        let mut found = Ids::default();
        for span in span.scope() {
            if let Some(ids) = span.extensions().get::<Ids>() {
                found = found.or(*ids);
            }
            if found.trace.is_some() {
                break;
            }
        }
        let (trace, span) = (Text::as_str(&found.trace), Text::as_str(&found.span));
        if !trace.is_empty() {
            take(Exemplar::new(&[("trace_id", trace), ("span_id", span)]));
        }
    });
}

/// What was recorded on a span.
#[derive(Clone, Copy, Default)]
struct Ids {
    trace: Option<Text>,
    span: Option<Text>,
}

impl Ids {
    fn is_any(&self) -> bool {
        self.trace.is_some() || self.span.is_some()
    }

    fn or(self, other: Self) -> Self {
        Self { trace: self.trace.or(other.trace), span: self.span.or(other.span) }
    }

    /// Where the id goes that a field has, and how many digits it has as a number.
    fn place(&mut self, field: &Field) -> Option<(&mut Option<Text>, usize)> {
        match field.name() {
            "trace_id" => Some((&mut self.trace, 32)),
            "span_id" => Some((&mut self.span, 16)),
            _ => None,
        }
    }
}

impl Visit for Ids {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if let Some((place, _)) = self.place(field) {
            *place = Text::of(format_args!("{value:?}"));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if let Some((place, _)) = self.place(field) {
            *place = Text::of(format_args!("{value}"));
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.record_u128(field, value.into());
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        if let Some((place, digits)) = self.place(field) {
            *place = Text::of(format_args!("{value:0digits$x}"));
        }
    }
}

/// A short text, which is copied instead of being allocated.
#[derive(Clone, Copy)]
struct Text {
    bytes: [u8; 48],
    length: usize,
}

impl Text {
    /// None if it is too long, empty, or zero.
    fn of(text: fmt::Arguments<'_>) -> Option<Self> {
        let mut made = Self { bytes: [0; 48], length: 0 };
        made.write_fmt(text).ok()?;
        let written = made.bytes.get(..made.length)?;
        written.iter().any(|byte| *byte != b'0').then_some(made)
    }

    fn as_str(text: &Option<Self>) -> &str {
        let bytes = text.as_ref().and_then(|text| text.bytes.get(..text.length));
        bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

impl Write for Text {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let end = self.length + part.len();
        self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?.copy_from_slice(part.as_bytes());
        self.length = end;
        Ok(())
    }
}
