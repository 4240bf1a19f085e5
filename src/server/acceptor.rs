//! The accepting thread: finds each new connection a worker or turns it away.

use super::connection::work;
use super::seats::Admission;
use super::turned_away::TurnedAway;
use super::Shared;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::Ordering;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Accepts connections until the server shuts down, then waits for the workers.
pub(super) fn accept(listener: TcpListener, shared: &Arc<Shared>) {
    let mut acceptor = Acceptor { shared, workers: Vec::new(), turned_away: TurnedAway::default() };
    acceptor.run(&listener);
    // From here on the address is free, whatever the workers still have to send.
    drop(listener);
    // Pairs with the Acquire in `Server::stop`: who sees it finds the listener closed.
    shared.is_deaf.store(true, Ordering::Release);
    for worker in acceptor.workers {
        // A worker catches its panics; there is nothing to learn from the result.
        let _ = worker.join();
    }
}

/// Wakes the accepting thread, which waits for connections, by being one.
pub(super) fn wake(mut addr: SocketAddr) {
    if addr.ip().is_unspecified() {
        addr.set_ip(match addr {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    // Without it the thread wakes at the next connection of anybody.
    let _ = TcpStream::connect_timeout(&addr, Duration::from_millis(100));
}

struct Acceptor<'a> {
    shared: &'a Arc<Shared>,
    /// Finished ones are let go when the next one starts.
    workers: Vec<JoinHandle<()>>,
    turned_away: TurnedAway,
}

impl Acceptor<'_> {
    fn run(&mut self, listener: &TcpListener) {
        let mut pause = SHORTEST_PAUSE;
        let mut is_blocking = true;
        loop {
            self.turned_away.empty();
            // Waits for the next connection, unless somebody turned away needs another look.
            let should_block = self.turned_away.is_empty();
            if should_block != is_blocking && listener.set_nonblocking(!should_block).is_ok() {
                is_blocking = should_block;
            }
            let accepted = listener.accept();
            if self.shared.seats.is_closed() {
                return;
            }
            match accepted {
                Ok((stream, _)) => {
                    pause = SHORTEST_PAUSE;
                    self.seat(stream);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(GLANCE),
                // The client gave up, or a signal came: the next one is unaffected.
                Err(error) if is_of_one_connection(&error) => {}
                // Out of file descriptors or memory. The call would fail at once, for ever.
                Err(_) => {
                    thread::sleep(pause);
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    /// Finds room for a connection or turns it away.
    fn seat(&mut self, stream: TcpStream) {
        // Some systems let a connection inherit this from the listener.
        if stream.set_nonblocking(false).is_err() {
            return;
        }
        let stream = Arc::new(stream);
        match self.shared.seats.admit(&stream) {
            Admission::HandedOver => {}
            Admission::NeedsWorker => self.start_worker(stream),
            Admission::Refused => self.turned_away.add(stream),
        }
    }

    fn start_worker(&mut self, stream: Arc<TcpStream>) {
        self.workers.retain(|worker| !worker.is_finished());
        let (shared, theirs) = (Arc::clone(self.shared), Arc::clone(&stream));
        let worker = thread::Builder::new()
            .name("nunchi-http".to_owned())
            .spawn(move || work(&shared, theirs));
        match worker {
            Ok(worker) => self.workers.push(worker),
            Err(_) => {
                self.shared.seats.forgo_worker();
                self.turned_away.add(stream);
            }
        }
    }
}

/// Does the error end the one connection that was to be accepted and no other?
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::Interrupted
    )
}

/// Between two looks at the connections turned away.
const GLANCE: Duration = Duration::from_millis(5);

/// Between two attempts to accept when the system has run out of something; doubles up to the
/// longest, which also bounds how long a shutdown waits for it.
const SHORTEST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);
