//! What the page shows before anything has happened: every series of a closed set, at 0.
//!
//! A counter that appears with its first event hides that event from `rate()`, which needs a
//! value before it; an alert on a series that does not exist yet never fires.

use std::sync::Once;

use nunchi::collector::{AllocatorCollector, CgroupCollector, ProcessExtras, TokioCollector};
use tokio::runtime::Handle;

use super::*;

/// Puts every series of a closed set on the page at 0. Called before the port is open, in the runtime
/// that serves it.
pub(crate) fn init() {
    BUILD_INFO.with(&build()).set(1);
    init_requests();
    init_sessions();
    init_rooms();
    init_games();
    init_bots();
    init_collectors();
}

fn build() -> Build {
    Build {
        version: env!("CARGO_PKG_VERSION"),
        revision: option_env!("OMOK_REVISION").unwrap_or("unknown"),
        rustc: option_env!("OMOK_RUSTC").unwrap_or("unknown"),
    }
}

fn init_requests() {
    // Not the whole product of methods, codes and endpoints: the answers a healthy day gives.
    for (code, endpoint) in [
        (Code::Ok, Endpoint::Page),
        (Code::SwitchingProtocols, Endpoint::Socket),
        (Code::Ok, Endpoint::Metrics),
        (Code::Ok, Endpoint::Health),
        (Code::NotFound, Endpoint::Other),
    ] {
        HTTP_REQUESTS.with(&HttpAnswer { method: Method::Get, code, endpoint });
        HTTP_DURATION.with(&HttpAnswer { method: Method::Get, code, endpoint });
        HTTP_IN_PROGRESS.with(&HttpTarget { method: Method::Get, endpoint });
    }
    WS_RECEIVED.init_all();
    WS_DURATION.init_all();
    WS_SENT.init_all();
    WS_RECEIVED_BYTES.init();
    WS_SENT_BYTES.init();
    ERRORS.init_all();
    RATE_LIMITED.init_all();
}

fn init_sessions() {
    SESSIONS.init_all();
    SESSIONS_OPENED.init_all();
    SESSIONS_CLOSED.init_all();
    RECONNECTS.init_all();
    SESSION_DURATION.init();
    PING_RTT.init();
    SEND_QUEUE.init();
    SLOW_CONSUMERS.init();
}

fn init_rooms() {
    ROOMS.init_all();
    ROOMS_CREATED.init_all();
    ROOMS_REAPED.init_all();
    CHAT_MESSAGES.init_all();
    MATCH_QUEUE.init_all();
    MATCH_WAIT.init_all();
    MATCH_DURATION.init_all();
    RATING_GAP.init_all();
    MATCH_OUTCOMES.init_all();
    SPECTATORS.init();
    ROOM_MEMBERS.init();
}

fn init_games() {
    GAME_DURATION.init_all();
    GAME_MOVES.init_all();
    TURN_TIMEOUTS.init_all();
    MOVE_VALIDATION.init_all();
    GAMES.init_all();
    GAMES_STARTED.init_all();
    MOVES.init_all();
    // Not the whole product: a game without a winner was a draw, and the other way round.
    for rule in Rule::ALL {
        for reason in EndReason::ALL {
            let drawn = matches!(reason, EndReason::DrawFull | EndReason::Void);
            for winner in Winner::ALL.iter().filter(|w| (**w == Winner::None) == drawn) {
                GAMES_FINISHED.with(&ByEnding { rule: *rule, reason: *reason, winner: *winner });
            }
        }
    }
    MOVES_REJECTED.init_all();
    THINK_TIME.init_all();
}

fn init_bots() {
    BOT_SEARCH.init_all();
    BOT_WORKERS.init();
    BOT_WORKERS_BUSY.init();
    BOT_QUEUE.init();
    BOT_QUEUE_WAIT.init();
    BOT_PLAYOUTS.init();
    BOT_NODES.init();
    BOT_DEPTH.init();
    BOT_ABANDONED.init_all();
}

fn init_collectors() {
    LazyLock::force(&TREE_GC);
    LazyLock::force(&ROOMS_GC);
    // Once a process: tests start one server after another.
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| register_collectors().expect("nobody else has these names"));
}

/// What is around the game. Whatever one of them cannot know here, it leaves out.
fn register_collectors() -> Result<(), RegisterError> {
    let registry = nunchi::global();
    // The page has nothing of it where `main` did not install one that counts.
    registry.register(AllocatorCollector::new())?;
    registry.register(ProcessExtras::new())?;
    registry.register(CgroupCollector::new())?;
    registry.register(TokioCollector::new(&Handle::current()))
}
