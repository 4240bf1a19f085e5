use nunchi::{family, Counter, Family};

static JOBS: Family<Counter> = family!("app jobs_total", "Jobs.");

fn main() {
    JOBS.init();
}
