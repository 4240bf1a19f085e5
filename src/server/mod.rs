//! A small HTTP/1.1 server for programs that have no HTTP framework of their own.
//!
//! `/metrics` is the page, `/` links to it, anything else is 404; `GET` and `HEAD` only. Blocking
//! sockets and plain threads of the standard library, so it needs no async runtime and keeps
//! answering when the program's own is stuck. No TLS, no authentication: bind it to an address that
//! only scrapers reach.
//!
//! Imports `http` and `registry`; only the program imports it. The idea to hold: an `acceptor`
//! thread gives every connection one of a bounded number of `seats`; a worker thread holds the
//! `connection` and feeds its bytes to a `conversation`, which does no input or output and turns
//! request `head`s into `answer`s.

mod acceptor;
mod answer;
mod connection;
mod conversation;
mod date;
mod head;
mod limits;
mod seats;
mod target;
mod turned_away;

use self::answer::Answer;
use self::conversation::Conversation;
pub use self::limits::Builder;
use self::limits::Limits;
use self::seats::Seats;
use crate::http::Handler;
use crate::registry::Registry;
use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Serves the page of `registry` at `http://addr/metrics` from threads of its own.
///
/// Returns when the address is listened on; port 0 picks a free one, see [`Server::local_addr`].
/// [`Builder`] changes the limits: 64 connections, 8 KiB of request head, 5 s to send it, 10 s to
/// read the answer, 30 s between two requests.
///
/// # Errors
///
/// If `addr` does not resolve or cannot be listened on, or if no thread can be started.
///
/// # Performance
///
/// One thread waits for connections, one more per open connection, at most 64 of them; none runs
/// between scrapes. Pages are encoded on those threads, one buffer per scrape under way.
///
/// # Consistency
///
/// As for [`respond`](crate::http::respond).
///
/// # Examples
///
/// ```
/// use std::io::{Read, Write};
///
/// let server = nunchi::server::serve("127.0.0.1:0", nunchi::Registry::new())?;
///
/// let mut scraper = std::net::TcpStream::connect(server.local_addr())?;
/// scraper.write_all(b"GET /metrics HTTP/1.0\r\n\r\n")?;
/// let mut answer = String::new();
/// scraper.read_to_string(&mut answer)?;
/// assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"));
///
/// server.shutdown();
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// Source: RFC 9110 and RFC 9112; Prometheus "Writing exporters" for the page at `/`.
pub fn serve(addr: impl ToSocketAddrs, registry: Registry) -> io::Result<Server> {
    Builder::new().serve(addr, registry)
}

/// A running server; dropping it stops it without waiting for the answers under way.
#[must_use = "dropping the server stops it; `wait` keeps it running"]
pub struct Server {
    local_addr: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

impl Server {
    /// Returns the address it listens on, with the port that was picked if port 0 was asked for.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Stops listening, lets the answers under way finish, and returns when all threads have ended.
    ///
    /// Idle connections and requests not yet complete are closed. An answer takes at most as long
    /// as its page takes to encode and then the write timeout.
    pub fn shutdown(mut self) {
        let deaf = self.stop(Duration::from_secs(1));
        if let Some(acceptor) = self.acceptor.take() {
            // It misses the call only if nothing can connect, for want of a file descriptor, say.
            // Then it ends at the next connection, and waiting for that might be for ever.
            if deaf {
                let _ = acceptor.join();
            }
        }
    }

    /// Blocks while the server runs, which is until the program ends.
    pub fn wait(mut self) {
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
    }

    /// Listens on `addr` and starts the accepting thread.
    fn start(addr: impl ToSocketAddrs, registry: Registry, limits: Limits) -> io::Result<Self> {
        let listener = TcpListener::bind(addr)?;
        let local_addr = listener.local_addr()?;
        let seats = Seats::new(limits.max_connections);
        let handler = Handler::new(registry).max_scrapes(limits.max_scrapes);
        let shared = Arc::new(Shared { handler, limits, seats, is_deaf: AtomicBool::new(false) });
        let theirs = Arc::clone(&shared);
        let acceptor = thread::Builder::new()
            .name("nunchi-accept".to_owned())
            .spawn(move || acceptor::accept(listener, &theirs))?;
        Ok(Self { local_addr, shared, acceptor: Some(acceptor) })
    }

    /// Tells all threads to end and returns whether the accepting one has heard it in time.
    fn stop(&self, patience: Duration) -> bool {
        const PAUSE: Duration = Duration::from_millis(5);
        self.shared.seats.close();
        let mut waited = Duration::ZERO;
        loop {
            // Pairs with the Release in `accept`: once true, the address is free.
            if self.shared.is_deaf.load(Ordering::Acquire) {
                return true;
            }
            if waited > patience {
                return false;
            }
            acceptor::wake(self.local_addr);
            thread::sleep(PAUSE);
            waited += PAUSE;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.acceptor.is_some() {
            self.stop(Duration::ZERO);
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("local_addr", &self.local_addr).finish_non_exhaustive()
    }
}

/// What all threads of a server look at.
struct Shared {
    handler: Handler,
    limits: Limits,
    seats: Seats,
    /// Has the accepting thread closed its listener?
    is_deaf: AtomicBool,
}

/// Answers `bytes` as a connection with default limits would, were they all it received.
///
/// For fuzzing: everything but the sockets runs. `date` is the only part that depends on anything
/// but the arguments.
#[doc(hidden)]
#[must_use]
pub fn answer_bytes(registry: &Registry, mut bytes: &[u8]) -> Vec<u8> {
    let mut conversation = Conversation::new(&Limits::default());
    let mut sent = Vec::new();
    let handler = Handler::new(registry.clone());
    loop {
        let answer =
            conversation.answer_next(|request, is_last| Answer::new(&handler, request, is_last));
        if let Some(answer) = answer {
            sent.extend_from_slice(&answer.head);
            sent.extend_from_slice(&answer.body);
            if answer.closes {
                return sent;
            }
        } else {
            let taken = conversation.receive(bytes);
            if taken == 0 {
                return sent;
            }
            bytes = bytes.get(taken..).unwrap_or_default();
        }
    }
}
