//! Structures for quantiles alone: no names, labels, windows or pages. Each records into the copy
//! of its thread, which is how they are meant to be used, and once behind a lock for a copy that
//! all threads share.

use super::Updates;
use crate::measure::Subject;
use crate::operation::Operation;
use hdrhistogram::Histogram;
use sketches_ddsketch::{Config, DDSketch};
use std::sync::Mutex;

pub struct HdrHistogram;

impl Updates for HdrHistogram {
    const NAME: &'static str = "hdrhistogram";

    fn subjects(operation: Operation) -> Vec<Subject> {
        if operation != Operation::Summary {
            return Vec::new();
        }
        let histogram = || Histogram::<u64>::new_with_bounds(1, 1 << 40, 2).expect("valid bounds");
        let recorders = histogram().into_sync();
        vec![
            Subject::values(
                "hdrhistogram in a `Mutex`",
                Mutex::new(histogram()),
                |shared, value| {
                    let mut histogram = shared.lock().expect("recording does not panic");
                    histogram.saturating_record((value * 1e9) as u64);
                },
            ),
            Subject::alone(
                "hdrhistogram `Recorder` of each thread",
                [recorders.recorder(), recorders.recorder()],
                |recorder, value| recorder.saturating_record((value * 1e9) as u64),
            ),
        ]
    }
}

pub struct DdSketch;

impl Updates for DdSketch {
    const NAME: &'static str = "sketches-ddsketch";

    fn subjects(operation: Operation) -> Vec<Subject> {
        if operation != Operation::Summary {
            return Vec::new();
        }
        let sketch = || DDSketch::new(Config::defaults());
        vec![
            Subject::values(
                "sketches-ddsketch in a `Mutex`",
                Mutex::new(sketch()),
                |shared, value| {
                    shared.lock().expect("recording does not panic").add(value);
                },
            ),
            Subject::alone(
                "sketches-ddsketch of each thread",
                [sketch(), sketch()],
                |sketch, value| sketch.add(value),
            ),
        ]
    }
}
