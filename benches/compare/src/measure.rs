//! Many short rounds, the contenders taking turns, so that a disturbance hits them alike; the
//! minimum says what the code costs, the median what this machine made of it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Does an operation `count` times, beginning at request `start` of its workload.
pub type Run = Box<dyn Fn(usize, usize) + Sync>;

/// One contender for one row.
pub struct Subject {
    pub library: &'static str,
    pub run: Run,
    /// Work that is due between rounds and is not timed.
    pub settle: Option<Box<dyn Fn()>>,
}

impl Subject {
    pub fn new(library: &'static str, run: impl Fn(usize, usize) + Sync + 'static) -> Self {
        Self { library, run: Box::new(run), settle: None }
    }
}

/// Nanoseconds for one operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Time {
    pub min: f64,
    pub median: f64,
}

impl Time {
    pub fn of(mut samples: Vec<f64>) -> Self {
        samples.sort_by(f64::total_cmp);
        Self { min: samples[0], median: samples[samples.len() / 2] }
    }
}

const ROUND: Duration = Duration::from_micros(1500);
const ROUNDS: usize = 41;
const ENOUGH: usize = 9;

/// The times of all subjects with one thread and with two; the latter only where at least
/// [`ENOUGH`] rounds were run by two threads at once.
pub fn take_turns(subjects: &[Subject]) -> Vec<(Time, Option<Time>)> {
    let counts: Vec<usize> = subjects.iter().map(calibrate).collect();
    let mut samples = vec![(Vec::new(), Vec::new()); subjects.len()];
    for round in 0..ROUNDS {
        for (at, subject) in subjects.iter().enumerate() {
            let start = round * 7919;
            (subject.run)(start, counts[at] / 8); // Warm again after the others.
            samples[at].0.push(alone(subject, start + counts[at] / 8, counts[at]));
            samples[at].1.extend(together(subject, start, counts[at]));
            if let Some(settle) = &subject.settle {
                settle();
            }
        }
    }
    let two = |two: Vec<f64>| (two.len() >= ENOUGH).then(|| Time::of(two));
    samples.into_iter().map(|(one, both)| (Time::of(one), two(both))).collect()
}

/// How many operations make a round.
fn calibrate(subject: &Subject) -> usize {
    let mut count = 256;
    loop {
        let took = alone(subject, 0, count) * count as f64;
        if let Some(settle) = &subject.settle {
            settle();
        }
        if took >= ROUND.as_nanos() as f64 / 4.0 {
            return (count as f64 * ROUND.as_nanos() as f64 / took) as usize + 1;
        }
        count *= 2;
    }
}

fn alone(subject: &Subject, start: usize, count: usize) -> f64 {
    timed(&subject.run, start, count)
}

fn timed(run: &Run, start: usize, count: usize) -> f64 {
    let begun = Instant::now();
    run(start, count);
    begun.elapsed().as_nanos() as f64 / count as f64
}

/// Two threads that start together on the same series, each at another request. `None` if they did
/// not run side by side: on a busy machine they may well run one after the other, which says
/// nothing about sharing.
fn together(subject: &Subject, start: usize, count: usize) -> Option<f64> {
    let ready = AtomicUsize::new(0);
    let run = &subject.run;
    let one = |start: usize| {
        ready.fetch_add(1, Ordering::SeqCst);
        while ready.load(Ordering::SeqCst) < 2 {
            std::hint::spin_loop();
        }
        let begun = Instant::now();
        run(start, count);
        (begun, Instant::now())
    };
    let (mine, other) = std::thread::scope(|scope| {
        let other = scope.spawn(|| one(start + 4099));
        (one(start), other.join().expect("a round does not panic"))
    });
    let both = mine.1.min(other.1).saturating_duration_since(mine.0.max(other.0));
    let (mine, other) = (mine.1 - mine.0, other.1 - other.0);
    let side_by_side = both.as_secs_f64() > 0.8 * mine.max(other).as_secs_f64();
    side_by_side.then(|| (mine + other).as_nanos() as f64 / 2.0 / count as f64)
}
