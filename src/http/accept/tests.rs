//! What scrapers send, and what they get.

use super::*;
use proptest::prelude::*;

/// A format under one of its names, which a scraper asks for: with an escaping scheme or without one.
#[derive(Clone, Copy, Debug)]
enum Wish {
    Protobuf(&'static str),
    OpenMetrics(&'static str),
    OpenMetrics001(&'static str),
    OpenMetrics2(&'static str),
    Text100(&'static str),
    Text(&'static str),
}

use Wish::{OpenMetrics, OpenMetrics001, OpenMetrics2, Protobuf, Text, Text100};

impl Wish {
    /// The content type of the answer and how names are escaped there, if there is such a format.
    fn granted(self) -> Option<(String, &'static str)> {
        const HAS_SCHEMES: bool = cfg!(feature = "utf8");
        let media = match self {
            Protobuf(_) => {
                "application/vnd.google.protobuf; \
                            proto=io.prometheus.client.MetricFamily; encoding=delimited"
            }
            OpenMetrics(_) => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            OpenMetrics001(_) => "application/openmetrics-text; version=0.0.1; charset=utf-8",
            OpenMetrics2(_) => "application/openmetrics-text; version=2.0.0; charset=utf-8",
            Text100(_) if HAS_SCHEMES => "text/plain; version=1.0.0; charset=utf-8",
            Text100(_) | Text(_) => "text/plain; version=0.0.4; charset=utf-8",
        };
        let (is_there, names_the_only_scheme) = match self {
            Protobuf(_) => (cfg!(feature = "protobuf"), true),
            OpenMetrics(_) => (cfg!(feature = "openmetrics"), true),
            OpenMetrics001(_) => (cfg!(feature = "openmetrics"), false),
            OpenMetrics2(_) => (cfg!(feature = "openmetrics2"), true),
            Text100(_) | Text(_) => (true, false),
        };
        let (Protobuf(scheme)
        | OpenMetrics(scheme)
        | OpenMetrics001(scheme)
        | OpenMetrics2(scheme)
        | Text100(scheme)
        | Text(scheme)) = self;
        is_there.then(|| match scheme {
            "" => (media.to_owned(), "underscores"),
            scheme if HAS_SCHEMES => (format!("{media}; escaping={scheme}"), scheme),
            _ if names_the_only_scheme => (format!("{media}; escaping=underscores"), "underscores"),
            _ => (media.to_owned(), "underscores"),
        })
    }
}

/// The content type of the answer, and how names are escaped there.
fn told(accept: &str) -> (String, &'static str) {
    let answer = negotiate(Some(accept));
    #[cfg(feature = "utf8")]
    let escaping = answer.escaping.as_str();
    #[cfg(not(feature = "utf8"))]
    let escaping = "underscores";
    (answer.content_type.to_owned(), escaping)
}

const UTF8: &str = "allow-utf-8";

/// Headers by who sends them, and what is asked for, from the most to the least. What is not there is
/// not given; after the last comes text 0.0.4.
#[rustfmt::skip] // A row a line.
const SCRAPERS: &[(&str, &str, &[Wish])] = &[
    ("Prometheus 2.5", "application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", &[OpenMetrics001("")]),
    ("Prometheus 2.37", "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", &[OpenMetrics("")]),
    ("Prometheus 2.40", "application/openmetrics-text;version=1.0.0;q=0.75,application/openmetrics-text;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", &[OpenMetrics("")]),
    ("Prometheus 2.42, native histograms", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", &[Protobuf(""), OpenMetrics("")]),
    ("Prometheus 2.49, q above 1", "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=2", &[OpenMetrics("")]),
    ("Prometheus 2.53", "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", &[OpenMetrics("")]),
    ("Prometheus 2.53, native histograms", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.5,application/openmetrics-text;version=1.0.0;q=0.4,application/openmetrics-text;version=0.0.1;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1", &[Protobuf(""), OpenMetrics("")]),
    ("Prometheus 2.55, UTF-8 names", "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;escaping=allow-utf-8;q=0.3,*/*;escaping=allow-utf-8;q=0.2", &[OpenMetrics(UTF8), Text(UTF8)]),
    ("Prometheus 3.0, escaping twice", "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;escaping=allow-utf-8;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;escaping=allow-utf-8;q=0.3,*/*;escaping=allow-utf-8;q=0.2", &[OpenMetrics(UTF8), Text100(UTF8)]),
    ("Prometheus 3.5", "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", &[OpenMetrics(UTF8), Text100(UTF8)]),
    ("Prometheus 3.5, native histograms", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1", &[Protobuf(""), OpenMetrics(UTF8), Text100(UTF8)]),
    ("Prometheus 3.5, names escaped as values", "application/openmetrics-text;version=1.0.0;escaping=values;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=values;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", &[OpenMetrics("values"), Text100("values")]),
    ("Prometheus 3.5, legacy names", "application/openmetrics-text;version=1.0.0;escaping=underscores;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=underscores;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", &[OpenMetrics("underscores"), Text100("underscores")]),
    ("Prometheus 3.5, text only", "text/plain;version=0.0.4;q=0.6,*/*;q=0.5", &[Text("")]),
    ("Prometheus 3.5, text before OpenMetrics", "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,*/*;q=0.4", &[Text100(UTF8)]),
    ("VictoriaMetrics", "text/plain;version=0.0.4;q=1,*/*;q=0.1", &[Text("")]),
    ("curl", "*/*", &[Text("")]),
    ("Firefox", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", &[Text("")]),
    ("a client of JSON", "application/json", &[Text("")]),
    ("a refusal of everything", "*/*;q=0", &[Text("")]),
    ("nothing", "", &[Text("")]),
    ("garbage", ";;q=,,\u{fffd}\"unclosed", &[Text("")]),
    ("garbage before a wish", ";=;q,\"a,b\";,;;application/openmetrics-text;;version;q=;charset=,application/openmetrics-text;version=0.0.1", &[OpenMetrics001("")]),
    ("upper case, blanks and quotes", "Application/OpenMetrics-Text ; Version = \"1.0.0\" ;\tQ = 0.5 , text/plain;q=0.4", &[OpenMetrics("")]),
    ("no version", "application/openmetrics-text", &[OpenMetrics("")]),
    ("versions to come", "application/openmetrics-text;version=2.0.0,application/openmetrics-text;version=9;q=0.9,text/plain;q=0.1", &[OpenMetrics2(""), Text("")]),
    ("a version to come, and one that is there", "application/openmetrics-text;version=2.0.0,application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.1", &[OpenMetrics2(""), OpenMetrics("")]),
    ("OpenMetrics 2.0 with UTF-8 names", "application/openmetrics-text;version=2.0.0;escaping=allow-utf-8;q=0.7,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6", &[OpenMetrics2(UTF8), OpenMetrics(UTF8)]),
    ("OpenMetrics 2.0 below 1.0", "application/openmetrics-text;version=2.0.0;q=0.5,application/openmetrics-text;version=1.0.0;q=0.6", &[OpenMetrics("")]),
    ("a version like 2.0.0", "application/openmetrics-text;version=2,application/openmetrics-text;version=2.0,application/openmetrics-text;version=2.0.0-rc0", &[Text("")]),
    ("OpenMetrics 2.0 refused", "application/openmetrics-text;version=2.0.0;q=0", &[Text("")]),
    ("equal weights, text first", "text/plain,application/openmetrics-text", &[Text("")]),
    ("equal weights, text last", "application/openmetrics-text,*/*", &[OpenMetrics("")]),
    ("anything rather than OpenMetrics", "application/openmetrics-text;q=0.5,*/*;q=0.501", &[Text("")]),
    ("OpenMetrics refused", "application/openmetrics-text;q=0.000", &[Text("")]),
    ("text refused", "text/plain;q=0,application/openmetrics-text;q=0.001", &[OpenMetrics("")]),
    ("a wish inside quotes", "text/html;a=\",application/openmetrics-text,\"", &[Text("")]),
    ("an unknown escaping scheme", "application/openmetrics-text;version=1.0.0;escaping=\"\r\nx: y\"", &[OpenMetrics("")]),
    ("Prometheus 3.5, protobuf only", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,*/*;q=0.5", &[Protobuf("")]),
    ("Prometheus 3.0, protobuf, escaping everywhere", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;escaping=allow-utf-8;q=0.5", &[Protobuf(UTF8), Text(UTF8)]),
    ("protobuf in upper case, with blanks and quotes", "Application/Vnd.Google.Protobuf ; Proto = \"io.prometheus.client.MetricFamily\" ; ENCODING = delimited", &[Protobuf("")]),
    ("protobuf without parameters", "application/vnd.google.protobuf", &[Text("")]),
    ("protobuf of something else", "application/vnd.google.protobuf;proto=io.prometheus.write.v2.Request;encoding=delimited", &[Text("")]),
    ("protobuf as text", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text,application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=compact-text", &[Text("")]),
    ("protobuf without an encoding", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily", &[Text("")]),
    ("protobuf refused", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0,text/plain;q=0.1", &[Text("")]),
    ("text rather than protobuf", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.5,text/plain;q=0.6", &[Text("")]),
    ("text 1.0.0 without a scheme", "text/plain;version=1.0.0", &[Text("")]),
    ("text without a version", "text/plain;escaping=dots", &[Text("dots")]),
    ("anything, with a scheme", "*/*;escaping=values", &[Text("values")]),
    ("a scheme in quotes", "text/plain; version=\"1.0.0\"; escaping=\"dots\"", &[Text100("dots")]),
    ("schemes of which one is known", "text/plain;version=1.0.0;escaping=dots;escaping=braille", &[Text100("dots")]),
    ("a scheme in upper case, which is none", "text/plain;version=0.0.4;escaping=DOTS", &[Text("")]),
    ("a scheme of something else", "text/html;escaping=dots,text/plain;q=0.5", &[Text("")]),
];

#[test]
fn c1_c2_c3_every_scraper_gets_what_it_prefers_of_what_there_is() {
    for (scraper, accept, wishes) in SCRAPERS {
        let granted = wishes.iter().find_map(|wish| wish.granted());
        assert_eq!(Some(told(accept)), granted.or(Text("").granted()), "{scraper}");
    }
    assert_eq!(negotiate(None), TEXT);
}

/// As they are written down, once more.
#[test]
fn c4_content_types_are_these() {
    let of = |accept: &str| negotiate(Some(accept)).content_type;
    let (text, open_metrics) = ("text/plain", "application/openmetrics-text");
    assert_eq!(of("*/*"), "text/plain; version=0.0.4; charset=utf-8");
    let rest = if cfg!(feature = "utf8") {
        "; version=1.0.0; charset=utf-8; escaping=allow-utf-8"
    } else {
        "; version=0.0.4; charset=utf-8"
    };
    let asked = of("text/plain;version=1.0.0;escaping=allow-utf-8");
    assert_eq!(asked, format!("{text}{rest}"));
    if cfg!(feature = "protobuf") {
        let protobuf = "application/vnd.google.protobuf; \
                        proto=io.prometheus.client.MetricFamily; encoding=delimited";
        assert_eq!(of(protobuf), protobuf);
        let scheme = if cfg!(feature = "utf8") { "values" } else { "underscores" };
        let asked = format!("{protobuf}; escaping=values");
        assert_eq!(of(&asked), format!("{protobuf}; escaping={scheme}"));
    }
    if cfg!(feature = "openmetrics") {
        let versions = if cfg!(feature = "openmetrics2") { 3 } else { 2 };
        for version in ["1.0.0", "0.0.1", "2.0.0"].into_iter().take(versions) {
            let asked = format!("{open_metrics};version={version}");
            let wanted = format!("{open_metrics}; version={version}; charset=utf-8");
            assert_eq!(of(&asked), wanted);
        }
        let scheme = if cfg!(feature = "utf8") { "dots" } else { "underscores" };
        assert_eq!(
            of("application/openmetrics-text;version=1.0.0;escaping=dots"),
            format!("{open_metrics}; version=1.0.0; charset=utf-8; escaping={scheme}")
        );
    }
}

#[cfg(feature = "utf8")]
#[test]
fn c4_a_format_and_its_answer_have_one_media_type() {
    for escaping in Escaping::ALL {
        let scheme = escaping.as_str();
        let text = format!("text/plain;version=1.0.0;escaping={scheme}");
        assert_eq!(told(&text).0, Format::Text.content_type_with(escaping));
        #[cfg(feature = "openmetrics")]
        {
            let asked = format!("application/openmetrics-text;escaping={scheme}");
            assert_eq!(told(&asked).0, Format::OpenMetrics.content_type_with(escaping));
        }
        #[cfg(feature = "openmetrics2")]
        {
            let asked = format!("application/openmetrics-text;version=2.0.0;escaping={scheme}");
            assert_eq!(told(&asked).0, Format::OpenMetrics2.content_type_with(escaping));
        }
        #[cfg(feature = "protobuf")]
        {
            let asked = format!("{};escaping={scheme}", Format::Protobuf.content_type());
            assert_eq!(told(&asked).0, Format::Protobuf.content_type_with(escaping));
        }
    }
}

#[test]
fn weights_are_from_0_to_1() {
    let wins =
        |weight| negotiate(Some(&format!("application/openmetrics-text;q={weight}"))) != TEXT;
    for weight in ["1", "1.0", "1.000", "1.0004", "0.001", "0.5", "0.0010000000000000000000000000"]
    {
        assert_eq!(wins(weight), cfg!(feature = "openmetrics"), "{weight}");
    }
    for weight in
        ["", ".", ".5", "0", "0.", "0.0009", "1.001", "2", "-1", "1e-1", "NaN", "99999999", "१"]
    {
        assert!(!wins(weight), "{weight}");
    }
}

proptest! {
    /// Also none that is made of what scrapers send.
    #[test]
    fn every_header_has_an_answer(
        random: String,
        parts in prop::collection::vec((0..SCRAPERS.len(), 0..300_usize, 0..40_usize), 0..6),
    ) {
        let of_scrapers = |(row, from, len): (usize, usize, usize)| {
            SCRAPERS[row].1.chars().skip(from).take(len).collect::<String>()
        };
        let pieced: String = parts.into_iter().map(of_scrapers).collect();
        for accept in [random, pieced] {
            let answer = negotiate(Some(&accept));
            let media = match answer.content_type.split_once(';').map(|(media, _)| media) {
                Some("text/plain") => "",
                media => media.unwrap_or("no media type"),
            };
            let scheme = answer.content_type.split_once("escaping=").map_or("", |(_, name)| name);
            // Without the feature it is another one than was asked for.
            let scheme = if cfg!(feature = "utf8") { scheme } else { "" };
            prop_assert!(accept.contains(scheme), "{}", accept);
            prop_assert!(accept.to_lowercase().contains(media), "{}", accept);
        }
    }
}

#[test]
fn no_header_takes_long_or_panics() {
    for part in
        ["application/openmetrics-text;q=0.1,", ";", ",", "\"", "\\", "q=", "\u{1F642}=\",", "\0"]
    {
        let _ = negotiate(Some(&part.repeat(1 << 16)));
    }
}
