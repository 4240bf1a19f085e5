//! A registry written down the obvious way: maps, and a page made with `format!`.

use nunchi::RegisterErrorKind;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// A family as somebody asks for it.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) kind: Kind,
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    pub(crate) labels: &'static [&'static str],
    /// The prefix and the const label of the scope.
    pub(crate) scope: (&'static str, Option<&'static str>),
    pub(crate) buckets: Option<&'static [f64]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Counter,
    Gauge,
    IntGauge,
    Histogram,
    Summary,
    /// A gauge of a collector, always 1.
    Collected,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge | Self::IntGauge | Self::Collected => "gauge",
            Self::Histogram => "histogram",
            Self::Summary => "summary",
        }
    }
}

pub(crate) const DEFAULT_BUCKETS: &[f64] =
    &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

#[derive(Debug)]
struct Family {
    ask: Ask,
    buckets: &'static [f64],
    /// In the order of registration.
    members: Vec<Member>,
}

#[derive(Debug)]
struct Member {
    kind: Kind,
    shard: Option<&'static str>,
    series: Vec<Series>,
}

#[derive(Debug)]
struct Series {
    labels: Vec<&'static str>,
    /// Every update so far, in quarters.
    updates: Vec<i64>,
}

#[derive(Debug, Default)]
pub(crate) struct Model {
    families: BTreeMap<String, Family>,
}

/// Where a series is: its family, the member of that, and its label values.
pub(crate) type Place = (String, usize);

impl Model {
    /// Registers, or says which errors would be right.
    pub(crate) fn ask(&mut self, ask: &Ask) -> Result<Place, BTreeSet<Error>> {
        let name = format!("{}{}", ask.scope.0, ask.name);
        let mut wrong = BTreeSet::new();
        if ask.kind == Kind::Counter && !ask.name.ends_with("_total") {
            return Err([Error::Invalid].into());
        }
        let own = claims(&name, ask.kind);
        let others = self.families.iter().filter(|(other, _)| **other != name);
        if others.flat_map(|(other, f)| claims(other, f.ask.kind)).any(|other| own.contains(&other))
        {
            wrong.insert(Error::Collision);
        }
        let buckets = ask.buckets.unwrap_or(DEFAULT_BUCKETS);
        if let Some(known) = self.families.get(&name) {
            let differs = known.ask.kind.word() != ask.kind.word()
                || known.ask.help != ask.help
                || known.ask.labels != ask.labels
                || known.ask.scope.1.is_some() != ask.scope.1.is_some()
                || (ask.kind == Kind::Histogram
                    && ask.buckets.is_some()
                    && known.buckets != buckets);
            if differs {
                wrong.insert(Error::Conflict);
            }
            if let Some(member) = known.members.iter().find(|member| member.shard == ask.scope.1) {
                if member.kind == Kind::Collected || ask.kind == Kind::Collected {
                    wrong.insert(Error::Duplicate);
                } else if member.kind != ask.kind {
                    wrong.insert(Error::Conflict); // Another type of number.
                }
            }
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let family = self.families.entry(name.clone()).or_insert_with(|| Family {
            ask: ask.clone(),
            buckets,
            members: Vec::new(),
        });
        let shard = ask.scope.1;
        let at = family.members.iter().position(|member| member.shard == shard);
        let at = at.unwrap_or_else(|| {
            let series = Series { labels: Vec::new(), updates: Vec::new() };
            let series = if ask.labels.is_empty() { vec![series] } else { Vec::new() };
            family.members.push(Member { kind: ask.kind, shard, series });
            family.members.len() - 1
        });
        Ok((name, at))
    }

    /// Updates a series, made if it is new. The amount is in quarters.
    pub(crate) fn update(&mut self, place: &Place, labels: &[&'static str], quarters: i64) {
        let Some(family) = self.families.get_mut(&place.0) else { return };
        let series = &mut family.members[place.1].series;
        let at = series.iter().position(|series| series.labels == labels);
        let at = at.unwrap_or_else(|| {
            series.push(Series { labels: labels.to_vec(), updates: Vec::new() });
            series.len() - 1
        });
        series[at].updates.push(quarters);
    }

    pub(crate) fn page(&self) -> String {
        let mut page = String::new();
        for (name, family) in &self.families {
            let mut lines = String::new();
            for member in &family.members {
                for series in &member.series {
                    let mut labels = String::new();
                    let shard = member.shard.map(|shard| ("shard", shard));
                    let own = family.ask.labels.iter().copied().zip(series.labels.iter().copied());
                    for (label, value) in shard.into_iter().chain(own) {
                        if !value.is_empty() {
                            let value = value.replace('\\', "\\\\").replace('"', "\\\"");
                            let value = value.replace('\n', "\\n");
                            write!(labels, ",{label}=\"{value}\"").expect("a string takes all");
                        }
                    }
                    let labels = labels.get(1..).unwrap_or_default();
                    write_series(name, member.kind, family.buckets, labels, series, &mut lines);
                }
            }
            if !lines.is_empty() {
                let (help, word) = (family.ask.help, family.ask.kind.word());
                write!(page, "# HELP {name} {help}\n# TYPE {name} {word}\n{lines}").expect("");
            }
        }
        page
    }
}

fn claims(name: &str, kind: Kind) -> BTreeSet<String> {
    let stem = name.strip_suffix("_total").filter(|_| kind == Kind::Counter).unwrap_or(name);
    let suffixes: &[&str] = match kind {
        Kind::Counter => &["", "_total", "_created"],
        Kind::Histogram => &["", "_bucket", "_count", "_sum", "_created"],
        Kind::Summary => &["", "_count", "_sum", "_created"],
        _ => &[""],
    };
    suffixes.iter().map(|suffix| format!("{stem}{suffix}")).collect()
}

fn braces(labels: &str, last: &str) -> String {
    match (labels, last) {
        ("", "") => String::new(),
        ("", one) | (one, "") => format!("{{{one}}}"),
        (labels, last) => format!("{{{labels},{last}}}"),
    }
}

/// Quarters print without rounding, and whole ones without a point.
fn quarters(amount: i64) -> String {
    (amount as f64 / 4.0).to_string()
}

fn write_series(
    name: &str,
    kind: Kind,
    buckets: &[f64],
    labels: &str,
    series: &Series,
    lines: &mut String,
) {
    let plain = braces(labels, "");
    let sum: i64 = series.updates.iter().sum();
    let mut line = |text: String| {
        lines.push_str(&text);
        lines.push('\n');
    };
    match kind {
        Kind::Counter => {
            let sum: i64 = series.updates.iter().filter(|amount| **amount > 0).sum();
            line(format!("{name}{plain} {}", quarters(sum)));
        }
        Kind::Gauge | Kind::IntGauge => {
            let last = series.updates.last().copied().unwrap_or(0);
            let last = if kind == Kind::IntGauge { last / 4 * 4 } else { last };
            line(format!("{name}{plain} {}", quarters(last)));
        }
        Kind::Collected => line(format!("{name}{plain} 1")),
        Kind::Histogram => {
            let count_to = |bound: f64| {
                series.updates.iter().filter(|amount| **amount as f64 / 4.0 <= bound).count()
            };
            for &bound in buckets {
                let le = format!("le=\"{bound:?}\"");
                line(format!("{name}_bucket{} {}", braces(labels, &le), count_to(bound)));
            }
            let count = series.updates.len();
            line(format!("{name}_bucket{} {count}", braces(labels, "le=\"+Inf\"")));
            line(format!("{name}_sum{plain} {}", quarters(sum)));
            line(format!("{name}_count{plain} {count}"));
        }
        Kind::Summary => {
            line(format!("{name}_sum{plain} {}", quarters(sum)));
            line(format!("{name}_count{plain} {}", series.updates.len()));
        }
    }
}

/// [`RegisterErrorKind`], with an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Error {
    Invalid,
    Conflict,
    Collision,
    Duplicate,
}

impl From<RegisterErrorKind> for Error {
    fn from(kind: RegisterErrorKind) -> Self {
        match kind {
            RegisterErrorKind::Conflict => Self::Conflict,
            RegisterErrorKind::Collision => Self::Collision,
            RegisterErrorKind::Duplicate => Self::Duplicate,
            _ => Self::Invalid,
        }
    }
}
