use super::*;

fn gauge(name: &'static str) -> Descriptor {
    Descriptor::gauge(name, "Help.").unwrap()
}

#[test]
fn o9_counters_and_infos_carry_their_suffix() {
    assert!(Descriptor::counter("a_total", "Help.").is_ok());
    for name in ["a", "_total", "a_totals"] {
        assert!(Descriptor::counter(name, "Help.").is_err(), "{name}");
    }
    assert!(Descriptor::info("build_info", "Help.").is_ok());
    assert!(Descriptor::info("build", "Help.").is_err());
}

#[test]
fn a21_help_is_not_optional() {
    assert!(Descriptor::gauge("a", "").is_err());
    assert!(Descriptor::gauge("a", " \n").is_err());
}

#[test]
fn n4_reserved_labels_are_refused_where_their_type_needs_them() {
    assert!(gauge("a").with_labels(["le", "quantile"]).is_ok());
    let histogram = Descriptor::histogram("a", "Help.", Buckets::default()).unwrap();
    assert!(histogram.clone().with_labels(["le"]).is_err());
    assert!(histogram.with_const_label("le", "1").is_err());
    let states = Descriptor::state_set("a", "Help.", ["on", "off"]).unwrap();
    assert!(states.with_labels(["a"]).is_err());
    assert!(gauge("a").with_labels(["__name__"]).is_err());
}

#[test]
fn n7_label_names_are_unique_also_after_normalisation() {
    assert!(gauge("a").with_labels(["x", "x"]).is_err());
    assert!(gauge("a").with_const_label("x", "1").unwrap().with_labels(["x"]).is_err());
    let dotted = LabelName::utf8("k.x").unwrap();
    let underscored = LabelName::new("k_x").unwrap();
    assert!(gauge("a").with_labels([dotted, underscored]).is_err());
}

#[test]
fn n12_claims_cover_every_expanded_name() {
    let counter = Descriptor::counter("a_total", "Help.").unwrap();
    let histogram = Descriptor::histogram("h", "Help.", Buckets::default()).unwrap();
    let common = |family: &Descriptor, gauge: &str| {
        let gauge = Descriptor::gauge(gauge, "Help.").unwrap();
        assert_eq!(family.common_sample_name(&gauge), gauge.common_sample_name(family));
        family.common_sample_name(&gauge)
    };
    for name in ["a", "a_total", "a_created"] {
        assert_eq!(common(&counter, name).as_deref(), Some(name));
    }
    for name in ["h", "h_bucket", "h_count", "h_sum", "h_created"] {
        assert_eq!(common(&histogram, name).as_deref(), Some(name));
    }
    for name in ["b", "a_count", "a_total_total", "h_total", "h_", "h_counts", "hh_count"] {
        assert_eq!((common(&counter, name), common(&histogram, name)), (None, None), "{name}");
    }
}

#[test]
fn state_sets_have_distinct_states() {
    for states in [vec![], vec!["a", "a"], vec![""]] {
        assert!(Descriptor::state_set("s", "Help.", states).is_err());
    }
}

#[test]
fn const_labels_are_rendered_once_and_escaped() {
    let descriptor = gauge("a").with_const_label("zone", "a\"b").unwrap();
    assert_eq!(descriptor.const_pieces(), ",zone=\"a\\\"b\"");
}
