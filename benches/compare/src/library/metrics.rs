use super::{family_name, Kind, Library, CALL_SITE, SUMMARY};
use crate::measure::Subject;
use crate::workload;
use metrics::{Counter, Gauge, Histogram, Key, Label, Level, Metadata, Recorder};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

pub struct Metrics;

pub struct Page {
    recorder: PrometheusRecorder,
    names: Vec<&'static str>,
    kind: Kind,
    text: Vec<u8>,
}

const NAME: &str = "metrics 0.24 + exporter";
static METADATA: Metadata<'static> = Metadata::new("compare", Level::INFO, None);

/// What the macros of the library make of label values that are known at run time.
#[inline]
fn key<const N: usize>(name: &'static str, names: [&'static str; N], values: [&str; N]) -> Key {
    let labels: Vec<Label> =
        names.iter().zip(values).map(|(&name, value)| Label::new(name, value.to_owned())).collect();
    Key::from_parts(name, labels)
}

impl Library for Metrics {
    const NAME: &'static str = NAME;

    type Counter = Counter;

    fn counter() -> Counter {
        let recorder = PrometheusBuilder::new().build_recorder();
        recorder.register_counter(&Key::from_static_name("held_total"), &METADATA)
    }

    #[inline]
    fn inc(counter: &Counter) {
        counter.increment(1);
    }

    type Gauge = Gauge;

    fn gauge() -> Gauge {
        let recorder = PrometheusBuilder::new().build_recorder();
        recorder.register_gauge(&Key::from_static_name("held"), &METADATA)
    }

    #[inline]
    fn set(gauge: &Gauge, value: f64) {
        gauge.set(value);
    }

    #[inline]
    fn add(gauge: &Gauge, value: f64) {
        gauge.increment(value);
    }

    type Histogram<const N: usize> = (Histogram, PrometheusHandle);

    fn histogram<const N: usize>(bounds: [f64; N]) -> Self::Histogram<N> {
        let builder = PrometheusBuilder::new().set_buckets(&bounds).expect("there are bounds");
        let recorder = builder.build_recorder();
        let key = Key::from_static_name("held_seconds");
        (recorder.register_histogram(&key, &METADATA), recorder.handle())
    }

    #[inline]
    fn observe<const N: usize>(histogram: &Self::Histogram<N>, value: f64) {
        histogram.0.record(value);
    }

    /// Observations are stored until the upkeep of the exporter sorts them into buckets.
    fn settle<const N: usize>(histogram: &Self::Histogram<N>) {
        histogram.1.run_upkeep();
    }

    type Pair = PrometheusRecorder;

    fn pair() -> PrometheusRecorder {
        PrometheusBuilder::new().build_recorder()
    }

    #[inline]
    fn inc_pair(pair: &PrometheusRecorder, values: [&str; 2]) {
        let key = key("pair_total", ["method", "instance"], values);
        pair.register_counter(&key, &METADATA).increment(1);
    }

    type Page = Page;

    fn page(kind: Kind, families: usize) -> Page {
        let builder = PrometheusBuilder::new().set_buckets(&workload::DEFAULT_BOUNDS);
        let names = (0..families).map(|number| &*family_name(kind, number).leak()).collect();
        let recorder = builder.expect("there are bounds").build_recorder();
        Page { recorder, names, kind, text: Vec::new() }
    }

    #[inline]
    fn touch(page: &Page, family: usize, values: [&'static str; 3], value: u64) {
        let key = key(page.names[family], workload::LABELS, values);
        match page.kind {
            Kind::Counters => {
                page.recorder.register_counter(&key, &METADATA).increment(value);
            }
            Kind::Histograms => {
                page.recorder.register_histogram(&key, &METADATA).record(value as f64 / 1e6);
            }
        }
    }

    fn encode(page: &mut Page) -> usize {
        page.text.clear();
        let handle = page.recorder.handle();
        handle.render_to_write(&mut page.text).expect("memory does not fail");
        page.text.len()
    }

    fn more() -> Vec<(&'static str, Subject)> {
        let recorder = PrometheusBuilder::new().build_recorder();
        let key = Key::from_static_name("held_seconds");
        let summary = recorder.register_histogram(&key, &METADATA);
        let handle = recorder.handle();
        // Another may be installed already; this row needs any.
        let _ = metrics::set_global_recorder(PrometheusBuilder::new().build_recorder());
        let durations = workload::durations();
        let site = |_, count| {
            for _ in 0..count {
                metrics::counter!("site_total", "kind" => "literal").increment(1);
            }
        };
        let observe = move |start, count| {
            for at in start..start + count {
                summary.record(durations[at & (durations.len() - 1)]);
            }
        };
        let mut observe = Subject::new(NAME, observe);
        observe.settle = Some(Box::new(move || handle.run_upkeep()));
        vec![(CALL_SITE, Subject::new(NAME, site)), (SUMMARY, observe)]
    }
}
