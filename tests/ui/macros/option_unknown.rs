fn main() {
    nunchi::counter!("app_jobs_total", "Jobs.", colour = "red").inc();
}
