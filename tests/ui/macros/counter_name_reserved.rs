fn main() {
    nunchi::counter!("__requests_total", "Requests.").inc();
}
