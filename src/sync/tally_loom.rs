//! Model of the tally: whatever the reader accepts is one set of observations.

use super::*;
use crate::sync::explore::explore;
use loom::sync::Arc;

/// One bank, two writers, one reader that accepts only by the protocol.
#[test]
fn an_accepted_reading_is_one_set() {
    explore(3, 1000, || {
        let bank = Arc::new(Bank::new(2));
        let writers: Vec<_> = [0, 1]
            .map(|bucket| {
                let bank = Arc::clone(&bank);
                loom::thread::spawn(move || bank.add(bucket, bucket as f64 + 1.0))
            })
            .into();
        let mut counts = [0; 2];
        if let Some(sum) = bank.read(1, &mut counts) {
            assert_eq!(sum, counts[0] as f64 + 2.0 * counts[1] as f64, "a torn reading");
        }
        for writer in writers {
            writer.join().unwrap();
        }
        let sum = bank.read(1, &mut counts);
        assert_eq!((sum, counts), (Some(3.0), [1, 1]));
    });
}

/// A writer crosses the addition of the second bank and two flips: nothing is lost.
#[test]
fn no_observation_is_lost_between_the_banks() {
    explore(3, 100, || {
        let tally = Arc::new(Tally::new(1));
        let writer = {
            let tally = Arc::clone(&tally);
            loom::thread::spawn(move || {
                tally.add(0, 1.0);
                tally.add(0, 1.0);
            })
        };
        let mut counts = Vec::new();
        *tally.reader.lock() = Some(tally.add_bank(&mut [0]));
        tally.read(&mut counts);
        writer.join().unwrap();
        let sum = tally.read(&mut counts);
        assert_eq!((sum, counts), (2.0, vec![2]));
    });
}
