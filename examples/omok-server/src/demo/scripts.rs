//! Two clients whose game is fixed in advance: what chance would bring too seldom.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{json, Value};
use tokio::time::sleep;

use super::client::{Client, Failure};
use crate::board::{Point, Stone};

/// Time between two moves of a full board; both sides stay below the move limit.
const QUICK: Duration = Duration::from_millis(55);

/// Two players at one board, by turns a double three and a full board.
pub(super) async fn duo(server: SocketAddr, round: usize) -> Result<(), Failure> {
    let draw = round % 2 == 1;
    let rule = if draw { "freestyle" } else { "general" };
    let mut one = Client::hello(server, "bot", None).await?;
    let mut two = Client::hello(server, "bot", None).await?;
    one.say(json!({ "message": "create_room", "rule": rule, "turn_seconds": 20 })).await?;
    let room = one.wait_for("room_state").await?["room"]["id"].clone();
    two.say(json!({ "message": "join_room", "room": room })).await?;
    one.wait_for("game_started").await?;
    two.wait_for("game_started").await?;
    let one_is_black = one.game.as_ref().and_then(|game| game.you) == Some(Stone::Black);
    let (black, white) = if one_is_black { (&mut one, &mut two) } else { (&mut two, &mut one) };
    if draw {
        fill(black, white).await?;
    } else {
        forbidden(black, white).await?;
    }
    for client in [&mut one, &mut two] {
        client.say(json!({ "message": "leave_room" })).await?;
    }
    sleep(Duration::from_millis(300)).await;
    one.close().await?;
    two.close().await
}

/// Black is refused a double three, and white an occupied point, before black wins.
async fn forbidden(black: &mut Client, white: &mut Client) -> Result<(), Failure> {
    let corners = [(0, 0), (0, 14), (14, 0), (14, 14), (0, 7), (14, 7)];
    white.say(put(1, 1)).await?;
    white.wait_for("error").await?;
    for (at, corner) in [(5, 7), (6, 7), (7, 5), (7, 6)].into_iter().zip(corners) {
        turn(black, white, at).await?;
        turn(white, black, corner).await?;
    }
    black.say(put(7, 7)).await?;
    black.wait_for("error").await?;
    turn(black, white, (8, 7)).await?;
    white.say(put(8, 7)).await?;
    white.wait_for("error").await?;
    turn(white, black, corners[4]).await?;
    // The row has its gap left: filling it now makes four, and no three.
    turn(black, white, (7, 7)).await?;
    turn(white, black, corners[5]).await?;
    black.say(put(9, 7)).await?;
    black.wait_for("game_ended").await?;
    black.say(put(9, 9)).await?;
    black.wait_for("error").await?;
    Ok(())
}

/// Both fill the board in pairs of colours, shifted on every other row: nobody ever has five.
async fn fill(black: &mut Client, white: &mut Client) -> Result<(), Failure> {
    let is_black = |p: &Point| (p.x() + 2 * (p.y() % 2)) / 2 % 2 == 0;
    let (blacks, whites): (Vec<Point>, Vec<Point>) = Point::all().partition(is_black);
    for (number, point) in blacks.iter().enumerate() {
        turn(black, white, (point.x(), point.y())).await?;
        sleep(QUICK).await;
        if let Some(answer) = whites.get(number) {
            turn(white, black, (answer.x(), answer.y())).await?;
            sleep(QUICK).await;
        }
    }
    black.wait_for("game_ended").await?;
    Ok(())
}

/// One move that both see.
async fn turn(mover: &mut Client, other: &mut Client, at: (u8, u8)) -> Result<(), Failure> {
    mover.say(put(at.0, at.1)).await?;
    mover.wait_for("stone_put").await?;
    other.wait_for("stone_put").await?;
    Ok(())
}

fn put(x: u8, y: u8) -> Value {
    json!({ "message": "put_stone", "x": x, "y": y })
}
