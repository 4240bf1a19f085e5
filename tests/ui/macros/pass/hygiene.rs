//! Names of the user that the expansion could be confused by.

#![deny(warnings)]
#![no_implicit_prelude]

#[allow(non_camel_case_types, dead_code)]
struct str;
#[allow(dead_code)]
struct Counter;
#[allow(dead_code)]
struct LabelValue;
#[allow(dead_code)]
mod core {}
#[allow(dead_code)]
mod std {}

fn main() {
    let (series, settings, declaration) = ("1", "2", "3");
    ::nunchi::counter!("ui_x_total", "X.", "a" => series, "b" => settings, "c" => declaration).inc();
    ::nunchi::counter!("ui_y_total", "Y.", "a" => "1").inc();
    ::nunchi::histogram!("ui_z_seconds", "Z.", buckets = [1.0]).observe(0.5);
}
