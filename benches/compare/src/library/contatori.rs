use super::Updates;
use crate::measure::Subject;
use crate::operation::Operation;
use contatori::counters::monotone::Monotone;
use contatori::counters::signed::Signed;

/// Its counters are statics with one label whose values are written down: no pages here.
pub struct Contatori;

const NAME: &str = "contatori";

contatori::labeled_group!(
    Site,
    "site_total",
    "kind",
    value: Monotone,
    literal: "literal": Monotone,
);
static SITE: Site = Site::new();

impl Updates for Contatori {
    const NAME: &'static str = NAME;

    fn subjects(operation: Operation) -> Vec<Subject> {
        let subject = match operation {
            Operation::Inc => Subject::steps(NAME, Monotone::new(), |counter| counter.add(1)),
            Operation::Site => Subject::steps(NAME, (), |()| SITE.literal.add(1)),
            Operation::AddInteger => Subject::steps(NAME, Signed::new(), |gauge| gauge.add(3)),
            _ => return Vec::new(),
        };
        vec![subject]
    }
}
