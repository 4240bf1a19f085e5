//! nunchi beside its rivals in one process, on the same workload, taking turns.
//!
//! `cargo run --release [part…]` prints Markdown tables. The parts are `update`, `lookup`, `cold`,
//! `encode`, `million` and `memory`; none means all, which takes some minutes.

mod allocator;
mod library;
mod limit;
mod measure;
mod pages;
mod report;
mod updates;
mod workload;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let is_wanted = |part: &str| wanted.is_empty() || wanted.iter().any(|other| other == part);
    for (part, run) in [
        ("update", updates::update as fn()),
        ("lookup", updates::lookup),
        ("cold", pages::cold),
        ("encode", pages::encode),
        ("million", pages::million),
        ("memory", pages::memory),
    ] {
        if is_wanted(part) {
            let begun = std::time::Instant::now();
            run();
            eprintln!("{part}: {:.1} s", begun.elapsed().as_secs_f64());
        }
    }
}
