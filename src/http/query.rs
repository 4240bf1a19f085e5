//! What the query of a scrape asks for.

use super::accept::Answer;
#[cfg(feature = "openmetrics")]
use crate::encode::Format;
use crate::model::Descriptor;
use std::borrow::Cow;

/// The parameters of a query that mean something; others are somebody else's.
#[derive(Debug, Default)]
pub(super) struct Query<'q> {
    /// The names of `name[]`; `None` if there is no such parameter, which is a wish for everything.
    names: Option<Vec<Cow<'q, str>>>,
    /// What `debug` asks for.
    pub(super) debug: Option<Answer>,
}

impl<'q> Query<'q> {
    pub(super) fn read(query: &'q str) -> Self {
        let mut read = Self::default();
        for parameter in query.split('&') {
            let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let is = |known: &str| decoded(key).eq(known.bytes().map(Some));
            if is("name[]") {
                // One that cannot be read is the name of nothing, and no wish for everything.
                read.names.get_or_insert_with(Vec::new).extend(text(value));
            }
            #[cfg(feature = "openmetrics")]
            if is("debug") {
                read.debug = read.debug.or(debug(value));
            }
        }
        read
    }

    /// Is there any family that is not asked for?
    pub(super) fn is_partial(&self) -> bool {
        self.names.is_some()
    }

    /// Is this family asked for?
    pub(super) fn wants(&self, family: &Descriptor) -> bool {
        match &self.names {
            Some(names) => names.iter().any(|name| family.is_called(name)),
            None => true,
        }
    }
}

/// The answer to somebody with a browser, which shows only what is called plain text.
#[cfg(feature = "openmetrics")]
fn debug(format: &str) -> Option<Answer> {
    let format = match format {
        "text" => Format::Text,
        "openmetrics" => Format::OpenMetrics,
        #[cfg(feature = "openmetrics2")]
        "openmetrics2" => Format::OpenMetrics2,
        _ => return None,
    };
    Some(Answer::called(format, "text/plain; charset=utf-8"))
}

/// The text that is encoded, if it is any.
fn text(encoded: &str) -> Option<Cow<'_, str>> {
    if !encoded.contains('%') {
        return Some(Cow::Borrowed(encoded));
    }
    let bytes = decoded(encoded).collect::<Option<Vec<u8>>>()?;
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

/// The bytes of `encoded` with `%41` turned into `A`; `None` in place of a broken escape.
pub(crate) fn decoded(encoded: &str) -> impl Iterator<Item = Option<u8>> + '_ {
    let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
    let mut bytes = encoded.bytes();
    std::iter::from_fn(move || {
        let byte = bytes.next()?;
        if byte != b'%' {
            return Some(Some(byte));
        }
        let (high, low) = (digit(bytes.next()), digit(bytes.next()));
        Some(high.zip(low).and_then(|(high, low)| u8::try_from(high * 16 + low).ok()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Buckets;
    use proptest::prelude::*;

    fn wants(query: &str) -> bool {
        let family = Descriptor::histogram("app_seconds", "Times.", Buckets::default());
        Query::read(query).wants(&family.expect("valid"))
    }

    #[test]
    fn c9_a_family_is_asked_for_by_its_name_or_that_of_a_sample() {
        for query in [
            "",
            "&&=&name=x&names[]=x&NAME[]=x&name[=x&name[]]=x&debug=x",
            "name[]=app_seconds",
            "name[]=app_seconds_bucket",
            "name[]=app_seconds_count",
            "name[]=app_seconds_sum",
            "name[]=x&&name[]=app_seconds&name[]=",
            "name%5B%5D=app_seconds",
            "%6eame[]=app%5fseconds",
        ] {
            assert!(wants(query), "{query}");
        }
        for query in [
            "name[]",
            "name[]=",
            "name[]=app",
            "name[]=app_seconds_",
            "name[]=app_seconds_total",
            "name[]=APP_SECONDS",
            "name[]=app_seconds+",
            "name[]=app_seconds%20",
            "name[]=app_seconds%",
            "name[]=app_seconds%5",
            "name[]=%zz",
            "name[]=%ff",
            "name[]=app_seconds%00",
            "name[]=app_seconds=",
        ] {
            assert!(!wants(query), "{query}");
        }
    }

    #[test]
    fn c9_names_are_those_of_every_format() {
        let counter = Descriptor::counter("app_jobs_total", "Jobs.").expect("valid");
        for (query, wanted) in [
            ("name[]=app_jobs_total", true),
            ("name[]=app_jobs", true),
            ("name[]=app_jobs_total_total", false),
        ] {
            assert_eq!(Query::read(query).wants(&counter), wanted, "{query}");
        }
    }

    #[cfg(feature = "openmetrics")]
    #[test]
    fn c9_a_browser_may_choose_the_format() {
        let format = |query| Query::read(query).debug.map(|answer| answer.format);
        assert_eq!(format("debug=text"), Some(Format::Text));
        assert_eq!(format("a=b&debug=openmetrics&debug=text"), Some(Format::OpenMetrics));
        #[cfg(feature = "openmetrics2")]
        assert_eq!(format("debug=openmetrics2"), Some(Format::OpenMetrics2));
        #[cfg(not(feature = "openmetrics2"))]
        assert_eq!(format("debug=openmetrics2"), None);
        for query in ["", "debug", "debug=", "debug=1", "debug=OpenMetrics", "format=text"] {
            assert_eq!(format(query), None, "{query}");
        }
    }

    proptest! {
        #[test]
        fn any_query_is_read(query in "(name\\[\\]=|%|&|=|app_seconds|\\PC){0,40}") {
            let read = Query::read(&query);
            prop_assert!(read.is_partial() || wants(&query));
        }

        #[test]
        fn every_name_survives_its_encoding(name: String) {
            let encoded: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
            prop_assert_eq!(text(&encoded), Some(Cow::Borrowed(&*name)));
        }
    }
}
