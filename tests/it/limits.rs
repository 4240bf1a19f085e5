//! The edges of what may be asked for: refused in words or shown in full, never a panic.

use crate::support::{page, parsed, Fixed, Value};
use nunchi::model::{Descriptor, Number};
use nunchi::{RegisterErrorKind, Registry};

const NONE: [(&str, &str); 0] = [];

#[test]
fn a_state_set_has_1_to_64_states() {
    let registry = Registry::new();
    let states: Vec<String> = (0..65).map(|n| format!("s{n}")).collect();
    let states = || states.iter().map(String::as_str);
    let most = registry.state_set("most", "Most.", states().take(64)).register().expect("64");
    assert!(most.set("s63") && most.is_on("s63") && !most.is_on("s0"));
    for (name, count) in [("none", 0), ("many", 65)] {
        let refused = registry.state_set(name, "Help.", states().take(count)).register();
        let kind = refused.err().map(|error| error.kind());
        assert_eq!(kind, Some(RegisterErrorKind::Invalid), "{count} states");
    }
    assert_eq!(parsed(&registry).value("most", &[("most", "s63")]), Some("1"));
}

#[test]
fn a_state_has_a_name() {
    let registry = Registry::new();
    let refused = registry.state_set("phase", "Phase.", ["up", ""]).register();
    assert_eq!(refused.err().map(|error| error.kind()), Some(RegisterErrorKind::Invalid));
}

#[test]
fn a_state_set_asked_for_with_other_states_is_a_conflict() {
    let registry = Registry::new();
    registry.state_set("phase", "Phase.", ["up", "down"]).register().expect("valid");
    let other = registry.state_set("phase", "Phase.", ["open", "shut"]).register();
    assert_eq!(other.err().map(|error| error.kind()), Some(RegisterErrorKind::Conflict));
}

#[test]
fn a_family_that_may_have_no_series_folds_everything() {
    let registry = Registry::new();
    let family = registry.counter("a_total", "A.").max_series(0).labels(["x"]).expect("valid");
    family.with_values(&["1"]).expect("one").inc();
    registry.counter("b_total", "B.").max_series(0).register().expect("valid").inc();
    let page = parsed(&registry);
    assert_eq!(page.value("a_total", &[("x", "__overflow__")]), Some("1"));
    assert_eq!(page.value("b_total", &[]), Some("1"), "a family without labels has its series");
}

#[test]
fn names_have_1024_bytes_with_their_prefix() {
    let registry = Registry::new();
    let longest = "a".repeat(1024);
    registry.gauge(&longest, "Help.").labels([longest.as_str()]).expect("valid");
    assert!(registry.gauge(&"b".repeat(1025), "Help.").register().is_err());
    let scope = registry.scope("p_", NONE).expect("valid");
    assert!(scope.gauge(&longest, "Help.").register().is_err());
    let gauge = Descriptor::gauge(longest, "Help.").expect("valid");
    assert!(scope.register(Fixed::one(gauge, Value::Number(Number::U64(1)))).is_err());
    let deep = (0..300).try_fold(scope, |scope, _| scope.scope("deep_", NONE));
    assert!(deep.map_or(true, |deep| deep.gauge("a", "Help.").register().is_err()));
    parsed(&registry);
}

#[test]
fn a_histogram_of_4096_bounds_is_shown_in_full() {
    let registry = Registry::new();
    let bounds = |count| (0..count).map(f64::from).collect::<Vec<_>>();
    let largest = registry.histogram("h", "H.").buckets(bounds(4096)).register().expect("valid");
    largest.observe(4000.5);
    assert!(registry.histogram("i", "I.").buckets(bounds(4097)).register().is_err());
    let page = parsed(&registry);
    assert_eq!(page.families[0].samples.len(), 4096 + 1 + 2);
    assert_eq!(page.value("h_bucket", &[("le", "4000.0")]), Some("0"));
    assert_eq!(page.value("h_bucket", &[("le", "4001.0")]), Some("1"));
}

#[test]
fn a_help_of_a_megabyte_is_carried_whole() {
    let registry = Registry::new();
    let help = "a\\\n\"".repeat(1 << 18);
    registry.gauge("a", &help).register().expect("valid");
    assert_eq!(parsed(&registry).families[0].help, help);
}

#[test]
fn a_collector_that_describes_nothing_or_panics_is_refused() {
    struct Bad(bool);
    impl nunchi::Collector for Bad {
        fn describe(&self) -> Vec<Descriptor> {
            assert!(!self.0, "on purpose");
            Vec::new()
        }
        fn collect(
            &self,
            _: &mut nunchi::model::Collection<'_>,
        ) -> Result<(), nunchi::CollectError> {
            Ok(())
        }
    }
    let registry = Registry::new();
    assert!(registry.register(Bad(false)).is_err());
    let other = registry.clone();
    assert!(std::thread::spawn(move || other.register(Bad(true))).join().is_err());
    registry.gauge("a", "A.").register().expect("the registry goes on");
    assert!(page(&registry).ends_with("\na 0\n"));
}

#[test]
fn a_collector_cannot_yield_what_it_did_not_describe() {
    let wrong: [(&str, Vec<String>, Value); 5] = [
        ("b", vec![], Value::Number(Number::U64(1))),
        ("a", vec!["x".into()], Value::Number(Number::U64(1))),
        ("a", vec![], Value::Histogram(vec![1], 1.0)),
        ("a", vec![], Value::Summary(vec![], 1, 1.0)),
        ("a", vec![], Value::States(vec![])),
    ];
    for (name, labels, value) in wrong {
        let registry = Registry::new();
        let mut fixed = Fixed::gauge("a");
        fixed.points.push((name.into(), labels, value.clone()));
        registry.register(fixed).expect("valid");
        assert_eq!(page(&registry), "", "{value:?}");
    }
}

#[test]
fn a_collected_counter_is_never_negative_or_no_number() {
    for number in [Number::F64(-0.5), Number::I64(-1), Number::F64(f64::NAN)] {
        let registry = Registry::new();
        let counter = Descriptor::counter("a_total", "A.").expect("valid");
        registry.register(Fixed::one(counter, Value::Number(number))).expect("valid");
        assert_eq!(page(&registry), "", "{number:?}");
    }
}

#[test]
fn the_global_registry_cannot_be_replaced_once_it_is_used() {
    nunchi::gauge!("limits_in_use", "Help.").set(1.0);
    assert!(nunchi::set_global(Registry::new()).is_err());
    assert_eq!(parsed(nunchi::global()).value("limits_in_use", &[]), Some("1"));
}
