fn main() {
    nunchi::counter!("app_jobs_total", "Jobs.").dec();
}
