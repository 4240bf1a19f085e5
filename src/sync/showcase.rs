//! A value that is replaced only after somebody has looked at it.
//!
//! Imports the rest of `sync`; used by the metrics for what accompanies a number without being
//! counted. The idea to hold: one word says who may touch the value, and everybody only *tries* to
//! take it. A writer finds the last value unseen, or the word taken, and goes on without; a reader
//! tries some hundred times and then answers that there is nothing. So neither ever waits for a thread
//! that was stopped inside, and a value is never seen half written, because nobody else touches it
//! meanwhile.
//!
//! ```text
//! EMPTY ──writer──▶ TAKEN ──▶ UNSEEN ──reader──▶ TAKEN ──▶ SEEN ──writer──▶ TAKEN …
//! ```
//!
//! Whoever takes the word does so with Acquire, and gives it back with Release.

use super::needed::Needed;
use super::primitive::{AtomicU32, Ordering, Place};
use super::tally::pause;
use std::fmt;
use std::panic::RefUnwindSafe;

/// A value, and whether it has been seen.
pub(crate) struct Showcase<T> {
    state: AtomicU32,
    value: Place<T>,
}

/// No value was put yet.
const EMPTY: u32 = 0;
/// The value was looked at since it was put.
const SEEN: u32 = 1;
/// The value was not looked at since it was put.
const UNSEEN: u32 = 2;
/// Somebody is touching the value.
const TAKEN: u32 = 3;

/// Tries of a reader, with a pause after each.
const TRIES: usize = if cfg!(nunchi_loom) { 1 } else { 256 };

const PUT_ACQUIRE: Needed<Ordering> = Needed::ordering("showcase_put_acquire", Ordering::Acquire);
const PUT_RELEASE: Needed<Ordering> = Needed::ordering("showcase_put_release", Ordering::Release);
const LOOK_ACQUIRE: Needed<Ordering> = Needed::ordering("showcase_look_acquire", Ordering::Acquire);
const LOOK_RELEASE: Needed<Ordering> = Needed::ordering("showcase_look_release", Ordering::Release);

// SAFETY: the value is touched by one thread at a time, that which has taken the state, and each sees
// what the one before it left: it moves from thread to thread and is never shared.
unsafe impl<T: Send> Sync for Showcase<T> {}

/// Whoever panics while it has the value leaves it taken for good.
impl<T> RefUnwindSafe for Showcase<T> {}

impl<T: Default> Default for Showcase<T> {
    fn default() -> Self {
        Self { state: AtomicU32::new(EMPTY), value: Place::new(T::default()) }
    }
}

impl<T> Showcase<T> {
    /// Whether there is room for a value: a hint, and cheap enough to be asked for each time.
    #[inline(always)]
    pub(crate) fn has_room(&self) -> bool {
        self.state.load(Ordering::Relaxed) < UNSEEN // Checked by whoever puts.
    }

    /// Calls `fill` with the value, if it was seen or never put, and if nobody else has it.
    #[inline]
    pub(crate) fn put(&self, fill: impl FnOnce(&mut T)) {
        let state = self.state.load(Ordering::Relaxed); // Checked by the exchange.
        if state < UNSEEN && self.take(state, PUT_ACQUIRE.get()) {
            // SAFETY: this thread has taken the state, so it alone touches the value.
            self.value.with_mut(|value| fill(unsafe { &mut *value }));
            self.state.store(UNSEEN, PUT_RELEASE.get()); // Pairs with both Acquires.
        }
    }

    /// Calls `look` with the value, if there is one and it can be had; answers whether it was called.
    /// From then on another value may be put.
    pub(crate) fn look(&self, look: impl FnOnce(&T)) -> bool {
        for _ in 0..TRIES {
            match self.state.load(Ordering::Relaxed) {
                EMPTY => return false,
                TAKEN => {}
                state => {
                    if self.take(state, LOOK_ACQUIRE.get()) {
                        // SAFETY: as in `put`.
                        self.value.with(|value| look(unsafe { &*value }));
                        self.state.store(SEEN, LOOK_RELEASE.get()); // Pairs with both Acquires.
                        return true;
                    }
                }
            }
            pause();
        }
        false
    }

    /// The Acquire pairs with the Release of whoever had the value before.
    #[inline]
    fn take(&self, state: u32, acquire: Ordering) -> bool {
        self.state.compare_exchange(state, TAKEN, acquire, Ordering::Relaxed).is_ok()
    }
}

impl<T> fmt::Debug for Showcase<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Showcase").field("state", &self.state).finish_non_exhaustive()
    }
}

#[cfg(all(test, not(nunchi_loom)))]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;

    #[test]
    fn a_value_stays_until_it_was_seen() {
        let showcase = Showcase::<u32>::default();
        let seen = || {
            let mut seen = None;
            assert_eq!(showcase.look(|value| seen = Some(*value)), seen.is_some());
            seen
        };
        assert_eq!(seen(), None);
        for value in [1, 2] {
            assert!(showcase.has_room());
            showcase.put(|place| *place = value);
            assert!(!showcase.has_room());
            showcase.put(|_| unreachable!("the other one was not seen"));
            assert_eq!([seen(), seen()], [Some(value); 2]);
        }
    }

    #[test]
    fn whoever_comes_by_while_it_is_touched_goes_on_without() {
        let showcase = Showcase::<u32>::default();
        showcase.put(|_| {
            showcase.put(|_| unreachable!("taken"));
            assert!(!showcase.look(|_| unreachable!("taken")));
        });
        assert!(showcase.look(|_| showcase.put(|_| unreachable!("taken"))));
    }

    /// Writers and readers that never pause: every value that is seen is one writer's.
    #[test]
    fn no_value_is_torn() {
        let looks = if cfg!(miri) { 20 } else { 100_000 };
        let showcase = Showcase::<(u64, String)>::default();
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for writer in 1..3_u64 {
                let (showcase, done) = (&showcase, &done);
                scope.spawn(move || {
                    let mut number = writer;
                    while !done.load(Ordering::Relaxed) {
                        showcase.put(|(value, text)| {
                            *value = number;
                            text.clear();
                            text.push_str(&number.to_string());
                        });
                        number += 2;
                    }
                });
            }
            let readers: Vec<_> = (0..2)
                .map(|_| {
                    scope.spawn(|| {
                        let mut different = 0;
                        let mut last = 0;
                        for _ in 0..looks {
                            showcase.look(|(value, text)| {
                                assert_eq!(*text, value.to_string());
                                different += u64::from(*value != last);
                                last = *value;
                            });
                        }
                        different
                    })
                })
                .collect();
            let different: Vec<_> =
                readers.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
            done.store(true, Ordering::Relaxed);
            for different in different {
                assert!(different.unwrap() > 0 || cfg!(miri));
            }
        });
    }
}

#[cfg(all(test, nunchi_loom))]
#[path = "showcase_loom.rs"]
mod loom_model;
