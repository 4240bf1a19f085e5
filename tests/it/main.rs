//! Everything that is tested through the public face, in one binary.

mod chunks;
mod concurrency;
mod conformance;
mod http;
mod layers;
mod limits;
mod pages;
mod parser;
mod peers;
mod process;
mod props;
mod readme;
mod send_sync;
mod server;
mod support;
