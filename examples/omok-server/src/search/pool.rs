//! The threads that search, and the queue in front of them.
//!
//! They are the process's, as its processors are. The queue is bounded: a room that finds it full moves
//! without a search.

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::mpsc::{sync_channel, Receiver, SyncSender};
use std::sync::{LazyLock, Mutex};
use std::thread;
use std::time::Instant;

use tokio::sync::oneshot;

use super::{Limits, Search};
use crate::board::Point;
use crate::bot::Level;
use crate::game::Game;
use crate::metrics::{self, Abandon, ByAbandon, ByLevel, Held};
use crate::user::lock;

/// Searches that may wait.
const QUEUE: usize = 64;

/// Most threads, whatever the number of processors.
const MOST_THREADS: usize = 4;

/// The threads of this process, started with the first search.
static POOL: LazyLock<Pool> = LazyLock::new(|| {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    Pool::start((processors / 2).clamp(1, MOST_THREADS))
});

struct Pool(SyncSender<Job>);

struct Job {
    search: Box<Search>,
    game: Game,
    limits: Limits,
    queued: Instant,
    reply: oneshot::Sender<Thought>,
    waiting: Held,
}

/// What a search found.
#[derive(Debug)]
pub(crate) struct Thought {
    /// With what it learnt, for the next move.
    pub(crate) search: Box<Search>,
    /// None if no point is left.
    pub(crate) point: Option<Point>,
}

/// Has the best move searched for. The answer never comes if the search fails, and there is none if too
/// many are waiting.
pub(crate) fn think(
    search: Box<Search>,
    game: Game,
    limits: Limits,
) -> Option<oneshot::Receiver<Thought>> {
    let (reply, thought) = oneshot::channel();
    let waiting = metrics::BOT_QUEUE.with(&()).track_in_progress();
    let job = Job { search, game, limits, queued: Instant::now(), reply, waiting };
    match POOL.0.try_send(job) {
        Ok(()) => Some(thought),
        Err(_) => {
            abandon(Abandon::QueueFull);
            None
        }
    }
}

impl Pool {
    fn start(threads: usize) -> Self {
        let (jobs, queue) = sync_channel(QUEUE);
        let queue: &'static Mutex<Receiver<Job>> = Box::leak(Box::new(Mutex::new(queue)));
        for number in 0..threads {
            let named = thread::Builder::new().name(format!("omok-search-{number}"));
            // Fewer threads will do; without any, the queue fills up, and rooms move without a search.
            if named.spawn(move || work(queue)).is_ok() {
                metrics::BOT_WORKERS.with(&()).inc();
            }
        }
        Pool(jobs)
    }
}

fn work(queue: &Mutex<Receiver<Job>>) {
    loop {
        let next = lock(queue).recv();
        let Ok(job) = next else { return };
        // A search that panics takes its memory with it, and nothing else.
        if catch_unwind(AssertUnwindSafe(|| run(job))).is_err() {
            abandon(Abandon::Panicked);
        }
    }
}

fn run(job: Job) {
    let Job { mut search, game, limits, queued, reply, waiting } = job;
    drop(waiting);
    metrics::BOT_QUEUE_WAIT.with(&()).observe_duration(queued.elapsed());
    if reply.is_closed() {
        return abandon(Abandon::RoomGone);
    }
    let busy = metrics::BOT_WORKERS_BUSY.with(&()).track_in_progress();
    let started = Instant::now();
    let point = search.choose(&game, limits, &mut rand::rng());
    let level = ByLevel { level: Level::Hard };
    metrics::BOT_SEARCH.with(&level).observe_duration(started.elapsed());
    drop(busy);
    if reply.send(Thought { search, point }).is_err() {
        abandon(Abandon::RoomGone);
    }
}

fn abandon(reason: Abandon) {
    metrics::BOT_ABANDONED.with(&ByAbandon { reason }).inc();
}
