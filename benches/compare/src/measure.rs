//! Many short rounds, the contenders taking turns, so that a disturbance hits them alike; the
//! minimum says what the code costs, the median what this machine made of it.

use crate::allocator::counted;
use crate::threads::{Aligned, Threads, Two};
use crate::workload;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Does an operation `count` times, beginning at request `start` of its workload.
pub type Run = Arc<dyn Fn(usize, usize) + Send + Sync>;

/// One contender for one row.
pub struct Subject {
    pub library: &'static str,
    /// Shown, but no rival: it leaves out what the operation is about.
    pub is_apart: bool,
    run: Run,
    /// Work that is due between rounds and is not timed.
    settle: Option<Box<dyn Fn()>>,
}

impl Subject {
    pub fn new(library: &'static str, run: impl Fn(usize, usize) + Send + Sync + 'static) -> Self {
        Self { library, is_apart: false, run: Arc::new(run), settle: None }
    }

    /// `step` over and over.
    pub fn steps<S: Send + Sync + 'static>(
        library: &'static str,
        state: S,
        step: impl Fn(&S) + Send + Sync + 'static,
    ) -> Self {
        Self::over(library, state, &[()], move |state, ()| step(state))
    }

    /// `step` with one of the items after the other. What both threads use stands on cache lines of
    /// its own, so that nothing else is contended, and is hidden from the optimiser once for a round
    /// only: a store in the loop would stand in front of a locked instruction.
    pub fn over<S: Send + Sync + 'static, T: Copy + Sync, const N: usize>(
        library: &'static str,
        state: S,
        items: &'static [T; N],
        step: impl Fn(&S, T) + Send + Sync + 'static,
    ) -> Self {
        let state = Box::new(Aligned(state));
        Self::new(library, move |start, count| {
            let (state, items) = (black_box(&state.0), items);
            for at in start..start + count {
                step(state, items[at % N]);
            }
        })
    }

    /// `step` with one prepared value after the other.
    pub fn values<S: Send + Sync + 'static>(
        library: &'static str,
        state: S,
        step: impl Fn(&S, f64) + Send + Sync + 'static,
    ) -> Self {
        Self::over(library, state, workload::values(), step)
    }

    /// `step` with one pair of label values after the other.
    pub fn pairs<S: Send + Sync + 'static>(
        library: &'static str,
        state: S,
        step: impl Fn(&S, [&'static str; 2]) + Send + Sync + 'static,
    ) -> Self {
        Self::over(library, state, workload::pairs(), step)
    }

    /// `step` with one pair of enum values after the other, as their numbers.
    pub fn choices<S: Send + Sync + 'static>(
        library: &'static str,
        state: S,
        step: impl Fn(&S, [usize; 2]) + Send + Sync + 'static,
    ) -> Self {
        Self::over(library, state, workload::choices(), step)
    }

    /// `step` on a state that belongs to one thread for a whole round; there is one for each. It is
    /// in memory after each step, as it would be if the steps stood apart.
    pub fn alone<S: Send + 'static>(
        library: &'static str,
        states: [S; 2],
        step: impl Fn(&mut S, f64) + Send + Sync + 'static,
    ) -> Self {
        let (states, values) = (Two::new(states), workload::values());
        let subject = Self::new(library, move |start, count| {
            let (mut state, values) = (states.take(), values);
            for at in start..start + count {
                step(black_box(&mut state), values[at % values.len()]);
            }
        });
        subject.apart()
    }

    pub fn apart(mut self) -> Self {
        self.is_apart = true;
        self
    }

    pub fn settled_by(mut self, settle: impl Fn() + 'static) -> Self {
        self.settle = Some(Box::new(settle));
        self
    }

    /// Allocations of one operation, when all has been set up.
    pub fn allocations(&self, threads: &Threads) -> f64 {
        const COUNT: usize = 4000;
        let run = Arc::clone(&self.run);
        let calls = threads.alone(move || counted(|| run(0, COUNT)).1.calls as f64);
        self.settle();
        calls / COUNT as f64
    }

    fn settle(&self) {
        if let Some(settle) = &self.settle {
            settle();
        }
    }
}

/// Nanoseconds for one operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Time {
    pub min: f64,
    pub median: f64,
}

impl Time {
    /// `None` without samples.
    pub fn of(mut samples: Vec<f64>) -> Option<Self> {
        samples.sort_by(f64::total_cmp);
        let median = *samples.get(samples.len() / 2)?;
        Some(Self { min: samples[0], median })
    }
}

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    pub rounds: usize,
    pub round: Duration,
}

impl Effort {
    pub const FULL: Self = Self { rounds: 61, round: Duration::from_micros(1500) };
    pub const QUICK: Self = Self { rounds: 11, round: Duration::from_micros(1000) };
}

/// Before anything is timed, each thread does as much as this, so that whatever a library sets up
/// for a busy series is set up.
const WARM_UPDATES: usize = 200_000;
const WARM_TIME: Duration = Duration::from_millis(50);

/// The times of all subjects with one thread and with two on the same metrics.
pub fn take_turns(
    subjects: &[Subject],
    effort: Effort,
    threads: &Threads,
) -> Vec<(Option<Time>, Option<Time>)> {
    let counts: Vec<usize> =
        subjects.iter().map(|subject| calibrate(subject, effort, threads)).collect();
    let mut samples = vec![(Vec::new(), Vec::new()); subjects.len()];
    for round in 0..effort.rounds {
        for ((subject, &count), samples) in subjects.iter().zip(&counts).zip(&mut samples) {
            // Nothing is asked for again that the caches may still hold from the last time.
            let start = round * 3 * count;
            samples.0.push(alone(subject, start, count, threads) / count as f64);
            samples.1.push(together(subject, start + 3 * count / 2, count, threads) / count as f64);
            subject.settle();
        }
    }
    samples.into_iter().map(|(one, two)| (Time::of(one), Time::of(two))).collect()
}

/// Warms up on both threads and says how many operations make a round.
fn calibrate(subject: &Subject, effort: Effort, threads: &Threads) -> usize {
    (subject.run)(0, 1); // What is set up by the first use is set up by a thread that is not pinned.
    let run = Arc::clone(&subject.run);
    threads.both(move |_, _| {
        let begun = Instant::now();
        let mut done = 0;
        while done < WARM_UPDATES || begun.elapsed() < WARM_TIME {
            run(done, 10_000);
            done += 10_000;
        }
        0.0
    });
    subject.settle();
    let mut count = 256;
    loop {
        let took = alone(subject, 0, count, threads);
        subject.settle();
        if took >= effort.round.as_nanos() as f64 / 4.0 {
            return (count as f64 * effort.round.as_nanos() as f64 / took) as usize + 1;
        }
        count *= 2;
    }
}

/// Nanoseconds of so many operations.
fn timed(run: &Run, start: usize, count: usize) -> f64 {
    let begun = Instant::now();
    run(start, count);
    begun.elapsed().as_nanos() as f64
}

fn alone(subject: &Subject, start: usize, count: usize, threads: &Threads) -> f64 {
    let run = Arc::clone(&subject.run);
    threads.alone(move || {
        run(start, count / 8); // Warm again after the others.
        timed(&run, start + count / 8, count)
    })
}

/// How far apart the requests of two threads are.
const APART: usize = 50_000;

/// Two threads that start together, each at another request; the mean of their times. Who is
/// finished goes on untimed until the other is, so that every timed operation had company.
fn together(subject: &Subject, start: usize, count: usize, threads: &Threads) -> f64 {
    let run = Arc::clone(&subject.run);
    let [one, other] = threads.both(move |side, gate| {
        let start = start + side * APART;
        run(start, count / 8); // Warm again after the others.
        gate.meet();
        let took = timed(&run, start + count / 8, count);
        gate.finish();
        while !gate.is_finished() {
            run(start, count / 16 + 1);
        }
        took
    });
    (one + other) / 2.0
}
