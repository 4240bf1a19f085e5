//! The table.

use crate::measure::Time;

pub struct Row {
    pub library: String,
    pub one: Time,
    pub two: Option<Time>,
    /// Allocations of one operation.
    pub allocations: Option<f64>,
    pub note: String,
}

fn is_ours(library: &str) -> bool {
    library.starts_with("nunchi")
}

fn is_limit(library: &str) -> bool {
    library.starts_with("limit")
}

/// Prints the rows of one operation: ratios are those of the one-thread minima to the best rival
/// and to the first limit.
pub fn print(operation: &str, unit: &str, rows: &[Row]) {
    let best = |of: &dyn Fn(&str) -> bool| {
        let times = rows.iter().filter(|row| of(&row.library)).map(|row| row.one.min);
        times.fold(f64::INFINITY, f64::min)
    };
    let rival = best(&|library| !is_ours(library) && !is_limit(library));
    let limit = rows.iter().find(|row| is_limit(&row.library)).map_or(f64::NAN, |row| row.one.min);
    println!("| {operation}, {unit} | 1T min | 1T median | 2T median | 2T min | x best rival | x limit | allocations | |");
    println!("|---|--:|--:|--:|--:|--:|--:|--:|---|");
    for row in rows {
        let two = |of: fn(&Time) -> f64| row.two.as_ref().map_or("-".into(), |two| number(of(two)));
        println!(
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            row.library,
            number(row.one.min),
            number(row.one.median),
            two(|time| time.median),
            two(|time| time.min),
            ratio(row.one.min / rival),
            ratio(row.one.min / limit),
            row.allocations.map_or("-".into(), number),
            row.note,
        );
    }
    println!();
}

/// Three digits that matter.
pub fn number(value: f64) -> String {
    match value {
        v if v.abs() >= 100.0 => format!("{v:.0}"),
        v if v.abs() >= 10.0 => format!("{v:.1}"),
        v if v == 0.0 => "0".into(),
        v => format!("{v:.2}"),
    }
}

fn ratio(value: f64) -> String {
    if value.is_finite() {
        format!("{}x", number(value))
    } else {
        "-".into()
    }
}
