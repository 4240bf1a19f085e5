//! Many threads at one histogram.

use super::*;
use std::sync::atomic::AtomicBool;
use std::sync::Mutex;
use std::thread;

/// Eight threads, so many that the histogram becomes hot on the way.
#[test]
fn totals_are_exact() {
    let (threads, rounds) = if cfg!(miri) { (3, 40_u32) } else { (8, 60_000) };
    let shape =
        NativeShape::default().with_classic_buckets(crate::model::Buckets::new([1.0]).unwrap());
    for histogram in [NativeHistogram::default(), NativeHistogram::with_shape(shape)] {
        thread::scope(|scope| {
            for thread in 0..threads {
                let histogram = &histogram;
                scope.spawn(move || {
                    for round in 0..rounds {
                        histogram.observe(f64::from((thread + round) % 7) - 3.0);
                    }
                });
            }
        });
        let wanted =
            (0..threads).flat_map(|thread| (0..rounds).map(move |round| (thread + round) % 7));
        let (mut counts, mut sum) = ([0; 7], 0.0);
        for value in wanted {
            counts[value as usize] += 1;
            sum += f64::from(value) - 3.0;
        }
        let (classic, shown) = scrape_both(&histogram, 0);
        assert_eq!((shown.count, f64::from_bits(shown.sum)), (u64::from(threads * rounds), sum));
        assert_eq!(shown.negative, [(0, counts[2]), (8, counts[1]), (13, counts[0])]);
        assert_eq!(shown.positive, [(0, counts[4]), (8, counts[5]), (13, counts[6])]);
        assert_eq!(shown.zero_count, counts[3]);
        if histogram.has_classic {
            let upper = counts[5] + counts[6];
            assert_eq!(classic, [shown.count - upper, upper]);
        }
        assert!(cfg!(miri) || histogram.recorders.is_hot());
    }
}

/// Each observation has a value from which its bucket follows, so any mixture of one observation's
/// bucket with another's sum shows; also while buckets appear.
#[test]
fn every_reading_is_one_set_while_writers_never_pause() {
    let readings = if cfg!(miri) { 3 } else { 3_000 };
    let shape = NativeShape::default().with_max_buckets(0);
    let shape = shape.with_classic_buckets(crate::model::Buckets::new([4.0, 1e6]).unwrap());
    let histogram = NativeHistogram::with_shape(shape);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for sign in [1.0, -1.0] {
            let (histogram, done) = (&histogram, &done);
            scope.spawn(move || {
                for power in (0..60_i32).cycle() {
                    if done.load(Ordering::Relaxed) {
                        break;
                    }
                    histogram.observe(sign * 2_f64.powi(power / 3));
                }
            });
        }
        let mut last = 0;
        for _ in 0..readings {
            let (classic, shown) = scrape_both(&histogram, 0);
            let sum = |side: &[(i32, u64)]| {
                side.iter().map(|(index, count)| 2_f64.powi(index / 8) * *count as f64).sum::<f64>()
            };
            let wanted = sum(&shown.positive) - sum(&shown.negative);
            assert_eq!(f64::from_bits(shown.sum), wanted, "a torn reading");
            let native: u64 =
                shown.positive.iter().chain(&shown.negative).map(|bucket| bucket.1).sum();
            let low: u64 =
                shown.positive.iter().filter(|bucket| bucket.0 <= 16).map(|bucket| bucket.1).sum();
            let negative: u64 = shown.negative.iter().map(|bucket| bucket.1).sum();
            assert_eq!((classic[0], shown.count), (low + negative, native), "a torn reading");
            assert!(shown.count >= last, "the count fell");
            last = shown.count;
        }
        done.store(true, Ordering::Relaxed);
    });
}

/// What a server knows that sees every page: of a start that is newer all, else what was added.
#[derive(Default)]
struct Server {
    since_ms: u64,
    last: (u64, Vec<u64>),
    total: u64,
    classic: Vec<u64>,
    starts: usize,
    resolution: (i32, f64),
}

impl Server {
    fn take(&mut self, classic: &[u64], point: &NativePoint<'_>) {
        let native = point.positive.iter().chain(point.negative).map(|bucket| bucket.1);
        let count = native.sum::<u64>() + point.zero_count;
        assert_eq!(count, classic.iter().sum(), "not one set");
        assert!(point.since_ms >= self.since_ms);
        if point.since_ms > self.since_ms {
            (self.since_ms, self.last) = (point.since_ms, (0, vec![0; classic.len()]));
            self.starts += 1;
        } else if self.total > 0 {
            let (schema, zero_threshold) = self.resolution;
            assert!(point.schema <= schema && point.zero_threshold >= zero_threshold);
        }
        self.total += count.checked_sub(self.last.0).expect("the count fell without a new start");
        self.classic.resize(classic.len(), 0);
        self.last.1.resize(classic.len(), 0);
        for (total, (now, last)) in self.classic.iter_mut().zip(classic.iter().zip(&self.last.1)) {
            *total += now.checked_sub(*last).expect("a bucket fell without a new start");
        }
        self.last = (count, classic.to_vec());
        self.resolution = (point.schema, point.zero_threshold);
    }
}

/// Limits act at every page while eight threads observe and two scrape, and some pages have no room.
#[test]
fn h9_whoever_sees_every_page_misses_nothing_and_has_nothing_twice() {
    let (threads, rounds) = if cfg!(miri) { (3, 60_u32) } else { (8, 30_000) };
    for reset in [Some(Duration::ZERO), Some(Duration::from_millis(3)), None] {
        let shape = NativeShape::default().with_max_buckets(6).with_max_zero_threshold(1e-2);
        let shape =
            shape.unwrap().with_classic_buckets(crate::model::Buckets::new([0.0, 1.0]).unwrap());
        let shape = match reset {
            Some(reset) => shape.with_min_reset(reset),
            None => shape,
        };
        let (histogram, server) =
            (NativeHistogram::with_shape(shape), Mutex::new(Server::default()));
        let at_work = std::sync::atomic::AtomicUsize::new(threads as usize);
        let scrape_once = |is_refused: bool| {
            let (mut counts, mut room) = (Vec::new(), NativeRoom::default());
            // Without starts, pages of two scrapers have no order but that of this lock.
            let order = reset.is_none().then(|| server.lock().unwrap());
            let mut seen = None;
            histogram.snapshot(&mut counts, &mut room, |counts, _, point| {
                match (&order, is_refused) {
                    (_, true) => {}
                    (Some(_), _) => seen = Some((counts.to_vec(), point.positive.to_vec())),
                    (None, _) => server.lock().unwrap().take(counts, &point),
                }
                !is_refused
            });
            if let (Some(mut server), Some((counts, _))) = (order, seen) {
                let count = counts.iter().sum::<u64>();
                assert!(count >= server.total, "the count fell");
                (server.total, server.classic) = (count, counts);
            }
        };
        thread::scope(|scope| {
            for thread in 0..threads {
                let (histogram, at_work) = (&histogram, &at_work);
                scope.spawn(move || {
                    for round in 0..rounds {
                        let power = (thread * 7 + round / 64) % 40;
                        let sign = f64::from(1 - 2 * (round as i32 % 2));
                        histogram.observe(sign * (f64::from(power) / 2.0 - 10.0).exp2());
                    }
                    at_work.fetch_sub(1, Ordering::Relaxed);
                });
            }
            for scraper in 0..2_usize {
                let (scrape_once, at_work) = (&scrape_once, &at_work);
                scope.spawn(move || {
                    for number in scraper.. {
                        scrape_once(number % 3 == 0);
                        if at_work.load(Ordering::Relaxed) == 0 {
                            break;
                        }
                    }
                });
            }
        });
        // A thread that was stopped may have kept a bank from being read; now both are.
        (0..2).for_each(|_| scrape_once(false));
        let server = server.into_inner().unwrap();
        assert_eq!(server.total, u64::from(threads * rounds), "{reset:?}");
        assert_eq!(server.classic.iter().sum::<u64>(), server.total);
        assert_eq!(server.classic[0], server.total / 2);
        assert!(reset.is_none() || server.starts > 0 || cfg!(miri), "{reset:?}");
    }
}

/// The first observations of many threads are in the same chunks: each of these counts once, so that
/// none of them has to go to wider buckets.
#[test]
fn threads_that_meet_at_a_chunk_use_up_one() {
    let rounds = if cfg!(miri) { 2 } else { 400 };
    for _ in 0..rounds {
        let shape = NativeShape::default().with_max_buckets(64).with_schema(8).unwrap();
        let histogram = NativeHistogram::with_shape(shape);
        let start = std::sync::Barrier::new(4);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    start.wait();
                    (0..56_i32).for_each(|power| histogram.observe(2_f64.powi(power)));
                });
            }
        });
        assert_eq!(scrape(&histogram, 0).schema, 8);
    }
}
