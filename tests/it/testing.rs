//! `nunchi::testing`: what it reads back, what it refuses, what users write with it.

#[path = "testing/clock.rs"]
mod clock;
#[path = "testing/corpus.rs"]
mod corpus;
#[path = "testing/looking.rs"]
mod looking;
#[path = "testing/promtool.rs"]
mod promtool;
#[path = "testing/round_trip.rs"]
mod round_trip;
