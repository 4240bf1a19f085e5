fn main() {
    nunchi::counter!("9_total", "Requests.").inc();
}
