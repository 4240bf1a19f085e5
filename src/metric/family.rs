//! All series of one name, found by their labels.

mod declaration;

use super::settings::Settings;
use super::Metric;
use crate::error::NameError;
use crate::label::{piece, DynamicLabels, Labels};
use crate::model::{Descriptor, LabelPieces, Scratch, Source, Visitor};
use crate::sync::arena::Text;
use crate::sync::dense::{Dense, Extent};
use crate::sync::hash::{hash_text, hash_values};
use crate::sync::held::Held;
use crate::sync::primitive::{AtomicU64, Ordering};
use crate::sync::seed::process_seed;
use crate::sync::table::{Full, Key, Missed, NewKey, Table};
use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::{Arc, Weak};

use declaration::Checked;
pub use declaration::{check_declaration, Declaration, Declared};

/// The value of every label of the series that takes what a full family cannot.
const OVERFLOW: &str = "__overflow__";
/// A longer label value goes to the overflow series: no page should hold it.
const MAX_VALUE_BYTES: usize = 4 << 20;
/// Series with more labels than this are written through a scratch text.
const INLINE_LABELS: usize = 16;

/// A family and its series, independent of how label sets are typed.
#[doc(hidden)]
pub struct FamilyCore<M: Metric> {
    descriptor: Descriptor,
    table: Table<M>,
    max_series: usize,
    folded: AtomicU64,
    this: Weak<Self>,
}

impl<M: Metric> FamilyCore<M> {
    /// A family without series, or with its only one if it has no labels (A20).
    pub(crate) fn new(descriptor: Descriptor, max_series: usize) -> Arc<Self> {
        let core = Arc::new_cyclic(|this| Self {
            table: Table::new(descriptor.page_labels().len(), process_seed()),
            descriptor,
            max_series,
            folded: AtomicU64::new(0),
            this: this.clone(),
        });
        if core.descriptor.page_labels().is_empty() {
            core.with_values_once(&[]);
        }
        core
    }

    fn shared(&self) -> Arc<Self> {
        match self.this.upgrade() {
            Some(core) => core,
            None => unreachable!("a core is only ever borrowed from an `Arc`"),
        }
    }

    #[inline]
    fn check_arity(&self, values: &[&str]) -> Result<(), NameError> {
        if values.len() == self.table.columns() {
            Ok(())
        } else {
            Err(self.wrong_arity(values))
        }
    }

    #[cold]
    fn wrong_arity(&self, values: &[&str]) -> NameError {
        let wanted = self.descriptor.page_labels().len();
        let requirement = format!("{:?} has {wanted} labels", self.descriptor.name());
        NameError::new("label values", values.join(","), requirement)
    }

    /// The series with these label values, one per label name of the descriptor, made if it is
    /// new. A hit takes no lock, writes nothing and allocates nothing.
    #[inline]
    pub(crate) fn with_values(&self, values: &[&str]) -> &M {
        self.find_or_create(values).0
    }

    /// As [`Self::with_values`], and whether these label values have that series for good: those
    /// that were folded are counted each time they are looked up.
    #[inline]
    fn find_or_create(&self, values: &[&str]) -> (&M, bool) {
        match self.table.find(Values(values)) {
            Ok(series) => (series, true),
            Err(missed) => self.create(values, missed),
        }
    }

    /// As [`Self::with_values`] of what is looked up once: apart from those who look up often.
    #[inline(never)]
    pub(crate) fn with_values_once(&self, values: &[&str]) -> &M {
        self.with_values(values)
    }

    #[cold]
    fn create(&self, values: &[&str], missed: Missed) -> (&M, bool) {
        let columns = self.table.columns();
        let is_short = |value: &&str| value.len() <= MAX_VALUE_BYTES;
        if values.len() == columns && values.iter().all(is_short) {
            // A family without labels always has its one series.
            // The greatest number stands for no limit at all, which only the overflow series has.
            let limit = self.max_series.clamp(usize::from(columns == 0), usize::MAX - 1);
            if let Ok(series) = self.insert(values, missed, limit) {
                return (series, true);
            }
        }
        // A detached family has one series for all, and no labels: it does not fold. Another may be
        // asked by an implementation of `Labels` that contradicts its own names.
        let folds = columns > 0;
        self.folded.fetch_add(folds.into(), Ordering::Relaxed); // A count orders nothing else.
        let (few, many);
        let values = match [OVERFLOW; INLINE_LABELS] {
            all if columns <= INLINE_LABELS => {
                few = all;
                few.get(..columns).unwrap_or_default()
            }
            _ => {
                many = vec![OVERFLOW; columns];
                &many
            }
        };
        let series = match self.table.find(Values(values)) {
            Ok(series) => series,
            Err(missed) => match self.insert(values, missed, usize::MAX) {
                Ok(series) => series,
                Err(Full) => unreachable!("no table has usize::MAX entries"),
            },
        };
        (series, !folds)
    }

    #[inline(never)]
    fn insert(&self, values: &[&str], missed: Missed, limit: usize) -> Result<&M, Full> {
        let key = Labelled { names: self.descriptor.page_labels(), values };
        let make = || M::create(self.descriptor.shape());
        self.table.insert(key, missed, limit, make)
    }

    pub(crate) fn len(&self) -> usize {
        self.table.len()
    }
}

/// Label values in the order of the names they belong to.
#[derive(Clone, Copy)]
struct Values<'a>(&'a [&'a str]);

impl Key for Values<'_> {
    #[inline(always)] // Into the one search of the table.
    fn hash(self, seed: u64) -> u32 {
        hash_values(seed, self.0)
    }

    #[inline(always)] // As above.
    fn is(self, column: usize, text: Text<'_>) -> bool {
        // Marked, since the two characters `\` `n` are a value as a line feed is, whose piece has them.
        // An unmarked piece has no quotes but its own two, so what stands between the last two is
        // all of the value; the name needs no comparison, as these are pieces of one label.
        self.0.get(column).is_some_and(|value| {
            if text.mark() {
                piece::escaped_stands_for(text.as_str(), value)
            } else {
                text.encloses(value)
            }
        })
    }
}

/// Label values and the names they belong to.
#[derive(Clone, Copy)]
struct Labelled<'a> {
    names: &'a [String],
    values: &'a [&'a str],
}

impl Labelled<'_> {
    fn name_and_value(&self, column: usize) -> (&str, &str) {
        let name = self.names.get(column).map_or("", String::as_str);
        (name, self.values.get(column).copied().unwrap_or_default())
    }
}

impl<'a> NewKey for Labelled<'a> {
    type Key = Values<'a>;

    fn key(self) -> Values<'a> {
        Values(self.values)
    }

    fn hash_of(self, column: usize, seed: u64) -> u32 {
        // Another one for each column, as one value may be that of many labels.
        hash_text(seed.rotate_left(column as u32), self.name_and_value(column).1)
    }

    fn is_of(self, column: usize, piece: &str) -> bool {
        piece::is_of(piece, self.name_and_value(column).0)
    }

    fn write(self, column: usize, draft: &mut String) -> bool {
        let (name, value) = self.name_and_value(column);
        piece::write(name, value, draft)
    }
}

impl<M: Metric> fmt::Debug for FamilyCore<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Family")
            .field("name", &self.descriptor.name())
            .field("cardinality", &self.len())
            .finish_non_exhaustive()
    }
}

impl<M: Metric> Source for FamilyCore<M> {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn visit(
        &self,
        from: usize,
        scratch: &mut Scratch,
        visitor: &mut dyn Visitor,
    ) -> Option<usize> {
        let shape = self.descriptor.shape();
        let columns = self.descriptor.page_labels().len();
        let mut refused = false;
        let mut pieces = [""; INLINE_LABELS];
        #[cfg(any(feature = "openmetrics", feature = "protobuf"))]
        let (shows_births, mut birth) = (visitor.shows_births(), 0);
        let at = self.table.visit(from, |texts, series| {
            #[cfg(any(feature = "openmetrics", feature = "protobuf"))]
            if shows_births && texts.birth() != birth {
                birth = texts.birth();
                visitor.born(birth);
            }
            let taken = if let Some(pieces) = pieces.get_mut(..columns) {
                for (piece, text) in pieces.iter_mut().zip(texts.texts()) {
                    *piece = text;
                }
                series.offer(shape, LabelPieces(pieces), scratch, visitor)
            } else {
                let mut body = std::mem::take(&mut scratch.body);
                body.clear();
                body.extend(texts.texts());
                let taken = series.offer(shape, LabelPieces(&[&body]), scratch, visitor);
                scratch.body = body;
                taken
            };
            refused = !taken;
            taken
        });
        refused.then_some(at)
    }

    fn folded(&self) -> u64 {
        self.folded.load(Ordering::Relaxed)
    }

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}

/// All series of one name, found by label sets of type `L`.
///
/// A family is a handle: clones share the series. `()` is the label set of a family that has none,
/// [`DynamicLabels`] that of a family whose label names are known at run time only. A `static`
/// family is made by [`family!`](crate::family) and registers itself in the global registry when it
/// is first used.
///
/// # Performance
///
/// A lookup that hits hashes the values, follows two or three pointers and compares every value in
/// full. It takes no lock, writes to no shared memory and allocates nothing. A lookup that misses
/// takes a short lock of this family and appends the series.
///
/// Where `L` is a [closed set](Labels::CARDINALITY) of at most 4096 label sets, a handle remembers
/// by [position](Labels::position) which series it found, and a lookup that hits is two loads. The
/// memory for it, 8 bytes a label set, is shared by the handle and its later clones, and is made
/// with the handle; that of a `static` family at its first lookup.
///
/// # Consistency
///
/// A series that was returned by a lookup is on every page that is begun afterwards. Series stand
/// in the order of their creation.
///
/// # Examples
///
/// ```
/// use nunchi::{Counter, Registry};
///
/// let registry = Registry::new();
/// let served = registry.counter("app_requests_total", "Requests served.").labels(["method"])?;
/// served.with_values(&["GET"])?.inc();
/// assert_eq!(served.with_values(&["GET"])?.get(), 1.0);
/// assert!(served.with_values(&["GET", "200"]).is_err()); // One label, not two.
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Family<M: Metric, L = ()> {
    core: Dense<FamilyCore<M>, M, Positions<L>>,
    /// What a family is made of that finds its core when it is first used.
    declared: Option<Unresolved<M>>,
}

struct Unresolved<M: Metric> {
    declaration: Declaration,
    settings: fn() -> Settings<M>,
    resolve: Resolve<M>,
}

/// The positions of the label sets of `L`, where a family remembers series by position. More than
/// this many are looked up by hash.
struct Positions<L>(PhantomData<L>);

const MOST_POSITIONS: usize = 4096;

impl<L: Labels> Extent for Positions<L> {
    const LEN: usize = if L::CARDINALITY <= MOST_POSITIONS { L::CARDINALITY } else { 0 };
}

/// Does not compile where the label sets of `L` cannot be listed.
struct AllOf<L>(PhantomData<L>);

impl<L: Labels> AllOf<L> {
    const ARE_KNOWN: () = if L::CARDINALITY == 0 {
        panic!("`init_all` needs labels of known values: enums, `bool`, `Option` of these");
    };
}

/// How a declared family finds its global core; given by the layer that knows the registry.
type Resolve<M> = fn(&Declaration, &Settings<M>) -> &'static FamilyCore<M>;

impl<M: Metric, L> Family<M, L> {
    pub(crate) fn shared(core: Arc<FamilyCore<M>>) -> Self {
        Self { core: Dense::open(core), declared: None }
    }

    #[inline]
    fn core(&self) -> &FamilyCore<M> {
        self.core.owner_or(|| self.resolve())
    }

    fn resolve(&self) -> &'static FamilyCore<M> {
        match &self.declared {
            Some(Unresolved { declaration, settings, resolve }) => {
                resolve(declaration, &settings())
            }
            None => unreachable!("a family that was not declared was made with its core"),
        }
    }

    /// Registers a `static` family now, before its first use. A family without labels is then on
    /// the page, at zero. Does nothing if it is registered.
    pub fn init(&self) {
        self.core();
    }

    /// How many series the family has.
    #[must_use]
    pub fn cardinality(&self) -> usize {
        self.core().len()
    }

    /// What the family looks like on the page.
    #[must_use]
    pub fn descriptor(&self) -> &Descriptor {
        &self.core().descriptor
    }
}

impl<M: Metric, L: Labels> Family<M, L> {
    /// A family whose lookups may remember what they found.
    pub(crate) fn typed(core: Arc<FamilyCore<M>>) -> Self {
        Self { core: Dense::new(core), declared: None }
    }

    #[cfg(not(nunchi_loom))] // As the constructor that it uses.
    #[doc(hidden)]
    #[must_use]
    pub const fn declared<D: Declared>(
        _: D,
        settings: fn() -> Settings<M>,
        resolve: Resolve<M>,
    ) -> Self {
        let declaration = Checked::<M, L, D>::DECLARATION;
        let declared = Some(Unresolved { declaration, settings, resolve });
        Self { core: Dense::of_static(), declared }
    }

    /// The series with these labels, made (at zero) if it is new. When the family is full, the
    /// overflow series: see [`Settings::max_series`](super::Settings::max_series).
    #[inline]
    pub fn with(&self, labels: &L::Borrowed<'_>) -> &M {
        if Positions::<L>::LEN > 0 {
            let position = labels.position();
            return match self.core.get(position) {
                Some(series) => series,
                None => labels.with_values(|values| self.find_and_keep(position, values).0),
            };
        }
        let core = self.core();
        labels.with_values(|values| core.with_values(values))
    }

    /// The series with these label values, and whether they have it for good: then it is found by
    /// this position from now on.
    #[cold]
    fn find_and_keep(&self, position: usize, values: &[&str]) -> (&M, bool) {
        self.core.keep(position, || self.resolve(), |core| core.find_or_create(values))
    }

    /// Registers the family and makes every series of a closed label set, at zero, in the order of
    /// [positions](Labels::position): what an alert or a `rate()` asks for is there before the first
    /// event. Stops at the first label set that the family has no room for, which is folded.
    ///
    /// Does not compile if `L` is no closed set, that is if [`Labels::CARDINALITY`] is 0.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// use nunchi::{family, Counter, Family, LabelValue, Labels};
    ///
    /// #[derive(LabelValue)]
    /// enum Level { Easy, Hard }
    ///
    /// #[derive(Labels)]
    /// struct Ending { level: Level, won: bool }
    ///
    /// static GAMES: Family<Counter, Ending> = family!("app_games_total", "Games ended.");
    ///
    /// GAMES.init_all();
    /// assert_eq!(GAMES.cardinality(), 4);
    /// GAMES.with(&Ending { level: Level::Hard, won: true }).inc();
    /// # let _ = Level::Easy;
    /// # }
    /// ```
    pub fn init_all(&self) {
        let () = AllOf::<L>::ARE_KNOWN;
        for position in 0..L::CARDINALITY {
            let make = |values: &[&str]| self.find_and_keep(position, values).1;
            if L::with_values_at(position, make) != Some(true) {
                break;
            }
        }
    }

    /// The series with these labels as a handle that keeps the family alive and can be stored.
    pub fn series(&self, labels: &L::Borrowed<'_>) -> Series<M> {
        let core = self.core().shared();
        Series(Held::new(core, |core| labels.with_values(|values| core.with_values(values))))
    }
}

impl<M: Metric> Family<M, DynamicLabels> {
    /// The series with these label values, in the order of the label names, made (at zero) if it
    /// is new. When the family is full, the overflow series.
    ///
    /// # Errors
    ///
    /// If there are not as many values as the family has label names.
    #[inline]
    pub fn with_values(&self, values: &[&str]) -> Result<&M, NameError> {
        let core = self.core();
        core.check_arity(values)?;
        Ok(core.with_values(values))
    }

    /// As [`Self::with_values`], as a handle that keeps the family alive and can be stored.
    ///
    /// # Errors
    ///
    /// If there are not as many values as the family has label names.
    pub fn series_with_values(&self, values: &[&str]) -> Result<Series<M>, NameError> {
        let core = self.core().shared();
        core.check_arity(values)?;
        Ok(Series(Held::new(core, |core| core.with_values(values))))
    }
}

impl<M: Metric, L> Clone for Family<M, L> {
    fn clone(&self) -> Self {
        self.core(); // A clone cannot find it: it has no declaration.
        Self { core: self.core.clone(), declared: None }
    }
}

impl<M: Metric, L> fmt::Debug for Family<M, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.core.owner(), &self.declared) {
            (None, Some(family)) => family.declaration.fmt(f), // Looking must not register.
            _ => self.core().fmt(f),
        }
    }
}

/// One series as a handle that can be stored: dereferences to its instrument in one load. Clones
/// share the series and keep its family alive.
///
/// # Examples
///
/// ```
/// let registry = nunchi::Registry::new();
/// let served = registry.counter("app_requests_total", "Requests served.").register()?;
/// let elsewhere = served.clone();
/// std::thread::spawn(move || elsewhere.inc()).join().ok();
/// assert_eq!(served.get(), 1.0);
/// # Ok::<(), nunchi::RegisterError>(())
/// ```
pub struct Series<M: Metric>(Held<FamilyCore<M>, M>);

impl<M: Metric> Series<M> {
    /// The only series of a family without labels.
    pub(crate) fn only(core: Arc<FamilyCore<M>>) -> Self {
        Self(Held::new(core, |core| core.with_values(&[])))
    }
}

impl<M: Metric> Deref for Series<M> {
    type Target = M;

    #[inline]
    fn deref(&self) -> &M {
        &self.0
    }
}

impl<M: Metric> Clone for Series<M> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<M: Metric + fmt::Debug> fmt::Debug for Series<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Series").field(&self.0.owner().descriptor.name()).field(&**self).finish()
    }
}

#[cfg(all(test, not(nunchi_loom)))]
#[path = "family_tests.rs"]
mod tests;
