//! Clients that play as people do.

use std::net::SocketAddr;
use std::time::Duration;

use rand::Rng;
use serde_json::{json, Value};
use tokio::time::sleep;

use super::client::{Client, Failure};

const NAMES: [&str; 10] =
    ["하늘", "바다", "소나무", "보리", "다람쥐", "Juno", "Mira", "Tobin", "별", "가람"];

const LINES: [&str; 6] = ["안녕하세요!", "잘 두시네요", "good move", "ㅎㅎ", "hmm…", "한 판 더?"];

const WHOLE_GAME: usize = 113;

/// Three games against whoever comes, a rematch now and then.
pub(super) async fn steady(server: SocketAddr, number: usize) -> Result<(), Failure> {
    let mut client = Client::hello(server, "load", None).await?;
    let name = NAMES[number % NAMES.len()];
    client.say(json!({ "message": "login", "name": name })).await?;
    for _ in 0..3 {
        quick_match(&mut client).await?;
        if rand::rng().random_bool(0.5) {
            let line = LINES[rand::rng().random_range(0..LINES.len())];
            client.say(json!({ "message": "chat", "text": line })).await?;
        }
        client.play(WHOLE_GAME).await?;
        if rand::rng().random_bool(0.4) {
            client.say(json!({ "message": "rematch" })).await?;
            // The other may not want one: then the room is left as it is.
            let again =
                tokio::time::timeout(Duration::from_secs(2), client.wait_for("game_started"));
            if let Ok(started) = again.await {
                started?;
                client.play(WHOLE_GAME).await?;
            }
        }
        leave(&mut client).await?;
    }
    client.close().await
}

/// Gives up after a few moves.
pub(super) async fn resign(server: SocketAddr) -> Result<(), Failure> {
    let mut client = Client::hello(server, "load", None).await?;
    quick_match(&mut client).await?;
    client.play(4).await?;
    client.say(json!({ "message": "resign" })).await?;
    client.linger(Duration::from_secs(1)).await?;
    leave(&mut client).await?;
    client.close().await
}

/// Takes a room with a short clock and lets it run out.
pub(super) async fn sleep_at_the_board(server: SocketAddr, round: usize) -> Result<(), Failure> {
    let mut client = Client::hello(server, "load", None).await?;
    let rule = if round % 2 == 0 { "freestyle" } else { "general" };
    let bot = ["normal", "easy", "hard"][round % 3];
    let room = json!({ "message": "create_room", "rule": rule, "turn_seconds": 2, "bot": bot });
    client.say(room).await?;
    client.play(3).await?;
    client.linger(Duration::from_secs(4)).await?;
    leave(&mut client).await?;
    client.close().await
}

/// Loses the connection in the middle of a game. Comes back, mostly; every third time too late.
pub(super) async fn churn(server: SocketAddr, round: usize) -> Result<(), Failure> {
    let mut client = Client::hello(server, "load", None).await?;
    quick_match(&mut client).await?;
    client.play(3).await?;
    let token = client.token.clone();
    let (too_late, two_windows) = (round % 3 == 1, round % 3 == 2);
    let mut old = Some(client);
    if !two_windows {
        // Dropped without a word, as a train does in a tunnel.
        old = None;
        sleep(Duration::from_millis(if too_late { 9_000 } else { 800 })).await;
    }
    let mut client = Client::hello(server, "load", Some(&token)).await?;
    drop(old);
    if !too_late {
        client.play(WHOLE_GAME).await?;
        leave(&mut client).await?;
    }
    client.close().await?;
    Client::hello(server, "load", Some("a token nobody was given")).await?.close().await
}

/// Watches a game that is on, and talks about it.
pub(super) async fn watch(server: SocketAddr) -> Result<(), Failure> {
    let mut client = Client::hello(server, "load", None).await?;
    for _ in 0..4 {
        client.say(json!({ "message": "list_rooms" })).await?;
        let rooms = client.wait_for("rooms").await?;
        let playing = |room: &&Value| room["state"] == "playing";
        let room = rooms["rooms"].as_array().and_then(|rooms| rooms.iter().find(playing));
        if let Some(id) = room.map(|room| room["id"].clone()) {
            // Every seat of a game that is on is taken; then watching will have to do.
            client.say(json!({ "message": "join_room", "room": id })).await?;
            client.say(json!({ "message": "spectate", "room": id })).await?;
            client.linger(Duration::from_secs(2)).await?;
            client.say(json!({ "message": "chat", "text": "흑이 유리한데요" })).await?;
            // A spectator has no seat: this is an error, and no move.
            client.say(json!({ "message": "put_stone", "x": 0, "y": 0 })).await?;
            client.linger(Duration::from_secs(4)).await?;
            client.say(json!({ "message": "leave_room" })).await?;
        }
        client.linger(Duration::from_secs(1)).await?;
    }
    client.close().await
}

/// Asks for things and does not use them: a match, a room nobody joins.
pub(super) async fn lurk(server: SocketAddr) -> Result<(), Failure> {
    let mut client = Client::hello(server, "load", None).await?;
    client.say(json!({ "message": "quick_match", "rule": "freestyle" })).await?;
    client.say(json!({ "message": "cancel_match" })).await?;
    client.say(json!({ "message": "join_room", "room": 0 })).await?;
    client.say(json!({ "message": "create_room", "rule": "general" })).await?;
    // The room is closed when it has been idle for too long.
    client.wait_for("room_left").await?;
    client.say(json!({ "message": "quick_match", "rule": "general" })).await?;
    client.wait_for("match_waiting").await?;
    // Gone from the queue without a word, unless somebody was waiting.
    client.close().await
}

/// Waits for an opponent and for the game to begin.
async fn quick_match(client: &mut Client) -> Result<(), Failure> {
    let rule = if rand::rng().random_bool(0.5) { "general" } else { "freestyle" };
    client.say(json!({ "message": "quick_match", "rule": rule })).await?;
    client.wait_for("game_started").await?;
    Ok(())
}

async fn leave(client: &mut Client) -> Result<(), Failure> {
    client.say(json!({ "message": "leave_room" })).await?;
    client.wait_for("room_left").await?;
    client.linger(Duration::from_millis(300)).await
}
