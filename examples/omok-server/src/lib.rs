//! An omok (오목, five in a row) game server, and what it measures about itself.
//!
//! The point of this crate is `src/metrics.rs`: every family of a real, small, stateful server in
//! one file, used from the code around it. The game is real too: two rule sets, rooms, a
//! matchmaker, a computer player, reconnects, spectators; open `/` in two browser windows.
//!
//! From the bottom up: `board`, `rules`, `game` and `bot` know no network. `protocol` names what
//! is said. `user`, `outbox` and `identities` are a player across connections. `room` is one task
//! a room, `matchmaker` one for all; `hub` is what they share. `session` is one connection,
//! `http` the routes, `server` the whole. `demo` plays against it over real sockets.

mod board;
mod bot;
mod bucket;
mod closed_set;
mod config;
mod demo;
mod flags;
mod game;
mod http;
mod hub;
mod identities;
mod matchmaker;
mod metrics;
mod outbox;
mod protocol;
mod rating;
mod room;
mod rules;
mod search;
mod server;
mod session;
mod tasks;
mod user;

pub use bucket::Rate;
pub use config::Config;
pub use demo::Demo;
pub use flags::{Flags, Parsed, USAGE};
pub use server::Server;
