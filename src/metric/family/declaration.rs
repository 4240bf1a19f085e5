//! What a macro says of a family, checked by the compiler.

use crate::label::Labels;
use crate::metric::Metric;
use crate::model::MetricType;
use crate::name::{is_blank, label_name_fault, metric_name_fault, same_text};
use std::marker::PhantomData;

/// The name, help and label names of a family as literals that the compiler checked.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Declaration {
    pub name: &'static str,
    pub help: &'static str,
    pub labels: &'static [&'static str],
}

/// The literals of a `family!`, as a type: so that they are checked together with the types of
/// metric and labels, which only the surrounding declaration knows.
#[doc(hidden)]
pub trait Declared: Copy {
    const NAME: &'static str;
    const HELP: &'static str;
}

/// Holds when a `family!` is valid; does not compile otherwise.
pub(super) struct Checked<M, L, D>(PhantomData<(M, L, D)>);

impl<M: Metric, L: Labels, D: Declared> Checked<M, L, D> {
    pub(super) const DECLARATION: Declaration = {
        check_declaration(M::TYPE, D::NAME, D::HELP, L::NAMES);
        Declaration { name: D::NAME, help: D::HELP, labels: L::NAMES }
    };
}

/// Fails to compile when a family with these properties could not be registered.
#[doc(hidden)]
pub const fn check_declaration(metric_type: MetricType, name: &str, help: &str, labels: &[&str]) {
    if let Some(fault) = metric_name_fault(name) {
        panic!("{}", fault.requirement());
    }
    if let Some(why) = metric_type.suffix_fault(name) {
        panic!("{}", why);
    }
    if matches!(metric_type, MetricType::StateSet) {
        panic!("a state set needs its states: use `Registry::state_set`");
    }
    if is_blank(help) {
        panic!("the help must say in a sentence what the family counts or measures");
    }
    let mut at = 0;
    while at < labels.len() {
        if let Some(fault) = label_name_fault(labels[at]) {
            panic!("{}", fault.requirement());
        }
        if let Some(why) = metric_type.label_fault(labels[at]) {
            panic!("{}", why);
        }
        let mut earlier = 0;
        while earlier < at {
            if same_text(labels[earlier], labels[at]) {
                panic!("a label name is given twice");
            }
            earlier += 1;
        }
        at += 1;
    }
}
