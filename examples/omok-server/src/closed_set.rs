//! One macro: an enum whose values may be label values, because there are only these.

/// Declares a field-less enum that derives `nunchi::LabelValue` in snake case and knows all its
/// values, so that every series of a family can be put on the page before the first event.
///
/// `closed_set! { Colour { Red, #[label(rename = "green!")] Green } }` expands to the enum, its
/// derives, and `Colour::ALL`.
macro_rules! closed_set {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, nunchi::LabelValue)]
        #[label(rename_all = "snake_case")]
        pub(crate) enum $name { $($(#[$variant_meta])* $variant),+ }

        impl $name {
            /// Every value, in the order of declaration.
            // Not every set is one whose series all start at 0.
            #[allow(dead_code)]
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant),+];
        }
    };
}

pub(crate) use closed_set;
