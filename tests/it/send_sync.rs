//! Everything public may be sent to and shared with other threads, and unwinds safely through.

use nunchi::label::{LabelText, LabelValue, Labels};
use nunchi::metric::{InProgress, Settings, Timer};
use nunchi::model::{Descriptor, MetricType, Number, Quantiles, SummaryShape};
use nunchi::{
    Buckets, Callback, Counter, DynamicLabels, EncodeError, Encoder, Family, Format, Gauge,
    Histogram, Info, LabelName, MetricName, NameError, RegisterError, Registry, Scope, Series,
    StateSet, Summary,
};

fn both<T: Send + Sync>() {}
fn lives<T: 'static>() {}

#[test]
fn a3_instruments_are_send_and_sync() {
    both::<Counter>();
    both::<Gauge>();
    both::<Gauge<i64>>();
    both::<Histogram>();
    both::<Summary>();
    both::<Info>();
    both::<StateSet>();
    both::<Callback>();
}

#[test]
fn a3_handles_are_send_and_sync_and_can_be_stored() {
    both::<Registry>();
    both::<Scope>();
    both::<Family<Counter>>();
    both::<Family<Histogram, DynamicLabels>>();
    both::<Series<Counter>>();
    both::<Series<Summary>>();
    both::<Timer<'_, Histogram>>();
    both::<InProgress<'_, i64>>();
    lives::<Registry>();
    lives::<Series<Histogram>>();
    lives::<Family<Counter, DynamicLabels>>();
}

/// A label set that is itself bound to one thread does not bind its family: only references to it
/// pass through.
#[test]
fn a3_a_family_is_shared_whatever_its_labels_are() {
    struct OneThread(std::rc::Rc<str>);
    impl Labels for OneThread {
        type Borrowed<'b> = OneThread;
        const NAMES: &'static [&'static str] = &["name"];
        fn with_values<R>(&self, f: impl FnOnce(&[&str]) -> R) -> R {
            f(&[&self.0])
        }
    }
    both::<Family<Counter, OneThread>>();
    let registry = Registry::new();
    let family = registry.counter("sent_total", "Sent.").family::<OneThread>().expect("valid");
    std::thread::spawn(move || family.with(&OneThread("a".into())).inc()).join().expect("no panic");
}

#[test]
fn a3_values_are_send_and_sync() {
    both::<Buckets>();
    both::<Quantiles>();
    both::<SummaryShape>();
    both::<Descriptor>();
    both::<MetricType>();
    both::<Number>();
    both::<MetricName>();
    both::<LabelName>();
    both::<LabelText<'_>>();
    both::<Settings<Histogram>>();
    both::<Format>();
    both::<nunchi::http::Response>();
}

#[cfg(feature = "gc")]
#[test]
fn a3_statistics_of_collectors_are_send_and_sync() {
    use nunchi::gc::{Cycle, GcBuilder, GcStats, Heap, Pause};
    both::<GcBuilder>();
    both::<GcStats>();
    both::<Heap>();
    both::<Cycle<'_>>();
    both::<Pause<'_, '_>>();
    lives::<Heap>();
}

#[test]
fn errors_travel_as_boxed_errors() {
    fn is_error<E: std::error::Error + Send + Sync + 'static>() {}
    is_error::<NameError>();
    is_error::<RegisterError>();
    is_error::<EncodeError>();
}

#[test]
fn label_values_are_object_safe() {
    let values: [&dyn LabelValue; 3] = [&"a", &7_u8, &true];
    let texts: Vec<_> = values.iter().map(|value| value.text().as_str().to_owned()).collect();
    assert_eq!(texts, ["a", "7", "true"]);
}

/// Answers at run time, so that this file compiles whatever the answer is.
struct Probe<T>(std::marker::PhantomData<T>);

trait Otherwise {
    const IS_SEND: bool = false;
}

impl<T> Otherwise for Probe<T> {}

impl<T: Send> Probe<T> {
    const IS_SEND: bool = true;
}

/// A server that writes a page in chunks holds the encoder between them, and a future that does is
/// moved from thread to thread.
#[test]
fn an_encoder_may_change_threads_between_chunks() {
    let [encoder, registry, rc] =
        [Probe::<Encoder>::IS_SEND, Probe::<Registry>::IS_SEND, Probe::<std::rc::Rc<u8>>::IS_SEND];
    assert!(registry && !rc, "the probe answers rightly");
    assert!(encoder, "`Encoder` is not `Send`");
}
