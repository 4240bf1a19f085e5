//! The server as a value: start it, ask where it listens, shut it down.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt;
use tokio::net::TcpSocket;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::config::Config;
use crate::hub::Hub;
use crate::tasks::Shutdown;
use crate::{http, metrics};

/// Connections the kernel may hold until they are accepted.
const BACKLOG: u32 = 1_024;

/// A running server. Dropping it without [`Server::shutdown`] leaves it running.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    hub: Arc<Hub>,
    stop: watch::Sender<bool>,
    serving: JoinHandle<io::Result<()>>,
    drain: Duration,
}

impl Server {
    /// Binds the address and starts serving; needs a Tokio runtime.
    ///
    /// # Errors
    ///
    /// Whatever keeps the address from being bound.
    pub async fn start(config: Config) -> io::Result<Self> {
        let socket = match config.listen {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        socket.set_reuseaddr(true)?;
        // Accepted connections inherit it.
        socket.set_send_buffer_size(config.send_buffer)?;
        socket.bind(config.listen)?;
        let listener = socket.listen(BACKLOG)?;
        let address = listener.local_addr()?;
        metrics::init();
        let (stop, stopped) = Shutdown::new();
        let drain = config.drain;
        let hub = Hub::start(Arc::new(config), stopped.clone());
        // Small messages that should not wait for each other. An error means the client is gone.
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        let serve = axum::serve(listener, http::router(Arc::clone(&hub)));
        let serving = tokio::spawn(async move {
            let mut stopped = stopped;
            serve.with_graceful_shutdown(async move { stopped.wait().await }).await
        });
        Ok(Server { address, hub, stop, serving, drain })
    }

    /// Where the server listens; the real port where 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops accepting, ends games as void, announces it, and waits for sessions to close: twice
    /// [`Config::drain`] at most.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        // Both are best effort: what has not ended in time ends with the process.
        let _ = timeout(self.drain, self.hub.tasks().finished()).await;
        if timeout(self.drain, &mut self.serving).await.is_err() {
            self.serving.abort();
        }
    }
}
