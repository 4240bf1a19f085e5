//! Every family the server exposes, in one place: requests (rate, errors, duration), sessions,
//! lobby and rooms, games, bots, what is collected.
//!
//! Nothing is labelled by room, user or game: every label value is one of a closed set, so the
//! page has the same number of series with two players as with two thousand.
//! Gauges are held by guards ([`InProgress`]): whoever exists holds one, and dropping it counts
//! down, however the task ended.

use std::sync::LazyLock;
use std::time::Duration;

use nunchi::gc::{GcStats, Total};
use nunchi::{
    family, Counter, Family, Gauge, Histogram, InProgress, Labels, RegisterError, Registry, Summary,
};
use serde::Serialize;

use crate::bot::Level;
use crate::closed_set::closed_set;
use crate::game::{EndReason, Refusal};
use crate::protocol::{ChatScope, ClientName, ErrorCode, ServerName};
use crate::rules::Rule;

mod first_page;

pub(crate) use first_page::init;

/// A gauge's share of one existing thing.
pub(crate) type Held = InProgress<'static, i64>;

// ── Requests: HTTP ──────────────────────────────────────────────────────────────────────────

/// Requests answered, WebSocket handshakes included. Names and labels of this and the next two
/// are those of prometheus-net, so dashboards made for it work unmodified.
pub(crate) static HTTP_REQUESTS: Family<Counter, HttpAnswer> =
    family!("http_requests_received_total", "HTTP requests answered.");

/// Seconds from the request's head to the answer's head; for `/ws` that is the handshake.
pub(crate) static HTTP_DURATION: Family<Histogram, HttpAnswer> = family!(
    "http_request_duration_seconds",
    "Time to answer an HTTP request.",
    buckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5]
);

/// Requests being answered now. A scrape sees itself.
pub(crate) static HTTP_IN_PROGRESS: Family<Gauge<i64>, HttpTarget> =
    family!("http_requests_in_progress", "HTTP requests being answered now.");

closed_set! {
    /// Request methods; whatever else a client invents is `other`.
    Method {
        #[label(rename = "GET")] Get,
        #[label(rename = "HEAD")] Head,
        #[label(rename = "POST")] Post,
        #[label(rename = "PUT")] Put,
        #[label(rename = "DELETE")] Delete,
        #[label(rename = "OPTIONS")] Options,
        Other,
    }
}

closed_set! {
    /// Matched routes, never the raw path.
    Endpoint {
        #[label(rename = "/")] Page,
        #[label(rename = "/ws")] Socket,
        #[label(rename = "/metrics")] Metrics,
        #[label(rename = "/healthz")] Health,
        Other,
    }
}

closed_set! {
    /// Status codes this server gives.
    Code {
        #[label(rename = "101")] SwitchingProtocols,
        #[label(rename = "200")] Ok,
        #[label(rename = "400")] BadRequest,
        #[label(rename = "404")] NotFound,
        #[label(rename = "405")] MethodNotAllowed,
        #[label(rename = "426")] UpgradeRequired,
        #[label(rename = "429")] TooManyRequests,
        #[label(rename = "503")] Unavailable,
        Other,
    }
}

#[derive(Clone, Copy, Debug, Labels)]
pub(crate) struct HttpAnswer {
    pub(crate) method: Method,
    pub(crate) code: Code,
    pub(crate) endpoint: Endpoint,
}

#[derive(Clone, Copy, Debug, Labels)]
pub(crate) struct HttpTarget {
    pub(crate) method: Method,
    pub(crate) endpoint: Endpoint,
}

// ── Requests: WebSocket ─────────────────────────────────────────────────────────────────────

/// The game's requests: text and binary frames from clients, by the name of the message.
pub(crate) static WS_RECEIVED: Family<Counter, ByClientName> =
    family!("omok_ws_messages_received_total", "Messages received from clients.");

/// Messages handed to the socket; what a slow consumer never got is not in it.
pub(crate) static WS_SENT: Family<Counter, ByServerName> =
    family!("omok_ws_messages_sent_total", "Messages sent to clients.");

/// Payload bytes, framing and TLS not counted.
pub(crate) static WS_RECEIVED_BYTES: Family<Counter, ()> =
    family!("omok_ws_received_bytes_total", "Payload bytes received from clients.");

/// Payload bytes, framing and TLS not counted.
pub(crate) static WS_SENT_BYTES: Family<Counter, ()> =
    family!("omok_ws_sent_bytes_total", "Payload bytes sent to clients.");

/// Seconds from a read frame to the end of its handling, the room's or the matchmaker's included.
pub(crate) static WS_DURATION: Family<Histogram, ByClientName> = family!(
    "omok_ws_message_duration_seconds",
    "Time to handle a client's message.",
    buckets = [
        50e-6, 100e-6, 200e-6, 400e-6, 800e-6, 1.6e-3, 3.2e-3, 6.4e-3, 12.8e-3, 25.6e-3, 51.2e-3,
        102.4e-3, 204.8e-3
    ]
);

/// Error answers. A refused move is in here and, by its own word, in `omok_moves_rejected_total`.
pub(crate) static ERRORS: Family<Counter, ByCode> =
    family!("omok_errors_total", "Error answers given to clients.");

/// Requests refused by a token bucket.
pub(crate) static RATE_LIMITED: Family<Counter, ByLimit> =
    family!("omok_rate_limited_total", "Requests refused by a rate limit.");

closed_set! {
    /// The token buckets: three of each session, and one of the door.
    Limit { Move, Chat, Request, Connect }
}

#[derive(Clone, Copy, Debug, Labels)]
pub(crate) struct ByClientName {
    pub(crate) message: ClientName,
}

#[derive(Clone, Copy, Debug, Labels)]
pub(crate) struct ByServerName {
    pub(crate) message: ServerName,
}

#[derive(Clone, Copy, Debug, Labels)]
pub(crate) struct ByCode {
    pub(crate) code: ErrorCode,
}

#[derive(Clone, Copy, Debug, Labels)]
pub(crate) struct ByLimit {
    pub(crate) limit: Limit,
}

// ── Sessions ────────────────────────────────────────────────────────────────────────────────

/// Open WebSocket connections.
pub(crate) static SESSIONS: Family<Gauge<i64>, ByClient> =
    family!("omok_sessions", "WebSocket sessions open now.");

/// Connections accepted.
pub(crate) static SESSIONS_OPENED: Family<Counter, ByClient> =
    family!("omok_sessions_opened_total", "WebSocket sessions opened.");

/// Connections ended. `opened − closed` is `omok_sessions`.
pub(crate) static SESSIONS_CLOSED: Family<Counter, ByClose> =
    family!("omok_sessions_closed_total", "WebSocket sessions closed, by cause.");

/// Seconds a connection lasted, observed at its end.
pub(crate) static SESSION_DURATION: Family<Histogram, ()> = family!(
    "omok_session_duration_seconds",
    "Length of a WebSocket session, at its end.",
    buckets = [1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 1800.0, 3600.0, 7200.0, 14400.0]
);

/// Attempts to take an old seat again.
pub(crate) static RECONNECTS: Family<Counter, ByResume> =
    family!("omok_reconnects_total", "Sessions opened with a resume token.");

/// Seconds between the server's ping and the client's pong.
pub(crate) static PING_RTT: Family<Summary, ()> = family!(
    "omok_ws_ping_rtt_seconds",
    "Round trip of a WebSocket ping.",
    quantiles = [0.5, 0.9, 0.99],
    window = 300
);

/// Messages already waiting for a client when one more is queued: saturation, before it hurts.
pub(crate) static SEND_QUEUE: Family<Histogram, ()> = family!(
    "omok_ws_send_queue_messages",
    "Messages waiting for a client, sampled when one more is queued.",
    buckets = [0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0]
);

/// Sessions whose send queue ran over. They are closed.
pub(crate) static SLOW_CONSUMERS: Family<Counter, ()> =
    family!("omok_ws_slow_consumers_total", "Sessions whose send queue overflowed.");

closed_set! {
    /// What a client says it is, in the query of `/ws?client=`.
    ClientKind { Web, Bot, Load }
}

closed_set! {
    /// Why a session ended.
    CloseReason {
        ClientClose,
        /// The connection broke without a word.
        Lost,
        PingTimeout,
        SlowConsumer,
        ProtocolError,
        /// The same player came back on another connection.
        Replaced,
        Shutdown,
    }
}

closed_set! {
    /// What became of a resume token.
    Resume { Resumed, Expired, UnknownToken }
}

#[derive(Clone, Copy, Debug, Labels)]
pub(crate) struct ByClient {
    pub(crate) client: ClientKind,
}

#[derive(Clone, Copy, Debug, Labels)]
pub(crate) struct ByClose {
    pub(crate) reason: CloseReason,
}

#[derive(Clone, Copy, Debug, Labels)]
pub(crate) struct ByResume {
    pub(crate) result: Resume,
}

// ── Lobby, matchmaking, rooms ───────────────────────────────────────────────────────────────

/// Rooms that exist.
pub(crate) static ROOMS: Family<Gauge<i64>, ByRoomState> =
    family!("omok_rooms", "Rooms now, by what goes on in them.");

/// Rooms opened.
pub(crate) static ROOMS_CREATED: Family<Counter, ByMaker> =
    family!("omok_rooms_created_total", "Rooms created.");

/// Rooms closed.
pub(crate) static ROOMS_REAPED: Family<Counter, ByReap> =
    family!("omok_rooms_reaped_total", "Rooms closed, by cause.");

/// People watching.
pub(crate) static SPECTATORS: Family<Gauge<i64>, ()> =
    family!("omok_spectators", "Spectators in all rooms now.");

/// Players and spectators together when a game starts; a computer player is not a member.
pub(crate) static ROOM_MEMBERS: Family<Histogram, ()> = family!(
    "omok_room_members",
    "People in a room when its game starts.",
    buckets = [1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 20.0]
);

/// Players waiting for an opponent.
pub(crate) static MATCH_QUEUE: Family<Gauge<i64>, ByRule> =
    family!("omok_matchmaking_queue_players", "Players waiting for an opponent now.");

/// Seconds from asking for an opponent to having one: the worst of the last five minutes, of this
/// server alone. The next family holds the same waits as a histogram, which can be summed over
/// servers; both are here to be compared.
pub(crate) static MATCH_WAIT: Family<Summary, ByRule> = family!(
    "omok_matchmaking_wait_seconds",
    "Time until an opponent was found, over the last five minutes.",
    quantiles = [0.5, 0.9, 0.99],
    window = 300
);

/// Seconds from asking for an opponent to having one.
pub(crate) static MATCH_DURATION: Family<Histogram, ByRule> = family!(
    "omok_matchmaking_duration_seconds",
    "Time until an opponent was found.",
    buckets = [0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0]
);

/// How waiting ended, once for each player.
pub(crate) static MATCH_OUTCOMES: Family<Counter, ByOutcome> =
    family!("omok_matchmaking_outcomes_total", "How players stopped waiting for an opponent.");

/// Elo points between the two of a match.
pub(crate) static RATING_GAP: Family<Histogram, ByRule> = family!(
    "omok_matchmaking_rating_gap",
    "Difference of the ratings of two matched players.",
    buckets = [0.0, 25.0, 50.0, 100.0, 200.0, 400.0, 800.0]
);

/// Lines of chat passed on, once each, however many read them.
pub(crate) static CHAT_MESSAGES: Family<Counter, ByScope> =
    family!("omok_chat_messages_total", "Chat messages passed on.");

closed_set! {
    /// What goes on in a room.
    #[derive(Serialize)]
    #[serde(rename_all = "snake_case")]
    RoomState { Waiting, Playing, Finished }
}

closed_set! {
    /// Who opened a room.
    Maker { Player, Matchmaker }
}

closed_set! {
    /// Why a room was closed.
    Reap {
        /// Nobody came.
        Idle,
        /// The game is over and nobody wanted another.
        Finished,
        /// Nobody is left.
        Orphan,
    }
}

closed_set! {
    /// How waiting for an opponent ended.
    Outcome { Matched, Bot, Cancelled, Disconnected }
}

#[derive(Clone, Copy, Debug, Labels)]
pub(crate) struct ByRoomState {
    pub(crate) state: RoomState,
}

#[derive(Clone, Copy, Debug, Labels)]
pub(crate) struct ByMaker {
    pub(crate) by: Maker,
}

#[derive(Clone, Copy, Debug, Labels)]
pub(crate) struct ByReap {
    pub(crate) reason: Reap,
}

#[derive(Clone, Copy, Debug, Labels)]
pub(crate) struct ByRule {
    pub(crate) rule: Rule,
}

#[derive(Clone, Copy, Debug, Labels)]
pub(crate) struct ByOutcome {
    pub(crate) rule: Rule,
    pub(crate) outcome: Outcome,
}

#[derive(Clone, Copy, Debug, Labels)]
pub(crate) struct ByScope {
    pub(crate) scope: ChatScope,
}

// ── Games and moves ─────────────────────────────────────────────────────────────────────────

/// Games being played.
pub(crate) static GAMES: Family<Gauge<i64>, ByOpponent> =
    family!("omok_games", "Games being played now.");

/// Games begun.
pub(crate) static GAMES_STARTED: Family<Counter, ByOpponent> =
    family!("omok_games_started_total", "Games started.");

/// Games ended, by cause and colour.
pub(crate) static GAMES_FINISHED: Family<Counter, ByEnding> =
    family!("omok_games_finished_total", "Games ended.");

/// Seconds from the first turn to the end.
pub(crate) static GAME_DURATION: Family<Histogram, ByRule> = family!(
    "omok_game_duration_seconds",
    "Length of a game.",
    buckets = [10.0, 30.0, 60.0, 120.0, 180.0, 300.0, 600.0, 900.0, 1800.0, 3600.0]
);

/// Stones on the board at the end.
pub(crate) static GAME_MOVES: Family<Histogram, ByRule> = family!(
    "omok_game_moves",
    "Moves of a game, at its end.",
    buckets = [9.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0, 75.0, 100.0, 150.0, 225.0]
);

/// Stones put.
pub(crate) static MOVES: Family<Counter, ByMover> = family!("omok_moves_total", "Moves made.");

/// Moves refused.
pub(crate) static MOVES_REJECTED: Family<Counter, ByRefusal> =
    family!("omok_moves_rejected_total", "Moves refused.");

/// Seconds of a turn, from the opponent's stone to one's own; the bot's pause for effect included.
pub(crate) static THINK_TIME: Family<Histogram, ByPlayer> = family!(
    "omok_think_time_seconds",
    "Time a player took for a move.",
    buckets = [0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 20.0, 30.0, 45.0, 60.0]
);

/// Turns the clock ended. Each is also a game lost by `timeout`.
pub(crate) static TURN_TIMEOUTS: Family<Counter, ByRule> =
    family!("omok_turn_timeouts_total", "Turns not made in time.");

/// Seconds to judge one move, the double-three search included.
pub(crate) static MOVE_VALIDATION: Family<Histogram, ByRule> = family!(
    "omok_move_validation_seconds",
    "Time to judge one move by the rules.",
    buckets = [1e-6, 2e-6, 5e-6, 10e-6, 20e-6, 50e-6, 100e-6, 200e-6, 500e-6, 1e-3]
);

closed_set! {
    /// Who is across the board, and who made a move: `human` is whoever plays over a session,
    /// load generators included; `bot` is this server's own player.
    Player { Human, Bot }
}

closed_set! {
    /// Who won.
    Winner { Black, White, None }
}

#[derive(Clone, Copy, Debug, Labels)]
pub(crate) struct ByOpponent {
    pub(crate) rule: Rule,
    pub(crate) opponent: Player,
}

#[derive(Clone, Copy, Debug, Labels)]
pub(crate) struct ByEnding {
    pub(crate) rule: Rule,
    pub(crate) reason: EndReason,
    pub(crate) winner: Winner,
}

#[derive(Clone, Copy, Debug, Labels)]
pub(crate) struct ByMover {
    pub(crate) rule: Rule,
    pub(crate) by: Player,
}

#[derive(Clone, Copy, Debug, Labels)]
pub(crate) struct ByRefusal {
    pub(crate) reason: Refusal,
}

#[derive(Clone, Copy, Debug, Labels)]
pub(crate) struct ByPlayer {
    pub(crate) by: Player,
}

// ── Bots: utilisation, saturation, errors of the threads that search ───────────────────────────

/// Seconds the computer computed. `easy` and `normal` think on the room's own task: above a millisecond
/// they would have to move to the threads of `hard`.
pub(crate) static BOT_SEARCH: Family<Histogram, ByLevel> = family!(
    "omok_bot_search_seconds",
    "Time the computer took to choose a move.",
    buckets = [
        10e-6, 20e-6, 50e-6, 100e-6, 200e-6, 500e-6, 1e-3, 2e-3, 5e-3, 10e-3, 20e-3, 50e-3, 0.1,
        0.2, 0.5, 1.0
    ]
);

/// Threads that search for the best move.
pub(crate) static BOT_WORKERS: Family<Gauge<i64>, ()> =
    family!("omok_bot_workers", "Threads that search for moves.");

/// Those of them that do so now.
pub(crate) static BOT_WORKERS_BUSY: Family<Gauge<i64>, ()> =
    family!("omok_bot_workers_busy", "Threads that search for a move now.");

/// Searches that wait for a thread.
pub(crate) static BOT_QUEUE: Family<Gauge<i64>, ()> =
    family!("omok_bot_queue_jobs", "Searches waiting for a thread now.");

/// Seconds that searches waited for a thread.
pub(crate) static BOT_QUEUE_WAIT: Family<Histogram, ()> = family!(
    "omok_bot_queue_wait_seconds",
    "Time a search waited for a thread.",
    buckets = [10e-6, 100e-6, 1e-3, 5e-3, 10e-3, 50e-3, 0.1, 0.5, 1.0, 5.0]
);

/// Games played out by searches.
pub(crate) static BOT_PLAYOUTS: Family<Counter, ()> =
    family!("omok_bot_playouts_total", "Games that searches played out.");

/// Nodes that searches added to their trees.
pub(crate) static BOT_NODES: Family<Counter, ()> =
    family!("omok_bot_nodes_created_total", "Nodes that searches added to their trees.");

/// Moves from the position to where a game was played out.
pub(crate) static BOT_DEPTH: Family<Histogram, ()> = family!(
    "omok_bot_tree_depth",
    "Moves that a search looked ahead before it played a game out.",
    buckets = [1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0]
);

/// Searches without a use. The move was made by `normal` where one was wanted.
pub(crate) static BOT_ABANDONED: Family<Counter, ByAbandon> =
    family!("omok_bot_moves_abandoned_total", "Searches that led to no move.");

closed_set! {
    /// Why a search led to no move.
    Abandon {
        /// Too many were waiting already.
        QueueFull,
        /// The room, or its game, was over before.
        RoomGone,
        Panicked,
    }
}

#[derive(Clone, Copy, Debug, Labels)]
pub(crate) struct ByLevel {
    pub(crate) level: Level,
}

#[derive(Clone, Copy, Debug, Labels)]
pub(crate) struct ByAbandon {
    pub(crate) reason: Abandon,
}

// ── Garbage collectors ─────────────────────────────────────────────────────────────────────────

/// `collector="omok_tree"`: the copying collector of the trees of searches. Generation 0 is the move
/// that was made, 1 a pool that is full or no longer needed. See [`crate::search`].
pub(crate) static TREE_GC: LazyLock<GcStats> =
    LazyLock::new(|| tree_gc(nunchi::global()).expect("nobody else has these names"));

/// `collector="rooms"`: the reaper. Generation 0 is rooms that have ended, 1 players who did not come
/// back. Objects are rooms and players. See [`crate::hub`].
pub(crate) static ROOMS_GC: LazyLock<GcStats> =
    LazyLock::new(|| rooms_gc(nunchi::global()).expect("nobody else has these names"));

/// Describes the collector of trees; tests have one of their own.
pub(crate) fn tree_gc(registry: &Registry) -> Result<GcStats, RegisterError> {
    GcStats::builder("omok_tree")
        .generations(["0", "1"])
        .causes(["reroot", "pressure", "game_over"])
        .totals([
            Total::AllocatedBytes,
            Total::AllocatedObjects,
            Total::FreedBytes,
            Total::FreedObjects,
        ])
        .pause_quantiles(PAUSE_QUANTILES, PAUSE_WINDOW)
        .register(registry)
}

/// Describes the reaper; tests have one of their own.
pub(crate) fn rooms_gc(registry: &Registry) -> Result<GcStats, RegisterError> {
    GcStats::builder("rooms")
        .generations(["0", "1"])
        .causes(["timer"])
        .totals([Total::AllocatedObjects, Total::FreedObjects])
        .pause_quantiles(PAUSE_QUANTILES, PAUSE_WINDOW)
        .register(registry)
}

const PAUSE_QUANTILES: [f64; 5] = [0.0, 0.5, 0.9, 0.99, 1.0];
const PAUSE_WINDOW: Duration = Duration::from_secs(300);

// ── Build ──────────────────────────────────────────────────────────────────────────────────────

/// Always 1; what runs is in the labels.
pub(crate) static BUILD_INFO: Family<Gauge<i64>, Build> =
    family!("omok_build_info", "The running build; always 1.");

#[derive(Clone, Copy, Debug, Labels)]
pub(crate) struct Build {
    pub(crate) version: &'static str,
    pub(crate) revision: &'static str,
    pub(crate) rustc: &'static str,
}
