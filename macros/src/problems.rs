//! Errors gathered on the way, so that one compilation reports every mistake of a type.

/// What is wrong so far.
#[derive(Default)]
pub(crate) struct Problems(Option<syn::Error>);

impl Problems {
    /// Adds one error.
    pub(crate) fn push(&mut self, problem: syn::Error) {
        match &mut self.0 {
            Some(first) => first.combine(problem),
            None => self.0 = Some(problem),
        }
    }

    /// Unwraps a result; an error is kept and replaced by the default.
    pub(crate) fn keep<T: Default>(&mut self, result: syn::Result<T>) -> T {
        result.unwrap_or_else(|problem| {
            self.push(problem);
            T::default()
        })
    }

    /// Fails with everything that was added.
    pub(crate) fn check(self) -> syn::Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}
