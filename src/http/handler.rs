//! From a request to the page, or to the reason why there is none.

use super::accept;
use super::query::Query;
use super::{Request, Response};
use crate::encode::Encoder;
use crate::model::Descriptor;
use crate::registry::{Refusal, Registry};
use crate::sync::clock;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Answers scrapes of a registry as [`respond`] does, of which only so many at once.
///
/// Clones count together: give each thread, or each request, one of its own.
///
/// # Examples
///
/// ```
/// use nunchi::http::{Handler, Request};
///
/// let handler = Handler::new(nunchi::Registry::new()).max_scrapes(4);
/// assert_eq!(handler.respond(&Request::get()).status, 200);
/// ```
#[derive(Clone)]
#[must_use = "a handler answers nothing until `respond` is called"]
pub struct Handler {
    registry: Registry,
    max_scrapes: usize,
    under_way: Arc<AtomicUsize>,
}

impl Handler {
    /// A handler that answers any number of scrapes at once.
    pub fn new(registry: Registry) -> Self {
        Self { registry, max_scrapes: usize::MAX, under_way: Arc::default() }
    }

    /// Sets how many scrapes are answered at once, at least 1.
    ///
    /// Each has a page in memory and a processor to itself. One too many is refused with 503 and
    /// `retry-after`, and counted in `nunchi_scrapes_refused_total`.
    pub fn max_scrapes(mut self, scrapes: usize) -> Self {
        self.max_scrapes = scrapes.max(1);
        self
    }

    /// Answers a scrape, if there are not too many already.
    ///
    /// Everything else is as for [`respond`]; a request that is no scrape never counts as one.
    #[must_use]
    pub fn respond(&self, request: &Request<'_>) -> Response {
        let is_head = request.method == "HEAD";
        if !is_head && request.method != "GET" {
            return Response::method_not_allowed();
        }
        // Relaxed: nothing is passed on to who comes next, it is only a count.
        let (relaxed, most) = (Ordering::Relaxed, self.max_scrapes);
        let enter = |under_way| (under_way < most).then(|| under_way + 1);
        if self.under_way.fetch_update(relaxed, relaxed, enter).is_err() {
            self.registry.record_refusal(Refusal::Busy);
            let busy = Response::refusal(503, "service unavailable: too many scrapes at once");
            let busy = busy.with_header("retry-after", "1");
            return if is_head { busy.without_body() } else { busy };
        }
        let _leaves = Leaves(&self.under_way);
        respond(&self.registry, request)
    }
}

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handler").field("max_scrapes", &self.max_scrapes).finish_non_exhaustive()
    }
}

/// A scrape under way, which ends also with a panic.
struct Leaves<'a>(&'a AtomicUsize);

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed); // As above.
    }
}

/// Answers a scrape of `registry`.
///
/// | request | status | body |
/// |---|---|---|
/// | `GET` | 200 | the page |
/// | `HEAD` | 200 | none; the headers of the page |
/// | either, but the scraper's `timeout` is too short for the page | 503 | one line that says so |
/// | any other method, `get` included | 405, with `allow` | one line that says so |
///
/// The page is in the format that `accept` weighs highest among those there are: OpenMetrics 1.0 (also
/// as 0.0.1) with the feature `openmetrics`, delimited protobuf with the feature `protobuf`, and text
/// 0.0.4. It is text for `*/*`, without the header, and whatever else the header says; never a 406. It is complete before the response is returned, so
/// a 200 never carries half a page.
///
/// Names outside the legacy set are shown with underscores. With the feature `utf8` they are shown as the
/// parameter `escaping` of what was chosen says: `allow-utf-8`, `underscores`, `dots` or `values`. The
/// content type of the answer then names it, and text 1.0.0 is there beside 0.0.4.
///
/// With the feature `gzip`, it is compressed if `accept_encoding` weighs gzip (or `*`) at least as
/// high as `identity`, if it is more than a kilobyte, and if that makes it smaller.
///
/// | parameter of the `query` | meaning |
/// |---|---|
/// | `name[]=app_requests_total`, any number of them | only the families of these names: as on the page, in OpenMetrics, or of a sample (`app_seconds_bucket`). Collectors of others do not run. Names that nobody has, and those that are not percent-encoded text, find nothing, and nothing at all is an empty page |
/// | `debug=text`, `debug=openmetrics` | this format whatever `accept` says, as `text/plain`, which browsers show; with the feature `openmetrics`, and with `openmetrics2` also `debug=openmetrics2` |
///
/// Other parameters and other values of `debug` are ignored: who adds them means somebody else, and
/// a refused scrape is a gap in the data.
///
/// A tenth of the `timeout`, and at most half a second, is left for the way back. When the rest has
/// passed, no further collector runs and no further part of the page is written. A collector that
/// blocks is waited for all the same.
///
/// # Performance
///
/// Encodes every family once, `HEAD` included, into a buffer that becomes the body. A page that is
/// compressed is never in memory as it was: the compressor takes it in chunks of 64 KiB. It needs
/// 340 KiB, which are kept for the next scrapes, of two at most. A page that turns out to grow is
/// encoded once more. Each name of the query is compared with those of every family.
///
/// The scrape is counted, with its duration and the size of the page before compression, in the
/// registry's own metrics where those are registered; so are the 503 and the reason.
///
/// # Consistency
///
/// As for `nunchi::encode`: updates go on meanwhile and are on this page or the next. The scrape's
/// own duration and size are on the next page.
///
/// # Examples
///
/// ```
/// use nunchi::http::{respond, Request};
///
/// let registry = nunchi::Registry::new();
/// let response = respond(&registry, &Request::get());
/// assert_eq!(response.status, 200);
/// assert_eq!(response.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
/// assert_eq!(respond(&registry, &Request::get().method("POST")).status, 405);
/// ```
///
/// Source: Prometheus exposition formats, content negotiation and escaping schemes, RFC 9110 sections 9.3, 12.5.3 and
/// 15.5.6; the parameters are those of Prometheus's clients for Go and Java.
#[must_use]
pub fn respond(registry: &Registry, request: &Request<'_>) -> Response {
    match request.method {
        "GET" => page(registry, request),
        "HEAD" => page(registry, request).without_body(),
        _ => Response::method_not_allowed(),
    }
}

/// The page of `registry` as `request` asks for it.
fn page(registry: &Registry, request: &Request<'_>) -> Response {
    let started = clock::instant();
    let query = Query::read(request.query.unwrap_or_default());
    let answer = query.debug.unwrap_or_else(|| accept::negotiate(request.accept));
    let deadline = request.timeout.and_then(|timeout| deadline(started, timeout));
    let is_late = || deadline.is_some_and(|deadline| clock::instant() >= deadline);
    let only = |family: &Descriptor| query.wants(family);
    let collectors = query.is_partial().then(|| registry.collectors_of(&only));
    let runs = |id| collectors.as_ref().map_or(true, |asked| asked.contains(&id)) && !is_late();

    let mut encoder = Encoder::over(registry.gatherer(), answer.format, &runs);
    #[cfg(feature = "utf8")]
    {
        encoder = encoder.escaping(answer.escaping);
    }
    if query.is_partial() {
        encoder.retain(&only);
    }
    // Pages of one registry are of much the same size: room for the last one and a little more.
    let usual = if query.is_partial() { 0 } else { registry.last_page_bytes() };
    let body = if is_late() { None } else { Body::new(&mut encoder, request, usual, &is_late) };
    let Some(body) = body else {
        registry.record_refusal(Refusal::Late);
        let why = "service unavailable: the page takes longer than the scraper waits";
        return Response::refusal(503, why);
    };
    let elapsed = clock::instant().saturating_duration_since(started);
    let size = if query.is_partial() { registry.last_page_bytes() } else { body.length };
    registry.record_scrape(elapsed, size);
    let response = Response::new(200, answer.content_type, body.bytes);
    let response = response.with_header("vary", "Accept, Accept-Encoding");
    match body.coding {
        Some(coding) => response.with_header("content-encoding", coding),
        None => response,
    }
}

/// When a page is of no use any longer to a scraper that waits for so long.
fn deadline(started: Instant, timeout: Duration) -> Option<Instant> {
    const WAY_BACK: Duration = Duration::from_millis(500);
    if timeout.is_zero() {
        return None;
    }
    started.checked_add(timeout.saturating_sub(WAY_BACK.min(timeout / 10)))
}

/// What is sent of a page.
struct Body {
    bytes: Vec<u8>,
    coding: Option<&'static str>,
    /// Of the page before it was compressed.
    length: usize,
}

impl Body {
    /// The page of `encoder`, if there is time for it; about `usual` bytes.
    fn new(
        encoder: &mut Encoder,
        request: &Request<'_>,
        usual: usize,
        is_late: &dyn Fn() -> bool,
    ) -> Option<Self> {
        #[cfg(feature = "gzip")]
        if super::coding::wants_gzip(request.accept_encoding) {
            use super::gzip::{compress, Outcome};
            match compress(encoder, is_late) {
                Outcome::Compressed { page, length } => {
                    return Some(Self { bytes: page, coding: Some("gzip"), length });
                }
                Outcome::Incompressible => encoder.rewind(),
                Outcome::Late => return None,
            }
        }
        #[cfg(not(feature = "gzip"))]
        let _ = request;
        let mut bytes = Vec::with_capacity(usual / 8 * 9);
        while encoder.usual_chunk(&mut bytes) {
            if is_late() {
                return None;
            }
        }
        Some(Self { length: bytes.len(), bytes, coding: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::Format;
    use std::cell::Cell;

    #[test]
    fn a_deadline_leaves_time_for_the_way_back() {
        let started = Instant::now();
        let left = |timeout| {
            let deadline = deadline(started, timeout)?;
            Some(deadline.duration_since(started).as_millis())
        };
        assert_eq!(left(Duration::from_secs(10)), Some(9500));
        assert_eq!(left(Duration::from_secs(1)), Some(900));
        assert_eq!(left(Duration::from_millis(10)), Some(9));
        assert_eq!(left(Duration::ZERO), None);
        assert_eq!(left(Duration::MAX), None);
    }

    #[test]
    fn c8_a_page_that_is_late_half_way_is_none() {
        let registry = Registry::new();
        let family = registry.counter("a_total", "A.").max_series(20_000).labels(["n"]);
        let family = family.expect("valid");
        for n in 0..20_000 {
            family.with_values(&[&n.to_string()]).expect("one");
        }
        for coding in [None, Some("gzip")] {
            let request = Request::get().accept_encoding(coding);
            let body = |is_late: &dyn Fn() -> bool| {
                let mut encoder = Encoder::over(registry.gatherer(), Format::Text, &|_| true);
                Body::new(&mut encoder, &request, 0, is_late).map(|body| body.length)
            };
            let asked = Cell::new(0);
            let late_at = |time| {
                asked.set(0);
                body(&|| asked.replace(asked.get() + 1) == time)
            };
            let whole = late_at(usize::MAX).expect("time enough");
            let chunks = asked.get();
            assert!(
                chunks > 4 && chunks == whole / (64 * 1024),
                "{chunks} times for {whole} bytes"
            );
            for time in 0..chunks {
                assert_eq!(late_at(time), None, "{time} of {chunks}");
            }
        }
    }

    #[test]
    fn one_scrape_too_many_is_refused() {
        let registry = Registry::new();
        registry.register_self_metrics().expect("once");
        let handler = Handler::new(registry).max_scrapes(0);
        let other = handler.clone();
        let under_way = |count| handler.under_way.store(count, Ordering::Relaxed);
        under_way(1);
        for method in ["GET", "HEAD"] {
            let busy = other.respond(&Request::get().method(method));
            assert_eq!((busy.status, busy.header("retry-after")), (503, Some("1")));
            assert_eq!(busy.header("content-type"), Some("text/plain; charset=utf-8"));
            assert_eq!(busy.body.is_empty(), method == "HEAD");
        }
        assert_eq!(other.respond(&Request::get().method("POST")).status, 405);
        under_way(0);
        let page = other.respond(&Request::get());
        assert_eq!(page.status, 200);
        assert_eq!(handler.under_way.load(Ordering::Relaxed), 0);
        let page = String::from_utf8(page.body).expect("text");
        assert!(page.contains("\nnunchi_scrapes_refused_total{reason=\"busy\"} 2\n"), "{page}");
        assert!(page.contains("\nnunchi_scrapes_refused_total{reason=\"late\"} 0\n"), "{page}");
    }
}
