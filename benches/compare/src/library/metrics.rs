use super::{family_name, seconds, Kind, Pages, Updates};
use crate::measure::Subject;
use crate::operation::Operation;
use crate::workload::{self, Shape};
use metrics::{Histogram, Key, Label, Level, Metadata, Recorder};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusRecorder};

pub struct Metrics;

const NAME: &str = "metrics + exporter";
static METADATA: Metadata<'static> = Metadata::new("compare", Level::INFO, None);

/// What the macros of the library make of label values that are known at run time.
#[inline]
fn key<const N: usize>(name: &'static str, names: [&'static str; N], values: [&str; N]) -> Key {
    let labels: Vec<Label> =
        names.iter().zip(values).map(|(&name, value)| Label::new(name, value.to_owned())).collect();
    Key::from_parts(name, labels)
}

impl Updates for Metrics {
    const NAME: &'static str = NAME;

    fn subjects(operation: Operation) -> Vec<Subject> {
        let recorder = PrometheusBuilder::new().build_recorder();
        let key_of = Key::from_static_name;
        let subject = match operation {
            Operation::Inc => {
                let counter = recorder.register_counter(&key_of("held_total"), &METADATA);
                Subject::steps(NAME, counter, |counter| counter.increment(1))
            }
            Operation::Site => {
                // Another may be installed already; this row needs any.
                let _ = metrics::set_global_recorder(recorder);
                Subject::steps(NAME, (), |()| {
                    metrics::counter!("site_total", "kind" => "literal").increment(1);
                })
            }
            Operation::Set => {
                let gauge = recorder.register_gauge(&key_of("held"), &METADATA);
                Subject::values(NAME, gauge, |gauge, value| gauge.set(value))
            }
            Operation::AddFloat => {
                let gauge = recorder.register_gauge(&key_of("held"), &METADATA);
                Subject::steps(NAME, gauge, |gauge| gauge.increment(1.5))
            }
            Operation::Observe11 => observe(&workload::DEFAULT_BOUNDS),
            Operation::Observe50 => observe(&workload::fifty_bounds()),
            Operation::Summary => deferred(recorder),
            Operation::Pair => Subject::pairs(NAME, recorder, |recorder, values| {
                let key = key("pair_total", ["method", "instance"], values);
                recorder.register_counter(&key, &METADATA).increment(1);
            }),
            Operation::IncFloat | Operation::AddInteger | Operation::Choices => return Vec::new(),
        };
        vec![subject]
    }
}

fn observe(bounds: &[f64]) -> Subject {
    let builder = PrometheusBuilder::new().set_buckets(bounds).expect("there are bounds");
    deferred(builder.build_recorder())
}

/// Observations are stored until the upkeep of the exporter sorts them in.
fn deferred(recorder: PrometheusRecorder) -> Subject {
    let histogram = recorder.register_histogram(&Key::from_static_name("held_seconds"), &METADATA);
    let record = |histogram: &Histogram, value| histogram.record(value);
    let handle = recorder.handle();
    Subject::values(NAME, histogram, record).settled_by(move || handle.run_upkeep())
}

pub struct Page {
    recorder: PrometheusRecorder,
    names: Vec<&'static str>,
    kind: Kind,
}

impl Pages for Metrics {
    const NAME: &'static str = NAME;

    type Page = Page;

    fn page(kind: Kind, shape: Shape) -> Page {
        let builder = PrometheusBuilder::new().set_buckets(&workload::DEFAULT_BOUNDS);
        let names = (0..shape.families).map(|number| &*family_name(kind, number).leak());
        let recorder = builder.expect("there are bounds").build_recorder();
        Page { recorder, names: names.collect(), kind }
    }

    #[inline]
    fn touch(page: &Page, family: usize, values: [&'static str; 3], value: u64) {
        let key = key(page.names[family], workload::LABELS, values);
        match page.kind {
            Kind::Counters => {
                page.recorder.register_counter(&key, &METADATA).increment(value);
            }
            Kind::Histograms => {
                page.recorder.register_histogram(&key, &METADATA).record(seconds(value));
            }
        }
    }

    type Text = Vec<u8>;

    fn render(page: &Page, text: &mut Vec<u8>) {
        text.clear();
        page.recorder.handle().render_to_write(text).expect("memory does not fail");
    }
}
