//! The strongest bot over a real socket, and what the collectors say of it.

use std::time::Duration;

use serde_json::json;

use crate::support::{put, Page, Stage};

const TREE: &str = "collector=\"omok_tree\"";
const ROOMS: &str = "collector=\"rooms\"";

fn freed_and_kept(page: &Page, of: &str, kept: &str) -> f64 {
    page.sum("gc_freed_objects_total", &[of]) + page.sum(kept, &[of])
}

#[tokio::test]
async fn the_bot_that_searches_answers_and_leaves_no_garbage() {
    let stage = Stage::start(|config| {
        config.search_playouts = 40;
        config.search_nodes = 1024;
    })
    .await;
    let before = stage.page().await;
    let since = |page: &Page, name: &str, labels: &[&str]| {
        page.sum(name, labels) - before.sum(name, labels)
    };
    let mut client = stage.client().await;
    let room = json!({ "message": "create_room", "rule": "freestyle", "bot": "hard" });
    client.say(room).await;
    let started = client.wait_for("game_started").await;
    let is_black = started["room"]["you"] == "black";
    // Along one edge, where the bot sees no reason to be.
    for turn in 0..4 {
        if turn > 0 || !is_black {
            while client.wait_for("stone_put").await["number"].as_u64().unwrap_or(0) % 2
                == u64::from(is_black)
            {}
        }
        client.say(put(turn * 4, 14)).await;
    }
    let page = stage
        .page_where("three searches", |page| {
            since(page, "omok_bot_search_seconds_count", &["level=\"hard\""]) >= 3.0
        })
        .await;
    assert!(since(&page, "omok_bot_playouts_total", &[]) >= 40.0);
    assert_eq!(since(&page, "omok_bot_moves_abandoned_total", &[]), 0.0);
    let reroots = ["generation=\"0\"", "cause=\"reroot\"", TREE];
    assert!(since(&page, "gc_collections_total", &reroots) >= 2.0, "{}", page.0);
    assert!(page.sum("omok_bot_workers", &[]) >= 1.0);
    client.say(json!({ "message": "leave_room" })).await;
    // A search that is on when the game is over still has the memory.
    let end = stage
        .page_where("no tree is left", |page| {
            freed_and_kept(page, TREE, "gc_heap_live_objects")
                == page.sum("gc_allocated_objects_total", &[TREE])
                && page.sum("gc_heap_used_bytes", &[TREE]) == 0.0
        })
        .await;
    let over = ["generation=\"1\"", "cause=\"game_over\"", TREE];
    assert!(since(&end, "gc_collections_total", &over) >= 1.0);
    assert_eq!(end.sum("gc_collections_aborted_total", &[]), 0.0);
    stage.server.shutdown().await;
}

#[tokio::test]
async fn the_reaper_frees_rooms_that_have_ended() {
    let stage = Stage::start(|config| config.room_idle = Duration::from_millis(100)).await;
    let before = stage.page().await;
    let mut client = stage.client().await;
    client.say(json!({ "message": "create_room", "rule": "general" })).await;
    client.wait_for("room_left").await;
    let rooms = ["generation=\"0\"", ROOMS];
    let page = stage
        .page_where("a room is freed", |page| {
            page.sum("gc_freed_objects_total", &rooms)
                > before.sum("gc_freed_objects_total", &rooms)
        })
        .await;
    let allocated = |page: &Page| page.sum("gc_allocated_objects_total", &[ROOMS]);
    assert_eq!(allocated(&page) - allocated(&before), 2.0, "a player and a room");
    assert_eq!(page.sum("gc_heap_live_objects", &[ROOMS]), 1.0, "the player");
    assert!(page.sum("gc_last_collection_timestamp_seconds", &[ROOMS]) > 1.6e9);
    stage.server.shutdown().await;
}
