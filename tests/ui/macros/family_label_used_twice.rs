use nunchi::{family, Family, Histogram, Labels};

struct By;

impl Labels for By {
    type Borrowed<'b> = By;
    const NAMES: &'static [&'static str] = &["a", "a"];
    fn with_values<R>(&self, f: impl FnOnce(&[&str]) -> R) -> R {
        f(&["1", "2"])
    }
}

static WAIT: Family<Histogram, By> = family!("app_wait_seconds", "Wait.");

fn main() {
    WAIT.init();
}
