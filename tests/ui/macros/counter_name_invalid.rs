fn main() {
    nunchi::counter!("app requests_total", "Requests.").inc();
}
