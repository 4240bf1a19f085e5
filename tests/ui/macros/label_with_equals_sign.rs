fn main() {
    nunchi::counter!("app_jobs_total", "Jobs.", "a" = 1).inc();
}
