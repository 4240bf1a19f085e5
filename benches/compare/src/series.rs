//! Rows of operations on a few series, and of lookups in many that do not stay in the cache.

use crate::library::{self, Kind, Pages, Visit};
use crate::limit;
use crate::measure::{take_turns, Subject, Time};
use crate::operation::Operation;
use crate::pages::fill;
use crate::report::Row;
use crate::run::Run;
use crate::workload::{requests, Request, Shape};

/// Prints the table of one operation; the libraries without a way to do it share a row without figures.
pub fn hot(run: &mut Run, operation: Operation) {
    let mut subjects = limit::subjects(operation);
    let (missing, able): (Vec<_>, Vec<_>) =
        library::subjects(operation).into_iter().partition(|(_, subjects)| subjects.is_empty());
    subjects.extend(able.into_iter().flat_map(|(_, subjects)| subjects));
    let mut rows = rows(run, &subjects);
    let missing: Vec<&str> = missing.into_iter().map(|(name, _)| name).collect();
    if !missing.is_empty() {
        rows.push(Row::new(missing.join(", "), None));
    }
    run.report.operation(operation.title(), "ns", &rows);
}

/// Prints the tables of lookups among 100,000 series.
pub fn cold(run: &mut Run) {
    for (name, shape) in [
        (
            "cold lookup of 3 labels + inc, 100,000 series in 100 families, pooled values",
            Shape::POOLED,
        ),
        (
            "cold lookup of 3 labels + inc, 100,000 series in one family, one value unique",
            Shape::UNIQUE,
        ),
    ] {
        let (ordered, shuffled) = (requests(shape, false), requests(shape, true));
        let mut lookups = Lookups { shape, ordered, shuffled, subjects: vec![limit::cache_miss()] };
        library::visit_pages(&mut lookups);
        let rows = rows(run, &lookups.subjects);
        run.report.operation(name, "ns", &rows);
    }
}

struct Lookups {
    shape: Shape,
    ordered: &'static [Request],
    shuffled: &'static [Request],
    subjects: Vec<Subject>,
}

impl Visit for Lookups {
    fn visit<L: Pages>(&mut self) {
        let page = fill::<L>(Kind::Counters, self.shape, self.ordered);
        let shuffled = self.shuffled;
        self.subjects.push(Subject::new(L::NAME, move |start, count| {
            let rest = &shuffled[start % shuffled.len()..];
            for request in rest.iter().chain(shuffled.iter().cycle()).take(count) {
                L::touch(&page, request.family, request.values, 1);
            }
        }));
    }
}

fn rows(run: &Run, subjects: &[Subject]) -> Vec<Row> {
    let times: Vec<(Option<Time>, Option<Time>)> = take_turns(subjects, run.effort, &run.threads);
    let row = |(subject, (one, two)): (&Subject, _)| Row {
        is_apart: subject.is_apart,
        two,
        allocations: Some(subject.allocations(&run.threads)),
        ..Row::new(subject.library, one)
    };
    subjects.iter().zip(times).map(row).collect()
}
