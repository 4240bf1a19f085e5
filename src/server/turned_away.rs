//! Connections beyond the limit: each is told so, and nobody waits for any of them.

use super::answer::Answer;
use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Connections that got 503 and whose requests must still be read.
///
/// Closing a socket with unread bytes resets the connection, and a reset can overtake the answer:
/// the client would see an error instead of 503. The accepting thread keeps these few open for a
/// moment and empties them whenever it comes by; no call here blocks.
#[derive(Debug, Default)]
pub(super) struct TurnedAway {
    connections: VecDeque<(Arc<TcpStream>, Instant)>,
}

impl TurnedAway {
    /// Sends 503 to a connection and keeps it until its client has read it.
    pub(super) fn add(&mut self, stream: Arc<TcpStream>) {
        let Answer { head, body, .. } = Answer::busy();
        // The buffer of a new socket has room for it; where it has not, closing says enough.
        let send = || -> io::Result<()> {
            stream.set_nonblocking(true)?;
            (&*stream).write_all(&[head, body].concat())?;
            stream.shutdown(Shutdown::Write)
        };
        if send().is_ok() {
            if self.connections.len() >= MOST {
                self.connections.pop_front();
            }
            self.connections.push_back((stream, Instant::now()));
        }
    }

    /// Reads what has come and lets go of who has closed or had time enough.
    pub(super) fn empty(&mut self) {
        let mut ignored = [0; 2048];
        self.connections.retain(|(stream, since)| {
            since.elapsed() < LINGER
                && match (&**stream).read(&mut ignored) {
                    Ok(count) => count > 0,
                    Err(error) => error.kind() == io::ErrorKind::WouldBlock,
                }
        });
    }

    /// Is nobody left?
    pub(super) fn is_empty(&self) -> bool {
        self.connections.is_empty()
    }
}

/// How many are kept; the oldest goes first.
const MOST: usize = 64;

/// How long each is kept.
const LINGER: Duration = Duration::from_millis(500);
