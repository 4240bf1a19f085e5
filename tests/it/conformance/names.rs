//! N: names, labels, what is reserved.

use crate::support::{page, parsed, Fixed, Value};
use nunchi::model::{Descriptor, Number};
use nunchi::{LabelName, MetricName, NameFault, RegisterErrorKind, Registry};

fn kind<T>(result: Result<T, nunchi::RegisterError>) -> Option<RegisterErrorKind> {
    result.err().map(|error| error.kind())
}

#[test]
fn n1_legacy_metric_names_are_taken_as_they_are() {
    let registry = Registry::new();
    for name in ["a", "A9_", "a:b", "a__b", "Z"] {
        registry.gauge(name, "Help.").register().expect(name);
        assert!(page(&registry).contains(&format!("\n{name} 0\n")), "{name}");
    }
}

#[test]
fn n1_other_metric_names_need_to_be_asked_for() {
    for name in ["", "9a", "a b", "a.b", "a-b", "돌", "a\n", "a\0", "é"] {
        assert_eq!(
            kind(Registry::new().gauge(name, "Help.").register()),
            Some(RegisterErrorKind::Invalid)
        );
    }
    let dotted = MetricName::utf8("http.server.requests").expect("any text");
    let registry = Registry::new();
    let gauge = Descriptor::gauge(dotted, "Help.").expect("valid");
    registry.register(Fixed::one(gauge, Value::Number(Number::U64(1)))).expect("valid");
    assert_eq!(parsed(&registry).value("http_server_requests", &[]), Some("1"));
}

#[test]
fn n2_label_names_outside_the_legacy_set_are_refused() {
    for name in ["", "9a", "a:b", "a b", "a.b", "돌", "le\""] {
        let refused = kind(Registry::new().gauge("g", "Help.").labels([name]));
        assert_eq!(refused, Some(RegisterErrorKind::Invalid), "{name}");
    }
}

#[test]
fn n2_utf8_label_names_are_shown_with_underscores() {
    let registry = Registry::new();
    let label = LabelName::utf8("k.x").expect("any text");
    let gauge = Descriptor::gauge("g", "Help.").and_then(|gauge| gauge.with_labels([label]));
    let value = Value::Number(Number::U64(1));
    registry.register(Fixed::one(gauge.expect("valid"), value)).expect("valid");
    assert_eq!(parsed(&registry).value("g", &[("k_x", "k.x")]), Some("1"));
}

#[test]
fn n3_names_with_a_leading_underscore_are_reserved() {
    let registry = Registry::new();
    for name in ["_a", "__a", "_"] {
        let metric = kind(registry.gauge(name, "Help.").register());
        let label = kind(registry.gauge("g", "Help.").labels([name]));
        assert_eq!([metric, label], [Some(RegisterErrorKind::Invalid); 2], "{name}");
        assert!(registry.scope("", [(name, "x")]).is_err(), "{name}");
        assert!(registry.scope(name, [("x", "x")]).is_err(), "{name}");
        assert_eq!(MetricName::utf8(name), Err(NameFault::Reserved));
    }
}

#[test]
fn n4_the_label_name_is_never_a_users() {
    let registry = Registry::new();
    assert!(registry.gauge("g", "Help.").labels(["__name__"]).is_err());
    assert!(Descriptor::gauge("g", "Help.").and_then(|g| g.with_labels(["__name__"])).is_err());
}

#[test]
fn n4_le_and_quantile_are_reserved_where_the_type_needs_them() {
    let registry = Registry::new();
    assert!(registry.histogram("h", "Help.").labels(["a", "le"]).is_err());
    assert!(registry.summary("s", "Help.").labels(["a", "quantile"]).is_err());
    let histogram = Descriptor::histogram("h", "Help.", nunchi::Buckets::default());
    assert!(histogram.and_then(|h| h.with_const_label("le", "1")).is_err());
    assert!(page(&registry).is_empty());
}

#[test]
fn n4_the_label_of_a_state_set_is_its_own() {
    let registry = Registry::new();
    let phase = registry.state_set("phase", "Phase.", ["up", "down"]).labels(["phase"]);
    assert_eq!(kind(phase), Some(RegisterErrorKind::Invalid));
}

#[test]
fn n4_the_label_of_a_state_set_is_its_own_behind_a_prefix() {
    let registry = Registry::new();
    let none: [(&str, &str); 0] = [];
    let scope = registry.scope("app_", none).expect("valid");
    let phase = scope.state_set("phase", "Phase.", ["up", "down"]).labels(["app_phase"]);
    if let Ok(phase) = phase {
        let _ = phase.with_values(&["x"]);
        parsed(&registry); // Whatever is accepted must make a valid page.
    }
}

#[test]
fn n5_type_and_unit_labels_of_the_server_are_refused() {
    let registry = Registry::new();
    for name in ["__type__", "__unit__"] {
        assert!(registry.gauge("g", "Help.").labels([name]).is_err());
        assert!(registry.scope("", [(name, "x")]).is_err());
    }
}

#[test]
fn n7_a_label_name_comes_once() {
    let registry = Registry::new();
    assert!(registry.gauge("g", "Help.").labels(["a", "b", "a"]).is_err());
    assert!(registry
        .scope("", [("a", "1"), ("a", "2")])
        .is_ok_and(|scope| scope.gauge("g", "Help.").register().is_err()));
    let scope = registry.scope("", [("a", "1")]).expect("valid");
    assert!(scope.gauge("g", "Help.").labels(["a"]).is_err());
    assert!(scope
        .scope("", [("a", "2")])
        .is_ok_and(|scope| scope.gauge("g", "Help.").register().is_err()));
    assert!(page(&registry).is_empty());
}

#[test]
fn n7_label_names_that_become_equal_on_the_page_are_refused() {
    let dotted = LabelName::utf8("k.x").expect("any text");
    let plain = LabelName::new("k_x").expect("legacy");
    let gauge = Descriptor::gauge("g", "Help.").expect("valid");
    assert!(gauge.clone().with_labels([dotted.clone(), plain.clone()]).is_err());
    let labelled = gauge.with_labels([plain]).expect("valid");
    assert!(labelled.with_const_label(dotted, "v").is_err());
}

#[test]
fn n8_an_empty_value_and_an_absent_label_are_one_series() {
    let registry = Registry::new();
    let family = registry.counter("a_total", "A.").labels(["x", "y"]).expect("valid");
    family.with_values(&["", "1"]).expect("two").inc();
    family.with_values(&["", "1"]).expect("two").inc();
    family.with_values(&["", ""]).expect("two").inc();
    let page = page(&registry);
    assert!(page.ends_with("\na_total{y=\"1\"} 2\na_total 1\n"), "{page}");
}

#[test]
fn n8_a_collector_cannot_yield_empty_and_absent_as_two() {
    let registry = Registry::new();
    let gauge = Descriptor::gauge("g", "Help.").and_then(|g| g.with_labels(["x"]));
    let mut fixed = Fixed::one(gauge.expect("valid"), Value::Number(Number::U64(1)));
    fixed.points = vec![
        ("g".into(), vec![String::new()], Value::Number(Number::U64(1))),
        ("g".into(), vec![String::new()], Value::Number(Number::U64(2))),
    ];
    registry.register(fixed).expect("valid");
    assert_eq!(page(&registry), "");
}

#[test]
fn n9_label_values_are_any_text() {
    let registry = Registry::new();
    let family = registry.counter("a_total", "A.").labels(["x"]).expect("valid");
    let values = ["\0", "\n", "\\", "\"", "\\n", "\r\n", "돌🪨", "\u{feff}", " ", "}", ",a=\"b\""];
    for value in values {
        family.with_values(&[value]).expect("one").inc();
    }
    let page = parsed(&registry);
    for value in values {
        assert_eq!(page.value("a_total", &[("x", value)]), Some("1"), "{value:?}");
    }
}

#[test]
fn n11_a_suffix_that_means_a_type_is_refused_where_it_would_collide() {
    let registry = Registry::new();
    assert!(registry.counter("requests", "No suffix.").register().is_err());
    assert!(registry.info("build", "No suffix.", [("v", "1")]).is_err());
    registry.histogram("h", "H.").register().expect("valid");
    for name in ["h_sum", "h_count", "h_bucket", "h_created"] {
        let refused = kind(registry.gauge(name, "G.").register());
        assert_eq!(refused, Some(RegisterErrorKind::Collision), "{name}");
    }
}

#[test]
fn n12_expanded_names_collide_whoever_comes_first() {
    let collides = |first: &dyn Fn(&Registry) -> bool, second: &dyn Fn(&Registry) -> bool| {
        let registry = Registry::new();
        let one_way = first(&registry) && !second(&registry);
        let registry = Registry::new();
        one_way && second(&registry) && !first(&registry)
    };
    let gauge = |name: &'static str| {
        move |registry: &Registry| registry.gauge(name, "G.").register().is_ok()
    };
    let counter = |registry: &Registry| registry.counter("x_total", "C.").register().is_ok();
    let histogram = |registry: &Registry| registry.histogram("x", "H.").register().is_ok();
    let summary = |registry: &Registry| registry.summary("x", "S.").register().is_ok();
    let info = |registry: &Registry| registry.info("x_info", "I.", [("v", "1")]).is_ok();
    assert!(collides(&counter, &gauge("x_created")));
    assert!(collides(&counter, &gauge("x")));
    assert!(collides(&histogram, &gauge("x_bucket")));
    assert!(collides(&histogram, &gauge("x_sum")));
    assert!(collides(&summary, &gauge("x_count")));
    assert!(collides(&histogram, &summary));
    assert!(collides(&histogram, &counter));
    assert!(collides(&info, &gauge("x")));
}

#[test]
fn n13_a_page_has_every_family_once() {
    let registry = Registry::new();
    for shard in ["a", "b"] {
        let scope = registry.scope("db_", [("shard", shard)]).expect("valid");
        scope.gauge("rows", "Rows.").register().expect("valid");
    }
    let page = page(&registry);
    assert_eq!((page.matches("# HELP").count(), page.matches("# TYPE").count()), (1, 1));
    assert_eq!(parsed(&registry).families[0].samples.len(), 2);
}

#[test]
fn n14_a_family_asked_for_again_is_the_same_family() {
    let registry = Registry::new();
    for _ in 0..3 {
        registry.counter("a_total", "A.").register().expect("the same").inc();
    }
    assert!(page(&registry).ends_with("\na_total 3\n"));
}

#[test]
fn n14_a_collector_that_yields_a_series_twice_is_left_out() {
    let registry = Registry::new();
    let mut twice = Fixed::gauge("g");
    twice.points.push(twice.points[0].clone());
    registry.register(twice).expect("valid");
    registry.register(Fixed::gauge("other")).expect("valid");
    let page = parsed(&registry);
    assert!(page.family("g").is_none() && page.family("other").is_some());
}

#[test]
fn n14_state_sets_name_every_state_once() {
    let registry = Registry::new();
    if registry.state_set("phase", "Phase.", ["up", "up"]).register().is_ok() {
        parsed(&registry); // Whatever is accepted must make a valid page.
    }
}

#[test]
fn n15_a_name_has_one_help() {
    let registry = Registry::new();
    registry.gauge("g", "One.").register().expect("valid");
    let other = kind(registry.gauge("g", "Two.").register());
    assert_eq!(other, Some(RegisterErrorKind::Conflict));
}

#[test]
fn n17_nothing_adds_a_label_that_was_not_asked_for() {
    let registry = Registry::new();
    registry.gauge("g", "G.").register().expect("valid");
    registry.counter("c_total", "C.").labels(["x"]).expect("valid").with_values(&["1"]).expect("");
    let page = parsed(&registry);
    let labels: Vec<_> =
        page.families.iter().flat_map(|f| &f.samples).map(|s| s.labels.len()).collect();
    assert_eq!(labels, [1, 0]);
}

#[test]
fn n19_labels_keep_their_declared_order() {
    let registry = Registry::new();
    let scope = registry.scope("", [("z", "0"), ("b", "0")]).expect("valid");
    let family = scope.counter("a_total", "A.").labels(["y", "a"]).expect("valid");
    for value in ["1", "2"] {
        family.with_values(&[value, value]).expect("two").inc();
        let page = page(&registry);
        let line = format!("a_total{{z=\"0\",b=\"0\",y=\"{value}\",a=\"{value}\"}} 1\n");
        assert!(page.ends_with(&line), "{page}");
    }
}
