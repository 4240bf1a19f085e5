fn main() {
    let _counter: nunchi::Counter = *nunchi::counter!("app_jobs_total", "Jobs.");
}
