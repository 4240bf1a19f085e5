//! The way to one client: a bounded queue that never makes the sender wait.
//!
//! Rooms send from their own task and must not be held up by a client that reads slowly, so a
//! full queue closes the session instead.

use tokio::sync::{mpsc, watch};

use crate::metrics::{CloseReason, SEND_QUEUE, SLOW_CONSUMERS};
use crate::protocol::Encoded;

/// The sending end. Clones send to the same client.
#[derive(Clone, Debug)]
pub(crate) struct Outbox {
    session: u64,
    queue: mpsc::Sender<Encoded>,
    kick: watch::Sender<Option<CloseReason>>,
}

/// The receiving end, for the session's writer.
#[derive(Debug)]
pub(crate) struct Inbox {
    pub(crate) queue: mpsc::Receiver<Encoded>,
    pub(crate) kicked: Kicked,
}

/// Turns ready when somebody wants the session closed.
#[derive(Clone, Debug)]
pub(crate) struct Kicked(watch::Receiver<Option<CloseReason>>);

impl Outbox {
    /// `capacity` is at least 1.
    pub(crate) fn new(session: u64, capacity: usize) -> (Self, Inbox) {
        let (queue, receiver) = mpsc::channel(capacity);
        let (kick, kicked) = watch::channel(None);
        (Outbox { session, queue, kick }, Inbox { queue: receiver, kicked: Kicked(kicked) })
    }

    pub(crate) fn session(&self) -> u64 {
        self.session
    }

    /// Queues a message. A client whose queue is full is closed; one that is gone is no error.
    pub(crate) fn send(&self, message: Encoded) {
        let waiting = self.queue.max_capacity() - self.queue.capacity();
        SEND_QUEUE.with(&()).observe(waiting as f64);
        if let Err(mpsc::error::TrySendError::Full(_)) = self.queue.try_send(message) {
            if self.kick(CloseReason::SlowConsumer) {
                SLOW_CONSUMERS.with(&()).inc();
            }
        }
    }

    /// Asks for the session to be closed. The first reason counts; `false` if there was one.
    pub(crate) fn kick(&self, reason: CloseReason) -> bool {
        self.kick.send_if_modified(|held| {
            let first = held.is_none();
            held.get_or_insert(reason);
            first
        })
    }
}

impl Kicked {
    /// Waits until the session is to be closed.
    pub(crate) async fn wait(&mut self) -> CloseReason {
        match self.0.wait_for(Option::is_some).await {
            Ok(reason) => reason.unwrap_or(CloseReason::Lost),
            // Every outbox of this session is gone, and with them whoever could have kicked.
            Err(_) => CloseReason::Lost,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ServerMessage;

    #[test]
    fn overflow_kicks_once_and_never_blocks() {
        let (outbox, mut inbox) = Outbox::new(1, 2);
        for _ in 0..5 {
            outbox.send(ServerMessage::MatchCancelled.encode());
        }
        assert_eq!(*inbox.kicked.0.borrow(), Some(CloseReason::SlowConsumer));
        assert!(!outbox.kick(CloseReason::Shutdown), "the first reason stays");
        assert!(inbox.queue.try_recv().is_ok() && inbox.queue.try_recv().is_ok());
        assert!(inbox.queue.try_recv().is_err());
    }
}
