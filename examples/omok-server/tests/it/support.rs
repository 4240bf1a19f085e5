//! A server on a free port with short clocks, clients for it, and its metrics page as numbers.
//!
//! The metrics are those of the process, so tests that count take turns: whoever holds a
//! [`Stage`] is alone on it.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use omok_server::{Config, Server};
use serde_json::{json, Value};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{client_async, WebSocketStream};

static ALONE: Mutex<()> = Mutex::const_new(());

/// How long anything may take before the test gives up.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running server, and the right to count.
pub(crate) struct Stage {
    pub(crate) server: Server,
    _alone: MutexGuard<'static, ()>,
}

impl Stage {
    pub(crate) async fn start(change: impl FnOnce(&mut Config)) -> Self {
        let alone = ALONE.lock().await;
        let mut config = Config::default();
        config.listen.set_port(0);
        config.match_every = Duration::from_millis(10);
        config.bot_pause = (Duration::from_millis(1), Duration::from_millis(5));
        change(&mut config);
        let server = Server::start(config).await.expect("a free port");
        Stage { server, _alone: alone }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address()
    }

    pub(crate) async fn client(&self) -> Client {
        self.client_with(None).await.0
    }

    /// A client that said hello, and what it was told.
    pub(crate) async fn client_with(&self, token: Option<&str>) -> (Client, Value) {
        let mut client = Client::connect(self.address()).await;
        client.say(json!({ "message": "hello", "token": token })).await;
        let welcome = client.wait_for("welcome").await;
        (client, welcome)
    }

    /// Two clients in one game, black's first.
    pub(crate) async fn table(&self, rule: &str, turn_seconds: u64) -> (Client, Client) {
        let (mut one, mut two) = (self.client().await, self.client().await);
        let room = json!({ "message": "create_room", "rule": rule, "turn_seconds": turn_seconds });
        one.say(room).await;
        let room = one.wait_for("room_state").await["room"]["id"].clone();
        two.say(json!({ "message": "join_room", "room": room })).await;
        let started = one.wait_for("game_started").await;
        two.wait_for("game_started").await;
        if started["room"]["you"] == "black" {
            (one, two)
        } else {
            (two, one)
        }
    }

    pub(crate) async fn page(&self) -> Page {
        let (status, body) = get(self.address(), "/metrics").await;
        assert_eq!(status, 200);
        Page(body)
    }

    /// Waits until the page says what is expected; some counts follow a close by a moment.
    pub(crate) async fn page_where(&self, what: &str, holds: impl Fn(&Page) -> bool) -> Page {
        for _ in 0..200 {
            let page = self.page().await;
            if holds(&page) {
                return page;
            }
            sleep(Duration::from_millis(20)).await;
        }
        panic!("never on the page: {what}\n{}", self.page().await.0);
    }
}

/// The text of a metrics page.
pub(crate) struct Page(pub(crate) String);

impl Page {
    /// The sum of a family's samples that carry all these labels, each as `name="value"`.
    pub(crate) fn sum(&self, name: &str, labels: &[&str]) -> f64 {
        let samples = self.0.lines().filter(|line| !line.starts_with('#'));
        samples
            .filter_map(|line| line.rsplit_once(' '))
            .filter(|(series, _)| series.split('{').next() == Some(name))
            .filter(|(series, _)| labels.iter().all(|label| series.contains(label)))
            .map(|(_, value)| value.parse::<f64>().expect("a number"))
            .sum()
    }
}

/// A real WebSocket client.
pub(crate) struct Client(pub(crate) WebSocketStream<TcpStream>);

impl Client {
    pub(crate) async fn connect(server: SocketAddr) -> Self {
        let stream = TcpStream::connect(server).await.expect("the server listens");
        let (socket, _) =
            client_async(format!("ws://{server}/ws"), stream).await.expect("a handshake");
        Client(socket)
    }

    pub(crate) async fn say(&mut self, message: Value) {
        self.send(Message::text(message.to_string())).await;
    }

    pub(crate) async fn send(&mut self, message: Message) {
        self.0.send(message).await.expect("an open connection");
    }

    pub(crate) async fn next(&mut self) -> Option<Result<Message, tungstenite::Error>> {
        timeout(PATIENCE, self.0.next()).await.expect("a message in time")
    }

    pub(crate) async fn hear(&mut self) -> Value {
        loop {
            match self.next().await {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).expect("JSON"),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("instead of a message: {other:?}"),
            }
        }
    }

    pub(crate) async fn wait_for(&mut self, name: &str) -> Value {
        loop {
            let message = self.hear().await;
            if message["message"] == name {
                return message;
            }
        }
    }

    /// Sends, and expects this error.
    pub(crate) async fn refused(&mut self, message: Value, code: &str) {
        self.say(message).await;
        assert_eq!(self.wait_for("error").await["code"], code);
    }

    pub(crate) async fn put(&mut self, x: i64, y: i64) {
        self.say(put(x, y)).await;
        self.wait_for("stone_put").await;
    }

    /// Reads until the connection is over: the close code, if the server gave one.
    pub(crate) async fn closed(&mut self) -> Option<u16> {
        loop {
            match self.next().await {
                Some(Ok(Message::Close(frame))) => return frame.map(|frame| frame.code.into()),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    }
}

pub(crate) fn put(x: i64, y: i64) -> Value {
    json!({ "message": "put_stone", "x": x, "y": y })
}

/// A plain HTTP request: status and body.
pub(crate) async fn get(server: SocketAddr, path: &str) -> (u16, String) {
    request(server, "GET", path).await
}

pub(crate) async fn request(server: SocketAddr, method: &str, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(server).await.expect("the server listens");
    let head = format!("{method} {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.expect("an open connection");
    let mut answer = Vec::new();
    let read = timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    read.expect("an answer in time").expect("an open connection");
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default();
    (status, body)
}
