//! The tables.

use crate::measure::Time;
use std::fmt::Write;

/// One library in the table of an operation.
pub struct Row {
    pub library: String,
    pub is_apart: bool,
    pub one: Option<Time>,
    pub two: Option<Time>,
    /// Allocations of one operation.
    pub allocations: Option<f64>,
    pub note: String,
}

impl Row {
    pub fn new(library: impl Into<String>, one: Option<Time>) -> Self {
        let library = library.into();
        Self { library, is_apart: false, one, two: None, allocations: None, note: String::new() }
    }

    fn is_ours(&self) -> bool {
        self.library.starts_with("nunchi")
    }

    fn is_limit(&self) -> bool {
        self.library.starts_with("limit")
    }

    fn is_rival(&self) -> bool {
        !self.is_ours() && !self.is_limit() && !self.is_apart
    }
}

/// What is compared of a row: the minimum of one thread, because it says what the code costs; but the
/// median of two, because their minimum is from where they happened to keep out of each other's way.
#[derive(Clone, Copy)]
enum Threads {
    One,
    Two,
}

impl Threads {
    fn time(self, row: &Row) -> Option<Time> {
        match self {
            Self::One => row.one,
            Self::Two => row.two,
        }
    }

    fn figure(self, row: &Row) -> Option<f64> {
        let time = self.time(row)?;
        Some(match self {
            Self::One => time.min,
            Self::Two => time.median,
        })
    }

    /// The row with the least figure.
    fn best(self, rows: &[Row], is_wanted: fn(&Row) -> bool) -> Option<(&str, f64)> {
        let wanted = rows.iter().filter(|row| is_wanted(row));
        let figures = wanted.filter_map(|row| Some((row.library.as_str(), self.figure(row)?)));
        figures.min_by(|a, b| a.1.total_cmp(&b.1))
    }
}

/// What was printed so far, for the record.
#[derive(Default)]
pub struct Report {
    text: String,
    overview: String,
}

impl Report {
    pub fn line(&mut self, line: &str) {
        println!("{line}");
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// The head of a table, its first column left-aligned.
    pub fn head(&mut self, columns: &[&str]) {
        self.line(&format!("| {} |", columns.join(" | ")));
        self.line(&format!("|---{}|", "|--:".repeat(columns.len() - 1)));
    }

    /// The rows of one operation, with the ratios to the best rival and to the best limit.
    pub fn operation(&mut self, operation: &str, unit: &str, rows: &[Row]) {
        self.head(&[
            &format!("{operation}, {unit}"),
            "1 thread min",
            "median",
            "x rival",
            "x limit",
            "2 threads min",
            "median",
            "x rival",
            "x limit",
            "allocations",
            "",
        ]);
        for row in rows {
            let mut cells =
                vec![row.library.clone() + if row.is_apart { " (no rival)" } else { "" }];
            for threads in [Threads::One, Threads::Two] {
                let cell = |of: fn(Time) -> f64| {
                    threads.time(row).map_or("-".into(), |time| number(of(time)))
                };
                let figure = threads.figure(row);
                cells.push(cell(|time| time.min));
                cells.push(cell(|time| time.median));
                cells.push(ratio(figure, threads.best(rows, Row::is_rival)));
                cells.push(ratio(figure, threads.best(rows, Row::is_limit)));
            }
            cells.push(row.allocations.map_or("-".into(), number));
            cells.push(row.note.clone());
            self.line(&format!("| {} |", cells.join(" | ")));
        }
        self.line("");
        self.note_overview(operation, unit, rows);
    }

    fn note_overview(&mut self, operation: &str, unit: &str, rows: &[Row]) {
        let _ = write!(self.overview, "| {operation}, {unit}");
        for threads in [Threads::One, Threads::Two] {
            let [ours, rival, limit] =
                [Row::is_ours, Row::is_rival, Row::is_limit].map(|of| threads.best(rows, of));
            let named = |(name, figure)| format!("{} ({name})", number(figure));
            let ours = ours.map(|(_, figure)| figure);
            let _ = write!(
                self.overview,
                " | {} | {} | {} | {}",
                ours.map_or("-".into(), number),
                rival.map_or("-".into(), named),
                ratio(ours, rival),
                ratio(ours, limit),
            );
        }
        self.overview.push_str(" |\n");
    }

    /// Prints the best row of ours beside the best of the rivals for every operation.
    pub fn finish(mut self) -> String {
        if !self.overview.is_empty() {
            self.head(&[
                "overview",
                "1 thread: nunchi",
                "best rival",
                "x rival",
                "x limit",
                "2 threads: nunchi",
                "best rival",
                "x rival",
                "x limit",
            ]);
            let overview = std::mem::take(&mut self.overview);
            self.line(&overview);
        }
        self.text
    }
}

/// Three digits that matter.
pub fn number(value: f64) -> String {
    match value {
        v if v.abs() >= 100.0 => format!("{v:.0}"),
        v if v.abs() >= 10.0 => format!("{v:.1}"),
        0.0 => "0".into(),
        v => format!("{v:.2}"),
    }
}

fn ratio(value: Option<f64>, base: Option<(&str, f64)>) -> String {
    match (value, base) {
        (Some(value), Some((_, base))) if base > 0.0 => format!("{}x", number(value / base)),
        _ => "-".into(),
    }
}
