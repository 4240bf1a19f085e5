//! One connection: reads a client's messages, checks how often they come, passes them on.
//!
//! Two tasks a session. This one reads; [`writer`] sends what the outbox holds, and pings. Either
//! may find that the session is over; the first reason found is the one that counts.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::ws::{Message, WebSocket};
use futures_util::stream::SplitStream;
use futures_util::StreamExt;
use tokio::time::{sleep, sleep_until, timeout};
use tokio_tungstenite::tungstenite::{error::ProtocolError, Error as SocketError};

use crate::bucket::TokenBucket;
use crate::hub::{Hub, Place};
use crate::metrics::{self, ByClient, ByClientName, ByClose, ClientKind, CloseReason, Held, Limit};
use crate::outbox::{Kicked, Outbox};
use crate::protocol::{parse, ClientMessage, ClientName, ErrorCode, ServerMessage};
use crate::user::User;

mod pulse;
mod requests;
mod writer;

use pulse::Pulse;

/// How long rooms have for their last words once a shutdown is announced.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// How long a closed client has to answer the close.
const CLOSE_ANSWER: Duration = Duration::from_millis(300);

/// The reading half of a session.
#[derive(Debug)]
struct Session {
    hub: Arc<Hub>,
    outbox: Outbox,
    /// Set by the first `hello`.
    user: Option<Arc<User>>,
    moves: TokenBucket,
    chats: TokenBucket,
    requests: TokenBucket,
    patience: TokenBucket,
}

/// Serves one connection from its first to its last byte.
pub(crate) async fn serve(socket: WebSocket, hub: Arc<Hub>, client: ClientKind, place: Place) {
    let _running = hub.tasks().start();
    let counted = Counted::open(client, place);
    let config = Arc::clone(hub.config());
    let (sink, mut stream) = socket.split();
    let (outbox, inbox) = Outbox::new(hub.next_session(), config.send_queue);
    let pulse = Arc::new(Pulse::default());
    let kicked = inbox.kicked.clone();
    let writing = writer::write(sink, inbox, outbox.clone(), Arc::clone(&pulse), config);
    let writer = tokio::spawn(writing);
    let mut session = Session::new(Arc::clone(&hub), outbox);
    let found = session.read(&mut stream, &pulse, kicked).await;
    session.outbox.kick(found);
    if let Some(user) = session.user.take() {
        hub.part(&user, session.outbox.session()).await;
    }
    let reason = writer.await.unwrap_or(CloseReason::Lost);
    // Reading on until the client's own close keeps the kernel from cutting ours off.
    let _ = timeout(CLOSE_ANSWER, async { while let Some(Ok(_)) = stream.next().await {} }).await;
    counted.close(reason);
}

impl Session {
    fn new(hub: Arc<Hub>, outbox: Outbox) -> Self {
        let now = Instant::now();
        let config = Arc::clone(hub.config());
        Session {
            hub,
            outbox,
            user: None,
            moves: TokenBucket::new(config.moves, now),
            chats: TokenBucket::new(config.chats, now),
            requests: TokenBucket::new(config.requests, now),
            patience: TokenBucket::new(config.patience, now),
        }
    }

    /// Reads until there is a reason not to.
    async fn read(
        &mut self,
        stream: &mut SplitStream<WebSocket>,
        pulse: &Pulse,
        mut kicked: Kicked,
    ) -> CloseReason {
        let mut shutdown = self.hub.shutdown();
        let hello_until = Instant::now() + self.hub.config().hello_within;
        loop {
            tokio::select! {
                reason = kicked.wait() => return reason,
                () = shutdown.wait() => {
                    self.tell(&ServerMessage::ShuttingDown);
                    sleep(LAST_WORDS).await;
                    return CloseReason::Shutdown;
                }
                () = sleep_until(hello_until.into()), if self.user.is_none() => {
                    return CloseReason::ProtocolError;
                }
                frame = stream.next() => {
                    let ended = match frame {
                        Some(Ok(frame)) => self.frame(frame, pulse).await,
                        Some(Err(error)) => Err(cause(error)),
                        None => Err(CloseReason::Lost),
                    };
                    if let Err(reason) = ended {
                        return reason;
                    }
                }
            }
        }
    }

    async fn frame(&mut self, frame: Message, pulse: &Pulse) -> Result<(), CloseReason> {
        match frame {
            Message::Text(text) => {
                count_bytes(text.len());
                let start = Instant::now();
                let (name, message) = parse(&text);
                metrics::WS_RECEIVED.with(&ByClientName { message: name }).inc();
                let answer = self.request(name, message, start).await;
                let duration = metrics::WS_DURATION.with(&ByClientName { message: name });
                duration.observe_duration(start.elapsed());
                answer.or_else(|code| self.refuse(code, name))
            }
            Message::Binary(bytes) => {
                count_bytes(bytes.len());
                metrics::WS_RECEIVED.with(&ByClientName { message: ClientName::Other }).inc();
                self.refuse(ErrorCode::BinaryFrame, ClientName::Other)
            }
            Message::Pong(payload) => {
                if let Some(round_trip) = pulse.answered(&payload, Instant::now()) {
                    metrics::PING_RTT.with(&()).observe_duration(round_trip);
                }
                Ok(())
            }
            // The WebSocket layer has queued the answer already.
            Message::Ping(_) => Ok(()),
            Message::Close(_) => Err(CloseReason::ClientClose),
        }
    }

    async fn request(
        &mut self,
        name: ClientName,
        message: Result<ClientMessage, ErrorCode>,
        now: Instant,
    ) -> Result<(), ErrorCode> {
        let (bucket, limit) = match name {
            ClientName::PutStone => (&mut self.moves, Limit::Move),
            ClientName::Chat => (&mut self.chats, Limit::Chat),
            _ => (&mut self.requests, Limit::Request),
        };
        if !bucket.take(now) {
            metrics::RATE_LIMITED.with(&metrics::ByLimit { limit }).inc();
            return Err(ErrorCode::RateLimited);
        }
        self.answer(message?).await
    }

    /// Answers with an error; a client that earns too many is closed.
    fn refuse(&mut self, code: ErrorCode, about: ClientName) -> Result<(), CloseReason> {
        metrics::ERRORS.with(&metrics::ByCode { code }).inc();
        self.tell(&ServerMessage::Error { code, about });
        if self.patience.take(Instant::now()) {
            Ok(())
        } else {
            Err(CloseReason::ProtocolError)
        }
    }

    fn tell(&self, message: &ServerMessage<'_>) {
        self.outbox.send(message.encode());
    }
}

fn count_bytes(length: usize) {
    metrics::WS_RECEIVED_BYTES.with(&()).inc_by(length as u64);
}

/// Whether a read failed because of what the client said, or because it is gone.
fn cause(error: axum::Error) -> CloseReason {
    match error.into_inner().downcast_ref::<SocketError>() {
        Some(SocketError::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => {
            CloseReason::Lost
        }
        Some(SocketError::Protocol(_) | SocketError::Capacity(_) | SocketError::Utf8(_)) => {
            CloseReason::ProtocolError
        }
        _ => CloseReason::Lost,
    }
}

/// A session in the metrics. Counts out when dropped, whatever ended the task.
struct Counted {
    opened: Instant,
    reason: CloseReason,
    _held: Held,
    _place: Place,
}

impl Counted {
    fn open(client: ClientKind, place: Place) -> Self {
        metrics::SESSIONS_OPENED.with(&ByClient { client }).inc();
        let held = metrics::SESSIONS.with(&ByClient { client }).track_in_progress();
        Counted { opened: Instant::now(), reason: CloseReason::Lost, _held: held, _place: place }
    }

    fn close(mut self, reason: CloseReason) {
        self.reason = reason;
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        metrics::SESSIONS_CLOSED.with(&ByClose { reason: self.reason }).inc();
        metrics::SESSION_DURATION.with(&()).observe_duration(self.opened.elapsed());
    }
}
