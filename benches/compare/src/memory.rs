//! What a series costs to hold.

use crate::allocator::{counted, Allocated};
use crate::library::{self, Kind, Pages, Visit};
use crate::pages::fill;
use crate::report::{number, Report};
use crate::run::Run;
use crate::workload::{requests, Request, Shape};

pub fn memory(run: &mut Run) {
    let histograms = Shape { families: 10, ..Shape::POOLED };
    let shapes = [
        ("counter, pooled values", Kind::Counters, Shape::POOLED),
        ("counter, one value unique", Kind::Counters, Shape::UNIQUE),
        ("histogram of 11 bounds, pooled values", Kind::Histograms, histograms),
    ];
    let mut columns = vec!["bytes a series (allocations)"];
    columns.extend(shapes.map(|(name, ..)| name));
    run.report.head(&columns);
    let shapes = shapes.map(|(_, kind, shape)| (kind, shape, requests(shape, false)));
    library::visit_pages(&mut Held { shapes, report: &mut run.report });
    run.report.line("");

    let [idle, once, more] = library::idle_summaries().map(number);
    run.report.head(&["nunchi summary, bytes a series", ""]);
    run.report.line(&format!("| idle | {idle} |"));
    run.report.line(&format!("| observed once | {once} |"));
    run.report.line(&format!("| observed 101 times over four powers of ten | {more} |\n"));
}

struct Held<'r> {
    shapes: [(Kind, Shape, &'static [Request]); 3],
    report: &'r mut Report,
}

impl Visit for Held<'_> {
    fn visit<L: Pages>(&mut self) {
        let cells = self.shapes.map(|(kind, shape, requests)| {
            let (page, Allocated { bytes, calls }) = counted(|| fill::<L>(kind, shape, requests));
            drop(page);
            let each = |total: f64| number(total / shape.total() as f64);
            format!("{} ({})", each(bytes as f64), each(calls as f64))
        });
        self.report.line(&format!("| {} | {} |", L::NAME, cells.join(" | ")));
    }
}
