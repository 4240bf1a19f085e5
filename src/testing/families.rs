//! How lines become families: which belong together, in which order, and what they may be called.

use super::native::Native;
use super::page::{sorted, Family, Kind, Page, Sample};
use super::{exemplar, points, Dialect, Rule};
use std::collections::HashSet;

/// The line that breaks a rule.
pub(super) struct Fault {
    pub(super) line: usize,
    pub(super) rule: Rule,
}

/// A line that tells something of a family.
pub(super) enum Metadata {
    Help(String),
    Type(Kind),
    Unit(String),
}

/// The families so far.
pub(super) struct Families {
    dialect: Dialect,
    done: Vec<Family>,
    /// The names of the families in `done`.
    names: HashSet<String>,
    /// The names of samples that they have, or could have.
    claimed: HashSet<String>,
    open: Option<Open>,
}

/// The family that lines are added to.
struct Open {
    family: Family,
    is_typed: bool,
    first_line: usize,
    /// The line of each sample.
    lines: Vec<usize>,
    series: HashSet<Key>,
    /// The labels of groups that came to an end, which have to stay together (O16).
    groups: HashSet<Vec<(String, String)>>,
    group: Option<Group>,
}

/// A series, and in OpenMetrics the time of its sample.
type Key = (String, Vec<(String, String)>, Option<String>);

/// The samples with the same labels that were read last.
struct Group {
    labels: Vec<(String, String)>,
    time: Option<f64>,
}

impl Families {
    pub(super) fn new(dialect: Dialect) -> Self {
        let (names, claimed) = (HashSet::new(), HashSet::new());
        Self { dialect, done: Vec::new(), names, claimed, open: None }
    }

    /// Adds what a line tells of the family `name`.
    pub(super) fn tell(
        &mut self,
        line: usize,
        name: String,
        metadata: Metadata,
    ) -> Result<(), Fault> {
        let open = self.open_named(line, name, false)?;
        let told = open.tell(metadata);
        told.map_err(|rule| Fault { line, rule })
    }

    /// Adds a sample to the family that it belongs to.
    pub(super) fn sample(&mut self, line: usize, sample: Sample) -> Result<(), Fault> {
        let dialect = self.dialect;
        let belongs =
            self.open.as_ref().is_some_and(|open| open.suffix(&sample, dialect).is_some());
        // Without TYPE before it, a name is a family of its own.
        if !belongs {
            self.open_named(line, sample.name.clone(), true)?;
        }
        let open = self.open.get_or_insert_with(|| Open::new(line, sample.name.clone()));
        open.push(line, sample, dialect).map_err(|rule| Fault { line, rule })
    }

    /// The type of the family whose samples are called like this, or `Unknown` without TYPE before it; an
    /// error if it is the name of a sample that a composite value of the open family is taken apart into.
    pub(super) fn kind_of(&self, name: &str) -> Result<Kind, Rule> {
        let Some(family) = self.open.as_ref().map(|open| &open.family) else {
            return Ok(Kind::Unknown);
        };
        match name.strip_prefix(&*family.name) {
            Some("") => Ok(family.kind),
            Some(suffix) if suffixes(family.kind, self.dialect).contains(&suffix) => {
                Err(Rule::SampleOfType)
            }
            _ => Ok(Kind::Unknown),
        }
    }

    /// Adds what a histogram, whose samples came just before, has in exponential buckets.
    pub(super) fn native(&mut self, labels: Vec<(String, String)>, native: Native) {
        if let Some(open) = &mut self.open {
            open.family.natives.push((labels, native));
        }
    }

    /// Ends the page.
    pub(super) fn finish(mut self) -> Result<Page, Fault> {
        self.close()?;
        Ok(Page { families: self.done })
    }

    /// The open family, if it has this name; else a new one.
    fn open_named(
        &mut self,
        line: usize,
        name: String,
        for_sample: bool,
    ) -> Result<&mut Open, Fault> {
        let is_open = self.open.as_ref().is_some_and(|open| open.family.name == name);
        if is_open && for_sample {
            return Err(Fault { line, rule: Rule::SampleOfType });
        }
        if !is_open {
            self.close()?;
            let rule = if self.names.contains(&name) {
                Some(Rule::FamilyInPieces)
            } else if for_sample && self.claimed.contains(&name) {
                Some(Rule::NameClash)
            } else {
                None
            };
            if let Some(rule) = rule {
                return Err(Fault { line, rule });
            }
            self.names.insert(name.clone());
            self.open = None;
        }
        Ok(self.open.get_or_insert_with(|| Open::new(line, name)))
    }

    /// Checks the open family as a whole and puts it to the others.
    fn close(&mut self) -> Result<(), Fault> {
        let Some(open) = self.open.take() else { return Ok(()) };
        let (family, line) = (&open.family, open.first_line);
        let fault = |rule| Fault { line, rule };
        // An empty unit is none, and in protobuf it stands by itself.
        let unit = family.unit.as_ref().filter(|unit| !unit.is_empty());
        if let Some(unit) = unit.filter(|_| self.dialect != Dialect::Protobuf) {
            if matches!(family.kind, Kind::Info | Kind::StateSet) {
                return Err(fault(Rule::UnitOfType));
            }
            // Version 2.0 only advises to call the family so.
            let stem = family.name.strip_suffix(unit.as_str());
            let is_called = stem.is_some_and(|stem| stem.ends_with('_'));
            if !is_called && self.dialect != Dialect::OpenMetrics2 {
                return Err(fault(Rule::UnitSuffix));
            }
        }
        let suffixes = suffixes(family.kind, self.dialect).iter().copied();
        let claims: HashSet<String> =
            suffixes.chain([""]).map(|suffix| format!("{}{suffix}", family.name)).collect();
        for claim in claims {
            if !self.claimed.insert(claim) {
                return Err(fault(Rule::NameClash));
            }
        }
        points::check(family, &open.lines, self.dialect)?;
        self.done.push(open.family);
        Ok(())
    }
}

impl Open {
    fn new(first_line: usize, name: String) -> Self {
        let (samples, natives) = (Vec::new(), Vec::new());
        let family = Family { name, kind: Kind::Unknown, help: None, unit: None, samples, natives };
        Self {
            family,
            is_typed: false,
            first_line,
            lines: Vec::new(),
            series: HashSet::new(),
            groups: HashSet::new(),
            group: None,
        }
    }

    fn tell(&mut self, metadata: Metadata) -> Result<(), Rule> {
        if !self.family.samples.is_empty() {
            return Err(Rule::MetadataAfterSamples);
        }
        let was_told = match metadata {
            Metadata::Help(help) => self.family.help.replace(help).is_some(),
            Metadata::Unit(unit) => self.family.unit.replace(unit).is_some(),
            Metadata::Type(kind) => {
                self.family.kind = kind;
                std::mem::replace(&mut self.is_typed, true)
            }
        };
        if was_told {
            Err(Rule::MetadataTwice)
        } else {
            Ok(())
        }
    }

    /// What the name of the sample adds to that of the family, if the type has such samples.
    fn suffix(&self, sample: &Sample, dialect: Dialect) -> Option<&'static str> {
        let suffix = sample.name.strip_prefix(&self.family.name)?;
        suffixes(self.family.kind, dialect).iter().find(|known| **known == suffix).copied()
    }

    fn push(&mut self, line: usize, sample: Sample, dialect: Dialect) -> Result<(), Rule> {
        let suffix = self.suffix(&sample, dialect).ok_or(Rule::SampleOfType)?;
        let (kind, name) = (self.family.kind, &self.family.name);
        points::check_sample(kind, name, suffix, &sample, dialect)?;
        exemplar::check(kind, suffix, &sample, dialect)?;
        let time = sample.timestamp.as_ref().filter(|_| dialect.has_times());
        let text = time.map(|time| time.text.clone());
        let is_new =
            self.series.insert((sample.name.clone(), owned(sorted(sample.labels())), text));
        // Times closer than a float can tell apart may be written alike.
        if !is_new && time.is_none() {
            return Err(Rule::SeriesTwice);
        }
        if dialect.has_times() && kind != Kind::Info {
            let labels = points::group(kind, name, suffix, &sample);
            let labels = owned(labels);
            let time = time.map(|time| time.value);
            self.enter_group(labels, time)?;
        }
        self.lines.push(line);
        self.family.samples.push(sample);
        Ok(())
    }

    /// Goes on with the group of these labels, or begins it.
    fn enter_group(
        &mut self,
        labels: Vec<(String, String)>,
        time: Option<f64>,
    ) -> Result<(), Rule> {
        match &mut self.group {
            Some(group) if group.labels == labels => match (group.time, time) {
                (Some(before), Some(now)) if now < before => return Err(Rule::TimestampOrder),
                (Some(_), None) | (None, Some(_)) => return Err(Rule::TimestampMixed),
                _ => group.time = time,
            },
            group => {
                if self.groups.contains(&labels) {
                    return Err(Rule::SeriesInPieces);
                }
                let last = group.replace(Group { labels, time });
                self.groups.extend(last.map(|group| group.labels));
            }
        }
        Ok(())
    }
}

fn owned(labels: Vec<(&str, &str)>) -> Vec<(String, String)> {
    labels.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// What the names of samples add to that of the family.
fn suffixes(kind: Kind, dialect: Dialect) -> &'static [&'static str] {
    match (dialect, kind) {
        (Dialect::OpenMetrics, Kind::Counter) => &["_total", "_created"],
        (Dialect::OpenMetrics, Kind::Histogram) => &["_bucket", "_sum", "_count", "_created"],
        (Dialect::OpenMetrics, Kind::Summary) => &["", "_sum", "_count", "_created"],
        (Dialect::OpenMetrics, Kind::Info) => &["_info"],
        (_, Kind::Histogram) => &["_bucket", "_sum", "_count"],
        (_, Kind::Summary) => &["", "_sum", "_count"],
        (Dialect::Text, Kind::GaugeHistogram) => &[""],
        (_, Kind::GaugeHistogram) => &["_bucket", "_gsum", "_gcount"],
        _ => &[""],
    }
}
