//! `docs/metrics.md`: every family that this crate exposes. Written from the descriptors, and from what
//! stands beside them; `UPDATE=1` accepts what changed.

use super::host::subjects;
use super::{
    AllocatorCollector, CgroupCollector, HostCollector, JemallocCollector, JemallocReader,
    ProcessCollector, ProcessExtras, TokioCollector,
};
use crate::model::{Collector, Descriptor};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::{env, fs};

const INTRODUCTION: &str = "\
# Metrics

Every family that this crate exposes by itself. A test writes this page from the descriptors and fails
when it is stale: `UPDATE=1 cargo test -p nunchi --all-features --lib reference`.

Names, types, labels and units are part of the interface. A value that cannot be read is left out,
never 0 or NaN; *absent* says when that is to be expected. A family without a value is not on the page.
";

const BUILD: &str = "
## Build: `BuildInfo`

| family | type | unit | labels | source | absent |
|---|---|---|---|---|---|
| `<prefix>_build_info` | info | — | `version`, `revision`, and what the program adds | the program | never; an empty label is left out |
";

/// What the doc of a family says of it.
#[derive(Default)]
struct Said<'t> {
    unit: &'t str,
    source: &'t str,
    absent: &'t str,
}

#[test]
fn the_page_of_all_families_is_fresh() {
    let told = reference();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/metrics.md");
    if env::var_os("UPDATE").is_some() {
        fs::write(file, &told).expect("the page is writable");
    }
    let page = fs::read_to_string(file).expect("the page");
    let differs = told.lines().zip(page.lines()).find(|(told, written)| told != written);
    assert_eq!(differs, None, "the test and the page; UPDATE=1 writes it");
    assert_eq!(told.len(), page.len(), "UPDATE=1 writes it");
}

fn reference() -> String {
    let mut page = INTRODUCTION.to_owned();
    of_files(
        &mut page,
        "Process: `ProcessCollector`, feature `process`, in the global registry",
        &ProcessCollector::new().describe(),
        include_str!("process/family.rs"),
    );
    of_files(
        &mut page,
        "More of the process: `ProcessExtras`, feature `process-extras`",
        &ProcessExtras::new().describe(),
        include_str!("process/extras/family.rs"),
    );
    of_files(
        &mut page,
        "Control group: `CgroupCollector`, feature `cgroup`",
        &CgroupCollector::new().describe(),
        include_str!("cgroup/family.rs"),
    );
    let runtime = ::tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    of_files(
        &mut page,
        "Tokio: `TokioCollector`, feature `tokio`",
        &TokioCollector::new(runtime.handle()).describe(),
        include_str!("tokio/family.rs"),
    );
    head(&mut page, "Allocator: `AllocatorCollector`, feature `allocator`");
    let said = Said { source: "`Counting`", absent: "it is not the global allocator", unit: "" };
    of_one_source(&mut page, &AllocatorCollector::new().describe(), &said);
    head(&mut page, "jemalloc: `JemallocCollector`, feature `jemalloc`");
    let said = Said { source: "the reader", absent: "this jemalloc does not tell it", unit: "" };
    of_one_source(&mut page, &JemallocCollector::new(Silent).describe(), &said);
    of_garbage_collectors(&mut page, include_str!("../gc/family.rs"));
    of_the_machine(&mut page);
    page.push_str(BUILD);
    of_the_registry(&mut page, include_str!("../registry/report.rs"));
    page
}

/// Families each of which has a doc that is a table.
fn of_files(page: &mut String, title: &str, families: &[Descriptor], code: &str) {
    let said = docs(code);
    head(page, title);
    for family in families {
        let name = family.name();
        let said = said.get(name).unwrap_or_else(|| panic!("{name} has no doc"));
        assert!(!said.source.is_empty() && !said.absent.is_empty(), "{name}");
        row(page, family, said);
    }
}

/// A reader that is asked for nothing.
struct Silent;

impl JemallocReader for Silent {
    fn refresh(&self) {}

    fn read(&self, _: &str) -> Option<u64> {
        None
    }
}

fn of_one_source(page: &mut String, families: &[Descriptor], said: &Said<'_>) {
    for family in families {
        row(page, family, &Said { unit: unit(family.name()), ..*said });
    }
}

/// The families of `gc`, as its code has them.
fn of_garbage_collectors(page: &mut String, code: &str) {
    head(page, "Garbage collectors: `gc::GcStats`, feature `gc`");
    let facts = code.split(";\n").filter_map(|part| part.split_once("pub(crate) static "));
    for (doc, fact) in facts.filter(|(_, fact)| fact.contains(": Fact =")) {
        let mut quoted = fact.split('"').skip(1).step_by(2);
        let name = quoted.next().expect("a name");
        let kind = fact.split("MetricType::").nth(1).expect("a type");
        let kind = kind.split(|end: char| !end.is_alphabetic()).next().expect("a word");
        let labels: Vec<_> = quoted.skip(1).map(|label| format!(", `{label}`")).collect();
        let labels =
            if fact.contains("GENERATION") { ", `generation`".to_owned() } else { labels.concat() };
        let absent = doc.split("| Absent | ").nth(1).and_then(|rest| rest.split(" |").next());
        let absent = absent.unwrap_or(if doc.contains("only if asked for") {
            "it was not asked for"
        } else {
            "it was not declared, or not told yet"
        });
        let (kind, unit) = (kind.to_lowercase(), unit(name));
        writeln!(
            page,
            "| `{name}` | {kind} | {unit} | `collector`{labels} | the collector | {absent} |"
        )
        .expect("a string takes all");
    }
}

fn head(page: &mut String, title: &str) {
    write!(page, "\n## {title}\n\n").expect("a string takes all");
    page.push_str(
        "| family | type | unit | labels | source | absent |\n|---|---|---|---|---|---|\n",
    );
}

fn row(page: &mut String, family: &Descriptor, said: &Said<'_>) {
    let labels: Vec<String> = family.labels().map(|name| format!("`{name}`")).collect();
    let labels = if labels.is_empty() { "—".to_owned() } else { labels.join(", ") };
    let (name, kind) = (family.name(), family.metric_type().as_str());
    let Said { unit, source, absent } = said;
    writeln!(page, "| `{name}` | {kind} | {unit} | {labels} | {source} | {absent} |")
        .expect("a string takes all");
}

/// The rows of the table before each family, by its name.
fn docs(code: &str) -> BTreeMap<&str, Said<'_>> {
    let mut all = BTreeMap::new();
    let mut said = Said::default();
    let mut is_new = true;
    for line in code.lines().map(str::trim) {
        if let Some(row) = line.strip_prefix("/// | ") {
            if std::mem::take(&mut is_new) {
                said = Said::default();
            }
            let Some((key, text)) = row.split_once(" | ") else { continue };
            let text = text.trim_end_matches(" |");
            match key {
                "Type, unit" => said.unit = text.split_once(", ").map_or("—", |(_, unit)| unit),
                "Source" => said.source = text,
                "Absent" => said.absent = text.trim_start_matches("when "),
                _ => {}
            }
        } else if let Some(name) = first_name(line).filter(|_| !said.source.is_empty()) {
            all.insert(name, std::mem::take(&mut said));
            is_new = true;
        }
    }
    all
}

/// The first text in quotes that could be the name of a family of this crate.
fn first_name(line: &str) -> Option<&str> {
    let mut quoted = line.split('"').skip(1).step_by(2);
    quoted.find(|text| {
        ["process_", "cgroup_", "nunchi_", "tokio_"].iter().any(|prefix| text.starts_with(prefix))
            && !text.contains(' ')
    })
}

fn of_the_machine(page: &mut String) {
    page.push_str("\n## Machine: `HostCollector`, feature `host`\n");
    let described = HostCollector::new().describe();
    let mut told = BTreeSet::new();
    for subject in subjects() {
        let text = format!(
            "\n### {}\n\nSource: {}. Absent: {}.\n\n| family | type | unit | labels | help |\n|---|---|---|---|---|\n",
            subject.name, subject.source, subject.absent
        );
        page.push_str(&text);
        for fact in subject.families() {
            let labels: Vec<String> = fact.labels.iter().map(|name| format!("`{name}`")).collect();
            let labels = if labels.is_empty() { "—".to_owned() } else { labels.join(", ") };
            let (kind, unit) = (fact.metric_type.as_str(), unit(fact.name));
            writeln!(page, "| `{}` | {kind} | {unit} | {labels} | {} |", fact.name, fact.help)
                .expect("a string takes all");
            told.insert(fact.name);
        }
    }
    assert_eq!(described.len(), told.len(), "a family is missing or twice");
}

/// What the name of a family ends with.
fn unit(name: &str) -> &str {
    let name = name.trim_end_matches("_total");
    let last = name.rsplit('_').next().unwrap_or_default();
    if ["seconds", "bytes", "hertz"].contains(&last) {
        last
    } else {
        "—"
    }
}

/// What a registry says of itself.
fn of_the_registry(page: &mut String, code: &str) {
    head(page, "The registry itself: `Registry::register_self_metrics`, in the global registry");
    for fact in code.split("\nstatic ").skip(1).filter(|fact| fact.contains(": Fact =")) {
        let name = fact.lines().find_map(first_name).expect("a name");
        let kind = fact.split("MetricType::").nth(1).expect("a type");
        let kind = kind.split(|end: char| !end.is_alphabetic()).next().expect("a word");
        let labels = fact.split("labels: &[").nth(1).and_then(|rest| rest.split(']').next());
        let labels = labels.map_or("—".to_owned(), |labels| labels.replace('"', "`"));
        let (kind, unit) = (kind.to_lowercase(), unit(name));
        let absent = match name {
            "nunchi_series_folded_total" => "no family was ever full",
            "nunchi_exemplars_refused_total" => "none was refused yet",
            _ => "never",
        };
        let source = "the registry and its scrapes";
        writeln!(page, "| `{name}` | {kind} | {unit} | {labels} | {source} | {absent} |")
            .expect("a string takes all");
    }
}
