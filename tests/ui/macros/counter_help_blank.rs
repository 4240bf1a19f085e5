fn main() {
    nunchi::counter!("app_requests_total", " ").inc();
}
