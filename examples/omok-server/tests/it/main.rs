//! The server as its users meet it: over sockets. One binary, so the crate is linked once.

mod collected;
mod demo;
mod hostile;
mod play;
mod program;
mod support;
