//! Plain HTTP: the page, the health check, the scrape, and paths that do not exist.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

const REQUESTS: [(&str, &str); 8] = [
    ("GET", "/"),
    ("GET", "/healthz"),
    ("GET", "/metrics"),
    ("GET", "/healthz"),
    ("GET", "/wp-admin/setup.php"),
    ("HEAD", "/"),
    ("POST", "/"),
    ("GET", "/ws"),
];

/// Asks for one thing after another until it is dropped.
pub(super) async fn run(server: SocketAddr) {
    for (method, path) in REQUESTS.iter().cycle() {
        // A failed request leaves its mark on the server's side, if anywhere.
        let _ = timeout(Duration::from_secs(2), ask(server, method, path)).await;
        sleep(Duration::from_millis(400)).await;
    }
}

async fn ask(server: SocketAddr, method: &str, path: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(server).await?;
    let head = format!("{method} {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    stream.read_to_end(&mut Vec::new()).await?;
    Ok(())
}
