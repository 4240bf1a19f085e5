//! Conversion of identifiers: how a field or a variant becomes a label name or a value.
//!
//! An identifier is split into words at underscores and where upper case begins: before a capital
//! that follows anything but a capital, and before the last capital of a run that a small letter
//! follows. So `NotFound` is *not found*, `HTTPServer` is *http server*, `Http2` is *http2*.

/// How the words of an identifier are written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Case {
    Camel,
    Kebab,
    Lower,
    Pascal,
    ScreamingSnake,
    Snake,
    Upper,
}

impl Case {
    /// The case with this name, the name being an example of it.
    pub(crate) fn named(name: &str) -> Option<Self> {
        CASES.iter().find(|(known, _)| *known == name).map(|&(_, case)| case)
    }

    /// The names of all cases that `accept` lets through, for an error message.
    pub(crate) fn names(accept: impl Fn(Self) -> bool) -> Vec<&'static str> {
        CASES.iter().filter(|&&(_, case)| accept(case)).map(|&(name, _)| name).collect()
    }

    /// Writes an identifier in this case.
    pub(crate) fn apply(self, identifier: &str) -> String {
        match self {
            Self::Camel => words(identifier)
                .iter()
                .enumerate()
                .map(|(at, word)| if at == 0 { word.clone() } else { capitalized(word) })
                .collect(),
            Self::Kebab => words(identifier).join("-"),
            // Only the letters change: `http_code` stays two words.
            Self::Lower => identifier.to_lowercase(),
            Self::Pascal => words(identifier).iter().map(|word| capitalized(word)).collect(),
            Self::ScreamingSnake => words(identifier).join("_").to_uppercase(),
            Self::Snake => words(identifier).join("_"),
            Self::Upper => identifier.to_uppercase(),
        }
    }
}

/// The words of an identifier, in lower case.
fn words(identifier: &str) -> Vec<String> {
    let characters: Vec<char> = identifier.chars().collect();
    let mut words = Vec::new();
    let mut word = String::new();
    for (at, &character) in characters.iter().enumerate() {
        let follows_capital = at > 0 && characters[at - 1].is_uppercase();
        let precedes_small = characters.get(at + 1).is_some_and(|next| next.is_lowercase());
        let begins_word = character.is_uppercase() && (!follows_capital || precedes_small);
        if (character == '_' || begins_word) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if character != '_' {
            word.extend(character.to_lowercase());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

fn capitalized(word: &str) -> String {
    let mut characters = word.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// Every case under the name that users write.
const CASES: [(&str, Case); 7] = [
    ("snake_case", Case::Snake),
    ("lowercase", Case::Lower),
    ("UPPERCASE", Case::Upper),
    ("SCREAMING_SNAKE_CASE", Case::ScreamingSnake),
    ("camelCase", Case::Camel),
    ("PascalCase", Case::Pascal),
    ("kebab-case", Case::Kebab),
];

#[cfg(test)]
mod tests {
    use super::{words, Case, CASES};

    #[test]
    fn words_begin_at_underscores_and_capitals() {
        for (identifier, expected) in [
            ("Get", vec!["get"]),
            ("NotFound", vec!["not", "found"]),
            ("HTTPServer", vec!["http", "server"]),
            ("HTTP", vec!["http"]),
            ("Http2", vec!["http2"]),
            ("Http2Server", vec!["http2", "server"]),
            ("status_code", vec!["status", "code"]),
            ("_a__b_", vec!["a", "b"]),
            ("SCREAMING_CASE", vec!["screaming", "case"]),
            ("Größe", vec!["größe"]),
            ("눈치", vec!["눈치"]),
            ("__", vec![]),
        ] {
            assert_eq!(words(identifier), expected, "{identifier}");
        }
    }

    #[test]
    fn each_case_writes_variants_and_fields() {
        for (name, variant, field) in [
            ("snake_case", "not_found", "status_code"),
            ("lowercase", "notfound", "status_code"),
            ("UPPERCASE", "NOTFOUND", "STATUS_CODE"),
            ("SCREAMING_SNAKE_CASE", "NOT_FOUND", "STATUS_CODE"),
            ("camelCase", "notFound", "statusCode"),
            ("PascalCase", "NotFound", "StatusCode"),
            ("kebab-case", "not-found", "status-code"),
        ] {
            let case = Case::named(name).expect("every case in this table exists");
            assert_eq!(case.apply("NotFound"), variant);
            assert_eq!(case.apply("status_code"), field);
        }
    }

    #[test]
    fn the_name_of_a_case_is_written_in_it() {
        for (name, case) in CASES {
            assert_eq!(case.apply(name), name);
        }
        assert_eq!(Case::named("Snake_Case"), None);
    }

    #[test]
    fn names_lists_what_is_accepted() {
        assert_eq!(Case::names(|case| case == Case::Kebab), ["kebab-case"]);
        assert_eq!(Case::names(|_| true).len(), CASES.len());
    }
}
