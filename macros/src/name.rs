//! Which label names are valid.
//!
//! The same rule that `nunchi` applies to names at run time, applied early so that the error can
//! point at a field. Source: the Prometheus data model, "Metric names and labels"; names that
//! start with two underscores are for internal use there, `nunchi` keeps all that start with one.

/// Says what is wrong with a label name, or `None` if it is valid.
pub(crate) fn problem(name: &str) -> Option<String> {
    let invalid = |c: &char| !c.is_ascii_alphanumeric() && *c != '_';
    let Some(first) = name.chars().next() else {
        return Some("a label name cannot be empty".to_owned());
    };
    if let Some(character) = name.chars().find(invalid) {
        return Some(format!(
            "label name `{name}` contains `{}`: only ASCII letters, digits and `_` are allowed",
            character.escape_debug()
        ));
    }
    if name.len() > MAX_BYTES {
        return Some(format!("label name is longer than {MAX_BYTES} bytes"));
    }
    if first.is_ascii_digit() {
        return Some(format!("label name `{name}` starts with a digit"));
    }
    if first == '_' {
        return Some(format!("label name `{name}` starts with `_`: such names are reserved"));
    }
    None
}

/// The longest name that `nunchi` accepts, `nunchi::name::MAX_NAME_BYTES`.
const MAX_BYTES: usize = 1024;

#[cfg(test)]
mod tests {
    use super::{problem, MAX_BYTES};

    #[test]
    fn letters_digits_and_inner_underscores_are_valid() {
        for name in ["a", "Z", "code", "http_2", "statusCode", "CODE", "a_", "le", "quantile"] {
            assert_eq!(problem(name), None);
        }
    }

    #[test]
    fn the_longest_name_is_valid() {
        assert_eq!(problem(&"a".repeat(MAX_BYTES)), None);
        assert!(problem(&"a".repeat(MAX_BYTES + 1)).is_some());
    }

    #[test]
    fn every_other_name_has_a_reason() {
        for (name, reason) in [
            ("", "cannot be empty"),
            ("2xx", "starts with a digit"),
            ("_", "reserved"),
            ("__name__", "reserved"),
            ("status-code", "contains `-`"),
            ("größe", "contains `ö`"),
            ("a\n", "contains `\\n`"),
        ] {
            let problem = problem(name).unwrap_or_default();
            assert!(problem.contains(reason), "{name:?}: {problem}");
        }
    }
}
