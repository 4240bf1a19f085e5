//! Exemplars of the current span, from a real subscriber to the page. The source of them is one for
//! the process, so this is a process of its own.

use nunchi::testing::parse_open_metrics;
use nunchi::tracing::ExemplarLayer;
use nunchi::{encode, Exemplar, Format, Registry};
use tracing::field::Empty;
use tracing::subscriber::with_default;
use tracing::{info_span, Subscriber};
use tracing_subscriber::layer::SubscriberExt;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

fn subscriber() -> impl Subscriber {
    tracing_subscriber::registry().with(ExemplarLayer::new())
}

/// The labels that a page shows of an exemplar of what is current.
fn shown() -> Vec<(String, String)> {
    let registry = Registry::new();
    let jobs = registry.counter("jobs_total", "J.").register().expect("valid");
    jobs.inc_with_exemplar(Exemplar::current());
    let mut page = Vec::new();
    encode(&registry, Format::OpenMetrics, &mut page);
    let page = parse_open_metrics(&page).expect("a valid page");
    let sample = page.sample("jobs_total", &[]).expect("the counter");
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    sample.exemplar().into_iter().flat_map(|exemplar| exemplar.labels().map(owned)).collect()
}

fn labels(trace: &str, span: &str) -> Vec<(String, String)> {
    let labels = [("trace_id", trace), ("span_id", span)];
    let labels = labels.iter().filter(|(_, value)| !value.is_empty());
    labels.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn an_exemplar_has_the_ids_of_the_span_that_it_is_in() {
    with_default(subscriber(), || {
        assert_eq!(shown(), []);
        let request = info_span!("request", trace_id = TRACE, span_id = 0xb7_u64, route = "/");
        request.in_scope(|| {
            assert_eq!(shown(), labels(TRACE, "00000000000000b7"));
            info_span!("query").in_scope(|| assert_eq!(shown(), labels(TRACE, "00000000000000b7")));
            let query = info_span!("query", span_id = %format_args!("{:x}", 0xc8));
            query.in_scope(|| assert_eq!(shown(), labels(TRACE, "c8")));
            let other = info_span!("request", trace_id = 0xd9_u128);
            let number = format!("{:032x}", 0xd9);
            other.in_scope(|| assert_eq!(shown(), labels(&number, "")));
        });
        assert_eq!(shown(), []);
    });
    assert_eq!(shown(), [], "there is no subscriber");
}

#[test]
fn ids_may_be_recorded_later_and_again() {
    with_default(subscriber(), || {
        let request = info_span!("request", trace_id = Empty, span_id = Empty);
        let _in = request.enter();
        assert_eq!(shown(), []);
        request.record("span_id", "b7");
        assert_eq!(shown(), [], "it leads nowhere");
        request.record("trace_id", TRACE);
        assert_eq!(shown(), labels(TRACE, "b7"));
        request.record("span_id", "c8");
        assert_eq!(shown(), labels(TRACE, "c8"));
    });
}

#[test]
fn what_is_no_id_is_not_there() {
    with_default(subscriber(), || {
        for none in ["", "0000", "x".repeat(49).as_str()] {
            info_span!("request", trace_id = none).in_scope(|| assert_eq!(shown(), []));
        }
        // More than the standard allows would have been refused.
        let long = "돌".repeat(16);
        let request = info_span!("request", trace_id = long.as_str(), span_id = long.as_str());
        request.in_scope(|| assert_eq!(shown(), labels(&long, &long)));
    });
}

#[test]
fn a_subscriber_without_the_layer_has_none() {
    with_default(tracing_subscriber::registry(), || {
        info_span!("request", trace_id = TRACE).in_scope(|| assert_eq!(shown(), []));
    });
}
