use nunchi::{family, Family};

static JOBS: Family<f64> = family!("app_jobs", "Jobs.");

fn main() {
    JOBS.init();
}
