fn main() {
    nunchi::counter!("", "Requests.").inc();
}
