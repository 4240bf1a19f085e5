//! The threads that are measured, and what each of two has for itself.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc::{channel, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard};

/// Keeps the calling thread on one processor, if there are that many and the system allows it.
pub fn pin(processor: usize) -> bool {
    core_affinity::set_for_current(core_affinity::CoreId { id: processor })
}

type Job = Box<dyn FnOnce() -> f64 + Send>;

/// Two threads, each on a processor of its own. They stay the same threads all the time, because
/// libraries keep things for each thread. The main thread is not one of them and not pinned, because
/// libraries ask how many processors it may use when they are set up.
pub struct Threads([Worker; 2]);

struct Worker {
    jobs: Sender<Job>,
    results: Receiver<f64>,
}

impl Threads {
    pub fn new() -> Self {
        Self([0, 1].map(Worker::new))
    }

    /// Does `work` on the first thread and waits for it.
    pub fn alone(&self, work: impl FnOnce() -> f64 + Send + 'static) -> f64 {
        self.0[0].start(Box::new(work));
        self.0[0].wait()
    }

    /// Does `work` on both threads, which are told their number, and waits for them.
    pub fn both(&self, work: impl Fn(usize, &Gate) -> f64 + Send + Sync + 'static) -> [f64; 2] {
        let shared = Arc::new((work, Gate::default()));
        for (side, worker) in self.0.iter().enumerate() {
            let shared = Arc::clone(&shared);
            worker.start(Box::new(move || (shared.0)(side, &shared.1)));
        }
        [0, 1].map(|side: usize| self.0[side].wait())
    }
}

impl Worker {
    fn new(processor: usize) -> Self {
        let (jobs, todo) = channel::<Job>();
        let (done, results) = channel();
        std::thread::spawn(move || {
            if !pin(processor) {
                eprintln!("thread {processor} is not pinned");
            }
            for job in todo {
                if done.send(job()).is_err() {
                    break;
                }
            }
        });
        Self { jobs, results }
    }

    fn start(&self, job: Job) {
        self.jobs.send(job).expect("the thread lives");
    }

    fn wait(&self) -> f64 {
        self.results.recv().expect("the thread lives")
    }
}

/// Where two threads wait for each other.
#[derive(Default)]
pub struct Gate {
    arrived: AtomicUsize,
    finished: AtomicUsize,
}

impl Gate {
    /// Returns when both threads have called it.
    pub fn meet(&self) {
        self.arrived.fetch_add(1, SeqCst);
        while self.arrived.load(SeqCst) < 2 {
            std::hint::spin_loop();
        }
    }

    pub fn finish(&self) {
        self.finished.fetch_add(1, SeqCst);
    }

    /// Whether both threads have finished.
    pub fn is_finished(&self) -> bool {
        self.finished.load(SeqCst) == 2
    }
}

/// A value that shares no cache line with another.
#[derive(Default)]
#[repr(align(128))]
pub struct Aligned<T>(pub T);

/// Two values, of which each thread takes one for a while.
pub struct Two<T>([Aligned<Mutex<T>>; 2]);

impl<T> Two<T> {
    pub fn new(values: [T; 2]) -> Self {
        Self(values.map(|value| Aligned(Mutex::new(value))))
    }

    /// One that the other thread does not have.
    pub fn take(&self) -> MutexGuard<'_, T> {
        let free = self.0[0].0.try_lock().or_else(|_| self.0[1].0.lock());
        free.expect("a round does not panic")
    }
}
