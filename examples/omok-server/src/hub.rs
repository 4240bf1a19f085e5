//! What all sessions and rooms share: the list of rooms, the players known, the door.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use nunchi::gc::{self, Cause, Gen};
use tokio::sync::mpsc;

use crate::bot::Level;
use crate::bucket::TokenBucket;
use crate::config::Config;
use crate::identities::{Claim, Identities};
use crate::matchmaker::{Matchmaker, Ticket};
use crate::metrics::{self, Limit, Maker, Resume};
use crate::outbox::Outbox;
use crate::protocol::ErrorCode;
use crate::room::{self, Action, Room, RoomHandle, RoomId, RoomSummary};
use crate::rules::Rule;
use crate::tasks::{Shutdown, Tasks};
use crate::user::{lock, User};

/// Most rooms one answer lists.
const LISTED_ROOMS: usize = 50;

/// How often rooms that have ended are freed.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// Every so many sweeps, players who did not come back are forgotten too: there are more of them.
const PLAYERS_EVERY: u32 = 10;

/// The generations of the reaper, as [`metrics::rooms_gc`] declares them, and its only cause.
const ENDED_ROOMS: Gen = Gen(0);
const LOST_PLAYERS: Gen = Gen(1);
const TIMER: Cause = Cause(0);

/// The server's shared state. Its locks are held for short steps, never across an await.
#[derive(Debug)]
pub(crate) struct Hub {
    config: Arc<Config>,
    rooms: Mutex<BTreeMap<RoomId, Listed>>,
    /// Rooms that have ended: what they hold is freed by the reaper.
    ended: Mutex<Vec<Listed>>,
    /// Rooms and players as the reaper sees them.
    heap: gc::Heap,
    identities: Mutex<Identities>,
    door: Mutex<TokenBucket>,
    matchmaker: mpsc::Sender<Ticket>,
    online: AtomicUsize,
    next_session: AtomicU64,
    next_room: AtomicU64,
    shutdown: Shutdown,
    tasks: Tasks,
}

#[derive(Debug)]
struct Listed {
    handle: RoomHandle,
    /// `None` until the room has shown itself.
    summary: Option<RoomSummary>,
}

/// Counts as one open session; drop it when the session ends.
#[derive(Debug)]
pub(crate) struct Place(Arc<Hub>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.online.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Hub {
    /// Starts the hub's own tasks, so it needs a Tokio runtime.
    pub(crate) fn start(config: Arc<Config>, shutdown: Shutdown) -> Arc<Self> {
        let (matchmaker, tickets) = mpsc::channel(256);
        let hub = Arc::new(Hub {
            door: Mutex::new(TokenBucket::new(config.connects, Instant::now())),
            config,
            rooms: Mutex::default(),
            ended: Mutex::default(),
            heap: metrics::ROOMS_GC.heap(),
            identities: Mutex::default(),
            matchmaker,
            online: AtomicUsize::new(0),
            next_session: AtomicU64::new(1),
            next_room: AtomicU64::new(1),
            shutdown,
            tasks: Tasks::default(),
        });
        tokio::spawn(Matchmaker::new(Arc::clone(&hub)).run(tickets));
        tokio::spawn(sweep(Arc::clone(&hub)));
        hub
    }

    pub(crate) fn config(&self) -> &Arc<Config> {
        &self.config
    }

    /// Turns true when the server goes away.
    pub(crate) fn shutdown(&self) -> Shutdown {
        self.shutdown.clone()
    }

    /// The tasks a shutdown waits for.
    pub(crate) fn tasks(&self) -> &Tasks {
        &self.tasks
    }

    pub(crate) fn online(&self) -> usize {
        self.online.load(Ordering::Relaxed)
    }

    /// Lets one more connection in, unless too many come at once.
    pub(crate) fn knock(&self) -> bool {
        let allowed = lock(&self.door).take(Instant::now());
        if !allowed {
            metrics::RATE_LIMITED.with(&metrics::ByLimit { limit: Limit::Connect }).inc();
        }
        allowed
    }

    /// Takes one of the places for sessions, if one is free.
    pub(crate) fn take_place(self: &Arc<Self>) -> Option<Place> {
        let place = Place(Arc::clone(self));
        let before = self.online.fetch_add(1, Ordering::Relaxed);
        // Dropping the place gives it back.
        (before < self.config.max_sessions).then_some(place)
    }

    pub(crate) fn next_session(&self) -> u64 {
        self.next_session.fetch_add(1, Ordering::Relaxed)
    }

    /// Finds or makes the player behind a new connection; `true` if they were known.
    pub(crate) fn identify(&self, token: Option<&str>, outbox: &Outbox) -> (Arc<User>, bool) {
        // Connected under this lock, so that parking the old connection cannot come in between.
        let mut identities = lock(&self.identities);
        let known = match token.map(|token| identities.resume(token, Instant::now())) {
            None => None,
            Some(Claim::Known(user)) => Some((user, Resume::Resumed)),
            Some(Claim::Expired) => Some((identities.create(), Resume::Expired)),
            Some(Claim::Unknown) => Some((identities.create(), Resume::UnknownToken)),
        };
        if let Some((_, result)) = &known {
            metrics::RECONNECTS.with(&metrics::ByResume { result: *result }).inc();
        }
        let resumed = matches!(known, Some((_, Resume::Resumed)));
        self.heap.allocated_objects(u64::from(!resumed));
        let user = known.map_or_else(|| identities.create(), |(user, _)| user);
        if let Some(old) = user.connect(outbox.clone()) {
            old.kick(metrics::CloseReason::Replaced);
        }
        (user, resumed)
    }

    /// The connection is over. Keeps the player's seat for a while, unless another took over.
    pub(crate) async fn part(&self, user: &Arc<User>, session: u64) {
        {
            let mut identities = lock(&self.identities);
            if !user.disconnect(session) {
                return;
            }
            identities.park(user, Instant::now(), self.config.resume_within);
        }
        self.cancel_match(user, metrics::Outcome::Disconnected).await;
        if let Some(room) = user.room() {
            // A room that closed meanwhile has let the player go itself.
            let _ = room.ask(user, Action::Away).await;
        }
    }

    /// Opens a room with the user in it, and the bot if one is asked for.
    pub(crate) fn open_room(
        self: &Arc<Self>,
        user: &Arc<User>,
        rule: Rule,
        turn: Option<Duration>,
        bot: Option<Level>,
    ) -> Result<(), ErrorCode> {
        let turn = turn.unwrap_or(self.config.turn);
        self.open(rule, turn, &[user], bot, Maker::Player)
    }

    /// Opens a room for two players who were matched.
    pub(crate) fn open_match(
        self: &Arc<Self>,
        players: &[&Arc<User>],
        rule: Rule,
        bot: Option<Level>,
    ) -> Result<(), ErrorCode> {
        self.open(rule, self.config.turn, players, bot, Maker::Matchmaker)
    }

    fn open(
        self: &Arc<Self>,
        rule: Rule,
        turn: Duration,
        players: &[&Arc<User>],
        bot: Option<Level>,
        by: Maker,
    ) -> Result<(), ErrorCode> {
        let id = RoomId(self.next_room.fetch_add(1, Ordering::Relaxed));
        let (handle, commands) = RoomHandle::new(id);
        {
            let mut rooms = lock(&self.rooms);
            if rooms.len() >= self.config.max_rooms {
                return Err(ErrorCode::ServerFull);
            }
            rooms.insert(id, Listed { handle: handle.clone(), summary: None });
        }
        self.heap.allocated_objects(1);
        // All or nobody: a player who is in another room by now gives the others back.
        if let Some(busy) = players.iter().position(|user| !user.claim(&handle)) {
            players[..busy].iter().for_each(|user| user.release(id));
            self.forget(id);
            return Err(ErrorCode::AlreadyInRoom);
        }
        metrics::ROOMS_CREATED.with(&metrics::ByMaker { by }).inc();
        let now = Instant::now();
        let mut room = Room::new(id, rule, turn, Arc::clone(&self.config));
        for user in players {
            // A new room has seats for all of them.
            let _ = room.join(user, now);
        }
        if let Some(level) = bot {
            room.seat_bot(level, now);
        }
        tokio::spawn(room::run(room, commands, Arc::clone(self)));
        Ok(())
    }

    pub(crate) fn room(&self, id: RoomId) -> Option<RoomHandle> {
        lock(&self.rooms).get(&id).map(|listed| listed.handle.clone())
    }

    /// A room shows itself in the lobby.
    pub(crate) fn publish(&self, summary: RoomSummary) {
        if let Some(listed) = lock(&self.rooms).get_mut(&summary.id) {
            listed.summary = Some(summary);
        }
    }

    /// A room is no more.
    pub(crate) fn forget(&self, id: RoomId) {
        if let Some(ended) = lock(&self.rooms).remove(&id) {
            lock(&self.ended).push(ended);
        }
    }

    /// Frees rooms that have ended. Only the look for those that could not say so stops anybody.
    fn reap_rooms(&self) {
        let mut cycle = self.heap.begin(ENDED_ROOMS, TIMER);
        let pause = cycle.pause();
        let mut ended = std::mem::take(&mut *lock(&self.ended));
        let mut rooms = lock(&self.rooms);
        // A room forgets itself; one whose task panicked could not.
        let lost = rooms.iter().filter(|(_, room)| room.handle.is_closed()).map(|(id, _)| *id);
        let lost: Vec<RoomId> = lost.collect();
        ended.extend(lost.iter().filter_map(|id| rooms.remove(id)));
        drop(rooms);
        drop(pause);
        cycle.freed_objects(ended.len() as u64);
        drop(ended);
        cycle.live_objects(self.kept_objects());
        cycle.finish();
    }

    /// Forgets players who did not come back.
    fn reap_players(&self) {
        let mut cycle = self.heap.begin(LOST_PLAYERS, TIMER);
        let pause = cycle.pause();
        let freed = lock(&self.identities).sweep(Instant::now());
        drop(pause);
        cycle.freed_objects(freed as u64).live_objects(self.kept_objects());
        cycle.finish();
    }

    /// Rooms, those that have ended included, and players.
    fn kept_objects(&self) -> u64 {
        let rooms = lock(&self.rooms).len() + lock(&self.ended).len();
        (rooms + lock(&self.identities).players()) as u64
    }

    /// The newest rooms.
    pub(crate) fn summaries(&self) -> Vec<RoomSummary> {
        let rooms = lock(&self.rooms);
        rooms.values().rev().filter_map(|r| r.summary.clone()).take(LISTED_ROOMS).collect()
    }

    /// Puts the user into the queue of a rule.
    pub(crate) async fn queue(&self, user: &Arc<User>, rule: Rule) {
        // The matchmaker ends with the server only.
        let _ = self.matchmaker.send(Ticket::Wait { user: Arc::clone(user), rule }).await;
    }

    /// Takes the user out of all queues.
    pub(crate) async fn cancel_match(&self, user: &Arc<User>, outcome: metrics::Outcome) {
        let _ = self.matchmaker.send(Ticket::Stop { user: Arc::clone(user), outcome }).await;
    }
}

/// Frees rooms and players that are no more.
async fn sweep(hub: Arc<Hub>) {
    let mut shutdown = hub.shutdown();
    for sweep in 1_u32.. {
        tokio::select! {
            () = tokio::time::sleep(SWEEP_EVERY) => {
                hub.reap_rooms();
                if sweep % PLAYERS_EVERY == 0 {
                    hub.reap_players();
                }
            }
            () = shutdown.wait() => return,
        }
    }
}
