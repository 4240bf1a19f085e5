//! Who is connected, and who makes room: every open connection has a seat while it lasts.
//!
//! One lock guards the table; it is taken a few times a request and never while reading, writing or
//! encoding. A connection that loses its seat finds out in one of two ways, whichever comes first:
//! its socket is shut down under it, or its next [`Seats::enter`] says no.

use parking_lot::Mutex;
use std::collections::{HashMap, VecDeque};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What a connection is doing, which decides whether it may be closed for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Answering: never closed for another; the write timeout bounds it.
    Answering,
    /// Between two requests: the first to go.
    Idle,
    /// Answered and half closed, waiting for the client to close its half.
    Lingering,
    /// Receiving a request head, or waiting for a new connection's first.
    Receiving,
}

/// What becomes of a new connection.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// The worker of a connection that just lost its seat will take it.
    HandedOver,
    /// It needs a worker of its own, for whom room has been kept.
    NeedsWorker,
    /// Every seat is taken by a connection that may not be closed.
    Refused,
}

/// The seats of a server.
#[derive(Debug)]
pub(super) struct Seats {
    max_connections: usize,
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    is_closed: bool,
    /// Workers alive; never more than the limit.
    workers: usize,
    /// Connections that have been given the seat of another. Each worker whose connection lost its
    /// seat is about to look here, so this is never longer than the number of such workers.
    handed_over: VecDeque<Arc<TcpStream>>,
    seats: HashMap<u64, Seat>,
    next_number: u64,
}

#[derive(Debug)]
struct Seat {
    stream: Arc<TcpStream>,
    phase: Phase,
    since: Instant,
}

impl Seats {
    pub(super) fn new(max_connections: usize) -> Self {
        Self { max_connections, table: Mutex::default() }
    }

    /// Finds room for a new connection, closing an old one if it must.
    pub(super) fn admit(&self, stream: &Arc<TcpStream>) -> Admission {
        let mut table = self.table.lock();
        if table.is_closed {
            return Admission::Refused;
        }
        if table.workers < self.max_connections {
            table.workers += 1;
            return Admission::NeedsWorker;
        }
        let Some(number) = table.least_busy(Instant::now()) else { return Admission::Refused };
        table.close(number);
        table.handed_over.push_back(Arc::clone(stream));
        Admission::HandedOver
    }

    /// Gives a connection its seat; `None` if the server has shut down.
    pub(super) fn take(&self, stream: &Arc<TcpStream>) -> Option<u64> {
        let mut table = self.table.lock();
        if table.is_closed {
            return None;
        }
        let number = table.next_number;
        table.next_number += 1;
        let (stream, since) = (Arc::clone(stream), Instant::now());
        table.seats.insert(number, Seat { stream, phase: Phase::Receiving, since });
        Some(number)
    }

    /// Notes what a connection is doing now; false if it has lost its seat and must end.
    pub(super) fn enter(&self, number: u64, phase: Phase) -> bool {
        let mut table = self.table.lock();
        // After the server has closed, what is being answered may finish and nothing else begins.
        if table.is_closed && !matches!(phase, Phase::Answering | Phase::Lingering) {
            return false;
        }
        let Some(seat) = table.seats.get_mut(&number) else { return false };
        if seat.phase != phase {
            (seat.phase, seat.since) = (phase, Instant::now());
        }
        true
    }

    /// Ends a connection and returns the next one for its worker; `None` ends the worker too.
    pub(super) fn leave(&self, number: Option<u64>) -> Option<Arc<TcpStream>> {
        let mut table = self.table.lock();
        if let Some(number) = number {
            table.seats.remove(&number);
        }
        let next = table.handed_over.pop_front();
        if next.is_none() {
            table.workers = table.workers.saturating_sub(1);
        }
        next
    }

    /// Gives back the room of a worker that could not be started.
    pub(super) fn forgo_worker(&self) {
        let mut table = self.table.lock();
        table.workers = table.workers.saturating_sub(1);
    }

    /// Closes every connection that is not being answered, and lets no other begin.
    pub(super) fn close(&self) {
        let mut table = self.table.lock();
        table.is_closed = true;
        table.handed_over.clear();
        let interruptible = |seat: &Seat| matches!(seat.phase, Phase::Idle | Phase::Receiving);
        let numbers: Vec<u64> = table
            .seats
            .iter()
            .filter_map(|(number, seat)| interruptible(seat).then_some(*number))
            .collect();
        for number in numbers {
            table.close(number);
        }
    }

    /// Has [`close`](Self::close) been called?
    pub(super) fn is_closed(&self) -> bool {
        self.table.lock().is_closed
    }
}

impl Table {
    /// The connection whose loss costs least, oldest first within a phase.
    fn least_busy(&self, now: Instant) -> Option<u64> {
        let rank = |seat: &Seat| match seat.phase {
            Phase::Idle => Some(0),
            Phase::Lingering => Some(1),
            Phase::Receiving if now.duration_since(seat.since) >= SCRAPER_PACE => Some(2),
            Phase::Receiving | Phase::Answering => None,
        };
        let ranked = self.seats.iter().filter_map(|(number, seat)| {
            let rank = rank(seat)?;
            Some((rank, seat.since, *number))
        });
        ranked.min().map(|(_, _, number)| number)
    }

    /// Takes a connection's seat away and wakes its worker.
    fn close(&mut self, number: u64) {
        if let Some(seat) = self.seats.remove(&number) {
            // An error means that the socket is closed already.
            let _ = seat.stream.shutdown(Shutdown::Both);
        }
    }
}

/// A scraper sends its request in one piece when it connects; who takes longer than this may be
/// closed for another, so that silent or dribbling clients never lock a scraper out.
const SCRAPER_PACE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    /// Both ends of a connection: the server's and the client's.
    type Ends = (Arc<TcpStream>, TcpStream);

    fn connections(count: usize) -> Vec<Ends> {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let addr = listener.local_addr().expect("it is bound");
        let connect = |_| {
            let client = TcpStream::connect(addr).expect("it listens");
            (Arc::new(listener.accept().expect("one is waiting").0), client)
        };
        (0..count).map(connect).collect()
    }

    /// Seats for `phases.len()` connections, all taken, in these phases from the oldest on.
    fn full(phases: &[Phase]) -> (Seats, Vec<u64>, Vec<Ends>) {
        let seats = Seats::new(phases.len());
        let connections = connections(phases.len() + 1);
        let mut numbers = Vec::new();
        for (phase, (stream, _)) in phases.iter().zip(&connections) {
            assert_eq!(seats.admit(stream), Admission::NeedsWorker);
            let number = seats.take(stream).expect("it is open");
            assert!(seats.enter(number, *phase));
            numbers.push(number);
        }
        (seats, numbers, connections)
    }

    #[test]
    fn the_oldest_idle_connection_makes_room() {
        use Phase::{Answering, Idle, Lingering};
        let (seats, numbers, connections) = full(&[Answering, Lingering, Idle, Idle]);
        assert_eq!(seats.admit(&connections[4].0), Admission::HandedOver);
        assert!(!seats.enter(numbers[2], Answering), "it lost its seat");
        assert!(seats.enter(numbers[3], Idle));
        let next = seats.leave(Some(numbers[2])).expect("its worker goes on with the new one");
        assert!(Arc::ptr_eq(&next, &connections[4].0));
    }

    #[test]
    fn who_is_answered_or_has_just_come_is_not_closed() {
        let (seats, numbers, connections) = full(&[Phase::Answering, Phase::Receiving]);
        assert_eq!(seats.admit(&connections[2].0), Admission::Refused);
        assert!(seats.leave(Some(numbers[0])).is_none());
        assert_eq!(seats.admit(&connections[2].0), Admission::NeedsWorker);
    }

    #[test]
    fn who_dawdles_over_a_request_makes_room() {
        let (seats, numbers, _connections) = full(&[Phase::Receiving, Phase::Answering]);
        let table = seats.table.lock();
        assert_eq!(table.least_busy(Instant::now()), None);
        assert_eq!(table.least_busy(Instant::now() + SCRAPER_PACE), Some(numbers[0]));
    }

    #[test]
    fn closing_spares_who_is_being_answered() {
        let (seats, numbers, connections) = full(&[Phase::Answering, Phase::Idle]);
        seats.close();
        assert!(seats.enter(numbers[0], Phase::Lingering));
        assert!(!seats.enter(numbers[0], Phase::Idle));
        assert!(!seats.enter(numbers[1], Phase::Answering));
        assert_eq!(seats.take(&connections[2].0), None);
        assert_eq!(seats.admit(&connections[2].0), Admission::Refused);
    }
}
