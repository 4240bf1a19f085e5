//! OpenMetrics 2.0.

use super::Rule;
use crate::testing::{parse_open_metrics2, Native, Page};
use proptest::prelude::*;

/// A valid page, given without its end.
#[track_caller]
fn valid(page: &str) -> Page {
    let page = format!("{page}# EOF\n");
    parse_open_metrics2(page.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{page}"))
}

/// Asserts that each page, given without its end, breaks this rule in this line.
#[track_caller]
fn refuses(rule: Rule, pages: &[(usize, &str)]) {
    for (line, page) in pages {
        let page = format!("{page}# EOF\n");
        let error = parse_open_metrics2(page.as_bytes()).expect_err(&page);
        assert_eq!((error.rule(), error.line()), (rule, *line), "{page:?}: {error}");
    }
}

/// The same of lines of a family `a` of this type.
#[track_caller]
fn refuses_of(kind: &str, rule: Rule, lines: &[&str]) {
    for line in lines {
        refuses(rule, &[(2, &format!("# TYPE a {kind}\n{line}\n"))]);
    }
}

#[test]
fn o3_the_end_is_marked() {
    assert_eq!(parse_open_metrics2(b"# EOF"), Ok(Page::default()));
    let rule = |page: &[u8]| parse_open_metrics2(page).err().map(|error| error.rule());
    assert_eq!(rule(b"a 1\n"), Some(Rule::EndMissing));
    assert_eq!(rule(b"# EOF\na 1\n"), Some(Rule::AfterEnd));
    refuses(Rule::BlankLine, &[(1, "\n")]);
    refuses(Rule::Comment, &[(1, "# A comment.\n")]);
    refuses(Rule::Value, &[(1, "a  1\n"), (1, "a 0x1\n"), (1, "a \n")]);
    refuses(Rule::SeriesTwice, &[(2, "a 1\na 1\n")]);
}

#[test]
fn p2_a_family_is_called_as_its_samples_are() {
    let page = valid(
        "# TYPE a_seconds_total counter\n# UNIT a_seconds_total seconds\na_seconds_total 1\n",
    );
    assert_eq!(page.families()[0].name(), "a_seconds_total");
    assert_eq!(page.families()[0].unit(), "seconds");
    // Neither suffix is more than good advice.
    valid("# TYPE a counter\n# UNIT a seconds\na 1\n# TYPE b info\nb{v=\"1\"} 1\n");
    let page = valid("# TYPE a counter\na_total 1\n");
    assert_eq!(page.family("a_total").map(crate::testing::Family::metric_type), Some("unknown"));
    for line in ["a_count 1", "a_sum 1", "a_bucket{le=\"+Inf\"} 1"] {
        refuses_of("histogram", Rule::SampleOfType, &[line]);
    }
    refuses(Rule::UnitOfType, &[(1, "# TYPE a info\n# UNIT a seconds\n")]);
    refuses_of("counter", Rule::CounterValue, &["a -1", "a NaN"]);
    refuses_of("info", Rule::InfoValue, &["a 2"]);
    refuses_of("stateset", Rule::State, &["a 1"]);
}

#[test]
fn p5_composite_values_are_those_of_some_types() {
    let value = "{count:1,sum:1,bucket:[+Inf:1]}";
    for kind in ["gauge", "counter", "info", "stateset", "unknown"] {
        refuses_of(kind, Rule::Composite, &[&format!("a {value}")]);
    }
    for kind in ["histogram", "gaugehistogram", "summary"] {
        refuses_of(kind, Rule::Composite, &["a 1", "a {}", "a {count:1,sum:1}", "a {count:1"]);
    }
    refuses_of("summary", Rule::Composite, &[&format!("a {value}")]);
    refuses_of("gaugehistogram", Rule::Composite, &[&format!("a {value}")]);
    refuses_of(
        "histogram",
        Rule::Composite,
        &[
            "a {sum:1,count:1,bucket:[+Inf:1]}",
            "a {gcount:1,gsum:1,bucket:[+Inf:1]}",
            "a {count:1,sum:1,quantile:[]}",
            "a {count:1,sum:1,bucket:[+Inf:1],}",
            "a {count:1,sum:1,bucket:[+Inf:1]}}",
            "a {count:1,sum:1,bucket:[+Inf:1],more:1}",
            "a {count:1,sum:1,bucket:+Inf:1}",
            "a {count:1,sum:1,bucket:[+Inf:1}",
            "a {count:1,sum:1,bucket:[1.0:1,,+Inf:1]}",
            "a {count:1,sum:1,bucket:[+Inf]}",
            "a {count:1,sum:1,bucket:[+Inf:1],schema:0,zero_threshold:0,zero_count:1}",
        ],
    );
    refuses_of("histogram", Rule::Value, &["a {count:x,sum:1,bucket:[+Inf:1]}"]);
    refuses_of("histogram", Rule::Blank, &["a{}{count:1,sum:1,bucket:[+Inf:1]}"]);
    refuses_of("histogram", Rule::Timestamp, &["a {count:1, sum:1,bucket:[+Inf:1]}"]);
}

#[test]
fn p6_quantiles_ascend_and_are_not_negative() {
    let page = valid("# TYPE a summary\na{b=\"1\"} {count:3,sum:NaN,quantile:[0.5:NaN,1:+Inf]}\n");
    let a = page.distribution("a", &[("b", "1")]).expect("it is there");
    assert_eq!((a.count(), a.quantile(1.0)), (Some(3), Some(f64::INFINITY)));
    valid("# TYPE a summary\na {count:0,sum:0.0,quantile:[]}\n");
    let of = |quantiles: &str| format!("a {{count:1,sum:1,quantile:[{quantiles}]}}");
    refuses_of("summary", Rule::QuantileValue, &[&of("0.5:-1")]);
    refuses_of("summary", Rule::QuantileOrder, &[&of("0.5:1,0.25:1")]);
    refuses_of("summary", Rule::QuantileTwice, &[&of("0.5:1,0.50:1")]);
    refuses_of("summary", Rule::Quantile, &[&of("1.5:1")]);
    refuses_of("summary", Rule::Value, &[&of("+Inf:1"), &of("0.5:")]);
    refuses_of("summary", Rule::Composite, &[&of("0.5")]);
    refuses_of("summary", Rule::CountValue, &["a {count:1.5,sum:1,quantile:[]}"]);
    refuses_of("summary", Rule::LabelTwice, &["a{quantile=\"1\"} {count:1,sum:1,quantile:[1:1]}"]);
    refuses_of("summary", Rule::Quantile, &["a{quantile=\"1\"} {count:1,sum:1,quantile:[]}"]);
}

#[test]
fn p7_classic_buckets_ascend_to_infinity() {
    let page = valid(
        "# TYPE a histogram\na {count:3,sum:-2,bucket:[-Inf:0,-1:1,1e-05:2,+Inf:3]}\n\
         # TYPE b gaugehistogram\nb {gcount:1,gsum:-1.5,bucket:[+Inf:1]}\n",
    );
    let a = page.distribution("a", &[]).expect("it is there");
    assert_eq!((a.count(), a.sum(), a.at_most(1e-5)), (Some(3), Some(-2.0), Some(2)));
    assert_eq!(page.value("b_gsum", &[]), Some(-1.5));
    let of = |buckets: &str| format!("a {{count:3,sum:1,bucket:[{buckets}]}}");
    refuses_of("histogram", Rule::BucketInfinity, &[&of("1:3"), &of("")]);
    refuses_of("histogram", Rule::BucketOrder, &[&of("1:1,0:1,+Inf:3"), &of("1:1,1.0:1,+Inf:3")]);
    refuses_of("histogram", Rule::BucketsCumulative, &[&of("1:4,+Inf:3")]);
    refuses_of("histogram", Rule::CountDiffers, &[&of("+Inf:2")]);
    refuses_of("histogram", Rule::CountValue, &[&of("1:-1,+Inf:3")]);
    refuses_of("histogram", Rule::Value, &[&of("Inf:3"), &of("NaN:3"), &of("x:1,+Inf:3")]);
    refuses_of("histogram", Rule::LabelTwice, &[&of("+Inf:3").replace("a ", "a{le=\"1\"} ")]);
}

#[test]
fn p8_p9_spans_say_where_buckets_are() {
    let of = |rest: &str| format!("a {{count:9,sum:1,schema:0,zero_threshold:0.5,{rest}}}");
    let page = valid(&format!(
        "# TYPE a histogram\n{}\n",
        of("zero_count:1,negative_spans:[-2:1],negative_buckets:[2],positive_spans:[1:2,3:1],\
            positive_buckets:[3,0,2],bucket:[1.0:8,+Inf:9]")
        .replace("zero_count:1", "zero_count:2")
    ));
    let a = page.distribution("a", &[]).expect("it is there");
    let native = a.native().expect("it is native");
    assert_eq!((native.schema(), native.zero_threshold(), native.zero_count()), (0, 0.5, 2));
    assert_eq!((native.negative(), native.positive()), (&[(-2, 2)][..], &[(1, 3), (6, 2)][..]));
    assert_eq!(a.at_most(1.0), Some(8));
    let page =
        valid("# TYPE a histogram\na {count:0,sum:0.0,schema:3,zero_threshold:0.0,zero_count:0}\n");
    let empty = page.distribution("a", &[]).expect("it is there");
    assert_eq!((empty.native().map(Native::schema), empty.count()), (Some(3), Some(0)));

    let native = |rest: &str| of(&format!("zero_count:9{rest}"));
    refuses_of(
        "histogram",
        Rule::NativeSpans,
        &[
            &native(",positive_spans:[0:2],positive_buckets:[0]"),
            &native(",positive_spans:[0:1,-1:1],positive_buckets:[0,0]"),
            &native(",positive_spans:[0:-1],positive_buckets:[]"),
            &native(",positive_spans:[0.5:1],positive_buckets:[0]"),
            &native(",positive_spans:[2147483647:2],positive_buckets:[0,1]"),
        ],
    );
    refuses_of(
        "histogram",
        Rule::NativeCount,
        &[
            &of("zero_count:8"),
            &native(",positive_spans:[0:1],positive_buckets:[1]"),
            &native(",positive_spans:[0:1],positive_buckets:[-1]"),
            &native(",positive_spans:[0:1],positive_buckets:[0.5]"),
        ],
    );
    refuses_of(
        "histogram",
        Rule::Composite,
        &[
            &native(",positive_spans:[0:1]"),
            &native(",positive_buckets:[1]"),
            &native(",positive_spans:[0],positive_buckets:[0]"),
            &native(",positive_spans:[0:0],positive_buckets:[],negative_spans:[0:0],negative_buckets:[]"),
        ],
    );
    let schema = |schema: &str| native("").replace("schema:0", schema);
    refuses_of("histogram", Rule::NativeSchema, &[&schema("schema:9"), &schema("schema:x")]);
    refuses_of("histogram", Rule::NativeThreshold, &[&native("").replace("0.5", "-0.5")]);
    refuses_of("histogram", Rule::CountDiffers, &[&native(",bucket:[+Inf:8]")]);
}

#[test]
fn p11_times_are_in_their_order_and_starts_of_some_types() {
    let page = valid(
        "# TYPE a counter\na 1 1.5 st@0.25\na{b=\"1\"} 1 st@-3\n# TYPE c gauge\nc 1 1\nc 2 2\n\
         # TYPE d summary\nd {count:0,sum:0,quantile:[]} st@1e9\n",
    );
    let a = page.sample("a", &[]).expect("it is there");
    assert_eq!((a.timestamp(), a.created()), (Some(1.5), Some(0.25)));
    assert_eq!(page.sample("d_sum", &[]).and_then(crate::testing::Sample::created), Some(1e9));
    refuses_of("counter", Rule::Start, &["a 1 st@", "a 1 st@x", "a 1 st@NaN", "a 1 st@+Inf"]);
    refuses_of("counter", Rule::Trailing, &["a 1 st@1 1", "a 1 st@1 st@1", "a 1 1 1"]);
    refuses_of("counter", Rule::Timestamp, &["a 1 ", "a 1  st@1", "a 1 ST@1", "a 1 NaN"]);
    for kind in ["gauge", "unknown", "info"] {
        refuses_of(kind, Rule::Start, &["a 1 st@1"]);
    }
    refuses_of("gaugehistogram", Rule::Start, &["a {gcount:0,gsum:0,bucket:[+Inf:0]} st@1"]);
    refuses(Rule::TimestampOrder, &[(2, "a 1 2\na 1 1\n")]);
    refuses(Rule::SeriesInPieces, &[(3, "a{b=\"1\"} 1\na{b=\"2\"} 1\na{b=\"1\"} 1 7\n")]);
}

#[test]
fn p12_exemplars_have_a_time_and_may_be_many() {
    let long = "x".repeat(1000);
    let page = valid(&format!(
        "# TYPE a histogram\na {{count:3,sum:1,bucket:[1:1,2:2,+Inf:3]}} st@1 # {{}} 1.5 1 \
         # {{b=\"{long}\"}} 17 2.5 # {{}} 1.75 3\n# TYPE c counter\nc 1 # {{d=\"1\"}} NaN 1 # {{}} 1 1\n",
    ));
    let of = |name: &str, le: &str| {
        let sample = page.sample(name, &[("le", le)]).expect("it is there");
        sample.exemplar().map(|exemplar| (exemplar.value(), exemplar.timestamp()))
    };
    assert_eq!(of("a_bucket", "1"), None);
    assert_eq!(of("a_bucket", "2"), Some((1.5, Some(1.0))));
    assert_eq!(of("a_bucket", "+Inf"), Some((17.0, Some(2.5))));
    assert!(page.sample("c", &[]).and_then(crate::testing::Sample::exemplar).is_some());
    refuses_of(
        "counter",
        Rule::ExemplarForm,
        &["a 1 # {} 1", "a 1 # {} 1 ", "a 1 # {} 1 NaN", "a 1 # 1 1", "a 1 # {\"b\"} 1 1", "a 1 #"],
    );
    refuses_of("counter", Rule::Trailing, &["a 1 # {} 1 1 st@1", "a 1 # {} 1 1 1"]);
    refuses_of("gauge", Rule::ExemplarPlace, &["a 1 # {} 1 1"]);
}

#[test]
fn p13_names_outside_the_legacy_set_are_quoted() {
    let page = valid(
        "# TYPE \"a.b\" histogram\n# HELP \"a.b\" A \\\"b\\\".\n\
         {\"a.b\",\"c d\"=\"1\"} {count:1,sum:1,bucket:[+Inf:1]}\n",
    );
    assert_eq!(page.families()[0].help(), "A \"b\".");
    assert_eq!(page.value("a.b_count", &[("c d", "1")]), Some(1.0));
    refuses(Rule::MetricNameReserved, &[(1, "{\"_a\"} 1\n")]);
    refuses(Rule::LabelNameReserved, &[(1, "a{_b=\"1\"} 1\n")]);
    refuses(Rule::Labels, &[(1, "a{b:c=\"1\"} 1\n"), (1, "{\"a\",} 1\n")]);
}

proptest! {
    /// Neither pieces of pages nor anything else makes it panic.
    #[test]
    fn whatever_it_is_it_is_read_or_refused(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "# TYPE a ", "histogram", "summary", "counter", "\n", "a", " ", "{count:", "1", ",sum:",
                ",bucket:[", "+Inf:", "]", "}", ",schema:0,zero_threshold:", ",zero_count:",
                ",positive_spans:[", ",positive_buckets:[", "-2147483648:4294967295", ",", ":", "# {} 1 1",
                "st@", "quantile:[", "18446744073709551615", "# EOF\n", "{\"a\"}", "\"",
            ]),
            0..40,
        ),
        bytes in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let _ = parse_open_metrics2(pieces.concat().as_bytes());
        let _ = parse_open_metrics2(&bytes);
    }
}
