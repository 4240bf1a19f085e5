use super::heat::Heat;
use super::memory::{add, add_float, Slabs};
use super::pool::{Kind, Pools};
use super::{process, Sharded, Shards, NUMBERS, TALLIES};
use crate::sync::float::Exact;
use crate::sync::primitive::{AtomicU64, Ordering};
use std::collections::HashSet;
use std::sync::Barrier;
use std::thread;

const RELAXED: Ordering = Ordering::Relaxed;

/// Samples until the series is hot.
fn heat_up(heat: &Heat, kind: Kind) {
    // Another test may be taking or giving a slot at the moment.
    while !heat.is_hot() {
        heat.sample(kind, 0);
    }
}

#[test]
fn a_series_is_promoted_when_samples_are_close_together() {
    let (slow, quick) = (Heat::cold(), Heat::cold());
    for now in (0..20).map(|n| n * 251) {
        slow.sample(Kind::Count, now);
    }
    assert!(!slow.is_hot() && !slow.is_calm());
    for now in (0..7).map(|n| 7 + n * 250) {
        quick.sample(Kind::Count, now);
        assert!(!quick.is_hot());
    }
    heat_up(&quick, Kind::Count);
}

#[test]
fn time_comes_round() {
    let heat = Heat::cold();
    (0..7).for_each(|n| heat.sample(Kind::Count, (1 << 27) - 3 + n));
    assert!(!heat.is_hot());
    while !heat.is_hot() {
        heat.sample(Kind::Count, (1 << 27) + 4);
    }
}

#[test]
fn cooling_forgets_samples_and_leaves_cells() {
    let heat = Heat::cold();
    (0..7).for_each(|now| heat.sample(Kind::Count, now));
    assert!(heat.cool() && heat.is_calm());
    (7..14).for_each(|now| heat.sample(Kind::Count, now));
    assert!(!heat.is_hot());
    heat_up(&heat, Kind::Count);
    assert!(!heat.cool() && heat.is_hot());
}

#[test]
fn a_retired_slot_starts_at_zero_again() {
    // Other tests take and give slots as well, so this one asks until it gets its own back.
    for _ in 0..100 {
        let mut old = Heat::cold();
        heat_up(&old, Kind::Float);
        assert!(old.join() && old.add_float(0.5) && old.add_float(1e-30));
        let slot = old.slot();
        old.retire(Kind::Float, |_| {});
        let new = Heat::cold();
        heat_up(&new, Kind::Float);
        assert_eq!(new.float().map(|(sum, _)| sum.parts()), Some([0.0, 0.0]));
        if new.slot() == slot {
            return;
        }
    }
    panic!("no slot came back");
}

#[test]
fn sixty_four_threads_have_cells_of_their_own() {
    let threads = if cfg!(miri) { 4 } else { 64 };
    let (heat, all_in) = (Heat::cold(), Barrier::new(threads));
    heat_up(&heat, Kind::Count);
    let cells: HashSet<usize> = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    // Threads of other tests have slabs too, and may have them all.
                    while !heat.join() {
                        process::reconsider();
                        thread::yield_now();
                    }
                    all_in.wait();
                    assert!(heat.add(1));
                    process::slab_address()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!((cells.len(), heat.sum()), (threads, threads as u64));
}

#[test]
fn a_slab_passes_from_thread_to_thread_with_its_counts() {
    const LARGE: f64 = 9_007_199_254_740_992.0; // Adding one to it changes nothing.
    let slabs = Slabs::new();
    for round in 1..=3 {
        let slab = slabs.adopt(1).unwrap();
        assert!(slabs.adopt(1).is_none(), "one slab, one owner");
        add(&slab.numbers[1], 5);
        let pair: &[AtomicU64; 2] = slab.numbers[2..4].try_into().unwrap();
        add_float(pair, if round == 1 { LARGE } else { 1.0 });
        assert_eq!(slabs.sum(1), 5 * round);
        slab.release();
    }
    assert_eq!(slabs.sum_float(2).rounded(), LARGE + 2.0);
    slabs.wipe(1);
    assert_eq!(slabs.sum(1), 0);
}

#[test]
fn a_float_cell_does_not_drift() {
    let pair = [AtomicU64::new(0), AtomicU64::new(0)];
    let additions = if cfg!(miri) { 1_000 } else { 10_000_000 };
    (0..additions).for_each(|_| add_float(&pair, 0.001));
    let mut sum = Exact::default();
    let [high, low] = pair.map(|cell| f64::from_bits(cell.into_inner()));
    sum.add_both(high, low);
    assert_eq!(sum.rounded(), f64::from(additions) * 0.001);
}

#[test]
fn folding_adds_up_every_slot() {
    let slabs = Slabs::new();
    let [first, second] = [slabs.adopt(2).unwrap(), slabs.adopt(2).unwrap()];
    for slot in 0..10 {
        add(&first.numbers[slot], slot as u64);
        add(&second.numbers[slot], 100);
    }
    let mut sums = vec![77; 12];
    slabs.fold(&mut sums);
    let expected: Vec<u64> = (0..10).map(|slot| slot + 100).chain([0, 0]).collect();
    assert_eq!(sums, expected);
    assert!((0..12).all(|slot| slabs.sum(slot) == sums[slot]));
}

#[test]
fn sums_of_an_earlier_page_are_not_used_for_the_next_owner_of_a_slot() {
    let (mut sums, mut old) = (Vec::new(), Heat::cold());
    heat_up(&old, Kind::Count);
    assert!(old.join() && old.add(9));
    let retired = super::fold(&mut sums);
    let slot = old.slot().unwrap();
    assert_eq!(sums[slot], 9);
    old.retire(Kind::Count, |_| {});
    assert!(!super::folded_since(retired));
    let new = Heat::cold();
    heat_up(&new, Kind::Count);
    assert_eq!(new.sum_folded(&sums, retired), 0);
}

#[test]
fn slots_run_out_and_come_back() {
    let pools = Pools::new();
    let pair = pools.take(Kind::Float).unwrap();
    let singles: Vec<u32> = std::iter::from_fn(|| pools.take(Kind::Count)).collect();
    assert_eq!(singles.len(), NUMBERS - 2);
    assert!(!singles.contains(&pair) && !singles.contains(&(pair + 1)));
    assert_eq!((pools.take(Kind::Float), pools.numbers()), (None, NUMBERS));
    pools.give(Kind::Count, 3);
    assert_eq!((pools.take(Kind::Float), pools.take(Kind::Count)), (None, Some(3)));
    pools.give(Kind::Float, pair);
    assert_eq!(pools.take(Kind::Float), Some(pair));
    assert_eq!(
        (pools.take(Kind::Tally), pools.take(Kind::Summary)),
        (Some(0), Some(TALLIES as u32))
    );
}

#[test]
fn a_thread_without_memory_for_a_shard_does_not_ask_at_every_update() {
    let mut heat = Heat::cold();
    heat_up(&heat, Kind::Tally);
    while !heat.join() {
        process::reconsider();
    }
    let asked = std::cell::Cell::new(0);
    let no_memory = || {
        asked.set(asked.get() + 1);
        None
    };
    (0..10).for_each(|_| assert!(!heat.install(no_memory)));
    assert_eq!(asked.get(), 1);
    heat.sample(Kind::Tally, 0); // As one of some thousand updates does.
    assert!(!heat.install(no_memory));
    assert_eq!(asked.get(), 2);
    heat.retire(Kind::Tally, |_| unreachable!("there is none"));
}

#[test]
fn shards_belong_to_threads_and_go_with_the_series() {
    use std::sync::atomic::AtomicUsize;
    static ALIVE: AtomicUsize = AtomicUsize::new(0);
    struct Shard(AtomicU64);
    impl Sharded for Shard {
        const KIND: Kind = Kind::Summary;
    }
    impl Drop for Shard {
        fn drop(&mut self) {
            ALIVE.fetch_sub(1, RELAXED);
        }
    }
    let shards = Shards::none();
    let make = || {
        ALIVE.fetch_add(1, RELAXED);
        Shard(AtomicU64::new(0))
    };
    assert!(shards.get().is_none() && shards.join(make).is_none());
    heat_up(shards.heat(), Kind::Summary);
    let all_in = Barrier::new(3);
    thread::scope(|scope| {
        for number in 1..=3 {
            let (shards, all_in) = (&shards, &all_in);
            scope.spawn(move || {
                let shard = loop {
                    if let Some(shard) = shards.join(make) {
                        break shard;
                    }
                    process::reconsider();
                };
                shard.0.store(number, RELAXED);
                all_in.wait();
                assert_eq!(shards.get().unwrap().0.load(RELAXED), number);
            });
        }
    });
    let mut sum = 0;
    shards.for_each(|shard| sum += shard.0.load(RELAXED));
    assert_eq!((sum, ALIVE.load(RELAXED)), (6, 3));
    drop(shards);
    assert_eq!(ALIVE.load(RELAXED), 0);
}
