//! One connection on its worker thread: deadlines, sending, and a close that loses no answer.

use super::answer::Answer;
use super::conversation::Conversation;
use super::seats::Phase;
use super::Shared;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Serves `stream`, then every connection handed over to this worker.
pub(super) fn work(shared: &Shared, mut stream: Arc<TcpStream>) {
    loop {
        let number = shared.seats.take(&stream);
        if let Some(number) = number {
            let connection = Connection { shared, number, stream: &stream };
            // The registry contains collectors that panic. Should a page panic all the same, it has
            // sent nothing yet, because it is made whole first: the client can still be told.
            if catch_unwind(AssertUnwindSafe(|| connection.converse())).is_err() {
                connection.part(&Answer::failed());
            }
        }
        match shared.seats.leave(number) {
            Some(next) => stream = next,
            None => return,
        }
    }
}

/// A connection in its seat.
struct Connection<'a> {
    shared: &'a Shared,
    /// Of the seat.
    number: u64,
    stream: &'a TcpStream,
}

impl Connection<'_> {
    /// Answers requests until one side has had enough.
    fn converse(&self) {
        let limits = &self.shared.limits;
        let mut conversation = Conversation::new(limits);
        let mut phase = Phase::Receiving;
        let mut deadline = Instant::now() + limits.head_timeout;
        // The last packet of a page must not wait until the client has acknowledged the one before.
        let _ = self.stream.set_nodelay(true);
        loop {
            let answer = conversation.answer_next(|request, is_last| {
                let closes = is_last || self.shared.seats.is_closed();
                let may_answer = self.enter(Phase::Answering);
                may_answer.then(|| Answer::new(&self.shared.handler, request, closes))
            });
            if let Some(answer) = answer {
                let Some(answer) = answer else { return };
                if answer.closes {
                    return self.part(&answer);
                }
                if self.send(&answer).is_err() {
                    return;
                }
                let timeout;
                (phase, timeout) = if conversation.is_idle() {
                    (Phase::Idle, limits.idle_timeout)
                } else {
                    (Phase::Receiving, limits.head_timeout)
                };
                if !self.enter(phase) {
                    return;
                }
                deadline = Instant::now() + timeout;
                // What has been received may hold another request.
                continue;
            }
            match self.receive(&mut conversation, deadline) {
                Ok(0) if conversation.is_idle() => return,
                Ok(0) => return self.part(&Answer::cut_short()),
                Ok(_) if phase == Phase::Idle => {
                    phase = Phase::Receiving;
                    if !self.enter(phase) {
                        return;
                    }
                    deadline = Instant::now() + limits.head_timeout;
                }
                Ok(_) => {}
                Err(error) if is_timeout(&error) && !conversation.is_idle() => {
                    return self.part(&Answer::late());
                }
                Err(_) => return,
            }
        }
    }

    /// Notes what the connection is doing now; false if it must end.
    fn enter(&self, phase: Phase) -> bool {
        self.shared.seats.enter(self.number, phase)
    }

    /// Waits for some bytes of a request and returns how many came; 0 when the client has finished.
    fn receive(&self, conversation: &mut Conversation, deadline: Instant) -> io::Result<usize> {
        let mut bytes = [0; 2048];
        let room = bytes.len().min(conversation.room());
        let count = self.read(bytes.get_mut(..room).unwrap_or_default(), deadline)?;
        Ok(conversation.receive(bytes.get(..count).unwrap_or_default()))
    }

    /// Sends the last answer and closes.
    ///
    /// Closing a socket with unread bytes resets the connection, and a reset can overtake the
    /// answer. So the client is told that no more comes, and what it still sends is thrown away
    /// until it closes its side or its time is up (RFC 9112 section 9.6).
    fn part(&self, answer: &Answer) {
        if !self.enter(Phase::Answering) || self.send(answer).is_err() {
            return;
        }
        if !self.enter(Phase::Lingering) || self.stream.shutdown(Shutdown::Write).is_err() {
            return;
        }
        let deadline = Instant::now() + LINGER;
        let mut ignored = [0; 2048];
        while matches!(self.read(&mut ignored, deadline), Ok(1..)) {}
    }

    /// Sends an answer within the write timeout, however the client spreads its reading.
    fn send(&self, answer: &Answer) -> io::Result<()> {
        let deadline = Instant::now() + self.shared.limits.write_timeout;
        let (start, rest) = answer.body.split_at(answer.body.len().min(JOINED));
        self.write_all(&[&answer.head, start].concat(), deadline)?;
        self.write_all(rest, deadline)
    }

    fn write_all(&self, mut bytes: &[u8], deadline: Instant) -> io::Result<()> {
        let mut stream = self.stream;
        while !bytes.is_empty() {
            stream.set_write_timeout(Some(until(deadline)?))?;
            // A piece at a time: some systems start the timeout anew for each piece they can send.
            match stream.write(bytes.get(..PIECE).unwrap_or(bytes)) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(sent) => bytes = bytes.get(sent..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn read(&self, into: &mut [u8], deadline: Instant) -> io::Result<usize> {
        let mut stream = self.stream;
        loop {
            stream.set_read_timeout(Some(until(deadline)?))?;
            match stream.read(into) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                outcome => return outcome,
            }
        }
    }
}

/// The time left until `deadline`.
fn until(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    // A socket takes a timeout of zero for none at all.
    if left.is_zero() {
        return Err(io::ErrorKind::TimedOut.into());
    }
    Ok(left)
}

/// Systems differ in what they call a socket's timeout.
fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock)
}

/// How long a client may take to close its side after the last answer.
const LINGER: Duration = Duration::from_millis(500);

/// How much of a body is copied behind its head, so that a small page is one write.
const JOINED: usize = 16 * 1024;

/// The most that one write is asked to send.
const PIECE: usize = 64 * 1024;
