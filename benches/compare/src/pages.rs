//! Rows of operations on whole pages: rendering and creation.

use crate::allocator::{counted, Allocated};
use crate::library::{self, Kind, Pages, Visit};
use crate::limit;
use crate::measure::Time;
use crate::report::{number, Row};
use crate::run::Run;
use crate::workload::{requests, value, Request, Shape};
use std::any::Any;
use std::time::Instant;

/// Makes every series of `requests` and gives it a value.
pub fn fill<L: Pages>(kind: Kind, shape: Shape, requests: &[Request]) -> L::Page {
    let page = L::page(kind, shape);
    for (series, request) in requests.iter().enumerate() {
        L::touch(&page, request.family, request.values, value(series));
    }
    page
}

/// Something that renders a page and says how long it is.
type Render = Box<dyn FnMut() -> usize>;

fn renderer<L: Pages>(page: L::Page, series: usize) -> (&'static str, Render) {
    let mut text = complete_text::<L>(&page, series);
    let render = move || {
        L::render(&page, &mut text);
        text.as_ref().len()
    };
    (L::NAME, Box::new(render))
}

/// The text of a page, on which all series have to be.
fn complete_text<L: Pages>(page: &L::Page, series: usize) -> L::Text {
    let mut text = L::Text::default();
    L::render(page, &mut text);
    let found = occurrences(text.as_ref(), b"instance=\"");
    assert!(found >= series, "{}: {found} of {series} series are on the page", L::NAME);
    text
}

fn occurrences(text: &[u8], part: &[u8]) -> usize {
    text.windows(part.len()).filter(|window| *window == part).count()
}

fn limits(length: usize, series: usize) -> Vec<(&'static str, Render)> {
    vec![
        ("limit: copy of the page", Box::new(limit::copy(length))),
        ("limit: copy and itoa of each value", Box::new(limit::copy_and_digits(length, series))),
    ]
}

pub fn encode(run: &mut Run) {
    for (name, kind, shape, rounds) in [
        (
            "encode 100 counters",
            Kind::Counters,
            Shape { families: 10, series: 10, unique: false },
            300,
        ),
        ("encode 10,000 counters", Kind::Counters, Shape { families: 10, ..Shape::POOLED }, 40),
        (
            "encode 10,000 histograms of 14 lines",
            Kind::Histograms,
            Shape { families: 10, ..Shape::POOLED },
            12,
        ),
    ] {
        let mut rendered = Rendered { kind, shape, subjects: Vec::new() };
        library::visit_pages(&mut rendered);
        let length = rendered.subjects[0].1();
        let mut subjects = limits(length, shape.total());
        subjects.append(&mut rendered.subjects);
        let rounds = if run.is_quick { rounds / 4 } else { rounds };
        let rows = render_in_turns(&mut subjects, shape.total(), rounds);
        run.report.operation(name, "ns a series", &rows);
    }
}

struct Rendered {
    kind: Kind,
    shape: Shape,
    subjects: Vec<(&'static str, Render)>,
}

impl Visit for Rendered {
    fn visit<L: Pages>(&mut self) {
        let page = fill::<L>(self.kind, self.shape, requests(self.shape, false));
        self.subjects.push(renderer::<L>(page, self.shape.total()));
    }
}

/// Renders all pages in turns.
fn render_in_turns(
    subjects: &mut [(&'static str, Render)],
    series: usize,
    rounds: usize,
) -> Vec<Row> {
    let mut samples = vec![Vec::new(); subjects.len()];
    for _ in 0..rounds {
        for ((_, render), samples) in subjects.iter_mut().zip(&mut samples) {
            if series < 1000 {
                render(); // Warm again after the others.
            }
            let begun = Instant::now();
            render();
            samples.push(begun.elapsed().as_nanos() as f64 / series as f64);
        }
    }
    let row = |(samples, (library, render)): (Vec<f64>, &mut (&'static str, Render))| {
        let (bytes, allocated) = counted(render);
        Row {
            allocations: Some(allocated.calls as f64),
            note: format!("{} bytes a series", bytes / series),
            ..Row::new(*library, Time::of(samples))
        }
    };
    samples.into_iter().zip(subjects).map(row).collect()
}

/// What a million series cost to make, to hold and to render. The libraries take turns, but make
/// their pages anew each time: together they would fill the memory of a small machine.
pub fn million(run: &mut Run) {
    const ROUNDS: usize = 3;
    let (total, name) = if run.is_quick { (100_000, "100,000") } else { (1_000_000, "1,000,000") };
    for (place, shape) in [
        ("in families of 1,000, pooled values", Shape { families: total / 1000, ..Shape::POOLED }),
        ("in one family, one value unique", Shape { series: total, ..Shape::UNIQUE }),
    ] {
        let mut creation = Creation { shape, requests: requests(shape, false), made: Vec::new() };
        for _ in 0..ROUNDS {
            library::visit_pages(&mut creation);
        }
        let report = &mut run.report;
        report.head(&[
            &format!("{name} counters {place}"),
            "first touch min, ns",
            "median, ns",
            "longest of the calmest round, µs",
            "bytes a series",
            "allocations a series",
        ]);
        creation.made.iter().for_each(|made| report.line(&made.line(total)));
        report.line("");
        let length = creation.made[0].length;
        let mut rows = render_in_turns(&mut limits(length, total), total, 9);
        rows.extend(creation.made.into_iter().map(|made| made.rendering(total)));
        report.operation(&format!("encode {name} counters {place}"), "ns a series", &rows);
    }
}

struct Creation {
    shape: Shape,
    requests: &'static [Request],
    made: Vec<Made>,
}

/// What a library needed for one shape; times in nanoseconds for all series.
struct Made {
    library: &'static str,
    allocated: Allocated,
    fills: Vec<f64>,
    longest: f64,
    renders: Vec<f64>,
    render_allocated: Allocated,
    length: usize,
    /// The memory for the text is kept between the renderings.
    text: Box<dyn Any>,
}

impl Visit for Creation {
    fn visit<L: Pages>(&mut self) {
        let (shape, requests) = (self.shape, self.requests);
        let create = || fill::<L>(Kind::Counters, shape, requests);
        let known = self.made.iter().position(|made| made.library == L::NAME);
        let at = known.unwrap_or_else(|| {
            self.made.push(Made::counted::<L>(create, shape.total()));
            self.made.len() - 1
        });
        let made = &mut self.made[at];
        let begun = Instant::now();
        let page = create();
        made.fills.push(begun.elapsed().as_nanos() as f64);
        drop(page);
        // A clock around each creation costs something too.
        let page = L::page(Kind::Counters, shape);
        made.longest = made.longest.min(longest_creation::<L>(&page, requests));
        let text = made.text.downcast_mut::<L::Text>().expect("it is the text of this library");
        let begun = Instant::now();
        L::render(&page, text);
        made.renders.push(begun.elapsed().as_nanos() as f64);
    }
}

impl Made {
    /// Without times: counting costs something too.
    fn counted<L: Pages>(create: impl FnOnce() -> L::Page, series: usize) -> Self {
        let (page, allocated) = counted(create);
        let mut text = complete_text::<L>(&page, series);
        let ((), render_allocated) = counted(|| L::render(&page, &mut text));
        Self {
            library: L::NAME,
            allocated,
            fills: Vec::new(),
            longest: f64::INFINITY,
            renders: Vec::new(),
            render_allocated,
            length: text.as_ref().len(),
            text: Box::new(text),
        }
    }

    fn line(&self, series: usize) -> String {
        let each = |total: f64| number(total / series as f64);
        let time = Time::of(self.fills.clone());
        let [min, median] = [|time: Time| time.min, |time: Time| time.median]
            .map(|of| time.map_or("-".into(), |time| each(of(time))));
        let longest = number(self.longest / 1e3);
        let [bytes, calls] = [self.allocated.bytes as f64, self.allocated.calls as f64].map(each);
        format!("| {} | {min} | {median} | {longest} | {bytes} | {calls} |", self.library)
    }

    fn rendering(self, series: usize) -> Row {
        let each = self.renders.into_iter().map(|time| time / series as f64);
        Row {
            allocations: Some(self.render_allocated.calls as f64),
            note: format!("{} bytes a series", self.length / series),
            ..Row::new(self.library, Time::of(each.collect()))
        }
    }
}

/// Nanoseconds.
fn longest_creation<L: Pages>(page: &L::Page, requests: &[Request]) -> f64 {
    let mut longest = 0;
    for (series, request) in requests.iter().enumerate() {
        let value = value(series);
        let begun = Instant::now();
        L::touch(page, request.family, request.values, value);
        longest = longest.max(begun.elapsed().as_nanos());
    }
    longest as f64
}
