fn main() {
    let name = "app_requests_total";
    nunchi::counter!(name, "Requests.").inc();
}
