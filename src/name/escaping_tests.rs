use super::super::{LabelName, MetricName};
use super::*;
use proptest::prelude::*;

/// Names, and what Prometheus's own tests say that they become.
const VECTORS: [(&str, &str, &str, &str); 7] = [
    (
        "mysystem.prod.west.cpu.load",
        "mysystem_prod_west_cpu_load",
        "mysystem_dot_prod_dot_west_dot_cpu_dot_load",
        "U__mysystem_2e_prod_2e_west_2e_cpu_2e_load",
    ),
    (
        "mysystem.prod.west.cpu.load_total",
        "mysystem_prod_west_cpu_load_total",
        "mysystem_dot_prod_dot_west_dot_cpu_dot_load__total",
        "U__mysystem_2e_prod_2e_west_2e_cpu_2e_load__total",
    ),
    ("http.status:sum", "http_status:sum", "http_dot_status:sum", "U__http_2e_status:sum"),
    ("label with 😱", "label_with__", "label__with____", "U__label_20_with_20__1f631_"),
    ("label with \u{100}", "label_with__", "label__with____", "U__label_20_with_20__100_"),
    ("花火", "__", "____", "U___82b1__706b_"),
    ("9.lives", "__lives", "___dot_lives", "U___39__2e_lives"),
];

#[test]
fn c6_names_are_escaped_as_prometheus_does_it() {
    for (name, underscores, dots, values) in VECTORS {
        let name = MetricName::utf8(name).expect("any text");
        assert_eq!(name.escaped(Escaping::AllowUtf8), name.as_str());
        assert_eq!(name.escaped(Escaping::Underscores), underscores);
        assert_eq!(name.escaped(Escaping::Dots), dots);
        assert_eq!(name.escaped(Escaping::Values), values);
    }
}

/// Prometheus's function that escapes one name would double the underscore in `dots`. The one that
/// escapes a family does not call it for such a name.
#[test]
fn c6_names_of_the_legacy_set_stay_as_they_are() {
    for escaping in Escaping::ALL {
        for name in ["no:escaping_required", "a", "U__a_2e_b", ":a"] {
            assert_eq!(MetricName::new(name).expect("legacy").escaped(escaping), name);
        }
        assert_eq!(LabelName::new("a_b").expect("legacy").escaped(escaping), "a_b");
    }
}

#[test]
fn c6_a_colon_is_no_part_of_a_label_name() {
    let name = LabelName::utf8("a:b_c").expect("any text");
    let escaped = Escaping::ALL.map(|escaping| name.escaped(escaping).into_owned());
    assert_eq!(escaped, ["a_b_c", "a:b_c", "a__b__c", "U__a_3a_b__c"]);
}

/// What Prometheus makes of a name that was escaped by `values`, from how the scheme is described.
fn unescape_values(name: &str) -> Option<String> {
    let Some(rest) = name.strip_prefix("U__") else { return Some(name.to_owned()) };
    let mut parts = rest.split('_');
    let mut plain = parts.next()?.to_owned();
    while let Some(code) = parts.next() {
        // Between two underscores: nothing, which is one of them, or the number of a character.
        match code {
            "" => plain.push('_'),
            code => plain.push(char::from_u32(u32::from_str_radix(code, 16).ok()?)?),
        }
        plain.push_str(parts.next()?);
    }
    Some(plain)
}

fn unescape_dots(name: &str) -> String {
    name.replace("_dot_", ".").replace("__", "_")
}

fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[aU_.:9 돌\"\\\\\n\0é😱]{1,12}"]
        .prop_filter("refused", |name| MetricName::utf8(name.clone()).is_ok())
}

proptest! {
    #[test]
    fn values_can_be_read_back(name in hostile()) {
        let metric = MetricName::utf8(name.clone()).expect("filtered");
        let label = LabelName::utf8(name.clone()).expect("filtered");
        for escaped in [metric.escaped(Escaping::Values), label.escaped(Escaping::Values)] {
            if escaped != name {
                prop_assert_eq!(unescape_values(&escaped), Some(name.clone()), "{}", escaped);
            }
        }
    }

    #[test]
    fn dots_can_be_read_back_where_nothing_else_is_escaped(name in "[a-z][a-z.:_9]{0,12}") {
        let name = format!("{name}.").replace("_dot_", "");
        let escaped = MetricName::utf8(name.clone()).expect("any text");
        let escaped = escaped.escaped(Escaping::Dots);
        // The scheme itself is not reversible where an underscore and a dot are neighbours.
        if !name.contains("_.") && !name.contains("._") && !name.contains("..") {
            prop_assert_eq!(unescape_dots(&escaped), name, "{}", escaped);
        }
    }

    #[test]
    fn only_the_legacy_set_is_left(name in hostile()) {
        let (metric, label) = (MetricName::utf8(name.clone()), LabelName::utf8(name));
        for escaping in [Escaping::Underscores, Escaping::Dots, Escaping::Values] {
            let metric = metric.as_ref().expect("filtered").escaped(escaping);
            let label = label.as_ref().expect("filtered").escaped(escaping);
            for (name, colon) in [(&metric, true), (&label, false)] {
                prop_assert!(!name.starts_with(|c: char| c.is_ascii_digit()));
                prop_assert!(name.bytes().all(|byte| is_legacy(byte, colon)), "{}", name);
            }
        }
        let metric = metric.expect("filtered");
        prop_assert_eq!(metric.escaped(Escaping::Underscores), metric.normalised());
    }
}
