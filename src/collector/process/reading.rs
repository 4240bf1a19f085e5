//! What one scrape read.

use crate::model::{Fact, Number};

/// Each family and its value, in the units of the page. `None` is a value that is left out.
pub(super) type Reading = [(&'static Fact, Option<Number>); 8];
