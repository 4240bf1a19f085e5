fn main() {
    let help = "Requests.";
    nunchi::counter!("app_requests_total", help).inc();
}
