//! What a page can be refused for, and where.

use std::fmt;

macro_rules! rules {
    ($($rule:ident = $sentence:literal,)*) => {
        /// The rules of the formats that a parser can see broken, each with its sentence
        /// ([`Display`](fmt::Display)).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Rule {
            $(#[doc = $sentence] $rule,)*
        }

        impl Rule {
            const fn sentence(self) -> &'static str {
                match self {
                    $(Self::$rule => $sentence,)*
                }
            }

            #[cfg(test)]
            pub(super) const ALL: &'static [Self] = &[$(Self::$rule,)*];
        }
    };
}

rules! {
    // The page as a whole.
    Utf8 = "a page is valid UTF-8",
    ByteOrderMark = "a page begins without a byte order mark",
    LastLine = "the last line ends with a line feed",
    CarriageReturn = "a line ends with a line feed alone, without a carriage return",
    BlankLine = "no line is blank",
    EndMissing = "the last line is `# EOF`",
    AfterEnd = "nothing follows `# EOF`",

    // How protobuf puts a page into bytes.
    Varint = "an integer is a varint of ten bytes at most that fits 64 bits",
    Truncated = "a message and its parts are as long as they say",
    WireType = "a field has a number, and the wire type of its kind",
    FieldTwice = "a field that is no list comes once",
    PointOfType = "a metric has one point, of the type of its family",

    // Lines that tell of a family.
    Comment = "only HELP, TYPE, UNIT and EOF follow `# `",
    Metadata = "`#`, keyword, name and text of such a line are there, with one blank between",
    TypeWord = "the type is one of those that the format knows",
    MetadataTwice = "a family has one HELP, one TYPE and one UNIT at most",
    MetadataAfterSamples = "HELP, TYPE and UNIT come before the samples of their family",
    FamilyInPieces = "all lines of a family are together",
    NameClash = "no two families have a sample of the same name",
    Unit = "a unit is one word",
    UnitSuffix = "the name of a family ends with `_` and its unit",
    UnitOfType = "an info or a stateset has no unit",

    // Names, labels, numbers.
    MetricName = "the name of a metric is letters, digits, `_` and `:`, and no digit first, or in quotes",
    MetricNameReserved = "names of metrics that begin with `_` are reserved",
    LabelName = "the name of a label is letters, digits and `_`, and no digit first, or in quotes",
    LabelNameReserved = "names of labels that begin with `__`, in OpenMetrics with `_`, are reserved",
    LabelTwice = "a label comes once in a set",
    Labels = "labels are `name=\"value\"` with commas between, in braces",
    Quote = "what a quote opens, another one closes",
    Escape = "a backslash begins an escape that the format knows, and what has to be escaped is",
    Value = "the value is a decimal number that fits 64 bits, `NaN`, `+Inf` or `-Inf`",
    Timestamp = "a timestamp is whole milliseconds, in OpenMetrics a number of seconds",
    Blank = "a blank stands between the parts of a line, in OpenMetrics one and no tab",
    Trailing = "nothing follows the last part of a line",

    // What the types ask of a sample.
    SampleOfType = "the type of the family has no sample of this name",
    Le = "`le` is a number, on every bucket and on no other sample of the family; infinity is `+Inf`",
    Quantile = "`quantile` is a number from 0 to 1, on every quantile of a summary and on no other sample",
    State = "a state has a label with the name of its family",
    CounterValue = "a counter is neither negative nor NaN",
    CountValue = "counts and buckets are whole and not negative",
    SumValue = "the sum is not NaN, and not negative but where buckets are",
    QuantileValue = "the value of a quantile is not negative",
    InfoValue = "an info is 1",
    StateValue = "a state is 0 or 1",
    Created = "a time of creation is a finite number of seconds",

    // What they ask of the samples with one label set.
    Total = "a counter has a sample `_total`",
    BucketOrder = "`le` ascends",
    BucketsCumulative = "a bucket counts at least what the bucket before it counts",
    BucketInfinity = "a histogram has a bucket `+Inf`",
    CountMissing = "the count is there, in OpenMetrics if and only if the sum is",
    CountDiffers = "the count is the bucket `+Inf`",
    NegativeBuckets = "a histogram with a negative bound has no sum",
    QuantileOrder = "`quantile` ascends",
    QuantileTwice = "a quantile comes once",

    NativeSchema = "the schema of exponential buckets is -4 to 8",
    NativeThreshold = "the zero bucket ends at a finite number that is not negative",
    NativeSpans = "spans have as many buckets as there are deltas, one after the other",
    NativeCount = "exponential buckets are not negative and add up to the count, but for NaN",

    // What OpenMetrics 2.0 has on one line.
    Composite = "histograms and summaries have a composite value, with the fields of the type in order, and others have none",
    Start = "only counters, histograms and summaries have a start, `st@` and seconds, before the exemplars",

    // How samples stand together.
    SeriesTwice = "a series, its empty labels left out, comes once",
    SeriesInPieces = "the samples with the same labels are together",
    TimestampMixed = "the samples with the same labels have a timestamp all or none",
    TimestampOrder = "timestamps do not go back",

    // Exemplars.
    ExemplarPlace = "only `_total` of a counter, buckets and native histograms have an exemplar",
    ExemplarForm = "an exemplar is ` # {labels} value [timestamp]`",
    ExemplarLength = "names and values of the labels of an exemplar have 128 characters at most",
    ExemplarRange = "the value of an exemplar lies in its bucket",
    NativeExemplar = "an exemplar of a native histogram has a time",
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

/// A page that breaks a rule of its format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    place: &'static str,
    line: usize,
    text: String,
    rule: Rule,
}

/// How many characters of a line an error shows.
const SHOWN: usize = 120;

impl ParseError {
    /// The error of a line of this page. Lines count from 1.
    pub(super) fn new(page: &[u8], line: usize, rule: Rule) -> Self {
        let bytes = page.split(|byte| *byte == b'\n').nth(line.saturating_sub(1));
        // Cut before it is decoded: a character has at most four bytes.
        let bytes = bytes.unwrap_or_default();
        let whole = String::from_utf8_lossy(&bytes[..bytes.len().min(4 * SHOWN)]);
        let mut text: String = whole.chars().take(SHOWN).collect();
        if text.len() < bytes.len() {
            text.push('…');
        }
        Self { place: "line", line, text, rule }
    }

    /// The error of a message about this family. Messages count from 1.
    pub(super) fn of_message(number: usize, family: &str, rule: Rule) -> Self {
        let mut text: String = family.chars().take(SHOWN).collect();
        if text.len() < family.len() {
            text.push('…');
        }
        Self { place: "message", line: number, text, rule }
    }

    /// The number of the line, from 1. Where something is missing, it is a line of what it is
    /// missing from. In protobuf it is the number of the message.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// The line, cut after 120 characters. In protobuf it is the name of the family, if that can be read.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The rule that it breaks.
    #[must_use]
    pub fn rule(&self) -> Rule {
        self.rule
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, line, text, rule } = self;
        write!(f, "{place} {line}, {text:?}: the rule is that {rule}")
    }
}

impl std::error::Error for ParseError {}
