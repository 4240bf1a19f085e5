//! What one client may cost: the limits of a server and the builder that sets them.

use super::Server;
use crate::registry::Registry;
use std::io;
use std::net::ToSocketAddrs;
use std::time::Duration;

/// Sets the limits of a [`Server`] and starts it.
///
/// The defaults suit a page that a few scrapers read; [`serve`](super::serve) uses them as they are.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// let registry = nunchi::Registry::new();
/// let server = nunchi::server::Builder::new()
///     .max_connections(16)
///     .write_timeout(Duration::from_secs(30))
///     .serve("127.0.0.1:0", registry)?;
/// assert_ne!(server.local_addr().port(), 0);
/// server.shutdown();
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a builder serves nothing until `serve` is called"]
pub struct Builder {
    limits: Limits,
}

impl Builder {
    /// Starts from the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how many connections are open at once: 64 by default, at least 1.
    ///
    /// It is also the largest number of threads. When it is reached, the connection that has been
    /// idle longest makes room for a new one, then one that has had a second to send its request
    /// and has not; if all are being answered, the new one gets 503 with `retry-after`.
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.limits.max_connections = connections.max(1);
        self
    }

    /// Sets how many scrapes are answered at once: as many as there are connections by default, at
    /// least 1. One too many gets 503 with `retry-after`.
    pub fn max_scrapes(mut self, scrapes: usize) -> Self {
        self.limits.max_scrapes = scrapes;
        self
    }

    /// Sets how many requests a connection may carry before it is closed: 1000 by default, at
    /// least 1.
    pub fn max_requests(mut self, requests: u32) -> Self {
        self.limits.max_requests = requests.max(1);
        self
    }

    /// Sets the size of the longest request head, in bytes: 8 KiB by default, at least 256.
    ///
    /// A longer request target gets 414, longer header fields get 431.
    pub fn max_head(mut self, bytes: usize) -> Self {
        self.limits.max_head = bytes.max(256);
        self
    }

    /// Sets how long a client may take to send a request head, first byte to last: 5 s by default.
    ///
    /// For the first request the time runs from the connection's start. Late heads get 408; a
    /// connection that sent nothing is closed without a word. Like the other times, it is held
    /// between 1 ms and a day.
    pub fn head_timeout(mut self, timeout: Duration) -> Self {
        self.limits.head_timeout = within_reason(timeout);
        self
    }

    /// Sets how long a client may take to read a whole response: 10 s by default.
    ///
    /// The response is cut after that, visibly so because its `content-length` is not reached.
    pub fn write_timeout(mut self, timeout: Duration) -> Self {
        self.limits.write_timeout = within_reason(timeout);
        self
    }

    /// Sets how long a connection may stay open between two requests: 30 s by default.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.limits.idle_timeout = within_reason(timeout);
        self
    }

    /// Starts a server for `registry` at `addr`; see [`serve`](super::serve).
    ///
    /// # Errors
    ///
    /// If `addr` does not resolve or cannot be listened on, or if no thread can be started.
    pub fn serve(self, addr: impl ToSocketAddrs, registry: Registry) -> io::Result<Server> {
        Server::start(addr, registry, self.limits)
    }
}

/// The limits of one server, as [`Builder`] documents them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) max_connections: usize,
    pub(super) max_scrapes: usize,
    pub(super) max_requests: u32,
    pub(super) max_head: usize,
    pub(super) head_timeout: Duration,
    pub(super) write_timeout: Duration,
    pub(super) idle_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_connections: 64,
            max_scrapes: usize::MAX,
            max_requests: 1000,
            max_head: 8 * 1024,
            head_timeout: Duration::from_secs(5),
            write_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(30),
        }
    }
}

/// Sockets refuse a timeout of zero, and clocks overflow on one of centuries.
fn within_reason(timeout: Duration) -> Duration {
    timeout.clamp(Duration::from_millis(1), Duration::from_secs(24 * 60 * 60))
}
