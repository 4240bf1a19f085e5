fn main() {
    let jobs = nunchi::family!("app_jobs_total", "Jobs.");
    jobs.init();
}
