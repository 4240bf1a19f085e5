fn main() {
    nunchi::histogram!("app_seconds", "Seconds.", buckets = "default").observe(1.0);
}
