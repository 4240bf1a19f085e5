//! What the names of a family are in the escaping schemes other than `underscores`.
//!
//! `allow-utf-8` is never asked about: names that are equal as they are, are equal with underscores.

use super::{Descriptor, Facts, MetricType, Shape};
use crate::error::NameError;
use crate::name::{label_name_fault, metric_name_fault, utf8_fault, Escaping};

/// Two names that differ with underscores may be equal in these: `a.b` and `a_dot_b`, or
/// `U__a_2e_b`.
const SCHEMES: [Escaping; 2] = [Escaping::Dots, Escaping::Values];

impl Descriptor {
    /// As [`Self::of_texts`], of names that may be any text.
    pub(crate) fn of_utf8_texts(
        (name, help): (&str, &str),
        labels: &[&str],
        metric_type: MetricType,
        shape: Shape,
    ) -> Result<Self, NameError> {
        if let Some(fault) = utf8_fault(metric_name_fault(name)) {
            return Err(NameError::metric(name, fault));
        }
        let mut this = Self::new(name, help, metric_type, shape)?;
        for &label in labels {
            if let Some(fault) = utf8_fault(label_name_fault(label)) {
                return Err(NameError::label(label, fault));
            }
            this.add_label(label)?;
        }
        Ok(this)
    }

    /// Whether the name is another one on the page.
    pub(crate) fn has_utf8_name(&self) -> bool {
        self.0.page_name != self.0.name
    }

    /// Whether the name of any label is another one on the page.
    pub(crate) fn has_utf8_labels(&self) -> bool {
        self.0.has_utf8_labels
    }

    /// A name that samples of both families could have on a page of some scheme (N12).
    #[inline(never)]
    pub(super) fn common_escaped_name(&self, other: &Self) -> Option<String> {
        if !self.has_utf8_name() && !other.has_utf8_name() {
            return None; // The same in all of them.
        }
        SCHEMES.into_iter().find_map(|scheme| {
            let names = self.sample_names(scheme);
            let others = other.sample_names(scheme);
            names.into_iter().find(|name| others.contains(name))
        })
    }

    /// Whether this is the name of the family, or of its samples, on a page of some scheme.
    pub(super) fn is_called_in_some_scheme(&self, name: &str) -> bool {
        self.has_utf8_name()
            && Escaping::ALL.into_iter().any(|scheme| {
                self.sample_names(scheme).iter().any(|sample_name| sample_name == name)
            })
    }

    fn sample_names(&self, scheme: Escaping) -> Vec<String> {
        let mut name = String::new();
        scheme.write_metric(self.name(), &mut name);
        let stem = self.metric_type().stem_of(&name);
        self.sample_suffixes().iter().map(|suffix| [stem, suffix].concat()).collect()
    }
}

impl Facts {
    /// Why a label, which may stand on the page, may not stand on that of another scheme.
    pub(super) fn escaped_label_fault(&self, name: &str) -> Option<&'static str> {
        if !self.has_utf8_labels && !self.has_utf8_name() && label_name_fault(name).is_none() {
            return None; // As above.
        }
        SCHEMES.into_iter().find_map(|scheme| {
            let name = label(scheme, name);
            if self.metric_type == MetricType::StateSet && name == label(scheme, &self.name) {
                Some("a state set shows its states in this label, in some escaping scheme")
            } else if self.has_label_escaped_as(scheme, &name) {
                Some("the family has a label of this name in some escaping scheme")
            } else {
                None
            }
        })
    }

    /// Whether any label has, in some scheme, the name of the family.
    pub(super) fn has_label_escaped_as_its_name(&self) -> bool {
        let has = |scheme| self.has_label_escaped_as(scheme, &label(scheme, &self.name));
        SCHEMES.into_iter().any(has)
    }

    fn has_utf8_name(&self) -> bool {
        self.page_name != self.name
    }

    fn has_label_escaped_as(&self, scheme: Escaping, escaped: &str) -> bool {
        let const_names = self.const_labels.iter().step_by(2);
        self.labels.iter().chain(const_names).any(|name| label(scheme, name) == escaped)
    }
}

fn label(scheme: Escaping, name: &str) -> String {
    let mut escaped = String::new();
    scheme.write_label(name, &mut escaped);
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Buckets;
    use crate::name::{LabelName, MetricName};

    fn name(text: &'static str) -> MetricName {
        MetricName::utf8(text).unwrap()
    }

    fn gauge(text: &'static str) -> Descriptor {
        Descriptor::gauge(name(text), "Help.").unwrap()
    }

    fn labels(names: [&'static str; 2]) -> [LabelName; 2] {
        names.map(|name| LabelName::utf8(name).unwrap())
    }

    #[test]
    fn n7_label_names_are_unique_in_every_scheme() {
        for clash in [["k.x", "k_dot_x"], ["k.x", "U__k_2e_x"], ["k x", "k-x"], ["k..x", "k__x"]] {
            let [one, other] = clash;
            for clash in [[one, other], [other, one]] {
                assert!(gauge("a").with_labels(labels(clash)).is_err(), "{clash:?}");
                let [one, other] = labels(clash);
                let one = gauge("a").with_const_label(one, "v").unwrap();
                assert!(one.clone().with_labels([other.clone()]).is_err(), "{clash:?}");
                assert!(one.with_const_label(other, "v").is_err(), "{clash:?}");
            }
        }
        for fine in [["k.x", "k_dot_y"], ["k_x", "k_dot_x"], ["k.x", "U__k_2E_x"], ["k.x", "l-x"]] {
            assert!(gauge("a").with_labels(labels(fine)).is_ok(), "{fine:?}");
        }
    }

    #[test]
    fn n4_the_label_of_a_state_set_is_its_own_in_every_scheme() {
        let states = |text| Descriptor::state_set(name(text), "Help.", ["on"]).unwrap();
        for label in ["a.b", "a_b", "a_dot_b", "U__a_2e_b", "a-b"] {
            let label = LabelName::utf8(label).unwrap();
            assert!(states("a.b").with_labels([label]).is_err());
        }
        // A prefix may make it so later.
        let mut states = states("b.c").with_labels(["a_b_dot_c"]).unwrap();
        assert!(states.clone().add_prefix("b_").is_ok());
        assert!(states.add_prefix("a_").is_ok(), "what is of the name is escaped as a whole");
        let mut states = Descriptor::state_set(name(".c"), "Help.", ["on"]);
        assert!(states.is_err(), "no label begins with `_`");
        states = Descriptor::state_set("b", "Help.", ["on"]).unwrap().with_labels(["a_b"]);
        assert!(states.unwrap().add_prefix("a_").is_err());
    }

    #[test]
    fn n12_claims_cover_every_expanded_name_of_every_scheme() {
        let counter = Descriptor::counter(name("a.b_total"), "Help.").unwrap();
        let histogram = Descriptor::histogram(name("h.i"), "Help.", Buckets::default()).unwrap();
        let common = |family: &Descriptor, other: &'static str| {
            let other = gauge(other);
            let common = family.common_sample_name(&other);
            assert_eq!(other.common_sample_name(family), common);
            common
        };
        for other in [
            "a_dot_b__total",
            "a_dot_b_",
            "a_dot_b__created",
            "U__a_2e_b__total",
            "U__a_2e_b_",
            "a.b",
            "a_b_created",
        ] {
            assert!(common(&counter, other).is_some(), "{other}");
        }
        for other in [
            "h_dot_i_bucket",
            "h_dot_i",
            "U__h_2e_i",
            "U__h_2e_i_sum",
            "h_i_count",
            "h.i.j_dot_",
            "h.i_count",
        ] {
            assert_eq!(common(&histogram, other).is_some(), !other.ends_with("dot_"), "{other}");
        }
        for other in ["a_dot_b_total", "a.c_total", "U__a_2e_b", "h_dot_i__bucket", "hi"] {
            let found = (common(&counter, other), common(&histogram, other));
            assert_eq!(found, (None, None), "{other}");
        }
        assert!(gauge("a b").common_sample_name(&gauge("a-b")).is_some());
    }
}
