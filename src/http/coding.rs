//! Whether a scraper wants its page compressed.

use super::weight::thousandths;

/// Does this `Accept-Encoding` want gzip at least as much as the page as it is?
///
/// A weight that is none, such as `NaN`, takes its clause away. Whatever else the header says, the
/// page as it is remains the answer: one that nobody can read is a gap in the data.
///
/// Source: RFC 9110 section 12.5.3 (a server may disregard the header).
pub(super) fn wants_gzip(accept_encoding: Option<&str>) -> bool {
    let (mut gzip, mut identity, mut others) = (None, None, None);
    for clause in accept_encoding.unwrap_or_default().split(',') {
        let (name, parameters) = clause.split_once(';').unwrap_or((clause, ""));
        let is = |known| name.trim().eq_ignore_ascii_case(known);
        let weight = if is("gzip") || is("x-gzip") {
            &mut gzip
        } else if is("identity") {
            &mut identity
        } else if is("*") {
            &mut others
        } else {
            continue;
        };
        *weight = weight.or(weight_of(parameters));
    }
    let gzip = gzip.or(others).unwrap_or(0);
    gzip > 0 && gzip >= identity.unwrap_or(0)
}

/// The weight among the parameters of a clause, in thousandths.
fn weight_of(parameters: &str) -> Option<u16> {
    let mut parameters = parameters.split(';').filter_map(|parameter| parameter.split_once('='));
    match parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("q")) {
        Some((_, weight)) => thousandths(weight.trim()),
        None => Some(1000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn c7_gzip_is_for_those_who_ask_for_it() {
        for header in [
            "gzip",
            "GZip",
            "x-gzip",
            "gzip, deflate, br, zstd",
            "br;q=1.0, gzip;q=0.8, *;q=0.1",
            "\tgzip ; q = 0.001",
            "gzip;q=1.000;q=0",
            "*",
            "identity;q=0, *",
            "identity;q=0.5, *;q=0.5",
            "identity;q=NaN, gzip;q=0.1",
            "gzip;q=NaN, gzip",
            ",,;q=0,gzip",
        ] {
            assert!(wants_gzip(Some(header)), "{header}");
        }
        for header in [
            "",
            "identity",
            "deflate, br, zstd",
            "gzip;q=0",
            "gzip;q=0.0009",
            "gzip;q=0, *",
            "*;q=0",
            "identity;q=0",
            "identity, gzip;q=0.9",
            "identity;q=0.2, *;q=0.1",
            "gzip;q=",
            "gzip;q=2",
            "gzip;q=-1",
            "gzip;q=NaN",
            "gzip;q=inf",
            "gzip gzip",
            "gzip=1",
            "\"gzip\"",
            "gzipp",
            "\u{fffd}",
        ] {
            assert!(!wants_gzip(Some(header)), "{header}");
        }
        assert!(!wants_gzip(None));
    }

    #[test]
    fn no_header_takes_long() {
        for part in ["gzip;q=0.1,", "gzip;", ";q=1", ",", "*", "q="] {
            let _ = wants_gzip(Some(&part.repeat(1 << 18)));
        }
    }

    proptest! {
        #[test]
        fn every_header_has_an_answer(header: String) {
            prop_assert!(!wants_gzip(Some(&header)) || header.contains(['z', 'Z', '*']));
        }
    }
}
