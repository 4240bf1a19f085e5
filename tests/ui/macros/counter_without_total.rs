fn main() {
    nunchi::counter!("app_requests", "Requests.").inc();
}
