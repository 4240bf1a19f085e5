//! nunchi beside its rivals in one process, on the same workload, taking turns.
//!
//! `cargo run --release` prints Markdown tables of everything and takes some minutes. `-- --quick`
//! measures less of each, `-- --record` also writes `benches/record`, and operations can be named:
//! `-- --list` says which there are.

mod allocator;
mod library;
mod limit;
mod measure;
mod memory;
mod operation;
mod pages;
mod record;
mod report;
mod run;
mod series;
mod stall;
mod threads;
mod workload;

fn main() {
    let (options, wanted): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|argument| argument.starts_with("--"));
    let has = |option: &str| options.iter().any(|given| given == option);
    let is_unknown = |name: &&String| run::names().all(|known| known != name.as_str());
    let is_no_option =
        |option: &&String| !["--quick", "--record", "--list"].contains(&option.as_str());
    if let Some(wrong) = options.iter().find(is_no_option).or(wanted.iter().find(is_unknown)) {
        eprintln!("no such operation or option: {wrong}; --quick, --record, --list are options");
        std::process::exit(2);
    }
    if has("--list") {
        run::names().for_each(|name| println!("{name}"));
        return;
    }
    let machine = record::Machine::now();
    let mut run = run::Run::new(has("--quick"));
    run.measure(&wanted);
    run.report.line(record::FOOT);
    let tables = run.report.finish();
    if has("--record") {
        record::write(&machine, &tables);
    }
}
