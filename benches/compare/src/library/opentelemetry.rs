use super::{family_name, prometheus, seconds, Kind, Pages, Updates, HELP};
use crate::measure::Subject;
use crate::operation::Operation;
use crate::workload::{self, Shape};
use opentelemetry::metrics::{Counter, Histogram, Meter, MeterProvider};
use opentelemetry::KeyValue;
use opentelemetry_prometheus_text_exporter::PrometheusExporter;
use opentelemetry_sdk::metrics::reader::MetricReader;
use opentelemetry_sdk::metrics::{Instrument, SdkMeterProvider, Stream};

pub struct OpenTelemetry;

const NAME: &str = "opentelemetry";

/// A provider for families of at most so many series; it allots memory for all of them at once.
fn provider(reader: impl MetricReader, series: usize) -> SdkMeterProvider {
    let limit = move |_: &Instrument| {
        let stream = Stream::builder().with_cardinality_limit(series);
        Some(stream.build().expect("a limit above zero"))
    };
    SdkMeterProvider::builder().with_reader(reader).with_view(limit).build()
}

#[inline]
fn attributes<const N: usize>(names: [&'static str; N], values: [&str; N]) -> [KeyValue; N] {
    let mut names = names.into_iter();
    values
        .map(|value| KeyValue::new(names.next().expect("a name for each value"), value.to_owned()))
}

impl Updates for OpenTelemetry {
    const NAME: &'static str = NAME;

    fn subjects(operation: Operation) -> Vec<Subject> {
        let provider = provider(PrometheusExporter::new(), 2000);
        let meter = provider.meter("compare");
        let subject = match operation {
            Operation::Inc => {
                let counter = meter.u64_counter("held").build();
                Subject::steps(NAME, (counter, provider), |(counter, _)| counter.add(1, &[]))
            }
            Operation::IncFloat => {
                let counter = meter.f64_counter("held").build();
                Subject::steps(NAME, (counter, provider), |(counter, _)| counter.add(1.5, &[]))
            }
            Operation::Set => {
                let gauge = meter.f64_gauge("held").build();
                Subject::values(NAME, (gauge, provider), |(gauge, _), value| {
                    gauge.record(value, &[]);
                })
            }
            Operation::AddInteger => {
                let gauge = meter.i64_up_down_counter("held").build();
                Subject::steps(NAME, (gauge, provider), |(gauge, _)| gauge.add(3, &[]))
            }
            Operation::AddFloat => {
                let gauge = meter.f64_up_down_counter("held").build();
                Subject::steps(NAME, (gauge, provider), |(gauge, _)| gauge.add(1.5, &[]))
            }
            Operation::Observe11 => observe(&meter, provider, &workload::DEFAULT_BOUNDS),
            Operation::Observe50 => observe(&meter, provider, &workload::fifty_bounds()),
            Operation::Pair => {
                let counter = meter.u64_counter("pair").build();
                Subject::pairs(NAME, (counter, provider), |(counter, _), values| {
                    counter.add(1, &attributes(["method", "instance"], values));
                })
            }
            Operation::Site | Operation::Summary | Operation::Choices => return Vec::new(),
        };
        vec![subject]
    }
}

fn observe(meter: &Meter, provider: SdkMeterProvider, bounds: &[f64]) -> Subject {
    let builder = meter.f64_histogram("held_seconds").with_boundaries(bounds.to_vec());
    Subject::values(NAME, (builder.build(), provider), |(histogram, _), value| {
        histogram.record(value, &[]);
    })
}

/// With the exporter that goes through `prometheus`.
pub struct ViaPrometheus;

/// With the exporter that writes the text itself.
pub struct ViaText;

pub struct Page<E> {
    exporter: E,
    instruments: Instruments,
    /// Keeps the instruments connected.
    _provider: SdkMeterProvider,
}

enum Instruments {
    Counters(Vec<Counter<u64>>),
    Histograms(Vec<Histogram<f64>>),
}

impl<E> Page<E> {
    fn new(exporter: E, provider: SdkMeterProvider, kind: Kind, shape: Shape) -> Self {
        let meter = provider.meter("compare");
        let names = (0..shape.families).map(|number| family_name(kind, number));
        let instruments = match kind {
            Kind::Counters => {
                let counter = |name: String| {
                    // The exporters append `_total` themselves.
                    let name = name.trim_end_matches("_total").to_owned();
                    meter.u64_counter(name).with_description(HELP).build()
                };
                Instruments::Counters(names.map(counter).collect())
            }
            Kind::Histograms => {
                let histogram = |name: String| {
                    let builder = meter.f64_histogram(name).with_description(HELP);
                    builder.with_boundaries(workload::DEFAULT_BOUNDS.to_vec()).build()
                };
                Instruments::Histograms(names.map(histogram).collect())
            }
        };
        Self { exporter, instruments, _provider: provider }
    }

    #[inline]
    fn touch(&self, family: usize, values: [&'static str; 3], value: u64) {
        let attributes = attributes(workload::LABELS, values);
        match &self.instruments {
            Instruments::Counters(counters) => counters[family].add(value, &attributes),
            Instruments::Histograms(histograms) => {
                histograms[family].record(seconds(value), &attributes);
            }
        }
    }
}

impl Pages for ViaPrometheus {
    const NAME: &'static str = "opentelemetry-prometheus";

    type Page = Page<::prometheus::Registry>;

    fn page(kind: Kind, shape: Shape) -> Self::Page {
        let registry = ::prometheus::Registry::new();
        let builder = opentelemetry_prometheus::exporter().with_registry(registry.clone());
        let exporter = builder.scope_info_enabled(false).without_target_info().build();
        let provider = provider(exporter.expect("a new registry"), shape.series);
        Page::new(registry, provider, kind, shape)
    }

    #[inline]
    fn touch(page: &Self::Page, family: usize, values: [&'static str; 3], value: u64) {
        page.touch(family, values, value);
    }

    type Text = Vec<u8>;

    fn render(page: &Self::Page, text: &mut Vec<u8>) {
        prometheus::render(&page.exporter, text);
    }
}

impl Pages for ViaText {
    const NAME: &'static str = "opentelemetry text exporter";

    type Page = Page<PrometheusExporter>;

    fn page(kind: Kind, shape: Shape) -> Self::Page {
        let builder = PrometheusExporter::builder().without_scope_info();
        let exporter = builder.without_target_info().build();
        let provider = provider(exporter.clone(), shape.series);
        Page::new(exporter, provider, kind, shape)
    }

    #[inline]
    fn touch(page: &Self::Page, family: usize, values: [&'static str; 3], value: u64) {
        page.touch(family, values, value);
    }

    type Text = Vec<u8>;

    fn render(page: &Self::Page, text: &mut Vec<u8>) {
        text.clear();
        page.exporter.export(text).expect("memory does not fail");
    }
}
