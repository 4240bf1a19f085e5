//! Where registry, metrics and encoders meet: builders, the global registry, and what the macros
//! expand to.
//!
//! The only module that may import everything; nothing imports it but the macros and the users.

#[cfg(feature = "gc")]
mod gc;

use crate::encode::{self, Encoder, Format};
use crate::error::{EncodeError, NameError, RegisterError, RegisterErrorKind};
use crate::label::{DynamicLabels, Labels};
#[cfg(feature = "protobuf")]
use crate::metric::NativeHistogram;
use crate::metric::{
    Counter, Declaration, Family, FamilyCore, Gauge, Histogram, Info, Metric, Series, Settings,
    StateSet, Summary,
};
use crate::model::{Descriptor, MetricType, Shape, Source};
use crate::registry::{Registry, Scope};
use once_cell::race::{OnceBox, OnceRef};
use std::any::{Any, TypeId};
use std::fmt;
use std::sync::Arc;

/// The registry that the macros and `static` families use. It has the process collector (feature
/// `process`) and the self-metrics of the registry, unless [`set_global`] replaced it.
///
/// A process that links two incompatible versions of this crate has two of them.
///
/// # Examples
///
/// ```
/// nunchi::counter!("app_starts_total", "Starts of the application.").inc();
/// let mut page = Vec::new();
/// nunchi::encode(nunchi::global(), nunchi::Format::Text, &mut page);
/// assert!(String::from_utf8_lossy(&page).contains("app_starts_total 1\n"));
/// ```
pub fn global() -> &'static Registry {
    GLOBAL.get_or_init(|| {
        let registry = Registry::new();
        let report = |error| registry.report(error);
        registry.register_self_metrics().unwrap_or_else(report);
        #[cfg(feature = "process")]
        registry.register(crate::collector::ProcessCollector::new()).unwrap_or_else(report);
        Box::new(registry)
    })
}

static GLOBAL: OnceBox<Registry> = OnceBox::new();

/// Makes `registry` the global one: for a program that wants no default collectors, or others. To
/// be called before anything uses the global registry.
///
/// # Errors
///
/// If the global registry is in use already; `registry` is given back.
pub fn set_global(registry: Registry) -> Result<(), Registry> {
    GLOBAL.set(Box::new(registry)).map_err(|registry| *registry)
}

/// Appends the page of a registry to `page`.
///
/// # Performance
///
/// Allocates nothing when `page` is large enough and the registry was encoded before. Holds no
/// lock while it writes.
///
/// # Consistency
///
/// Every series that existed when the call began is on the page once. Each value is of the moment
/// at which its series is written. Encoding twice gives the same bytes, if nothing was updated in
/// between, no collector reads a changing source, and no summary's window has moved on.
pub fn encode(registry: &Registry, format: Format, page: &mut Vec<u8>) {
    encode::append(registry.gatherer(), format, page);
}

/// Writes the page of a registry to `sink` in chunks of about 64 KiB.
///
/// # Errors
///
/// The first error of the sink; nothing is written after it.
pub fn encode_to(
    registry: &Registry,
    format: Format,
    sink: &mut impl std::io::Write,
) -> Result<(), EncodeError> {
    encode::write(registry.gatherer(), format, sink)
}

/// Puts the page of a registry into `sink` in chunks of about 64 KiB.
///
/// # Panics
///
/// If the sink does when it is full, as the fixed-size ones of the `bytes` crate do.
#[cfg(feature = "bytes")]
pub fn encode_buf(registry: &Registry, format: Format, sink: &mut impl bytes::BufMut) {
    encode::put(registry.gatherer(), format, sink);
}

impl Encoder {
    /// Begins a page: runs the collectors of the registry and takes its families as they are.
    #[must_use]
    pub fn new(registry: &Registry, format: Format) -> Self {
        Self::over(registry.gatherer(), format, &|_| true)
    }
}

/// Describes a family of `M` and registers it; made by the methods of [`Registry`] and [`Scope`]
/// that are named after the types.
///
/// Asking again for a family that is registered gives the same series, if type, help and label
/// names (and their order) are the same, and buckets, quantiles or window as well where they are
/// said. The limit of series is that of the first who asked.
#[must_use = "nothing is registered before `register`, `family` or `labels`"]
pub struct Builder<M: Metric> {
    scope: Scope,
    name: String,
    help: String,
    settings: Settings<M>,
    #[cfg(feature = "utf8")]
    allows_utf8: bool,
}

impl<M: Metric> Builder<M> {
    fn new(scope: Scope, name: &str, help: &str) -> Self {
        Self {
            scope,
            name: name.into(),
            help: help.into(),
            settings: Settings::new(),
            #[cfg(feature = "utf8")]
            allows_utf8: false,
        }
    }

    /// Lets the name of the family and those of its labels be any text, such as
    /// `http.server.duration`: see [`Escaping`](crate::Escaping) for what scrapers get to see. Without
    /// it such a name is an error, as it may be a mistake: it has to be quoted in every query.
    ///
    /// # Examples
    ///
    /// ```
    /// let registry = nunchi::Registry::new();
    /// let served = registry.counter("http.requests_total", "Requests served.").utf8_names();
    /// served.labels(["http.method"])?.with_values(&["GET"])?.inc();
    /// let mut page = Vec::new();
    /// nunchi::encode(&registry, nunchi::Format::Text, &mut page);
    /// assert!(page.ends_with(b"\nhttp_requests_total{http_method=\"GET\"} 1\n"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "utf8")]
    pub fn utf8_names(mut self) -> Self {
        self.allows_utf8 = true;
        self
    }

    /// See [`Settings::max_series`].
    pub fn max_series(mut self, most: usize) -> Self {
        self.settings = self.settings.max_series(most);
        self
    }

    /// Registers the family without labels and returns its only series.
    ///
    /// # Errors
    ///
    /// See [`RegisterErrorKind`].
    pub fn register(self) -> Result<Series<M>, RegisterError> {
        Ok(Series::only(self.core(&[])?))
    }

    /// Registers the family with the labels of `L`.
    ///
    /// # Errors
    ///
    /// See [`RegisterErrorKind`].
    pub fn family<L: Labels>(self) -> Result<Family<M, L>, RegisterError> {
        Ok(Family::typed(self.core(L::NAMES)?))
    }

    /// Registers the family with label names that are known at run time only.
    ///
    /// # Errors
    ///
    /// See [`RegisterErrorKind`].
    pub fn labels<'n>(
        self,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Result<Family<M, DynamicLabels>, RegisterError> {
        let names: Vec<&str> = names.into_iter().collect();
        Ok(Family::shared(self.core(&names)?))
    }

    fn core(self, names: &[&str]) -> Result<Arc<FamilyCore<M>>, RegisterError> {
        let (texts, make) = ((&*self.name, &*self.help), maker(&self.settings));
        let wanted = Wanted::new(texts, names, &self.settings, &make);
        #[cfg(feature = "utf8")]
        let wanted = Wanted { allows_utf8: self.allows_utf8, ..wanted };
        match wanted.get_or_register(&self.scope)?.downcast() {
            Ok(core) => Ok(core),
            Err(_) => unreachable!("only a family of this type is given"),
        }
    }
}

impl Builder<Histogram> {
    /// See [`Settings::buckets`](Settings::<Histogram>::buckets).
    pub fn buckets(mut self, buckets: impl crate::metric::IntoBuckets) -> Self {
        self.settings = self.settings.buckets(buckets);
        self
    }
}

#[cfg(feature = "protobuf")]
macro_rules! native_settings {
    ($($option:ident($given:ident: $type:ty);)*) => {
        impl Builder<NativeHistogram> {$(
            #[doc = concat!("See [`Settings::", stringify!($option), "`](Settings::<NativeHistogram>::", stringify!($option), ").")]
            pub fn $option(mut self, $given: $type) -> Self {
                self.settings = self.settings.$option($given);
                self
            }
        )*}
    };
}

#[cfg(feature = "protobuf")]
native_settings! {
    shaped(shape: crate::model::NativeShape);
    schema(schema: i32);
    growth(factor: f64);
    max_buckets(most: usize);
    zero_threshold(threshold: f64);
    max_zero_threshold(threshold: f64);
    min_reset(duration: impl crate::metric::IntoWindow);
    classic_buckets(buckets: impl crate::metric::IntoBuckets);
}

impl Builder<Summary> {
    /// See [`Settings::quantiles`](Settings::<Summary>::quantiles).
    pub fn quantiles(mut self, quantiles: impl IntoIterator<Item = f64>) -> Self {
        self.settings = self.settings.quantiles(quantiles);
        self
    }

    /// See [`Settings::window`](Settings::<Summary>::window).
    pub fn window(mut self, window: impl crate::metric::IntoWindow) -> Self {
        self.settings = self.settings.window(window);
        self
    }
}

impl<M: Metric> fmt::Debug for Builder<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("name", &self.name).finish_non_exhaustive()
    }
}

macro_rules! builders {
    ($owner:ty, $scope:ident => $make:expr) => {
        impl $owner {
            /// A counter; its name ends with `_total`.
            pub fn counter(&self, name: &str, help: &str) -> Builder<Counter> {
                let $scope = self;
                Builder::new($make, name, help)
            }

            /// A gauge that holds an `f64`.
            pub fn gauge(&self, name: &str, help: &str) -> Builder<Gauge> {
                let $scope = self;
                Builder::new($make, name, help)
            }

            /// A gauge that holds an `i64`.
            pub fn int_gauge(&self, name: &str, help: &str) -> Builder<Gauge<i64>> {
                let $scope = self;
                Builder::new($make, name, help)
            }

            /// A classic histogram.
            pub fn histogram(&self, name: &str, help: &str) -> Builder<Histogram> {
                let $scope = self;
                Builder::new($make, name, help)
            }

            /// A native histogram.
            #[cfg(feature = "protobuf")]
            pub fn native_histogram(&self, name: &str, help: &str) -> Builder<NativeHistogram> {
                let $scope = self;
                Builder::new($make, name, help)
            }

            /// A summary.
            pub fn summary(&self, name: &str, help: &str) -> Builder<Summary> {
                let $scope = self;
                Builder::new($make, name, help)
            }

            /// An info; its name ends with `_info`. Its labels and their values are given at once.
            ///
            /// # Errors
            ///
            /// See [`RegisterErrorKind`].
            pub fn info<'l>(
                &self,
                name: &str,
                help: &str,
                labels: impl IntoIterator<Item = (&'l str, &'l str)>,
            ) -> Result<Series<Info>, RegisterError> {
                let $scope = self;
                let (names, values): (Vec<_>, Vec<_>) = labels.into_iter().unzip();
                let family = Builder::<Info>::new($make, name, help).labels(names)?;
                Ok(family.series_with_values(&values)?)
            }

            /// A state set with these states, all off.
            pub fn state_set<'s>(
                &self,
                name: &str,
                help: &str,
                states: impl IntoIterator<Item = &'s str>,
            ) -> Builder<StateSet> {
                let $scope = self;
                let mut builder = Builder::new($make, name, help);
                builder.settings = builder.settings.with_states(states);
                builder
            }
        }
    };
}

builders!(Registry, registry => Scope::from(registry));
builders!(Scope, scope => scope.clone());

/// What a family is to be, but for the type of its metric.
struct Wanted<'w> {
    texts: (&'w str, &'w str),
    labels: &'w [&'w str],
    metric_type: MetricType,
    shape: Result<Shape, NameError>,
    /// See [`Registry::get_or_register`].
    any_shape: bool,
    make: &'w dyn Fn(Descriptor) -> Arc<dyn Source>,
    /// The type of what `make` makes.
    made: TypeId,
    /// Names may be any text.
    #[cfg(feature = "utf8")]
    allows_utf8: bool,
}

impl<'w> Wanted<'w> {
    fn new<M: Metric>(
        texts: (&'w str, &'w str),
        labels: &'w [&'w str],
        settings: &Settings<M>,
        make: &'w dyn Fn(Descriptor) -> Arc<dyn Source>,
    ) -> Self {
        let (shape, any_shape) = (settings.shape(), !settings.says_shape());
        let made = TypeId::of::<FamilyCore<M>>();
        Self {
            texts,
            labels,
            metric_type: M::TYPE,
            shape,
            any_shape,
            make,
            made,
            #[cfg(feature = "utf8")]
            allows_utf8: false,
        }
    }

    /// The family with these texts and labels: the registered one, or a new one.
    fn get_or_register(self, scope: &Scope) -> Result<Arc<dyn Any + Send + Sync>, RegisterError> {
        let Self { texts, labels, metric_type, any_shape, make, made, shape, .. } = self;
        let registered = || {
            #[cfg(feature = "utf8")]
            let mut descriptor = if self.allows_utf8 {
                Descriptor::of_utf8_texts(texts, labels, metric_type, shape?)?
            } else {
                Descriptor::of_texts(texts, labels, metric_type, shape?)?
            };
            #[cfg(not(feature = "utf8"))]
            let mut descriptor = Descriptor::of_texts(texts, labels, metric_type, shape?)?;
            scope.place(&mut descriptor)?;
            scope.registry().get_or_register(descriptor, any_shape, make)
        };
        let family = registered().map_err(|error| error.of(texts.0))?.into_any();
        if (*family).type_id() != made {
            // The type on the page is the same, the type in memory is not: `Gauge` and `Gauge<i64>`,
            // `Histogram` and `NativeHistogram`.
            let detail = match metric_type {
                MetricType::Histogram => "it is registered with another kind of buckets",
                _ => "it is registered with another type of number",
            };
            return Err(RegisterError::new(RegisterErrorKind::Conflict, texts.0, detail));
        }
        Ok(family)
    }

    /// As [`Self::get_or_register`] in the global registry, and for ever.
    #[inline(never)]
    fn declared(self) -> &'static (dyn Any + Send + Sync) {
        let (metric_type, make) = (self.metric_type, self.make);
        let shape = self.shape.as_ref().map_or(Shape::Plain, Shape::clone);
        let family = self.get_or_register(&Scope::from(global())).unwrap_or_else(|error| {
            global().report(error);
            make(Descriptor::detached(metric_type, shape)).into_any()
        });
        // The global registry is never dropped, so this keeps alive what lives for ever anyway.
        &**Box::leak(Box::new(family))
    }
}

/// The global family that a macro declares. On a conflict the error is reported and a family that
/// is on no page takes its place, so that the program goes on.
#[doc(hidden)]
pub fn declared_family<M: Metric>(
    declaration: &Declaration,
    settings: &Settings<M>,
) -> &'static FamilyCore<M> {
    let texts = (declaration.name, declaration.help);
    let make = maker(settings);
    match Wanted::new(texts, declaration.labels, settings, &make).declared().downcast_ref() {
        Some(core) => core,
        None => unreachable!("only a family of this type is declared"),
    }
}

fn maker<M: Metric>(settings: &Settings<M>) -> impl Fn(Descriptor) -> Arc<dyn Source> {
    let max_series = settings.max_series;
    move |descriptor| -> Arc<dyn Source> { FamilyCore::<M>::new(descriptor, max_series) }
}

/// A call site whose labels are literals: one pointer to its series.
#[doc(hidden)]
#[allow(missing_debug_implementations, missing_docs)] // Named by macro expansions only.
pub struct SeriesSite<M: Metric>(OnceRef<'static, M>);

#[allow(clippy::new_without_default)] // `new` is for statics.
impl<M: Metric> SeriesSite<M> {
    #[must_use]
    pub const fn new() -> Self {
        Self(OnceRef::new())
    }

    #[inline]
    pub fn get(&'static self, find: impl FnOnce() -> &'static M) -> &'static M {
        match self.0.get() {
            Some(series) => series,
            None => self.0.get_or_init(find),
        }
    }
}

/// A call site with label values that are known at run time: one pointer to its family.
#[doc(hidden)]
#[allow(missing_debug_implementations, missing_docs)] // Named by macro expansions only.
pub struct FamilySite<M: Metric>(OnceRef<'static, FamilyCore<M>>);

#[allow(clippy::new_without_default)] // `new` is for statics.
impl<M: Metric> FamilySite<M> {
    #[must_use]
    pub const fn new() -> Self {
        Self(OnceRef::new())
    }

    #[inline]
    pub fn with(
        &'static self,
        values: &[&str],
        find: impl FnOnce() -> &'static FamilyCore<M>,
    ) -> &'static M {
        let family = match self.0.get() {
            Some(family) => family,
            None => self.0.get_or_init(find),
        };
        family.with_values(values)
    }
}

/// The series of `core` with these label values, for a macro whose labels are literals.
#[doc(hidden)]
pub fn series_of<M: Metric>(core: &'static FamilyCore<M>, values: &[&str]) -> &'static M {
    core.with_values_once(values)
}
