//! The demo's clients against a server whose clocks are shorter still.

use std::time::Duration;

use omok_server::{Config, Demo};
use tokio::time::sleep;

use crate::support::Stage;

#[tokio::test]
async fn gauges_return_to_zero_when_everybody_is_gone() {
    let stage = Stage::start(|config| {
        *config = Config {
            listen: config.listen,
            resume_within: Duration::from_millis(200),
            ping_every: Duration::from_millis(200),
            bot_after: Duration::from_millis(200),
            bot_pause: config.bot_pause,
            ..Config::demo()
        }
    })
    .await;
    let before = stage.page().await;
    let demo = Demo::start(stage.address(), 16);
    sleep(Duration::from_secs(4)).await;
    let during = stage.page().await;
    assert!(during.sum("omok_sessions", &[]) > 0.0);
    let moves = |page: &crate::support::Page| page.sum("omok_moves_total", &[]);
    assert!(moves(&during) > moves(&before));
    // Clients vanish in the middle of whatever they do.
    drop(demo);
    let held = ["omok_sessions", "omok_rooms", "omok_games", "omok_spectators"];
    let queue = "omok_matchmaking_queue_players";
    let end = stage
        .page_where("all gauges at 0", |page| {
            held.iter().chain([&queue]).all(|name| page.sum(name, &[]) == 0.0)
        })
        .await;
    assert_eq!(
        end.sum("omok_sessions_opened_total", &[]),
        end.sum("omok_sessions_closed_total", &[])
    );
    assert_eq!(end.sum("omok_games_started_total", &[]), end.sum("omok_games_finished_total", &[]));
    let below_zero = |line: &&str| line.starts_with("omok_") && line.contains(" -");
    assert_eq!(end.0.lines().find(below_zero), None, "nothing is counted down twice");
    stage.server.shutdown().await;
}
