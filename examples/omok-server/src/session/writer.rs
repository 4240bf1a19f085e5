//! The writing half of a session: sends what is queued, pings, and says why it ends.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::stream::SplitSink;
use futures_util::SinkExt;
use tokio::time::{interval_at, timeout, MissedTickBehavior};

use super::pulse::Pulse;
use crate::config::Config;
use crate::metrics::{self, ByServerName, CloseReason};
use crate::outbox::{Inbox, Outbox};
use crate::protocol::Encoded;

/// The first ping comes early, so that a new session soon has a round trip.
const FIRST_PING: Duration = Duration::from_millis(500);

/// How long a closing session tries to get its last words out.
const LAST_SEND: Duration = Duration::from_millis(500);

type Sink = SplitSink<WebSocket, Message>;

/// Sends until the session is kicked, then says goodbye. Returns why it ended.
pub(super) async fn write(
    mut sink: Sink,
    mut inbox: Inbox,
    outbox: Outbox,
    pulse: Arc<Pulse>,
    config: Arc<Config>,
) -> CloseReason {
    let first = Instant::now() + FIRST_PING.min(config.ping_every);
    let mut pings = interval_at(first.into(), config.ping_every);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut kicked = inbox.kicked.clone();
    let reason = loop {
        let step = async {
            tokio::select! {
                Some(message) = inbox.queue.recv() => send(&mut sink, message).await,
                _ = pings.tick() => match pulse.next(Instant::now()) {
                    Some(payload) => {
                        let ping = Message::Ping(payload.to_vec().into());
                        sink.send(ping).await.map_err(|_| CloseReason::Lost)
                    }
                    None => Err(CloseReason::PingTimeout),
                },
            }
        };
        // A send to a client that does not read may last for ever: being kicked interrupts it.
        // Pings wait behind such a send, so the ping clock is watched here as well.
        let patience = config.ping_every * 4;
        tokio::select! {
            biased;
            reason = kicked.wait() => break reason,
            done = timeout(patience, step) => {
                let done = done.unwrap_or(Err(CloseReason::PingTimeout));
                if let Err(reason) = done {
                    outbox.kick(reason);
                }
            }
        }
    };
    if matches!(reason, CloseReason::Shutdown | CloseReason::ProtocolError) {
        // What was said before the end is said; a slow consumer had its chance.
        inbox.queue.close();
        let _ = timeout(LAST_SEND, async {
            while let Some(message) = inbox.queue.recv().await {
                if send(&mut sink, message).await.is_err() {
                    break;
                }
            }
        })
        .await;
    }
    let goodbye = async {
        if let Some(frame) = close_frame(reason) {
            let _ = sink.send(Message::Close(Some(frame))).await;
        }
        let _ = sink.close().await;
    };
    let _ = timeout(LAST_SEND, goodbye).await;
    reason
}

async fn send(sink: &mut Sink, message: Encoded) -> Result<(), CloseReason> {
    let Encoded { name, text } = message;
    let bytes = text.len() as u64;
    sink.send(Message::Text(text)).await.map_err(|_| CloseReason::Lost)?;
    metrics::WS_SENT.with(&ByServerName { message: name }).inc();
    metrics::WS_SENT_BYTES.with(&()).inc_by(bytes);
    Ok(())
}

/// What to tell the client; nothing to one that left by itself.
fn close_frame(reason: CloseReason) -> Option<CloseFrame> {
    let (code, text): (u16, Cow<'static, str>) = match reason {
        CloseReason::ClientClose | CloseReason::Lost => return None,
        CloseReason::Shutdown => (1001, "shutdown".into()),
        CloseReason::ProtocolError => (1002, "protocol error".into()),
        CloseReason::PingTimeout => (1008, "ping timeout".into()),
        CloseReason::SlowConsumer => (1008, "slow consumer".into()),
        // Private range: tells the page not to come back by itself.
        CloseReason::Replaced => (4000, "replaced".into()),
    };
    Some(CloseFrame { code, reason: text.as_ref().into() })
}
