//! The request target: which path and query a request line asks for.

use crate::http::query::decoded;

/// A request target split into its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Target<'a> {
    /// Path, percent-encoded as received; starts with `/`, or is `*` for the server as a whole.
    path: &'a str,
    /// Query without its `?`, percent-encoded as received.
    pub(super) query: Option<&'a str>,
}

impl<'a> Target<'a> {
    /// Splits the target of a request line; `None` if no form of RFC 9112 section 3.2 fits.
    ///
    /// Characters that a URI should escape but real clients do not (`name[]=…`) pass; spaces,
    /// control characters, non-ASCII bytes, fragments and broken escapes in the path do not.
    pub(super) fn parse(method: &str, target: &'a [u8]) -> Option<Self> {
        if target.is_empty() || !target.iter().all(|byte| byte.is_ascii_graphic() && *byte != b'#')
        {
            return None;
        }
        let target = std::str::from_utf8(target).ok()?;
        // A proxy's question and one about the server have no path; both get an answer about the
        // method, because no route serves either.
        if method == "CONNECT" || (method == "OPTIONS" && target == "*") {
            return Some(Self { path: "*", query: None });
        }
        let target = if target.starts_with('/') { target } else { after_authority(target)? };
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        let path = if path.is_empty() { "/" } else { path };
        decoded(path).all(|byte| byte.is_some()).then_some(Self { path, query })
    }

    /// Is the decoded path `route`?
    ///
    /// An escaped slash never passes for a real one: no route has one in second place.
    pub(super) fn is(&self, route: &str) -> bool {
        decoded(self.path).eq(route.bytes().map(Some))
    }
}

/// What follows the authority of an absolute `http` or `https` URI: the path and query.
fn after_authority(target: &str) -> Option<&str> {
    let (scheme, rest) = target.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return None;
    }
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    (!authority.is_empty()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(target: &str) -> Option<(&str, Option<&str>)> {
        Target::parse("GET", target.as_bytes()).map(|target| (target.path, target.query))
    }

    #[test]
    fn origin_form_splits_at_the_first_question_mark() {
        assert_eq!(parse("/metrics"), Some(("/metrics", None)));
        assert_eq!(parse("/metrics?"), Some(("/metrics", Some(""))));
        assert_eq!(parse("/metrics?name[]=a?b"), Some(("/metrics", Some("name[]=a?b"))));
    }

    #[test]
    fn absolute_form_drops_scheme_and_authority() {
        assert_eq!(parse("http://h:1/metrics?q"), Some(("/metrics", Some("q"))));
        assert_eq!(parse("HTTPS://[::1]"), Some(("/", None)));
        assert_eq!(parse("http://h?q"), Some(("/", Some("q"))));
        for broken in ["http:///metrics", "ftp://h/metrics", "http:/metrics", "://h/"] {
            assert_eq!(parse(broken), None, "{broken}");
        }
    }

    #[test]
    fn other_forms_are_refused_or_name_the_server() {
        for broken in ["", "metrics", "*", "h:80", "/a#b", "/a b", "/\t", "/é", "/%", "/%4", "/%zz"]
        {
            assert_eq!(parse(broken), None, "{broken:?}");
        }
        assert!(Target::parse("OPTIONS", b"*").is_some_and(|target| target.is("*")));
        assert!(Target::parse("CONNECT", b"h:80").is_some_and(|target| target.is("*")));
        assert_eq!(Target::parse("GET", b"/\xff"), None);
    }

    #[test]
    fn escapes_are_equal_to_what_they_stand_for() {
        let is = |target: &'static str, route| {
            Target::parse("GET", target.as_bytes()).is_some_and(|target| target.is(route))
        };
        assert!(is("/%6Detric%73", "/metrics"));
        assert!(is("/%6detrics?%zz", "/metrics"), "a query is passed on as it came");
        for other in
            ["/metrics/", "/metrics%2f", "/%2fmetrics", "/./metrics", "/METRICS", "/metrics%00"]
        {
            assert!(!is(other, "/metrics"), "{other}");
        }
    }
}
