//! Clients that mean harm, or are broken: always an answer or a close, never a dead server.

use std::time::Duration;

use omok_server::Rate;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{get, put, Client, Stage};

#[tokio::test]
async fn nonsense_is_answered_with_an_error_each() {
    let stage = Stage::start(|_| {}).await;
    let mut client = Client::connect(stage.address()).await;
    client.refused(json!({ "message": "list_rooms" }), "hello_first").await;
    client.say(json!({ "message": "hello", "token": null })).await;
    client.wait_for("welcome").await;
    for (text, code) in [
        ("", "bad_json"),
        ("{]", "bad_json"),
        ("[1,2,3]", "unknown_message"),
        ("{\"message\":\"format_disk\"}", "unknown_message"),
        ("{\"message\":\"put_stone\",\"x\":{},\"y\":[]}", "bad_field"),
        ("{\"message\":\"hello\"}", "already_hello"),
        ("{\"message\":\"login\",\"name\":\"\\u0000\"}", "bad_name"),
        ("{\"message\":\"put_stone\",\"x\":1,\"y\":1}", "not_in_room"),
        ("{\"message\":\"join_room\",\"room\":18446744073709551615}", "room_not_found"),
        ("{\"message\":\"create_room\",\"rule\":\"general\",\"turn_seconds\":0}", "bad_field"),
    ] {
        client.send(Message::text(text)).await;
        assert_eq!(client.wait_for("error").await["code"], code, "{text}");
    }
    client.send(Message::binary(vec![0xff; 300])).await;
    assert_eq!(client.wait_for("error").await["code"], "binary_frame");
    client.say(json!({ "message": "list_rooms" })).await;
    client.wait_for("rooms").await;
    stage.server.shutdown().await;
}

#[tokio::test]
async fn illegal_moves_are_refused_and_change_nothing() {
    let stage = Stage::start(|_| {}).await;
    let (mut black, mut white) = stage.table("general", 30).await;
    let mut third = stage.client().await;
    white.refused(put(7, 7), "not_your_turn").await;
    black.refused(put(15, 0), "out_of_board").await;
    black.refused(put(-1, i64::MAX), "out_of_board").await;
    for (at, corner) in [(5, 7), (6, 7), (7, 5), (7, 6)].into_iter().zip([0, 2, 4, 6]) {
        black.put(at.0, at.1).await;
        white.wait_for("stone_put").await;
        white.put(corner, 0).await;
        black.wait_for("stone_put").await;
    }
    black.refused(put(7, 7), "double_three").await;
    black.refused(put(5, 7), "occupied").await;
    third.say(json!({ "message": "list_rooms" })).await;
    let rooms = third.wait_for("rooms").await;
    let room = rooms["rooms"][0].clone();
    assert_eq!(room["moves"], 8);
    third.refused(json!({ "message": "join_room", "room": room["id"] }), "room_full").await;
    third.say(json!({ "message": "spectate", "room": room["id"] })).await;
    third.wait_for("room_state").await;
    third.refused(put(9, 9), "not_a_player").await;
    assert_eq!(stage.page().await.sum("omok_spectators", &[]), 1.0);
    black.put(10, 10).await;
    third.wait_for("stone_put").await;
    stage.server.shutdown().await;
}

#[tokio::test]
async fn huge_frames_close_the_session_and_nothing_else() {
    let stage = Stage::start(|_| {}).await;
    let mut good = stage.client().await;
    let before = stage.page().await;
    let reason = [r#"reason="protocol_error""#];
    for frame in [Message::text("x".repeat(100_000)), Message::binary(vec![0; 5_000])] {
        let mut client = stage.client().await;
        // The server may close before all of it is sent.
        let _ = futures_util::SinkExt::send(&mut client.0, frame).await;
        let code = client.closed().await;
        assert!(matches!(code, None | Some(1002)), "{code:?}");
    }
    let name = "omok_sessions_closed_total";
    let expected = before.sum(name, &reason) + 2.0;
    stage.page_where("two closed", |page| page.sum(name, &reason) == expected).await;
    good.say(json!({ "message": "list_rooms" })).await;
    good.wait_for("rooms").await;
    assert_eq!(get(stage.address(), "/healthz").await.0, 200);
    stage.server.shutdown().await;
}

#[tokio::test]
async fn floods_are_limited_and_then_closed() {
    let stage = Stage::start(|config| {
        config.chats = Rate { per_second: 0.01, burst: 2.0 };
        config.patience = Rate { per_second: 0.01, burst: 5.0 };
    })
    .await;
    let before = stage.page().await;
    let (mut black, _white) = stage.table("freestyle", 30).await;
    for _ in 0..10 {
        black.say(json!({ "message": "chat", "text": "!" })).await;
    }
    assert_eq!(black.wait_for("error").await["code"], "rate_limited");
    assert_eq!(black.closed().await, Some(1002));
    let after = stage.page().await;
    let limited =
        |page: &crate::support::Page| page.sum("omok_rate_limited_total", &[r#"limit="chat""#]);
    assert_eq!(limited(&after) - limited(&before), 6.0);
    stage.server.shutdown().await;
}

#[tokio::test]
async fn silence_is_closed_and_the_door_can_be_shut() {
    let stage = Stage::start(|config| {
        config.hello_within = Duration::from_millis(50);
        config.connects = Rate { per_second: 0.01, burst: 3.0 };
        config.max_sessions = 1;
    })
    .await;
    let mut silent = Client::connect(stage.address()).await;
    assert_eq!(silent.closed().await, Some(1002));
    let refused = |stage: &Stage| {
        let address = stage.address();
        async move {
            let stream = tokio::net::TcpStream::connect(address).await.expect("it listens");
            let asked = tokio_tungstenite::client_async(format!("ws://{address}/ws"), stream).await;
            match asked {
                Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => {
                    answer.status().as_u16()
                }
                other => panic!("let in: {other:?}"),
            }
        }
    };
    stage.page_where("it is gone", |page| page.sum("omok_sessions", &[]) == 0.0).await;
    let _inside = stage.client().await;
    assert_eq!(refused(&stage).await, 503);
    assert_eq!(refused(&stage).await, 429);
    stage.server.shutdown().await;
}

#[tokio::test]
async fn a_client_that_never_answers_pings_is_closed() {
    let stage = Stage::start(|config| config.ping_every = Duration::from_millis(40)).await;
    let before = stage.page().await;
    // Nobody reads this socket, so nobody answers its pings.
    let _mute = stage.client().await;
    let name = "omok_sessions_closed_total";
    let reason = [r#"reason="ping_timeout""#];
    let expected = before.sum(name, &reason) + 1.0;
    stage.page_where("ping timeout", |page| page.sum(name, &reason) == expected).await;
    stage.server.shutdown().await;
}

#[tokio::test]
async fn a_client_that_does_not_read_is_closed() {
    let stage = Stage::start(|config| {
        config.send_queue = 4;
        config.send_buffer = 4_096;
        config.requests = Rate { per_second: 1e6, burst: 1e6 };
        config.patience = Rate { per_second: 1e6, burst: 1e6 };
    })
    .await;
    let before = stage.page().await;
    let mut deaf = stage.client().await;
    for _ in 0..200_000 {
        let asked = Message::text(r#"{"message":"launch"}"#);
        if futures_util::SinkExt::send(&mut deaf.0, asked).await.is_err() {
            break;
        }
    }
    let grown = move |page: &crate::support::Page, name: &str, labels: &[&str]| {
        page.sum(name, labels) - before.sum(name, labels)
    };
    let page = stage
        .page_where("slow consumer", |page| {
            grown(page, "omok_sessions_closed_total", &[r#"reason="slow_consumer""#]) == 1.0
        })
        .await;
    assert_eq!(grown(&page, "omok_ws_slow_consumers_total", &[]), 1.0);
    stage.server.shutdown().await;
}
