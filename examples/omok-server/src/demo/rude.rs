//! Clients that do what they should not. The server answers, limits, or closes them.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{json, Value};
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::Message;

use super::client::{Client, Failure};

/// Illegal moves, floods, nonsense; at the end a frame that is far too large.
pub(super) async fn annoy(server: SocketAddr, round: usize) -> Result<(), Failure> {
    let mut client = Client::connect(server, "load", None).await?;
    client.say(json!({ "message": "list_rooms" })).await?;
    client.say(json!({ "message": "hello", "token": null })).await?;
    client.say(json!({ "message": "hello", "token": null })).await?;
    client.say(json!({ "message": "login", "name": " \t " })).await?;
    client.say(json!({ "message": "resign" })).await?;
    client.say(json!({ "message": "launch_missiles" })).await?;
    client.say(json!({ "message": "put_stone", "x": "seven" })).await?;
    client.send(Message::text("{\"message\":")).await?;
    client.send(Message::binary(vec![0, 159, 146, 150])).await?;
    let bot = json!({ "message": "create_room", "rule": "general", "bot": "easy" });
    client.say(bot.clone()).await?;
    client.wait_for("game_started").await?;
    client.say(bot).await?;
    client.say(json!({ "message": "rematch" })).await?;
    client.say(json!({ "message": "chat", "text": "" })).await?;
    for number in 0..8 {
        client.say(json!({ "message": "chat", "text": format!("spam {number}") })).await?;
    }
    while !client.game.as_ref().is_some_and(super::client::Mirror::is_your_turn) {
        client.hear().await?;
    }
    client.say(put(99, -1)).await?;
    client.say(put(7, 7)).await?;
    for _ in 0..25 {
        client.say(put(7, 7)).await?;
    }
    client.linger(Duration::from_secs(1)).await?;
    if round % 2 == 0 {
        for _ in 0..60 {
            client.say(json!({ "message": "list_rooms" })).await?;
        }
        client.linger(Duration::from_secs(4)).await?;
        client.send(Message::text("x".repeat(100_000))).await?;
    } else {
        for _ in 0..80 {
            client.send(Message::text("nonsense")).await?;
        }
    }
    // Closed by now; even rude people rest.
    sleep(Duration::from_secs(5)).await;
    Ok(())
}

/// Asks for long answers and reads none of them, until its queue runs over.
pub(super) async fn stall(server: SocketAddr) -> Result<(), Failure> {
    let mut client = Client::connect(server, "load", Some(2_048)).await?;
    client.say(json!({ "message": "hello", "token": null })).await?;
    // As many as the request limit passes; each answer lists all rooms.
    for _ in 0..200 {
        client.say(json!({ "message": "list_rooms" })).await?;
        sleep(Duration::from_millis(45)).await;
    }
    sleep(Duration::from_secs(2)).await;
    Ok(())
}

/// Says hello and then nothing, not even the answer to a ping.
pub(super) async fn stay_mute(server: SocketAddr) -> Result<(), Failure> {
    let mut client = Client::hello(server, "load", None).await?;
    sleep(Duration::from_secs(15)).await;
    client.linger(Duration::from_secs(1)).await
}

/// Knocks too often at once; some are let in, some are told to wait.
pub(super) async fn crowd(server: SocketAddr) -> Result<(), Failure> {
    let mut inside = Vec::new();
    for _ in 0..90 {
        // A refusal is what this role came for.
        if let Ok(client) = Client::connect(server, "load", None).await {
            inside.push(client);
        }
    }
    sleep(Duration::from_secs(1)).await;
    for client in inside {
        client.close().await?;
    }
    sleep(Duration::from_secs(25)).await;
    Ok(())
}

fn put(x: i64, y: i64) -> Value {
    json!({ "message": "put_stone", "x": x, "y": y })
}
