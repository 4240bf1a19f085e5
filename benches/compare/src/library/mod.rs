//! What a library may be able to do. One file for each library.

mod contatori;
mod fastmetrics;
mod measured;
mod metrics;
mod metrics_lib;
mod metriken;
mod nunchi;
mod opentelemetry;
mod prometheus;
mod prometheus_client;
mod prometric;
mod sketches;

pub use nunchi::idle_summaries;

use crate::measure::Subject;
use crate::operation::Operation;
use crate::workload::Shape;

/// Updates of single series, and lookups. A library is used the way its documentation shows,
/// without what is slow by choice.
trait Updates {
    const NAME: &'static str;

    /// The ways in which the library does the operation; none if it cannot.
    fn subjects(operation: Operation) -> Vec<Subject>;
}

/// Families with three labels whose values are known at run time only, and their page.
pub trait Pages {
    const NAME: &'static str;

    type Page: Send + Sync + 'static;
    /// Families of counters, or of histograms with the default bounds.
    fn page(kind: Kind, shape: Shape) -> Self::Page;
    /// Finds or creates a series and gives it the value.
    fn touch(page: &Self::Page, family: usize, values: [&'static str; 3], value: u64);

    /// Memory that the library keeps between renderings where it can.
    type Text: Default + AsRef<[u8]> + Send + 'static;
    /// Replaces the text by the page.
    fn render(page: &Self::Page, text: &mut Self::Text);
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Counters,
    Histograms,
}

/// The subjects of an operation by library, in the order of the tables; empty where a library has
/// none.
pub fn subjects(operation: Operation) -> Vec<(&'static str, Vec<Subject>)> {
    fn of<L: Updates>(operation: Operation) -> (&'static str, Vec<Subject>) {
        (L::NAME, L::subjects(operation))
    }
    let all = [
        of::<nunchi::Nunchi>,
        of::<prometheus::Prometheus>,
        of::<prometheus_client::PrometheusClient>,
        of::<metrics::Metrics>,
        of::<measured::Measured>,
        of::<fastmetrics::Fastmetrics>,
        of::<metrics_lib::MetricsLib>,
        of::<contatori::Contatori>,
        of::<opentelemetry::OpenTelemetry>,
        of::<metriken::Metriken>,
        of::<prometric::Prometric>,
        of::<sketches::HdrHistogram>,
        of::<sketches::DdSketch>,
    ];
    all.map(|of| of(operation)).into()
}

/// Something to do with every library that has pages.
pub trait Visit {
    fn visit<L: Pages>(&mut self);
}

/// One library after the other, in the order of the tables.
pub fn visit_pages(visit: &mut impl Visit) {
    visit.visit::<nunchi::Nunchi>();
    visit.visit::<prometheus::Prometheus>();
    visit.visit::<prometheus_client::PrometheusClient>();
    visit.visit::<metrics::Metrics>();
    visit.visit::<measured::Measured>();
    visit.visit::<fastmetrics::Fastmetrics>();
    visit.visit::<metrics_lib::MetricsLib>();
    visit.visit::<opentelemetry::ViaPrometheus>();
    visit.visit::<opentelemetry::ViaText>();
    visit.visit::<prometric::Prometric>();
}

/// The name of a family.
fn family_name(kind: Kind, number: usize) -> String {
    match kind {
        Kind::Counters => format!("http_server_{number:04}_requests_total"),
        Kind::Histograms => format!("http_server_{number:04}_request_duration_seconds"),
    }
}

/// What the histograms of a page observe for a value.
fn seconds(value: u64) -> f64 {
    value as f64 / 1e6
}

const HELP: &str = "What this server was asked for.";

/// Two enums with the derives of a library, and all their values.
macro_rules! choices {
    ($($derive:path),*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash $(, $derive)*)]
        pub enum Method {
            Get,
            Post,
            Put,
            Delete,
            Patch,
        }

        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash $(, $derive)*)]
        pub enum Outcome {
            Answered,
            Moved,
            Refused,
            Missing,
            Failed,
            Late,
        }

        const METHODS: [Method; $crate::workload::CHOICES[0]] =
            [Method::Get, Method::Post, Method::Put, Method::Delete, Method::Patch];
        const OUTCOMES: [Outcome; $crate::workload::CHOICES[1]] = [
            Outcome::Answered,
            Outcome::Moved,
            Outcome::Refused,
            Outcome::Missing,
            Outcome::Failed,
            Outcome::Late,
        ];
    };
}
use choices;

/// Label sets that own their values.
macro_rules! owned_labels {
    ($($derive:path),*) => {
        #[derive(Clone, Debug, Hash, PartialEq, Eq $(, $derive)*)]
        pub struct Two {
            method: String,
            instance: String,
        }

        #[derive(Clone, Debug, Hash, PartialEq, Eq $(, $derive)*)]
        pub struct Three {
            method: String,
            path: String,
            instance: String,
        }

        #[derive(Clone, Debug, Hash, PartialEq, Eq $(, $derive)*)]
        pub struct Chosen {
            method: Method,
            outcome: Outcome,
        }

        impl Two {
            #[inline]
            fn new([method, instance]: [&str; 2]) -> Self {
                Self { method: method.to_owned(), instance: instance.to_owned() }
            }
        }

        impl Three {
            #[inline]
            fn new([method, path, instance]: [&str; 3]) -> Self {
                Self {
                    method: method.to_owned(),
                    path: path.to_owned(),
                    instance: instance.to_owned(),
                }
            }
        }

        impl Chosen {
            #[inline]
            fn new([method, outcome]: [usize; 2]) -> Self {
                Self { method: METHODS[method], outcome: OUTCOMES[outcome] }
            }
        }
    };
}
use owned_labels;
