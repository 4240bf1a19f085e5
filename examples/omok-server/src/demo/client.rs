//! A WebSocket client that plays: the socket, and what it knows of its game.

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use rand::Rng;
use serde_json::{json, Value};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{client_async, WebSocketStream};

use crate::board::{Board, Point, Stone};
use crate::bot::{self, Level};
use crate::rules::Rule;

/// Whatever ends a role early: a closed connection, mostly.
pub(super) type Failure = Box<dyn Error + Send + Sync>;

/// The longest a client waits for a message.
const PATIENCE: Duration = Duration::from_secs(40);

/// One connection.
#[derive(Debug)]
pub(super) struct Client {
    socket: WebSocketStream<TcpStream>,
    pub(super) token: String,
    pub(super) game: Option<Mirror>,
}

/// The game as this client knows it.
#[derive(Debug)]
pub(super) struct Mirror {
    board: Board,
    rule: Rule,
    /// The client's colour; `None` for a spectator.
    pub(super) you: Option<Stone>,
    pub(super) turn: Option<Stone>,
}

impl Mirror {
    pub(super) fn is_your_turn(&self) -> bool {
        self.turn.is_some() && self.turn == self.you
    }
}

impl Client {
    /// Connects and says hello, with the token of an earlier connection if there is one.
    pub(super) async fn hello(
        server: SocketAddr,
        kind: &str,
        token: Option<&str>,
    ) -> Result<Self, Failure> {
        let mut client = Client::connect(server, kind, None).await?;
        client.say(json!({ "message": "hello", "token": token })).await?;
        client.wait_for("welcome").await?;
        Ok(client)
    }

    /// Connects without a word. A small receive buffer makes a client that does not read show.
    pub(super) async fn connect(
        server: SocketAddr,
        kind: &str,
        receive_buffer: Option<u32>,
    ) -> Result<Self, Failure> {
        let socket = if server.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        if let Some(bytes) = receive_buffer {
            socket.set_recv_buffer_size(bytes)?;
        }
        let stream = socket.connect(server).await?;
        stream.set_nodelay(true)?;
        let url = format!("ws://{server}/ws?client={kind}");
        let (socket, _) = client_async(url, stream).await?;
        Ok(Client { socket, token: String::new(), game: None })
    }

    pub(super) async fn say(&mut self, message: Value) -> Result<(), Failure> {
        self.send(Message::text(message.to_string())).await
    }

    pub(super) async fn send(&mut self, message: Message) -> Result<(), Failure> {
        Ok(self.socket.send(message).await?)
    }

    /// The next message of the server.
    pub(super) async fn hear(&mut self) -> Result<Value, Failure> {
        loop {
            let frame = timeout(PATIENCE, self.socket.next()).await?.ok_or("closed")??;
            match frame {
                Message::Text(text) => {
                    let message = serde_json::from_str(&text)?;
                    self.learn(&message);
                    return Ok(message);
                }
                Message::Close(_) => return Err("closed".into()),
                _ => {}
            }
        }
    }

    /// Reads on until a message of this name.
    pub(super) async fn wait_for(&mut self, name: &str) -> Result<Value, Failure> {
        loop {
            let message = self.hear().await?;
            if message["message"] == name {
                return Ok(message);
            }
        }
    }

    /// Reads on for a while, answering pings.
    pub(super) async fn linger(&mut self, time: Duration) -> Result<(), Failure> {
        match timeout(time, async { while self.hear().await.is_ok() {} }).await {
            Ok(()) => Err("closed".into()),
            Err(_) => Ok(()),
        }
    }

    /// Plays until the game ends or `turns` own turns are over.
    pub(super) async fn play(&mut self, turns: usize) -> Result<(), Failure> {
        let level = if rand::rng().random_bool(0.5) { Level::Easy } else { Level::Normal };
        for _ in 0..turns {
            while !self.game.as_ref().is_some_and(Mirror::is_your_turn) {
                if self.is_over() {
                    return Ok(());
                }
                self.hear().await?;
            }
            // Reading on while thinking, as people's browsers do: pings want an answer.
            self.linger(think_time()).await?;
            let Some(point) = self.choose(level) else {
                return if self.is_over() { Ok(()) } else { Err("no point left".into()) };
            };
            let put = json!({ "message": "put_stone", "x": point.x(), "y": point.y() });
            self.say(put).await?;
            while self.game.as_ref().is_some_and(Mirror::is_your_turn) {
                if self.hear().await?["code"] == "rate_limited" {
                    self.linger(Duration::from_millis(200)).await?;
                    break;
                }
            }
        }
        Ok(())
    }

    /// Whether no game is on.
    fn is_over(&self) -> bool {
        self.game.as_ref().is_none_or(|game| game.turn.is_none())
    }

    fn choose(&self, level: Level) -> Option<Point> {
        let game = self.game.as_ref().filter(|game| game.is_your_turn())?;
        bot::choose(&game.board, game.rule, game.you?, level, &mut rand::rng())
    }

    pub(super) async fn close(mut self) -> Result<(), Failure> {
        Ok(self.socket.close(None).await?)
    }

    fn learn(&mut self, message: &Value) {
        match message["message"].as_str() {
            Some("welcome") => {
                self.token = message["token"].as_str().unwrap_or_default().to_owned();
            }
            Some("game_started" | "room_state") => self.game = mirror(&message["room"]),
            Some("stone_put") => {
                let stone = serde_json::from_value(message["stone"].clone()).ok();
                let point = point(&message["point"]);
                if let (Some(game), Some(stone), Some(point)) = (&mut self.game, stone, point) {
                    game.board.set(point, Some(stone));
                    game.turn = Some(stone.other());
                }
            }
            Some("game_ended") => {
                if let Some(game) = &mut self.game {
                    game.turn = None;
                }
            }
            Some("room_left") => self.game = None,
            _ => {}
        }
    }
}

fn mirror(room: &Value) -> Option<Mirror> {
    let mut board = Board::new();
    let mut stone = Stone::Black;
    for at in room["moves"].as_array()?.iter().filter_map(point) {
        board.set(at, Some(stone));
        stone = stone.other();
    }
    Some(Mirror {
        board,
        rule: serde_json::from_value(room["rule"].clone()).ok()?,
        you: serde_json::from_value(room["you"].clone()).ok()?,
        turn: serde_json::from_value(room["turn"].clone()).ok()?,
    })
}

fn point(value: &Value) -> Option<Point> {
    Point::new(value["x"].as_i64()?, value["y"].as_i64()?)
}

/// Mostly half a second, seldom three: roughly log-normal, like people.
fn think_time() -> Duration {
    let normal: f64 = (0..12).map(|_| rand::rng().random::<f64>()).sum::<f64>() - 6.0;
    Duration::from_secs_f64((0.35 * (0.7 * normal).exp()).min(3.0))
}
