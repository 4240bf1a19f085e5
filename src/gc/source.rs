//! Collectors that keep totals of their own, which are asked for them at each scrape.

use super::level::{Level, FACTS, LEVELS};
use super::{family, Cause, GcBuilder, Gen};
use crate::error::CollectError;
use crate::metric::Summary;
use crate::model::{Collection, Collector, Descriptor, Fact, Number, SummaryShape};
use parking_lot::Mutex;
use std::fmt;
use std::time::Duration;

/// A collector that keeps totals of its own. Registered by [`GcBuilder::poll`].
///
/// # Examples
///
/// ```
/// use nunchi::gc::{Cause, GcSource, GcStats, GcTotals, Gen};
///
/// struct Script; // An embedded language with a collector of its own.
///
/// impl GcSource for Script {
///     fn read(&mut self, totals: &mut GcTotals<'_>) {
///         totals.collections(Gen(0), Cause(0), 12).used(65536);
///     }
/// }
///
/// let registry = nunchi::Registry::new();
/// GcStats::builder("script").poll(Script, &registry)?;
/// let mut page = Vec::new();
/// nunchi::encode(&registry, nunchi::Format::Text, &mut page);
/// let page = String::from_utf8_lossy(&page);
/// assert!(page.contains("gc_collections_total{collector=\"script\",generation=\"0\"} 12\n"));
/// assert!(page.contains("gc_heap_used_bytes{collector=\"script\"} 65536\n"));
/// assert!(!page.contains("freed"));
/// # Ok::<(), nunchi::RegisterError>(())
/// ```
pub trait GcSource: Send + 'static {
    /// Tells what is known now; what is left out is not on this page. Called once per scrape, by one
    /// scrape after the other. A panic costs the families of this collector only, on this page.
    fn read(&mut self, totals: &mut GcTotals<'_>);
}

/// What a [`GcSource`] tells. Totals are those of the collector itself: one that is less than at the
/// scrape before has begun again at 0, and the page goes on from where it was.
#[derive(Debug)]
pub struct GcTotals<'s>(&'s mut Tally);

impl GcTotals<'_> {
    /// Collections that were finished.
    pub fn collections(&mut self, gen: Gen, cause: Cause, total: u64) -> &mut Self {
        let cause = cause.0.min(self.0.causes.saturating_sub(1));
        self.count(Counted::Collections, self.0.gen(gen) * self.0.causes + cause, total)
    }

    /// Collections that were begun and not finished.
    pub fn aborted(&mut self, total: u64) -> &mut Self {
        self.count(Counted::Aborted, 0, total)
    }

    /// A pause since the scrape before: each is told once.
    pub fn pause(&mut self, gen: Gen, time: Duration) -> &mut Self {
        let (at, shape) = (self.0.gen(gen), &self.0.shape);
        if let Some(pauses) = self.0.pauses.get_mut(at) {
            let pauses = pauses.get_or_insert_with(|| Summary::with_shape(shape.clone()));
            pauses.observe(time.as_secs_f64());
        }
        self
    }

    /// Bytes that were freed.
    pub fn freed_bytes(&mut self, gen: Gen, total: u64) -> &mut Self {
        self.count(Counted::FreedBytes, self.0.gen(gen), total)
    }

    /// Objects that were freed.
    pub fn freed_objects(&mut self, gen: Gen, total: u64) -> &mut Self {
        self.count(Counted::FreedObjects, self.0.gen(gen), total)
    }

    /// Bytes that were moved from `gen` to an older generation.
    pub fn promoted_bytes(&mut self, gen: Gen, total: u64) -> &mut Self {
        self.count(Counted::PromotedBytes, self.0.gen(gen), total)
    }

    /// Bytes that were allocated.
    pub fn allocated_bytes(&mut self, total: u64) -> &mut Self {
        self.count(Counted::AllocatedBytes, 0, total)
    }

    /// Objects that were allocated.
    pub fn allocated_objects(&mut self, total: u64) -> &mut Self {
        self.count(Counted::AllocatedObjects, 0, total)
    }

    /// CPU time that collections took.
    pub fn cpu_time(&mut self, total: Duration) -> &mut Self {
        let nanoseconds = u64::try_from(total.as_nanos()).unwrap_or(u64::MAX);
        self.count(Counted::Cpu, 0, nanoseconds)
    }

    /// Bytes that the last collection left alive.
    pub fn live_bytes(&mut self, bytes: u64) -> &mut Self {
        self.level(Level::LiveBytes, bytes)
    }

    /// Objects that the last collection left alive.
    pub fn live_objects(&mut self, objects: u64) -> &mut Self {
        self.level(Level::LiveObjects, objects)
    }

    /// Bytes in use, garbage included.
    pub fn used(&mut self, bytes: u64) -> &mut Self {
        self.level(Level::UsedBytes, bytes)
    }

    /// Bytes of memory that the heap holds, in use or not.
    pub fn committed(&mut self, bytes: u64) -> &mut Self {
        self.level(Level::CommittedBytes, bytes)
    }

    /// Bytes that may be in use at most.
    pub fn limit(&mut self, bytes: u64) -> &mut Self {
        self.level(Level::LimitBytes, bytes)
    }

    fn count(&mut self, counted: Counted, at: usize, total: u64) -> &mut Self {
        let list = self.0.counters.get_mut(counted as usize);
        if let Some(counter) = list.and_then(|list| list.get_mut(at)) {
            counter.reach(total);
        }
        self
    }

    fn level(&mut self, level: Level, value: u64) -> &mut Self {
        if let Some(known) = self.0.levels.get_mut(level as usize) {
            *known = Some(value);
        }
        self
    }
}

/// So many families are counted.
const MOST: usize = 8;

/// What is counted, by its place in [`COUNTERS`].
#[derive(Clone, Copy, PartialEq)]
enum Counted {
    Collections,
    Aborted,
    FreedBytes,
    FreedObjects,
    PromotedBytes,
    AllocatedBytes,
    AllocatedObjects,
    Cpu,
}

static COUNTERS: [&Fact; MOST] = [
    &family::COLLECTIONS,
    &family::ABORTED,
    &family::FREED_BYTES,
    &family::FREED_OBJECTS,
    &family::PROMOTED_BYTES,
    &family::ALLOCATED_BYTES,
    &family::ALLOCATED_OBJECTS,
    &family::CPU,
];

/// A total that starts again when that of its source does, and does not show it.
#[derive(Clone, Debug, Default)]
struct Monotone {
    /// What the source said last, and whether it has said it for this page.
    last: u64,
    is_told: bool,
    shown: u64,
}

impl Monotone {
    fn reach(&mut self, total: u64) {
        let more = total.checked_sub(self.last).unwrap_or(total);
        self.shown = self.shown.wrapping_add(more);
        self.last = total;
        self.is_told = true;
    }
}

/// What a source has told so far.
#[derive(Debug)]
struct Tally {
    generations: usize,
    causes: usize,
    shape: SummaryShape,
    counters: [Box<[Monotone]>; MOST],
    pauses: Box<[Option<Summary>]>,
    levels: [Option<u64>; LEVELS],
}

impl Tally {
    fn gen(&self, gen: Gen) -> usize {
        gen.0.min(self.generations.saturating_sub(1))
    }

    fn forget_page(&mut self) {
        self.levels = [None; LEVELS];
        self.counters.iter_mut().flat_map(|list| list.iter_mut()).for_each(|c| c.is_told = false);
    }
}

/// Puts on the page what a source tells. The lock makes one scrape wait for the other: of two readings
/// the older one would look like a collector that began again.
pub(crate) struct Polled {
    generations: Vec<String>,
    causes: Vec<String>,
    /// Of the pauses.
    quantiles: Vec<f64>,
    describes: Vec<Descriptor>,
    state: Mutex<(Tally, Box<dyn GcSource>)>,
}

impl Polled {
    pub(crate) fn new(builder: GcBuilder, shape: SummaryShape, source: Box<dyn GcSource>) -> Self {
        let GcBuilder { generations, causes, .. } = builder;
        let of = |fact: &Fact| {
            let len = match fact.labels.len() {
                0 => 1,
                1 => generations.len(),
                _ => generations.len() * causes.len(),
            };
            vec![Monotone::default(); len].into_boxed_slice()
        };
        let mut describes = Fact::describe(&COUNTERS);
        let pauses = Descriptor::summary(family::PAUSE.name, family::PAUSE.help, shape.clone());
        let pauses = pauses.and_then(|family| family.with_labels(["generation"]));
        describes.extend(pauses.into_iter().chain(Fact::describe(&FACTS)));
        let quantiles = shape.quantiles().values().to_vec();
        let tally = Tally {
            generations: generations.len(),
            causes: causes.len(),
            shape,
            counters: COUNTERS.map(of),
            pauses: generations.iter().map(|_| None).collect(),
            levels: [None; LEVELS],
        };
        Self { generations, causes, quantiles, describes, state: Mutex::new((tally, source)) }
    }

    fn offer_counter(
        &self,
        fact: &Fact,
        list: &[Monotone],
        out: &mut Collection<'_>,
    ) -> Result<(), CollectError> {
        for (at, counter) in list.iter().enumerate().filter(|(_, counter)| counter.is_told) {
            let causes = self.causes.len().max(1);
            let labels = fact.labels.len();
            let generation = if labels > 1 { at / causes } else { at };
            let both = [name(&self.generations, generation), name(&self.causes, at % causes)];
            let values = both.get(..labels).unwrap_or(&both);
            let value = if fact.name == family::CPU.name {
                Number::F64(counter.shown as f64 / 1e9)
            } else {
                Number::U64(counter.shown)
            };
            out.number(fact.name, values, value)?;
        }
        Ok(())
    }
}

fn name(list: &[String], at: usize) -> &str {
    list.get(at).map_or("", String::as_str)
}

impl Collector for Polled {
    fn name(&self) -> &str {
        "gc"
    }

    fn describe(&self) -> Vec<Descriptor> {
        self.describes.clone()
    }

    fn collect(&self, out: &mut Collection<'_>) -> Result<(), CollectError> {
        let mut state = self.state.lock();
        let (tally, source) = &mut *state;
        tally.forget_page();
        source.read(&mut GcTotals(tally));
        for (fact, list) in COUNTERS.iter().zip(&tally.counters) {
            self.offer_counter(fact, list, out)?;
        }
        for (generation, pauses) in self.generations.iter().zip(tally.pauses.iter()) {
            if let Some(pauses) = pauses {
                let values: Vec<f64> = self.quantiles.iter().map(|q| pauses.quantile(*q)).collect();
                let (count, sum) = (pauses.count(), pauses.sum());
                out.summary(family::PAUSE.name, &[generation], &values, count, sum)?;
            }
        }
        for (fact, level) in FACTS.iter().zip(tally.levels) {
            Fact::offer(&[(*fact, level.map(Number::U64))], out)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Polled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Polled").field("generations", &self.generations).finish_non_exhaustive()
    }
}
