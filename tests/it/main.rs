//! Everything that is tested through the public face, in one binary.

mod http;
mod layers;
mod pages;
mod process;
mod readme;
mod server;
