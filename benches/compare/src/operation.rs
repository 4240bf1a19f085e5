//! The operations on a few series that stay in the cache.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Inc,
    Site,
    IncFloat,
    Set,
    AddInteger,
    AddFloat,
    Observe11,
    Observe50,
    Summary,
    Pair,
    Choices,
}

use Operation::{
    AddFloat, AddInteger, Choices, Inc, IncFloat, Observe11, Observe50, Pair, Set, Site, Summary,
};

impl Operation {
    pub const UPDATES: [Self; 9] =
        [Inc, Site, IncFloat, Set, AddInteger, AddFloat, Observe11, Observe50, Summary];
    pub const LOOKUPS: [Self; 2] = [Pair, Choices];

    /// How the command line calls it.
    pub fn key(self) -> &'static str {
        match self {
            Inc => "inc",
            Site => "site",
            IncFloat => "inc-f64",
            Set => "set",
            AddInteger => "add-i64",
            AddFloat => "add-f64",
            Observe11 => "observe-11",
            Observe50 => "observe-50",
            Summary => "summary",
            Pair => "pair",
            Choices => "choices",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Inc => "counter inc, held handle",
            Site => "literal call site, inc",
            IncFloat => "counter add of `f64`, held handle",
            Set => "gauge set of `f64`, held handle",
            AddInteger => "gauge add of `i64`, held handle",
            AddFloat => "gauge add of `f64`, held handle",
            Observe11 => "histogram observe, 11 bounds",
            Observe50 => "histogram observe, 50 bounds",
            Summary => "summary observe, clock included",
            Pair => "lookup of 2 labels, 1,000 series, + inc",
            Choices => "lookup of 2 enums, 30 series, + inc",
        }
    }
}
