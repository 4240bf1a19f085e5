//! Two people, one board, and what the page says about it afterwards.

use std::time::Duration;

use serde_json::json;

use crate::support::{get, put, request, Stage};

#[tokio::test]
async fn a_whole_game_is_played_and_counted() {
    let stage = Stage::start(|_| {}).await;
    let before = stage.page().await;
    let (mut black, mut white) = stage.table("general", 30).await;
    for x in 3..7 {
        black.put(x, 7).await;
        white.wait_for("stone_put").await;
        white.put(x, 9).await;
        black.wait_for("stone_put").await;
    }
    white.say(json!({ "message": "chat", "text": " 졌다 " })).await;
    assert_eq!(black.wait_for("chat").await["text"], "졌다");
    black.say(put(7, 7)).await;
    for client in [&mut black, &mut white] {
        let ending = client.wait_for("game_ended").await["ending"].clone();
        assert_eq!((&ending["reason"], &ending["winner"]), (&json!("five"), &json!("black")));
        assert_eq!(ending["row"].as_array().map(Vec::len), Some(5));
    }
    let after = stage.page().await;
    let grown = |name: &str, labels: &[&str]| after.sum(name, labels) - before.sum(name, labels);
    let general = r#"rule="general""#;
    assert_eq!(grown("omok_moves_total", &[general, r#"by="human""#]), 9.0);
    assert_eq!(grown("omok_ws_messages_received_total", &[r#"message="put_stone""#]), 9.0);
    assert_eq!(grown("omok_ws_messages_sent_total", &[r#"message="stone_put""#]), 18.0);
    assert_eq!(grown("omok_games_started_total", &[general, r#"opponent="human""#]), 1.0);
    let five = [general, r#"reason="five""#, r#"winner="black""#];
    assert_eq!(grown("omok_games_finished_total", &five), 1.0);
    assert_eq!(grown("omok_game_moves_sum", &[general]), 9.0);
    assert_eq!(grown("omok_think_time_seconds_count", &[r#"by="human""#]), 9.0);
    assert_eq!(grown("omok_move_validation_seconds_count", &[general]), 9.0);
    assert_eq!(grown("omok_chat_messages_total", &[r#"scope="room""#]), 1.0);
    assert_eq!(after.sum("omok_sessions", &[r#"client="web""#]), 2.0);
    assert_eq!(after.sum("omok_rooms", &[r#"state="finished""#]), 1.0);
    assert_eq!(after.sum("omok_games", &[]), 0.0);

    drop((black, white));
    let end =
        stage.page_where("everybody left", |page| page.sum("omok_sessions", &[]) == 0.0).await;
    let closed = |page: &crate::support::Page| page.sum("omok_sessions_closed_total", &[]);
    assert_eq!(closed(&end) - closed(&before), 2.0);
    stage.server.shutdown().await;
}

#[tokio::test]
async fn a_match_is_made_and_the_bot_helps_out() {
    let stage = Stage::start(|config| config.bot_after = Duration::from_millis(100)).await;
    let (mut one, mut two) = (stage.client().await, stage.client().await);
    for client in [&mut one, &mut two] {
        client.say(json!({ "message": "quick_match", "rule": "freestyle" })).await;
    }
    let started = one.wait_for("game_started").await;
    assert_eq!(started["room"]["rule"], "freestyle");
    assert_eq!(started["room"]["seats"][0]["bot"], false);
    two.wait_for("match_found").await;
    two.say(json!({ "message": "resign" })).await;
    assert_eq!(one.wait_for("game_ended").await["ending"]["reason"], "resign");
    one.refused(json!({ "message": "quick_match", "rule": "general" }), "already_in_room").await;

    two.say(json!({ "message": "leave_room" })).await;
    two.wait_for("room_left").await;
    two.say(json!({ "message": "quick_match", "rule": "general" })).await;
    let started = two.wait_for("game_started").await;
    let seats = started["room"]["seats"].as_array().cloned().unwrap_or_default();
    assert!(seats.iter().any(|seat| seat["bot"] == true), "{started}");
    if started["room"]["you"] == "black" {
        two.put(0, 0).await;
    }
    // The bot answers, whichever colour it has.
    two.wait_for("stone_put").await;
    let page = stage.page().await;
    assert!(page.sum("omok_matchmaking_outcomes_total", &[r#"outcome="bot""#]) >= 1.0);
    assert!(page.sum("omok_bot_search_seconds_count", &[]) >= 1.0);
    stage.server.shutdown().await;
}

#[tokio::test]
async fn a_lost_player_resumes_the_seat_and_a_second_window_takes_over() {
    let stage = Stage::start(|_| {}).await;
    let (black, mut white) = stage.table("general", 30).await;
    let mut spare = stage.client_with(None).await;
    let token = spare.1["token"].as_str().expect("a token").to_owned();
    spare.0.say(json!({ "message": "login", "name": "가람" })).await;
    assert_eq!(spare.0.wait_for("welcome").await["name"], "가람");
    drop(black);
    white.wait_for("member_away").await;

    // The same player in a second window: the first is told and closed.
    let (mut again, welcome) = stage.client_with(Some(&token)).await;
    assert_eq!((&welcome["resumed"], &welcome["name"]), (&json!(true), &json!("가람")));
    assert_eq!(spare.0.closed().await, Some(4000));

    // In a room, the seat comes back with the name.
    again.say(json!({ "message": "create_room", "rule": "general", "bot": "easy" })).await;
    let room = again.wait_for("game_started").await["room"]["id"].clone();
    again.0.close(None).await.expect("an open connection");
    let (mut third, _) = stage.client_with(Some(&token)).await;
    let state = third.wait_for("room_state").await;
    assert_eq!(state["room"]["id"], room);
    assert!(state["room"]["you"].is_string());

    let (_, stranger) = stage.client_with(Some("no such token")).await;
    assert_eq!(stranger["resumed"], false);
    let page = stage.page().await;
    assert!(page.sum("omok_reconnects_total", &[r#"result="unknown_token""#]) >= 1.0);
    assert!(page.sum("omok_reconnects_total", &[r#"result="resumed""#]) >= 2.0);
    stage.server.shutdown().await;
}

#[tokio::test]
async fn a_player_who_stays_away_loses() {
    let stage = Stage::start(|config| config.resume_within = Duration::from_millis(100)).await;
    let (black, mut white) = stage.table("freestyle", 30).await;
    drop(black);
    let ending = white.wait_for("game_ended").await["ending"].clone();
    assert_eq!((&ending["reason"], &ending["winner"]), (&json!("abandoned"), &json!("white")));
    stage.server.shutdown().await;
}

#[tokio::test]
async fn the_clock_runs_out() {
    let stage = Stage::start(|_| {}).await;
    let (mut black, _white) = stage.table("general", 1).await;
    let ending = black.wait_for("game_ended").await["ending"].clone();
    assert_eq!((&ending["reason"], &ending["winner"]), (&json!("timeout"), &json!("white")));
    stage.server.shutdown().await;
}

#[tokio::test]
async fn routes_answer_and_are_counted_by_route() {
    let stage = Stage::start(|_| {}).await;
    let before = stage.page().await;
    let (status, page) = get(stage.address(), "/").await;
    assert!(status == 200 && page.contains("<canvas") || page.contains("<svg"));
    assert!(!page.contains("https://") && !page.contains("src=\"http"), "nothing from elsewhere");
    assert_eq!(get(stage.address(), "/healthz").await, (200, "ok\n".to_owned()));
    for path in ["/nothing", "/metrics/x", "/%00", "/omok?x=1"] {
        assert_eq!(get(stage.address(), path).await.0, 404, "{path}");
    }
    assert_eq!(request(stage.address(), "POST", "/").await.0, 405);
    assert!((400..500).contains(&get(stage.address(), "/ws").await.0));
    let after = stage.page().await;
    let name = "http_requests_received_total";
    let grown = |labels: &[&str]| after.sum(name, labels) - before.sum(name, labels);
    assert_eq!(grown(&[r#"endpoint="other""#, r#"code="404""#, r#"method="GET""#]), 4.0);
    assert_eq!(grown(&[r#"endpoint="/""#, r#"code="405""#, r#"method="POST""#]), 1.0);
    assert!(!after.0.contains("/nothing"), "no raw path on the page");
    // The scrape that made the page was in progress while it was made.
    assert_eq!(after.sum("http_requests_in_progress", &[]), 1.0);
    stage.server.shutdown().await;
}

#[tokio::test]
async fn a_shutdown_is_announced_and_ends_everything() {
    let stage = Stage::start(|_| {}).await;
    let (mut black, mut white) = stage.table("general", 30).await;
    let address = stage.address();
    let start = std::time::Instant::now();
    let reader = tokio::spawn(async move {
        for client in [&mut black, &mut white] {
            // The last words come in either order: the room and the session both hear of it.
            let mut heard = Vec::new();
            for _ in 0..3 {
                heard.push(client.hear().await["message"].as_str().unwrap_or_default().to_owned());
            }
            heard.sort();
            assert_eq!(heard, ["game_ended", "room_left", "shutting_down"]);
            assert_eq!(client.closed().await, Some(1001));
        }
    });
    stage.server.shutdown().await;
    reader.await.expect("both were told");
    assert!(start.elapsed() < Duration::from_secs(3));
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}
