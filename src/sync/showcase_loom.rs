//! Model of the showcase: nobody touches the value while somebody else does.

use super::*;
use crate::sync::explore::explore;
use loom::sync::Arc;
use loom::thread;

/// Two writers, each of which tries twice, and a reader. The value is not atomic, so that touching it at
/// the same time, or before it is visible, fails the model.
#[test]
fn the_value_belongs_to_one_at_a_time() {
    explore(2, 100, || {
        let showcase = Arc::new(Showcase::<u64>::default());
        let writers: Vec<_> = [1, 2]
            .map(|number| {
                let showcase = Arc::clone(&showcase);
                thread::spawn(move || {
                    for _ in 0..2 {
                        showcase.put(|value| *value = number);
                        thread::yield_now();
                    }
                })
            })
            .into();
        for _ in 0..2 {
            showcase.look(|value| assert!([1, 2].contains(value)));
            thread::yield_now(); // Otherwise no model gets as far as a value.
        }
        for writer in writers {
            writer.join().unwrap();
        }
        assert!(showcase.look(|value| assert!([1, 2].contains(value))));
    });
}
