fn main() {
    nunchi::counter!("app_jobs_total", "Jobs.", "a" => 1, max_series = 5).inc();
}
