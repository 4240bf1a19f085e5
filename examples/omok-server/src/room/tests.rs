//! The room as a machine: told the time, so no test waits.

use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::*;
use crate::board::Stone;
use crate::bot::Level;
use crate::config::Config;
use crate::metrics::{Reap, RoomState};
use crate::outbox::{Inbox, Outbox};
use crate::rules::Rule;

const TURN: Duration = Duration::from_secs(30);

struct Table {
    room: Room,
    handle: RoomHandle,
    _commands: mpsc::Receiver<Command>,
    now: Instant,
    next: u64,
}

/// A user with a connection whose messages can be read.
struct Guest {
    user: Arc<User>,
    session: u64,
    inbox: Inbox,
}

impl Table {
    fn new(rule: Rule) -> Self {
        let (handle, commands) = RoomHandle::new(RoomId(7));
        let room = Room::new(RoomId(7), rule, TURN, Arc::new(Config::default()));
        Table { room, handle, _commands: commands, now: Instant::now(), next: 1 }
    }

    /// Two seated guests, black first.
    fn playing(rule: Rule) -> (Self, Guest, Guest) {
        let mut table = Table::new(rule);
        let (one, two) = (table.guest(), table.guest());
        table.act(&one, Action::Join).unwrap();
        table.act(&two, Action::Join).unwrap();
        assert_eq!(table.room.summary().state, RoomState::Playing);
        if table.room.stone_of(&one.user) == Some(Stone::Black) {
            (table, one, two)
        } else {
            (table, two, one)
        }
    }

    fn guest(&mut self) -> Guest {
        let user = Arc::new(User::new(self.next, format!("token {}", self.next)));
        let session = self.next;
        let (outbox, inbox) = Outbox::new(session, 512);
        self.next += 1;
        user.connect(outbox);
        assert!(user.claim(&self.handle));
        Guest { user, session, inbox }
    }

    fn act(&mut self, guest: &Guest, action: Action) -> Result<(), ErrorCode> {
        self.room.handle(&guest.user, action, self.now)
    }

    fn put(&mut self, guest: &Guest, x: i64, y: i64) -> Result<(), ErrorCode> {
        self.act(guest, Action::Put { x, y })
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.room.tick(self.now);
    }
}

impl Guest {
    /// The messages received since the last call, as JSON.
    fn heard(&mut self) -> Vec<serde_json::Value> {
        std::iter::from_fn(|| self.inbox.queue.try_recv().ok())
            .map(|message| serde_json::from_str(&message.text).unwrap())
            .collect()
    }

    fn heard_names(&mut self) -> Vec<String> {
        self.heard().iter().map(|m| m["message"].as_str().unwrap().to_owned()).collect()
    }

    fn ending(&mut self) -> (String, Option<String>) {
        let heard = self.heard();
        let ended = heard.iter().find(|m| m["message"] == "game_ended").expect("no ending");
        let text = |field: &str| ended["ending"][field].as_str().map(str::to_owned);
        (text("reason").unwrap(), text("winner"))
    }
}

#[test]
fn a_game_starts_with_the_second_player_and_ends_with_five() {
    let (mut table, mut black, mut white) = Table::playing(Rule::General);
    assert!(black.heard_names().contains(&"game_started".to_owned()));
    for x in 0..4 {
        table.put(&black, x, 0).unwrap();
        table.put(&white, x, 5).unwrap();
    }
    table.put(&black, 4, 0).unwrap();
    assert_eq!(white.ending(), ("five".to_owned(), Some("black".to_owned())));
    assert_eq!(table.put(&white, 9, 9), Err(ErrorCode::GameOver));
    assert!(black.user.rating().points > white.user.rating().points);
    assert_eq!(table.room.summary().state, RoomState::Finished);
}

#[test]
fn moves_out_of_turn_and_by_others_are_refused() {
    let (mut table, black, white) = Table::playing(Rule::General);
    let watcher = table.guest();
    table.act(&watcher, Action::Spectate).unwrap();
    assert_eq!(table.put(&white, 7, 7), Err(ErrorCode::NotYourTurn));
    table.put(&black, 7, 7).unwrap();
    assert_eq!(table.put(&white, 7, 7), Err(ErrorCode::Occupied));
    assert_eq!(table.put(&white, 15, 0), Err(ErrorCode::OutOfBoard));
    assert_eq!(table.put(&watcher, 8, 8), Err(ErrorCode::NotAPlayer));
    let third = table.guest();
    assert_eq!(table.act(&third, Action::Join), Err(ErrorCode::RoomFull));
}

#[test]
fn the_clock_ends_a_turn_and_each_move_winds_it() {
    let (mut table, mut black, white) = Table::playing(Rule::Freestyle);
    table.pass(TURN - Duration::from_millis(1));
    table.put(&black, 7, 7).unwrap();
    assert_eq!(table.room.deadline(), table.now + TURN);
    table.pass(TURN - Duration::from_millis(1));
    assert_eq!(table.room.summary().state, RoomState::Playing);
    // The move arrives after its time, but before the alarm: late is late.
    table.now += Duration::from_millis(1);
    assert_eq!(table.put(&white, 8, 8), Err(ErrorCode::GameOver));
    assert_eq!(black.ending(), ("timeout".to_owned(), Some("black".to_owned())));
}

#[test]
fn resigning_and_leaving_lose() {
    let (mut table, black, mut white) = Table::playing(Rule::General);
    table.act(&black, Action::Resign).unwrap();
    assert_eq!(white.ending(), ("resign".to_owned(), Some("white".to_owned())));
    assert_eq!(table.act(&black, Action::Resign), Err(ErrorCode::GameOver));

    let (mut table, black, mut white) = Table::playing(Rule::General);
    table.act(&black, Action::Leave).unwrap();
    assert_eq!(white.ending(), ("abandoned".to_owned(), Some("white".to_owned())));
    assert!(black.user.room().is_none() && table.room.closing().is_none());
    table.act(&white, Action::Leave).unwrap();
    assert_eq!(table.room.closing(), Some(Reap::Orphan));
}

#[test]
fn a_rematch_needs_both_and_swaps_colours() {
    let (mut table, black, white) = Table::playing(Rule::General);
    assert_eq!(table.act(&black, Action::Rematch), Err(ErrorCode::GameNotOver));
    table.act(&white, Action::Resign).unwrap();
    table.act(&white, Action::Rematch).unwrap();
    assert_eq!(table.room.summary().state, RoomState::Finished);
    table.act(&black, Action::Rematch).unwrap();
    assert_eq!(table.room.summary().state, RoomState::Playing);
    assert_eq!(table.room.stone_of(&white.user), Some(Stone::Black));
    table.put(&white, 7, 7).unwrap();
}

#[test]
fn a_lost_player_may_come_back_but_not_for_ever() {
    let keep = Config::default().resume_within;
    let (mut table, lost, mut other) = Table::playing(Rule::General);
    let _ = other.heard();
    lost.user.disconnect(lost.session);
    table.act(&lost, Action::Away).unwrap();
    assert_eq!(other.heard_names(), ["member_away"]);
    let (again, mut inbox) = Outbox::new(10, 64);
    lost.user.connect(again);
    table.act(&lost, Action::Back).unwrap();
    let shown = inbox.queue.try_recv().unwrap();
    assert!(shown.text.contains("member_back"));
    assert!(inbox.queue.try_recv().unwrap().text.contains("room_state"));

    lost.user.disconnect(10);
    table.act(&lost, Action::Away).unwrap();
    // The game may end by the clock first; the seat is kept all the same.
    table.pass(keep - Duration::from_millis(1));
    assert!(table.room.stone_of(&lost.user).is_some());
    table.pass(Duration::from_millis(1));
    assert!(table.room.stone_of(&lost.user).is_none());
    assert!(lost.user.room().is_none());
}

#[test]
fn spectators_talk_among_themselves_while_a_game_is_on() {
    let (mut table, mut black, white) = Table::playing(Rule::General);
    let (mut one, mut two) = (table.guest(), table.guest());
    for watcher in [&one, &two] {
        table.act(watcher, Action::Spectate).unwrap();
    }
    let _ = (black.heard(), one.heard(), two.heard());
    table.act(&one, Action::Chat("왼쪽!".to_owned())).unwrap();
    assert_eq!(two.heard_names(), ["chat"]);
    assert!(black.heard().is_empty());
    table.act(&white, Action::Chat("hello".to_owned())).unwrap();
    assert_eq!((black.heard_names().len(), two.heard_names().len()), (1, 1));
    let stranger = Arc::new(User::new(99, String::new()));
    let stranger = Guest { user: stranger, session: 99, inbox: two.inbox };
    assert_eq!(table.act(&stranger, Action::Chat("?".to_owned())), Err(ErrorCode::NotInRoom));
}

#[test]
fn the_bot_answers_after_its_pause_and_agrees_to_a_rematch() {
    let mut table = Table::new(Rule::General);
    let guest = table.guest();
    table.act(&guest, Action::Join).unwrap();
    table.room.seat_bot(Level::Normal, table.now);
    for _ in 0..6 {
        let moves = table.room.summary().moves;
        if table.room.view(&guest.user, table.now).turn == table.room.stone_of(&guest.user) {
            // Any free point of a row that makes no threes.
            assert!((0..15).any(|x| table.put(&guest, x, 14).is_ok()));
        } else {
            table.pass(Config::default().bot_pause.1);
        }
        assert_eq!(table.room.summary().moves, moves + 1);
    }
    table.act(&guest, Action::Resign).unwrap();
    table.act(&guest, Action::Rematch).unwrap();
    assert_eq!(table.room.summary().state, RoomState::Playing);
    table.act(&guest, Action::Leave).unwrap();
    assert_eq!(table.room.closing(), Some(Reap::Orphan));
}

#[test]
fn idle_and_finished_rooms_go_away_and_let_everybody_go() {
    let config = Config::default();
    let mut table = Table::new(Rule::General);
    let mut guest = table.guest();
    table.act(&guest, Action::Join).unwrap();
    table.pass(config.room_idle * 2);
    assert_eq!(table.room.closing(), Some(Reap::Idle));
    table.room.dissolve();
    assert!(guest.user.room().is_none());
    assert_eq!(guest.heard_names().last().unwrap(), "room_left");

    let (mut table, black, _white) = Table::playing(Rule::General);
    table.act(&black, Action::Resign).unwrap();
    table.pass(config.room_finished);
    assert_eq!(table.room.closing(), Some(Reap::Finished));
}

#[test]
fn a_shutdown_voids_the_game_and_no_rating_moves() {
    let (mut table, black, mut white) = Table::playing(Rule::General);
    table.room.void(table.now);
    assert_eq!(white.ending(), ("void".to_owned(), None));
    assert_eq!(black.user.points(), white.user.points());
}
