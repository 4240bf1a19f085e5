fn main() {
    nunchi::counter!("app_jobs_total", "Jobs.", "share" => 0.5).inc();
}
