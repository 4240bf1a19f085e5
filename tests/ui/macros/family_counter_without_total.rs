use nunchi::{family, Counter, Family};

static JOBS: Family<Counter> = family!("app_jobs", "Jobs.");

fn main() {
    JOBS.init();
}
