use nunchi::{family, Counter, Family};

static JOBS: Family<Counter> = family!("app_jobs_total");

fn main() {
    JOBS.init();
}
