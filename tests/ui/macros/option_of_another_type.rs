fn main() {
    nunchi::counter!("app_jobs_total", "Jobs.", buckets = [1.0]).inc();
}
