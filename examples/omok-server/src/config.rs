//! Every clock and limit of the server, so that tests and the demo can have short ones.

use std::net::SocketAddr;
use std::time::Duration;

use crate::bucket::Rate;

/// How a server behaves. [`Config::default`] is what the game wants; fields are public so that a
/// test can shorten one clock and keep the rest.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen. Port 0 takes any free port.
    pub listen: SocketAddr,
    /// The turn clock of rooms that do not ask for another; running out of it loses.
    pub turn: Duration,
    /// How long the seat of a lost connection is kept.
    pub resume_within: Duration,
    /// Time between two pings. Three without an answer close the session.
    pub ping_every: Duration,
    /// How long a connection may stay silent before its first `hello`.
    pub hello_within: Duration,
    /// How long a lone player waits for a human before a bot sits down.
    pub bot_after: Duration,
    /// How often the matchmaker looks at its queues.
    pub match_every: Duration,
    /// The bot's pause before a move, from and to; thinking itself takes microseconds, but for the
    /// strongest one.
    pub bot_pause: (Duration, Duration),
    /// Whether the bot that sits down with a lone player is the strongest one.
    pub hard_bots: bool,
    /// How long the strongest bot searches for a move, at most.
    pub search_time: Duration,
    /// Games it plays out for a move, at most.
    pub search_playouts: u32,
    /// Nodes of what it remembers of one game, at 16 bytes.
    pub search_nodes: usize,
    /// How long a room may wait for a second player.
    pub room_idle: Duration,
    /// How long a finished room stays for a rematch.
    pub room_finished: Duration,
    /// How long a shutdown waits for last messages, and again for sessions to close.
    pub drain: Duration,
    /// Moves of one session.
    pub moves: Rate,
    /// Chat of one session.
    pub chats: Rate,
    /// All other requests of one session.
    pub requests: Rate,
    /// Error answers one session may earn before it is closed.
    pub patience: Rate,
    /// New connections of the whole server.
    pub connects: Rate,
    /// Messages that may wait for one client.
    pub send_queue: usize,
    /// The kernel's send buffer for one client, in bytes: small, so that a client that has
    /// stopped reading shows in its queue and not in kernel memory.
    pub send_buffer: u32,
    /// Most sessions at once.
    pub max_sessions: usize,
    /// Most rooms at once.
    pub max_rooms: usize,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            turn: Duration::from_secs(30),
            resume_within: Duration::from_secs(60),
            ping_every: Duration::from_secs(10),
            hello_within: Duration::from_secs(10),
            bot_after: Duration::from_secs(5),
            match_every: Duration::from_millis(200),
            bot_pause: (Duration::from_millis(400), Duration::from_millis(1_200)),
            hard_bots: false,
            search_time: Duration::from_millis(400),
            search_playouts: 20_000,
            search_nodes: 1 << 16,
            room_idle: Duration::from_secs(300),
            room_finished: Duration::from_secs(120),
            drain: Duration::from_secs(2),
            moves: Rate { per_second: 5.0, burst: 10.0 },
            chats: Rate { per_second: 1.0, burst: 5.0 },
            requests: Rate { per_second: 10.0, burst: 30.0 },
            patience: Rate { per_second: 2.0, burst: 50.0 },
            connects: Rate { per_second: 50.0, burst: 200.0 },
            send_queue: 64,
            send_buffer: 64 * 1024,
            max_sessions: 1_200,
            max_rooms: 500,
        }
    }
}

impl Config {
    /// The clocks of `--demo`: short enough that every metric moves within a minute, the turn
    /// clock and the rules unchanged.
    pub fn demo() -> Self {
        Config {
            resume_within: Duration::from_secs(6),
            ping_every: Duration::from_secs(3),
            bot_after: Duration::from_millis(2_500),
            bot_pause: (Duration::from_millis(100), Duration::from_millis(600)),
            hard_bots: true,
            search_time: Duration::from_millis(60),
            // A small memory, so that its collector has work.
            search_nodes: 1 << 14,
            room_idle: Duration::from_secs(8),
            room_finished: Duration::from_secs(10),
            moves: Rate { per_second: 20.0, burst: 20.0 },
            requests: Rate { per_second: 20.0, burst: 40.0 },
            connects: Rate { per_second: 10.0, burst: 60.0 },
            send_buffer: 16 * 1024,
            ..Config::default()
        }
    }
}
